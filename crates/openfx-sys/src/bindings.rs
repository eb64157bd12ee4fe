// Made by bindgen from openfx-headers/. Do not edit: change the headers and see README.md.

pub const kOfxActionLoad: &::std::ffi::CStr = c"OfxActionLoad";
pub const kOfxActionDescribe: &::std::ffi::CStr = c"OfxActionDescribe";
pub const kOfxActionCreateInstance: &::std::ffi::CStr = c"OfxActionCreateInstance";
pub const kOfxActionBeginInstanceChanged: &::std::ffi::CStr = c"OfxActionBeginInstanceChanged";
pub const kOfxActionInstanceChanged: &::std::ffi::CStr = c"OfxActionInstanceChanged";
pub const kOfxActionEndInstanceChanged: &::std::ffi::CStr = c"OfxActionEndInstanceChanged";
pub const kOfxActionBeginInstanceEdit: &::std::ffi::CStr = c"OfxActionBeginInstanceEdit";
pub const kOfxActionEndInstanceEdit: &::std::ffi::CStr = c"OfxActionEndInstanceEdit";
pub const kOfxActionSyncPrivateData: &::std::ffi::CStr = c"OfxActionSyncPrivateData";
pub const kOfxActionPurgeCaches: &::std::ffi::CStr = c"OfxActionPurgeCaches";
pub const kOfxActionDestroyInstance: &::std::ffi::CStr = c"OfxActionDestroyInstance";
pub const kOfxActionUnload: &::std::ffi::CStr = c"OfxActionUnload";
pub const kOfxActionDialog: &::std::ffi::CStr = c"OfxActionDialog";
pub const kOfxPropType: &::std::ffi::CStr = c"OfxPropType";
pub const kOfxPropName: &::std::ffi::CStr = c"OfxPropName";
pub const kOfxPropLabel: &::std::ffi::CStr = c"OfxPropLabel";
pub const kOfxPropShortLabel: &::std::ffi::CStr = c"OfxPropShortLabel";
pub const kOfxPropLongLabel: &::std::ffi::CStr = c"OfxPropLongLabel";
pub const kOfxPropIcon: &::std::ffi::CStr = c"OfxPropIcon";
pub const kOfxPropAPIVersion: &::std::ffi::CStr = c"OfxPropAPIVersion";
pub const kOfxPropVersion: &::std::ffi::CStr = c"OfxPropVersion";
pub const kOfxPropVersionLabel: &::std::ffi::CStr = c"OfxPropVersionLabel";
pub const kOfxPropPluginDescription: &::std::ffi::CStr = c"OfxPropPluginDescription";
pub const kOfxPluginPropFilePath: &::std::ffi::CStr = c"OfxPluginPropFilePath";
pub const kOfxPropTime: &::std::ffi::CStr = c"OfxPropTime";
pub const kOfxPropIsInteractive: &::std::ffi::CStr = c"OfxPropIsInteractive";
pub const kOfxPropInstanceData: &::std::ffi::CStr = c"OfxPropInstanceData";
pub const kOfxPropEffectInstance: &::std::ffi::CStr = c"OfxPropEffectInstance";
pub const kOfxPropHostOSHandle: &::std::ffi::CStr = c"OfxPropHostOSHandle";
pub const kOfxPropChangeReason: &::std::ffi::CStr = c"OfxPropChangeReason";
pub const kOfxPropParamSetNeedsSyncing: &::std::ffi::CStr = c"OfxPropParamSetNeedsSyncing";
pub const kOfxChangeUserEdited: &::std::ffi::CStr = c"OfxChangeUserEdited";
pub const kOfxChangePluginEdited: &::std::ffi::CStr = c"OfxChangePluginEdited";
pub const kOfxChangeTime: &::std::ffi::CStr = c"OfxChangeTime";
pub const kOfxBitDepthNone: &::std::ffi::CStr = c"OfxBitDepthNone";
pub const kOfxBitDepthByte: &::std::ffi::CStr = c"OfxBitDepthByte";
pub const kOfxBitDepthShort: &::std::ffi::CStr = c"OfxBitDepthShort";
pub const kOfxBitDepthHalf: &::std::ffi::CStr = c"OfxBitDepthHalf";
pub const kOfxBitDepthFloat: &::std::ffi::CStr = c"OfxBitDepthFloat";
pub const kOfxPropertySuite: &::std::ffi::CStr = c"OfxPropertySuite";
pub const kOfxMemorySuite: &::std::ffi::CStr = c"OfxMemorySuite";
pub const kOfxMultiThreadSuite: &::std::ffi::CStr = c"OfxMultiThreadSuite";
pub const kOfxMessageSuite: &::std::ffi::CStr = c"OfxMessageSuite";
pub const kOfxMessageFatal: &::std::ffi::CStr = c"OfxMessageFatal";
pub const kOfxMessageError: &::std::ffi::CStr = c"OfxMessageError";
pub const kOfxMessageWarning: &::std::ffi::CStr = c"OfxMessageWarning";
pub const kOfxMessageMessage: &::std::ffi::CStr = c"OfxMessageMessage";
pub const kOfxMessageLog: &::std::ffi::CStr = c"OfxMessageLog";
pub const kOfxMessageQuestion: &::std::ffi::CStr = c"OfxMessageQuestion";
pub const kOfxProgressSuite: &::std::ffi::CStr = c"OfxProgressSuite";
pub const kOfxTimeLineSuite: &::std::ffi::CStr = c"OfxTimeLineSuite";
pub const kOfxDialogSuite: &::std::ffi::CStr = c"OfxDialogSuite";
pub const kOfxActionOpenGLContextAttached: &::std::ffi::CStr = c"OfxActionOpenGLContextAttached";
pub const kOfxActionOpenGLContextDetached: &::std::ffi::CStr = c"kOfxActionOpenGLContextDetached";
pub const kOfxImageEffectPropOpenGLRenderSupported: &::std::ffi::CStr = c"OfxImageEffectPropOpenGLRenderSupported";
pub const kOfxImageEffectPropCudaRenderSupported: &::std::ffi::CStr = c"OfxImageEffectPropCudaRenderSupported";
pub const kOfxImageEffectPropCudaStreamSupported: &::std::ffi::CStr = c"OfxImageEffectPropCudaStreamSupported";
pub const kOfxImageEffectPropMetalRenderSupported: &::std::ffi::CStr = c"OfxImageEffectPropMetalRenderSupported";
pub const kOfxImageEffectPropOpenCLRenderSupported: &::std::ffi::CStr = c"OfxImageEffectPropOpenCLRenderSupported";
pub const kOfxImageEffectPropOpenCLSupported: &::std::ffi::CStr = c"OfxImageEffectPropOpenCLSupported";
pub const kOfxImageEffectPropOpenGLEnabled: &::std::ffi::CStr = c"OfxImageEffectPropOpenGLEnabled";
pub const kOfxImageEffectPropCudaEnabled: &::std::ffi::CStr = c"OfxImageEffectPropCudaEnabled";
pub const kOfxImageEffectPropMetalEnabled: &::std::ffi::CStr = c"OfxImageEffectPropMetalEnabled";
pub const kOfxImageEffectPropOpenCLEnabled: &::std::ffi::CStr = c"OfxImageEffectPropOpenCLEnabled";
pub const kOfxImageEffectPropCudaStream: &::std::ffi::CStr = c"OfxImageEffectPropCudaStream";
pub const kOfxImageEffectPropMetalCommandQueue: &::std::ffi::CStr = c"OfxImageEffectPropMetalCommandQueue";
pub const kOfxImageEffectPropOpenCLCommandQueue: &::std::ffi::CStr = c"OfxImageEffectPropOpenCLCommandQueue";
pub const kOfxImageEffectPropOpenCLImage: &::std::ffi::CStr = c"OfxImageEffectPropOpenCLImage";
pub const kOfxImageEffectPropOpenGLTextureIndex: &::std::ffi::CStr = c"OfxImageEffectPropOpenGLTextureIndex";
pub const kOfxImageEffectPropOpenGLTextureTarget: &::std::ffi::CStr = c"OfxImageEffectPropOpenGLTextureTarget";
pub const kOfxOpenGLPropPixelDepth: &::std::ffi::CStr = c"OfxOpenGLPropPixelDepth";
pub const kOfxTypeParameter: &::std::ffi::CStr = c"OfxTypeParameter";
pub const kOfxTypeParameterInstance: &::std::ffi::CStr = c"OfxTypeParameterInstance";
pub const kOfxParamTypeInteger: &::std::ffi::CStr = c"OfxParamTypeInteger";
pub const kOfxParamTypeInteger2D: &::std::ffi::CStr = c"OfxParamTypeInteger2D";
pub const kOfxParamTypeInteger3D: &::std::ffi::CStr = c"OfxParamTypeInteger3D";
pub const kOfxParamTypeDouble: &::std::ffi::CStr = c"OfxParamTypeDouble";
pub const kOfxParamTypeDouble2D: &::std::ffi::CStr = c"OfxParamTypeDouble2D";
pub const kOfxParamTypeDouble3D: &::std::ffi::CStr = c"OfxParamTypeDouble3D";
pub const kOfxParamTypeRGB: &::std::ffi::CStr = c"OfxParamTypeRGB";
pub const kOfxParamTypeRGBA: &::std::ffi::CStr = c"OfxParamTypeRGBA";
pub const kOfxParamTypeBoolean: &::std::ffi::CStr = c"OfxParamTypeBoolean";
pub const kOfxParamTypeChoice: &::std::ffi::CStr = c"OfxParamTypeChoice";
pub const kOfxParamTypeStrChoice: &::std::ffi::CStr = c"OfxParamTypeStrChoice";
pub const kOfxParamTypeString: &::std::ffi::CStr = c"OfxParamTypeString";
pub const kOfxParamTypeBytes: &::std::ffi::CStr = c"OfxParamTypeBytes";
pub const kOfxParamTypeCustom: &::std::ffi::CStr = c"OfxParamTypeCustom";
pub const kOfxParamTypeParametric: &::std::ffi::CStr = c"OfxParamTypeParametric";
pub const kOfxParamTypeGroup: &::std::ffi::CStr = c"OfxParamTypeGroup";
pub const kOfxParamTypePage: &::std::ffi::CStr = c"OfxParamTypePage";
pub const kOfxParamTypePushButton: &::std::ffi::CStr = c"OfxParamTypePushButton";
pub const kOfxParamHostPropSupportsCustomAnimation: &::std::ffi::CStr = c"OfxParamHostPropSupportsCustomAnimation";
pub const kOfxParamHostPropSupportsStringAnimation: &::std::ffi::CStr = c"OfxParamHostPropSupportsStringAnimation";
pub const kOfxParamHostPropSupportsBooleanAnimation: &::std::ffi::CStr = c"OfxParamHostPropSupportsBooleanAnimation";
pub const kOfxParamHostPropSupportsChoiceAnimation: &::std::ffi::CStr = c"OfxParamHostPropSupportsChoiceAnimation";
pub const kOfxParamHostPropSupportsStrChoiceAnimation: &::std::ffi::CStr =
    c"OfxParamHostPropSupportsStrChoiceAnimation";
