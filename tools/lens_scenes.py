#!/usr/bin/env python3
"""Scenes seen through a pinhole and through a real lens, path traced: more truth for ZDefocus. Run by hand; it needs bpy 4.5, numpy and
OpenEXR from PyPI:

    tools/lens_scenes.py --out FOLDER [--scene hair] [--shot near_r30] [--quick]

Everything in the scenes is made here from boxes, cylinders, spheres, leaves, strands and words. Each gives SCENE/pinhole.exr, z.exr
(camera-plane metres at the pixel's centre, 1e10 where nothing is) and for each shot SHOT.exr, the same frame through a thin lens, and
SHOT.json, its camera: what `cargo fathom shots FOLDER` reads. Two seeds are rendered and averaged; what they differ by tells the noise.

A shot's name tells the focus, on something near or far, and the largest blur in pixels: near_r30 is focused near and has 30 at the
farthest pixel, far_r5 is focused far and has 5 at the nearest.

- hair: a head of thousands of single hairs and a ball of fur before shelves of many colours.
- leaves: branches with thousands of shining leaves at many depths before hills and the sky.
- corridor: floor, walls and ceiling with tiles, bricks and small print from near to far, posts and balls in it.
- table: polished and painted things, thin stems, words on boxes near and far.
- street: lamps of 10 to 300 times white at night, behind railings, wires and posts.
- dot: a grey card with one small lamp, to check the size of the blur (`--check` measures it).
"""

import argparse
import json
import math
import random
import time
from pathlib import Path

import bpy
import numpy as np
from mathutils import Vector

import fog_scenes as base
from fog_scenes import EMPTY, SENSOR, ball, box, camera, cylinder, material, mesh, mottled, rounded, sky, sun, textured, write

SIZE = (640, 360)
FOCAL = 50.0
PIXELS = FOCAL / SENSOR * SIZE[0]


# ---- the makings of scenes ----


def shining(name, colour, roughness, specular=0.5, metal=0.0):
    m = material(name, colour, roughness=roughness)
    bsdf = m.node_tree.nodes["Principled BSDF"]
    bsdf.inputs["Specular IOR Level"].default_value, bsdf.inputs["Metallic"].default_value = specular, metal
    return m


def glowing(name, colour, strength=1.0):
    """Seen as it is, lighting nothing."""
    m = bpy.data.materials.new(name)
    m.use_nodes = True
    tree = m.node_tree
    tree.nodes.remove(tree.nodes["Principled BSDF"])
    glow, ray = tree.nodes.new("ShaderNodeEmission"), tree.nodes.new("ShaderNodeLightPath")
    if callable(colour):
        tree.links.new(colour(tree), glow.inputs["Color"])
    else:
        glow.inputs["Color"].default_value = (*colour, 1)
    times = tree.nodes.new("ShaderNodeMath")
    times.operation = "MULTIPLY"
    times.inputs[1].default_value = strength
    tree.links.new(ray.outputs["Is Camera Ray"], times.inputs[0])
    tree.links.new(times.outputs[0], glow.inputs["Strength"])
    tree.links.new(glow.outputs[0], tree.nodes["Material Output"].inputs["Surface"])
    m.cycles.emission_sampling = "NONE"
    return m


def checks(one, two, scale):
    return textured("ShaderNodeTexChecker", {"Color1": (*one, 1), "Color2": (*two, 1)}, scale)


def bricks(one, two, mortar, width, height, axes="XYZ", line=0.02):
    settings = {"Color1": (*one, 1), "Color2": (*two, 1), "Mortar": (*mortar, 1), "Mortar Size": line, "Brick Width": width, "Row Height": height}
    return textured("ShaderNodeTexBrick", settings, 1.0, axes)


def thing_of(name, points, faces, look):
    """A mesh from arrays; the last axis of `faces` are the corners."""
    made = bpy.data.meshes.new(name)
    made.from_pydata(points.tolist(), [], faces.tolist())
    made.materials.append(look)
    thing = bpy.data.objects.new(name, made)
    bpy.context.collection.objects.link(thing)
    return thing


def strands(name, paths, radii, look):
    """Curves: `paths` is strands × points × 3, `radii` of each strand at its root; they end in a point."""
    count, points, _ = paths.shape
    curves = bpy.data.hair_curves.new(name)
    curves.add_curves([points] * count)
    curves.attributes["position"].data.foreach_set("vector", paths.astype(np.float32).ravel())
    taper = np.linspace(1.0, 0.35, points)
    curves.attributes.new("radius", "FLOAT", "POINT").data.foreach_set("value", (radii[:, None] * taper).astype(np.float32).ravel())
    curves.materials.append(look)
    thing = bpy.data.objects.new(name, curves)
    bpy.context.collection.objects.link(thing)
    return thing


