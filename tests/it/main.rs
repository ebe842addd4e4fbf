//! The integration tests: one binary, real git throughout. A file for each command, and
//! for what concerns several:
//!
//! | file | question |
//! |---|---|
//! | `setup` | `init`, `uninstall`, `doctor`: is it set up, and taken back to the byte? |
//! | `install` | `install.sh` |
//! | `driver`, `merge` | what does the entry driver make of three versions? |
//! | `commit`, `refuse` | what do a commit's hooks record and refuse? |
//! | `pull` | what do the ledger's driver and the hooks make of a merge? |
//! | `resolve`, `listings` | what is listed, and how is it settled? |
//! | `indexing`, `refresh`, `generated` | does the index say what the files say? |
//! | `backup`, `migrate`, `demo` | the commands of these names |
//! | `commands` | what is made of the words that were typed, and of the environment? |
//! | `terminal` | what is shown at a terminal alone? |
//! | `scenarios` | does an everyday pull go as people type it? |
//! | `kept_out`, `histories`, `lifetime` | does what was removed stay removed? |
//! | `converge`, `simulator` | do all machines come to the same, whatever was done? |
//! | `bad_input`, `hostile` | is bad input named, and does it lead nowhere? |
//! | `line_ends`, `elsewhere`, `beside` | other line ends, other folders, other files beside |
//! | `faults` | what is left when a process is killed, or a call fails? |
//! | `guide`, `reference`, `schema`, `testing` | do the documents say what is? |
//! | `layers` | does each module use what its layer may? |
//! | `harness`, `sandbox`, `dice` | what the others stand on |

// Tests print figures and what they skip; the program itself never prints past `Ui`.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]
// They look into databases that they made themselves.
#![allow(clippy::disallowed_methods)]

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
mod terminal;
mod testing;

#[cfg(not(target_os = "linux"))]
#[test]
#[ignore = "kill points and faults are system calls of Linux; see docs/testing.md"]
fn faults() {}