pub const kOfxParamHostPropSupportsParametricAnimation: &::std::ffi::CStr =
    c"OfxParamHostPropSupportsParametricAnimation";
pub const kOfxParamHostPropSupportsStrChoice: &::std::ffi::CStr = c"OfxParamHostPropSupportsStrChoice";
pub const kOfxParamHostPropSupportsCustomInteract: &::std::ffi::CStr = c"OfxParamHostPropSupportsCustomInteract";
pub const kOfxParamHostPropMaxParameters: &::std::ffi::CStr = c"OfxParamHostPropMaxParameters";
pub const kOfxParamHostPropMaxPages: &::std::ffi::CStr = c"OfxParamHostPropMaxPages";
pub const kOfxParamHostPropPageRowColumnCount: &::std::ffi::CStr = c"OfxParamHostPropPageRowColumnCount";
pub const kOfxParamPropType: &::std::ffi::CStr = c"OfxParamPropType";
pub const kOfxParamPropScriptName: &::std::ffi::CStr = c"OfxParamPropScriptName";
pub const kOfxParamPropHint: &::std::ffi::CStr = c"OfxParamPropHint";
pub const kOfxParamPropParent: &::std::ffi::CStr = c"OfxParamPropParent";
pub const kOfxParamPropSecret: &::std::ffi::CStr = c"OfxParamPropSecret";
pub const kOfxParamPropEnabled: &::std::ffi::CStr = c"OfxParamPropEnabled";
pub const kOfxParamPropDataPtr: &::std::ffi::CStr = c"OfxParamPropDataPtr";
pub const kOfxParamPropAnimates: &::std::ffi::CStr = c"OfxParamPropAnimates";
pub const kOfxParamPropIsAnimating: &::std::ffi::CStr = c"OfxParamPropIsAnimating";
pub const kOfxParamPropCanUndo: &::std::ffi::CStr = c"OfxParamPropCanUndo";
pub const kOfxParamPropIsAutoKeying: &::std::ffi::CStr = c"OfxParamPropIsAutoKeying";
pub const kOfxParamPropPersistant: &::std::ffi::CStr = c"OfxParamPropPersistant";
pub const kOfxParamPropEvaluateOnChange: &::std::ffi::CStr = c"OfxParamPropEvaluateOnChange";
pub const kOfxParamPropPluginMayWrite: &::std::ffi::CStr = c"OfxParamPropPluginMayWrite";
pub const kOfxParamPropCacheInvalidation: &::std::ffi::CStr = c"OfxParamPropCacheInvalidation";
pub const kOfxParamPropDefault: &::std::ffi::CStr = c"OfxParamPropDefault";
pub const kOfxParamInvalidateValueChange: &::std::ffi::CStr = c"OfxParamInvalidateValueChange";
pub const kOfxParamInvalidateValueChangeToEnd: &::std::ffi::CStr = c"OfxParamInvalidateValueChangeToEnd";
pub const kOfxParamInvalidateAll: &::std::ffi::CStr = c"OfxParamInvalidateAll";
pub const kOfxParamPropMin: &::std::ffi::CStr = c"OfxParamPropMin";
pub const kOfxParamPropMax: &::std::ffi::CStr = c"OfxParamPropMax";
pub const kOfxParamPropDisplayMin: &::std::ffi::CStr = c"OfxParamPropDisplayMin";
pub const kOfxParamPropDisplayMax: &::std::ffi::CStr = c"OfxParamPropDisplayMax";
pub const kOfxParamPropIncrement: &::std::ffi::CStr = c"OfxParamPropIncrement";
pub const kOfxParamPropDigits: &::std::ffi::CStr = c"OfxParamPropDigits";
pub const kOfxParamPropDimensionLabel: &::std::ffi::CStr = c"OfxParamPropDimensionLabel";
pub const kOfxParamPropDoubleType: &::std::ffi::CStr = c"OfxParamPropDoubleType";
pub const kOfxParamPropDefaultCoordinateSystem: &::std::ffi::CStr = c"OfxParamPropDefaultCoordinateSystem";
pub const kOfxParamPropShowTimeMarker: &::std::ffi::CStr = c"OfxParamPropShowTimeMarker";
pub const kOfxParamPropHasHostOverlayHandle: &::std::ffi::CStr = c"OfxParamPropHasHostOverlayHandle";
pub const kOfxParamPropUseHostOverlayHandle: &::std::ffi::CStr = c"kOfxParamPropUseHostOverlayHandle";
pub const kOfxParamDoubleTypePlain: &::std::ffi::CStr = c"OfxParamDoubleTypePlain";
pub const kOfxParamDoubleTypeScale: &::std::ffi::CStr = c"OfxParamDoubleTypeScale";
pub const kOfxParamDoubleTypeAngle: &::std::ffi::CStr = c"OfxParamDoubleTypeAngle";
pub const kOfxParamDoubleTypeTime: &::std::ffi::CStr = c"OfxParamDoubleTypeTime";
pub const kOfxParamDoubleTypeAbsoluteTime: &::std::ffi::CStr = c"OfxParamDoubleTypeAbsoluteTime";
pub const kOfxParamDoubleTypeX: &::std::ffi::CStr = c"OfxParamDoubleTypeX";
pub const kOfxParamDoubleTypeY: &::std::ffi::CStr = c"OfxParamDoubleTypeY";
pub const kOfxParamDoubleTypeXAbsolute: &::std::ffi::CStr = c"OfxParamDoubleTypeXAbsolute";
pub const kOfxParamDoubleTypeYAbsolute: &::std::ffi::CStr = c"OfxParamDoubleTypeYAbsolute";
pub const kOfxParamDoubleTypeXY: &::std::ffi::CStr = c"OfxParamDoubleTypeXY";
pub const kOfxParamDoubleTypeXYAbsolute: &::std::ffi::CStr = c"OfxParamDoubleTypeXYAbsolute";
pub const kOfxParamDoubleTypeNormalisedX: &::std::ffi::CStr = c"OfxParamDoubleTypeNormalisedX";
pub const kOfxParamDoubleTypeNormalisedY: &::std::ffi::CStr = c"OfxParamDoubleTypeNormalisedY";
pub const kOfxParamDoubleTypeNormalisedXAbsolute: &::std::ffi::CStr = c"OfxParamDoubleTypeNormalisedXAbsolute";
pub const kOfxParamDoubleTypeNormalisedYAbsolute: &::std::ffi::CStr = c"OfxParamDoubleTypeNormalisedYAbsolute";
pub const kOfxParamDoubleTypeNormalisedXY: &::std::ffi::CStr = c"OfxParamDoubleTypeNormalisedXY";
pub const kOfxParamDoubleTypeNormalisedXYAbsolute: &::std::ffi::CStr = c"OfxParamDoubleTypeNormalisedXYAbsolute";
pub const kOfxParamCoordinatesCanonical: &::std::ffi::CStr = c"OfxParamCoordinatesCanonical";
pub const kOfxParamCoordinatesNormalised: &::std::ffi::CStr = c"OfxParamCoordinatesNormalised";
pub const kOfxParamInterpType: &::std::ffi::CStr = c"OfxParamInterpType";
pub const kOfxParamInterpTypeConstantStep: &::std::ffi::CStr = c"OfxParamInterpTypeConstantStep";
pub const kOfxParamInterpTypeLinear: &::std::ffi::CStr = c"OfxParamInterpTypeLinear";
pub const kOfxParamInterpTypeSmooth: &::std::ffi::CStr = c"OfxParamInterpTypeSmooth";
pub const kOfxParamPropChoiceOption: &::std::ffi::CStr = c"OfxParamPropChoiceOption";
pub const kOfxParamPropChoiceOrder: &::std::ffi::CStr = c"OfxParamPropChoiceOrder";
pub const kOfxParamPropChoiceEnum: &::std::ffi::CStr = c"OfxParamPropChoiceEnum";
pub const kOfxParamPropStringMode: &::std::ffi::CStr = c"OfxParamPropStringMode";
pub const kOfxParamPropStringFilePathExists: &::std::ffi::CStr = c"OfxParamPropStringFilePathExists";
pub const kOfxParamStringIsSingleLine: &::std::ffi::CStr = c"OfxParamStringIsSingleLine";
pub const kOfxParamStringIsMultiLine: &::std::ffi::CStr = c"OfxParamStringIsMultiLine";
pub const kOfxParamStringIsFilePath: &::std::ffi::CStr = c"OfxParamStringIsFilePath";
pub const kOfxParamStringIsDirectoryPath: &::std::ffi::CStr = c"OfxParamStringIsDirectoryPath";
pub const kOfxParamStringIsLabel: &::std::ffi::CStr = c"OfxParamStringIsLabel";
pub const kOfxParamStringIsRichTextFormat: &::std::ffi::CStr = c"OfxParamStringIsRichTextFormat";
pub const kOfxParamPropCustomInterpCallbackV1: &::std::ffi::CStr = c"OfxParamPropCustomCallbackV1";
pub const kOfxParamPropCustomValue: &::std::ffi::CStr = c"OfxParamPropCustomValue";
pub const kOfxParamPropInterpolationTime: &::std::ffi::CStr = c"OfxParamPropInterpolationTime";
pub const kOfxParamPropInterpolationAmount: &::std::ffi::CStr = c"OfxParamPropInterpolationAmount";
pub const kOfxParamPropGroupOpen: &::std::ffi::CStr = c"OfxParamPropGroupOpen";
pub const kOfxParamPropPageChild: &::std::ffi::CStr = c"OfxParamPropPageChild";
pub const kOfxPluginPropParamPageOrder: &::std::ffi::CStr = c"OfxPluginPropParamPageOrder";
pub const kOfxParamPageSkipRow: &::std::ffi::CStr = c"OfxParamPageSkipRow";
pub const kOfxParamPageSkipColumn: &::std::ffi::CStr = c"OfxParamPageSkipColumn";
pub const kOfxParamPropInteractV1: &::std::ffi::CStr = c"OfxParamPropInteractV1";
pub const kOfxParamPropInteractSize: &::std::ffi::CStr = c"OfxParamPropInteractSize";
pub const kOfxParamPropInteractSizeAspect: &::std::ffi::CStr = c"OfxParamPropInteractSizeAspect";
pub const kOfxParamPropInteractMinimumSize: &::std::ffi::CStr = c"OfxParamPropInteractMinimumSize";
pub const kOfxParamPropInteractPreferedSize: &::std::ffi::CStr = c"OfxParamPropInteractPreferedSize";
pub const kOfxParamPropParametricDimension: &::std::ffi::CStr = c"OfxParamPropParametricDimension";
pub const kOfxParamPropParametricRange: &::std::ffi::CStr = c"OfxParamPropParametricRange";
pub const kOfxParamPropParametricUIColour: &::std::ffi::CStr = c"OfxParamPropParametricUIColour";
pub const kOfxParamPropParametricInteractBackground: &::std::ffi::CStr = c"OfxParamPropParametricInteractBackground";
pub const kOfxParameterSuite: &::std::ffi::CStr = c"OfxParameterSuite";
pub const kOfxParametricParameterSuite: &::std::ffi::CStr = c"OfxParametricParameterSuite";
pub const kOfxImageEffectPluginApi: &::std::ffi::CStr = c"OfxImageEffectPluginAPI";
pub const kOfxTypeImageEffectHost: &::std::ffi::CStr = c"OfxTypeImageEffectHost";
pub const kOfxTypeImageEffect: &::std::ffi::CStr = c"OfxTypeImageEffect";
pub const kOfxTypeImageEffectInstance: &::std::ffi::CStr = c"OfxTypeImageEffectInstance";
pub const kOfxTypeClip: &::std::ffi::CStr = c"OfxTypeClip";
pub const kOfxTypeImage: &::std::ffi::CStr = c"OfxTypeImage";
pub const kOfxImageEffectActionDescribeInContext: &::std::ffi::CStr = c"OfxImageEffectActionDescribeInContext";
pub const kOfxImageEffectActionGetRegionOfDefinition: &::std::ffi::CStr = c"OfxImageEffectActionGetRegionOfDefinition";
pub const kOfxImageEffectActionGetRegionsOfInterest: &::std::ffi::CStr = c"OfxImageEffectActionGetRegionsOfInterest";
pub const kOfxImageEffectActionGetTimeDomain: &::std::ffi::CStr = c"OfxImageEffectActionGetTimeDomain";
pub const kOfxImageEffectActionGetFramesNeeded: &::std::ffi::CStr = c"OfxImageEffectActionGetFramesNeeded";
pub const kOfxImageEffectActionGetClipPreferences: &::std::ffi::CStr = c"OfxImageEffectActionGetClipPreferences";
pub const kOfxImageEffectActionGetOutputColourspace: &::std::ffi::CStr = c"OfxImageEffectActionGetOutputColourspace";
pub const kOfxImageEffectActionIsIdentity: &::std::ffi::CStr = c"OfxImageEffectActionIsIdentity";
pub const kOfxImageEffectActionBeginSequenceRender: &::std::ffi::CStr = c"OfxImageEffectActionBeginSequenceRender";
pub const kOfxImageEffectActionRender: &::std::ffi::CStr = c"OfxImageEffectActionRender";
pub const kOfxImageEffectActionEndSequenceRender: &::std::ffi::CStr = c"OfxImageEffectActionEndSequenceRender";
pub const kOfxImageEffectContextGenerator: &::std::ffi::CStr = c"OfxImageEffectContextGenerator";
pub const kOfxImageEffectContextFilter: &::std::ffi::CStr = c"OfxImageEffectContextFilter";
pub const kOfxImageEffectContextTransition: &::std::ffi::CStr = c"OfxImageEffectContextTransition";
pub const kOfxImageEffectContextPaint: &::std::ffi::CStr = c"OfxImageEffectContextPaint";
pub const kOfxImageEffectContextGeneral: &::std::ffi::CStr = c"OfxImageEffectContextGeneral";
pub const kOfxImageEffectContextRetimer: &::std::ffi::CStr = c"OfxImageEffectContextRetimer";
pub const kOfxImageEffectOutputClipName: &::std::ffi::CStr = c"Output";
pub const kOfxImageEffectSimpleSourceClipName: &::std::ffi::CStr = c"Source";
pub const kOfxImageEffectTransitionSourceFromClipName: &::std::ffi::CStr = c"SourceFrom";
pub const kOfxImageEffectTransitionSourceToClipName: &::std::ffi::CStr = c"SourceTo";
pub const kOfxImageEffectTransitionParamName: &::std::ffi::CStr = c"Transition";
pub const kOfxImageEffectRetimerParamName: &::std::ffi::CStr = c"SourceTime";
pub const kOfxImageComponentNone: &::std::ffi::CStr = c"OfxImageComponentNone";
pub const kOfxImageComponentRGBA: &::std::ffi::CStr = c"OfxImageComponentRGBA";
pub const kOfxImageComponentRGB: &::std::ffi::CStr = c"OfxImageComponentRGB";
pub const kOfxImageComponentAlpha: &::std::ffi::CStr = c"OfxImageComponentAlpha";
pub const kOfxImageOpaque: &::std::ffi::CStr = c"OfxImageOpaque";
pub const kOfxImagePreMultiplied: &::std::ffi::CStr = c"OfxImageAlphaPremultiplied";
pub const kOfxImageUnPreMultiplied: &::std::ffi::CStr = c"OfxImageAlphaUnPremultiplied";
pub const kOfxImageFieldNone: &::std::ffi::CStr = c"OfxFieldNone";
pub const kOfxImageFieldBoth: &::std::ffi::CStr = c"OfxFieldBoth";
pub const kOfxImageFieldLower: &::std::ffi::CStr = c"OfxFieldLower";
pub const kOfxImageFieldUpper: &::std::ffi::CStr = c"OfxFieldUpper";
pub const kOfxImageFieldSingle: &::std::ffi::CStr = c"OfxFieldSingle";
pub const kOfxImageFieldDoubled: &::std::ffi::CStr = c"OfxFieldDoubled";
pub const kOfxImageEffectRenderUnsafe: &::std::ffi::CStr = c"OfxImageEffectRenderUnsafe";
pub const kOfxImageEffectRenderInstanceSafe: &::std::ffi::CStr = c"OfxImageEffectRenderInstanceSafe";
pub const kOfxImageEffectRenderFullySafe: &::std::ffi::CStr = c"OfxImageEffectRenderFullySafe";
pub const kOfxHostNativeOriginBottomLeft: &::std::ffi::CStr = c"kOfxImageEffectHostPropNativeOriginBottomLeft";
pub const kOfxHostNativeOriginTopLeft: &::std::ffi::CStr = c"kOfxImageEffectHostPropNativeOriginTopLeft";
pub const kOfxHostNativeOriginCenter: &::std::ffi::CStr = c"kOfxImageEffectHostPropNativeOriginCenter";
pub const kOfxUnlicensedContinue: &::std::ffi::CStr = c"OfxUnlicensedContinue";
pub const kOfxUnlicensedFail: &::std::ffi::CStr = c"OfxUnlicensedFail";
pub const kOfxImageEffectHostPropIsBackground: &::std::ffi::CStr = c"OfxImageEffectHostPropIsBackground";
pub const kOfxImageEffectHostPropNativeOrigin: &::std::ffi::CStr = c"OfxImageEffectHostPropNativeOrigin";
pub const kOfxImageEffectPropSupportedContexts: &::std::ffi::CStr = c"OfxImageEffectPropSupportedContexts";
pub const kOfxImageEffectPropSupportedPixelDepths: &::std::ffi::CStr = c"OfxImageEffectPropSupportedPixelDepths";
pub const kOfxImageEffectPropSupportedComponents: &::std::ffi::CStr = c"OfxImageEffectPropSupportedComponents";
pub const kOfxImageEffectPropSupportsOverlays: &::std::ffi::CStr = c"OfxImageEffectPropSupportsOverlays";
pub const kOfxImageEffectPropSupportsMultiResolution: &::std::ffi::CStr = c"OfxImageEffectPropSupportsMultiResolution";
pub const kOfxImageEffectPropSupportsTiles: &::std::ffi::CStr = c"OfxImageEffectPropSupportsTiles";
pub const kOfxImageEffectPropSupportsMultipleClipDepths: &::std::ffi::CStr = c"OfxImageEffectPropMultipleClipDepths";
pub const kOfxImageEffectPropSupportsMultipleClipPARs: &::std::ffi::CStr =
    c"OfxImageEffectPropSupportsMultipleClipPARs";
