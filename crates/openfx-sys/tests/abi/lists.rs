//! The names that are compared, by kind. Each list is a macro of main.rs that makes the function that the tests call.

use super::{Constant, Field, Layout, field_type, official, plain_type};
use std::mem::{align_of, size_of};

same_constants! {
    kOfxActionLoad kOfxActionDescribe kOfxActionCreateInstance kOfxActionBeginInstanceChanged
    kOfxActionInstanceChanged kOfxActionEndInstanceChanged kOfxActionBeginInstanceEdit kOfxActionEndInstanceEdit
    kOfxActionSyncPrivateData kOfxActionPurgeCaches kOfxActionDestroyInstance kOfxActionUnload kOfxActionDialog
    kOfxPropType kOfxPropName kOfxPropLabel kOfxPropShortLabel kOfxPropLongLabel kOfxPropIcon kOfxPropAPIVersion
    kOfxPropVersion kOfxPropVersionLabel kOfxPropPluginDescription kOfxPluginPropFilePath kOfxPropTime
    kOfxPropIsInteractive kOfxPropInstanceData kOfxPropEffectInstance kOfxPropHostOSHandle kOfxPropChangeReason
    kOfxPropParamSetNeedsSyncing kOfxChangeUserEdited kOfxChangePluginEdited kOfxChangeTime kOfxBitDepthNone
    kOfxBitDepthByte kOfxBitDepthShort kOfxBitDepthHalf kOfxBitDepthFloat kOfxPropertySuite kOfxMemorySuite
    kOfxMultiThreadSuite kOfxMessageSuite kOfxMessageFatal kOfxMessageError kOfxMessageWarning kOfxMessageMessage
    kOfxMessageLog kOfxMessageQuestion kOfxProgressSuite kOfxTimeLineSuite kOfxDialogSuite
    kOfxActionOpenGLContextAttached kOfxActionOpenGLContextDetached kOfxImageEffectPropOpenGLRenderSupported
    kOfxImageEffectPropCudaRenderSupported kOfxImageEffectPropCudaStreamSupported
    kOfxImageEffectPropMetalRenderSupported kOfxImageEffectPropOpenCLRenderSupported
    kOfxImageEffectPropOpenCLSupported kOfxImageEffectPropOpenGLEnabled kOfxImageEffectPropCudaEnabled
    kOfxImageEffectPropMetalEnabled kOfxImageEffectPropOpenCLEnabled kOfxImageEffectPropCudaStream
    kOfxImageEffectPropMetalCommandQueue kOfxImageEffectPropOpenCLCommandQueue kOfxImageEffectPropOpenCLImage
    kOfxImageEffectPropOpenGLTextureIndex kOfxImageEffectPropOpenGLTextureTarget kOfxOpenGLPropPixelDepth
    kOfxTypeParameter kOfxTypeParameterInstance kOfxParamTypeInteger kOfxParamTypeInteger2D kOfxParamTypeInteger3D
    kOfxParamTypeDouble kOfxParamTypeDouble2D kOfxParamTypeDouble3D kOfxParamTypeRGB kOfxParamTypeRGBA
    kOfxParamTypeBoolean kOfxParamTypeChoice kOfxParamTypeStrChoice kOfxParamTypeString kOfxParamTypeBytes
    kOfxParamTypeCustom kOfxParamTypeParametric kOfxParamTypeGroup kOfxParamTypePage kOfxParamTypePushButton
    kOfxParamHostPropSupportsCustomAnimation kOfxParamHostPropSupportsStringAnimation
    kOfxParamHostPropSupportsBooleanAnimation kOfxParamHostPropSupportsChoiceAnimation
    kOfxParamHostPropSupportsStrChoiceAnimation kOfxParamHostPropSupportsParametricAnimation
    kOfxParamHostPropSupportsStrChoice kOfxParamHostPropSupportsCustomInteract kOfxParamHostPropMaxParameters
    kOfxParamHostPropMaxPages kOfxParamHostPropPageRowColumnCount kOfxParamPropType kOfxParamPropScriptName
    kOfxParamPropHint kOfxParamPropParent kOfxParamPropSecret kOfxParamPropEnabled kOfxParamPropDataPtr
    kOfxParamPropAnimates kOfxParamPropIsAnimating kOfxParamPropCanUndo kOfxParamPropIsAutoKeying
    kOfxParamPropPersistant kOfxParamPropEvaluateOnChange kOfxParamPropPluginMayWrite kOfxParamPropCacheInvalidation
    kOfxParamPropDefault kOfxParamInvalidateValueChange kOfxParamInvalidateValueChangeToEnd kOfxParamInvalidateAll
    kOfxParamPropMin kOfxParamPropMax kOfxParamPropDisplayMin kOfxParamPropDisplayMax kOfxParamPropIncrement
    kOfxParamPropDigits kOfxParamPropDimensionLabel kOfxParamPropDoubleType kOfxParamPropDefaultCoordinateSystem
    kOfxParamPropShowTimeMarker kOfxParamPropHasHostOverlayHandle kOfxParamPropUseHostOverlayHandle
    kOfxParamDoubleTypePlain kOfxParamDoubleTypeScale kOfxParamDoubleTypeAngle kOfxParamDoubleTypeTime
    kOfxParamDoubleTypeAbsoluteTime kOfxParamDoubleTypeX kOfxParamDoubleTypeY kOfxParamDoubleTypeXAbsolute
    kOfxParamDoubleTypeYAbsolute kOfxParamDoubleTypeXY kOfxParamDoubleTypeXYAbsolute kOfxParamDoubleTypeNormalisedX
    kOfxParamDoubleTypeNormalisedY kOfxParamDoubleTypeNormalisedXAbsolute kOfxParamDoubleTypeNormalisedYAbsolute
    kOfxParamDoubleTypeNormalisedXY kOfxParamDoubleTypeNormalisedXYAbsolute kOfxParamCoordinatesCanonical
    kOfxParamCoordinatesNormalised kOfxParamInterpType kOfxParamInterpTypeConstantStep kOfxParamInterpTypeLinear
    kOfxParamInterpTypeSmooth kOfxParamPropChoiceOption kOfxParamPropChoiceOrder kOfxParamPropChoiceEnum
    kOfxParamPropStringMode kOfxParamPropStringFilePathExists kOfxParamStringIsSingleLine kOfxParamStringIsMultiLine
    kOfxParamStringIsFilePath kOfxParamStringIsDirectoryPath kOfxParamStringIsLabel kOfxParamStringIsRichTextFormat
    kOfxParamPropCustomInterpCallbackV1 kOfxParamPropCustomValue kOfxParamPropInterpolationTime
    kOfxParamPropInterpolationAmount kOfxParamPropGroupOpen kOfxParamPropPageChild kOfxPluginPropParamPageOrder
    kOfxParamPageSkipRow kOfxParamPageSkipColumn kOfxParamPropInteractV1 kOfxParamPropInteractSize
    kOfxParamPropInteractSizeAspect kOfxParamPropInteractMinimumSize kOfxParamPropInteractPreferedSize
    kOfxParamPropParametricDimension kOfxParamPropParametricRange kOfxParamPropParametricUIColour
    kOfxParamPropParametricInteractBackground kOfxParameterSuite kOfxParametricParameterSuite kOfxImageEffectPluginApi
    kOfxTypeImageEffectHost kOfxTypeImageEffect kOfxTypeImageEffectInstance kOfxTypeClip kOfxTypeImage
    kOfxImageEffectActionDescribeInContext kOfxImageEffectActionGetRegionOfDefinition
    kOfxImageEffectActionGetRegionsOfInterest kOfxImageEffectActionGetTimeDomain kOfxImageEffectActionGetFramesNeeded
    kOfxImageEffectActionGetClipPreferences kOfxImageEffectActionGetOutputColourspace kOfxImageEffectActionIsIdentity
    kOfxImageEffectActionBeginSequenceRender kOfxImageEffectActionRender kOfxImageEffectActionEndSequenceRender
    kOfxImageEffectContextGenerator kOfxImageEffectContextFilter kOfxImageEffectContextTransition
    kOfxImageEffectContextPaint kOfxImageEffectContextGeneral kOfxImageEffectContextRetimer
    kOfxImageEffectOutputClipName kOfxImageEffectSimpleSourceClipName kOfxImageEffectTransitionSourceFromClipName
    kOfxImageEffectTransitionSourceToClipName kOfxImageEffectTransitionParamName kOfxImageEffectRetimerParamName
    kOfxImageComponentNone kOfxImageComponentRGBA kOfxImageComponentRGB kOfxImageComponentAlpha kOfxImageOpaque
    kOfxImagePreMultiplied kOfxImageUnPreMultiplied kOfxImageFieldNone kOfxImageFieldBoth kOfxImageFieldLower
    kOfxImageFieldUpper kOfxImageFieldSingle kOfxImageFieldDoubled kOfxImageEffectRenderUnsafe
    kOfxImageEffectRenderInstanceSafe kOfxImageEffectRenderFullySafe kOfxHostNativeOriginBottomLeft
    kOfxHostNativeOriginTopLeft kOfxHostNativeOriginCenter kOfxUnlicensedContinue kOfxUnlicensedFail
    kOfxImageEffectHostPropIsBackground kOfxImageEffectHostPropNativeOrigin kOfxImageEffectPropSupportedContexts
    kOfxImageEffectPropSupportedPixelDepths kOfxImageEffectPropSupportedComponents kOfxImageEffectPropSupportsOverlays
    kOfxImageEffectPropSupportsMultiResolution kOfxImageEffectPropSupportsTiles
    kOfxImageEffectPropSupportsMultipleClipDepths kOfxImageEffectPropSupportsMultipleClipPARs
    kOfxImageEffectPropTemporalClipAccess kOfxImageEffectPropSetableFrameRate kOfxImageEffectPropSetableFielding
    kOfxImageEffectInstancePropSequentialRender kOfxImageEffectPropRenderQualityDraft
    kOfxImageEffectPropCPURenderSupported kOfxImageEffectPluginPropGrouping kOfxImageEffectPluginPropSingleInstance
    kOfxImageEffectPluginPropObsolete kOfxImageEffectPluginRenderThreadSafety
    kOfxImageEffectPluginPropHostFrameThreading kOfxImageEffectPluginPropFieldRenderTwiceAlways
    kOfxImageEffectPluginPropOverlayInteractV1 kOfxImageEffectPluginPropOverlayInteractV2
    kOfxImageEffectPropClipPreferencesSlaveParam kOfxImageEffectPropNoSpatialAwareness
    kOfxImageEffectPropBehaviourWhenUnlicensed kOfxImageEffectPropContext kOfxImageEffectPropPluginHandle
    kOfxImageEffectPropProjectSize kOfxImageEffectPropProjectOffset kOfxImageEffectPropProjectExtent
    kOfxImageEffectPropProjectPixelAspectRatio kOfxImageEffectInstancePropEffectDuration kOfxImageEffectPropFrameRate
    kOfxImageClipPropOptional kOfxImageClipPropIsMask kOfxImageClipPropFieldExtraction kOfxImageClipPropConnected
    kOfxImageClipPropFieldOrder kOfxImageClipPropContinuousSamples kOfxImageClipPropUnmappedPixelDepth
    kOfxImageClipPropUnmappedComponents kOfxImageEffectPropFrameRange kOfxImageEffectPropUnmappedFrameRange
    kOfxImageEffectPropUnmappedFrameRate kOfxImageEffectPropPixelDepth kOfxImageEffectPropComponents
    kOfxImageEffectPropPreMultiplication kOfxImagePropPixelAspectRatio kOfxImagePropData kOfxImagePropBounds
    kOfxImagePropRegionOfDefinition kOfxImagePropRowBytes kOfxImagePropField kOfxImagePropUniqueIdentifier
    kOfxImageEffectPropRenderScale kOfxImageEffectPropRenderWindow kOfxImageEffectPropFieldToRender
    kOfxImageEffectPropRegionOfDefinition kOfxImageEffectPropRegionOfInterest kOfxImageEffectPropFrameStep
    kOfxImageEffectPropSequentialRenderStatus kOfxImageEffectPropInteractiveRenderStatus
    kOfxImageEffectPropThumbnailRender kOfxImageEffectFrameVarying kOfxImageEffectPropColourManagementStyle
    kOfxImageEffectPropColourManagementAvailableConfigs kOfxImageEffectPropColourManagementConfig
    kOfxImageEffectPropOCIOConfig kOfxImageEffectPropOCIODisplay kOfxImageEffectPropOCIOView
    kOfxImageEffectPropDisplayColourspace kOfxImageClipPropColourspace kOfxImageClipPropPreferredColourspaces
    kOfxImageEffectColourManagementNone kOfxImageEffectColourManagementBasic kOfxImageEffectColourManagementCore
    kOfxImageEffectColourManagementFull kOfxImageEffectColourManagementOCIO kOfxImageEffectSuite
    kOfxActionDescribeInteract kOfxActionCreateInstanceInteract kOfxActionDestroyInstanceInteract
    kOfxInteractActionDraw kOfxInteractActionPenMotion kOfxInteractActionPenDown kOfxInteractActionPenUp
    kOfxInteractActionKeyDown kOfxInteractActionKeyUp kOfxInteractActionKeyRepeat kOfxInteractActionGainFocus
    kOfxInteractActionLoseFocus kOfxInteractPropSlaveToParam kOfxInteractPropPixelScale
    kOfxInteractPropBackgroundColour kOfxInteractPropSuggestedColour kOfxInteractPropPenPosition
    kOfxInteractPropPenViewportPosition kOfxInteractPropPenPressure kOfxInteractPropBitDepth kOfxInteractPropHasAlpha
    kOfxInteractPropDrawContext kOfxInteractPropViewportSize kOfxPropKeySym kOfxPropKeyString kOfxInteractSuite
    kOfxDrawSuite kOfxStatOK kOfxStatFailed kOfxStatErrFatal kOfxStatErrUnknown kOfxStatErrMissingHostFeature
    kOfxStatErrUnsupported kOfxStatErrExists kOfxStatErrFormat kOfxStatErrMemory kOfxStatErrBadHandle
    kOfxStatErrBadIndex kOfxStatErrValue kOfxStatReplyYes kOfxStatReplyNo kOfxStatReplyDefault kOfxStatUnlicensed
    kOfxFlagInfiniteMin kOfxFlagInfiniteMax kOfxStatGPUOutOfMemory kOfxStatGPURenderFailed
    kOfxImageEffectPluginApiVersion kOfxStatErrImageFormat kOfxKey_Unknown kOfxKey_space kOfxKey_BackSpace kOfxKey_Tab
    kOfxKey_Return kOfxKey_Escape kOfxKey_Home kOfxKey_Left kOfxKey_Up kOfxKey_Right kOfxKey_Down kOfxKey_Page_Up
    kOfxKey_Page_Down kOfxKey_End kOfxKey_Shift_L kOfxKey_Shift_R kOfxKey_Control_L kOfxKey_Control_R kOfxKey_Meta_L
    kOfxKey_Meta_R kOfxKey_Alt_L kOfxKey_Alt_R kOfxKey_Delete kOfxStandardColourOverlayBackground
    kOfxStandardColourOverlayActive kOfxStandardColourOverlaySelected kOfxStandardColourOverlayDeselected
    kOfxStandardColourOverlayMarqueeFG kOfxStandardColourOverlayMarqueeBG kOfxStandardColourOverlayText
    kOfxDrawLineStipplePatternSolid kOfxDrawLineStipplePatternDot kOfxDrawLineStipplePatternDash
    kOfxDrawLineStipplePatternAltDash kOfxDrawLineStipplePatternDotDash kOfxDrawPrimitiveLines
    kOfxDrawPrimitiveLineStrip kOfxDrawPrimitiveLineLoop kOfxDrawPrimitiveRectangle kOfxDrawPrimitivePolygon
    kOfxDrawPrimitiveEllipse kOfxDrawTextAlignmentLeft kOfxDrawTextAlignmentRight kOfxDrawTextAlignmentTop
    kOfxDrawTextAlignmentBottom kOfxDrawTextAlignmentBaseline kOfxDrawTextAlignmentCenterH
    kOfxDrawTextAlignmentCenterV
}

