/*
 * Overlays: interacts, keys, and the draw suite.
 *
 * Names, values, field order and signatures are the interface of OpenFX 1.5.1; comments and arrangement are ours.
 */
#ifndef FATHOM_OFX_INTERACT_H
#define FATHOM_OFX_INTERACT_H

#include "ofx_core.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- actions of an interact's entry point ------------------------------------------------------------------- */

/* The first three are the general actions of the same end of name. */
#define kOfxActionDescribeInteract        "OfxActionDescribe"
#define kOfxActionCreateInstanceInteract  "OfxActionCreateInstance"
#define kOfxActionDestroyInstanceInteract "OfxActionDestroyInstance"
#define kOfxInteractActionDraw            "OfxInteractActionDraw"
#define kOfxInteractActionPenMotion       "OfxInteractActionPenMotion"
#define kOfxInteractActionPenDown         "OfxInteractActionPenDown"
#define kOfxInteractActionPenUp           "OfxInteractActionPenUp"
#define kOfxInteractActionKeyDown         "OfxInteractActionKeyDown"
#define kOfxInteractActionKeyUp           "OfxInteractActionKeyUp"
#define kOfxInteractActionKeyRepeat       "OfxInteractActionKeyRepeat"
#define kOfxInteractActionGainFocus       "OfxInteractActionGainFocus"
#define kOfxInteractActionLoseFocus       "OfxInteractActionLoseFocus"

/* ---- properties --------------------------------------------------------------------------------------------- */

#define kOfxInteractPropSlaveToParam        "OfxInteractPropSlaveToParam"
#define kOfxInteractPropPixelScale          "OfxInteractPropPixelScale"
#define kOfxInteractPropBackgroundColour    "OfxInteractPropBackgroundColour"
#define kOfxInteractPropSuggestedColour     "OfxInteractPropSuggestedColour"
#define kOfxInteractPropPenPosition         "OfxInteractPropPenPosition"
#define kOfxInteractPropPenViewportPosition "OfxInteractPropPenViewportPosition"
#define kOfxInteractPropPenPressure         "OfxInteractPropPenPressure"
#define kOfxInteractPropBitDepth            "OfxInteractPropBitDepth"
#define kOfxInteractPropHasAlpha            "OfxInteractPropHasAlpha"
#define kOfxInteractPropDrawContext         "OfxInteractPropDrawContext" /* argument of the draw action */
#define kOfxInteractPropViewportSize        "OfxInteractPropViewport" /* deprecated; the string lacks "Size" */
#define kOfxPropKeySym                      "kOfxPropKeySym" /* the string has the k */
#define kOfxPropKeyString                   "kOfxPropKeyString" /* the string has the k */

/* Values of kOfxPropKeySym that an overlay may care for (the numbers are X11's). */
static const int kOfxKey_Unknown = 0x0;
static const int kOfxKey_space = 0x20;
static const int kOfxKey_BackSpace = 0xFF08;
static const int kOfxKey_Tab = 0xFF09;
static const int kOfxKey_Return = 0xFF0D;
static const int kOfxKey_Escape = 0xFF1B;
static const int kOfxKey_Home = 0xFF50;
static const int kOfxKey_Left = 0xFF51;
static const int kOfxKey_Up = 0xFF52;
static const int kOfxKey_Right = 0xFF53;
static const int kOfxKey_Down = 0xFF54;
static const int kOfxKey_Page_Up = 0xFF55;
static const int kOfxKey_Page_Down = 0xFF56;
static const int kOfxKey_End = 0xFF57;
static const int kOfxKey_Shift_L = 0xFFE1;
static const int kOfxKey_Shift_R = 0xFFE2;
static const int kOfxKey_Control_L = 0xFFE3;
static const int kOfxKey_Control_R = 0xFFE4;
static const int kOfxKey_Meta_L = 0xFFE7;
static const int kOfxKey_Meta_R = 0xFFE8;
static const int kOfxKey_Alt_L = 0xFFE9;
static const int kOfxKey_Alt_R = 0xFFEA;
static const int kOfxKey_Delete = 0xFFFF;