pub const kOfxImageEffectPropTemporalClipAccess: &::std::ffi::CStr = c"OfxImageEffectPropTemporalClipAccess";
pub const kOfxImageEffectPropSetableFrameRate: &::std::ffi::CStr = c"OfxImageEffectPropSetableFrameRate";
pub const kOfxImageEffectPropSetableFielding: &::std::ffi::CStr = c"OfxImageEffectPropSetableFielding";
pub const kOfxImageEffectInstancePropSequentialRender: &::std::ffi::CStr =
    c"OfxImageEffectInstancePropSequentialRender";
pub const kOfxImageEffectPropRenderQualityDraft: &::std::ffi::CStr = c"OfxImageEffectPropRenderQualityDraft";
pub const kOfxImageEffectPropCPURenderSupported: &::std::ffi::CStr = c"OfxImageEffectPropCPURenderSupported";
pub const kOfxImageEffectPluginPropGrouping: &::std::ffi::CStr = c"OfxImageEffectPluginPropGrouping";
pub const kOfxImageEffectPluginPropSingleInstance: &::std::ffi::CStr = c"OfxImageEffectPluginPropSingleInstance";
pub const kOfxImageEffectPluginPropObsolete: &::std::ffi::CStr = c"OfxImageEffectPluginPropObsolete";
pub const kOfxImageEffectPluginRenderThreadSafety: &::std::ffi::CStr = c"OfxImageEffectPluginRenderThreadSafety";
pub const kOfxImageEffectPluginPropHostFrameThreading: &::std::ffi::CStr =
    c"OfxImageEffectPluginPropHostFrameThreading";
pub const kOfxImageEffectPluginPropFieldRenderTwiceAlways: &::std::ffi::CStr =
    c"OfxImageEffectPluginPropFieldRenderTwiceAlways";
pub const kOfxImageEffectPluginPropOverlayInteractV1: &::std::ffi::CStr = c"OfxImageEffectPluginPropOverlayInteractV1";
pub const kOfxImageEffectPluginPropOverlayInteractV2: &::std::ffi::CStr = c"OfxImageEffectPluginPropOverlayInteractV2";
pub const kOfxImageEffectPropClipPreferencesSlaveParam: &::std::ffi::CStr =
    c"OfxImageEffectPropClipPreferencesSlaveParam";
