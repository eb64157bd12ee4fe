/*
 * Rendering on graphics hardware: only what a plug-in needs to decline it, and to notice a host that does it anyway.
 *
 * Names and values are the interface of OpenFX 1.5.1; comments and arrangement are ours.
 */
#ifndef FATHOM_OFX_GPU_H
#define FATHOM_OFX_GPU_H

#include "ofx_core.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The device has no memory left: the host may try again on the CPU. */
static const OfxStatus kOfxStatGPUOutOfMemory = 1001;
/** The device cannot do it: the host may try again on the CPU. */
static const OfxStatus kOfxStatGPURenderFailed = 1002;

#define kOfxActionOpenGLContextAttached "OfxActionOpenGLContextAttached"
#define kOfxActionOpenGLContextDetached "kOfxActionOpenGLContextDetached" /* the string has the k */

/* Capabilities of host and descriptor: "true", "false" or "needed". */
#define kOfxImageEffectPropOpenGLRenderSupported "OfxImageEffectPropOpenGLRenderSupported"
#define kOfxImageEffectPropCudaRenderSupported   "OfxImageEffectPropCudaRenderSupported"
#define kOfxImageEffectPropCudaStreamSupported   "OfxImageEffectPropCudaStreamSupported"
#define kOfxImageEffectPropMetalRenderSupported  "OfxImageEffectPropMetalRenderSupported"
#define kOfxImageEffectPropOpenCLRenderSupported "OfxImageEffectPropOpenCLRenderSupported"
#define kOfxImageEffectPropOpenCLSupported       "OfxImageEffectPropOpenCLSupported"

/* Arguments of the render actions: images are on that device when these are 1. */
#define kOfxImageEffectPropOpenGLEnabled "OfxImageEffectPropOpenGLEnabled"
#define kOfxImageEffectPropCudaEnabled   "OfxImageEffectPropCudaEnabled"
#define kOfxImageEffectPropMetalEnabled  "OfxImageEffectPropMetalEnabled"
#define kOfxImageEffectPropOpenCLEnabled "OfxImageEffectPropOpenCLEnabled"

/* Arguments of the render actions: the queue to work in. */
#define kOfxImageEffectPropCudaStream         "OfxImageEffectPropCudaStream"
#define kOfxImageEffectPropMetalCommandQueue  "OfxImageEffectPropMetalCommandQueue"
#define kOfxImageEffectPropOpenCLCommandQueue "OfxImageEffectPropOpenCLCommandQueue"

/* Of images on a device. */
#define kOfxImageEffectPropOpenCLImage         "OfxImageEffectPropOpenCLImage"
#define kOfxImageEffectPropOpenGLTextureIndex  "OfxImageEffectPropOpenGLTextureIndex"
#define kOfxImageEffectPropOpenGLTextureTarget "OfxImageEffectPropOpenGLTextureTarget"
#define kOfxOpenGLPropPixelDepth               "OfxOpenGLPropPixelDepth"

#ifdef __cplusplus
}
#endif

#endif
