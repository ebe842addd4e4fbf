//! The integration tests: one binary, a file per command, real git throughout.

mod commit;
mod harness;
mod install;
mod layers;
mod pull;
mod refresh;
mod refuse;
mod sandbox;
mod setup;
