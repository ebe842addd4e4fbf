//! What waits for a person in entries and years that the commit does not change. The index
//! says where to look, so that a commit does not read every ledger; what is reported is
//! what the ledgers and the staged files say.

use std::collections::{BTreeMap, BTreeSet};

use crate::journal::EntryDate;
use crate::ledger::Source;
use crate::repo::RepoError;
use crate::store::Store;
use crate::sync::database_path::database_path;

use super::check;
use super::report::PreCommit;
use super::rows::CommitContext;
use super::versions::{Key, Versions, facts};
use super::year::YearToCommit;

/// The years with something to settle, besides those that the commit concerns. Adds the
/// items that stand in unchanged files against a removal. Without an index, or with one
/// that is locked, there is nothing.
pub(super) fn elsewhere(
    context: &CommitContext<'_>,
    own: &BTreeMap<Key, Versions>,
    concerned: &BTreeMap<i32, YearToCommit>,
    report: &mut PreCommit,
) -> Result<BTreeMap<i32, YearToCommit>, RepoError> {
    let CommitContext { repo, layout, .. } = context;
    let waiting = database_path(repo, layout).ok();
    let waiting = waiting.and_then(|path| Store::waiting_at(&path));
    let waiting = waiting.unwrap_or_default();
    let years = waiting.iter().map(|entry| entry.year());
    let years = years.filter(|year| !concerned.contains_key(year)).collect();
    let years = context.years(years, &waiting)?;

    let year_of = |entry: EntryDate| {
        let year = entry.year();
        concerned.get(&year).or_else(|| years.get(&year))
    };
    let has_removals = |entry: &EntryDate| {
        let year = year_of(*entry);
        year.is_some_and(|year| !year.current.kept_out(*entry).is_empty())
    };
    let changed: BTreeSet<EntryDate> = own.keys().map(|(entry, _)| *entry).collect();
    let entries = waiting.difference(&changed).copied().filter(has_removals);
    let files = check::staged_files(repo, layout, &entries.collect())?;
    let index = repo.index()?;
    for (entry, paths) in files {
        let staged = paths.first().and_then(|path| index.staged(path)?.file());
        let (Some(blob), Some(year)) = (staged, year_of(entry)) else {
            continue;
        };
        if let Ok(now) = facts((entry, Source::Yaml), &repo.read_blob(blob)?) {
            report.add_kept_out(entry, &now, &year.current);
        }
    }
    Ok(years)
}
