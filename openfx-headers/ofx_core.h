/*
 * OpenFX C API, the part that is not about images: status codes, host and plug-in records, the actions every
 * plug-in gets, and the general suites.
 *
 * Declared by this project from the documented binary interface of OpenFX 1.5.1, as far as an image-effect plug-in
 * needs it. Names, values, field order and signatures are the interface; the comments and the arrangement are ours.
 * OpenFX is (c) the OpenFX contributors, BSD-3-Clause.
 */
#ifndef FATHOM_OFX_CORE_H
#define FATHOM_OFX_CORE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- results ------------------------------------------------------------------------------------------------ */

/** What every suite call and every action answers: one of the kOfxStat constants. */
typedef int OfxStatus;

/** Done. */
static const OfxStatus kOfxStatOK = 0;
/** Did not work, for a reason that has no code of its own. */
static const OfxStatus kOfxStatFailed = 1;
/** The plug-in or host is beyond repair. */
static const OfxStatus kOfxStatErrFatal = 2;
/** No such property, parameter, clip... */
static const OfxStatus kOfxStatErrUnknown = 3;
/** The plug-in refuses to load in a host that lacks this. */
static const OfxStatus kOfxStatErrMissingHostFeature = 4;
/** Known, but not done here. */
static const OfxStatus kOfxStatErrUnsupported = 5;
/** The name is taken. */
static const OfxStatus kOfxStatErrExists = 6;
/** Data of the wrong kind. */
static const OfxStatus kOfxStatErrFormat = 7;
/** Out of memory. */
static const OfxStatus kOfxStatErrMemory = 8;
/** Not a handle of the expected kind. */
static const OfxStatus kOfxStatErrBadHandle = 9;
/** Index outside the property's dimension. */
static const OfxStatus kOfxStatErrBadIndex = 10;
/** A value outside the legal ones. */
static const OfxStatus kOfxStatErrValue = 11;
/** The answer to a question is yes. */
static const OfxStatus kOfxStatReplyYes = 12;
/** The answer to a question is no. */
static const OfxStatus kOfxStatReplyNo = 13;
/** Not handled: the other side does what it does by default. */
static const OfxStatus kOfxStatReplyDefault = 14;
/** The plug-in has no licence (1.5.1). */
static const OfxStatus kOfxStatUnlicensed = 15;

/* ---- plain data --------------------------------------------------------------------------------------------- */

/** A time in frames. */
typedef double OfxTime;

/** A range of integers. */
typedef struct OfxRangeI {
  int min, max;
} OfxRangeI;

/** A range of reals. */
typedef struct OfxRangeD {
  double min, max;
} OfxRangeD;

/** A pixel position. */
typedef struct OfxPointI {
  int x, y;
} OfxPointI;

/** A canonical position. */
typedef struct OfxPointD {
  double x, y;
} OfxPointD;

/** A pixel rectangle; x2 and y2 are outside. */
typedef struct OfxRectI {
  int x1, y1, x2, y2;
} OfxRectI;

/** A canonical rectangle; x2 and y2 are outside. */
typedef struct OfxRectD {
  double x1, y1, x2, y2;
} OfxRectD;

/** This in OfxRectI or OfxRectD: no bound on the low side. */
static const int kOfxFlagInfiniteMin = -2147483647 - 1;
/** This in OfxRectI or OfxRectD: no bound on the high side. */
static const int kOfxFlagInfiniteMax = 2147483647;

/** 8-bit RGBA. */
typedef struct OfxRGBAColourB {
  unsigned char r, g, b, a;
} OfxRGBAColourB;

/** 16-bit RGBA. */
typedef struct OfxRGBAColourS {
  unsigned short r, g, b, a;
} OfxRGBAColourS;

/** Float RGBA. */
typedef struct OfxRGBAColourF {
  float r, g, b, a;
} OfxRGBAColourF;

