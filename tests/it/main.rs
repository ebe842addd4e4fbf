//! The integration tests: one binary, a file per command, real git throughout.

mod harness;
mod install;
mod layers;
mod refresh;
mod sandbox;