pub const kOfxImageEffectPropNoSpatialAwareness: &::std::ffi::CStr = c"OfxImageEffectPropNoSpatialAwareness";
pub const kOfxImageEffectPropBehaviourWhenUnlicensed: &::std::ffi::CStr = c"OfxImageEffectPropBehaviourWhenUnlicensed";
pub const kOfxImageEffectPropContext: &::std::ffi::CStr = c"OfxImageEffectPropContext";
pub const kOfxImageEffectPropPluginHandle: &::std::ffi::CStr = c"OfxImageEffectPropPluginHandle";
pub const kOfxImageEffectPropProjectSize: &::std::ffi::CStr = c"OfxImageEffectPropProjectSize";
pub const kOfxImageEffectPropProjectOffset: &::std::ffi::CStr = c"OfxImageEffectPropProjectOffset";
pub const kOfxImageEffectPropProjectExtent: &::std::ffi::CStr = c"OfxImageEffectPropProjectExtent";
pub const kOfxImageEffectPropProjectPixelAspectRatio: &::std::ffi::CStr = c"OfxImageEffectPropPixelAspectRatio";
pub const kOfxImageEffectInstancePropEffectDuration: &::std::ffi::CStr = c"OfxImageEffectInstancePropEffectDuration";
pub const kOfxImageEffectPropFrameRate: &::std::ffi::CStr = c"OfxImageEffectPropFrameRate";
pub const kOfxImageClipPropOptional: &::std::ffi::CStr = c"OfxImageClipPropOptional";
pub const kOfxImageClipPropIsMask: &::std::ffi::CStr = c"OfxImageClipPropIsMask";
pub const kOfxImageClipPropFieldExtraction: &::std::ffi::CStr = c"OfxImageClipPropFieldExtraction";
pub const kOfxImageClipPropConnected: &::std::ffi::CStr = c"OfxImageClipPropConnected";
pub const kOfxImageClipPropFieldOrder: &::std::ffi::CStr = c"OfxImageClipPropFieldOrder";
pub const kOfxImageClipPropContinuousSamples: &::std::ffi::CStr = c"OfxImageClipPropContinuousSamples";
pub const kOfxImageClipPropUnmappedPixelDepth: &::std::ffi::CStr = c"OfxImageClipPropUnmappedPixelDepth";
pub const kOfxImageClipPropUnmappedComponents: &::std::ffi::CStr = c"OfxImageClipPropUnmappedComponents";
pub const kOfxImageEffectPropFrameRange: &::std::ffi::CStr = c"OfxImageEffectPropFrameRange";
pub const kOfxImageEffectPropUnmappedFrameRange: &::std::ffi::CStr = c"OfxImageEffectPropUnmappedFrameRange";
pub const kOfxImageEffectPropUnmappedFrameRate: &::std::ffi::CStr = c"OfxImageEffectPropUnmappedFrameRate";
pub const kOfxImageEffectPropPixelDepth: &::std::ffi::CStr = c"OfxImageEffectPropPixelDepth";
pub const kOfxImageEffectPropComponents: &::std::ffi::CStr = c"OfxImageEffectPropComponents";
pub const kOfxImageEffectPropPreMultiplication: &::std::ffi::CStr = c"OfxImageEffectPropPreMultiplication";
pub const kOfxImagePropPixelAspectRatio: &::std::ffi::CStr = c"OfxImagePropPixelAspectRatio";
pub const kOfxImagePropData: &::std::ffi::CStr = c"OfxImagePropData";
pub const kOfxImagePropBounds: &::std::ffi::CStr = c"OfxImagePropBounds";
pub const kOfxImagePropRegionOfDefinition: &::std::ffi::CStr = c"OfxImagePropRegionOfDefinition";
pub const kOfxImagePropRowBytes: &::std::ffi::CStr = c"OfxImagePropRowBytes";
pub const kOfxImagePropField: &::std::ffi::CStr = c"OfxImagePropField";
pub const kOfxImagePropUniqueIdentifier: &::std::ffi::CStr = c"OfxImagePropUniqueIdentifier";
pub const kOfxImageEffectPropRenderScale: &::std::ffi::CStr = c"OfxImageEffectPropRenderScale";
pub const kOfxImageEffectPropRenderWindow: &::std::ffi::CStr = c"OfxImageEffectPropRenderWindow";
pub const kOfxImageEffectPropFieldToRender: &::std::ffi::CStr = c"OfxImageEffectPropFieldToRender";
pub const kOfxImageEffectPropRegionOfDefinition: &::std::ffi::CStr = c"OfxImageEffectPropRegionOfDefinition";
pub const kOfxImageEffectPropRegionOfInterest: &::std::ffi::CStr = c"OfxImageEffectPropRegionOfInterest";
pub const kOfxImageEffectPropFrameStep: &::std::ffi::CStr = c"OfxImageEffectPropFrameStep";
pub const kOfxImageEffectPropSequentialRenderStatus: &::std::ffi::CStr = c"OfxImageEffectPropSequentialRenderStatus";
pub const kOfxImageEffectPropInteractiveRenderStatus: &::std::ffi::CStr = c"OfxImageEffectPropInteractiveRenderStatus";
pub const kOfxImageEffectPropThumbnailRender: &::std::ffi::CStr = c"OfxImageEffectPropThumbnailRender";
pub const kOfxImageEffectFrameVarying: &::std::ffi::CStr = c"OfxImageEffectFrameVarying";
pub const kOfxImageClipPropComponentsPrefix: &::std::ffi::CStr = c"OfxImageClipPropComponents_";
pub const kOfxImageClipPropDepthPrefix: &::std::ffi::CStr = c"OfxImageClipPropDepth_";
pub const kOfxImageClipPropPARPrefix: &::std::ffi::CStr = c"OfxImageClipPropPAR_";
pub const kOfxImageClipPropRoIPrefix: &::std::ffi::CStr = c"OfxImageClipPropRoI_";
pub const kOfxImageClipPropFrameRangePrefix: &::std::ffi::CStr = c"OfxImageClipPropFrameRange_";
pub const kOfxImageEffectPropColourManagementStyle: &::std::ffi::CStr = c"OfxImageEffectPropColourManagementStyle";
pub const kOfxImageEffectPropColourManagementAvailableConfigs: &::std::ffi::CStr =
    c"OfxImageEffectPropColourManagementAvailableConfigs";
pub const kOfxImageEffectPropColourManagementConfig: &::std::ffi::CStr = c"OfxImageEffectPropColourManagementConfig";
pub const kOfxImageEffectPropOCIOConfig: &::std::ffi::CStr = c"OfxImageEffectPropOCIOConfig";
pub const kOfxImageEffectPropOCIODisplay: &::std::ffi::CStr = c"OfxImageEffectPropOCIODisplay";
pub const kOfxImageEffectPropOCIOView: &::std::ffi::CStr = c"OfxImageEffectPropOCIOView";
pub const kOfxImageEffectPropDisplayColourspace: &::std::ffi::CStr = c"OfxImageEffectPropDisplayColourspace";
pub const kOfxImageClipPropColourspace: &::std::ffi::CStr = c"OfxImageClipPropColourspace";
pub const kOfxImageClipPropPreferredColourspaces: &::std::ffi::CStr = c"OfxImageClipPropPreferredColourspaces";
pub const kOfxImageEffectColourManagementNone: &::std::ffi::CStr = c"OfxImageEffectColourManagementNone";
pub const kOfxImageEffectColourManagementBasic: &::std::ffi::CStr = c"OfxImageEffectColourManagementBasic";
pub const kOfxImageEffectColourManagementCore: &::std::ffi::CStr = c"OfxImageEffectColourManagementCore";
pub const kOfxImageEffectColourManagementFull: &::std::ffi::CStr = c"OfxImageEffectColourManagementFull";
pub const kOfxImageEffectColourManagementOCIO: &::std::ffi::CStr = c"OfxImageEffectColourManagementOCIO";
pub const kOfxImageEffectSuite: &::std::ffi::CStr = c"OfxImageEffectSuite";
pub const kFnOfxImagePlaneColour: &::std::ffi::CStr = c"uk.co.thefoundry.OfxImagePlaneColour";
pub const kFnOfxImagePlaneForwardMotionVector: &::std::ffi::CStr = c"uk.co.thefoundry.OfxImagePlaneForwardMotionVector";
pub const kFnOfxImagePlaneBackwardMotionVector: &::std::ffi::CStr = c"uk.co.thefoundry.OfxImagePlaneBackMotionVector";
pub const kFnOfxImagePlaneStereoDisparityLeft: &::std::ffi::CStr = c"uk.co.thefoundry.OfxImagePlaneStereoDisparityLeft";
pub const kFnOfxImagePlaneStereoDisparityRight: &::std::ffi::CStr =
    c"uk.co.thefoundry.OfxImagePlaneStereoDisparityRight";
pub const kFnOfxImageComponentMotionVectors: &::std::ffi::CStr = c"uk.co.thefoundry.OfxImageComponentMotionVectors";
pub const kFnOfxImageComponentStereoDisparity: &::std::ffi::CStr = c"uk.co.thefoundry.OfxImageComponentStereoDisparity";
pub const kFnOfxImageEffectPropMultiPlanar: &::std::ffi::CStr = c"uk.co.thefoundry.OfxImageEffectPropMultiPlanar";
pub const kFnOfxImageEffectPropPassThroughComponents: &::std::ffi::CStr =
    c"uk.co.thefoundry.OfxImageEffectPropPassThroughComponents";
pub const kFnOfxImageEffectPropViewAware: &::std::ffi::CStr = c"uk.co.thefoundry.OfxImageEffectPropViewAware";
pub const kFnOfxImageEffectPropViewInvariance: &::std::ffi::CStr = c"uk.co.thefoundry.OfxImageEffectPropViewInvariance";
pub const kFnOfxImageEffectPropComponentsPresent: &::std::ffi::CStr =
    c"uk.co.thefoundry.OfxImageEffectClipPropPlanesPresent";
pub const kFnOfxImageEffectActionGetClipComponents: &::std::ffi::CStr =
    c"uk.co.thefoundry.OfxImageEffectActionGetClipComponents";
pub const kFnOfxImageEffectActionGetClipComponentsPropString: &::std::ffi::CStr = c"uk.co.thefoundry.OfxNeededComp_";
pub const kFnOfxImageEffectPropPassThroughClip: &::std::ffi::CStr = c"uk.co.thefoundry.ImageEffectPropPassThroughClip";
pub const kFnOfxImageEffectPropPassThroughTime: &::std::ffi::CStr = c"uk.co.thefoundry.ImageEffectPropPassThroughTime";
pub const kFnOfxImageEffectPropPassThroughView: &::std::ffi::CStr = c"uk.co.thefoundry.ImageEffectPropPassThroughView";
pub const kFnOfxImageEffectActionGetFrameViewsNeeded: &::std::ffi::CStr =
    c"uk.co.thefoundry.OfxImageEffectActionGetFrameViewsNeeded";
pub const kFnOfxImageEffectPropView: &::std::ffi::CStr = c"uk.co.thefoundry.OfxImageEffectPropView";
pub const kFnOfxParamPropGroupIsTab: &::std::ffi::CStr = c"FnOfxParamPropGroupIsTab";
pub const kFnOfxImageEffectPlaneSuite: &::std::ffi::CStr = c"uk.co.thefoundry.FnOfxImageEffectPlaneSuite";
pub const kNatronOfxHostName: &::std::ffi::CStr = c"fr.inria.Natron";
pub const kNatronOfxHostIsNatron: &::std::ffi::CStr = c"NatronOfxHostIsNatron";
pub const kNatronOfxImageComponentsPlaneName: &::std::ffi::CStr = c"NatronOfxImageComponentsPlaneName_";
pub const kNatronOfxImageComponentsPlaneLabel: &::std::ffi::CStr = c"_PlaneLabel_";
pub const kNatronOfxImageComponentsPlaneChannelsLabel: &::std::ffi::CStr = c"_ChannelsLabel_";
pub const kNatronOfxImageComponentsPlaneChannel: &::std::ffi::CStr = c"_Channel_";
pub const kNatronOfxImageComponentXY: &::std::ffi::CStr = c"NatronOfxImageComponentXY";
pub const kNatronOfxImageEffectPropChannelSelector: &::std::ffi::CStr = c"NatronOfxImageEffectPropChannelSelector";
pub const kNatronOfxImageEffectPropHostMasking: &::std::ffi::CStr = c"kNatronOfxImageEffectPropHostMasking";
pub const kNatronOfxImageEffectPropHostMixing: &::std::ffi::CStr = c"kNatronOfxImageEffectPropHostMixing";
pub const kNatronOfxParamProcessR: &::std::ffi::CStr = c"NatronOfxParamProcessR";
pub const kNatronOfxParamProcessG: &::std::ffi::CStr = c"NatronOfxParamProcessG";
pub const kNatronOfxParamProcessB: &::std::ffi::CStr = c"NatronOfxParamProcessB";
pub const kNatronOfxParamProcessA: &::std::ffi::CStr = c"NatronOfxParamProcessA";
pub const kNatronOfxPropDescriptionIsMarkdown: &::std::ffi::CStr = c"NatronOfxPropDescriptionIsMarkdown";
pub const kNatronOfxImageEffectPropDeprecated: &::std::ffi::CStr = c"NatronOfxImageEffectPropDeprecated";
pub const kNatronOfxParamHostPropSupportsDynamicChoices: &::std::ffi::CStr =
    c"NatronOfxParamHostPropSupportsDynamicChoices";
