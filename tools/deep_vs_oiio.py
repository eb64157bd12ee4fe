#!/usr/bin/env python3
"""CPU seconds of reading, merging and flattening deep files: ours beside oiiotool (PyPI: OpenImageIO).

    cargo build --release -p deep-exr --examples
    python3 -m venv v && v/bin/pip install OpenImageIO numpy
    v/bin/python tools/deep_vs_oiio.py --ours target/release/examples [--real leaves.exr trunks.exr]

Both write the picture as float, uncompressed. CPU seconds are user + system of the whole process, the least of several
runs. Exits with 1 where a bar is missed: a fifth of oiiotool's time for real renders, a fiftieth for dense volumes.
"""

import argparse
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile


def cpu_seconds(command, runs):
    """The least CPU time of some runs, in seconds."""
    best = float("inf")
    for _ in range(runs):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        best = min(best, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return best


def difference(ours, theirs):
    """How many pixels differ by more than 1e-6 in R, G, B or A, of how many, and by how much; None without numpy."""
    try:
        import numpy
        import OpenImageIO
    except ImportError:
        return None
    buffer = OpenImageIO.ImageBuf(str(theirs))
    pixels = buffer.get_pixels(OpenImageIO.FLOAT)
    names = list(buffer.spec().channelnames)
    height, width = pixels.shape[:2]
    planes = numpy.fromfile(ours, "<f4").reshape(5, height, width)[:4]
    off = numpy.max([abs(pixels[..., names.index(c)] - planes[i]) for i, c in enumerate("RGBA")], axis=0)
    return int((off > 1e-6).sum()), off.size, float(off.max())


def compare(name, files, share, options, work):
    ours, theirs = work / "ours.raw", work / "theirs.exr"
    mine = [options.ours / "flatten_files", "--threads", str(options.threads), "--out", ours, *files]
    merge = [files[0], *(word for file in files[1:] for word in (file, "--deepmerge"))]
    oiio = [options.oiiotool, "--threads", str(options.threads), *merge]
    oiio += ["--flatten", "-d", "float", "--compression", "none", "-o", theirs]
    a = cpu_seconds(mine, options.runs)
    # What takes long is not repeated as often.
    b = cpu_seconds(oiio, 1)
    if b < 5:
        b = min(b, cpu_seconds(oiio, options.runs))
    print(f"{name}: ours {a:.3f} s, oiiotool {b:.3f} s of CPU: 1/{b / max(a, 1e-3):.1f} (bar 1/{share})", end="")
    compared = difference(ours, theirs)
    if compared:
        print("; {} of {} pixels differ by more than 1e-6, at most {:.1e}".format(*compared), end="")
    print(flush=True)
    return a * share <= b


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ours", type=pathlib.Path, default="target/release/examples", help="folder of our examples")
    parser.add_argument("--oiiotool", default=shutil.which("oiiotool", path=str(pathlib.Path(sys.executable).parent)))
    parser.add_argument("--real", nargs="+", default=[], metavar="FILE", help="real renders to merge")
    parser.add_argument("--volumes", type=int, default=12, help="overlapping volumes a pixel in each of two files")
    parser.add_argument("--size", type=int, nargs=2, default=(240, 135))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    if not options.oiiotool:
        parser.error("no oiiotool beside this Python; name one with --oiiotool")
    met = True
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        start = cpu_seconds([options.oiiotool, "--version"], options.runs)
        print(f"oiiotool, only started: {start:.3f} s of CPU")
        if options.real:
            met &= compare(f"{len(options.real)} real renders", options.real, 5, options, work)
        files = [work / "first.exr", work / "second.exr"]
        size = [str(n) for n in (*options.size, options.volumes)]
        subprocess.run([options.ours / "dense_volumes", *size, *files], check=True)
        met &= compare(f"2 x {size[2]} volumes, {size[0]}x{size[1]}", files, 50, options, work)
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
