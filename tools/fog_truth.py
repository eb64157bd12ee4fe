#!/usr/bin/env python3
"""DepthFog beside real air. Run by hand; numpy, OpenEXR and Pillow from PyPI.

    tools/fog_truth.py fit RENDERS          # what fog_scenes.py rendered -> tests/data/fog
    tools/fog_truth.py pictures --fathom target/release/fathom --bundle target/bundle/Fathom.ofx.bundle

`fit` copies what the tests need and writes shots.json: DepthFog's settings, which follow from the air (visibility, extinction, field of
view; where the air scatters its light, the colour of the fog is fitted, for no number of the scene says it), and the linear mix that
other tools offer, with the near and the far distance that bring it nearest to the truth. `pictures` makes docs/pictures/fog_*.png:
clear air, DepthFog, the real volume, and eight times the difference.
"""

import argparse
import json
import math
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import OpenEXR
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tests/data/fog"
KOSCHMIEDER = -math.log(0.02)
SHOTS = ["columns/even", "street/even", "street/blue", "lamps/even", "dome/scatter", "dome/full", "low_sun/scatter"]
PICTURES = ["columns/even", "street/blue", "lamps/even", "dome/full", "low_sun/scatter"]
NOISE_PAIR = ["columns_left", "columns_right"]


def channels(path):
    with OpenEXR.File(str(path), separate_channels=True) as f:
        return {k: v.pixels.astype(np.float64) for k, v in f.channels().items()}


def colour(path):
    found = channels(path)
    return np.stack([found[c] for c in "RGB"], -1)


def seen(c):
    c = np.maximum(c, 0)
    c = c / (1 + c)
    return np.where(c <= 0.0031308, 12.92 * c, 1.055 * np.maximum(c, 1e-12) ** (1 / 2.4) - 0.055)


def psnr(a, b):
    return -10 * math.log10(max(np.mean((seen(a) - seen(b)) ** 2), 1e-12))


def ray_length(shape, field_of_view):
    h, w = shape
    half = math.tan(math.radians(field_of_view) / 2)
    x, y = ((np.arange(n) + 0.5 - n / 2) * 2 * half / w for n in (w, h))
    return np.sqrt(1 + x[None, :] ** 2 + y[:, None] ** 2)


def beer_lambert(clear, way, air, fog):
    left = np.exp(-np.minimum(way, air["radius"])[..., None] * air["sigma"])
    return clear * left + fog * (1 - left), left


def fitted_colour(clear, truth, left, light):
    """The factors of some light fields (height x width x 3) that come nearest, as a display shows the error. Each channel alone."""
    weight = 1 / (0.05 + np.maximum(truth, 0)) ** 0.6
    factors = []
    for c in range(3):
        w = weight[..., c].ravel()
        a = np.stack([((1 - left[..., c]) * field).ravel() * w for field in light], -1)
        factors.append(np.linalg.lstsq(a, ((truth - clear * left)[..., c]).ravel() * w, rcond=None)[0])
    return np.array(factors).T


def with_sun(clear, truth, left, phase):
    """Colours of the air and of the sun's glow in it (if `phase`), and the light they make."""
    ones = np.ones(clear.shape[:2])
    if phase is None:
        even = fitted_colour(clear, truth, left, [ones])[0]
        return even, None, even
    even, glow = fitted_colour(clear, truth, left, [ones, phase])
    return even, glow, even + glow * phase[..., None]


def around_the_sun(shape, field_of_view, towards, g):
    """Henyey and Greenstein's phase at each pixel, over its value towards the sun; and where the sun is (canonical)."""
    h, w = shape
    half = math.tan(math.radians(field_of_view) / 2)
    x, y = (np.arange(w) + 0.5 - w / 2) * 2 * half / w, (h / 2 - np.arange(h) - 0.5) * 2 * half / w
    right, ahead, up = towards
    cosine = (right * x[None, :] + ahead + up * y[:, None]) / ray_length(shape, field_of_view)
    phase = ((1 - g) ** 2 / (1 + g * g - 2 * g * cosine)) ** 1.5
    return phase, [w / 2 + right / ahead / (2 * half) * w, h / 2 + up / ahead / (2 * half) * w]


def best_linear(clear, z, truth, fog):
    """Near and far end of the linear mix that is nearest to the truth, by every third pixel of every third row."""
    clear, z, truth = clear[1::3, 1::3], z[1::3, 1::3], truth[1::3, 1::3]

    def worth(near, far):
        share = np.clip((z - near) / (far - near), 0, 1)[..., None]
        return psnr(clear + share * (fog - clear), truth)

    tried = [(worth(n, f), n, f) for f in np.geomspace(10, 400, 16) for n in np.linspace(-0.3, 0.3, 7) * f]
    best = max(tried)
    for step in (0.3, 0.1, 0.03, 0.01):
        for _ in range(6):
            _, n, f = best
            best = max([best] + [(worth(n + a * step * f, f * (1 + b * step)), n + a * step * f, f * (1 + b * step))
                                 for a in (-0.5, 0, 0.5) for b in (-1, 0, 1)])
    return round(best[1], 3), round(best[2], 3)


def text(numbers):
    return ",".join(f"{v:.6g}" for v in numbers)


