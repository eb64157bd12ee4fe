//! What the plug-in says of itself.

use super::c::{effects, params, set_doubles, set_int, set_string, string};
use super::wrong::{STATE, is};
use openfx::sys::generic::core::*;
use openfx::sys::image_effect_v1::{image_effect::*, param::*};
use std::ffi::{CStr, CString, c_int};
use std::ptr::null_mut;

pub unsafe fn describe(set: OfxPropertySetHandle) -> OfxStatus {
    unsafe {
        if is("describes") {
            return kOfxStatFailed;
        }
        let language = std::env::var("LANG").unwrap_or_default();
        let label = match () {
            () if is("describe-essentials") => CString::default(),
            () if is("describe-environment") => CString::new(format!("Misbehave {language}")).unwrap_or_default(),
            () => CString::from(c"Misbehave"),
        };
        let taken = set_string(set, kOfxPropLabel, 0, &label);
        if is("refused-properties") && taken != kOfxStatOK {
            return kOfxStatFailed;
        }
        if !is("describe-courtesy") {
            set_string(set, kOfxImageEffectPluginPropGrouping, 0, c"Test");
        }
        set_string(set, kOfxPropPluginDescription, 0, c"Shows that checks fail.");
        for (i, context) in [kOfxImageEffectContextFilter, kOfxImageEffectContextGeneral].iter().enumerate() {
            set_string(set, kOfxImageEffectPropSupportedContexts, i as c_int, context);
        }
        set_string(set, kOfxImageEffectPropSupportedPixelDepths, 0, kOfxBitDepthFloat);
        if is("pixel-formats") || is("format-agreement") {
            set_string(set, kOfxImageEffectPropSupportedPixelDepths, 1, kOfxBitDepthByte);
        }
        set_string(set, kOfxImageEffectPluginRenderThreadSafety, 0, kOfxImageEffectRenderFullySafe);
        super::overlay::offer(set);
    }
    kOfxStatOK
}

pub unsafe fn describe_in_context(effect: OfxImageEffectHandle, args: OfxPropertySetHandle) -> OfxStatus {
    unsafe {
        let context = string(args, kOfxImageEffectPropContext, 0).unwrap_or_default();
        let known = [kOfxImageEffectContextFilter, kOfxImageEffectContextGeneral].contains(&context);
        if !known && !is("unknown-context") {
            return kOfxStatErrUnsupported;
        }
        for (name, optional) in [(c"Source", false), (c"Depth", true), (c"Output", false)] {
            let mut set = null_mut();
            effects().clipDefine.unwrap()(effect, name.as_ptr(), &raw mut set);
            set_string(set, kOfxImageEffectPropSupportedComponents, 0, kOfxImageComponentRGBA);
            if optional {
                set_string(set, kOfxImageEffectPropSupportedComponents, 1, kOfxImageComponentAlpha);
                set_int(set, kOfxImageClipPropOptional, 0, 1);
            }
        }
        if is("clip-definition") {
            effects().clipDefine.unwrap()(effect, c"Source".as_ptr(), null_mut());
        }
        define_params(effect);
    }
    kOfxStatOK
}

unsafe fn define_params(effect: OfxImageEffectHandle) {
    unsafe {
        let mut set = null_mut();
        effects().getParamSet.unwrap()(effect, &raw mut set);
        let define = |kind: &CStr, name: &CStr, hint: &CStr| {
            let mut p = null_mut();
            params().paramDefine.unwrap()(set, kind.as_ptr(), name.as_ptr(), &raw mut p);
            if !p.is_null() {
                set_string(p, kOfxParamPropHint, 0, hint);
            }
            p
        };
        let double = |name: &CStr, hint: &CStr, default: f64| {
            let p = define(kOfxParamTypeDouble, name, hint);
            set_doubles(p, kOfxParamPropDefault, &[default]);
            for (name, value) in [
                (kOfxParamPropMin, 0.0),
                (kOfxParamPropMax, 10.0),
                (kOfxParamPropDisplayMin, 0.0),
                (kOfxParamPropDisplayMax, 4.0),
            ] {
                set_doubles(p, name, &[value]);
            }
            p
        };
        double(c"gain", c"What the source is multiplied with.", 2.0);
        let fault = define(kOfxParamTypeInteger, c"fault", c"What is to be done wrong.");
        set_int(fault, kOfxParamPropAnimates, 0, 0);
        set_int(fault, kOfxParamPropSecret, 0, 1);
        for (name, value) in
            [(kOfxParamPropMin, 0), (kOfxParamPropMax, 100), (kOfxParamPropDisplayMin, 0), (kOfxParamPropDisplayMax, 0)]
        {
            set_int(fault, name, 0, value);
        }
        let mode = define(kOfxParamTypeChoice, c"mode", c"What it does.");
        set_string(mode, kOfxParamPropChoiceOption, 0, c"Render");
        set_string(mode, kOfxParamPropChoiceOption, 1, c"Identity");
        if is("choice-options") {
            set_string(mode, kOfxParamPropChoiceOption, 2, c"Identity");
        }
        define(kOfxParamTypeString, c"note", c"Answers changes of the gain.");
        let tint = if is("project-compatibility") { c"colour" } else { c"tint" };
        define(kOfxParamTypeRGBA, tint, c"Without use.");
        wrong_params(&define, &double);
    }
}

/// Parameters that only a bad plug-in has.
unsafe fn wrong_params(
    define: &impl Fn(&CStr, &CStr, &CStr) -> OfxPropertySetHandle,
    double: &impl Fn(&CStr, &CStr, f64) -> OfxPropertySetHandle,
) {
    unsafe {
        match () {
            () if is("describe-repeat") => {
                let hint = CString::new(format!("Described {} times.", STATE.next())).unwrap_or_default();
                define(kOfxParamTypeBoolean, c"often", &hint);
            }
            () if is("param-names") => drop(define(kOfxParamTypeBoolean, c"a name", c"With a blank.")),
            () if is("param-ranges") => {
                let p = double(c"more", c"With a slider that is upside down.", 1.0);
                set_doubles(p, kOfxParamPropDisplayMin, &[8.0]);
            }
            () if is("param-range-given") => drop(define(kOfxParamTypeDouble, c"more", c"Without a range.")),
            () if is("param-defaults") => drop(double(c"more", c"With a default of its own.", 50.0)),
            () if is("param-hints") => drop(define(kOfxParamTypeBoolean, c"more", c"")),
            () if is("param-definition") => drop(define(kOfxParamTypeDouble, c"gain", c"Twice.")),
            () if is("portable-types") => {
                let p = define(kOfxParamTypeInteger2D, c"more", c"Two numbers.");
                for i in 0..2 {
                    set_int(p, kOfxParamPropMin, i, 0);
                    set_int(p, kOfxParamPropMax, i, 9);
                    set_int(p, kOfxParamPropDisplayMin, i, 0);
                    set_int(p, kOfxParamPropDisplayMax, i, 9);
                }
            }
            () if is("page-children") => {
                let page = define(kOfxParamTypePage, c"page", c"");
                set_string(page, kOfxParamPropPageChild, 0, c"nothing");
            }
            () => {}
        }
    }
}
