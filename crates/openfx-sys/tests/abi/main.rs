//! Every declaration of `src/bindings.rs` against another writing of the same interface: the crate `openfx`, whose
//! bindings were made by others from the official headers. What that crate does not have (the hosts' additions) is
//! written down here a second time.
//!
//! A declaration that nothing below compares fails `nothing_is_left_out`: add its name to the list of its kind in lists.rs.

use std::any::type_name;
use std::collections::BTreeSet;
use std::ffi::CStr;
use std::fs;
use std::mem::size_of;
use std::path::Path;

/// The other writing, all in one module.
mod official {
    pub use openfx::sys::generic::core::*;
    pub use openfx::sys::generic::property::*;
    pub use openfx::sys::image_effect_v1::colour::*;
    pub use openfx::sys::image_effect_v1::dialog::*;
    pub use openfx::sys::image_effect_v1::draw_suite::*;
    pub use openfx::sys::image_effect_v1::gpu_render::*;
    pub use openfx::sys::image_effect_v1::image_effect::*;
    pub use openfx::sys::image_effect_v1::interact::*;
    pub use openfx::sys::image_effect_v1::key_syms::*;
    pub use openfx::sys::image_effect_v1::memory::*;
    pub use openfx::sys::image_effect_v1::message::*;
    pub use openfx::sys::image_effect_v1::multi_thread::*;
    pub use openfx::sys::image_effect_v1::old::*;
    pub use openfx::sys::image_effect_v1::param::*;
    pub use openfx::sys::image_effect_v1::parametric_param::*;
    pub use openfx::sys::image_effect_v1::pixels::*;
    pub use openfx::sys::image_effect_v1::progress::*;
    pub use openfx::sys::image_effect_v1::time_line::*;
}

// ---- what is compared ---------------------------------------------------------------------------------------------

/// The value of a constant. Numbers lose their type: the two writings differ in signedness.
#[derive(Debug, PartialEq)]
enum Value {
    Text(&'static CStr),
    Number(i64),
}

impl From<&'static CStr> for Value {
    fn from(text: &'static CStr) -> Self {
        Value::Text(text)
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Value::Number(number.into())
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Value::Number(number.into())
    }
}

