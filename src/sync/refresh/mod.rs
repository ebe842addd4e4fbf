//! Bringing the index up to date, at a cost that depends on what changed.
//!
//! The index is a pure function of HEAD, HEAD's ledger and the work tree. Nothing is
//! remembered that cannot be worked out again.
//!
//! | file | question |
//! |---|---|
//! | `database` | Which database is it, and which one if that cannot be used? |
//! | `look` | What is in the work tree and in HEAD now? |
//! | `found` | Which files are in the work tree? |
//! | `noted` | What did the index note of its last refresh? |
//! | `plan` | Which dates have to be looked at again? (pure) |
//! | `read` | What do a date's files say? |
//! | `before` | What did an entry say earlier, if its file cannot be read? |
//! | `ledgers` | Which rows do the years' ledgers have? |
//! | `state` | What is indexed of a date? (pure) |
//! | `apply`, `write` | How is it written, in one transaction? |
//! | `report` | What changed? |

mod apply;
mod before;
mod database;
mod found;
mod ledgers;
mod look;
mod noted;
mod plan;
mod read;
mod report;
mod state;
mod write;

use std::collections::BTreeSet;

pub use report::{EntryChange, Failure, Report, Warning, What, Why};

use database::Database;

use super::database_path::{database_path, in_git, in_head};
use crate::journal::{EntryDate, Layout, PathKind};
use crate::repo::{ObjectId, Repo, RepoError};
use crate::store::{Store, StoreError};
use crate::sync::{history, waiting};

/// The scope of a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Every file of the journal, by its stat: for readers and syncs.
    All,
    /// For hooks: the paths that differ between the index's HEAD and HEAD, and the
    /// entries and files asked for.
    Head,
}

/// The options of a refresh.
pub struct Options<'a> {
    pub scope: Scope,
    /// Report what would be done; write nothing.
    pub dry_run: bool,
    /// Read every file again, into a database made anew.
    pub force: bool,
    /// Answer from an index in memory where the file cannot be written: for a command
    /// that only looks.
    pub or_in_memory: bool,
    /// Entries that are reported even if nothing changed.
    pub asked: BTreeSet<EntryDate>,
    /// Files that are looked at in any case.
    pub files: BTreeSet<String>,
    /// Seconds to wait for another process; by default a few.
    pub wait: Option<u64>,
    /// Called with the number of entries done and of all.
    pub progress: &'a dyn Fn(usize, usize),
}

impl Options<'_> {
    /// The options of a reader: no progress, nothing forced.
    #[must_use]
    pub fn new(scope: Scope) -> Self {
        Self {
            scope,
            dry_run: false,
            force: false,
            or_in_memory: false,
            asked: BTreeSet::new(),
            files: BTreeSet::new(),
            wait: None,
            progress: &|_, _| {},
        }
    }
}