/** Double RGBA. */
typedef struct OfxRGBAColourD {
  double r, g, b, a;
} OfxRGBAColourD;

/** 8-bit RGB. */
typedef struct OfxRGBColourB {
  unsigned char r, g, b;
} OfxRGBColourB;

/** 16-bit RGB. */
typedef struct OfxRGBColourS {
  unsigned short r, g, b;
} OfxRGBColourS;

/** Float RGB. */
typedef struct OfxRGBColourF {
  float r, g, b;
} OfxRGBColourF;

/** Double RGB. */
typedef struct OfxRGBColourD {
  double r, g, b;
} OfxRGBColourD;

/* ---- host and plug-in --------------------------------------------------------------------------------------- */

/** A bag of named, typed, indexed values owned by the host. */
typedef struct OfxPropertySetStruct *OfxPropertySetHandle;

/** What a host hands to a plug-in: its properties, and the door to its suites. */
typedef struct OfxHost {
  OfxPropertySetHandle host;
  const void *(*fetchSuite)(OfxPropertySetHandle host, const char *suite, int version);
} OfxHost;

/** A plug-in's (or an interact's) single entry: the host sends it every action. */
typedef OfxStatus(OfxPluginEntryPoint)(const char *action, const void *handle, OfxPropertySetHandle in_args,
                                       OfxPropertySetHandle out_args);

/** One plug-in of the binary. Must stay where it is while the binary is loaded. */
typedef struct OfxPlugin {
  const char *pluginApi;
  int apiVersion;
  const char *pluginIdentifier;
  unsigned int pluginVersionMajor;
  unsigned int pluginVersionMinor;
  void (*setHost)(OfxHost *host);
  OfxPluginEntryPoint *mainEntry;
} OfxPlugin;

/* ---- actions ------------------------------------------------------------------------------------------------ */

/* Sent to every plug-in, in about this order. */
#define kOfxActionLoad                 "OfxActionLoad"
#define kOfxActionDescribe             "OfxActionDescribe"
#define kOfxActionCreateInstance       "OfxActionCreateInstance"
#define kOfxActionBeginInstanceChanged "OfxActionBeginInstanceChanged"
#define kOfxActionInstanceChanged      "OfxActionInstanceChanged"
#define kOfxActionEndInstanceChanged   "OfxActionEndInstanceChanged"
#define kOfxActionBeginInstanceEdit    "OfxActionBeginInstanceEdit"
#define kOfxActionEndInstanceEdit      "OfxActionEndInstanceEdit"
#define kOfxActionSyncPrivateData      "OfxActionSyncPrivateData"
#define kOfxActionPurgeCaches          "OfxActionPurgeCaches"
#define kOfxActionDestroyInstance      "OfxActionDestroyInstance"
#define kOfxActionUnload               "OfxActionUnload"
#define kOfxActionDialog               "OfxActionDialog" /* answers OfxDialogSuiteV1's request */

/* ---- properties of no particular object --------------------------------------------------------------------- */

#define kOfxPropType                 "OfxPropType"
#define kOfxPropName                 "OfxPropName"
#define kOfxPropLabel                "OfxPropLabel"
#define kOfxPropShortLabel           "OfxPropShortLabel"
#define kOfxPropLongLabel            "OfxPropLongLabel"
#define kOfxPropIcon                 "OfxPropIcon"
#define kOfxPropAPIVersion           "OfxPropAPIVersion"
#define kOfxPropVersion              "OfxPropVersion"
#define kOfxPropVersionLabel         "OfxPropVersionLabel"
#define kOfxPropPluginDescription    "OfxPropPluginDescription"
#define kOfxPluginPropFilePath       "OfxPluginPropFilePath"
#define kOfxPropTime                 "OfxPropTime"
#define kOfxPropIsInteractive        "OfxPropIsInteractive"
#define kOfxPropInstanceData         "OfxPropInstanceData"
#define kOfxPropEffectInstance       "OfxPropEffectInstance"
#define kOfxPropHostOSHandle         "OfxPropHostOSHandle"
#define kOfxPropChangeReason         "OfxPropChangeReason"
#define kOfxPropParamSetNeedsSyncing "OfxPropParamSetNeedsSyncing"

