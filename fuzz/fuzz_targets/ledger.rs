//! `cargo +nightly fuzz run ledger`: the bytes are three ledgers.
#![no_main]

#[path = "../laws/mod.rs"]
mod laws;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let broken = laws::ledger::broken(bytes);
    assert!(broken.is_empty(), "{broken:#?}");
});
