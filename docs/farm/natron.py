# NatronRenderer --clear-openfx-cache natron.py
# Paths are absolute. OFX_PLUGIN_PATH names the folder that holds Fathom.ofx.bundle.
import os, sys

BEAUTY, DEPTH, OUT, FIRST, LAST = "/shot/beauty.####.exr", "/shot/z.####.exr", "/shot/out.####.exr", 1, 100


def connect(node, label, source):
    """Inputs are found by their label."""
    for i in range(node.getMaxInputCount()):
        if node.getInputLabel(i) == label:
            assert node.connectInput(i, source), label
            return
    raise ValueError(label)


# All readers first: they are not to be renamed before.
beauty, depth = app.createReader(BEAUTY), app.createReader(DEPTH)
lens = app.createNode("org.fathomfx.ZDefocus")
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
sys.stdout.flush()
# Leaves before Natron takes itself apart, which sometimes hangs without a window.
os._exit(0)