host_constants! {
    kOfxImageClipPropComponentsPrefix = c"OfxImageClipPropComponents_"
    kOfxImageClipPropDepthPrefix = c"OfxImageClipPropDepth_"
    kOfxImageClipPropPARPrefix = c"OfxImageClipPropPAR_"
    kOfxImageClipPropRoIPrefix = c"OfxImageClipPropRoI_"
    kOfxImageClipPropFrameRangePrefix = c"OfxImageClipPropFrameRange_"

    kFnOfxImagePlaneColour = c"uk.co.thefoundry.OfxImagePlaneColour"
    kFnOfxImagePlaneForwardMotionVector = c"uk.co.thefoundry.OfxImagePlaneForwardMotionVector"
    kFnOfxImagePlaneBackwardMotionVector = c"uk.co.thefoundry.OfxImagePlaneBackMotionVector"
    kFnOfxImagePlaneStereoDisparityLeft = c"uk.co.thefoundry.OfxImagePlaneStereoDisparityLeft"
    kFnOfxImagePlaneStereoDisparityRight = c"uk.co.thefoundry.OfxImagePlaneStereoDisparityRight"
    kFnOfxImageComponentMotionVectors = c"uk.co.thefoundry.OfxImageComponentMotionVectors"
    kFnOfxImageComponentStereoDisparity = c"uk.co.thefoundry.OfxImageComponentStereoDisparity"
    kFnOfxImageEffectPropMultiPlanar = c"uk.co.thefoundry.OfxImageEffectPropMultiPlanar"
    kFnOfxImageEffectPropPassThroughComponents = c"uk.co.thefoundry.OfxImageEffectPropPassThroughComponents"
    kFnOfxImageEffectPropViewAware = c"uk.co.thefoundry.OfxImageEffectPropViewAware"
    kFnOfxImageEffectPropViewInvariance = c"uk.co.thefoundry.OfxImageEffectPropViewInvariance"
    kFnOfxImageEffectPropComponentsPresent = c"uk.co.thefoundry.OfxImageEffectClipPropPlanesPresent"
    kFnOfxImageEffectActionGetClipComponents = c"uk.co.thefoundry.OfxImageEffectActionGetClipComponents"
    kFnOfxImageEffectActionGetClipComponentsPropString = c"uk.co.thefoundry.OfxNeededComp_"
    kFnOfxImageEffectPropPassThroughClip = c"uk.co.thefoundry.ImageEffectPropPassThroughClip"
    kFnOfxImageEffectPropPassThroughTime = c"uk.co.thefoundry.ImageEffectPropPassThroughTime"
    kFnOfxImageEffectPropPassThroughView = c"uk.co.thefoundry.ImageEffectPropPassThroughView"
    kFnOfxImageEffectActionGetFrameViewsNeeded = c"uk.co.thefoundry.OfxImageEffectActionGetFrameViewsNeeded"
    kFnOfxImageEffectPropView = c"uk.co.thefoundry.OfxImageEffectPropView"
    kFnOfxParamPropGroupIsTab = c"FnOfxParamPropGroupIsTab"
    kFnOfxImageEffectPlaneSuite = c"uk.co.thefoundry.FnOfxImageEffectPlaneSuite"

    kNatronOfxHostName = c"fr.inria.Natron"
    kNatronOfxHostIsNatron = c"NatronOfxHostIsNatron"
    kNatronOfxImageComponentsPlaneName = c"NatronOfxImageComponentsPlaneName_"
    kNatronOfxImageComponentsPlaneLabel = c"_PlaneLabel_"
    kNatronOfxImageComponentsPlaneChannelsLabel = c"_ChannelsLabel_"
    kNatronOfxImageComponentsPlaneChannel = c"_Channel_"
    kNatronOfxImageComponentXY = c"NatronOfxImageComponentXY"
    kNatronOfxImageEffectPropChannelSelector = c"NatronOfxImageEffectPropChannelSelector"
    kNatronOfxImageEffectPropHostMasking = c"kNatronOfxImageEffectPropHostMasking"
    kNatronOfxImageEffectPropHostMixing = c"kNatronOfxImageEffectPropHostMixing"
    kNatronOfxParamProcessR = c"NatronOfxParamProcessR"
    kNatronOfxParamProcessG = c"NatronOfxParamProcessG"
    kNatronOfxParamProcessB = c"NatronOfxParamProcessB"
    kNatronOfxParamProcessA = c"NatronOfxParamProcessA"
    kNatronOfxPropDescriptionIsMarkdown = c"NatronOfxPropDescriptionIsMarkdown"
    kNatronOfxImageEffectPropDeprecated = c"NatronOfxImageEffectPropDeprecated"
    kNatronOfxParamHostPropSupportsDynamicChoices = c"NatronOfxParamHostPropSupportsDynamicChoices"
    kNatronOfxParamPropInViewerContextSecret = c"NatronOfxParamPropInViewerContextSecret"

    kOfxImagePropPixelOrder = c"OfxImageEffectPropPixelOrder"
    kOfxImagePixelOrderRGBA = c"OfxImagePixelOrderRGBA"
    kOfxImagePixelOrderBGRA = c"OfxImagePixelOrderBGRA"

    kOfxImageEffectPropResolvePage = c"OfxImageEffectPropResolvePage"
    kOfxImageClipPropThumbnail = c"kOfxImageClipPropThumbnail"
    kOfxImageEffectPropSrcFilePath = c"OfxImageEffectPropSrcFilePath"
    kOfxImageEffectPropSrcFrame = c"OfxImageEffectPropSrcFrame"
}

