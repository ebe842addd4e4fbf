#!/usr/bin/env bash
# Builds the fuzz targets with the stable toolchain and runs one of them:
#     fuzz/run.sh merge -max_total_time=3600
# What follows the name is libFuzzer's. Corpus and findings go to fuzz/corpus and
# fuzz/artifacts, as with cargo fuzz. Needs a C++ compiler beside Rust.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

target=${1:?"which target? $(cd fuzz_targets && echo *.rs)"}
shift

# The coverage that cargo fuzz asks for, without a sanitizer, which only nightly has.
level=-Cllvm-args=-sanitizer-coverage
RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module $level-level=4 $level-inline-8bit-counters \
$level-pc-table $level-trace-compares -Cdebug-assertions=on -Ccodegen-units=4"
export RUSTFLAGS
# With a target named, build scripts and macros are built without the flags.
triple=$(rustc -vV | sed -n 's/^host: //p')
cargo build --release --target "$triple" --bin "$target"

mkdir -p "corpus/$target" "artifacts/$target"
exec "target/$triple/release/$target" -artifact_prefix="artifacts/$target/" -timeout=60 \
    -max_len=2048 "$@" "corpus/$target"
