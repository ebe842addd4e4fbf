//! Markdown files that are not part of a journal, and the drivers that git merges them
//! with.

use std::collections::BTreeMap;

use crate::journal::layout::is_markdown;
use crate::journal::{Layout, PathKind};
use crate::repo::install::{has_journal, merges_by_field};
use crate::repo::{Repo, RepoError};

/// The paths among these, outside the journal, that the entry driver merges.
///
/// # Errors
/// Git fails, or cannot read the attributes.
pub fn merged_by_field<'a>(
    repo: &Repo,
    layout: &Layout,
    paths: impl Iterator<Item = &'a str>,
) -> Result<Vec<&'a str>, RepoError> {
    let others = paths.filter(|path| layout.classify(path) == PathKind::Other);
    let others: Vec<&str> = others.collect();
    let values = repo.attributes("merge", &others)?;
    let all = others.into_iter().zip(values);
    let merged = all.filter(|(_, value)| merges_by_field(value.as_deref()));
    Ok(merged.map(|(path, _)| path).collect())
}

/// The drivers of the Markdown files in a repository without a journal.
#[derive(Debug, Default)]
pub struct Merges {
    /// If the entry driver is called for none of them: what merges them instead, a line
    /// for each driver.
    pub none: Vec<String>,
    /// Otherwise: the files that something else merges, in the same form.
    pub others: Vec<String>,
}

/// Asks git which drivers merge the Markdown files that it tracks, or would merge a new
/// one if there are none. In a journal nothing is asked.
///
/// # Errors
/// Git fails, or cannot read the attributes.
pub fn merges(repo: &Repo, layout: &Layout) -> Result<Merges, RepoError> {
    let mut found = Merges::default();
    if has_journal(repo, layout) {
        return Ok(found);
    }
    let mut pages = repo.staged_below(".")?;
    pages.retain(|path| is_markdown(path));
    if pages.is_empty() {
        pages.push("x.md".into());
    }
    let paths: Vec<&str> = pages.iter().map(String::as_str).collect();
    let mut by_value: BTreeMap<Option<String>, Vec<&str>> = BTreeMap::new();
    let values = repo.attributes("merge", &paths)?;
    for (path, value) in paths.iter().copied().zip(values) {
        by_value.entry(value).or_default().push(path);
    }
    let all = by_value.len();
    by_value.retain(|value, _| !merges_by_field(value.as_deref()));
    let is_none = by_value.len() == all;
    for (value, paths) in by_value {
        let files = match paths.as_slice() {
            [one] => format!("{one} merges"),
            [one, more @ ..] => format!("{one} and {} more merge", more.len()),
            [] => continue,
        };
        let with = match value.as_deref() {
            None => "git's default",
            Some("unset") => "`-merge`, as binary files do",
            Some("set") => "`merge`, git's default",
            Some(other) => &format!("`{other}`"),
        };
        if is_none {
            found.none.push(format!(
                ".gitattributes: {files} with {with}, not with palimpsest"
            ));
        } else {
            let ending = paths[0].rsplit_once('.').map_or("md", |(_, ending)| ending);
            let why = match value {
                None => {
                    format!("; a line `*.{ending} merge=palimpsest` in .gitattributes changes that")
                }
                Some(_) => ", as attributes of this repository say".into(),
            };
            found
                .others
                .push(format!("{files} with {with}, not field by field{why}"));
        }
    }
    Ok(found)
}