/// The error of a refresh.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    #[error(transparent)]
    Repo(#[from] RepoError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why the transaction of a refresh is rolled back.
enum RolledBack {
    /// It was for the report alone.
    DryRun(Box<Report>),
    Failed(RefreshError),
}

impl From<RefreshError> for RolledBack {
    fn from(error: RefreshError) -> Self {
        Self::Failed(error)
    }
}

impl From<StoreError> for RolledBack {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// Brings the index up to date; returns it, open, with a report.
///
/// # Errors
/// The repository or the database cannot be read or written. An unreadable file is not an
/// error; the report names it.
pub fn refresh(
    repo: &Repo,
    layout: &Layout,
    options: &Options<'_>,
) -> Result<(Store, Report), RefreshError> {
    let path = database_path(repo, layout)?;
    let in_git = match options.scope {
        Scope::Head => in_head(repo, layout)?,
        _ => in_git(repo, layout)?,
    };
    if !options.dry_run {
        repo.mark_work_tree(&in_git);
    }
    let these = made_for(repo, layout, &in_git);
    let mut database = Database::open(&path, options)?.made_for(these.as_deref())?;
    loop {
        let error = match attempt(repo, layout, &mut database.store, options, these.as_deref()) {
            Ok(report) if options.dry_run => return Ok((database.store, report)),
            Ok(mut report) => {
                if database.unwritten.is_none() {
                    waiting::note(repo, &database.store);
                }
                report.fresh = database.fresh;
                report.unwritten = database.unwritten;
                return Ok((database.store, report));
            }
            Err(error) => error,
        };
        // A copy in memory of a file that cannot be written has its rows.
        database = database.after(error)?.made_for(these.as_deref())?;
    }
}

/// The entries whose last version, as the last refresh found, may not be in this
/// repository.
///
/// # Errors
/// The database is locked, damaged or replaced; see [`StoreError`].
pub fn without_last_version(store: &Store) -> Result<BTreeSet<EntryDate>, StoreError> {
    Ok(noted::Noted::read(&store.meta()?).behind)
}

/// The journal's folders and the work tree, in the form of [`made_for`](noted::Noted::made_for);
/// none if the work tree has no mark.
fn made_for(repo: &Repo, layout: &Layout, in_git: &BTreeSet<ObjectId>) -> Option<String> {
    let mark = repo.work_tree_mark(in_git)?;
    Some([layout.journal.as_str(), &layout.wiki, &layout.ledger, &mark].join("\n"))
}

fn attempt(
    repo: &Repo,
    layout: &Layout,
    store: &mut Store,
    options: &Options<'_>,
    made_for: Option<&str>,
) -> Result<Report, RefreshError> {
    let version = store.version()?;
    let head = repo.head()?;
    let mut ledgers = ledgers::Ledgers::new(repo, layout, head);
    let look = look::look(repo, layout, store, head, &mut ledgers, options)?;
    let force = options.force || options.dry_run && store.is_empty();
    let mut plan = plan::plan(layout, &look.known, &look.seen, force);
    plan.dates.extend(&options.asked);
    let report = Report {
        skipped: look.skipped.clone(),
        undated: look.undated.clone(),
        failed: still_failing(&look, &plan),
        ..Report::default()
    };
    let is_current = plan == plan::Plan::default() && look.noted.head == head;
    let mut report = if is_current && !store.is_empty() {
        report
    } else {
        let fill = store.is_empty();
        let done = store.update(version, |update| {
            let apply = apply::Apply {
                repo,
                layout,
                head,
                look: &look,
                plan: &plan,
                ledgers: &mut ledgers,
                update,
                report,
                asked: &options.asked,
                fill,
                twice: &look.noted.twice - &plan.dates,
                linked: look::keys(layout, &look.links),
                removed: history::Removed::new(repo, layout),
                made_for: made_for.unwrap_or_default(),
                unread: &look.noted.behind - &plan.dates,
                unreadable: &look.noted.unreadable - &plan.dates,
            };
            let report = apply.run(options.progress)?;
            match options.dry_run {
                true => Err(RolledBack::DryRun(Box::new(report))),
                false => Ok(report),
            }
        });
        match done {
            Ok(report) => report,
            Err(RolledBack::DryRun(report)) => *report,
            Err(RolledBack::Failed(error)) => return Err(error),
        }
    };
    count_unread(layout, &look, &plan, &mut report);
    report.failed.extend(look.unreadable);
    report.failed.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(report)
}

/// Files that could not be read last time and have not changed since.
fn still_failing(look: &look::Look, plan: &plan::Plan) -> Vec<Failure> {
    let same = look.known.files.iter().filter(|(path, row)| {
        let date = row.entry.as_deref().and_then(EntryDate::from_iso);
        !plan.files.contains(*path) && date.is_none_or(|d| !plan.dates.contains(&d))
    });
    same.filter_map(|(path, row)| {
        Some(Failure {
            path: path.clone(),
            problem: row.problem.clone()?,
        })
    })
    .collect()
}

/// Counts the files that were not read as unchanged.
fn count_unread(layout: &Layout, look: &look::Look, plan: &plan::Plan, report: &mut Report) {
    if let Some((entries, notes)) = look.same {
        (report.unchanged_entries, report.unchanged_notes) = (entries, notes);
        for path in look.known.files.keys() {
            match layout.classify(path) {
                PathKind::Entry(_) => report.unchanged_entries -= 1,
                PathKind::Note(_) => report.unchanged_notes -= 1,
                _ => {}
            }
        }
        return;
    }
    for (path, row) in &look.known.files {
        if row.problem.is_some() || !look.seen.files.contains_key(path) {
            continue;
        }
        match layout.classify(path) {
            PathKind::Entry(d) if !plan.dates.contains(&d) => report.unchanged_entries += 1,
            PathKind::Note(d) if !plan.dates.contains(&d) => report.unchanged_notes += 1,
            _ => {}
        }
    }
}
