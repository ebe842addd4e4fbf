//! The merge driver of the ledger's files: never a conflict, the same bytes from
//! both sides.

use std::fs;
use std::io;
use std::path::Path;

use crate::ledger;
use crate::merge::ThreeWay;

/// A file of a merge that could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {source}")]
pub struct FileError {
    path: String,
    source: io::Error,
}

/// Merges the three files that git made for a ledger and writes the result over
/// ours. Gives the damaged lines that were kept, as `line: text`.
///
/// # Errors
/// A file cannot be read or written; ours is unchanged then.
pub fn merge_ledger(files: ThreeWay<&Path>) -> Result<Vec<String>, FileError> {
    let error = |path: &Path| {
        let path = path.display().to_string();
        move |source| FileError { path, source }
    };
    let read = |path: &Path| fs::read(path).map_err(error(path));
    let sides = files.try_map(|path| Ok::<_, FileError>(ledger::parse(&read(path)?)))?;
    let merged = ledger::merge(&sides.base, &sides.ours, &sides.theirs);
    fs::write(files.ours, ledger::format(&merged)).map_err(error(files.ours))?;
    let shown = |c: &ledger::Corrupt| format!("{}: {}", c.line, String::from_utf8_lossy(&c.bytes));
    Ok(merged.corrupt.iter().map(shown).collect())
}