def fit(args):
    DATA.mkdir(parents=True, exist_ok=True)
    shots = {}
    for shot in SHOTS:
        scene, name = shot.split("/")
        if not (args.renders / f"{shot}.json").exists():
            print(f"{shot}: not rendered")
            continue
        facts = json.loads((args.renders / f"{shot}.json").read_text())
        camera = json.loads((args.renders / scene / "clear.json").read_text())
        air = facts["air"]
        clear, truth = colour(args.renders / scene / "clear.exr"), colour(args.renders / f"{shot}.exr")
        z = channels(args.renders / scene / "z.exr")["Z"]
        way = z * ray_length(z.shape, camera["field_of_view_deg"])
        sigma = np.array(air["sigma"])
        sun, phase, tried = {}, None, [1.0]
        if "sun_towards" in camera and "colour" not in air:
            phase, place = around_the_sun(z.shape, camera["field_of_view_deg"], camera["sun_towards"], air["g"])
            sun = {"sunPosition": text(place), "sunGlow": "1", "sunAnisotropy": text([air["g"]])}
        if facts["kind"] == "full" or phase is not None:
            # Shadows and dimmed light have no number of their own: the air is made thicker or thinner to come nearest, as an artist would.
            tried = np.geomspace(0.5, 2, 15)
        best = None
        for factor in tried:
            thinner = air | {"sigma": sigma * factor}
            _, left = beer_lambert(clear, way, thinner, 0)
            if "colour" in air:
                fog = light = np.array(air["colour"])
            else:
                fog, glow, light = with_sun(clear, truth, left, phase)
            found = psnr(beer_lambert(clear, way, thinner, light)[0], truth)
            if best is None or found > best[0]:
                best = found, factor
                chosen = fog, light, thinner
                if phase is not None:
                    sun["sunColour"] = text(glow)
        fog, light, air = chosen
        sigma = np.array(air["sigma"])
        flat = fog if phase is None else fitted_colour(clear, truth, beer_lambert(clear, way, air, 0)[1], [np.ones(z.shape)])[0]
        settings = {
            "visibility": text([KOSCHMIEDER / sigma[1]]),
            "fogColour": text(fog),
            "fieldOfView": text([camera["field_of_view_deg"]]),
        }
        settings |= sun
        if sigma.min() != sigma.max():
            settings["extinctionTint"] = text(sigma / sigma[1])
        if air["radius"] < 1000:
            settings |= {"useFogEnd": "on", "fogEnd": text([air["radius"]])}
        near, far = best_linear(clear, z, truth, flat)
        exact, plane = (beer_lambert(clear, d, air, light)[0] for d in (way, z))
        shots[shot] = {
            "air": facts["kind"],
            "settings": settings,
            "linear": {"near": near, "far": far, "colour": text(flat)},
            "ceiling_db": facts["ceiling_db"],
            "clear_ceiling_db": camera["clear_ceiling_db"],
        }
        note = ""
        raw = args.renders / f"{shot}.npz"
        if raw.exists():
            # What two seeds have in common is no noise: their errors' product is the error without it, and without denoising.
            a, b = (seen(v.astype(np.float64)) - seen(exact) for v in np.load(raw).values())
            note = f"; beside noisy seeds, noise taken out: {-10 * math.log10(np.mean(a * b)):.2f}"
            shots[shot]["not_denoised_db"] = round(-10 * math.log10(np.mean(a * b)), 2)
        linear = clear + np.clip((z - near) / (far - near), 0, 1)[..., None] * (flat - clear)
        print(f"{shot}: along the ray {psnr(exact, truth):.2f}, by the plane {psnr(plane, truth):.2f}, "
              f"linear {psnr(linear, truth):.2f} dB{note}")
        (DATA / scene).mkdir(exist_ok=True)
        for file in ("clear.exr", "z.exr", f"{name}.exr", "clear.json", f"{name}.json"):
            shutil.copy(args.renders / scene / file, DATA / scene / file)
    (DATA / "shots.json").write_text(json.dumps(shots, indent=1) + "\n")
    for scene in NOISE_PAIR:
        if (args.renders / scene / "clear.json").exists():
            (DATA / scene).mkdir(exist_ok=True)
            for file in ("clear.exr", "z.exr", "position.exr", "clear.json"):
                shutil.copy(args.renders / scene / file, DATA / scene / file)


def shown(c):
    return (255 * np.clip(seen(c), 0, 1) + 0.5).astype(np.uint8)


def pictures(args):
    shots = json.loads((DATA / "shots.json").read_text())
    out = ROOT / "docs/pictures"
    with tempfile.TemporaryDirectory() as folder:
        for shot in PICTURES:
            facts = shots[shot]
            scene, name = shot.split("/")
            result = Path(folder) / "out.exr"
            command = [args.fathom, "render", "--bundle", args.bundle, "--effect", "DepthFog", "--out", str(result)]
            command += ["--clip", f"Source={DATA / scene / 'clear.exr'}", "--clip", f"Depth={DATA / scene / 'z.exr'}"]
            for key, value in ({"depthConvention": "Distance", "depthEdges": "Point-sampled"} | facts["settings"]).items():
                command += ["--set", f"{key}={value}"]
            subprocess.run(command, check=True, capture_output=True)
            clear, truth, ours = colour(DATA / scene / "clear.exr"), colour(DATA / f"{shot}.exr"), colour(result)
            difference = np.clip(128 + 8 * 255 * (seen(ours) - seen(truth)), 0, 255).astype(np.uint8)
            rows = [[shown(clear), shown(ours)], [shown(truth), difference]]
            sheet = np.concatenate([np.concatenate(row, 1) for row in rows], 0)
            Image.fromarray(sheet).resize((720, 405), Image.LANCZOS).save(out / f"fog_{scene}_{name}.png", optimize=True)
            print(f"{shot}: {psnr(ours, truth):.2f} dB")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = parser.add_subparsers(required=True)
    fitting = parts.add_parser("fit")
    fitting.add_argument("renders", type=Path)
    fitting.set_defaults(run=fit)
    drawing = parts.add_parser("pictures")
    drawing.add_argument("--fathom", required=True)
    drawing.add_argument("--bundle", required=True)
    drawing.set_defaults(run=pictures)
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()
