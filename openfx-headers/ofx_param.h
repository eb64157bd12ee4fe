/*
 * Parameters.
 *
 * Names, values, field order and signatures are the interface of OpenFX 1.5.1; comments and arrangement are ours.
 */
#ifndef FATHOM_OFX_PARAM_H
#define FATHOM_OFX_PARAM_H

#include "ofx_core.h"

/* One signature of the parametric suite has a bool in it. */
#ifndef __cplusplus
#include <stdbool.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Values of kOfxPropType. */
#define kOfxTypeParameter         "OfxTypeParameter"
#define kOfxTypeParameterInstance "OfxTypeParameterInstance"

/* Kinds of parameter. */
#define kOfxParamTypeInteger    "OfxParamTypeInteger"
#define kOfxParamTypeInteger2D  "OfxParamTypeInteger2D"
#define kOfxParamTypeInteger3D  "OfxParamTypeInteger3D"
#define kOfxParamTypeDouble     "OfxParamTypeDouble"
#define kOfxParamTypeDouble2D   "OfxParamTypeDouble2D"
#define kOfxParamTypeDouble3D   "OfxParamTypeDouble3D"
#define kOfxParamTypeRGB        "OfxParamTypeRGB"
#define kOfxParamTypeRGBA       "OfxParamTypeRGBA"
#define kOfxParamTypeBoolean    "OfxParamTypeBoolean"
#define kOfxParamTypeChoice     "OfxParamTypeChoice"
#define kOfxParamTypeStrChoice  "OfxParamTypeStrChoice"
#define kOfxParamTypeString     "OfxParamTypeString"
#define kOfxParamTypeBytes      "OfxParamTypeBytes"
#define kOfxParamTypeCustom     "OfxParamTypeCustom"
#define kOfxParamTypeParametric "OfxParamTypeParametric"
#define kOfxParamTypeGroup      "OfxParamTypeGroup"
#define kOfxParamTypePage       "OfxParamTypePage"
#define kOfxParamTypePushButton "OfxParamTypePushButton"

/* ---- properties of the host --------------------------------------------------------------------------------- */

#define kOfxParamHostPropSupportsCustomAnimation     "OfxParamHostPropSupportsCustomAnimation"
#define kOfxParamHostPropSupportsStringAnimation     "OfxParamHostPropSupportsStringAnimation"
#define kOfxParamHostPropSupportsBooleanAnimation    "OfxParamHostPropSupportsBooleanAnimation"
#define kOfxParamHostPropSupportsChoiceAnimation     "OfxParamHostPropSupportsChoiceAnimation"
#define kOfxParamHostPropSupportsStrChoiceAnimation  "OfxParamHostPropSupportsStrChoiceAnimation"
#define kOfxParamHostPropSupportsParametricAnimation "OfxParamHostPropSupportsParametricAnimation"
#define kOfxParamHostPropSupportsStrChoice           "OfxParamHostPropSupportsStrChoice"
#define kOfxParamHostPropSupportsCustomInteract      "OfxParamHostPropSupportsCustomInteract"
#define kOfxParamHostPropMaxParameters               "OfxParamHostPropMaxParameters"
#define kOfxParamHostPropMaxPages                    "OfxParamHostPropMaxPages"
#define kOfxParamHostPropPageRowColumnCount          "OfxParamHostPropPageRowColumnCount"

/* ---- properties of parameters ------------------------------------------------------------------------------- */

