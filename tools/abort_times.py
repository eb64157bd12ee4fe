#!/usr/bin/env python3
"""How soon every effect stops at 4K when the host asks it to: a table in Markdown.

Writes flat pictures with depth and a deep file of 3840x2160 into a temporary folder, and runs `fathom time --abort` with them. Needs nothing
but the built bundle and program:

    tools/abort_times.py [--moments 20] [--command "cargo run --release -p mock-host --"] [--only "DepthFog scatter"]
"""

import argparse
import re
import shlex
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

WIDTH, HEIGHT = 3840, 2160
HALF, FLOAT = 1, 2
FLAT = ["Source={}/flat.exr", "Depth={}/flat.exr:Z"]
DEFOCUS = ["depthConvention=Distance", "focusDistance=3", "sizeAtInfinity=20", "maxSize=40"]
FOG = ["depthConvention=Distance", "visibility=30"]
GRADE = ["depthConvention=Distance", "nearExposure=1", "farSaturation=0.2", "nearEnd=2.5", "farStart=8"]
HOLES = ["Source={}/holes.exr", "Depth={}/holes.exr:Z"]
PLATE = FLAT + ["Background={}/plate.exr", "BackgroundDepth={}/plate.exr:Z"]
REFINED = ["depthConvention=Distance", "depthEdges=Antialiased", "edgeRefine=1", "invalidDepth=Fill from neighbours"]
SLOW_FOG = ["rays=0.8", "raySamples=512", "noiseAmount=0.8", "noiseSteps=64"]
ELEMENT = ["sourceAsElement=1", "recolour=Match picture", "output=Depth"]
# Effect, in words, values, clips.
CASES = [
    ("ZDefocus", "Draft", DEFOCUS + ["quality=Draft"], FLAT),
    ("ZDefocus", "Normal", DEFOCUS + ["quality=Normal"], FLAT),
    ("ZDefocus", "Best", DEFOCUS + ["quality=Best"], FLAT),
    ("ZDefocus", "Normal, depth convention Auto", [v for v in DEFOCUS if "Convention" not in v], FLAT),
    ("ZDefocus", "Normal, clean plate, lateral colour", DEFOCUS + ["lateralColour=8"], PLATE),
    ("ZDefocus", "Normal, plate without depth", DEFOCUS, PLATE[:3]),
    ("ZDefocus", "Normal, image bokeh, highlights", DEFOCUS + ["bokehShape=Image", "bokehFile={}/bokeh.png", "highlightGain=2"], FLAT),
    ("ZDefocus", "Draft, depth filled and refined", DEFOCUS + REFINED + ["quality=Draft"], HOLES),
    ("DepthFog", "plain", FOG, FLAT),
    ("DepthFog", "noise", FOG + ["noiseAmount=0.8"], FLAT),
    ("DepthFog", "light rays", FOG + ["rays=0.8"], FLAT),
    ("DepthFog", "light rays of 512 samples, noise of 64 steps", FOG + SLOW_FOG, FLAT),
    ("DepthFog", "scatter blur", FOG + ["scatterBlur=20"], FLAT),
    ("DepthFog", "largest scatter blur", FOG + ["scatterBlur=100"], FLAT),
    ("DepthGrade", "", GRADE, FLAT),
    ("DepthGrade", "depth filled and refined", GRADE + REFINED, HOLES),
    ("DeepMerge", "one file, 33 million samples", ["file1={}/deep.exr"], []),
    ("DeepMerge", "two files, 66 million samples", ["file1={}/deep.exr", "file2={}/deep.exr", "depthOffset2=0.3"], []),
    ("DeepMerge", "beside a recoloured source, depth", ["file1={}/deep.exr"] + ELEMENT + REFINED, HOLES),
]


def attribute(name, kind, value):
    return name.encode() + b"\0" + kind.encode() + b"\0" + struct.pack("<I", len(value)) + value


def header(channels, deep):
    names = b"".join(n.encode() + b"\0" + struct.pack("<iBxxxii", kind, 0, 1, 1) for n, kind in channels) + b"\0"
    window = struct.pack("<4i", 0, 0, WIDTH - 1, HEIGHT - 1)
    head = struct.pack("<II", 20000630, 2 | (0x800 if deep else 0))
    head += attribute("channels", "chlist", names) + attribute("compression", "compression", b"\2")
    head += attribute("dataWindow", "box2i", window) + attribute("displayWindow", "box2i", window)
    head += attribute("lineOrder", "lineOrder", b"\0") + attribute("pixelAspectRatio", "float", struct.pack("<f", 1))
    head += attribute("screenWindowCenter", "v2f", bytes(8)) + attribute("screenWindowWidth", "float", struct.pack("<f", 1))
    if deep:
        head += attribute("type", "string", b"deepscanline") + attribute("version", "int", struct.pack("<i", 1))
        head += attribute("chunkCount", "int", struct.pack("<i", HEIGHT))
    return head + b"\0"