/* ---- interact suite ----------------------------------------------------------------------------------------- */

#define kOfxInteractSuite "OfxInteractSuite"

/** One instance of an interact. */
typedef struct OfxInteract *OfxInteractHandle;

/** Redraws an interact and gives its properties. */
typedef struct OfxInteractSuiteV1 {
  OfxStatus (*interactSwapBuffers)(OfxInteractHandle interact);
  OfxStatus (*interactRedraw)(OfxInteractHandle interact);
  OfxStatus (*interactGetPropertySet)(OfxInteractHandle interact, OfxPropertySetHandle *props);
} OfxInteractSuiteV1;

/* ---- draw suite (1.5) --------------------------------------------------------------------------------------- */

#define kOfxDrawSuite "OfxDrawSuite"

/** What the host gives to draw on, valid inside one draw action. */
typedef struct OfxDrawContext *OfxDrawContextHandle;

/** Colours the host chooses. */
typedef enum OfxStandardColour {
  kOfxStandardColourOverlayBackground = 0,
  kOfxStandardColourOverlayActive = 1,
  kOfxStandardColourOverlaySelected = 2,
  kOfxStandardColourOverlayDeselected = 3,
  kOfxStandardColourOverlayMarqueeFG = 4,
  kOfxStandardColourOverlayMarqueeBG = 5,
  kOfxStandardColourOverlayText = 6
} OfxStandardColour;

/** How a line is dashed. */
typedef enum OfxDrawLineStipplePattern {
  kOfxDrawLineStipplePatternSolid = 0,
  kOfxDrawLineStipplePatternDot = 1,
  kOfxDrawLineStipplePatternDash = 2,
  kOfxDrawLineStipplePatternAltDash = 3,
  kOfxDrawLineStipplePatternDotDash = 4
} OfxDrawLineStipplePattern;

/** What the points mean. */
typedef enum OfxDrawPrimitive {
  kOfxDrawPrimitiveLines = 0,
  kOfxDrawPrimitiveLineStrip = 1,
  kOfxDrawPrimitiveLineLoop = 2,
  kOfxDrawPrimitiveRectangle = 3,
  kOfxDrawPrimitivePolygon = 4,
  kOfxDrawPrimitiveEllipse = 5
} OfxDrawPrimitive;

/** Where the text lies about its position; bits to combine. */
typedef enum OfxDrawTextAlignment {
  kOfxDrawTextAlignmentLeft = 1,
  kOfxDrawTextAlignmentRight = 2,
  kOfxDrawTextAlignmentTop = 4,
  kOfxDrawTextAlignmentBottom = 8,
  kOfxDrawTextAlignmentBaseline = 16,
  kOfxDrawTextAlignmentCenterH = 3,
  kOfxDrawTextAlignmentCenterV = 20
} OfxDrawTextAlignment;

/** Draws an overlay without a graphics library. */
typedef struct OfxDrawSuiteV1 {
  OfxStatus (*getColour)(OfxDrawContextHandle context, OfxStandardColour which, OfxRGBAColourF *colour);
  OfxStatus (*setColour)(OfxDrawContextHandle context, const OfxRGBAColourF *colour);
  OfxStatus (*setLineWidth)(OfxDrawContextHandle context, float width);
  OfxStatus (*setLineStipple)(OfxDrawContextHandle context, OfxDrawLineStipplePattern pattern);
  OfxStatus (*draw)(OfxDrawContextHandle context, OfxDrawPrimitive primitive, const OfxPointD *points, int count);
  OfxStatus (*drawText)(OfxDrawContextHandle context, const char *text, const OfxPointD *at, int alignment);
} OfxDrawSuiteV1;

#ifdef __cplusplus
}
#endif

#endif
