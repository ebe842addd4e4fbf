//! The work of `pre-commit`: it checks what is staged, refuses what must not be
//! committed, and puts the ledger's rows into the same commit.
//!
//! What is committed is read from the index; the work tree is asked only whether a file
//! still is HEAD's (`stale`), and for the way out of a refusal (`check`). Everything is computed anew from HEAD, so
//! nothing depends on leftovers of an aborted commit. An aborted commit leaves the user's
//! files as they were, so the work tree's ledger file is updated in `post-commit`
//! ([`after_commit`]), but for two cases: while a merge or a squash waits, where a file that
//! differs from the index would keep git from aborting it, and where its deletion is staged.
//!
//! | file | question |
//! |---|---|
//! | `check`, `added_markers`, `stale`, `twice` | What must not be committed? |
//! | `warned` | What is it warned of? |
//! | `own`, `brought` | What does the commit change, and what came with rows of its own? |
//! | `rows`, `year` | Which rows does that make, and in which file? |
//! | `kept`, `branch_alone` | What did who merged or squashed decide, or edit meanwhile? |
//! | `reverted` | Which decisions, and which removals, does a revert take back? |
//! | `waiting` | What waits for a person where the commit changes nothing? |
//! | `report` | What is a person told? |
//! | `after` | How do index and work tree follow? |

mod added_markers;
mod after;
mod branch_alone;
mod brought;
mod check;
mod kept;
mod own;
mod report;
mod reverted;
mod rows;
mod stale;
mod twice;
mod waiting;
mod warned;
mod year;

use std::collections::{BTreeMap, BTreeSet};

use crate::journal::{EntryDate, Facts, Layout, Policy, Settings};
use crate::ledger::{self, Ledger, Source};
use crate::repo::{Blob, BlobKind, Change, ObjectId, Repo, RepoError, StagedFile};
use crate::sync::{history, versions, waiting as sync_waiting};

pub use after::after_commit;
pub use check::Refusal;
pub use report::{KeptOutItem, PreCommit};

use rows::CommitContext;
use year::YearToCommit;

/// What becomes of the rows of a commit that is not refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Stage,
    CheckOnly,
}

/// Checks the commit that is being made, and stages the ledger's rows for it.
/// Nothing is staged if anything is refused.
///
/// `now` is RFC 3339 in UTC, to the second.
///
/// # Errors
/// The repository or its index cannot be read or written.
pub fn pre_commit(repo: &Repo, settings: &Settings, now: &str) -> Result<PreCommit, RepoError> {
    examine(repo, settings, now, Mode::Stage)
}

/// The same checks of what is staged, without staging or writing anything.
///
/// # Errors
/// The repository or its index cannot be read.
pub fn check_staged(repo: &Repo, settings: &Settings, now: &str) -> Result<PreCommit, RepoError> {
    examine(repo, settings, now, Mode::CheckOnly)
}

fn examine(
    repo: &Repo,
    settings: &Settings,
    now: &str,
    mode: Mode,
) -> Result<PreCommit, RepoError> {
    let layout = &settings.layout;
    let merged = repo.merge_heads()?;
    let resolved_paths = match merged.as_slice() {
        [] => Vec::new(),
        _ => repo.resolved_by_hand()?,
    };
    let parents: Vec<ObjectId> = repo.head()?.into_iter().chain(merged).collect();
    let mut changes = vec![repo.staged_against(parents.first().copied())?];
    for other in parents.iter().skip(1) {
        changes.push(repo.staged_against(Some(*other))?);
    }
    // First the checks, which need no history: an old object may be missing.
    let mut to_check = changes[0].clone();
    for from_other in changes.iter().skip(1) {
        let paths: BTreeSet<&str> = from_other.iter().map(|c| c.path.as_str()).collect();
        // A file that equals the other side's was checked there.
        to_check.retain(|c| paths.contains(c.path.as_str()));
    }
    let checked = check::check(repo, layout, &parents, &changes, &to_check)?;
    let mut report = PreCommit {
        refusals: checked.refusals,
        warnings: checked.warnings,
        ..PreCommit::default()
    };
    // With a ledger there was a journal: a typo in the settings has moved it away.
    if repo.workdir().join(&layout.ledger).is_dir()
        && let Some(missing) = repo.missing_folder(layout)?
    {
        report.warnings.push(missing.to_string());
    }
    if !report.refusals.is_empty() {
        return Ok(report);
    }
    report.only_checked = mode == Mode::CheckOnly;
    let recorded = context(repo, layout, now, parents, changes).and_then(|mut context| {
        context.checked = checked.facts;
        let mut years = derive_all(&context, &resolved_paths, settings, &mut report)?;
        // Git refuses a commit that changes nothing, and rows would stay staged.
        if context.changes_nothing() {
            years.clear();
        }
        match mode == Mode::Stage && !report.is_refused() {
            true => {
                report.has_rows = !years.is_empty();
                stage_all(&context, years.values())
            }
            false => Ok(()),
        }
    });
    match recorded {
        Err(error) if mode == Mode::Stage => Ok(PreCommit {
            refusals: report.refusals,
            warnings: report.warnings,
            unrecorded: Some(unrecorded(&error)),
            ..PreCommit::default()
        }),
        recorded => recorded.map(|()| report),
    }
}