/* Values of kOfxPropChangeReason. */
#define kOfxChangeUserEdited   "OfxChangeUserEdited"
#define kOfxChangePluginEdited "OfxChangePluginEdited"
#define kOfxChangeTime         "OfxChangeTime"

/* Pixel depths. */
#define kOfxBitDepthNone  "OfxBitDepthNone"
#define kOfxBitDepthByte  "OfxBitDepthByte"
#define kOfxBitDepthShort "OfxBitDepthShort"
#define kOfxBitDepthHalf  "OfxBitDepthHalf"
#define kOfxBitDepthFloat "OfxBitDepthFloat"

/* ---- property suite ----------------------------------------------------------------------------------------- */

#define kOfxPropertySuite "OfxPropertySuite"

/** Reads and writes property sets. Strings got belong to the host and live only until the action ends. */
typedef struct OfxPropertySuiteV1 {
  OfxStatus (*propSetPointer)(OfxPropertySetHandle set, const char *name, int index, void *value);
  OfxStatus (*propSetString)(OfxPropertySetHandle set, const char *name, int index, const char *value);
  OfxStatus (*propSetDouble)(OfxPropertySetHandle set, const char *name, int index, double value);
  OfxStatus (*propSetInt)(OfxPropertySetHandle set, const char *name, int index, int value);
  OfxStatus (*propSetPointerN)(OfxPropertySetHandle set, const char *name, int count, void *const *values);
  OfxStatus (*propSetStringN)(OfxPropertySetHandle set, const char *name, int count, const char *const *values);
  OfxStatus (*propSetDoubleN)(OfxPropertySetHandle set, const char *name, int count, const double *values);
  OfxStatus (*propSetIntN)(OfxPropertySetHandle set, const char *name, int count, const int *values);
  OfxStatus (*propGetPointer)(OfxPropertySetHandle set, const char *name, int index, void **value);
  OfxStatus (*propGetString)(OfxPropertySetHandle set, const char *name, int index, char **value);
  OfxStatus (*propGetDouble)(OfxPropertySetHandle set, const char *name, int index, double *value);
  OfxStatus (*propGetInt)(OfxPropertySetHandle set, const char *name, int index, int *value);
  OfxStatus (*propGetPointerN)(OfxPropertySetHandle set, const char *name, int count, void **values);
  OfxStatus (*propGetStringN)(OfxPropertySetHandle set, const char *name, int count, char **values);
  OfxStatus (*propGetDoubleN)(OfxPropertySetHandle set, const char *name, int count, double *values);
  OfxStatus (*propGetIntN)(OfxPropertySetHandle set, const char *name, int count, int *values);
  OfxStatus (*propReset)(OfxPropertySetHandle set, const char *name);
  OfxStatus (*propGetDimension)(OfxPropertySetHandle set, const char *name, int *count);
} OfxPropertySuiteV1;

/* ---- memory suite ------------------------------------------------------------------------------------------- */

#define kOfxMemorySuite "OfxMemorySuite"

/** General memory from the host; handle is an effect instance or null. */
typedef struct OfxMemorySuiteV1 {
  OfxStatus (*memoryAlloc)(void *handle, size_t bytes, void **data);
  OfxStatus (*memoryFree)(void *data);
} OfxMemorySuiteV1;

/* ---- thread suite ------------------------------------------------------------------------------------------- */

#define kOfxMultiThreadSuite "OfxMultiThreadSuite"

/** A recursive mutex of the host's. */
typedef struct OfxMutex *OfxMutexHandle;

/** What multiThread runs: told which of how many it is. */
typedef void(OfxThreadFunctionV1)(unsigned int index, unsigned int count, void *arg);

