#!/usr/bin/env python3
"""Scenes in clear air and in real air, path traced: the truth for DepthFog. Run by hand; it needs bpy 4.5, numpy and OpenEXR from PyPI:

    tools/fog_scenes.py --out FOLDER [--scene street] [--shot blue] [--quick]

Everything in the scenes is made here from boxes, cylinders and spheres. Each scene gives a clear picture, Z (camera-plane metres at
the pixel's centre, 1e10 where nothing is) and one picture for each air, with a JSON of the camera and the air beside them. Two seeds
are rendered and averaged; what they differ by tells the noise.

Airs are of three kinds:
- glow: absorbs and glows by extinction * colour per metre, on the way from a surface to the eye alone; light reaches the surfaces as in
  clear air. Its light is exactly colour * (1 - e^(-extinction * way)).
- scatter: scatters what light arrives at it from sky, sun and ground, with their shadows, once, on the way to the eye alone.
- full: all the physics: light is dimmed on its way to the surfaces too, and scattered many times.
The last two are denoised (OpenImageDenoise, part of bpy); SHOT.npz holds both seeds without it, to tell what that did. The others are not.
"""

import argparse
import json
import math
import random
import tempfile
import time
from pathlib import Path

import bpy
import numpy as np
import OpenEXR
from mathutils import Vector

SIZE = (480, 270)
SENSOR = 36.0
EMPTY = 1e10
THREADS = 2
KOSCHMIEDER = -math.log(0.02)


# ---- the makings of scenes ----


def material(name, colour, emission=0.0, roughness=0.8):
    """A colour, or a function that makes nodes and returns the socket of one."""
    m = bpy.data.materials.new(name)
    m.use_nodes = True
    tree = m.node_tree
    bsdf = tree.nodes["Principled BSDF"]
    bsdf.inputs["Roughness"].default_value = roughness
    bsdf.inputs["Specular IOR Level"].default_value = 0.0
    if callable(colour):
        tree.links.new(colour(tree), bsdf.inputs["Base Color"])
    else:
        bsdf.inputs["Base Color"].default_value = (*colour, 1)
    if emission:
        # Seen, but lighting nothing: lamps that small would only add noise.
        glow = tree.nodes.new("ShaderNodeMath")
        glow.operation = "MULTIPLY"
        glow.inputs[1].default_value = emission
        tree.links.new(tree.nodes.new("ShaderNodeLightPath").outputs["Is Camera Ray"], glow.inputs[0])
        tree.links.new(glow.outputs[0], bsdf.inputs["Emission Strength"])
        bsdf.inputs["Emission Color"].default_value = (*colour, 1)
        m.cycles.emission_sampling = "NONE"
    return m


def textured(kind, settings, scale, world_axes="XYZ"):
    """The colour of a texture over object coordinates, whose axes may be swapped."""

    def make(tree):
        where = tree.nodes.new("ShaderNodeTexCoord").outputs["Object"]
        if world_axes != "XYZ":
            apart, back = tree.nodes.new("ShaderNodeSeparateXYZ"), tree.nodes.new("ShaderNodeCombineXYZ")
            tree.links.new(where, apart.inputs[0])
            for to, axis in zip("XYZ", world_axes):
                tree.links.new(apart.outputs[axis], back.inputs[to])
            where = back.outputs[0]
        texture = tree.nodes.new(kind)
        tree.links.new(where, texture.inputs["Vector"])
        texture.inputs["Scale"].default_value = scale
        for name, value in settings.items():
            if name in texture.inputs:
                texture.inputs[name].default_value = value
            else:
                setattr(texture, name, value)
        return texture.outputs["Color"]

    return make


def mottled(low, high, scale):
    """Two colours, mixed by noise."""

    def make(tree):
        noise, mix = tree.nodes.new("ShaderNodeTexNoise"), tree.nodes.new("ShaderNodeMix")
        tree.links.new(tree.nodes.new("ShaderNodeTexCoord").outputs["Object"], noise.inputs["Vector"])
        noise.inputs["Scale"].default_value, noise.inputs["Detail"].default_value = scale, 4.0
        mix.data_type = "RGBA"
        mix.inputs[6].default_value, mix.inputs[7].default_value = (*low, 1), (*high, 1)
        tree.links.new(noise.outputs[0], mix.inputs[0])
        return mix.outputs[2]

    return make