/* Of all, or nearly all, kinds. */
#define kOfxParamPropType              "OfxParamPropType"
#define kOfxParamPropScriptName        "OfxParamPropScriptName"
#define kOfxParamPropHint              "OfxParamPropHint"
#define kOfxParamPropParent            "OfxParamPropParent"
#define kOfxParamPropSecret            "OfxParamPropSecret"
#define kOfxParamPropEnabled           "OfxParamPropEnabled"
#define kOfxParamPropDataPtr           "OfxParamPropDataPtr"
#define kOfxParamPropAnimates          "OfxParamPropAnimates"
#define kOfxParamPropIsAnimating       "OfxParamPropIsAnimating"
#define kOfxParamPropCanUndo           "OfxParamPropCanUndo"
#define kOfxParamPropIsAutoKeying      "OfxParamPropIsAutoKeying"
#define kOfxParamPropPersistant        "OfxParamPropPersistant"
#define kOfxParamPropEvaluateOnChange  "OfxParamPropEvaluateOnChange"
#define kOfxParamPropPluginMayWrite    "OfxParamPropPluginMayWrite"
#define kOfxParamPropCacheInvalidation "OfxParamPropCacheInvalidation"
#define kOfxParamPropDefault           "OfxParamPropDefault"

/* Values of kOfxParamPropCacheInvalidation. */
#define kOfxParamInvalidateValueChange      "OfxParamInvalidateValueChange"
#define kOfxParamInvalidateValueChangeToEnd "OfxParamInvalidateValueChangeToEnd"
#define kOfxParamInvalidateAll              "OfxParamInvalidateAll"

/* Of numbers. */
#define kOfxParamPropMin                     "OfxParamPropMin"
#define kOfxParamPropMax                     "OfxParamPropMax"
#define kOfxParamPropDisplayMin              "OfxParamPropDisplayMin"
#define kOfxParamPropDisplayMax              "OfxParamPropDisplayMax"
#define kOfxParamPropIncrement               "OfxParamPropIncrement"
#define kOfxParamPropDigits                  "OfxParamPropDigits"
#define kOfxParamPropDimensionLabel          "OfxParamPropDimensionLabel"
#define kOfxParamPropDoubleType              "OfxParamPropDoubleType"
#define kOfxParamPropDefaultCoordinateSystem "OfxParamPropDefaultCoordinateSystem"
#define kOfxParamPropShowTimeMarker          "OfxParamPropShowTimeMarker"
#define kOfxParamPropHasHostOverlayHandle    "OfxParamPropHasHostOverlayHandle"
#define kOfxParamPropUseHostOverlayHandle    "kOfxParamPropUseHostOverlayHandle" /* the string has the k */

/* Values of kOfxParamPropDoubleType. */
#define kOfxParamDoubleTypePlain        "OfxParamDoubleTypePlain"
#define kOfxParamDoubleTypeScale        "OfxParamDoubleTypeScale"
#define kOfxParamDoubleTypeAngle        "OfxParamDoubleTypeAngle"
#define kOfxParamDoubleTypeTime         "OfxParamDoubleTypeTime"
#define kOfxParamDoubleTypeAbsoluteTime "OfxParamDoubleTypeAbsoluteTime"
#define kOfxParamDoubleTypeX            "OfxParamDoubleTypeX"
#define kOfxParamDoubleTypeY            "OfxParamDoubleTypeY"
#define kOfxParamDoubleTypeXAbsolute    "OfxParamDoubleTypeXAbsolute"
#define kOfxParamDoubleTypeYAbsolute    "OfxParamDoubleTypeYAbsolute"
#define kOfxParamDoubleTypeXY           "OfxParamDoubleTypeXY"
#define kOfxParamDoubleTypeXYAbsolute   "OfxParamDoubleTypeXYAbsolute"

/* Values of kOfxParamPropDoubleType that hosts of before 1.2 know; deprecated. */
#define kOfxParamDoubleTypeNormalisedX          "OfxParamDoubleTypeNormalisedX"
#define kOfxParamDoubleTypeNormalisedY          "OfxParamDoubleTypeNormalisedY"
#define kOfxParamDoubleTypeNormalisedXAbsolute  "OfxParamDoubleTypeNormalisedXAbsolute"
#define kOfxParamDoubleTypeNormalisedYAbsolute  "OfxParamDoubleTypeNormalisedYAbsolute"
#define kOfxParamDoubleTypeNormalisedXY         "OfxParamDoubleTypeNormalisedXY"
#define kOfxParamDoubleTypeNormalisedXYAbsolute "OfxParamDoubleTypeNormalisedXYAbsolute"

