//! The merge driver of the ledger's files: never a conflict, the same bytes from
//! both sides.

use std::fs;
use std::path::Path;

use super::driver::{DriverError, write};
use crate::ledger;
use crate::merge::ThreeWay;

/// Merges the three files that git made for a ledger and writes the result over
/// ours. Gives the damaged lines that were kept, as `line: text`.
///
/// # Errors
/// A file cannot be read or written; ours is unchanged then.
pub fn merge_ledger(files: ThreeWay<&Path>) -> Result<Vec<String>, DriverError> {
    let sides = files.try_map(|path| match fs::read(path) {
        Ok(bytes) => Ok(ledger::parse(&bytes)),
        Err(source) => Err(DriverError::Read {
            path: path.to_owned(),
            source,
        }),
    })?;
    let merged = ledger::merge(&sides.base, &sides.ours, &sides.theirs);
    write(files.ours, &ledger::format(&merged))?;
    let shown = |c: &ledger::Corrupt| format!("{}: {}", c.line, String::from_utf8_lossy(&c.bytes));
    Ok(merged.corrupt.iter().map(shown).collect())
}