pub const kNatronOfxParamPropInViewerContextSecret: &::std::ffi::CStr = c"NatronOfxParamPropInViewerContextSecret";
pub const kOfxImagePropPixelOrder: &::std::ffi::CStr = c"OfxImageEffectPropPixelOrder";
pub const kOfxImagePixelOrderRGBA: &::std::ffi::CStr = c"OfxImagePixelOrderRGBA";
pub const kOfxImagePixelOrderBGRA: &::std::ffi::CStr = c"OfxImagePixelOrderBGRA";
pub const kOfxImageEffectPropResolvePage: &::std::ffi::CStr = c"OfxImageEffectPropResolvePage";
pub const kOfxImageClipPropThumbnail: &::std::ffi::CStr = c"kOfxImageClipPropThumbnail";
pub const kOfxImageEffectPropSrcFilePath: &::std::ffi::CStr = c"OfxImageEffectPropSrcFilePath";
pub const kOfxImageEffectPropSrcFrame: &::std::ffi::CStr = c"OfxImageEffectPropSrcFrame";
pub const kOfxActionDescribeInteract: &::std::ffi::CStr = c"OfxActionDescribe";
pub const kOfxActionCreateInstanceInteract: &::std::ffi::CStr = c"OfxActionCreateInstance";
pub const kOfxActionDestroyInstanceInteract: &::std::ffi::CStr = c"OfxActionDestroyInstance";
pub const kOfxInteractActionDraw: &::std::ffi::CStr = c"OfxInteractActionDraw";
pub const kOfxInteractActionPenMotion: &::std::ffi::CStr = c"OfxInteractActionPenMotion";
pub const kOfxInteractActionPenDown: &::std::ffi::CStr = c"OfxInteractActionPenDown";
pub const kOfxInteractActionPenUp: &::std::ffi::CStr = c"OfxInteractActionPenUp";
pub const kOfxInteractActionKeyDown: &::std::ffi::CStr = c"OfxInteractActionKeyDown";
pub const kOfxInteractActionKeyUp: &::std::ffi::CStr = c"OfxInteractActionKeyUp";
pub const kOfxInteractActionKeyRepeat: &::std::ffi::CStr = c"OfxInteractActionKeyRepeat";
pub const kOfxInteractActionGainFocus: &::std::ffi::CStr = c"OfxInteractActionGainFocus";
pub const kOfxInteractActionLoseFocus: &::std::ffi::CStr = c"OfxInteractActionLoseFocus";
pub const kOfxInteractPropSlaveToParam: &::std::ffi::CStr = c"OfxInteractPropSlaveToParam";
pub const kOfxInteractPropPixelScale: &::std::ffi::CStr = c"OfxInteractPropPixelScale";
pub const kOfxInteractPropBackgroundColour: &::std::ffi::CStr = c"OfxInteractPropBackgroundColour";
pub const kOfxInteractPropSuggestedColour: &::std::ffi::CStr = c"OfxInteractPropSuggestedColour";
pub const kOfxInteractPropPenPosition: &::std::ffi::CStr = c"OfxInteractPropPenPosition";
pub const kOfxInteractPropPenViewportPosition: &::std::ffi::CStr = c"OfxInteractPropPenViewportPosition";
pub const kOfxInteractPropPenPressure: &::std::ffi::CStr = c"OfxInteractPropPenPressure";
pub const kOfxInteractPropBitDepth: &::std::ffi::CStr = c"OfxInteractPropBitDepth";
pub const kOfxInteractPropHasAlpha: &::std::ffi::CStr = c"OfxInteractPropHasAlpha";
pub const kOfxInteractPropDrawContext: &::std::ffi::CStr = c"OfxInteractPropDrawContext";
pub const kOfxInteractPropViewportSize: &::std::ffi::CStr = c"OfxInteractPropViewport";
pub const kOfxPropKeySym: &::std::ffi::CStr = c"kOfxPropKeySym";
pub const kOfxPropKeyString: &::std::ffi::CStr = c"kOfxPropKeyString";
pub const kOfxInteractSuite: &::std::ffi::CStr = c"OfxInteractSuite";
pub const kOfxDrawSuite: &::std::ffi::CStr = c"OfxDrawSuite";
#[doc = " What every suite call and every action answers: one of the kOfxStat constants."]
pub type OfxStatus = ::std::os::raw::c_int;
#[doc = " Done."]
pub const kOfxStatOK: OfxStatus = 0;
#[doc = " Did not work, for a reason that has no code of its own."]
pub const kOfxStatFailed: OfxStatus = 1;
#[doc = " The plug-in or host is beyond repair."]
pub const kOfxStatErrFatal: OfxStatus = 2;
#[doc = " No such property, parameter, clip..."]
pub const kOfxStatErrUnknown: OfxStatus = 3;
#[doc = " The plug-in refuses to load in a host that lacks this."]
pub const kOfxStatErrMissingHostFeature: OfxStatus = 4;
#[doc = " Known, but not done here."]
pub const kOfxStatErrUnsupported: OfxStatus = 5;
#[doc = " The name is taken."]
pub const kOfxStatErrExists: OfxStatus = 6;
#[doc = " Data of the wrong kind."]
pub const kOfxStatErrFormat: OfxStatus = 7;
#[doc = " Out of memory."]
pub const kOfxStatErrMemory: OfxStatus = 8;
#[doc = " Not a handle of the expected kind."]
pub const kOfxStatErrBadHandle: OfxStatus = 9;
#[doc = " Index outside the property's dimension."]
pub const kOfxStatErrBadIndex: OfxStatus = 10;
#[doc = " A value outside the legal ones."]
pub const kOfxStatErrValue: OfxStatus = 11;
#[doc = " The answer to a question is yes."]
pub const kOfxStatReplyYes: OfxStatus = 12;
#[doc = " The answer to a question is no."]
pub const kOfxStatReplyNo: OfxStatus = 13;
#[doc = " Not handled: the other side does what it does by default."]
pub const kOfxStatReplyDefault: OfxStatus = 14;
#[doc = " The plug-in has no licence (1.5.1)."]
pub const kOfxStatUnlicensed: OfxStatus = 15;
#[doc = " A time in frames."]
pub type OfxTime = f64;
#[doc = " A range of integers."]
#[repr(C)]
#[derive(Debug, Copy, Clone, Default, PartialEq)]
pub struct OfxRangeI {
    pub min: ::std::os::raw::c_int,
    pub max: ::std::os::raw::c_int,
}
#[doc = " A range of reals."]
#[repr(C)]
#[derive(Debug, Copy, Clone, Default, PartialEq)]
pub struct OfxRangeD {
    pub min: f64,
    pub max: f64,
}
#[doc = " A pixel position."]
#[repr(C)]
#[derive(Debug, Copy, Clone, Default, PartialEq)]
pub struct OfxPointI {
    pub x: ::std::os::raw::c_int,
    pub y: ::std::os::raw::c_int,
}
#[doc = " A canonical position."]
#[repr(C)]
#[derive(Debug, Copy, Clone, Default, PartialEq)]
pub struct OfxPointD {
    pub x: f64,
    pub y: f64,
}
#[doc = " A pixel rectangle; x2 and y2 are outside."]
#[repr(C)]
#[derive(Debug, Copy, Clone, Default, PartialEq)]
pub struct OfxRectI {
    pub x1: ::std::os::raw::c_int,
    pub y1: ::std::os::raw::c_int,
    pub x2: ::std::os::raw::c_int,
    pub y2: ::std::os::raw::c_int,
}
#[doc = " A canonical rectangle; x2 and y2 are outside."]
#[repr(C)]
#[derive(Debug, Copy, Clone, Default, PartialEq)]
pub struct OfxRectD {
    pub x1: f64,
    pub y1: f64,
    pub x2: f64,
    pub y2: f64,
}
#[doc = " This in OfxRectI or OfxRectD: no bound on the low side."]
pub const kOfxFlagInfiniteMin: ::std::os::raw::c_int = -2147483648;
#[doc = " This in OfxRectI or OfxRectD: no bound on the high side."]
pub const kOfxFlagInfiniteMax: ::std::os::raw::c_int = 2147483647;
#[doc = " 8-bit RGBA."]
#[repr(C)]
#[derive(Debug, Copy, Clone, Default, PartialEq)]
pub struct OfxRGBAColourB {
    pub r: ::std::os::raw::c_uchar,
    pub g: ::std::os::raw::c_uchar,
    pub b: ::std::os::raw::c_uchar,
    pub a: ::std::os::raw::c_uchar,
}
#[doc = " 16-bit RGBA."]
#[repr(C)]
#[derive(Debug, Copy, Clone, Default, PartialEq)]
pub struct OfxRGBAColourS {
    pub r: ::std::os::raw::c_ushort,
    pub g: ::std::os::raw::c_ushort,
    pub b: ::std::os::raw::c_ushort,
    pub a: ::std::os::raw::c_ushort,
}
#[doc = " Float RGBA."]
#[repr(C)]
#[derive(Debug, Copy, Clone, Default, PartialEq)]
pub struct OfxRGBAColourF {
    pub r: f32,
    pub g: f32,
    pub b: f32,
    pub a: f32,
}
#[doc = " Double RGBA."]
#[repr(C)]
#[derive(Debug, Copy, Clone, Default, PartialEq)]
pub struct OfxRGBAColourD {
    pub r: f64,
    pub g: f64,
    pub b: f64,
    pub a: f64,
}
#[doc = " 8-bit RGB."]
#[repr(C)]
#[derive(Debug, Copy, Clone, Default, PartialEq)]
pub struct OfxRGBColourB {
    pub r: ::std::os::raw::c_uchar,
    pub g: ::std::os::raw::c_uchar,
    pub b: ::std::os::raw::c_uchar,
}
#[doc = " 16-bit RGB."]
#[repr(C)]
#[derive(Debug, Copy, Clone, Default, PartialEq)]
pub struct OfxRGBColourS {
    pub r: ::std::os::raw::c_ushort,
    pub g: ::std::os::raw::c_ushort,
    pub b: ::std::os::raw::c_ushort,
}
#[doc = " Float RGB."]
#[repr(C)]
#[derive(Debug, Copy, Clone, Default, PartialEq)]
pub struct OfxRGBColourF {
    pub r: f32,
    pub g: f32,
    pub b: f32,
}
#[doc = " Double RGB."]
#[repr(C)]
#[derive(Debug, Copy, Clone, Default, PartialEq)]
pub struct OfxRGBColourD {
    pub r: f64,
    pub g: f64,
    pub b: f64,
}
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct OfxPropertySetStruct {
    _unused: [u8; 0],
}
#[doc = " A bag of named, typed, indexed values owned by the host."]
pub type OfxPropertySetHandle = *mut OfxPropertySetStruct;
#[doc = " What a host hands to a plug-in: its properties, and the door to its suites."]
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct OfxHost {
    pub host: OfxPropertySetHandle,
    pub fetchSuite: ::std::option::Option<
        unsafe extern "C" fn(
            host: OfxPropertySetHandle,
            suite: *const ::std::os::raw::c_char,
            version: ::std::os::raw::c_int,
        ) -> *const ::std::os::raw::c_void,
    >,
}
#[doc = " A plug-in's (or an interact's) single entry: the host sends it every action."]
pub type OfxPluginEntryPoint = ::std::option::Option<
    unsafe extern "C" fn(
        action: *const ::std::os::raw::c_char,
        handle: *const ::std::os::raw::c_void,
        in_args: OfxPropertySetHandle,
        out_args: OfxPropertySetHandle,
    ) -> OfxStatus,
