//! What the host saw: violations of the API, messages to the user, refused properties, actions.

use crate::format::Context;
use std::fmt;
use std::time::Duration;

/// Declares the checks: variant, name, sentence.
macro_rules! checks {
    ($($variant:ident $name:literal $sentence:literal)+) => {
        /// A rule of the API that the host watches.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Check { $(#[doc = $sentence] $variant,)+ }

        impl Check {
            /// Every check.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name, in kebab case.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The rule, as a sentence.
            pub fn description(self) -> &'static str {
                match self { $(Self::$variant => $sentence,)+ }
            }
        }
    };
}

checks! {
    ForeignThread "foreign-thread" "Suites are called only on the thread that the host called the plug-in on; abort also on threads that the host made for it."
    UnknownHandle "unknown-handle" "Handles are ones that the host gave out and that still live."
    NullArgument "null-argument" "Suite functions get no null pointers."
    PropertyType "property-type" "A property is read and written as the type it has."
    PropertyIndex "property-index" "A property is read and written inside its dimension."
    PropertyReadOnly "property-read-only" "A plug-in writes only the properties that are its to write."
    ImageLeak "image-leak" "Every fetched image is released before the action returns."
    ImageReleasedTwice "image-released-twice" "An image is released once."
    ImageOutsideRender "image-outside-render" "Images are fetched only in Render, InstanceChanged, and the actions of an overlay that name a render scale."
    UndeclaredFrame "undeclared-frame" "Frames are those that GetFramesNeeded named; others than the current one are fetched only with temporal access of host, effect and clip."
    UndeclaredPlane "undeclared-plane" "Layers are fetched only by effects that say they are multi-planar, in hosts that describe them wrongly otherwise."
    WriteOutsideWindow "write-outside-window" "Nothing outside the render window is written."
    UnwrittenPixels "unwritten-pixels" "Every pixel of the render window is written."
    WriteToInput "write-to-input" "Input images are never written."
    UndefinedClip "undefined-clip" "Preferences, regions and frame ranges are set only for clips that the effect defined."
    IllegalClipPreference "illegal-clip-preference" "Clip preferences are ones that the clip and the host support."
    IdentityClip "identity-clip" "Identity names a clip that the effect defined."
    KeptString "kept-string" "Strings of the host are not used after the action in which the host gave them."
    ParamSetOutsideInstanceChanged "param-set-outside-instance-changed" "Parameters are set only during InstanceChanged, and by the pen and the keys over an overlay."
    ParamDefinition "param-definition" "Parameters have names, each its own, parents that exist, and known types."
    ParametricCurve "parametric-curve" "Curves are those that a parametric parameter has, inside its range, with points of finite numbers."
    ClipDefinition "clip-definition" "Clips are defined once, only while describing."
    MessageFormat "message-format" "Message formats are literally \"%s\"."
    IllegalStatus "illegal-status" "Actions return the statuses that they may."
    InstanceDataLeft "instance-data-left" "DestroyInstance clears the instance data."
    FloatingPointState "floating-point-state" "Rounding, flush-to-zero and traps are as before when an action returns."
    MemoryLeak "memory-leak" "Memory of the memory suite and image memory is given back before Unload returns."
    ProgressBar "progress-bar" "A progress bar is begun once, moves forward between 0 and 1, and is ended before its instance is."
    EditBlock "edit-block" "paramEditBegin and paramEditEnd come in pairs within an action."
    DrawOutsideDraw "draw-outside-draw" "The draw suite is called only while an overlay is to be drawn."
    DrawValues "draw-values" "What is drawn has finite numbers, as many points as it takes, and texts in UTF-8."
    Recursion "recursion" "InstanceChanged caused by the plug-in's own changes comes to an end."
}

/// A rule that was broken, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// The rule.
    pub check: Check,
    /// What happened.
    pub details: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.check.name(), self.details)
    }
}

/// A message of the plug-in to the user.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// OpenFX's type of message, such as `OfxMessageError`.
    pub kind: String,
    /// The plug-in's name for it.
    pub id: String,
    /// The text.
    pub text: String,
    /// Whether it stays until it is cleared.
    pub persistent: bool,
}

/// A property that the plug-in asked for and this host does not have: allowed, but good to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedProperty {
    /// The property set it was asked of.
    pub set: String,
    /// Its name.
    pub property: String,
    /// Whether the plug-in wanted to write it.
    pub write: bool,
}

/// An action that the host sent.
#[derive(Clone, Debug)]
pub struct ActionRecord {
    /// The action's name; for DescribeInContext with the context behind it.
    pub action: String,
    /// What the plug-in returned.
    pub status: i32,
    /// How long it took.
    pub duration: Duration,
}

/// Everything that a host has seen so far.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Broken rules.
    pub violations: Vec<Violation>,
    /// Messages, in order.
    pub messages: Vec<Message>,
    /// Properties that this host does not have.
    pub refused: Vec<RefusedProperty>,
    /// Actions, in order.
    pub actions: Vec<ActionRecord>,
    /// Steps on the list of undo that changes by the plug-in made: one for each block of edits, or for each change outside of one.
    pub undo_steps: usize,
}

/// The mandated clips of a context, in the order of OpenFX's documentation.
pub(crate) fn mandated_clips(context: Context) -> &'static [&'static str] {
    match context {
        Context::Generator => &["Output"],
        Context::Filter | Context::Paint | Context::Retimer => &["Source", "Output"],
        Context::Transition => &["SourceFrom", "SourceTo", "Output"],
        Context::General => &["Output"],
    }
}

/// A status by name.
pub fn status_name(status: i32) -> &'static str {
    match status {
        0 => "kOfxStatOK",
        1 => "kOfxStatFailed",
        2 => "kOfxStatErrFatal",
        3 => "kOfxStatErrUnknown",
        4 => "kOfxStatErrMissingHostFeature",
        5 => "kOfxStatErrUnsupported",
        6 => "kOfxStatErrExists",
        7 => "kOfxStatErrFormat",
        8 => "kOfxStatErrMemory",
        9 => "kOfxStatErrBadHandle",
        10 => "kOfxStatErrBadIndex",
        11 => "kOfxStatErrValue",
        12 => "kOfxStatReplyYes",
        13 => "kOfxStatReplyNo",
        14 => "kOfxStatReplyDefault",
        15 => "kOfxStatUnlicensed",
        1000 => "kOfxStatErrImageFormat",
        1001 => "kOfxStatGPUOutOfMemory",
        1002 => "kOfxStatGPURenderFailed",
        _ => "an unknown status",
    }
}
