//! `cargo +nightly fuzz run markers`: the bytes are a file.
#![no_main]

#[path = "../laws/mod.rs"]
mod laws;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let broken = laws::readers::markers(bytes);
    assert!(broken.is_empty(), "{broken:#?}\n{}", bytes.escape_ascii());
});