def mesh(make, name, look, at, scale=(1, 1, 1), smooth=False):
    make()
    thing = bpy.context.object
    thing.name, thing.location, thing.scale = name, at, scale
    # Textures lie on metres, not on the unscaled thing.
    bpy.ops.object.transform_apply(location=False, rotation=False, scale=True)
    thing.data.materials.append(look)
    if smooth:
        bpy.ops.object.shade_smooth()
    return thing


def box(look, x, y, width, depth, height, base=0.0):
    make = lambda: bpy.ops.mesh.primitive_cube_add(size=1)
    return mesh(make, "box", look, (x, y, base + height / 2), (width, depth, height))


def cylinder(look, x, y, radius, height, base=0.0, sides=48):
    make = lambda: bpy.ops.mesh.primitive_cylinder_add(radius=1, depth=1, vertices=sides)
    return mesh(make, "cylinder", look, (x, y, base + height / 2), (radius, radius, height), smooth=sides > 16)


def ball(look, x, y, z, radius):
    make = lambda: bpy.ops.mesh.primitive_uv_sphere_add(radius=1, segments=64, ring_count=32)
    return mesh(make, "ball", look, (x, y, z), (radius,) * 3, smooth=True)


def ground(look, size):
    return mesh(lambda: bpy.ops.mesh.primitive_plane_add(size=1), "ground", look, (0, 0, 0), (size, size, 1))


def sun(strength, colour, elevation, azimuth, angle=2.0):
    """`azimuth` from the view's axis to the right, both in degrees: where the sun stands."""
    light = bpy.data.lights.new("sun", "SUN")
    light.energy, light.color, light.angle = strength, colour, math.radians(angle)
    thing = bpy.data.objects.new("sun", light)
    bpy.context.collection.objects.link(thing)
    e, a = math.radians(elevation), math.radians(azimuth)
    towards = Vector((math.sin(a) * math.cos(e), math.cos(a) * math.cos(e), math.sin(e)))
    thing.rotation_euler = towards.to_track_quat("Z", "Y").to_euler()
    return list(towards)


def sky(low, high):
    """A background that changes with the elevation."""
    world = bpy.data.worlds.new("sky")
    bpy.context.scene.world = world
    world.use_nodes = True
    tree = world.node_tree
    if low == high:
        tree.nodes["Background"].inputs["Color"].default_value = (*low, 1)
        return
    apart, mix = tree.nodes.new("ShaderNodeSeparateXYZ"), tree.nodes.new("ShaderNodeMix")
    mix.data_type, mix.clamp_factor = "RGBA", True
    tree.links.new(tree.nodes.new("ShaderNodeTexCoord").outputs["Generated"], apart.inputs[0])
    tree.links.new(apart.outputs["Z"], mix.inputs[0])
    mix.inputs[6].default_value, mix.inputs[7].default_value = (*low, 1), (*high, 1)
    tree.links.new(mix.outputs[2], tree.nodes["Background"].inputs["Color"])


def camera(focal_length, at, pitch=0.0):
    """Looks along +y, turned up by `pitch` degrees."""
    eye = bpy.data.cameras.new("camera")
    eye.lens, eye.sensor_width, eye.sensor_fit = focal_length, SENSOR, "HORIZONTAL"
    # Air nearer than the near end would be missing.
    eye.clip_start, eye.clip_end = 0.001, 20000
    thing = bpy.data.objects.new("camera", eye)
    bpy.context.collection.objects.link(thing)
    thing.location, thing.rotation_euler = at, (math.radians(90 + pitch), 0, 0)
    bpy.context.scene.camera = thing


# ---- scenes ----


