/*
 * The OpenFX interface as this project uses it: version 1.5.1, image effects, and some hosts' additions.
 * The bindings in crates/openfx-sys are made from this file.
 */
#ifndef FATHOM_OPENFX_H
#define FATHOM_OPENFX_H

#include "ofx_core.h"
#include "ofx_gpu.h"
#include "ofx_host_extensions.h"
#include "ofx_image_effect.h"
#include "ofx_interact.h"
#include "ofx_param.h"

#endif
