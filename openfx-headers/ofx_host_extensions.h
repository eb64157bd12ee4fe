/*
 * What some hosts add to OpenFX. None of it is part of the standard: look before use.
 *
 * Names, values, field order and signatures are those hosts' interface; comments and arrangement are ours.
 */
#ifndef FATHOM_OFX_HOST_EXTENSIONS_H
#define FATHOM_OFX_HOST_EXTENSIONS_H

#include "ofx_core.h"
#include "ofx_image_effect.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- The Foundry (Nuke), also Natron: several planes and views in one clip ---------------------------------- */

/* Names of planes. The string of the third says "Back". */
#define kFnOfxImagePlaneColour               "uk.co.thefoundry.OfxImagePlaneColour"
#define kFnOfxImagePlaneForwardMotionVector  "uk.co.thefoundry.OfxImagePlaneForwardMotionVector"
#define kFnOfxImagePlaneBackwardMotionVector "uk.co.thefoundry.OfxImagePlaneBackMotionVector"
#define kFnOfxImagePlaneStereoDisparityLeft  "uk.co.thefoundry.OfxImagePlaneStereoDisparityLeft"
#define kFnOfxImagePlaneStereoDisparityRight "uk.co.thefoundry.OfxImagePlaneStereoDisparityRight"

/* Components of the planes of motion and disparity. */
#define kFnOfxImageComponentMotionVectors   "uk.co.thefoundry.OfxImageComponentMotionVectors"
#define kFnOfxImageComponentStereoDisparity "uk.co.thefoundry.OfxImageComponentStereoDisparity"

/* Of host and descriptor (int). */
#define kFnOfxImageEffectPropMultiPlanar           "uk.co.thefoundry.OfxImageEffectPropMultiPlanar"
#define kFnOfxImageEffectPropPassThroughComponents "uk.co.thefoundry.OfxImageEffectPropPassThroughComponents"
#define kFnOfxImageEffectPropViewAware             "uk.co.thefoundry.OfxImageEffectPropViewAware"
#define kFnOfxImageEffectPropViewInvariance        "uk.co.thefoundry.OfxImageEffectPropViewInvariance"

/* Of a clip: the planes that it has (string N). The string says "ClipPropPlanesPresent". */
#define kFnOfxImageEffectPropComponentsPresent "uk.co.thefoundry.OfxImageEffectClipPropPlanesPresent"

/* Asks which planes are needed and made, and its answers. The second is a prefix: the clip's name follows. */
#define kFnOfxImageEffectActionGetClipComponents           "uk.co.thefoundry.OfxImageEffectActionGetClipComponents"
#define kFnOfxImageEffectActionGetClipComponentsPropString "uk.co.thefoundry.OfxNeededComp_"
#define kFnOfxImageEffectPropPassThroughClip               "uk.co.thefoundry.ImageEffectPropPassThroughClip"
#define kFnOfxImageEffectPropPassThroughTime               "uk.co.thefoundry.ImageEffectPropPassThroughTime"
#define kFnOfxImageEffectPropPassThroughView               "uk.co.thefoundry.ImageEffectPropPassThroughView"

/* Views. */
#define kFnOfxImageEffectActionGetFrameViewsNeeded "uk.co.thefoundry.OfxImageEffectActionGetFrameViewsNeeded"
#define kFnOfxImageEffectPropView                  "uk.co.thefoundry.OfxImageEffectPropView"

/* Of a group: show it as a tab (int). */
#define kFnOfxParamPropGroupIsTab "FnOfxParamPropGroupIsTab"

#define kFnOfxImageEffectPlaneSuite "uk.co.thefoundry.FnOfxImageEffectPlaneSuite"

/** Fetches a named plane of a clip. The image is released as any other. */
typedef struct FnOfxImageEffectPlaneSuiteV1 {
  OfxStatus (*clipGetImagePlane)(OfxImageClipHandle clip, OfxTime time, const char *plane, const OfxRectD *region,
                                 OfxPropertySetHandle *image);
} FnOfxImageEffectPlaneSuiteV1;

