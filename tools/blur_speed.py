#!/usr/bin/env python3
"""ZDefocus beside a plain disc blur of the same radius, in the same run: CPU seconds of one 1920x1080 frame of float RGBA on one thread.

OpenCV's filter2D blurs the whole frame by one uniform disc: no depth, no edges. The bench `lens` renders ZDefocus on a wall all of which
has that radius, on a ramp from minus to plus that radius, and on the chess scene with that radius at infinity; `gather` is the plainest
filter with a radius for each pixel. Needs cargo, and numpy and opencv-python-headless from PyPI:

    tools/blur_speed.py [--radius 8,25,60,100] [--quality Normal] [--repeat 2] [--command "cargo bench -p fathom-core --bench lens --"]
"""

import argparse
import json
import resource
import shlex
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np

SIZE = (1080, 1920)
SCENES = ["wall", "ramp", "chess", "gather"]


def disc(radius):
    """A uniform disc with a soft edge of a pixel, sum 1."""
    n = int(np.ceil(radius))
    y, x = np.mgrid[-n : n + 1, -n : n + 1]
    k = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
    return k / k.sum()


def cpu():
    u = resource.getrusage(resource.RUSAGE_SELF)
    return u.ru_utime + u.ru_stime


def plain_blur(picture, radius, repeat):
    kernel, least = disc(radius), float("inf")
    for _ in range(repeat + 1):
        start = cpu()
        cv2.filter2D(picture, -1, kernel, borderType=cv2.BORDER_REPLICATE)
        least = min(least, cpu() - start)
    return least


def bench(options, scene, radius):
    """One case of the bench; None where its scene is not there."""
    words = ["--json", "--scene", scene, "--radius", f"{radius:g}", "--repeat", str(options.repeat)]
    if scene != "gather":
        words += ["--quality", options.quality, "--shape", options.shape, "--threads", "1"]
    done = subprocess.run(shlex.split(options.command) + words, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent)
    if done.returncode:
        sys.exit(f"the bench failed on {scene}")
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    return json.loads(lines[0]) if lines else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--radius", default="8,25,60,100")
    parser.add_argument("--quality", default="Normal")
    parser.add_argument("--shape", default="Disc")
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--command", default="cargo bench -q -p fathom-core --bench lens --")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    picture = np.random.default_rng(1).random((*SIZE, 4), np.float32)
    plain_blur(picture, 3.0, 1)
    print(f"1920x1080 float RGBA, one thread, CPU seconds, least of {options.repeat}; ZDefocus {options.quality}, {options.shape}; "
          f"in brackets: times OpenCV {cv2.__version__}")
    print("| radius | OpenCV uniform disc |" + "".join(f" {s:>14} |" for s in SCENES) + " memory, frames |")
    print("|-------:|--------------------:|" + "---------------:|" * len(SCENES) + "---------------:|")
    for radius in (float(r) for r in options.radius.split(",")):
        results = {scene: bench(options, scene, radius) for scene in SCENES}
        plain = plain_blur(picture, radius, options.repeat)
        cells = [f"{r['cpu']:.2f} ({r['cpu'] / plain:.0f}x)" if r else "-" for r in results.values()]
        memory = max(r["frames"] for s, r in results.items() if r and s != "gather")
        print(f"| {radius:6g} | {plain:19.3f} |" + "".join(f" {c:>14} |" for c in cells) + f" {memory:14.2f} |", flush=True)


main()
