//! The words of OpenFX that a picture or a render is described with.

use openfx::sys::generic::core as c;
use openfx::sys::image_effect_v1::image_effect as fx;
use std::ffi::CStr;

/// Declares an enum whose variants are OpenFX strings and names for people.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $ofx:expr, $word:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vmeta])* $variant,)+ }

        impl $name {
            /// Every one of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// OpenFX's string.
            pub fn ofx(self) -> &'static CStr {
                match self { $(Self::$variant => $ofx,)+ }
            }

            /// From OpenFX's string.
            pub fn from_ofx(text: &CStr) -> Option<Self> {
                Self::ALL.iter().copied().find(|v| v.ofx() == text)
            }

            /// The word for people.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(s: &str) -> Result<Self, String> {
                Self::ALL.iter().copied().find(|v| v.word().eq_ignore_ascii_case(s)).ok_or_else(|| {
                    let words: Vec<_> = Self::ALL.iter().map(|v| v.word()).collect();
                    format!("'{s}' is not one of: {}", words.join(", "))
                })
            }
        }
    };
}

words! {
    /// The channels of a pixel.
    Components {
        /// One channel.
        Alpha = fx::kOfxImageComponentAlpha, "alpha";
        /// Three channels.
        Rgb = fx::kOfxImageComponentRGB, "rgb";
        /// Four channels.
        Rgba = fx::kOfxImageComponentRGBA, "rgba";
    }
}

words! {
    /// The number format of a channel.
    Depth {
        /// 8 bits, 0..255.
        Byte = c::kOfxBitDepthByte, "byte";
        /// 16 bits, 0..65535.
        Short = c::kOfxBitDepthShort, "short";
        /// 16-bit floating point.
        Half = c::kOfxBitDepthHalf, "half";
        /// 32-bit floating point.
        Float = c::kOfxBitDepthFloat, "float";
    }
}

words! {
    /// What a picture's alpha means for its colour.
    Premultiplication {
        /// Alpha is 1 everywhere, whatever is stored.
        Opaque = fx::kOfxImageOpaque, "opaque";
        /// Colour is multiplied by alpha.
        PreMultiplied = fx::kOfxImagePreMultiplied, "premultiplied";
        /// Colour is not multiplied by alpha.
        UnPreMultiplied = fx::kOfxImageUnPreMultiplied, "unpremultiplied";
    }
}

words! {
    /// The rows that a render is for.
    Field {
        /// A whole frame.
        None = fx::kOfxImageFieldNone, "none";
        /// The even rows.
        Lower = fx::kOfxImageFieldLower, "lower";
        /// The odd rows.
        Upper = fx::kOfxImageFieldUpper, "upper";
        /// Both fields, one after the other.
        Both = fx::kOfxImageFieldBoth, "both";
    }
}

words! {
    /// The role that an effect plays in the host.
    Context {
        /// Makes pictures from nothing.
        Generator = fx::kOfxImageEffectContextGenerator, "generator";
        /// Changes one picture.
        Filter = fx::kOfxImageEffectContextFilter, "filter";
        /// Goes from one picture to another.
        Transition = fx::kOfxImageEffectContextTransition, "transition";
        /// Paints.
        Paint = fx::kOfxImageEffectContextPaint, "paint";
        /// Any number of inputs.
        General = fx::kOfxImageEffectContextGeneral, "general";
        /// Changes a clip's speed.
        Retimer = fx::kOfxImageEffectContextRetimer, "retimer";
    }
}

impl Components {
    /// How many channels.
    pub fn count(self) -> usize {
        match self {
            Self::Alpha => 1,
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }
}

impl Depth {
    /// Bytes of a channel.
    pub fn bytes(self) -> usize {
        match self {
            Self::Byte => 1,
            Self::Short | Self::Half => 2,
            Self::Float => 4,
        }
    }
}