/* Values of kOfxParamPropDefaultCoordinateSystem. */
#define kOfxParamCoordinatesCanonical  "OfxParamCoordinatesCanonical"
#define kOfxParamCoordinatesNormalised "OfxParamCoordinatesNormalised"

/* How keys are interpolated. */
#define kOfxParamInterpType             "OfxParamInterpType"
#define kOfxParamInterpTypeConstantStep "OfxParamInterpTypeConstantStep"
#define kOfxParamInterpTypeLinear       "OfxParamInterpTypeLinear"
#define kOfxParamInterpTypeSmooth       "OfxParamInterpTypeSmooth"

/* Of choices. */
#define kOfxParamPropChoiceOption "OfxParamPropChoiceOption"
#define kOfxParamPropChoiceOrder  "OfxParamPropChoiceOrder"
#define kOfxParamPropChoiceEnum   "OfxParamPropChoiceEnum"

/* Of strings. */
#define kOfxParamPropStringMode           "OfxParamPropStringMode"
#define kOfxParamPropStringFilePathExists "OfxParamPropStringFilePathExists"

/* Values of kOfxParamPropStringMode. */
#define kOfxParamStringIsSingleLine     "OfxParamStringIsSingleLine"
#define kOfxParamStringIsMultiLine      "OfxParamStringIsMultiLine"
#define kOfxParamStringIsFilePath       "OfxParamStringIsFilePath"
#define kOfxParamStringIsDirectoryPath  "OfxParamStringIsDirectoryPath"
#define kOfxParamStringIsLabel          "OfxParamStringIsLabel"
#define kOfxParamStringIsRichTextFormat "OfxParamStringIsRichTextFormat"

/* Of custom parameters, and of their interpolation callback's arguments. */
#define kOfxParamPropCustomInterpCallbackV1 "OfxParamPropCustomCallbackV1" /* the string lacks "Interp" */
#define kOfxParamPropCustomValue            "OfxParamPropCustomValue"
#define kOfxParamPropInterpolationTime      "OfxParamPropInterpolationTime"
#define kOfxParamPropInterpolationAmount    "OfxParamPropInterpolationAmount"

/* Of groups and pages. */
#define kOfxParamPropGroupOpen       "OfxParamPropGroupOpen"
#define kOfxParamPropPageChild       "OfxParamPropPageChild"
#define kOfxPluginPropParamPageOrder "OfxPluginPropParamPageOrder"

/* Values of kOfxParamPropPageChild that are not parameters. */
#define kOfxParamPageSkipRow    "OfxParamPageSkipRow"
#define kOfxParamPageSkipColumn "OfxParamPageSkipColumn"

/* Of parameters drawn by the plug-in. */
#define kOfxParamPropInteractV1           "OfxParamPropInteractV1"
#define kOfxParamPropInteractSize         "OfxParamPropInteractSize"
#define kOfxParamPropInteractSizeAspect   "OfxParamPropInteractSizeAspect"
#define kOfxParamPropInteractMinimumSize  "OfxParamPropInteractMinimumSize"
#define kOfxParamPropInteractPreferedSize "OfxParamPropInteractPreferedSize"

/* Of parametric curves. */
#define kOfxParamPropParametricDimension          "OfxParamPropParametricDimension"
#define kOfxParamPropParametricRange              "OfxParamPropParametricRange"
#define kOfxParamPropParametricUIColour           "OfxParamPropParametricUIColour"
#define kOfxParamPropParametricInteractBackground "OfxParamPropParametricInteractBackground"

/* ---- parameter suite ---------------------------------------------------------------------------------------- */

#define kOfxParameterSuite "OfxParameterSuite"

/** One parameter of an instance. */
typedef struct OfxParamStruct *OfxParamHandle;
/** The parameters of a descriptor or an instance. */
typedef struct OfxParamSetStruct *OfxParamSetHandle;