def columns(at=(0.0, 0.0, 1.7), light="day"):
    """Two rows of columns on a plain, hills behind, under the sun by day, an even sky, or a low sun ahead."""
    chance, facts = random.Random(4), {}
    if light == "low sun":
        sky((0.5, 0.5, 0.55), (0.12, 0.2, 0.45))
        facts = {"sun_towards": sun(3.0, (1.0, 0.78, 0.5), 15, 12)}
    elif light == "even":
        sky((0.8, 0.9, 1.0), (0.8, 0.9, 1.0))
    else:
        sky((0.75, 0.85, 1.0), (0.15, 0.32, 0.75))
        sun(3.2, (1.0, 0.9, 0.75), 38, 120)
    floor = textured("ShaderNodeTexChecker", {"Color1": (0.30, 0.27, 0.22, 1), "Color2": (0.16, 0.15, 0.13, 1)}, 0.5)
    ground(material("floor", floor), 6000)
    marble = mottled((0.15, 0.28, 0.30), (0.75, 0.68, 0.52), 1.6)
    stones = [material("stone", (0.62, 0.57, 0.5)), material("clay", (0.5, 0.22, 0.12)), material("marble", marble)]
    for i in range(16):
        y = 7.0 + 6.5 * i
        for side in (-1, 1):
            x = side * 3.6 + chance.uniform(-0.15, 0.15)
            stone = stones[chance.randrange(3)]
            height = 5.0 if chance.random() < 0.8 else chance.uniform(1.5, 4.0)
            box(stone, x, y, 1.3, 1.3, 0.4)
            cylinder(stone, x, y, 0.45, height, 0.4)
            box(stone, x, y, 1.2, 1.2, 0.35, height + 0.4)
    for i in range(14):
        x, y = chance.uniform(-40, 40), chance.uniform(15, 110)
        if abs(x) > 6:
            ball(stones[i % 3], x, y, 0.8, chance.uniform(0.8, 2.2))
    hill = material("hill", (0.10, 0.16, 0.07))
    for x, y, r in [(-260, 420, 150), (120, 600, 170), (420, 520, 140), (-40, 900, 190)]:
        ball(hill, x, y, -0.72 * r, r)
    camera(35.0, at)
    return facts


def street(light="day"):
    """A street between houses, through a wide lens; the sun stands behind the camera or, low, behind houses ahead."""
    chance = random.Random(9)
    sky((0.7, 0.8, 0.95), (0.2, 0.36, 0.75))
    elevation, azimuth = (24, 32) if light == "low sun" else (48, -125)
    towards = sun(3.0, (1.0, 0.88, 0.7), elevation, azimuth)
    ground(material("asphalt", mottled((0.05, 0.05, 0.055), (0.3, 0.29, 0.27), 0.7)), 3000)
    walls = [((0.55, 0.32, 0.2), (0.08, 0.10, 0.13)), ((0.6, 0.55, 0.45), (0.06, 0.07, 0.09)), ((0.3, 0.36, 0.42), (0.5, 0.46, 0.3))]
    looks = []
    for wall, window in walls:
        bricks = {"Color1": (*window, 1), "Color2": (*window, 1), "Mortar": (*wall, 1), "Mortar Size": 0.35}
        bricks |= {"Brick Width": 1.6, "Row Height": 2.6, "offset": 0.0, "Mortar Smooth": 0.0}
        looks.append(material("house", textured("ShaderNodeTexBrick", bricks, 1.0, "YZX")))
    metal, leaf, car = material("metal", (0.08, 0.08, 0.09)), material("leaf", (0.09, 0.2, 0.05)), [(0.5, 0.04, 0.03), (0.05, 0.12, 0.4), (0.7, 0.7, 0.68)]
    cars = [material("car", c) for c in car]
    for side in (-1, 1):
        y = 2.0
        while y < 240:
            depth, height = chance.uniform(8, 15), chance.uniform(6, 19)
            box(looks[chance.randrange(3)], side * (8.0 + 5 + chance.uniform(0, 0.8)), y + depth / 2, 10, depth, height)
            y += depth + (chance.uniform(2, 6) if chance.random() < 0.35 else 0)
        for i in range(12):
            y = 6 + 17 * i + (6 if side > 0 else 0)
            cylinder(metal, side * 5.6, y, 0.08, 6.0, sides=16)
            box(metal, side * 5.0, y, 1.4, 0.15, 0.1, 5.95)
            tree = y + 8
            cylinder(metal, side * 6.0, tree, 0.14, 2.6, sides=16)
            ball(leaf, side * 6.0, tree, 3.7, chance.uniform(1.1, 1.6))
            if chance.random() < 0.75:
                paint = cars[chance.randrange(3)]
                box(paint, side * 3.6, y + 3.5, 1.8, 4.2, 0.8, 0.25)
                box(metal, side * 3.6, y + 3.3, 1.6, 2.2, 0.6, 1.05)
    camera(24.0, (0.4, 0.0, 1.9))
    return {"sun_towards": towards}


