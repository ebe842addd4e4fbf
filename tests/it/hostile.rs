//! Input made to harm: each reader has a table of it, with what comes out. Nothing
//! outside the repository is read or written, nothing is obeyed by the terminal,
//! nothing is lost, and the good input beside it is read all the same.
//!
//! Merges of hostile frontmatter are in `merge/hostile.rs`, archives in `backup.rs`.

mod beside;
mod bounds;
mod database;
mod entries;
mod ledger;
mod paths;
mod places;
mod terminal;

pub use beside::journal_that_names;

use crate::sandbox::{LEDGER, Machine, Sandbox, journal};

const ENTRY: &str = "journal/md/2024/2024-11-01.md";
const DATABASE: &str = "data/palimpsest.db";

fn laptop<'a>(sandbox: &'a Sandbox) -> Machine<'a> {
    let entries = [("2024-11-01", "people: [Alice, Bob]\n", "Coffee.\n")];
    journal(sandbox, &entries).0
}
