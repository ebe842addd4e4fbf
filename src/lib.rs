//! Palimpsest keeps a Markdown journal, its notes and its SQLite index the same
//! on every machine, through plain `git pull`, `git commit` and `git push`.
//!
//! The modules are layers; each may use only those above it in this table, and of
//! [`store`] and [`repo`] neither the other. `tests/it/layers.rs` reads every `crate::`
//! path and holds them to it. Of what the parts of one module use of each other it sees
//! that those of `sync` go in no circle.
//!
//! | layer | module | knows |
//! |---|---|---|
//! | L0 | [`merge`] | bytes and three-way values; no YAML, no journal |
//! | L1 | [`journal`] | documents, frontmatter, entries, notes, field rules, settings |
//! | L1 | [`ledger`] | rows, their text, derivation from versions, their merge (uses `journal`'s keys) |
//! | L2 | [`store`] | SQLite |
//! | L2 | [`repo`] | git2, the work tree, the installer |
//! | L3 | [`sync`] | plan and apply: drivers, hooks, refresh of the index, resolve |
//! | L4 | [`cli`] | the commands, output, exit codes |
//!
//! L0 and L1 are pure: no file, no clock, no environment, no process.

#[cfg(not(unix))]
compile_error!("Palimpsest runs on Linux and macOS; on Windows, build and use it in WSL");

pub mod cli;
pub mod journal;
pub mod ledger;
pub mod merge;
pub mod repo;
pub mod store;
pub mod sync;