/// A constant's name, our value and the other.
type Constant = (&'static str, Value, Value);

/// A struct as the machine sees it.
#[derive(Debug, PartialEq)]
struct Layout {
    name: &'static str,
    size: usize,
    align: usize,
    fields: Vec<Field>,
}

#[derive(Debug, PartialEq)]
struct Field {
    name: &'static str,
    offset: usize,
    /// Without paths, so that `openfx_sys::OfxRectD` and `openfx::sys::…::OfxRectD` are the same.
    r#type: String,
}

/// The name of a type without paths: `Option<unsafe extern "C" fn(*mut OfxParamStruct, ...) -> i32>`.
fn plain_type<T>() -> String {
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let words = type_name::<T>().split_inclusive(|c| !is_path(c));
    words.map(|word| word.rsplit("::").next().expect("rsplit gives at least one piece")).collect()
}

/// The type of the field that `_get` gets.
fn field_type<S, F>(_get: impl Fn(&S) -> &F) -> String {
    plain_type::<F>()
}

macro_rules! layout {
    ($krate:ident, $name:ident, $($field:ident)*) => {
        Layout {
            name: stringify!($name),
            size: size_of::<$krate::$name>(),
            align: align_of::<$krate::$name>(),
            fields: vec![$(Field {
                name: stringify!($field),
                offset: std::mem::offset_of!($krate::$name, $field),
                r#type: field_type(|s: &$krate::$name| &s.$field),
            }),*],
        }
    };
}

macro_rules! same_constants {
    ($($name:ident)*) => {
        pub fn same_constants() -> Vec<Constant> {
            vec![$((stringify!($name), openfx_sys::$name.into(), official::$name.into())),*]
        }
    };
}

macro_rules! host_constants {
    ($($name:ident = $value:literal)*) => {
        pub fn host_constants() -> Vec<Constant> {
            vec![$((stringify!($name), openfx_sys::$name.into(), $value.into())),*]
        }
    };
}

macro_rules! same_types {
    ($($name:ident)*) => {
        /// A type's name, ours and the other.
        pub fn same_types() -> Vec<(&'static str, String, String)> {
            vec![$((stringify!($name), plain_type::<openfx_sys::$name>(), plain_type::<official::$name>())),*]
        }
    };
}

macro_rules! same_structs {
    ($($name:ident { $($field:ident)* })*) => {
        /// Our struct and the other.
        pub fn same_structs() -> Vec<(Layout, Layout)> {
            vec![$((layout!(openfx_sys, $name, $($field)*), layout!(official, $name, $($field)*))),*]
        }
    };
}

macro_rules! host_suites {
    ($($name:ident { $($field:ident: $type:literal)* })*) => {
        /// Our struct, and the types of its fields: a suite is a table of pointers.
        pub fn host_suites() -> Vec<(Layout, Vec<&'static str>)> {
            vec![$((layout!(openfx_sys, $name, $($field)*), vec![$($type),*])),*]
        }
    };
}

// After the macros, so that it sees them.
mod lists;

use lists::{host_constants, host_suites, same_constants, same_structs, same_types};

// ---- the tests ----------------------------------------------------------------------------------------------------

#[test]
fn constants_have_the_official_values() {
    for (name, ours, other) in same_constants() {
        assert_eq!(ours, other, "{name}");
    }
}

#[test]
fn host_extensions_have_the_values_written_here() {
    for (name, ours, other) in host_constants() {
        assert_eq!(ours, other, "{name}");
    }
    // char is signed on some machines and not on others.
    let char = plain_type::<std::ffi::c_char>();
    for (ours, types) in host_suites() {
        let pointer = size_of::<usize>();
        assert_eq!((ours.size, ours.align), (types.len() * pointer, pointer), "{}", ours.name);
        for (i, (field, arguments)) in ours.fields.iter().zip(types).enumerate() {
            let arguments = arguments.replace("char", &char);
            assert_eq!(field.offset, i * pointer, "{}.{}", ours.name, field.name);
            assert_eq!(field.r#type, format!("Option<unsafe extern \"C\" fn{arguments} -> i32>"), "{}", field.name);
        }
    }
}

#[test]
fn structs_have_the_official_sizes_offsets_and_field_types() {
    for (ours, other) in same_structs() {
        assert_eq!(ours, other);
    }
}

#[test]
fn aliases_and_callbacks_have_the_official_types() {
    for (name, ours, other) in same_types() {
        assert_eq!(ours, other, "{name}");
    }
}

/// The comparison of signatures sees what it is meant to see.
#[test]
fn type_names_tell_signatures() {
    let of = |struct_name: &str, field: &str| {
        let layout = same_structs().into_iter().map(|(ours, _)| ours).find(|ours| ours.name == struct_name);
        layout.and_then(|l| l.fields.into_iter().find(|f| f.name == field)).expect("listed above").r#type
    };
    assert_eq!(
        of("OfxParameterSuiteV1", "paramGetValueAtTime"),
        "Option<unsafe extern \"C\" fn(*mut OfxParamStruct, f64, ...) -> i32>"
    );
    assert_eq!(of("OfxMultiThreadSuiteV1", "multiThreadIsSpawnedThread"), "Option<unsafe extern \"C\" fn() -> i32>");
    assert_eq!(of("OfxPropertySuiteV1", "propGetDoubleN"), {
        let char = plain_type::<std::ffi::c_char>();
        format!("Option<unsafe extern \"C\" fn(*mut OfxPropertySetStruct, *const {char}, i32, *mut f64) -> i32>")
    });
}

#[test]
fn nothing_is_left_out() {
    let declared = Declared::read();
    let constants = same_constants().into_iter().chain(host_constants()).map(|(name, ..)| name.to_owned());
    assert_none_missing("constants", &declared.constants, constants.collect());
    let types = same_types().into_iter().map(|(name, ..)| name.to_owned());
    assert_none_missing("types", &declared.types, types.collect());
    let structs = same_structs().into_iter().map(|(ours, _)| ours).chain(host_suites().into_iter().map(|(s, _)| s));
    let fields = structs.flat_map(|s| {
        let fields: Vec<_> = s.fields.iter().map(|field| format!("{}.{}", s.name, field.name)).collect();
        fields.into_iter().chain([s.name.to_owned()])
    });
    assert_none_missing("structs and fields", &declared.structs, fields.collect());
}

fn assert_none_missing(kind: &str, declared: &BTreeSet<String>, compared: BTreeSet<String>) {
    let missing: Vec<_> = declared.difference(&compared).collect();
    assert!(missing.is_empty(), "{kind} in src/bindings.rs that this test does not compare: {missing:?}");
    let gone: Vec<_> = compared.difference(declared).collect();
    assert!(gone.is_empty(), "{kind} compared but not found in src/bindings.rs: {gone:?}");
}

/// What `src/bindings.rs` declares, read from its text.
#[derive(Default)]
struct Declared {
    constants: BTreeSet<String>,
    types: BTreeSet<String>,
    /// `Struct` and `Struct.field`.
    structs: BTreeSet<String>,
}

impl Declared {
    fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bindings.rs");
        let text = fs::read_to_string(path).expect("src/bindings.rs is there");
        let mut declared = Self::default();
        let mut current = None;
        for line in text.lines() {
            let word =
                |rest: &str| -> String { rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
            if let Some(rest) = line.strip_prefix("pub const ") {
                declared.constants.insert(word(rest));
            } else if let Some(rest) = line.strip_prefix("pub type ") {
                declared.types.insert(word(rest));
            } else if let Some(rest) = line.strip_prefix("pub struct ") {
                declared.structs.insert(word(rest));
                current = Some(word(rest));
            } else if let Some(rest) = line.strip_prefix("    pub ") {
                let owner = current.as_ref().expect("fields are inside structs");
                declared.structs.insert(format!("{owner}.{}", word(rest)));
            } else if line == "}" {
                current = None;
            } else {
                // Anything else that this reader does not know must not slip through.
                let inside = current.is_some() || line.starts_with([' ', '/', '#', '>']) || line.is_empty();
                assert!(
                    inside && !line.trim_start().starts_with("pub "),
                    "a kind of line unknown to this test: {line}"
                );
            }
        }
        declared
    }
}
