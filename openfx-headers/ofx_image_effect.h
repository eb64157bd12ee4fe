/*
 * The image-effect API: contexts, clips, images, rendering.
 *
 * Names, values, field order and signatures are the interface of OpenFX 1.5.1; comments and arrangement are ours.
 */
#ifndef FATHOM_OFX_IMAGE_EFFECT_H
#define FATHOM_OFX_IMAGE_EFFECT_H

#include "ofx_core.h"
#include "ofx_param.h"

#ifdef __cplusplus
extern "C" {
#endif

/* OfxPlugin.pluginApi of an image effect. */
#define kOfxImageEffectPluginApi "OfxImageEffectPluginAPI"

/** OfxPlugin.apiVersion of an image effect: this API's own version, not OpenFX's. */
static const int kOfxImageEffectPluginApiVersion = 1;

/** An image this plug-in cannot work on. */
static const OfxStatus kOfxStatErrImageFormat = 1000;

/* Values of kOfxPropType. */
#define kOfxTypeImageEffectHost     "OfxTypeImageEffectHost"
#define kOfxTypeImageEffect         "OfxTypeImageEffect"
#define kOfxTypeImageEffectInstance "OfxTypeImageEffectInstance"
#define kOfxTypeClip                "OfxTypeClip"
#define kOfxTypeImage               "OfxTypeImage"

/* ---- actions ------------------------------------------------------------------------------------------------ */

#define kOfxImageEffectActionDescribeInContext     "OfxImageEffectActionDescribeInContext"
#define kOfxImageEffectActionGetRegionOfDefinition "OfxImageEffectActionGetRegionOfDefinition"
#define kOfxImageEffectActionGetRegionsOfInterest  "OfxImageEffectActionGetRegionsOfInterest"
#define kOfxImageEffectActionGetTimeDomain         "OfxImageEffectActionGetTimeDomain"
#define kOfxImageEffectActionGetFramesNeeded       "OfxImageEffectActionGetFramesNeeded"
#define kOfxImageEffectActionGetClipPreferences    "OfxImageEffectActionGetClipPreferences"
#define kOfxImageEffectActionGetOutputColourspace  "OfxImageEffectActionGetOutputColourspace"
#define kOfxImageEffectActionIsIdentity            "OfxImageEffectActionIsIdentity"
#define kOfxImageEffectActionBeginSequenceRender   "OfxImageEffectActionBeginSequenceRender"
#define kOfxImageEffectActionRender                "OfxImageEffectActionRender"
#define kOfxImageEffectActionEndSequenceRender     "OfxImageEffectActionEndSequenceRender"

/* ---- vocabulary --------------------------------------------------------------------------------------------- */

/* Contexts. */
#define kOfxImageEffectContextGenerator  "OfxImageEffectContextGenerator"
#define kOfxImageEffectContextFilter     "OfxImageEffectContextFilter"
#define kOfxImageEffectContextTransition "OfxImageEffectContextTransition"
#define kOfxImageEffectContextPaint      "OfxImageEffectContextPaint"
#define kOfxImageEffectContextGeneral    "OfxImageEffectContextGeneral"
#define kOfxImageEffectContextRetimer    "OfxImageEffectContextRetimer"

/* Names of the clips and parameters that contexts demand. */
#define kOfxImageEffectOutputClipName               "Output"
#define kOfxImageEffectSimpleSourceClipName         "Source"
#define kOfxImageEffectTransitionSourceFromClipName "SourceFrom"
#define kOfxImageEffectTransitionSourceToClipName   "SourceTo"
#define kOfxImageEffectTransitionParamName          "Transition"
#define kOfxImageEffectRetimerParamName             "SourceTime"

/* Components. */
#define kOfxImageComponentNone  "OfxImageComponentNone"
#define kOfxImageComponentRGBA  "OfxImageComponentRGBA"
#define kOfxImageComponentRGB   "OfxImageComponentRGB"
#define kOfxImageComponentAlpha "OfxImageComponentAlpha"

/* Premultiplication. The strings do not follow the names. */
#define kOfxImageOpaque          "OfxImageOpaque"
#define kOfxImagePreMultiplied   "OfxImageAlphaPremultiplied"
#define kOfxImageUnPreMultiplied "OfxImageAlphaUnPremultiplied"

/* Fields. The strings do not follow the names; Single and Doubled are ways of extraction only. */
#define kOfxImageFieldNone    "OfxFieldNone"
#define kOfxImageFieldBoth    "OfxFieldBoth"
#define kOfxImageFieldLower   "OfxFieldLower"
#define kOfxImageFieldUpper   "OfxFieldUpper"
#define kOfxImageFieldSingle  "OfxFieldSingle"
#define kOfxImageFieldDoubled "OfxFieldDoubled"

/* Values of kOfxImageEffectPluginRenderThreadSafety. */
#define kOfxImageEffectRenderUnsafe       "OfxImageEffectRenderUnsafe"
#define kOfxImageEffectRenderInstanceSafe "OfxImageEffectRenderInstanceSafe"
#define kOfxImageEffectRenderFullySafe    "OfxImageEffectRenderFullySafe"

/* Values of kOfxImageEffectHostPropNativeOrigin. The strings do not follow the names. */
#define kOfxHostNativeOriginBottomLeft "kOfxImageEffectHostPropNativeOriginBottomLeft"
#define kOfxHostNativeOriginTopLeft    "kOfxImageEffectHostPropNativeOriginTopLeft"
#define kOfxHostNativeOriginCenter     "kOfxImageEffectHostPropNativeOriginCenter"

/* Values of kOfxImageEffectPropBehaviourWhenUnlicensed. */
#define kOfxUnlicensedContinue "OfxUnlicensedContinue"
#define kOfxUnlicensedFail     "OfxUnlicensedFail"

/* ---- properties of the host --------------------------------------------------------------------------------- */

#define kOfxImageEffectHostPropIsBackground "OfxImageEffectHostPropIsBackground"
#define kOfxImageEffectHostPropNativeOrigin "OfxImageEffectHostPropNativeOrigin"

/* ---- properties of host and descriptor (each says what it can do) ------------------------------------------- */

/* The string of MultipleClipDepths lacks "Supports". RenderQualityDraft is a render argument too. */
#define kOfxImageEffectPropSupportedContexts          "OfxImageEffectPropSupportedContexts"
#define kOfxImageEffectPropSupportedPixelDepths       "OfxImageEffectPropSupportedPixelDepths"
#define kOfxImageEffectPropSupportedComponents        "OfxImageEffectPropSupportedComponents"
#define kOfxImageEffectPropSupportsOverlays           "OfxImageEffectPropSupportsOverlays"
#define kOfxImageEffectPropSupportsMultiResolution    "OfxImageEffectPropSupportsMultiResolution"
#define kOfxImageEffectPropSupportsTiles              "OfxImageEffectPropSupportsTiles"
#define kOfxImageEffectPropSupportsMultipleClipDepths "OfxImageEffectPropMultipleClipDepths"
#define kOfxImageEffectPropSupportsMultipleClipPARs   "OfxImageEffectPropSupportsMultipleClipPARs"
#define kOfxImageEffectPropTemporalClipAccess         "OfxImageEffectPropTemporalClipAccess"
#define kOfxImageEffectPropSetableFrameRate           "OfxImageEffectPropSetableFrameRate"
#define kOfxImageEffectPropSetableFielding            "OfxImageEffectPropSetableFielding"
#define kOfxImageEffectInstancePropSequentialRender   "OfxImageEffectInstancePropSequentialRender"
#define kOfxImageEffectPropRenderQualityDraft         "OfxImageEffectPropRenderQualityDraft"
#define kOfxImageEffectPropCPURenderSupported         "OfxImageEffectPropCPURenderSupported"

/* ---- properties of the descriptor --------------------------------------------------------------------------- */

#define kOfxImageEffectPluginPropGrouping               "OfxImageEffectPluginPropGrouping"
#define kOfxImageEffectPluginPropSingleInstance         "OfxImageEffectPluginPropSingleInstance"
#define kOfxImageEffectPluginPropObsolete               "OfxImageEffectPluginPropObsolete"
#define kOfxImageEffectPluginRenderThreadSafety         "OfxImageEffectPluginRenderThreadSafety"
#define kOfxImageEffectPluginPropHostFrameThreading     "OfxImageEffectPluginPropHostFrameThreading"
#define kOfxImageEffectPluginPropFieldRenderTwiceAlways "OfxImageEffectPluginPropFieldRenderTwiceAlways"
#define kOfxImageEffectPluginPropOverlayInteractV1      "OfxImageEffectPluginPropOverlayInteractV1"
#define kOfxImageEffectPluginPropOverlayInteractV2      "OfxImageEffectPluginPropOverlayInteractV2"
#define kOfxImageEffectPropClipPreferencesSlaveParam    "OfxImageEffectPropClipPreferencesSlaveParam"
#define kOfxImageEffectPropNoSpatialAwareness           "OfxImageEffectPropNoSpatialAwareness"
#define kOfxImageEffectPropBehaviourWhenUnlicensed      "OfxImageEffectPropBehaviourWhenUnlicensed"

/* ---- properties of an instance ------------------------------------------------------------------------------ */

#define kOfxImageEffectPropContext                 "OfxImageEffectPropContext"
#define kOfxImageEffectPropPluginHandle            "OfxImageEffectPropPluginHandle"
#define kOfxImageEffectPropProjectSize             "OfxImageEffectPropProjectSize"
#define kOfxImageEffectPropProjectOffset           "OfxImageEffectPropProjectOffset"
#define kOfxImageEffectPropProjectExtent           "OfxImageEffectPropProjectExtent"
#define kOfxImageEffectPropProjectPixelAspectRatio "OfxImageEffectPropPixelAspectRatio" /* the string lacks "Project" */
#define kOfxImageEffectInstancePropEffectDuration  "OfxImageEffectInstancePropEffectDuration"
#define kOfxImageEffectPropFrameRate               "OfxImageEffectPropFrameRate"

/* ---- properties of a clip ----------------------------------------------------------------------------------- */

#define kOfxImageClipPropOptional             "OfxImageClipPropOptional"
#define kOfxImageClipPropIsMask               "OfxImageClipPropIsMask"
#define kOfxImageClipPropFieldExtraction      "OfxImageClipPropFieldExtraction"
#define kOfxImageClipPropConnected            "OfxImageClipPropConnected"
#define kOfxImageClipPropFieldOrder           "OfxImageClipPropFieldOrder"
#define kOfxImageClipPropContinuousSamples    "OfxImageClipPropContinuousSamples"
#define kOfxImageClipPropUnmappedPixelDepth   "OfxImageClipPropUnmappedPixelDepth"
#define kOfxImageClipPropUnmappedComponents   "OfxImageClipPropUnmappedComponents"
#define kOfxImageEffectPropFrameRange         "OfxImageEffectPropFrameRange"
#define kOfxImageEffectPropUnmappedFrameRange "OfxImageEffectPropUnmappedFrameRange"
#define kOfxImageEffectPropUnmappedFrameRate  "OfxImageEffectPropUnmappedFrameRate"

/* ---- properties of clip and image --------------------------------------------------------------------------- */

#define kOfxImageEffectPropPixelDepth        "OfxImageEffectPropPixelDepth"
#define kOfxImageEffectPropComponents        "OfxImageEffectPropComponents"
#define kOfxImageEffectPropPreMultiplication "OfxImageEffectPropPreMultiplication"
#define kOfxImagePropPixelAspectRatio        "OfxImagePropPixelAspectRatio"

/* ---- properties of an image --------------------------------------------------------------------------------- */

#define kOfxImagePropData               "OfxImagePropData"
#define kOfxImagePropBounds             "OfxImagePropBounds"
#define kOfxImagePropRegionOfDefinition "OfxImagePropRegionOfDefinition"
#define kOfxImagePropRowBytes           "OfxImagePropRowBytes"
#define kOfxImagePropField              "OfxImagePropField"
#define kOfxImagePropUniqueIdentifier   "OfxImagePropUniqueIdentifier"

/* ---- arguments of the actions ------------------------------------------------------------------------------- */

#define kOfxImageEffectPropRenderScale             "OfxImageEffectPropRenderScale"
#define kOfxImageEffectPropRenderWindow            "OfxImageEffectPropRenderWindow"
#define kOfxImageEffectPropFieldToRender           "OfxImageEffectPropFieldToRender"
#define kOfxImageEffectPropRegionOfDefinition      "OfxImageEffectPropRegionOfDefinition"
#define kOfxImageEffectPropRegionOfInterest        "OfxImageEffectPropRegionOfInterest"
#define kOfxImageEffectPropFrameStep               "OfxImageEffectPropFrameStep"
#define kOfxImageEffectPropSequentialRenderStatus  "OfxImageEffectPropSequentialRenderStatus"
#define kOfxImageEffectPropInteractiveRenderStatus "OfxImageEffectPropInteractiveRenderStatus"
#define kOfxImageEffectPropThumbnailRender         "OfxImageEffectPropThumbnailRender"
#define kOfxImageEffectFrameVarying                "OfxImageEffectFrameVarying"

/*
 * Clip preferences, regions of interest and frames needed are returned in properties whose names are a prefix and
 * the clip's name, such as "OfxImageClipPropRoI_Source". The official API has no constants
 * for the prefixes; these are ours.
 */
#define kOfxImageClipPropComponentsPrefix "OfxImageClipPropComponents_"
#define kOfxImageClipPropDepthPrefix      "OfxImageClipPropDepth_"
#define kOfxImageClipPropPARPrefix        "OfxImageClipPropPAR_"
#define kOfxImageClipPropRoIPrefix        "OfxImageClipPropRoI_"
#define kOfxImageClipPropFrameRangePrefix "OfxImageClipPropFrameRange_"

/* ---- colour management (1.5) -------------------------------------------------------------------------------- */

#define kOfxImageEffectPropColourManagementStyle            "OfxImageEffectPropColourManagementStyle"
#define kOfxImageEffectPropColourManagementAvailableConfigs "OfxImageEffectPropColourManagementAvailableConfigs"
#define kOfxImageEffectPropColourManagementConfig           "OfxImageEffectPropColourManagementConfig"
#define kOfxImageEffectPropOCIOConfig                       "OfxImageEffectPropOCIOConfig"
#define kOfxImageEffectPropOCIODisplay                      "OfxImageEffectPropOCIODisplay"
#define kOfxImageEffectPropOCIOView                         "OfxImageEffectPropOCIOView"
#define kOfxImageEffectPropDisplayColourspace               "OfxImageEffectPropDisplayColourspace"
#define kOfxImageClipPropColourspace                        "OfxImageClipPropColourspace"
#define kOfxImageClipPropPreferredColourspaces              "OfxImageClipPropPreferredColourspaces"

/* Values of kOfxImageEffectPropColourManagementStyle. */
#define kOfxImageEffectColourManagementNone  "OfxImageEffectColourManagementNone"
#define kOfxImageEffectColourManagementBasic "OfxImageEffectColourManagementBasic"
#define kOfxImageEffectColourManagementCore  "OfxImageEffectColourManagementCore"
#define kOfxImageEffectColourManagementFull  "OfxImageEffectColourManagementFull"
#define kOfxImageEffectColourManagementOCIO  "OfxImageEffectColourManagementOCIO"

/* ---- image effect suite ------------------------------------------------------------------------------------- */

#define kOfxImageEffectSuite "OfxImageEffectSuite"

/** A descriptor or an instance. */
typedef struct OfxImageEffectStruct *OfxImageEffectHandle;
/** A clip of an instance. */
typedef struct OfxImageClipStruct *OfxImageClipHandle;
/** Memory got from imageMemoryAlloc. */
typedef struct OfxImageMemoryStruct *OfxImageMemoryHandle;

/** Clips, images, abort, and memory for images. */
typedef struct OfxImageEffectSuiteV1 {
  OfxStatus (*getPropertySet)(OfxImageEffectHandle effect, OfxPropertySetHandle *props);
  OfxStatus (*getParamSet)(OfxImageEffectHandle effect, OfxParamSetHandle *params);
  OfxStatus (*clipDefine)(OfxImageEffectHandle effect, const char *name, OfxPropertySetHandle *props);
  OfxStatus (*clipGetHandle)(OfxImageEffectHandle effect, const char *name, OfxImageClipHandle *clip,
                             OfxPropertySetHandle *props);
  OfxStatus (*clipGetPropertySet)(OfxImageClipHandle clip, OfxPropertySetHandle *props);
  OfxStatus (*clipGetImage)(OfxImageClipHandle clip, OfxTime time, const OfxRectD *region,
                            OfxPropertySetHandle *image);
  OfxStatus (*clipReleaseImage)(OfxPropertySetHandle image);
  OfxStatus (*clipGetRegionOfDefinition)(OfxImageClipHandle clip, OfxTime time, OfxRectD *bounds);
  int (*abort)(OfxImageEffectHandle effect);
  OfxStatus (*imageMemoryAlloc)(OfxImageEffectHandle effect, size_t bytes, OfxImageMemoryHandle *memory);
  OfxStatus (*imageMemoryFree)(OfxImageMemoryHandle memory);
  OfxStatus (*imageMemoryLock)(OfxImageMemoryHandle memory, void **data);
  OfxStatus (*imageMemoryUnlock)(OfxImageMemoryHandle memory);
} OfxImageEffectSuiteV1;

#ifdef __cplusplus
}
#endif

#endif
