#!/usr/bin/env python3
"""Deep layers through DeepMerge and ZDefocus beside a real lens re-render: what does the true hidden surface bring?

Makes deep files of the three layers of the chess scene, merges them with DeepMerge, hands the slab behind the near pieces to
ZDefocus as Background and BackgroundDepth, and prints the PSNR with it and with the guess. Needs the folder of ground-truth renders,
the built bundle and program, and numpy, OpenEXR and Pillow from PyPI:

    tools/deep_focus.py GROUND_TRUTH --fathom target/release/fathom --bundle target/bundle/Fathom.ofx.bundle --out deep_focus.png
"""

import argparse
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import OpenEXR
from PIL import Image

NOTHING = 1e9
# Shot, focus distance in metres, size at infinity in pixels.
SHOTS = [("far_r30", 14, 5.772), ("far_r5", 14, 0.962)]
CROP, ZOOM = (64, 190, 96, 64), 3


def channel(path, name):
    channels = OpenEXR.File(str(path)).channels()
    return channels[name if name in channels else "RGB"].pixels.astype(np.float32)


def write_deep(folder, layer, out):
    colour, z = channel(folder / f"{layer}.exr", "RGBA"), channel(folder / f"{layer}_z.exr", "Z")
    # A pixel that the layer covers in part may have missed it with its one depth sample: a neighbour's depth stands in.
    around = np.lib.stride_tricks.sliding_window_view(np.pad(z, 2, mode="edge"), (5, 5)).min((2, 3))
    z = np.where((z > NOTHING) & (colour[..., 3] > 0), around, z)
    z = np.where(z > NOTHING, 1e8, z)
    there = (colour[..., 3] > 1e-4) & ((z < 1e8) | (layer == "far"))
    planes = {name: colour[..., i] for i, name in enumerate("RGBA")} | {"Z": z}

    def deep(plane):
        cells = np.empty(plane.shape, dtype=object)
        for y, x in zip(*np.nonzero(there)):
            cells[y, x] = np.array([plane[y, x]], np.float32)
        return cells

    header = {"compression": OpenEXR.ZIPS_COMPRESSION, "type": OpenEXR.deepscanline}
    OpenEXR.File(header, {name: deep(plane) for name, plane in planes.items()}).write(str(out))


def seen(c):
    c = np.maximum(c[..., :3].astype(np.float64), 0)
    c = c / (1 + c)
    return np.where(c < 0.0031308, 12.92 * c, 1.055 * c ** (1 / 2.4) - 0.055)


def main():
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("truth", type=Path)
    parse.add_argument("--fathom", default="target/release/fathom")
    parse.add_argument("--bundle", default="target/bundle/Fathom.ofx.bundle")
    parse.add_argument("--out", default="deep_focus.png")
    args = parse.parse_args()
    chess = args.truth / "chess"
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        def render(effect, out, settings, clips=()):
            command = [args.fathom, "render", "--bundle", args.bundle, "--effect", effect, "--out", str(folder / out)]
            command += [part for setting in settings for part in ("--set", setting)]
            command += [part for clip, file in clips for part in ("--clip", f"{clip}={folder / file}")]
            subprocess.run(command, check=True, capture_output=True)
            return folder / out

        files = []
        for i, layer in enumerate(("near", "mid", "far"), 1):
            write_deep(chess / "layers", layer, folder / f"{layer}.exr")
            files.append(f"file{i}={folder / layer}.exr")
        behind = ["slab=Far", "slabNear=2.0", "slabFar=2.6"]
        render("DeepMerge", "all.exr", files)
        render("DeepMerge", "z.exr", files + ["output=Depth"])
        render("DeepMerge", "behind.exr", files + behind)
        render("DeepMerge", "behind_z.exr", files + behind + ["output=Depth"])
        for shot, focus, size in SHOTS:
            settings = ["depthConvention=Distance", "depthEdges=Point-sampled", f"focusDistance={focus}", f"sizeAtInfinity={size}"]
            clips = [("Source", "all.exr"), ("Depth", "z.exr")]
            plate = [("Background", "behind.exr"), ("BackgroundDepth", "behind_z.exr")]
            truth = seen(channel(chess / f"{shot}.exr", "RGBA"))
            guess = seen(channel(render("ZDefocus", "guess.exr", settings, clips), "RGBA"))
            slabs = seen(channel(render("ZDefocus", "slabs.exr", settings, clips + plate), "RGBA"))
            for what, picture in (("guessed", guess), ("from the slab", slabs)):
                print(f"{shot}: hidden surface {what}: {-10 * np.log10(((picture - truth) ** 2).mean()):.2f} dB")
            x, y, w, h = CROP
            rows.append(np.concatenate([p[y : y + h, x : x + w] for p in (guess, slabs, truth)], 1))
    sheet = Image.fromarray((255 * np.clip(np.concatenate(rows), 0, 1)).astype(np.uint8))
    sheet.resize((sheet.width * ZOOM, sheet.height * ZOOM), Image.Resampling.NEAREST).save(args.out, optimize=True)


main()
