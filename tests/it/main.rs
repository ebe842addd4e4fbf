//! The integration tests: one binary, a file per command, real git throughout.

mod harness;
mod layers;
mod sandbox;