/// What a person is told of a commit whose rows cannot be worked out or staged.
fn unrecorded(error: &RepoError) -> String {
    let next = match error {
        RepoError::Object { .. } => {
            "`git fsck` says what is missing or damaged; once that is back (delete a damaged file \
             that it names, then `git fetch --refetch`), the next commit records them"
        }
        _ => "the next commit records them",
    };
    let error = error.on_one_line();
    format!("this commit was checked, but its removals could not be recorded: {error}; {next}")
}

/// Reads what a commit's rows depend on; `changes` are those against each of its parents.
fn context<'a>(
    repo: &'a Repo,
    layout: &'a Layout,
    now: &'a str,
    parents: Vec<ObjectId>,
    changes: Vec<Vec<Change>>,
) -> Result<CommitContext<'a>, RepoError> {
    let mut found = Vec::new();
    for parent in &parents {
        // A commit that changes nothing only names what waits.
        let is_something = parents.len() > 1 || !changes[0].is_empty();
        let is_read = is_something || !sync_waiting::noted(repo).is_empty();
        found.push(match is_read {
            true => history::rows_of(repo, layout, *parent)?,
            false => Ledger::default(),
        });
    }
    let squashing = match parents.len() {
        1 => repo.squashing()?,
        _ => None,
    };
    if let ([head], Some(tip)) = (&parents[..], squashing)
        && !changes[0].is_empty()
        // Git forgets the squash with a commit of other files, and all of it may follow.
        && (repo.index_is_temporary()
            || history::may_be_squash(repo, layout, (*head, tip), &changes[0])?)
    {
        let staged = |entry| staged_facts(repo, layout, entry);
        let kept = history::kept_out_of_a_squash(repo, layout, (*head, tip), staged)?;
        found = vec![ledger::join(found.remove(0), kept)];
    }
    let merged = match parents.len() {
        0 | 1 => Ledger::default(),
        _ => history::states_of_merge(repo, layout, &parents)?,
    };
    let bases = match parents[..] {
        [one, other] => repo.parted(one, other)?.unwrap_or_default(),
        _ => Vec::new(),
    };
    let place = repo.commit_place(parents.first().copied())?;
    Ok(CommitContext {
        repo,
        layout,
        places: history::Places::new(repo, layout),
        parents,
        changes,
        checked: BTreeMap::new(),
        machine: repo.machine()?,
        place,
        now,
        found,
        merged,
        bases,
        squashing,
    })
}

/// The facts of an entry's staged file; `None` if there is none, or it cannot be read.
fn staged_facts(
    repo: &Repo,
    layout: &Layout,
    entry: EntryDate,
) -> Result<Option<Facts>, RepoError> {
    let mut facts = facts_of_staged(repo, layout, &BTreeSet::from([entry]))?;
    Ok(facts.remove(&entry).flatten())
}

/// The facts of those of these entries that have a staged file; `None` for one that cannot be
/// read.
fn facts_of_staged(
    repo: &Repo,
    layout: &Layout,
    entries: &BTreeSet<EntryDate>,
) -> Result<BTreeMap<EntryDate, Option<Facts>>, RepoError> {
    let index = repo.index()?;
    let mut found = BTreeMap::new();
    for (entry, paths) in check::staged_files(repo, layout, entries)? {
        let file = paths.first().and_then(|path| index.staged(path)?.file());
        let facts = match file {
            Some(blob) => versions::facts((entry, Source::Yaml), &repo.read_blob(blob)?).ok(),
            None => None,
        };
        found.insert(entry, facts);
    }
    Ok(found)
}

