//! Link arguments of the plug-in library.
fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        // Symbols of dependencies stay inside: some hosts refuse a library that exports more than OpenFX's own. rustc's own list of
        // exports does that too, and zig's linker does not know the argument.
        let zig = std::env::var("RUSTC_LINKER").is_ok_and(|linker| linker.contains("zig"));
        if !zig {
            println!("cargo:rustc-cdylib-link-arg=-Wl,--exclude-libs,ALL");
        }
        // A thread that ends late must never run unmapped code after the host's dlclose.
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}
