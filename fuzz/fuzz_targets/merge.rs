//! `cargo +nightly fuzz run merge`: the bytes choose a document and the edits of
//! two people, and are three documents themselves.
#![no_main]

#[path = "../laws/mod.rs"]
mod laws;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let texts = laws::history(bytes);
    let broken = laws::merge::broken(&texts);
    assert!(broken.is_empty(), "{broken:#?}\n{texts:#?}");
    let broken = laws::merge::broken_by_any_bytes(bytes);
    assert!(broken.is_empty(), "{broken:#?}");
});