/** The value of a Bytes parameter. */
typedef struct OfxBytes {
  const unsigned char *data;
  size_t length;
} OfxBytes;

/** Interpolates a custom parameter between two keys. */
typedef OfxStatus(OfxCustomParamInterpFuncV1)(OfxParamSetHandle instance, OfxPropertySetHandle in_args,
                                              OfxPropertySetHandle out_args);

/**
 * Defines parameters, reads and writes their values and keys.
 *
 * The variable arguments are one for each dimension: pointers to int, double, char* or OfxBytes when reading, the
 * values themselves when writing.
 */
typedef struct OfxParameterSuiteV1 {
  OfxStatus (*paramDefine)(OfxParamSetHandle params, const char *type, const char *name, OfxPropertySetHandle *props);
  OfxStatus (*paramGetHandle)(OfxParamSetHandle params, const char *name, OfxParamHandle *param,
                              OfxPropertySetHandle *props);
  OfxStatus (*paramSetGetPropertySet)(OfxParamSetHandle params, OfxPropertySetHandle *props);
  OfxStatus (*paramGetPropertySet)(OfxParamHandle param, OfxPropertySetHandle *props);
  OfxStatus (*paramGetValue)(OfxParamHandle param, ...);
  OfxStatus (*paramGetValueAtTime)(OfxParamHandle param, OfxTime time, ...);
  OfxStatus (*paramGetDerivative)(OfxParamHandle param, OfxTime time, ...);
  OfxStatus (*paramGetIntegral)(OfxParamHandle param, OfxTime from, OfxTime to, ...);
  OfxStatus (*paramSetValue)(OfxParamHandle param, ...);
  OfxStatus (*paramSetValueAtTime)(OfxParamHandle param, OfxTime time, ...);
  OfxStatus (*paramGetNumKeys)(OfxParamHandle param, unsigned int *count);
  OfxStatus (*paramGetKeyTime)(OfxParamHandle param, unsigned int nth, OfxTime *time);
  OfxStatus (*paramGetKeyIndex)(OfxParamHandle param, OfxTime time, int direction, int *index);
  OfxStatus (*paramDeleteKey)(OfxParamHandle param, OfxTime time);
  OfxStatus (*paramDeleteAllKeys)(OfxParamHandle param);
  OfxStatus (*paramCopy)(OfxParamHandle to, OfxParamHandle from, OfxTime offset, const OfxRangeD *frames);
  OfxStatus (*paramEditBegin)(OfxParamSetHandle params, const char *name);
  OfxStatus (*paramEditEnd)(OfxParamSetHandle params);
} OfxParameterSuiteV1;

/* ---- parametric parameter suite ----------------------------------------------------------------------------- */

#define kOfxParametricParameterSuite "OfxParametricParameterSuite"

/** Reads and edits the curves of a parametric parameter. */
typedef struct OfxParametricParameterSuiteV1 {
  OfxStatus (*parametricParamGetValue)(OfxParamHandle param, int curve, OfxTime time, double position, double *value);
  OfxStatus (*parametricParamGetNControlPoints)(OfxParamHandle param, int curve, double time, int *count);
  OfxStatus (*parametricParamGetNthControlPoint)(OfxParamHandle param, int curve, double time, int nth, double *key,
                                                 double *value);
  OfxStatus (*parametricParamSetNthControlPoint)(OfxParamHandle param, int curve, double time, int nth, double key,
                                                 double value, bool add_animation_key);
  OfxStatus (*parametricParamAddControlPoint)(OfxParamHandle param, int curve, double time, double key, double value,
                                              bool add_animation_key);
  OfxStatus (*parametricParamDeleteControlPoint)(OfxParamHandle param, int curve, int nth);
  OfxStatus (*parametricParamDeleteAllControlPoints)(OfxParamHandle param, int curve);
} OfxParametricParameterSuiteV1;

#ifdef __cplusplus
}
#endif

#endif
