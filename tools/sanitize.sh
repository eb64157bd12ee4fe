#!/usr/bin/env bash
# Usage: tools/sanitize.sh [check|inject|fuzz] [arguments of that `fathom` command…]
# The plug-in and the host with AddressSanitizer and LeakSanitizer. Without arguments: every check in every host, a coarse sweep of
# injected faults, a minute of fuzz. Linux on x86-64; a stable toolchain will do. Everything it builds lies in target/asan (TARGET_ASAN).
set -euo pipefail
cd "$(dirname "$0")/.."
triple=x86_64-unknown-linux-gnu
[ "$(rustc -vV | sed -n 's/^host: //p')" = $triple ] || { echo "skipped: not $triple"; exit 0; }
runtime=$(echo "$(rustc --print sysroot)"/lib/rustlib/$triple/lib/librustc-*_rt.asan.a)
[ -e "$runtime" ] || { echo "skipped: this toolchain has no AddressSanitizer"; exit 0; }

# What nightly allows without asking. The standard library itself is not instrumented; its allocations are.
export RUSTC_BOOTSTRAP=1
# The runtime lies in the program; the library finds it there.
export RUSTFLAGS="-Zsanitizer=address -Clink-arg=-rdynamic -Cforce-frame-pointers=yes"
export CARGO_TARGET_DIR=${TARGET_ASAN:-target/asan}
export CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
export CARGO_PROFILE_RELEASE_STRIP=none CARGO_PROFILE_RELEASE_DEBUG=line-tables-only
cargo build --locked --quiet --release --target $triple -p fathom-ofx -p mock-host

built=$CARGO_TARGET_DIR/$triple/release
# A report ends the process: the child that runs a check or a fault, which is then a crash for its parent.
export ASAN_OPTIONS="detect_leaks=${DETECT_LEAKS:-1}:abort_on_error=1:allocator_may_return_null=1:detect_stack_use_after_return=1"
fathom() { "$built/fathom" "$@" --bundle "$built/libfathom_ofx.so"; }
if [ $# -gt 0 ]; then
    fathom "$@"
else
    fathom check --time-limit 600
    fathom inject --every 101
    fathom fuzz --time 60 --seed "$RANDOM"
fi
