//! Compiles the C part of the parameter and message suites: functions with variable arguments cannot be defined in stable Rust.

fn main() {
    println!("cargo:rerun-if-changed=src/suites/variadic.c");
    cc::Build::new().file("src/suites/variadic.c").warnings(true).compile("fathom_host_variadic");
}
