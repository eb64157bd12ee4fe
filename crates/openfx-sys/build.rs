//! Generates the bindings from `openfx-headers/` when the feature `bindgen` is on, and does nothing otherwise.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    #[cfg(feature = "bindgen")]
    generate();
}

#[cfg(feature = "bindgen")]
fn generate() {
    use std::env;
    use std::path::PathBuf;

    let headers = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("../../openfx-headers");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("bindings.rs");
    println!("cargo:rerun-if-changed={}", headers.display());

    bindgen::Builder::default()
        .header(headers.join("openfx.h").display().to_string())
        // One target for all machines. No type in the headers differs in size between 64-bit targets other than by
        // its own name (int, size_t, pointers), so the result holds for all of them.
        .clang_arg("--target=x86_64-unknown-linux-gnu")
        .rust_target(bindgen::RustTarget::stable(85, 0).expect("a version that bindgen knows"))
        .rust_edition(bindgen::RustEdition::Edition2024)
        .allowlist_type("Ofx.*|FnOfx.*")
        .allowlist_var("kOfx.*|kFnOfx.*|kNatronOfx.*")
        // Nothing here is linked against: a plug-in gets every function from the host.
        .ignore_functions()
        .prepend_enum_name(false)
        .generate_cstr(true)
        // The tests compare sizes and offsets with other bindings, which says more.
        .layout_tests(false)
        .parse_callbacks(Box::new(PlainData))
        .disable_header_comment()
        .raw_line("// Made by bindgen from openfx-headers/. Do not edit: change the headers and see README.md.")
        .generate()
        .expect("bindgen reads openfx-headers/openfx.h")
        .write_to_file(&out)
        .expect("OUT_DIR is writable");
}

/// Points, ranges, rectangles and colours can be compared and have a zero.
#[cfg(feature = "bindgen")]
#[derive(Debug)]
struct PlainData;

#[cfg(feature = "bindgen")]
impl bindgen::callbacks::ParseCallbacks for PlainData {
    fn add_derives(&self, info: &bindgen::callbacks::DeriveInfo<'_>) -> Vec<String> {
        let plain = ["OfxRange", "OfxPoint", "OfxRect", "OfxRGB"].iter().any(|prefix| info.name.starts_with(prefix));
        if plain { vec!["Default".into(), "PartialEq".into()] } else { Vec::new() }
    }
}
