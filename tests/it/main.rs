//! The integration tests: one binary, a file per command, real git throughout.

// Tests print figures and what they skip; the program itself never prints past `Ui`.
#![allow(clippy::print_stdout)]

mod commit;
mod harness;
mod install;
mod layers;
mod merge;
mod pull;
mod refresh;
mod refuse;
mod sandbox;
mod setup;
