//! The committed bindings are those that bindgen makes from `openfx-headers/` today.
#![cfg(feature = "bindgen")]

use std::path::Path;

/// Compares, or renews the committed file when `FATHOM_BLESS_BINDINGS` is set.
#[test]
fn committed_bindings_are_fresh() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bindings.rs");
    let fresh = include_str!(concat!(env!("OUT_DIR"), "/bindings.rs"));
    if std::env::var_os("FATHOM_BLESS_BINDINGS").is_some() {
        std::fs::write(&committed, fresh).expect("src/bindings.rs is writable");
        return;
    }
    let old = std::fs::read_to_string(&committed).expect("src/bindings.rs is there").replace("\r\n", "\n");
    if old == fresh {
        return;
    }
    let differing = old.lines().zip(fresh.lines()).position(|(a, b)| a != b);
    let line = differing.unwrap_or_else(|| old.lines().count().min(fresh.lines().count()));
    panic!(
        "src/bindings.rs is stale from line {}:\ncommitted: {}\nfresh:     {}\n\
         renew it: FATHOM_BLESS_BINDINGS=1 cargo test -p openfx-sys --features bindgen --test stale",
        line + 1,
        old.lines().nth(line).unwrap_or("(end)"),
        fresh.lines().nth(line).unwrap_or("(end)"),
    );
}
