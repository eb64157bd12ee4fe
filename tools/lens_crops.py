#!/usr/bin/env python3
"""Crops of shots, enlarged: unprocessed, ZDefocus, a real lens. Needs the folder of ground-truth renders, the results that

    cargo fathom shots GROUND_TRUTH --out RESULTS

wrote, and numpy, OpenEXR and Pillow from PyPI:

    tools/lens_crops.py GROUND_TRUTH RESULTS --out docs/pictures

writes lens.png (places chosen by hand) and lens_worst.png (of each scene's shot the place where it is farthest from the truth).
"""

import argparse
from pathlib import Path

import numpy as np
import OpenEXR
from PIL import Image

# Shot, left and top of its crop.
ROWS = [("chess/near_r30", (470, 190)), ("fence/far_r30", (240, 120)), ("bokeh/far_r30_hex", (330, 60))]
SIZE, ZOOM = (120, 68), 2
SMALL, MORE = (48, 34), 5
LINE = 4


def rgb(path):
    """Red, green, blue as they are shown: sRGB(x / (1 + x))."""
    channels = OpenEXR.File(str(path), separate_channels=True).channels()
    x = np.stack([channels[c].pixels.astype(np.float64) for c in "RGB"], -1)
    x = np.maximum(np.nan_to_num(x, posinf=65504), 0)
    x = x / (1 + x)
    return np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055)


def crop(picture, at, size, zoom):
    part = picture[at[1] : at[1] + size[1], at[0] : at[0] + size[0]]
    return (part.repeat(zoom, 0).repeat(zoom, 1) * 255 + 0.5).astype(np.uint8)


def worst(a, b, size):
    """Left and top of the place with the largest squared error."""
    sums = ((a - b) ** 2).sum(-1).cumsum(0).cumsum(1)
    sums = np.pad(sums, ((1, 0), (1, 0)))
    w, h = size
    total = sums[h:, w:] - sums[:-h, w:] - sums[h:, :-w] + sums[:-h, :-w]
    y, x = np.unravel_index(total.argmax(), total.shape)
    return int(x), int(y)


def sheet(rows):
    """Rows of pictures of one size, with white lines between."""
    height, width = rows[0][0].shape[:2]
    n, m = len(rows), len(rows[0])
    out = np.full((n * (height + LINE) - LINE, m * (width + LINE) - LINE, 3), 255, np.uint8)
    for j, row in enumerate(rows):
        for i, picture in enumerate(row):
            y, x = j * (height + LINE), i * (width + LINE)
            out[y : y + height, x : x + width] = picture
    return Image.fromarray(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("truth", type=Path)
    parser.add_argument("results", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    chosen, farthest = [], []
    for shot, at in ROWS:
        scene = shot.split("/")[0]
        files = [options.truth / scene / "pinhole.exr", options.results / (shot.replace("/", "_") + ".exr"), options.truth / (shot + ".exr")]
        pictures = [rgb(f) for f in files]
        chosen.append([crop(p, at, SIZE, ZOOM) for p in pictures])
        place = worst(pictures[1], pictures[2], SMALL)
        print(f"{shot}: farthest from the truth at {place}")
        farthest.append([crop(p, place, SMALL, MORE) for p in pictures])
    options.out.mkdir(parents=True, exist_ok=True)
    sheet(chosen).save(options.out / "lens.png", optimize=True)
    sheet(farthest).save(options.out / "lens_worst.png", optimize=True)


main()