def combed(chance, centre, radius, count, length, points, fall, curl, keep):
    """Strands that grow from a ball, then fall; only from where `keep` says yes of the direction."""
    out = chance.normal(size=(count * 3, 3))
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    out = out[keep(out)][:count]
    n = len(out)
    way, at = out + chance.normal(scale=0.25, size=out.shape), np.asarray(centre) + radius * out
    drop = fall * chance.uniform(0.5, 1.5, size=(n, 1))
    step = length * chance.uniform(0.6, 1.3, size=(n, 1)) / (points - 1)
    path = [at]
    for k in range(points - 1):
        way = way + np.array([0, 0, -1.0]) * drop / points * 2.2 + chance.normal(scale=curl, size=way.shape)
        way /= np.linalg.norm(way, axis=1, keepdims=True)
        at = at + step * way
        # They lie on the ball, not in it.
        off = at - np.asarray(centre)
        far = np.linalg.norm(off, axis=1, keepdims=True)
        at = np.where(far < radius, np.asarray(centre) + off / far * radius, at)
        path.append(at)
    return np.stack(path, 1)


def words(text, at, size, look, turn=(90, 0, 0)):
    """Letters, standing upright and facing the camera unless turned otherwise."""
    bpy.ops.object.text_add(location=at, rotation=[math.radians(v) for v in turn])
    thing = bpy.context.object
    thing.data.body, thing.data.size = text, size
    thing.data.align_x = thing.data.align_y = "CENTER"
    thing.data.materials.append(look)
    return thing


def rod(look, a, b, radius, sides=12):
    a, b = Vector(a), Vector(b)
    thing = mesh(lambda: bpy.ops.mesh.primitive_cylinder_add(radius=1, depth=1, vertices=sides), "rod", look, (a + b) / 2, (radius, radius, (b - a).length), True)
    thing.rotation_euler = (b - a).to_track_quat("Z", "Y").to_euler()
    return thing


def unlit_by(thing):
    """It lets light through and is only seen."""
    thing.visible_shadow = thing.visible_diffuse = thing.visible_glossy = False
    return thing


LOREM = "the lens sees what the pinhole hides and hides what it saw a line of small print runs on".split()


def sentence(chance, letters):
    said = ""
    while len(said) < letters:
        said += chance.choice(LOREM) + " "
    return said[:letters].strip()


# ---- scenes: each returns the distances of its near and its far focus ----


def hair():
    chance, pick = np.random.default_rng(3), random.Random(3)
    sky((0.55, 0.6, 0.7), (0.55, 0.6, 0.7))
    sun(3.0, (1.0, 0.9, 0.78), 40, 150, 1.0)
    sun(1.6, (0.8, 0.9, 1.0), 25, -30, 3.0)
    camera(FOCAL, (0, 0, 0))
    # Shelves of books on a wall, a lamp and a window.
    wall = material("wall", bricks((0.5, 0.35, 0.28), (0.36, 0.2, 0.15), (0.6, 0.58, 0.52), 0.5, 0.16, "XZY"))
    box(wall, 0, 5.6, 9, 0.2, 5, -2.5)
    board = material("board", (0.12, 0.07, 0.04))
    covers = [material("cover", c) for c in [(0.6, 0.08, 0.05), (0.05, 0.2, 0.45), (0.75, 0.6, 0.2), (0.1, 0.3, 0.12), (0.8, 0.78, 0.7), (0.05, 0.05, 0.06)]]
    ink = material("ink", (0.9, 0.85, 0.7))
    for shelf in range(4):
        z = -1.25 + 0.62 * shelf
        box(board, 0.35, 5.2, 4.2, 0.4, 0.04, z)
        x = -1.7
        while x < 2.35:
            w, h = pick.uniform(0.05, 0.13), pick.uniform(0.35, 0.54)
            box(covers[pick.randrange(6)], x + w / 2, 5.15, w * 0.94, 0.3, h, z + 0.04)
            if w > 0.08:
                words(sentence(pick, 14), (x + w / 2, 4.995, z + 0.04 + h / 2), 0.05, ink, (90, 90, 0))
            x += w
    ball(glowing("lamp", (1.0, 0.8, 0.5), 25.0), -1.2, 4.4, 0.75, 0.05)
    ball(glowing("lamp", (0.5, 0.7, 1.0), 40.0), 1.35, 4.6, 0.2, 0.022)
    rod(board, (-1.2, 4.4, 0.75), (-1.2, 4.4, -2.0), 0.012)
    # The head, at a metre, and a ball of fur behind it.
    skin = shining("skin", mottled((0.55, 0.32, 0.22), (0.72, 0.46, 0.34), 18.0), 0.5)
    centre = (-0.07, 1.15, -0.02)
    ball(skin, *centre, 0.1)
    cylinder(skin, centre[0], centre[1] + 0.02, 0.045, 0.3, -0.38)
    for side in (-1, 1):
        ball(shining("eye", (0.02, 0.02, 0.02), 0.1), centre[0] + 0.035 * side, centre[1] - 0.094, centre[2] + 0.012, 0.011)
    scalp = lambda d: (d[:, 2] > 0.2) | ((d[:, 1] > -0.35) & (d[:, 2] > -0.55))
    brown = shining("brown", (0.22, 0.10, 0.045), 0.35)
    long = combed(chance, centre, 0.102, 5200, 0.22, 12, 2.6, 0.07, scalp)
    strands("hair", long, chance.uniform(0.00016, 0.0003, len(long)), brown)
    # Some stand out.
    loose = combed(chance, centre, 0.102, 420, 0.17, 12, 0.7, 0.16, scalp)
    strands("loose", loose, chance.uniform(0.00012, 0.00025, len(loose)), shining("fair", (0.55, 0.32, 0.13), 0.3))
    toy = (0.24, 1.75, -0.12)
    ball(material("toy", (0.3, 0.27, 0.22)), *toy, 0.1)
    fur = combed(chance, toy, 0.1, 4000, 0.05, 6, 0.25, 0.12, lambda d: d[:, 2] > -2)
    strands("fur", fur, chance.uniform(0.0003, 0.0006, len(fur)), material("fur", (0.75, 0.68, 0.55)))
    return 1.06, 5.0