/** Version 1 with views; view -1 is the one being rendered. */
typedef struct FnOfxImageEffectPlaneSuiteV2 {
  OfxStatus (*clipGetImagePlane)(OfxImageClipHandle clip, OfxTime time, int view, const char *plane,
                                 const OfxRectD *region, OfxPropertySetHandle *image);
  OfxStatus (*clipGetRegionOfDefinition)(OfxImageClipHandle clip, OfxTime time, int view, OfxRectD *bounds);
  OfxStatus (*getViewName)(OfxImageEffectHandle effect, int view, const char **name);
  OfxStatus (*getViewCount)(OfxImageEffectHandle effect, int *count);
} FnOfxImageEffectPlaneSuiteV2;

/* ---- Natron ------------------------------------------------------------------------------------------------- */

/* Of the host. Natron can be told to give another name; the second (int) is always there. */
#define kNatronOfxHostName     "fr.inria.Natron"
#define kNatronOfxHostIsNatron "NatronOfxHostIsNatron"

/* The string of a plane of Natron's: name, then optionally label and channels' label, then each channel. */
#define kNatronOfxImageComponentsPlaneName          "NatronOfxImageComponentsPlaneName_"
#define kNatronOfxImageComponentsPlaneLabel         "_PlaneLabel_"
#define kNatronOfxImageComponentsPlaneChannelsLabel "_ChannelsLabel_"
#define kNatronOfxImageComponentsPlaneChannel       "_Channel_"

/* Components of two channels. */
#define kNatronOfxImageComponentXY "NatronOfxImageComponentXY"

/* Of the descriptor: what Natron adds to a node by itself. Two of the strings have the k. */
#define kNatronOfxImageEffectPropChannelSelector "NatronOfxImageEffectPropChannelSelector"
#define kNatronOfxImageEffectPropHostMasking     "kNatronOfxImageEffectPropHostMasking"
#define kNatronOfxImageEffectPropHostMixing      "kNatronOfxImageEffectPropHostMixing"

/* Names of parameters that stand in for Natron's own channel check boxes. */
#define kNatronOfxParamProcessR "NatronOfxParamProcessR"
#define kNatronOfxParamProcessG "NatronOfxParamProcessG"
#define kNatronOfxParamProcessB "NatronOfxParamProcessB"
#define kNatronOfxParamProcessA "NatronOfxParamProcessA"

/* Other properties (int). */
#define kNatronOfxPropDescriptionIsMarkdown           "NatronOfxPropDescriptionIsMarkdown" /* of the descriptor */
#define kNatronOfxImageEffectPropDeprecated           "NatronOfxImageEffectPropDeprecated" /* of the descriptor */
#define kNatronOfxParamHostPropSupportsDynamicChoices "NatronOfxParamHostPropSupportsDynamicChoices" /* of the host */
#define kNatronOfxParamPropInViewerContextSecret      "NatronOfxParamPropInViewerContextSecret" /* of a parameter */

/* ---- Vegas -------------------------------------------------------------------------------------------------- */

/* Of a clip and an image: the order of the channels. The string of the property has "Effect" in it. */
#define kOfxImagePropPixelOrder "OfxImageEffectPropPixelOrder"
#define kOfxImagePixelOrderRGBA "OfxImagePixelOrderRGBA"
#define kOfxImagePixelOrderBGRA "OfxImagePixelOrderBGRA"

/* ---- DaVinci Resolve ---------------------------------------------------------------------------------------- */

/* Of an instance, or an argument of its creation: "Edit", "Color" or "Fusion". */
#define kOfxImageEffectPropResolvePage "OfxImageEffectPropResolvePage"

/* Of a clip (int). The string has the k. */
#define kOfxImageClipPropThumbnail "kOfxImageClipPropThumbnail"

/* The file that a clip comes from (at creation), and the frame in it (while rendering). */
#define kOfxImageEffectPropSrcFilePath "OfxImageEffectPropSrcFilePath"
#define kOfxImageEffectPropSrcFrame    "OfxImageEffectPropSrcFrame"

#ifdef __cplusplus
}
#endif

#endif
