#!/usr/bin/env bash
# Usage: fuzz/run.sh TARGET SECONDS. Builds with the coverage that libFuzzer needs and runs from the committed corpus.
# New inputs go to fuzz/target/inputs, not into the project; a failing one is named at the end.
set -euo pipefail
cd "$(dirname "$0")"
target=${1:?which target} seconds=${2:-60}
# What cargo-fuzz passes, without the address sanitizer, which stable lacks: there is no unsafe code to watch.
export RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1"
host=$(rustc -vV | sed -n 's/^host: //p')
cargo build --release --target "$host" --bin "$target"
built=${CARGO_TARGET_DIR:-target}
inputs=$built/inputs/$target corpus=corpus/${target%_file}
mkdir -p "$inputs"
"$built/$host/release/$target" "$inputs" "$corpus" -max_total_time="$seconds" -max_len=20000 \
    -timeout=20 -rss_limit_mb=512 -artifact_prefix="$built/"
