//! What waits for a person in entries and years that the commit does not change. A note
//! says where to look, so that a commit does not read every ledger; what is reported is
//! what the ledgers and the staged files say.

use std::collections::{BTreeMap, BTreeSet};

use crate::journal::EntryDate;
use crate::ledger::Source;
use crate::repo::RepoError;

use super::check;
use super::report::PreCommit;
use super::rows::CommitContext;
use super::year::YearToCommit;
use crate::sync::versions::{Key, Versions, facts};

/// The years of the `noted` entries, besides those that the commit concerns. Adds the
/// items that stand in unchanged files against a removal; once there are more than are
/// named one by one, no more files are read.
pub(super) fn elsewhere(
    context: &CommitContext<'_>,
    noted: BTreeSet<EntryDate>,
    own: &BTreeMap<Key, Versions>,
    concerned: &BTreeMap<i32, YearToCommit>,
    report: &mut PreCommit,
) -> Result<BTreeMap<i32, YearToCommit>, RepoError> {
    // The index's entries are read for it, which are many in a large journal.
    if noted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let CommitContext { repo, layout, .. } = context;
    let years = noted.iter().map(|entry| entry.year());
    let years = years.filter(|year| !concerned.contains_key(year)).collect();
    let years = context.years(years, &noted)?;

    let year_of = |entry: EntryDate| {
        let year = entry.year();
        concerned.get(&year).or_else(|| years.get(&year))
    };
    let has_removals = |entry: &EntryDate| {
        let year = year_of(*entry);
        year.is_some_and(|year| !year.current.removed_items(*entry).is_empty())
    };
    let changed: BTreeSet<EntryDate> = own.keys().map(|(entry, _)| *entry).collect();
    let entries = noted.difference(&changed).copied().filter(has_removals);
    let files = check::staged_files(repo, layout, &entries.collect())?;
    let index = repo.index()?;
    for (entry, paths) in files {
        let staged = paths.first().and_then(|path| index.staged(path)?.file());
        let (Some(blob), Some(year)) = (staged, year_of(entry)) else {
            continue;
        };
        if report.has_more_than_named() {
            report.more_may_stand = true;
            break;
        }
        if let Ok(now) = facts((entry, Source::Yaml), &repo.read_blob(blob)?) {
            report.add_still_in_file(entry, &now, &year.current);
        }
    }
    Ok(years)
}
