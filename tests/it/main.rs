//! The integration tests: one binary, a file per command, real git throughout.

// Tests print figures and what they skip; the program itself never prints past `Ui`.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]

mod backup;
mod bad_input;
mod beside;
mod commands;
mod commit;
mod converge;
mod demo;
mod dice;
mod driver;
mod elsewhere;
#[cfg(target_os = "linux")]
mod faults;
mod generated;
mod guide;
mod harness;
mod histories;
mod hostile;
mod indexing;
mod install;
mod kept_out;
mod layers;
mod lifetime;
mod line_ends;
mod listings;
mod merge;
mod migrate;
mod pull;
mod reference;
mod refresh;
mod refuse;
mod resolve;
mod sandbox;
mod scenarios;
mod schema;
mod setup;
mod simulator;
mod testing;

#[cfg(not(target_os = "linux"))]
#[test]
#[ignore = "kill points and faults are system calls of Linux; see docs/testing.md"]
fn faults() {}
