# NatronRenderer --clear-openfx-cache natron.py
# Paths are absolute. OFX_PLUGIN_PATH names the folder that holds Fathom.ofx.bundle.
import os, sys, time, traceback

BEAUTY, DEPTH, OUT, FIRST, LAST = "/shot/beauty.####.exr", "/shot/z.####.exr", "/shot/out.####.exr", 1, 100


def connect(node, label, source):
    """Inputs are found by their label."""
    for i in range(node.getMaxInputCount()):
        if node.getInputLabel(i) == label:
            assert node.connectInput(i, source), label
            return
    raise ValueError(label)


def written(frame, since):
    """Is there a picture of the frame, from this run?"""
    path = OUT.replace("####", "%04d" % frame)
    return os.path.exists(path) and os.path.getsize(path) > 0 and os.path.getmtime(path) >= since


status, begun = 1, time.time() - 2  # clocks of file servers differ a little
try:
    # All readers first: they are not to be renamed before.
    beauty, depth = app.createReader(BEAUTY), app.createReader(DEPTH)
    lens = app.createNode("org.fathomfx.ZDefocus")
    assert lens, "no ZDefocus: OFX_PLUGIN_PATH must name the folder that holds Fathom.ofx.bundle"
    connect(lens, "Source", beauty)
    connect(lens, "Depth", depth)
    lens.getParam("focusDistance").setValueAtTime(2.0, FIRST)
    lens.getParam("focusDistance").setValueAtTime(8.0, LAST)
    lens.getParam("sizeAtInfinity").setValue(12.0)
    writer = app.createWriter(OUT)
    writer.connectInput(0, lens)
    writer.getParam("formatType").setValue("input")
    writer.getParam("bitDepth").setValue("32f")
    app.render(writer, FIRST, LAST)
    # Natron does not say whether a render failed.
    missing = [frame for frame in range(FIRST, LAST + 1) if not written(frame, begun)]
    print("frames that failed: %s" % missing if missing else "all frames are there")
    status = 1 if missing else 0
except Exception:
    traceback.print_exc()
sys.stdout.flush()
sys.stderr.flush()
# Leaves before Natron takes itself apart, which sometimes hangs without a window.
os._exit(status)