/// Derives the rows of all changes in the commit. Returns the ledgers of the years that
/// they concern.
fn derive_all(
    context: &CommitContext<'_>,
    resolved_paths: &[String],
    settings: &Settings,
    report: &mut PreCommit,
) -> Result<BTreeMap<i32, YearToCommit>, RepoError> {
    let CommitContext { repo, layout, .. } = context;
    let own = own::changes(context, resolved_paths)?;
    let resolved: BTreeSet<(EntryDate, Source)> = resolved_paths
        .iter()
        .filter_map(|path| versions::key_of(layout, path))
        .collect();
    let changed = context.changes[0].iter();
    let changed_years = changed.filter_map(|c| layout.ledger_year(&c.path));
    let years = own.keys().map(|(date, _)| date.year());
    let told = context.found.iter().chain([&context.merged]);
    let told = told.flat_map(Ledger::years);
    // Their rows, too, in the years that the commit changes.
    let noted = sync_waiting::noted(repo);
    let entries = own.keys().map(|(date, _)| *date);
    let entries = entries.chain(noted.iter().copied()).collect();
    let years = changed_years.chain(years).chain(told).collect();
    let mut years = context.years(years, &entries)?;

    for (key, versions) in &own {
        let Some(year) = years.get_mut(&key.0.year()) else {
            continue;
        };
        let (rows, now) = context.derive(*key, versions, resolved.contains(key), year)?;
        let stale = stale::stale_copy(context, &settings.rules, *key, versions, &rows)?;
        report.refusals.extend(stale);
        report.add_rows(&rows);
        if let Some(now) = now {
            report.add_still_in_file(key.0, &now, &year.current);
        }
    }
    let elsewhere = waiting::elsewhere(context, noted, &own, &years, report)?;
    let all = years.values().chain(elsewhere.values());
    let open = all.clone().flat_map(|year| year.current.to_settle());
    let open: BTreeSet<EntryDate> = open.map(|key| key.entry).collect();
    let there = check::staged_files(repo, layout, &open)?;
    for year in all {
        report.add_conflicts(year.head(), &year.known, &year.current);
        report.add_kept_out(&year.current, &|entry| there.contains_key(&entry));
        if !context.changes_nothing() {
            report.told.extend(year.told.clone());
            report.add_told(&year.recorded, &year.known);
        }
        report.warnings.extend(year.older_copy());
    }
    // A conflict that a merge brings in has to be committed before it can be settled.
    let merges = context.parents.len() > 1;
    report.blocked = settings.on_commit == Policy::Block && !merges && report.has_to_settle();
    Ok(years)
}

/// Stages the ledgers that have to change.
fn stage_all<'a>(
    context: &CommitContext<'_>,
    years: impl Iterator<Item = &'a YearToCommit>,
) -> Result<(), RepoError> {
    let CommitContext { repo, layout, .. } = context;
    let (mut files, mut again) = (Vec::new(), Vec::new());
    // A commit that is given up may be followed by `git merge --abort` (of a squash, `git
    // reset --merge`), which is refused over a file that differs from the index.
    let may_be_aborted = repo.waits_for_a_commit() || context.squashing.is_some();
    let may_be_aborted = may_be_aborted && repo.index_stays();
    for year in years {
        let Some(file) = year.to_stage() else {
            continue;
        };
        let is_heads = year.is_heads(repo, &context.parents)?;
        if is_heads || may_be_aborted {
            year.follow(repo)?;
        }
        if is_heads && year.deleted().is_none() {
            again.push(file.path.clone());
        }
        if let (Some(path), [head, ..]) = (year.deleted(), &context.parents[..]) {
            bring_back(repo, *head, path)?;
            again.push(path.to_owned());
        }
        files.push(file);
    }
    let ids = repo.stage(&files)?;
    if let [head, ..] = context.parents[..] {
        after::note_written_again(repo, head, &again);
    }
    // In the middle of a pick or a merge, a commit has more to it than its staged
    // changes.
    if let ([parent], [told]) = (context.parents.as_slice(), context.found.as_slice())
        && told.is_empty()
        && !repo.is_in_the_middle()
    {
        let changes = with_ledgers(&context.changes[0], &files, &ids);
        history::note_seen(repo, layout, *parent, &changes);
    }
    // Notes the stat of files that the work tree already has; it gets the others after
    // the commit.
    let staged = ids.into_iter().zip(&files);
    repo.note_stat(staged.map(|(id, file)| (id, file.path.as_str(), file.bytes.as_slice())));
    Ok(())
}

/// Writes HEAD's ledger again if somebody deleted the file, also from the index: its rows
/// stay, so the commit must not delete it.
fn bring_back(repo: &Repo, head: ObjectId, path: &str) -> Result<(), RepoError> {
    let committed = repo.read_at(head, path)?;
    match (committed, repo.read_work_file(path)?) {
        (Some(bytes), None) => repo.write_work_file(path, &bytes),
        _ => Ok(()),
    }
}

/// The changes of the commit once these ledger files are staged.
fn with_ledgers(changes: &[Change], files: &[StagedFile], ids: &[ObjectId]) -> Vec<Change> {
    let mut changes = changes.to_vec();
    for (file, id) in files.iter().zip(ids) {
        let old = changes.iter().find(|c| c.path == file.path);
        let old = old.and_then(|c| c.old);
        changes.retain(|c| c.path != file.path);
        changes.push(Change {
            path: file.path.clone(),
            old,
            new: Some(Blob {
                id: *id,
                kind: BlobKind::File,
            }),
        });
    }
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    changes
}