def lamps():
    """Balls at many depths at dusk, some of them lamps up to 60 times white."""
    chance = random.Random(21)
    sky((0.10, 0.07, 0.09), (0.012, 0.02, 0.05))
    sun(0.35, (1.0, 0.6, 0.45), 20, -70, 8.0)
    ground(material("floor", textured("ShaderNodeTexChecker", {"Color1": (0.3, 0.3, 0.3, 1), "Color2": (0.1, 0.1, 0.12, 1)}, 0.33)), 4000)
    tints = [(0.6, 0.15, 0.1), (0.12, 0.4, 0.2), (0.15, 0.2, 0.55), (0.55, 0.5, 0.4)]
    looks = [material("paint", t) for t in tints]
    lights = [((1.0, 0.7, 0.35), 60.0), ((1.0, 0.85, 0.6), 25.0), ((0.4, 0.6, 1.0), 12.0), ((1.0, 0.25, 0.15), 8.0)]
    glows = [material("glow", c, s) for c, s in lights]
    taken = []
    while len(taken) < 70:
        y = 4.0 * 1.055 ** len(taken)
        x, r = chance.uniform(-0.62, 0.62) * y, chance.uniform(0.35, 0.9) * (1 + y / 60)
        taken.append((x, y))
        ball(looks[chance.randrange(4)], x, y, r, r)
        if len(taken) % 3 == 0:
            # A lamp on a post.
            px, height = x + chance.uniform(1.5, 2.5) * chance.choice((-1, 1)), chance.uniform(1.6, 3.6) * (1 + y / 90)
            cylinder(looks[3], px, y, 0.05 * (1 + y / 60), height, sides=16)
            ball(glows[chance.randrange(4)], px, y, height, 0.2 * (1 + y / 50))
    camera(28.0, (0.0, 0.0, 1.9))


# ---- air ----


def volume_ball(radius):
    """A ball of air around the camera; the node of its coefficients. (A volume of the whole world loses some of the sky's light on surfaces.)"""
    m = bpy.data.materials.new("air")
    m.use_nodes = True
    tree = m.node_tree
    tree.nodes.remove(tree.nodes["Principled BSDF"])
    volume = tree.nodes.new("ShaderNodeVolumeCoefficients")
    for what in ("Absorption", "Scatter", "Emission"):
        volume.inputs[f"{what} Coefficients"].default_value = (0, 0, 0)
    tree.links.new(volume.outputs[0], tree.nodes["Material Output"].inputs["Volume"])
    make = lambda: bpy.ops.mesh.primitive_uv_sphere_add(radius=1, segments=192, ring_count=96)
    mesh(make, "air", m, bpy.context.scene.camera.location, (radius,) * 3)
    return tree, volume


def put_air(kind, air):
    tree, volume = volume_ball(air["radius"])
    seen = tree.nodes.new("ShaderNodeLightPath").outputs["Is Camera Ray"]

    def put(name, value):
        volume.inputs[name].default_value = value
        if kind != "full":
            scale = tree.nodes.new("ShaderNodeVectorMath")
            scale.operation = "SCALE"
            scale.inputs[0].default_value = value
            tree.links.new(seen, scale.inputs["Scale"])
            tree.links.new(scale.outputs[0], volume.inputs[name])

    sigma = air["sigma"]
    if kind == "glow":
        put("Absorption Coefficients", sigma)
        put("Emission Coefficients", [s * c for s, c in zip(sigma, air["colour"])])
    else:
        put("Absorption Coefficients", [s * (1 - air["albedo"]) for s in sigma])
        put("Scatter Coefficients", [s * air["albedo"] for s in sigma])
        volume.inputs["Anisotropy"].default_value = air["g"]


def extinction(visibility, tint=(1, 1, 1)):
    return [KOSCHMIEDER / visibility * t for t in tint]