>;
#[doc = " One plug-in of the binary. Must stay where it is while the binary is loaded."]
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct OfxPlugin {
    pub pluginApi: *const ::std::os::raw::c_char,
    pub apiVersion: ::std::os::raw::c_int,
    pub pluginIdentifier: *const ::std::os::raw::c_char,
    pub pluginVersionMajor: ::std::os::raw::c_uint,
    pub pluginVersionMinor: ::std::os::raw::c_uint,
    pub setHost: ::std::option::Option<unsafe extern "C" fn(host: *mut OfxHost)>,
    pub mainEntry: OfxPluginEntryPoint,
}
#[doc = " Reads and writes property sets. Strings got belong to the host and live only until the action ends."]
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct OfxPropertySuiteV1 {
    pub propSetPointer: ::std::option::Option<
        unsafe extern "C" fn(
            set: OfxPropertySetHandle,
            name: *const ::std::os::raw::c_char,
            index: ::std::os::raw::c_int,
            value: *mut ::std::os::raw::c_void,
        ) -> OfxStatus,
    >,
    pub propSetString: ::std::option::Option<
        unsafe extern "C" fn(
            set: OfxPropertySetHandle,
            name: *const ::std::os::raw::c_char,
            index: ::std::os::raw::c_int,
            value: *const ::std::os::raw::c_char,
        ) -> OfxStatus,
    >,
    pub propSetDouble: ::std::option::Option<
        unsafe extern "C" fn(
            set: OfxPropertySetHandle,
            name: *const ::std::os::raw::c_char,
            index: ::std::os::raw::c_int,
            value: f64,
        ) -> OfxStatus,
    >,
    pub propSetInt: ::std::option::Option<
        unsafe extern "C" fn(
            set: OfxPropertySetHandle,
            name: *const ::std::os::raw::c_char,
            index: ::std::os::raw::c_int,
            value: ::std::os::raw::c_int,
        ) -> OfxStatus,
    >,
    pub propSetPointerN: ::std::option::Option<
        unsafe extern "C" fn(
            set: OfxPropertySetHandle,
            name: *const ::std::os::raw::c_char,
            count: ::std::os::raw::c_int,
            values: *const *mut ::std::os::raw::c_void,
        ) -> OfxStatus,
    >,
    pub propSetStringN: ::std::option::Option<
        unsafe extern "C" fn(
            set: OfxPropertySetHandle,
            name: *const ::std::os::raw::c_char,
            count: ::std::os::raw::c_int,
            values: *const *const ::std::os::raw::c_char,
        ) -> OfxStatus,
    >,
    pub propSetDoubleN: ::std::option::Option<
        unsafe extern "C" fn(
            set: OfxPropertySetHandle,
            name: *const ::std::os::raw::c_char,
            count: ::std::os::raw::c_int,
            values: *const f64,
        ) -> OfxStatus,
    >,
    pub propSetIntN: ::std::option::Option<
        unsafe extern "C" fn(
            set: OfxPropertySetHandle,
            name: *const ::std::os::raw::c_char,
            count: ::std::os::raw::c_int,
            values: *const ::std::os::raw::c_int,
        ) -> OfxStatus,
    >,
    pub propGetPointer: ::std::option::Option<
        unsafe extern "C" fn(
            set: OfxPropertySetHandle,
            name: *const ::std::os::raw::c_char,
            index: ::std::os::raw::c_int,
            value: *mut *mut ::std::os::raw::c_void,
        ) -> OfxStatus,
    >,
    pub propGetString: ::std::option::Option<
        unsafe extern "C" fn(
            set: OfxPropertySetHandle,
            name: *const ::std::os::raw::c_char,
            index: ::std::os::raw::c_int,
            value: *mut *mut ::std::os::raw::c_char,
        ) -> OfxStatus,
    >,
    pub propGetDouble: ::std::option::Option<
        unsafe extern "C" fn(
            set: OfxPropertySetHandle,
            name: *const ::std::os::raw::c_char,
            index: ::std::os::raw::c_int,
            value: *mut f64,
        ) -> OfxStatus,
    >,
    pub propGetInt: ::std::option::Option<
        unsafe extern "C" fn(
            set: OfxPropertySetHandle,
            name: *const ::std::os::raw::c_char,
            index: ::std::os::raw::c_int,
            value: *mut ::std::os::raw::c_int,
        ) -> OfxStatus,
    >,
    pub propGetPointerN: ::std::option::Option<
        unsafe extern "C" fn(
            set: OfxPropertySetHandle,
            name: *const ::std::os::raw::c_char,
            count: ::std::os::raw::c_int,
            values: *mut *mut ::std::os::raw::c_void,
        ) -> OfxStatus,
    >,
    pub propGetStringN: ::std::option::Option<
        unsafe extern "C" fn(
            set: OfxPropertySetHandle,
            name: *const ::std::os::raw::c_char,
            count: ::std::os::raw::c_int,
            values: *mut *mut ::std::os::raw::c_char,
        ) -> OfxStatus,
    >,
    pub propGetDoubleN: ::std::option::Option<
        unsafe extern "C" fn(
            set: OfxPropertySetHandle,
            name: *const ::std::os::raw::c_char,
            count: ::std::os::raw::c_int,
            values: *mut f64,
        ) -> OfxStatus,
    >,
    pub propGetIntN: ::std::option::Option<
        unsafe extern "C" fn(
            set: OfxPropertySetHandle,
            name: *const ::std::os::raw::c_char,
            count: ::std::os::raw::c_int,
            values: *mut ::std::os::raw::c_int,
        ) -> OfxStatus,
    >,
    pub propReset: ::std::option::Option<
        unsafe extern "C" fn(set: OfxPropertySetHandle, name: *const ::std::os::raw::c_char) -> OfxStatus,
    >,
    pub propGetDimension: ::std::option::Option<
        unsafe extern "C" fn(
            set: OfxPropertySetHandle,
            name: *const ::std::os::raw::c_char,
            count: *mut ::std::os::raw::c_int,
        ) -> OfxStatus,
    >,
}
#[doc = " General memory from the host; handle is an effect instance or null."]
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct OfxMemorySuiteV1 {
    pub memoryAlloc: ::std::option::Option<
        unsafe extern "C" fn(
            handle: *mut ::std::os::raw::c_void,
            bytes: usize,
            data: *mut *mut ::std::os::raw::c_void,
        ) -> OfxStatus,
    >,
    pub memoryFree: ::std::option::Option<unsafe extern "C" fn(data: *mut ::std::os::raw::c_void) -> OfxStatus>,
}
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct OfxMutex {
    _unused: [u8; 0],
}
#[doc = " A recursive mutex of the host's."]
pub type OfxMutexHandle = *mut OfxMutex;
#[doc = " What multiThread runs: told which of how many it is."]
pub type OfxThreadFunctionV1 = ::std::option::Option<
    unsafe extern "C" fn(
        index: ::std::os::raw::c_uint,
        count: ::std::os::raw::c_uint,
        arg: *mut ::std::os::raw::c_void,
    ),