/** The host's threads. */
typedef struct OfxMultiThreadSuiteV1 {
  OfxStatus (*multiThread)(OfxThreadFunctionV1 function, unsigned int count, void *arg);
  OfxStatus (*multiThreadNumCPUs)(unsigned int *count);
  OfxStatus (*multiThreadIndex)(unsigned int *index);
  int (*multiThreadIsSpawnedThread)(void);
  OfxStatus (*mutexCreate)(OfxMutexHandle *mutex, int locks);
  OfxStatus (*mutexDestroy)(OfxMutexHandle mutex);
  OfxStatus (*mutexLock)(OfxMutexHandle mutex);
  OfxStatus (*mutexUnLock)(OfxMutexHandle mutex);
  OfxStatus (*mutexTryLock)(OfxMutexHandle mutex);
} OfxMultiThreadSuiteV1;

/* ---- message suite ------------------------------------------------------------------------------------------ */

#define kOfxMessageSuite "OfxMessageSuite"

/* Message types. */
#define kOfxMessageFatal    "OfxMessageFatal"
#define kOfxMessageError    "OfxMessageError"
#define kOfxMessageWarning  "OfxMessageWarning"
#define kOfxMessageMessage  "OfxMessageMessage"
#define kOfxMessageLog      "OfxMessageLog"
#define kOfxMessageQuestion "OfxMessageQuestion" /* answered by kOfxStatReplyYes or kOfxStatReplyNo */

/** Texts for the user. The format is printf's: pass "%s" and the text. */
typedef struct OfxMessageSuiteV1 {
  OfxStatus (*message)(void *handle, const char *type, const char *id, const char *format, ...);
} OfxMessageSuiteV1;

/** Version 1, and a text that stays with the instance until cleared. */
typedef struct OfxMessageSuiteV2 {
  OfxStatus (*message)(void *handle, const char *type, const char *id, const char *format, ...);
  OfxStatus (*setPersistentMessage)(void *handle, const char *type, const char *id, const char *format, ...);
  OfxStatus (*clearPersistentMessage)(void *handle);
} OfxMessageSuiteV2;

/* ---- progress suite ----------------------------------------------------------------------------------------- */

#define kOfxProgressSuite "OfxProgressSuite"

/** A progress bar; an update that answers kOfxStatReplyNo asks to stop. */
typedef struct OfxProgressSuiteV1 {
  OfxStatus (*progressStart)(void *instance, const char *label);
  OfxStatus (*progressUpdate)(void *instance, double fraction);
  OfxStatus (*progressEnd)(void *instance);
} OfxProgressSuiteV1;

/** Version 1 with an identifier for the text, so that a host can translate it. */
typedef struct OfxProgressSuiteV2 {
  OfxStatus (*progressStart)(void *instance, const char *text, const char *id);
  OfxStatus (*progressUpdate)(void *instance, double fraction);
  OfxStatus (*progressEnd)(void *instance);
} OfxProgressSuiteV2;

/* ---- time line suite ---------------------------------------------------------------------------------------- */

#define kOfxTimeLineSuite "OfxTimeLineSuite"

/** The host's playhead. */
typedef struct OfxTimeLineSuiteV1 {
  OfxStatus (*getTime)(void *instance, double *time);
  OfxStatus (*gotoTime)(void *instance, double time);
  OfxStatus (*getTimeBounds)(void *instance, double *first, double *last);
} OfxTimeLineSuiteV1;

/* ---- dialog suite ------------------------------------------------------------------------------------------- */

#define kOfxDialogSuite "OfxDialogSuite"

/** Lets a plug-in open a window of its own on the host's user-interface thread. */
typedef struct OfxDialogSuiteV1 {
  OfxStatus (*RequestDialog)(void *user_data);
  OfxStatus (*NotifyRedrawPending)(void);
} OfxDialogSuiteV1;

#ifdef __cplusplus
}
#endif

#endif
