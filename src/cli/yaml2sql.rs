//! `yaml2sql`: index entries.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::{Args, Subcommand};

use super::journal::Journal;
use super::refreshed::{self, Of};
use super::ui::told;
use super::{Exit, Ui};
use crate::journal::layout::is_at_or_below;
use crate::journal::{EntryDate, PathKind};
use crate::sync::refresh::{Failure, Options, Scope};

/// Index entries: say what was added, what was removed and why
#[derive(Debug, Args)]
pub struct Yaml2sql {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Index these entries
    Update {
        /// Entries' files
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Say what would be done, write nothing
        #[arg(long)]
        dry_run: bool,
        #[arg(long)]
        json: bool,
    },
    /// Index every entry that changed
    Sync {
        /// The journal's folder, or one in it: all of the journal is indexed
        dir: PathBuf,
        /// Say what would be done, write nothing
        #[arg(long)]
        dry_run: bool,
        /// Read every entry again, into a database made anew
        #[arg(long)]
        force: bool,
        /// Accepted, and changes nothing: entries whose files are gone are always marked as deleted
        #[arg(long)]
        delete_missing: bool,
        #[arg(long)]
        json: bool,
    },
}

impl Yaml2sql {
    pub fn run(&self, ui: &Ui) -> anyhow::Result<Exit> {
        match &self.command {
            Command::Update {
                files,
                dry_run,
                json,
            } => update(ui, files, *dry_run, *json),
            Command::Sync {
                dir,
                dry_run,
                force,
                json,
                delete_missing: _,
            } => sync(ui, dir, *dry_run, *force, *json),
        }
    }
}

fn update(ui: &Ui, files: &[PathBuf], dry_run: bool, json: bool) -> anyhow::Result<Exit> {
    let journal = Journal::find_by(&files[0])?;
    let (mut asked, mut paths) = (BTreeSet::new(), BTreeSet::new());
    // A path that is not an entry does not stop the others.
    let mut others = Vec::new();
    let mut other = |file: &Path, problem: String| {
        let path = file.display().to_string();
        let problem = problem.replacen(&format!("{path}: "), "", 1);
        others.push(Failure { path, problem });
    };
    for file in files {
        let path = match journal.relative(file) {
            Ok(path) => path,
            Err(error) => {
                other(file, told(&error));
                continue;
            }
        };
        if let PathKind::Entry(date) = journal.layout().classify(&path) {
            asked.insert(date);
            paths.insert(path);
        } else {
            let usual = journal.layout().entry_path("2024-11-01".parse()?);
            other(
                file,
                format!("no entry of this journal; expected a file such as {usual}"),
            );
        }
    }
    let options = Options {
        dry_run,
        or_in_memory: dry_run,
        asked: asked.clone(),
        files: paths.clone(),
        ..Options::new(Scope::Head)
    };
    let (store, mut report) = journal.refresh(ui, options)?;
    let is_of = |path: &str, date: EntryDate| EntryDate::from_path(path) == Some(date);
    let missing = asked.iter().copied().filter(|date| {
        let listed = report.entries.iter().any(|c| c.date == *date);
        let failed = report.failed.iter().any(|f| is_of(&f.path, *date));
        let skipped = report.skipped.iter().any(|s| is_of(s.path(), *date));
        !listed && !failed && !skipped
    });
    let missing: BTreeSet<EntryDate> = missing.collect();
    report.entries.retain(|c| asked.contains(&c.date));
    report.notes.retain(|c| asked.contains(&c.date));
    report.unchanged_entries = 0;
    report.undated.clear();
    let is_asked = |path: &str| matches!(journal.layout().classify(path), PathKind::Entry(d) if asked.contains(&d));
    report.failed.retain(|f| is_asked(&f.path));
    report.warnings.retain(|w| is_asked(&w.path));
    let conflicts = &asked & &refreshed::conflicts(&store, dry_run)?;
    store.leave();
    report.failed.extend(others);
    for path in paths {
        let date = journal.layout().entry_date(&path);
        if let Some(date) = date.filter(|date| missing.contains(date)) {
            let problem = journal.why_not_own(&path)?;
            let problem = problem.unwrap_or_else(|| format!("no such entry: {date}"));
            report.failed.push(Failure { path, problem });
        }
    }
    refreshed::print(ui, &report, &conflicts, Of::Entries, dry_run, json)
}

fn sync(ui: &Ui, dir: &Path, dry_run: bool, force: bool, json: bool) -> anyhow::Result<Exit> {
    let journal = Journal::find_by(dir)?;
    let folder = journal.relative(&dir.join("."))?;
    let folder = folder
        .trim_end_matches("/.")
        .trim_end_matches('.')
        .trim_end_matches('/')
        .to_owned();
    let top = match journal.layout().journal.as_str() {
        "." => "",
        top => top,
    };
    if !is_at_or_below(&folder, top) && !is_at_or_below(top, &folder) {
        bail!(
            "{}: not in the journal; expected `yaml2sql sync {}`",
            dir.display(),
            journal
                .repo
                .from_here(if top.is_empty() { "." } else { top })
        );
    }
    let there = journal.repo.workdir().join(&folder);
    if there.is_file() {
        bail!(
            "{}: a file; expected a folder: `yaml2sql update` indexes files",
            dir.display()
        );
    }
    // Git leaves no empty folder: the journal's own is gone with its last entry.
    if !there.is_dir() && folder != top {
        bail!("{}: no such folder", dir.display());
    }
    let options = Options {
        dry_run,
        or_in_memory: dry_run,
        force,
        ..Options::new(Scope::All)
    };
    let (store, mut report) = journal.refresh(ui, options)?;
    if is_at_or_below(&folder, top) && folder != top {
        report.undated.retain(|p| is_at_or_below(p, &folder));
    }
    report.undated.retain(|p| is_at_or_below(p, top));
    report.failed.retain(|f| {
        !matches!(journal.layout().classify(&f.path), PathKind::Note(_))
            && (is_at_or_below(&f.path, &folder) || !is_at_or_below(&f.path, top))
    });
    let conflicts = refreshed::conflicts(&store, dry_run)?;
    store.leave();
    refreshed::print(ui, &report, &conflicts, Of::Entries, dry_run, json)
}
