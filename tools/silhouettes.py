#!/usr/bin/env python3
"""Crops along silhouettes, four times enlarged: an effect with the depth as it is, with silhouettes taken apart, and the truth.

The truth is the same scene rendered at three times the size, through the same effect there, and averaged down. Needs the folder of
ground-truth renders, the built bundle and program (cargo build --release), and numpy, OpenEXR and Pillow from PyPI:

    tools/silhouettes.py GROUND_TRUTH --fathom target/release/fathom --bundle target/bundle/Fathom.ofx.bundle --out docs/pictures/silhouettes.png
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import OpenEXR
from PIL import Image, ImageDraw

GRADE = ["nearGain=1,0.4,0.25", "midGain=0.6,1,0.6", "farGain=0.5,0.8,2.2"]
# Scene, effect, its settings, the far end of its antialiased depth, left and top of the crop.
ROWS = [
    ("chess", "DepthFog", ["visibility=40"], (372, 108)),
    ("fence", "DepthGrade", ["nearEnd=1.5", "farStart=5", "nearSoftness=0.15", "farSoftness=0.5"] + GRADE, (112, 99)),
    ("bokeh", "DepthFog", ["visibility=60"], (504, 85)),
]
SIZE = (48, 34)
ZOOM = 4


def channel(path, name):
    return OpenEXR.File(str(path)).channels()[name].pixels.astype(np.float32)


def third(a):
    h, w = a.shape[:2]
    return a.reshape(h // 3, 3, w // 3, 3, *a.shape[2:]).mean((1, 3))


def write(path, name, pixels):
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    OpenEXR.File(header, {name: np.ascontiguousarray(pixels, np.float32)}).write(str(path))


def seen(c):
    c = np.maximum(c[..., :3], 0)
    c = c / (1 + c)
    return (255 * np.where(c < 0.0031308, 12.92 * c, 1.055 * c ** (1 / 2.4) - 0.055)).astype(np.uint8)


class Program:
    def __init__(self, args, folder):
        self.args, self.folder = args, folder

    def render(self, effect, beauty, depth, settings):
        out = self.folder / "out.exr"
        command = [self.args.fathom, "render", "--bundle", self.args.bundle, "--effect", effect, "--out", str(out)]
        command += ["--clip", f"Source={beauty}", "--clip", f"Depth={depth}"]
        for setting in settings:
            command += ["--set", setting]
        subprocess.run(command, check=True, capture_output=True)
        return channel(out, "RGBA")


def main():
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("truth", type=Path)
    parse.add_argument("--fathom", default="target/release/fathom")
    parse.add_argument("--bundle", default="target/bundle/Fathom.ofx.bundle")
    parse.add_argument("--out", default="silhouettes.png")
    args = parse.parse_args()
    titles = ["point-sampled, as it is", "point-sampled, taken apart", "antialiased, as it is", "antialiased, taken apart", "truth"]
    width, height = SIZE[0] * ZOOM, SIZE[1] * ZOOM
    sheet = Image.new("RGB", (5 * (width + 6) - 6, len(ROWS) * (height + 6) + 18), (24, 24, 24))
    draw = ImageDraw.Draw(sheet)
    for i, title in enumerate(titles):
        draw.text((i * (width + 6) + 4, 3), title, (230, 230, 230))
    with tempfile.TemporaryDirectory() as folder:
        program = Program(args, Path(folder))
        for j, (scene, effect, settings, (x, y)) in enumerate(ROWS):
            source = args.truth / scene
            end = json.loads((source / "pinhole.json").read_text())["mist"]["depth"]
            beauty, antialiased = Path(folder) / "beauty.exr", Path(folder) / "z.exr"
            hd_z = channel(source / "hd/z.exr", "Z")
            # The picture without the render's noise, filtered as the truth; an antialiased depth ends where a mist pass does.
            write(beauty, "RGBA", third(channel(source / "hd/beauty.exr", "RGBA")))
            write(antialiased, "Z", third(np.minimum(hd_z, end)))
            by_hand = settings + ["depthConvention=Distance"]
            point = source / "z.exr"
            pictures = [
                program.render(effect, beauty, point, by_hand + ["depthEdges=As they are"]),
                program.render(effect, beauty, point, settings),
                program.render(effect, beauty, antialiased, by_hand + ["depthEdges=As they are"]),
                program.render(effect, beauty, antialiased, settings),
                third(program.render(effect, source / "hd/beauty.exr", source / "hd/z.exr", by_hand + ["depthEdges=As they are"])),
            ]
            for i, picture in enumerate(pictures):
                crop = Image.fromarray(seen(picture[y : y + SIZE[1], x : x + SIZE[0]]))
                crop = crop.resize((width, height), Image.Resampling.NEAREST)
                sheet.paste(crop, (i * (width + 6), 18 + j * (height + 6)))
    sheet.save(args.out, optimize=True)


main()