def packed(row):
    """ZIP of one row as OpenEXR has it: bytes of even places first, then differences."""
    sorted_bytes = row[0::2] + row[1::2]
    different = bytes([sorted_bytes[0]]) + bytes((b - a + 128) & 255 for a, b in zip(sorted_bytes, sorted_bytes[1:]))
    return zlib.compress(different, 6)


def write(path, head, blocks):
    """`blocks`: what follows the number of the row, for each row."""
    place = len(head) + 8 * HEIGHT
    with open(path, "wb") as file:
        file.write(head)
        for block in blocks:
            file.write(struct.pack("<Q", place))
            place += 4 + len(block)
        for y, block in enumerate(blocks):
            file.write(struct.pack("<i", y) + block)


def distance(x, band):
    return [1.5, 3.0, 8.0, 25.0, 120.0][(x // 96 + 2 * band) % 5] + 0.002 * x


def flat(path, depth):
    """A picture with a depth for each column and band."""
    rows = []
    for band in range(12):
        colour = lambda c: [((x * (c + 3) + band * 17) % 251) / 251 + (40 if (x, c) == (50 * band, 1) else 0) for x in range(WIDTH)]
        row = struct.pack(f"<{WIDTH}e", *[1.0] * WIDTH)
        row += b"".join(struct.pack(f"<{WIDTH}e", *colour(c)) for c in range(3))
        row += struct.pack(f"<{WIDTH}f", *[depth(x, band) for x in range(WIDTH)])
        small = packed(row)
        rows.append(struct.pack("<I", len(small)) + small)
    channels = [("A", HALF), ("B", HALF), ("G", HALF), ("R", HALF), ("Z", FLOAT)]
    write(path, header(channels, False), [rows[y // 60 % len(rows)] for y in range(HEIGHT)])


def bokeh(path, side=512):
    """A ring, as a PNG of 8 bits of grey."""
    level = lambda x, y: 255 if 0.2 < (x * x + y * y) ** 0.5 < 0.9 else 40
    at = lambda i: (2 * i + 1) / side - 1
    rows = b"".join(b"\0" + bytes(level(at(x), at(y)) for x in range(side)) for y in range(side))
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def deep(path):
    rows, each = [], 4
    counts = packed(struct.pack(f"<{WIDTH}i", *range(each, each * WIDTH + 1, each)))
    for band in range(6):
        n = WIDTH * each
        alpha = [0.5 if i % each else 0.25 for i in range(n)]
        row = struct.pack(f"<{n}e", *alpha)
        row += b"".join(struct.pack(f"<{n}e", *[a * ((i * (c + 3) + band) % 97) / 97 for i, a in enumerate(alpha)]) for c in range(3))
        row += struct.pack(f"<{n}f", *[distance(i // each, band) + 0.5 * (i % each) for i in range(n)])
        small = packed(row)
        rows.append(struct.pack("<QQQ", len(counts), len(small), len(row)) + counts + small)
    channels = [("A", HALF), ("B", HALF), ("G", HALF), ("R", HALF), ("Z", FLOAT)]
    write(path, header(channels, True), [rows[y // 90 % len(rows)] for y in range(HEIGHT)])


SAID = re.compile(r"([\d.]+) s; stopped (\d+) times, ([\d.]+) ms after .*?, ([\d.]+) ms at worst; ([\d.]+) ms between")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moments", type=int, default=20)
    parser.add_argument("--command", default="cargo run --release --quiet -p mock-host --bin fathom --")
    parser.add_argument("--only", default="", help="cases with this in their name, such as an effect's")
    options = parser.parse_args()
    cases = [case for case in CASES if options.only in " ".join(case[:2])]
    makers = {
        "flat.exr": lambda path: flat(path, distance),
        "holes.exr": lambda path: flat(path, lambda x, band: 0 if (x + 7 * band) % 64 < 12 else distance(x, band)),
        "plate.exr": lambda path: flat(path, lambda x, band: 130 + 0.01 * x),
        "bokeh.png": bokeh,
        "deep.exr": deep,
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, make in makers.items():
            if any(name in one for case in cases for one in case[2] + case[3]):
                make(Path(folder) / name)
        print("| effect | | render | stops | median | worst | between two looks |\n|---|---|---|---|---|---|---|")
        for effect, words, values, clips in cases:
            words_of = lambda option, all: [w for one in all for w in (option, one.format(folder))]
            command = shlex.split(options.command) + ["time", "--effect", effect, "--abort", str(options.moments)]
            command += words_of("--set", values) + words_of("--clip", clips)
            done = subprocess.run(command, capture_output=True, text=True)
            said = SAID.search(done.stdout)
            if not said:
                sys.exit(f"{effect} {words}: {done.stdout}{done.stderr}")
            seconds, stops, median, worst, looks = said.groups()
            print(f"| {effect} | {words} | {seconds} s | {stops} | {median} ms | {worst} ms | {looks} ms |", flush=True)


if __name__ == "__main__":
    main()