BLUE = (0.55, 1.0, 1.9)
ENDLESS = 2000.0
# Name, how the scene is built, samples a pixel, its airs: kind, figures (extinction by metre, radius of the ball of air), samples.
SCENES = {
    "columns": (columns, {}, 64, {
        "even": ("glow", {"sigma": extinction(110), "colour": (0.55, 0.62, 0.70), "radius": ENDLESS}, 40),
    }),
    "street": (street, {}, 32, {
        "even": ("glow", {"sigma": extinction(90), "colour": (0.60, 0.58, 0.55), "radius": ENDLESS}, 16),
        "blue": ("glow", {"sigma": extinction(140, BLUE), "colour": (0.38, 0.55, 0.85), "radius": ENDLESS}, 16),
    }),
    "lamps": (lamps, {}, 20, {
        "even": ("glow", {"sigma": extinction(75), "colour": (0.045, 0.05, 0.07), "radius": ENDLESS}, 16),
    }),
    "dome": (columns, {"light": "even"}, 32, {
        "scatter": ("scatter", {"sigma": extinction(130), "albedo": 0.95, "g": 0.0, "radius": ENDLESS, "bounces": 1}, 20),
        "full": ("full", {"sigma": extinction(400), "albedo": 0.98, "g": 0.0, "radius": 150.0, "bounces": 8}, 16),
    }),
    "low_sun": (columns, {"light": "low sun"}, 32, {
        "scatter": ("scatter", {"sigma": extinction(250), "albedo": 0.95, "g": 0.55, "radius": ENDLESS, "bounces": 1}, 20),
    }),
    "street_sun": (street, {"light": "low sun"}, 20, {
        "scatter": ("scatter", {"sigma": extinction(250), "albedo": 0.95, "g": 0.55, "radius": ENDLESS, "bounces": 1}, 16),
    }),
    "columns_left": (columns, {"at": (-0.6, 0.0, 1.7)}, 12, {}),
    "columns_right": (columns, {"at": (0.9, 1.5, 1.7)}, 12, {}),
}
SMALL = {"columns_left": (320, 180), "columns_right": (320, 180)}


# ---- rendering ----


def setup(size, bounces, denoised):
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.render.resolution_x, scene.render.resolution_y = size
    scene.render.resolution_percentage = 100
    scene.render.threads_mode, scene.render.threads = "FIXED", THREADS
    scene.cycles.use_adaptive_sampling, scene.cycles.use_denoising = False, denoised
    scene.cycles.sample_clamp_direct = scene.cycles.sample_clamp_indirect = 0
    scene.cycles.max_bounces, scene.cycles.diffuse_bounces, scene.cycles.volume_bounces = max(2, bounces + 1), 2, bounces
    scene.cycles.caustics_reflective = scene.cycles.caustics_refractive = False
    layer = bpy.context.view_layer
    layer.cycles.denoising_store_passes = denoised
    scene.cycles.denoiser, scene.cycles.denoising_input_passes = "OPENIMAGEDENOISE", "RGB_ALBEDO_NORMAL"
    scene.cycles.denoising_prefilter = "ACCURATE"
    layer.use_pass_z = layer.use_pass_position = True
    image = scene.render.image_settings
    image.file_format, image.color_depth, image.exr_codec = "OPEN_EXR_MULTILAYER", "32", "ZIP"


def shoot(samples, seed):
    """Colour, Z, world position, and colour as it was before it was denoised."""
    scene = bpy.context.scene
    scene.cycles.samples, scene.cycles.seed = samples, seed
    with tempfile.TemporaryDirectory() as folder:
        scene.render.filepath = f"{folder}/out.exr"
        bpy.ops.render.render(write_still=True)
        with OpenEXR.File(scene.render.filepath, separate_channels=True) as f:
            found = {k: v.pixels.astype(np.float64) for k, v in f.channels().items()}
    get = lambda layer, names: np.stack([found[f"ViewLayer.{layer}.{c}"] for c in names], -1)
    raw = get("Noisy Image", "RGB") if scene.cycles.use_denoising else get("Combined", "RGB")
    return get("Combined", "RGB"), get("Depth", "Z")[..., 0], get("Position", "XYZ"), raw