>;
#[doc = " The host's threads."]
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct OfxMultiThreadSuiteV1 {
    pub multiThread: ::std::option::Option<
        unsafe extern "C" fn(
            function: OfxThreadFunctionV1,
            count: ::std::os::raw::c_uint,
            arg: *mut ::std::os::raw::c_void,
        ) -> OfxStatus,
    >,
    pub multiThreadNumCPUs:
        ::std::option::Option<unsafe extern "C" fn(count: *mut ::std::os::raw::c_uint) -> OfxStatus>,
    pub multiThreadIndex: ::std::option::Option<unsafe extern "C" fn(index: *mut ::std::os::raw::c_uint) -> OfxStatus>,
    pub multiThreadIsSpawnedThread: ::std::option::Option<unsafe extern "C" fn() -> ::std::os::raw::c_int>,
    pub mutexCreate: ::std::option::Option<
        unsafe extern "C" fn(mutex: *mut OfxMutexHandle, locks: ::std::os::raw::c_int) -> OfxStatus,
    >,
    pub mutexDestroy: ::std::option::Option<unsafe extern "C" fn(mutex: OfxMutexHandle) -> OfxStatus>,
    pub mutexLock: ::std::option::Option<unsafe extern "C" fn(mutex: OfxMutexHandle) -> OfxStatus>,
    pub mutexUnLock: ::std::option::Option<unsafe extern "C" fn(mutex: OfxMutexHandle) -> OfxStatus>,
    pub mutexTryLock: ::std::option::Option<unsafe extern "C" fn(mutex: OfxMutexHandle) -> OfxStatus>,
}
#[doc = " Texts for the user. The format is printf's: pass \"%s\" and the text."]
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct OfxMessageSuiteV1 {
    pub message: ::std::option::Option<
        unsafe extern "C" fn(
            handle: *mut ::std::os::raw::c_void,
            type_: *const ::std::os::raw::c_char,
            id: *const ::std::os::raw::c_char,
            format: *const ::std::os::raw::c_char,
            ...
        ) -> OfxStatus,
    >,
}
#[doc = " Version 1, and a text that stays with the instance until cleared."]
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct OfxMessageSuiteV2 {
    pub message: ::std::option::Option<
        unsafe extern "C" fn(
            handle: *mut ::std::os::raw::c_void,
            type_: *const ::std::os::raw::c_char,
            id: *const ::std::os::raw::c_char,
            format: *const ::std::os::raw::c_char,
            ...
        ) -> OfxStatus,
    >,
    pub setPersistentMessage: ::std::option::Option<
        unsafe extern "C" fn(
            handle: *mut ::std::os::raw::c_void,
            type_: *const ::std::os::raw::c_char,
            id: *const ::std::os::raw::c_char,
            format: *const ::std::os::raw::c_char,
            ...
        ) -> OfxStatus,
    >,
    pub clearPersistentMessage:
        ::std::option::Option<unsafe extern "C" fn(handle: *mut ::std::os::raw::c_void) -> OfxStatus>,
}
#[doc = " A progress bar; an update that answers kOfxStatReplyNo asks to stop."]
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct OfxProgressSuiteV1 {
    pub progressStart: ::std::option::Option<
        unsafe extern "C" fn(instance: *mut ::std::os::raw::c_void, label: *const ::std::os::raw::c_char) -> OfxStatus,
    >,
    pub progressUpdate:
        ::std::option::Option<unsafe extern "C" fn(instance: *mut ::std::os::raw::c_void, fraction: f64) -> OfxStatus>,
    pub progressEnd: ::std::option::Option<unsafe extern "C" fn(instance: *mut ::std::os::raw::c_void) -> OfxStatus>,
}
#[doc = " Version 1 with an identifier for the text, so that a host can translate it."]
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct OfxProgressSuiteV2 {
    pub progressStart: ::std::option::Option<
        unsafe extern "C" fn(
            instance: *mut ::std::os::raw::c_void,
            text: *const ::std::os::raw::c_char,
            id: *const ::std::os::raw::c_char,
        ) -> OfxStatus,
    >,
    pub progressUpdate:
        ::std::option::Option<unsafe extern "C" fn(instance: *mut ::std::os::raw::c_void, fraction: f64) -> OfxStatus>,
    pub progressEnd: ::std::option::Option<unsafe extern "C" fn(instance: *mut ::std::os::raw::c_void) -> OfxStatus>,
}
#[doc = " The host's playhead."]
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct OfxTimeLineSuiteV1 {
    pub getTime:
        ::std::option::Option<unsafe extern "C" fn(instance: *mut ::std::os::raw::c_void, time: *mut f64) -> OfxStatus>,
    pub gotoTime:
        ::std::option::Option<unsafe extern "C" fn(instance: *mut ::std::os::raw::c_void, time: f64) -> OfxStatus>,
    pub getTimeBounds: ::std::option::Option<
        unsafe extern "C" fn(instance: *mut ::std::os::raw::c_void, first: *mut f64, last: *mut f64) -> OfxStatus,
    >,
}
#[doc = " Lets a plug-in open a window of its own on the host's user-interface thread."]
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct OfxDialogSuiteV1 {
    pub RequestDialog: ::std::option::Option<unsafe extern "C" fn(user_data: *mut ::std::os::raw::c_void) -> OfxStatus>,
    pub NotifyRedrawPending: ::std::option::Option<unsafe extern "C" fn() -> OfxStatus>,
}
#[doc = " The device has no memory left: the host may try again on the CPU."]
pub const kOfxStatGPUOutOfMemory: OfxStatus = 1001;
#[doc = " The device cannot do it: the host may try again on the CPU."]
pub const kOfxStatGPURenderFailed: OfxStatus = 1002;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct OfxParamStruct {
    _unused: [u8; 0],
}
#[doc = " One parameter of an instance."]
pub type OfxParamHandle = *mut OfxParamStruct;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct OfxParamSetStruct {
    _unused: [u8; 0],
}
#[doc = " The parameters of a descriptor or an instance."]
pub type OfxParamSetHandle = *mut OfxParamSetStruct;
#[doc = " The value of a Bytes parameter."]
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct OfxBytes {
    pub data: *const ::std::os::raw::c_uchar,
    pub length: usize,
}
#[doc = " Interpolates a custom parameter between two keys."]
pub type OfxCustomParamInterpFuncV1 = ::std::option::Option<
    unsafe extern "C" fn(
        instance: OfxParamSetHandle,
        in_args: OfxPropertySetHandle,
        out_args: OfxPropertySetHandle,
    ) -> OfxStatus,