same_types! {
    OfxStatus OfxTime OfxPropertySetHandle OfxPluginEntryPoint OfxMutexHandle OfxThreadFunctionV1 OfxParamHandle
    OfxParamSetHandle OfxCustomParamInterpFuncV1 OfxImageEffectHandle OfxImageClipHandle OfxImageMemoryHandle
    OfxInteractHandle OfxDrawContextHandle OfxStandardColour OfxDrawLineStipplePattern OfxDrawPrimitive
    OfxDrawTextAlignment
}

same_structs! {
    OfxRangeI { min max }
    OfxRangeD { min max }
    OfxPointI { x y }
    OfxPointD { x y }
    OfxRectI { x1 y1 x2 y2 }
    OfxRectD { x1 y1 x2 y2 }
    OfxRGBAColourB { r g b a }
    OfxRGBAColourS { r g b a }
    OfxRGBAColourF { r g b a }
    OfxRGBAColourD { r g b a }
    OfxRGBColourB { r g b }
    OfxRGBColourS { r g b }
    OfxRGBColourF { r g b }
    OfxRGBColourD { r g b }
    OfxPropertySetStruct {}
    OfxHost { host fetchSuite }
    OfxPlugin { pluginApi apiVersion pluginIdentifier pluginVersionMajor pluginVersionMinor setHost mainEntry }
    OfxPropertySuiteV1 {
        propSetPointer propSetString propSetDouble propSetInt propSetPointerN propSetStringN propSetDoubleN
        propSetIntN propGetPointer propGetString propGetDouble propGetInt propGetPointerN propGetStringN
        propGetDoubleN propGetIntN propReset propGetDimension
    }
    OfxMemorySuiteV1 { memoryAlloc memoryFree }
    OfxMutex {}
    OfxMultiThreadSuiteV1 {
        multiThread multiThreadNumCPUs multiThreadIndex multiThreadIsSpawnedThread mutexCreate mutexDestroy mutexLock
        mutexUnLock mutexTryLock
    }
    OfxMessageSuiteV1 { message }
    OfxMessageSuiteV2 { message setPersistentMessage clearPersistentMessage }
    OfxProgressSuiteV1 { progressStart progressUpdate progressEnd }
    OfxProgressSuiteV2 { progressStart progressUpdate progressEnd }
    OfxTimeLineSuiteV1 { getTime gotoTime getTimeBounds }
    OfxDialogSuiteV1 { RequestDialog NotifyRedrawPending }
    OfxParamStruct {}
    OfxParamSetStruct {}
    OfxBytes { data length }
    OfxParameterSuiteV1 {
        paramDefine paramGetHandle paramSetGetPropertySet paramGetPropertySet paramGetValue paramGetValueAtTime
        paramGetDerivative paramGetIntegral paramSetValue paramSetValueAtTime paramGetNumKeys paramGetKeyTime
        paramGetKeyIndex paramDeleteKey paramDeleteAllKeys paramCopy paramEditBegin paramEditEnd
    }
    OfxParametricParameterSuiteV1 {
        parametricParamGetValue parametricParamGetNControlPoints parametricParamGetNthControlPoint
        parametricParamSetNthControlPoint parametricParamAddControlPoint parametricParamDeleteControlPoint
        parametricParamDeleteAllControlPoints
    }
    OfxImageEffectStruct {}
    OfxImageClipStruct {}
    OfxImageMemoryStruct {}
    OfxImageEffectSuiteV1 {
        getPropertySet getParamSet clipDefine clipGetHandle clipGetPropertySet clipGetImage clipReleaseImage
        clipGetRegionOfDefinition abort imageMemoryAlloc imageMemoryFree imageMemoryLock imageMemoryUnlock
    }
    OfxInteract {}
    OfxInteractSuiteV1 { interactSwapBuffers interactRedraw interactGetPropertySet }
    OfxDrawContext {}
    OfxDrawSuiteV1 { getColour setColour setLineWidth setLineStipple draw drawText }
}

host_suites! {
    FnOfxImageEffectPlaneSuiteV1 {
        clipGetImagePlane: "(*mut OfxImageClipStruct, f64, *const char, *const OfxRectD, *mut *mut OfxPropertySetStruct)"
    }
    FnOfxImageEffectPlaneSuiteV2 {
        clipGetImagePlane:
            "(*mut OfxImageClipStruct, f64, i32, *const char, *const OfxRectD, *mut *mut OfxPropertySetStruct)"
        clipGetRegionOfDefinition: "(*mut OfxImageClipStruct, f64, i32, *mut OfxRectD)"
        getViewName: "(*mut OfxImageEffectStruct, i32, *mut *const char)"
        getViewCount: "(*mut OfxImageEffectStruct, *mut i32)"
    }
}