def seen(c):
    c = np.maximum(c, 0)
    c = c / (1 + c)
    return np.where(c <= 0.0031308, 12.92 * c, 1.055 * c ** (1 / 2.4) - 0.055)


def averaged(samples, seed):
    """Two seeds, and the PSNR that a perfect picture would have beside their mean."""
    (a, z, position, raw), (b, _, _, raw2) = shoot(samples, seed), shoot(samples, seed + 1)
    noise = np.mean((seen(a) - seen(b)) ** 2) / 4
    return (a + b) / 2, z, position, -10 * math.log10(max(noise, 1e-12)), (raw, raw2)


def rounded(v, bits):
    """Fewer bits of mantissa: what is below the noise need not be stored."""
    mantissa, exponent = np.frexp(v)
    return np.ldexp(np.round(mantissa * 2**bits) / 2**bits, exponent)


def write(path, channels, kind):
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    OpenEXR.File(header, {k: np.ascontiguousarray(v.astype(kind)) for k, v in channels.items()}).write(str(path))


def write_colour(path, c):
    write(path, dict(zip("RGB", np.moveaxis(rounded(c, 9), -1, 0))), np.float16)


def camera_facts(size):
    eye = bpy.context.scene.camera
    return {
        "renderer": f"Cycles CPU, bpy {bpy.app.version_string}",
        "resolution": list(size),
        "focal_length_mm": eye.data.lens,
        "sensor_width_mm": SENSOR,
        "field_of_view_deg": math.degrees(2 * math.atan(SENSOR / 2 / eye.data.lens)),
        "position": list(eye.location),
        "axes": "metres; x to the right, y along the view, z up; the camera looks along y without any tilt",
        "pixel_filter": "Blackman-Harris 1.5 px",
    }


def render(name, out, only, quick):
    build, settings, clear_samples, airs = SCENES[name]
    size = SMALL.get(name, SIZE)
    fewer = 16 if quick else 1

    def fresh(bounces, denoised=False):
        bpy.ops.wm.read_factory_settings(use_empty=True)
        facts = build(**settings) or {}
        setup(size, bounces, denoised)
        return facts

    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    start = time.time()
    if not only or "clear" in only:
        facts = fresh(2)
        beauty, z, position, ceiling, _ = averaged(max(clear_samples // fewer, 4), 1)
        write_colour(folder / "clear.exr", beauty)
        write(folder / "z.exr", {"Z": np.where(z < 1e9, rounded(z, 16), EMPTY)}, np.float32)
        if not airs:
            write(folder / "position.exr", dict(zip("RGB", np.moveaxis(rounded(position, 16), -1, 0))), np.float32)
        facts = camera_facts(size) | facts | {"clear_ceiling_db": round(ceiling, 1), "samples": 2 * clear_samples}
        (folder / "clear.json").write_text(json.dumps(facts, indent=1) + "\n")
        print(f"{name}/clear: ceiling {ceiling:.1f} dB, {time.time() - start:.0f} s", flush=True)
    for shot, (kind, air, samples) in airs.items():
        if only and shot not in only:
            continue
        start = time.time()
        facts = fresh(air.get("bounces", 2), kind != "glow")
        put_air(kind, air)
        beauty, _, _, ceiling, raw = averaged(max(samples // fewer, 4), 3)
        write_colour(folder / f"{shot}.exr", beauty)
        if kind != "glow":
            np.savez_compressed(folder / f"{shot}.npz", a=raw[0].astype(np.float32), b=raw[1].astype(np.float32))
        facts |= {"kind": kind, "air": air, "ceiling_db": round(ceiling, 1), "samples": 2 * samples}
        (folder / f"{shot}.json").write_text(json.dumps(facts, indent=1) + "\n")
        print(f"{name}/{shot}: ceiling {ceiling:.1f} dB, {time.time() - start:.0f} s", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scene", action="append", choices=SCENES, help="all without it")
    parser.add_argument("--shot", action="append", help="clear or the name of an air; all without it")
    parser.add_argument("--quick", action="store_true", help="a sixteenth of the samples")
    args = parser.parse_args()
    for name in args.scene or SCENES:
        render(name, args.out, args.shot, args.quick)


if __name__ == "__main__":
    main()