>;
#[doc = " Defines parameters, reads and writes their values and keys.\n\n The variable arguments are one for each dimension: pointers to int, double, char* or OfxBytes when reading, the\n values themselves when writing."]
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct OfxParameterSuiteV1 {
    pub paramDefine: ::std::option::Option<
        unsafe extern "C" fn(
            params: OfxParamSetHandle,
            type_: *const ::std::os::raw::c_char,
            name: *const ::std::os::raw::c_char,
            props: *mut OfxPropertySetHandle,
        ) -> OfxStatus,
    >,
    pub paramGetHandle: ::std::option::Option<
        unsafe extern "C" fn(
            params: OfxParamSetHandle,
            name: *const ::std::os::raw::c_char,
            param: *mut OfxParamHandle,
            props: *mut OfxPropertySetHandle,
        ) -> OfxStatus,
    >,
    pub paramSetGetPropertySet: ::std::option::Option<
        unsafe extern "C" fn(params: OfxParamSetHandle, props: *mut OfxPropertySetHandle) -> OfxStatus,
    >,
    pub paramGetPropertySet: ::std::option::Option<
        unsafe extern "C" fn(param: OfxParamHandle, props: *mut OfxPropertySetHandle) -> OfxStatus,
    >,
    pub paramGetValue: ::std::option::Option<unsafe extern "C" fn(param: OfxParamHandle, ...) -> OfxStatus>,
    pub paramGetValueAtTime:
        ::std::option::Option<unsafe extern "C" fn(param: OfxParamHandle, time: OfxTime, ...) -> OfxStatus>,
    pub paramGetDerivative:
        ::std::option::Option<unsafe extern "C" fn(param: OfxParamHandle, time: OfxTime, ...) -> OfxStatus>,
    pub paramGetIntegral: ::std::option::Option<
        unsafe extern "C" fn(param: OfxParamHandle, from: OfxTime, to: OfxTime, ...) -> OfxStatus,
    >,
    pub paramSetValue: ::std::option::Option<unsafe extern "C" fn(param: OfxParamHandle, ...) -> OfxStatus>,
    pub paramSetValueAtTime:
        ::std::option::Option<unsafe extern "C" fn(param: OfxParamHandle, time: OfxTime, ...) -> OfxStatus>,
    pub paramGetNumKeys: ::std::option::Option<
        unsafe extern "C" fn(param: OfxParamHandle, count: *mut ::std::os::raw::c_uint) -> OfxStatus,
    >,
    pub paramGetKeyTime: ::std::option::Option<
        unsafe extern "C" fn(param: OfxParamHandle, nth: ::std::os::raw::c_uint, time: *mut OfxTime) -> OfxStatus,
    >,
    pub paramGetKeyIndex: ::std::option::Option<
        unsafe extern "C" fn(
            param: OfxParamHandle,
            time: OfxTime,
            direction: ::std::os::raw::c_int,
            index: *mut ::std::os::raw::c_int,
        ) -> OfxStatus,
    >,
    pub paramDeleteKey: ::std::option::Option<unsafe extern "C" fn(param: OfxParamHandle, time: OfxTime) -> OfxStatus>,
    pub paramDeleteAllKeys: ::std::option::Option<unsafe extern "C" fn(param: OfxParamHandle) -> OfxStatus>,
    pub paramCopy: ::std::option::Option<
        unsafe extern "C" fn(
            to: OfxParamHandle,
            from: OfxParamHandle,
            offset: OfxTime,
            frames: *const OfxRangeD,
        ) -> OfxStatus,
    >,
    pub paramEditBegin: ::std::option::Option<
        unsafe extern "C" fn(params: OfxParamSetHandle, name: *const ::std::os::raw::c_char) -> OfxStatus,
    >,
    pub paramEditEnd: ::std::option::Option<unsafe extern "C" fn(params: OfxParamSetHandle) -> OfxStatus>,
}
#[doc = " Reads and edits the curves of a parametric parameter."]
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct OfxParametricParameterSuiteV1 {
    pub parametricParamGetValue: ::std::option::Option<
        unsafe extern "C" fn(
            param: OfxParamHandle,
            curve: ::std::os::raw::c_int,
            time: OfxTime,
            position: f64,
            value: *mut f64,
        ) -> OfxStatus,
    >,
    pub parametricParamGetNControlPoints: ::std::option::Option<
        unsafe extern "C" fn(
            param: OfxParamHandle,
            curve: ::std::os::raw::c_int,
            time: f64,
            count: *mut ::std::os::raw::c_int,
        ) -> OfxStatus,
    >,
    pub parametricParamGetNthControlPoint: ::std::option::Option<
        unsafe extern "C" fn(
            param: OfxParamHandle,
            curve: ::std::os::raw::c_int,
            time: f64,
            nth: ::std::os::raw::c_int,
            key: *mut f64,
            value: *mut f64,
        ) -> OfxStatus,
    >,
    pub parametricParamSetNthControlPoint: ::std::option::Option<
        unsafe extern "C" fn(
            param: OfxParamHandle,
            curve: ::std::os::raw::c_int,
            time: f64,
            nth: ::std::os::raw::c_int,
            key: f64,
            value: f64,
            add_animation_key: bool,
        ) -> OfxStatus,
    >,
    pub parametricParamAddControlPoint: ::std::option::Option<
        unsafe extern "C" fn(
            param: OfxParamHandle,
            curve: ::std::os::raw::c_int,
            time: f64,
            key: f64,
            value: f64,
            add_animation_key: bool,
        ) -> OfxStatus,
    >,
    pub parametricParamDeleteControlPoint: ::std::option::Option<
        unsafe extern "C" fn(
            param: OfxParamHandle,
            curve: ::std::os::raw::c_int,
            nth: ::std::os::raw::c_int,
        ) -> OfxStatus,
    >,
    pub parametricParamDeleteAllControlPoints:
        ::std::option::Option<unsafe extern "C" fn(param: OfxParamHandle, curve: ::std::os::raw::c_int) -> OfxStatus>,
}
#[doc = " OfxPlugin.apiVersion of an image effect: this API's own version, not OpenFX's."]
pub const kOfxImageEffectPluginApiVersion: ::std::os::raw::c_int = 1;
#[doc = " An image this plug-in cannot work on."]
pub const kOfxStatErrImageFormat: OfxStatus = 1000;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct OfxImageEffectStruct {
    _unused: [u8; 0],
}
#[doc = " A descriptor or an instance."]
pub type OfxImageEffectHandle = *mut OfxImageEffectStruct;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct OfxImageClipStruct {
    _unused: [u8; 0],
}
#[doc = " A clip of an instance."]
pub type OfxImageClipHandle = *mut OfxImageClipStruct;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct OfxImageMemoryStruct {
    _unused: [u8; 0],
}
#[doc = " Memory got from imageMemoryAlloc."]
pub type OfxImageMemoryHandle = *mut OfxImageMemoryStruct;
#[doc = " Clips, images, abort, and memory for images."]
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct OfxImageEffectSuiteV1 {
    pub getPropertySet: ::std::option::Option<
        unsafe extern "C" fn(effect: OfxImageEffectHandle, props: *mut OfxPropertySetHandle) -> OfxStatus,
    >,
    pub getParamSet: ::std::option::Option<
        unsafe extern "C" fn(effect: OfxImageEffectHandle, params: *mut OfxParamSetHandle) -> OfxStatus,
    >,
    pub clipDefine: ::std::option::Option<
        unsafe extern "C" fn(
            effect: OfxImageEffectHandle,
            name: *const ::std::os::raw::c_char,
            props: *mut OfxPropertySetHandle,
        ) -> OfxStatus,
    >,
    pub clipGetHandle: ::std::option::Option<
        unsafe extern "C" fn(
            effect: OfxImageEffectHandle,
            name: *const ::std::os::raw::c_char,
            clip: *mut OfxImageClipHandle,
            props: *mut OfxPropertySetHandle,
        ) -> OfxStatus,
    >,
    pub clipGetPropertySet: ::std::option::Option<
        unsafe extern "C" fn(clip: OfxImageClipHandle, props: *mut OfxPropertySetHandle) -> OfxStatus,
    >,
    pub clipGetImage: ::std::option::Option<
        unsafe extern "C" fn(
            clip: OfxImageClipHandle,
            time: OfxTime,
            region: *const OfxRectD,
            image: *mut OfxPropertySetHandle,
        ) -> OfxStatus,
    >,
    pub clipReleaseImage: ::std::option::Option<unsafe extern "C" fn(image: OfxPropertySetHandle) -> OfxStatus>,
    pub clipGetRegionOfDefinition: ::std::option::Option<
        unsafe extern "C" fn(clip: OfxImageClipHandle, time: OfxTime, bounds: *mut OfxRectD) -> OfxStatus,
    >,
    pub abort: ::std::option::Option<unsafe extern "C" fn(effect: OfxImageEffectHandle) -> ::std::os::raw::c_int>,
    pub imageMemoryAlloc: ::std::option::Option<
        unsafe extern "C" fn(
            effect: OfxImageEffectHandle,
            bytes: usize,
            memory: *mut OfxImageMemoryHandle,
        ) -> OfxStatus,
    >,
    pub imageMemoryFree: ::std::option::Option<unsafe extern "C" fn(memory: OfxImageMemoryHandle) -> OfxStatus>,
    pub imageMemoryLock: ::std::option::Option<
        unsafe extern "C" fn(memory: OfxImageMemoryHandle, data: *mut *mut ::std::os::raw::c_void) -> OfxStatus,
    >,
    pub imageMemoryUnlock: ::std::option::Option<unsafe extern "C" fn(memory: OfxImageMemoryHandle) -> OfxStatus>,
}
#[doc = " Fetches a named plane of a clip. The image is released as any other."]
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct FnOfxImageEffectPlaneSuiteV1 {
    pub clipGetImagePlane: ::std::option::Option<
        unsafe extern "C" fn(
            clip: OfxImageClipHandle,
            time: OfxTime,
            plane: *const ::std::os::raw::c_char,
            region: *const OfxRectD,
            image: *mut OfxPropertySetHandle,
        ) -> OfxStatus,
    >,
}
#[doc = " Version 1 with views; view -1 is the one being rendered."]
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct FnOfxImageEffectPlaneSuiteV2 {
    pub clipGetImagePlane: ::std::option::Option<
        unsafe extern "C" fn(
            clip: OfxImageClipHandle,
            time: OfxTime,
            view: ::std::os::raw::c_int,
            plane: *const ::std::os::raw::c_char,
            region: *const OfxRectD,
            image: *mut OfxPropertySetHandle,
        ) -> OfxStatus,
    >,
    pub clipGetRegionOfDefinition: ::std::option::Option<
        unsafe extern "C" fn(
            clip: OfxImageClipHandle,
            time: OfxTime,
            view: ::std::os::raw::c_int,
            bounds: *mut OfxRectD,
        ) -> OfxStatus,
    >,
    pub getViewName: ::std::option::Option<
        unsafe extern "C" fn(
            effect: OfxImageEffectHandle,
            view: ::std::os::raw::c_int,
            name: *mut *const ::std::os::raw::c_char,
        ) -> OfxStatus,
    >,
    pub getViewCount: ::std::option::Option<
        unsafe extern "C" fn(effect: OfxImageEffectHandle, count: *mut ::std::os::raw::c_int) -> OfxStatus,
    >,
}
pub const kOfxKey_Unknown: ::std::os::raw::c_int = 0;
pub const kOfxKey_space: ::std::os::raw::c_int = 32;
pub const kOfxKey_BackSpace: ::std::os::raw::c_int = 65288;
pub const kOfxKey_Tab: ::std::os::raw::c_int = 65289;
pub const kOfxKey_Return: ::std::os::raw::c_int = 65293;
pub const kOfxKey_Escape: ::std::os::raw::c_int = 65307;
pub const kOfxKey_Home: ::std::os::raw::c_int = 65360;
pub const kOfxKey_Left: ::std::os::raw::c_int = 65361;
pub const kOfxKey_Up: ::std::os::raw::c_int = 65362;
pub const kOfxKey_Right: ::std::os::raw::c_int = 65363;
pub const kOfxKey_Down: ::std::os::raw::c_int = 65364;
pub const kOfxKey_Page_Up: ::std::os::raw::c_int = 65365;
pub const kOfxKey_Page_Down: ::std::os::raw::c_int = 65366;
pub const kOfxKey_End: ::std::os::raw::c_int = 65367;
pub const kOfxKey_Shift_L: ::std::os::raw::c_int = 65505;
pub const kOfxKey_Shift_R: ::std::os::raw::c_int = 65506;
pub const kOfxKey_Control_L: ::std::os::raw::c_int = 65507;
pub const kOfxKey_Control_R: ::std::os::raw::c_int = 65508;
pub const kOfxKey_Meta_L: ::std::os::raw::c_int = 65511;
pub const kOfxKey_Meta_R: ::std::os::raw::c_int = 65512;
pub const kOfxKey_Alt_L: ::std::os::raw::c_int = 65513;
pub const kOfxKey_Alt_R: ::std::os::raw::c_int = 65514;
pub const kOfxKey_Delete: ::std::os::raw::c_int = 65535;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct OfxInteract {
    _unused: [u8; 0],
}
#[doc = " One instance of an interact."]
pub type OfxInteractHandle = *mut OfxInteract;
#[doc = " Redraws an interact and gives its properties."]
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct OfxInteractSuiteV1 {
    pub interactSwapBuffers: ::std::option::Option<unsafe extern "C" fn(interact: OfxInteractHandle) -> OfxStatus>,
    pub interactRedraw: ::std::option::Option<unsafe extern "C" fn(interact: OfxInteractHandle) -> OfxStatus>,
    pub interactGetPropertySet: ::std::option::Option<
        unsafe extern "C" fn(interact: OfxInteractHandle, props: *mut OfxPropertySetHandle) -> OfxStatus,
    >,
}
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct OfxDrawContext {
    _unused: [u8; 0],
}
#[doc = " What the host gives to draw on, valid inside one draw action."]
pub type OfxDrawContextHandle = *mut OfxDrawContext;
pub const kOfxStandardColourOverlayBackground: OfxStandardColour = 0;
pub const kOfxStandardColourOverlayActive: OfxStandardColour = 1;
pub const kOfxStandardColourOverlaySelected: OfxStandardColour = 2;
pub const kOfxStandardColourOverlayDeselected: OfxStandardColour = 3;
pub const kOfxStandardColourOverlayMarqueeFG: OfxStandardColour = 4;
pub const kOfxStandardColourOverlayMarqueeBG: OfxStandardColour = 5;
pub const kOfxStandardColourOverlayText: OfxStandardColour = 6;
#[doc = " Colours the host chooses."]
pub type OfxStandardColour = ::std::os::raw::c_uint;
pub const kOfxDrawLineStipplePatternSolid: OfxDrawLineStipplePattern = 0;
pub const kOfxDrawLineStipplePatternDot: OfxDrawLineStipplePattern = 1;
pub const kOfxDrawLineStipplePatternDash: OfxDrawLineStipplePattern = 2;
pub const kOfxDrawLineStipplePatternAltDash: OfxDrawLineStipplePattern = 3;
pub const kOfxDrawLineStipplePatternDotDash: OfxDrawLineStipplePattern = 4;
#[doc = " How a line is dashed."]
pub type OfxDrawLineStipplePattern = ::std::os::raw::c_uint;
pub const kOfxDrawPrimitiveLines: OfxDrawPrimitive = 0;
pub const kOfxDrawPrimitiveLineStrip: OfxDrawPrimitive = 1;
pub const kOfxDrawPrimitiveLineLoop: OfxDrawPrimitive = 2;
pub const kOfxDrawPrimitiveRectangle: OfxDrawPrimitive = 3;
pub const kOfxDrawPrimitivePolygon: OfxDrawPrimitive = 4;
pub const kOfxDrawPrimitiveEllipse: OfxDrawPrimitive = 5;
#[doc = " What the points mean."]
pub type OfxDrawPrimitive = ::std::os::raw::c_uint;
pub const kOfxDrawTextAlignmentLeft: OfxDrawTextAlignment = 1;
pub const kOfxDrawTextAlignmentRight: OfxDrawTextAlignment = 2;
pub const kOfxDrawTextAlignmentTop: OfxDrawTextAlignment = 4;
pub const kOfxDrawTextAlignmentBottom: OfxDrawTextAlignment = 8;
pub const kOfxDrawTextAlignmentBaseline: OfxDrawTextAlignment = 16;
pub const kOfxDrawTextAlignmentCenterH: OfxDrawTextAlignment = 3;
pub const kOfxDrawTextAlignmentCenterV: OfxDrawTextAlignment = 20;
#[doc = " Where the text lies about its position; bits to combine."]
pub type OfxDrawTextAlignment = ::std::os::raw::c_uint;
#[doc = " Draws an overlay without a graphics library."]
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct OfxDrawSuiteV1 {
    pub getColour: ::std::option::Option<
        unsafe extern "C" fn(
            context: OfxDrawContextHandle,
            which: OfxStandardColour,
            colour: *mut OfxRGBAColourF,
        ) -> OfxStatus,
    >,
    pub setColour: ::std::option::Option<
        unsafe extern "C" fn(context: OfxDrawContextHandle, colour: *const OfxRGBAColourF) -> OfxStatus,
    >,
    pub setLineWidth:
        ::std::option::Option<unsafe extern "C" fn(context: OfxDrawContextHandle, width: f32) -> OfxStatus>,
    pub setLineStipple: ::std::option::Option<
        unsafe extern "C" fn(context: OfxDrawContextHandle, pattern: OfxDrawLineStipplePattern) -> OfxStatus,
    >,
    pub draw: ::std::option::Option<
        unsafe extern "C" fn(
            context: OfxDrawContextHandle,
            primitive: OfxDrawPrimitive,
            points: *const OfxPointD,
            count: ::std::os::raw::c_int,
        ) -> OfxStatus,
    >,
    pub drawText: ::std::option::Option<
        unsafe extern "C" fn(
            context: OfxDrawContextHandle,
            text: *const ::std::os::raw::c_char,
            at: *const OfxPointD,
            alignment: ::std::os::raw::c_int,
        ) -> OfxStatus,
    >,
}
