//! The log of the driver's own decisions, for a look afterwards: kept on this machine, in
//! the git directory, and bounded in size.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::journal::reconcile::{Decision, Merged, Outcome};
use crate::repo::{Access, Lasts, Repo, RepoError, merged_head, write_beside};

/// The size above which the older half is dropped.
const MAX_BYTES: u64 = 256 * 1024;

/// The log's place below the git directory that all work trees share.
const FILE: &str = "palimpsest/merges.jsonl";

/// A merge's decisions, as the log, `palimpsest merge --json` and `palimpsest merges` have
/// them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    pub conflict: bool,
    /// Why the result is git's own, if it is.
    pub by_line: Option<String>,
    pub fields: Vec<FieldRecord>,
    pub kept_out: Vec<KeptOutRecord>,
    /// In the log alone: the merged file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// In the log alone: when, as RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// In the log alone: the commit that was merged, if git named it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theirs: Option<String>,
    /// In the log alone: the commit that it was merged into, if `theirs` is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ours: Option<String>,
}

/// How a field was decided.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FieldRecord {
    /// The keys that lead to it.
    pub path: Vec<String>,
    pub rule: Option<String>,
    pub decision: String,
}

/// An item that a removal keeps out.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct KeptOutRecord {
    pub table: String,
    pub item: String,
}

impl Record {
    #[must_use]
    pub fn of(merged: &Merged) -> Self {
        let by_line = match &merged.outcome {
            Outcome::ByField => None,
            Outcome::Git(reason) => Some(reason.to_string()),
        };
        let fields = merged.report.fields.iter().map(|f| FieldRecord {
            path: f.path.clone(),
            rule: f.rule.as_ref().map(ToString::to_string),
            decision: f.decision.word().to_owned(),
        });
        let kept_out = merged.report.kept_out.iter();
        let kept_out = kept_out.map(|(table, item)| KeptOutRecord {
            table: table.name().to_owned(),
            item: item.as_str().to_owned(),
        });
        Self {
            conflict: merged.conflict,
            by_line,
            fields: fields.collect(),
            kept_out: kept_out.collect(),
            ..Self::default()
        }
    }
}

/// Whether a merge decided anything that a person may want to look at.
#[must_use]
pub fn is_worth_a_look(merged: &Merged) -> bool {
    let decided = |d: Decision| !matches!(d, Decision::Same | Decision::Ours | Decision::Theirs);
    merged.report.fields.iter().any(|f| decided(f.decision)) || !merged.report.kept_out.is_empty()
}

/// Adds a merge to the log. `at` is RFC 3339.
///
/// # Errors
/// The repository or the log cannot be reached; a merge goes on without it.
pub fn add(path: &str, at: &str, merged: &Merged) -> Result<(), LogError> {
    let theirs = merged_head();
    // Without it less can be said of the merge later.
    let head = || Repo::from_env().and_then(|repo| repo.head()).ok().flatten();
    let ours = theirs.as_ref().and_then(|_| head());
    let record = Record {
        file: Some(path.to_owned()),
        at: Some(at.to_owned()),
        theirs,
        ours: ours.map(|head| head.to_string()),
        ..Record::of(merged)
    };
    // Text, numbers and lists can always be written.
    let record = serde_json::to_string(&record).unwrap_or_default();
    let log = place()?;
    let error = |source| LogError::Io {
        path: log.clone(),
        source,
    };
    if let Some(folder) = log.parent() {
        fs::create_dir_all(folder).map_err(error)?;
    }
    shorten(&log).map_err(error)?;
    // One write of one line: processes that append at once do not mix.
    let mut file = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(&log)
        .map_err(error)?;
    file.write_all(format!("{record}\n").as_bytes())
        .map_err(error)
}

/// The merges in the log of `repo`, oldest first; other lines are left out.
///
/// # Errors
/// The log exists and cannot be read.
pub fn read(repo: &Repo) -> Result<Vec<Record>, LogError> {
    let path = repo.common_dir().join(FILE);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => String::new(),
        Err(source) => return Err(LogError::Io { path, source }),
    };
    Ok(text
        .lines()
        .filter_map(|l| serde_json::from_str(l).ok())
        .collect())
}

/// The error for a log that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    #[error(transparent)]
    Repo(#[from] RepoError),
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
}

/// The log's file. Git calls drivers at the top of the work tree: in a plain repository
/// `.git` is a folder there, and no repository need be opened to find it.
fn place() -> Result<PathBuf, LogError> {
    let plain = Path::new(".git");
    if std::env::var_os("GIT_DIR").is_none() && plain.is_dir() {
        return Ok(plain.join(FILE));
    }
    Ok(Repo::from_env()?.common_dir().join(FILE))
}

fn shorten(log: &Path) -> io::Result<()> {
    match fs::metadata(log) {
        Ok(meta) if meta.len() > MAX_BYTES => {}
        _ => return Ok(()),
    }
    let text = fs::read(log)?;
    let half = text.len() / 2;
    let from = text[half..]
        .iter()
        .position(|&b| b == b'\n')
        .map_or(half, |n| half + n + 1);
    write_beside(log, &text[from..], Access::New, Lasts::ForGood)
}