def leaf_shapes(chance, at, size):
    """Leaves of six corners each, bent along the middle, at random turns: points and faces."""
    n = len(at)
    along = np.array([0.0, 0.35, 0.75, 1.0, 0.75, 0.35])
    across = np.array([0.0, 0.22, 0.18, 0.0, -0.18, -0.22])
    x = chance.normal(size=(n, 3)) + np.array([0, 0, -0.35])
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    y = np.cross(x, chance.normal(size=(n, 3)))
    y /= np.linalg.norm(y, axis=1, keepdims=True)
    z = np.cross(x, y)
    size = np.asarray(size)[:, None, None]
    points = at[:, None] + size * (along[None, :, None] * x[:, None] + across[None, :, None] * y[:, None] + 0.12 * np.abs(across)[None, :, None] * z[:, None])
    first = 6 * np.arange(n)[:, None]
    return points.reshape(-1, 3), np.concatenate([first + np.array([[0, 1, 2, 3]]), first + np.array([[0, 3, 4, 5]])])


def leaves():
    chance, pick = np.random.default_rng(8), random.Random(8)
    sky((0.9, 1.0, 1.15), (0.12, 0.3, 0.8))
    sun(5.0, (1.0, 0.92, 0.78), 48, 115, 0.6)
    camera(FOCAL, (0, 0, 1.6))
    base.ground(material("meadow", mottled((0.05, 0.09, 0.02), (0.28, 0.3, 0.1), 3.0)), 4000)
    hill = material("hill", mottled((0.04, 0.08, 0.03), (0.16, 0.22, 0.09), 0.25))
    for x, y, r in [(-40, 120, 50), (30, 150, 60), (90, 110, 40)]:
        ball(hill, x, y, -0.78 * r, r)
    bark = material("bark", mottled((0.05, 0.035, 0.025), (0.22, 0.17, 0.12), 30.0))
    house = material("house", bricks((0.75, 0.7, 0.6), (0.6, 0.5, 0.42), (0.3, 0.28, 0.25), 0.9, 0.4, "XZY", 0.04))
    box(house, 3.4, 26, 6, 5, 4.0)
    box(material("roof", (0.35, 0.09, 0.05)), 3.4, 26, 6.6, 5.6, 0.5, 4.0)
    box(material("window", (0.03, 0.04, 0.06)), 2.2, 23.48, 1.1, 0.1, 1.4, 1.4)
    box(material("window", (0.03, 0.04, 0.06)), 4.6, 23.48, 1.1, 0.1, 1.4, 1.4)
    # Trees from far to near: a trunk, boughs, leaves along them.
    greens = [shining("leaf", c, 0.28) for c in [(0.07, 0.17, 0.03), (0.13, 0.24, 0.04), (0.25, 0.3, 0.06), (0.4, 0.16, 0.04)]]
    trees = [(-3.2, 14.0, 1.0, 2600, 0.17), (2.0, 11.0, 0.8, 1900, 0.15), (-1.1, 6.5, 0.6, 1500, 0.11), (1.5, 5.2, 0.5, 1100, 0.09), (-2.0, 8.5, 0.7, 1500, 0.13)]
    for x, y, spread, many, size in trees:
        cylinder(bark, x, y, 0.05 * spread + 0.02, 1.5, sides=16)
        spots = []
        for _ in range(12):
            end = Vector((x + chance.normal() * spread, y + chance.normal() * spread * 0.8, 1.7 + chance.uniform(-0.5, 1.3) * spread))
            start = Vector((x, y, chance.uniform(0.9, 1.5)))
            rod(bark, start, end, 0.012 * spread + 0.004, 8)
            t = chance.uniform(0.2, 1.05, size=many // 12)
            spots.append(np.array(start)[None] + t[:, None] * np.array(end - start)[None] + chance.normal(scale=0.09 * spread, size=(len(t), 3)))
        at = np.concatenate(spots)
        points, faces = leaf_shapes(chance, at, size * chance.uniform(0.6, 1.2, len(at)))
        thing_of("leaves", points, faces, greens[pick.randrange(4)])
    # Near twigs from the sides.
    for side, y, z in [(-1, 1.5, 1.72), (1, 1.75, 1.48), (-1, 2.3, 1.38), (1, 2.6, 1.83), (1, 3.4, 1.6)]:
        start = np.array([side * 0.42 * y, y, z + 0.05])
        for _ in range(4):
            end = np.array([side * chance.uniform(0.02, 0.22) * y, y + chance.uniform(-0.12, 0.12), z + chance.uniform(-0.16, 0.16)])
            rod(bark, start, end, 0.0022, 8)
            t = chance.uniform(0.1, 1.0, size=34)
            at = start + t[:, None] * (end - start) + chance.normal(scale=0.008, size=(34, 3))
            points, faces = leaf_shapes(chance, at, 0.06 * chance.uniform(0.6, 1.2, 34))
            thing_of("leaves", points, faces, greens[pick.randrange(4)])
    # Grass.
    n = 2600
    y = 2.6 * (22 / 2.6) ** chance.uniform(size=n)
    roots = np.stack([chance.uniform(-0.45, 0.45, n) * y, y, np.zeros(n)], 1)
    blades = [roots]
    bend = chance.normal(scale=0.12, size=(n, 3))
    for k in range(1, 5):
        blades.append(roots + np.array([0, 0, 0.11 * k]) * chance.uniform(0.7, 1.3, (n, 1)) + bend * (k / 4) ** 2)
    strands("grass", np.stack(blades, 1), chance.uniform(0.002, 0.004, n), material("grass", (0.2, 0.3, 0.06)))
    return 1.5, 26.0


def corridor():
    pick = random.Random(5)
    sky((0.9, 0.93, 1.0), (0.9, 0.93, 1.0))
    sun(2.2, (1.0, 0.93, 0.8), 60, -150, 1.0)
    camera(FOCAL, (0.12, 0, 1.25))
    long, high, half = 24.0, 2.35, 1.15
    tiles = checks((0.75, 0.7, 0.6), (0.09, 0.11, 0.14), 5.0)
    base.mesh(lambda: bpy.ops.mesh.primitive_plane_add(size=1), "floor", material("floor", tiles), (0, long / 2, 0), (2 * half, long, 1))
    left = material("left", bricks((0.55, 0.22, 0.14), (0.42, 0.15, 0.1), (0.72, 0.7, 0.64), 0.24, 0.08, "YZX", 0.012))
    right = material("right", bricks((0.75, 0.82, 0.85), (0.62, 0.72, 0.78), (0.2, 0.24, 0.3), 0.2, 0.2, "YZX", 0.012))
    for look, x in ((left, -half - 0.05), (right, half + 0.05)):
        unlit_by(box(look, x, long / 2, 0.1, long, high))
    # A card's object space begins in its middle; its ends are not seen.
    grid = glowing("ceiling", bricks((0.8, 0.8, 0.76), (0.72, 0.72, 0.7), (0.1, 0.1, 0.1), 0.6, 0.6, "XYZ", 0.02), 0.8)
    unlit_by(box(grid, 0, long / 2, 2 * half, long, 0.05, high))
    for k in range(8):
        unlit_by(box(glowing("panel", (1.0, 0.97, 0.9), 4.0), 0, 2.2 + 2.8 * k, 0.5, 0.9, 0.02, high - 0.02))
    end = material("end", checks((0.85, 0.75, 0.2), (0.1, 0.1, 0.12), 4.0))
    box(end, 0, long, 2 * half, 0.1, high)
    words("WAY OUT", (0, long - 0.06, 1.5), 0.5, material("red", (0.6, 0.03, 0.02)))
    ink, card = material("ink", (0.03, 0.03, 0.04)), material("card", (0.85, 0.84, 0.8))
    for k in range(11):
        y = 1.9 * 1.27**k
        side = -1 if k % 2 else 1
        if y > long - 1:
            break
        x = side * (half - 0.012)
        unlit_by(box(card, x, y, 0.012, 0.52, 0.62, 1.0))
        lines = "\n".join(sentence(pick, 26) for _ in range(13))
        unlit_by(words(lines, (x - side * 0.01, y, 1.31), 0.036, ink, (90, 0, -90 * side)))
    reds = [material("post", c) for c in [(0.7, 0.1, 0.06), (0.06, 0.25, 0.5), (0.75, 0.55, 0.1), (0.12, 0.4, 0.18)]]
    for k, (x, y) in enumerate([(-0.42, 1.7), (0.62, 2.6), (-0.7, 3.6), (0.3, 5.2), (-0.3, 7.5), (0.75, 10.0), (-0.6, 13.0), (0.1, 17.0)]):
        if k % 2:
            cylinder(reds[k % 4], x, y, 0.05, 1.55, sides=32)
            ball(shining("knob", (0.8, 0.8, 0.82), 0.15, metal=1.0), x, y, 1.6, 0.09)
        else:
            box(material("crate", bricks((0.5, 0.33, 0.16), (0.42, 0.27, 0.12), (0.1, 0.06, 0.03), 0.4, 0.07, "XZY", 0.006)), x, y, 0.3, 0.3, 0.95)
            words(f"No {k + 1}", (x, y - 0.155, 0.72), 0.13, card)
            rod(reds[k % 4], (x, y, 0.95), (x + 0.05, y, 1.5), 0.006)
    return 1.72, 17.0


def table():
    chance, pick = np.random.default_rng(2), random.Random(2)
    sky((0.35, 0.38, 0.45), (0.35, 0.38, 0.45))
    sun(3.2, (1.0, 0.9, 0.75), 38, -120, 1.5)
    sun(0.8, (0.7, 0.85, 1.0), 50, 100, 6.0)
    camera(FOCAL, (0, 0, 0.42), -8.0)
    cloth = material("cloth", checks((0.8, 0.76, 0.7), (0.45, 0.08, 0.07), 14.0))
    base.mesh(lambda: bpy.ops.mesh.primitive_plane_add(size=1), "table", cloth, (0, 2.0, 0), (3.4, 3.6, 1))
    box(material("paper", mottled((0.16, 0.22, 0.2), (0.55, 0.62, 0.5), 5.0)), 0, 6.2, 9, 0.1, 6, -2.5)
    frame = material("frame", (0.3, 0.2, 0.08))
    for x, z in ((-1.5, 0.45), (0.2, 0.62), (1.7, 0.35)):
        box(frame, x, 6.1, 0.95, 0.06, 0.75, z - 0.37)
        box(material("print", bricks((0.8, 0.5, 0.2), (0.15, 0.3, 0.5), (0.9, 0.88, 0.8), 0.14, 0.09, "XZY", 0.02)), x, 6.06, 0.8, 0.02, 0.6, z - 0.3)
    steel, gold = shining("steel", (0.8, 0.82, 0.85), 0.08, metal=1.0), shining("gold", (0.9, 0.6, 0.2), 0.15, metal=1.0)
    glaze = [shining("glaze", c, 0.06) for c in [(0.5, 0.05, 0.05), (0.05, 0.15, 0.4), (0.75, 0.72, 0.65), (0.04, 0.2, 0.1)]]
    ink, paint = material("ink", (0.9, 0.87, 0.8)), material("paint", (0.05, 0.05, 0.06))
    for k, (x, y, w, h) in enumerate([(-0.2, 0.92, 0.16, 0.24), (0.36, 1.45, 0.2, 0.3), (-0.62, 1.9, 0.24, 0.34), (0.15, 2.7, 0.3, 0.36)]):
        box(shining("tin", [(0.6, 0.1, 0.06), (0.08, 0.2, 0.42), (0.12, 0.3, 0.14), (0.75, 0.6, 0.25)][k], 0.3), x, y, w, w, h)
        words("TEA\nof the\nhills", (x, y - w / 2 - 0.002, h * 0.62), w * 0.24, ink)
        words("\n".join(sentence(pick, 22) for _ in range(6)), (x, y - w / 2 - 0.002, h * 0.2), w * 0.075, ink)
    for x, y, r in [(0.1, 1.12, 0.055), (-0.34, 1.3, 0.07), (0.62, 2.0, 0.1), (-0.15, 1.75, 0.06), (0.42, 2.5, 0.12), (-0.5, 2.9, 0.14), (0.05, 3.3, 0.1)]:
        ball(steel if pick.random() < 0.4 else gold if pick.random() < 0.3 else glaze[pick.randrange(4)], x, y, r, r)
    # Vases with stems and small flowers; forks on end.
    for x, y in [(0.2, 1.02), (-0.45, 1.5), (0.5, 1.75), (-0.05, 2.2), (0.85, 2.6), (-0.85, 2.6)]:
        cylinder(glaze[pick.randrange(4)], x, y, 0.03, 0.13, sides=32)
        for _ in range(7):
            end = (x + chance.normal() * 0.1, y + chance.normal() * 0.06, 0.36 + chance.uniform(-0.08, 0.1))
            rod(material("stem", (0.12, 0.25, 0.05)), (x, y, 0.1), end, 0.0014, 8)
            ball(material("bloom", pick.choice([(0.8, 0.3, 0.4), (0.85, 0.75, 0.2), (0.85, 0.83, 0.8)])), *end, chance.uniform(0.008, 0.018))
    for k in range(5):
        x, y = -0.75 + 0.33 * k, 1.25 + 0.4 * k
        rod(steel, (x, y, 0), (x + 0.03, y, 0.3), 0.003)
        ball(steel, x + 0.03, y, 0.31, 0.016)
    return 0.86, 6.0


def street():
    chance = random.Random(12)
    sky((0.12, 0.11, 0.16), (0.03, 0.04, 0.09))
    sun(0.9, (0.75, 0.82, 1.0), 55, -150, 4.0)
    camera(FOCAL, (0, 0, 1.6))
    base.ground(shining("road", mottled((0.06, 0.06, 0.07), (0.28, 0.26, 0.24), 2.0), 0.3), 600)
    stone = material("stone", bricks((0.32, 0.27, 0.22), (0.24, 0.2, 0.17), (0.1, 0.1, 0.1), 0.6, 0.25, "YZX", 0.02))
    front = material("front", bricks((0.3, 0.28, 0.3), (0.22, 0.2, 0.24), (0.1, 0.1, 0.1), 0.6, 0.25, "XZY", 0.02))
    tints = [(1.0, 0.62, 0.28), (1.0, 0.85, 0.6), (0.5, 0.7, 1.0), (1.0, 0.2, 0.12), (0.25, 1.0, 0.5)]
    for side in (-1, 1):
        box(stone, side * 8.5, 25, 6, 46, 9)
        for k in range(26):
            y, z = 6 + 1.7 * k, chance.choice((1.6, 4.2, 6.6))
            look = glowing("window", chance.choice(tints[:3]), chance.uniform(0.6, 4))
            box(look, side * 5.5, y, 0.06, 0.8, 1.2, z)
    box(front, 0, 52, 30, 3, 14)
    for k in range(30):
        box(glowing("window", chance.choice(tints[:3]), chance.uniform(0.5, 6)), -12 + 0.83 * k, 50.45, 0.5, 0.1, 0.9, chance.choice((2, 4.5, 7, 9)))
    iron = shining("iron", (0.12, 0.12, 0.13), 0.4)
    # Lamps on posts, in rows, on cars; strings of small ones.
    for k in range(9):
        for side in (-1, 1):
            y = 7 + 4.6 * k + (2 if side > 0 else 0)
            x = side * (1.9 + 0.16 * k)
            cylinder(iron, x, y, 0.06, 2.9, sides=16)
            rod(iron, (x, y, 2.85), (x - side * 0.8, y, 3.0), 0.03)
            ball(glowing("lamp", tints[k % 2], chance.uniform(60, 300)), x - side * 0.8, y, 2.9, 0.07)
    for k in range(10):
        x, y = chance.choice((-1.5, -0.9, 0.9, 1.6)) * (1 + 0.05 * k), 8 + 4.2 * k
        box(shining("car", chance.choice([(0.3, 0.03, 0.03), (0.05, 0.1, 0.3), (0.4, 0.4, 0.42)]), 0.2), x, y + 2, 1.6, 3.8, 0.7, 0.3)
        box(iron, x, y + 2, 1.4, 2.0, 0.5, 1.0)
        for dx in (-0.6, 0.6):
            ball(glowing("light", tints[3] if x > 0 else tints[1], chance.uniform(20, 120)), x + dx, y + 0.08, 0.62, 0.06)
    for k in range(5):
        a, b = (-5.4, 9 + 6 * k, 3.7 + 0.5 * k), (5.4, 10.5 + 6 * k, 3.5 + 0.5 * k)
        last = Vector(a)
        for i in range(1, 23):
            t = i / 22
            at = Vector(a).lerp(Vector(b), t) - Vector((0, 0, 4 * 1.1 * t * (1 - t)))
            rod(iron, last, at, 0.008, 6)
            ball(glowing("bulb", tints[i % 5], chance.uniform(10, 50)), *(at - Vector((0, 0, 0.06))), 0.028)
            last = at
    # In front: a railing, a post with a sign, wires and a figure of balls.
    for k in range(15):
        x = -1.05 + 0.12 * k
        rod(iron, (x, 2.5, 0.6), (x, 2.5, 1.52), 0.006)
    rod(iron, (-1.2, 2.5, 1.52), (0.75, 2.5, 1.52), 0.014)
    cylinder(iron, 0.62, 2.2, 0.03, 3.0, sides=16)
    box(material("sign", (0.08, 0.2, 0.5)), 0.62, 2.18, 0.36, 0.02, 0.16, 1.82)
    words("NIGHT ST", (0.62, 2.165, 1.9), 0.07, glowing("white", (0.9, 0.9, 0.9), 0.7))
    for z in (1.98, 2.03, 1.93):
        rod(iron, (-1.6, 3.2, z), (1.6, 3.6, z + 0.05), 0.004, 6)
    coat = material("coat", (0.35, 0.08, 0.07))
    cylinder(coat, -0.35, 4.0, 0.2, 1.35, sides=32)
    ball(material("face", (0.5, 0.35, 0.26)), -0.35, 4.0, 1.55, 0.13)
    return 2.2, 30.0


def dot():
    """One small lamp at 2 m before a black card at 9 m."""
    sky((0, 0, 0), (0, 0, 0))
    camera(FOCAL, (0, 0, 0))
    box(material("card", (0, 0, 0)), 0, 9.5, 20, 1, 10, -5)
    ball(glowing("lamp", (1, 1, 1), 500.0), 0, 2.004, 0, 0.004)
    return 3.0, 6.0


# How a scene is built, samples a pixel for each of two seeds (pinhole, lens), and bounces of light.
SCENES = {
    "hair": (hair, 128, 160, 0),
    "leaves": (leaves, 128, 160, 0),
    "corridor": (corridor, 96, 128, 0),
    "table": (table, 96, 128, 1),
    "street": (street, 96, 256, 0),
    "dot": (dot, 16, 256, 0),
}
SHOTS = {"near_r12": ("near", 12), "near_r30": ("near", 30), "far_r5": ("far", 5), "far_r30": ("far", 30)}


# ---- rendering ----


def write_rgba(path, c):
    channels = dict(zip("RGB", np.moveaxis(rounded(c, 10), -1, 0)))
    write(path, channels | {"A": np.ones(c.shape[:2])}, np.float16)


def averaged(samples, seed):
    """Two seeds: their mean, Z, and the PSNR that a perfect picture would have beside it."""
    a, z, _, _ = base.shoot(samples, seed)
    b, _, _, _ = base.shoot(samples, seed + 1)
    between = np.mean((base.seen(a) - base.seen(b)) ** 2)
    return (a + b) / 2, z, -10 * math.log10(max(between / 4, 1e-12)), -10 * math.log10(max(between, 1e-12))


def lens_for(shot, near, far, z):
    """Focus distance and K, where the CoC in pixels is K |1/focus − 1/z|."""
    where, most = SHOTS[shot]
    focus = near if where == "near" else far
    reached = 1 / focus - 1 / z.max() if where == "near" else 1 / z.min() - 1 / focus
    return focus, most / reached


def render(name, out, only, quick):
    build, pinhole_samples, samples, bounces = SCENES[name]
    fewer = 16 if quick else 1
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)

    bpy.ops.wm.read_factory_settings(use_empty=True)
    near, far = build()
    base.setup(SIZE, 2, False)
    scene = bpy.context.scene
    scene.cycles.max_bounces = scene.cycles.glossy_bounces = bounces + 1
    scene.cycles.diffuse_bounces = bounces
    scene.cycles_curves.shape = "THICK"
    facts = {
        "scene": name,
        "renderer": f"Cycles CPU, bpy {bpy.app.version_string}",
        "resolution": list(SIZE),
        "pixel_aspect": 1.0,
        "focal_length_mm": FOCAL,
        "sensor_width_mm": SENSOR,
        "sensor_fit": "HORIZONTAL",
        "focal_length_px": PIXELS,
        "pixel_filter": "Blackman-Harris 1.5 px",
        "depth": "camera-plane distance in metres, pixel-centre point sample (not antialiased); background = 1e10",
        "colour": "scene linear, Rec.709 primaries; tonemap for metrics x/(1+x)",
        "beauty": "pinhole.exr",
        "z": "z.exr",
    }
    if not only or "pinhole" in only:
        start = time.time()
        beauty, z, ceiling, _ = averaged(max(pinhole_samples // fewer, 4), 1)
        write_rgba(folder / "pinhole.exr", beauty)
        write(folder / "z.exr", {"Z": np.where(z < 1e9, z, EMPTY)}, np.float32)
        more = {"shot": "pinhole", "samples": 2 * pinhole_samples, "ceiling_db": round(ceiling, 1)}
        (folder / "pinhole.json").write_text(json.dumps(facts | more, indent=1) + "\n")
        print(f"{name}/pinhole: ceiling {ceiling:.1f} dB, {time.time() - start:.0f} s", flush=True)
    with base.OpenEXR.File(str(folder / "z.exr"), separate_channels=True) as f:
        z = f.channels()["Z"].pixels.astype(np.float64)
    for shot in SHOTS:
        if only and shot not in only:
            continue
        start = time.time()
        focus, k = lens_for(shot, near, far, z)
        eye = scene.camera.data
        eye.dof.use_dof, eye.dof.focus_distance, eye.dof.aperture_blades = True, focus, 0
        eye.dof.aperture_fstop = FOCAL * 1e-3 * PIXELS / (2 * k)
        beauty, _, ceiling, between = averaged(max(samples // fewer, 4), 11)
        write_rgba(folder / f"{shot}.exr", beauty)
        more = {
            "shot": shot,
            "truth": f"{shot}.exr",
            "focus_distance": focus,
            "f_stop": eye.dof.aperture_fstop,
            "lens_radius_units": k / PIXELS,
            "nominal_max_coc_radius_px": SHOTS[shot][1],
            "aperture": {"blades": 0, "rotation_rad": 0.0, "ratio": 1.0},
            "coc_formula": "coc_radius_px(z) = (focal_length_mm*1e-3/(2*f_stop)) * focal_length_px * |1/focus_distance - 1/z|",
            "noise": {
                "seeds": 2,
                "spp_total": 2 * samples,
                "render_seconds": round(time.time() - start, 1),
                "psnr_between_seeds": between,
                "ceiling_psnr_of_average": ceiling,
            },
        }
        (folder / f"{shot}.json").write_text(json.dumps(facts | more, indent=1) + "\n")
        print(f"{name}/{shot}: ceiling {ceiling:.1f} dB, {time.time() - start:.0f} s", flush=True)


def check(out):
    """The radius of the dot's disc by its second moment, beside the formula's."""
    for shot in SHOTS:
        of = json.loads((out / "dot" / f"{shot}.json").read_text())
        k = of["focal_length_mm"] * 1e-3 / (2 * of["f_stop"]) * of["focal_length_px"]
        with base.OpenEXR.File(str(out / "dot" / f"{shot}.exr"), separate_channels=True) as f:
            light = f.channels()["G"].pixels.astype(np.float64)
        with base.OpenEXR.File(str(out / "dot" / "pinhole.exr"), separate_channels=True) as f:
            still = f.channels()["G"].pixels.astype(np.float64)

        def moment(v):
            y, x = np.mgrid[: v.shape[0], : v.shape[1]]
            v = v / v.sum()
            mx, my = (v * x).sum(), (v * y).sum()
            return (v * ((x - mx) ** 2 + (y - my) ** 2)).sum()

        found = math.sqrt(2 * (moment(light) - moment(still)))
        print(f"{shot}: formula {k * abs(1 / of['focus_distance'] - 1 / 2.0):.2f} px, measured {found:.2f} px")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scene", action="append", choices=SCENES, help="all without it")
    parser.add_argument("--shot", action="append", help="pinhole or the name of a shot; all without it")
    parser.add_argument("--quick", action="store_true", help="a sixteenth of the samples")
    parser.add_argument("--check", action="store_true", help="measure the blur of the dot that was rendered before")
    args = parser.parse_args()
    if args.check:
        return check(args.out)
    for name in args.scene or SCENES:
        render(name, args.out, args.shot, args.quick)


if __name__ == "__main__":
    main()
