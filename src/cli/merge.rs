//! `palimpsest merge` and `palimpsest merge-driver`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Args;

use super::hook::is_off;
use super::shown::{safe, safe_json};
use super::{Exit, Ui};
use crate::journal::markers::conflict_markers;
use crate::journal::reconcile::{Merged, NO_FRONTMATTER, Outcome};
use crate::journal::{Entry, EntryDate, Layout, PathKind, Settings};
use crate::merge::{ConflictStyle, Markers, ThreeWay};
use crate::repo::Repo;
use crate::sync::clock;
use crate::sync::driver::{
    By, FileMerge, ORDINARY_MARKER, SEVERAL_BASES, is_virtual_base, keep_all, write,
};
use crate::sync::kept_out::LedgerRulings;
use crate::sync::merge_log::{self, to_json};
use crate::sync::settings::{load, load_for_driver};

/// Merges three versions of a file, anywhere: frontmatter field by field, the
/// rest by line
#[derive(Debug, Args)]
pub struct Merge {
    /// The common ancestor
    base: PathBuf,
    /// One side
    ours: PathBuf,
    /// The other side
    theirs: PathBuf,
    /// Write the result here instead of to standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The file's name, where the three names do not tell whether it is YAML
    #[arg(long, value_name = "PATH")]
    path: Option<String>,
    /// How conflicts are shown: merge, diff3 or zdiff3
    #[arg(long, value_name = "STYLE", default_value = "merge", value_parser = style)]
    style: ConflictStyle,
    /// Length of the conflict markers
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..))]
    marker_size: u16,
    /// Labels for ours, base and theirs, each with -L
    #[arg(short = 'L', value_name = "LABEL")]
    labels: Vec<String>,
    /// Say on standard error what was decided for each field, and by which rule
    #[arg(short, long)]
    verbose: bool,
    /// The same as JSON on standard output (with -o), or on standard error
    #[arg(long)]
    json: bool,
}

fn style(name: &str) -> Result<ConflictStyle, String> {
    ConflictStyle::from_name(name).ok_or_else(|| "expected merge, diff3 or zdiff3".into())
}

impl Merge {
    pub fn run(self, ui: &Ui) -> anyhow::Result<Exit> {
        let label = |i: usize, file: &PathBuf| match self.labels.get(i) {
            Some(label) => label.clone(),
            None => file.display().to_string(),
        };
        let markers = Markers {
            size: self.marker_size.into(),
            labels: ThreeWay::new(
                label(1, &self.base),
                label(0, &self.ours),
                label(2, &self.theirs),
            ),
            style: self.style,
        };
        // The settings of the surrounding repository, if there is one.
        let settings = match Repo::discover(Path::new(".")) {
            Ok(repo) => load(&repo)?,
            Err(_) => Settings::default(),
        };
        let path = self
            .path
            .clone()
            .unwrap_or_else(|| self.ours.display().to_string());
        let files = ThreeWay::new(self.base, self.ours, self.theirs);
        let merged = FileMerge {
            path: &path,
            markers,
            virtual_base: false,
            several_bases: false,
            rules: &settings.rules,
            by: By::Field,
            rulings: &keep_all,
        }
        .of_files(&files, || self.style)?;
        match &self.output {
            Some(file) => write(file, &merged.bytes)?,
            None => ui.bytes(&merged.bytes)?,
        }
        if self.json {
            let report = safe_json(&to_json(&merged).to_string());
            if self.output.is_some() {
                ui.line(report)?;
            } else {
                ui.remark(report);
            }
        } else if self.verbose {
            explain(ui, &merged);
        } else if let Outcome::Git(reason) = &merged.outcome
            && reason != NO_FRONTMATTER
        {
            by_line(ui, reason);
        }
        Ok(if merged.conflict {
            Exit::Conflict
        } else {
            Exit::Ok
        })
    }
}

/// Reports that the result is git's own, and why.
fn by_line(ui: &Ui, reason: &str) {
    ui.remark(format_args!("merged by line, as git does: {reason}"));
}

/// Reports the decisions, one line a field.
fn explain(ui: &Ui, merged: &Merged) {
    if let Outcome::Git(reason) = &merged.outcome {
        by_line(ui, reason);
    }
    for field in &merged.report.fields {
        let rule = field
            .rule
            .as_ref()
            .map(|r| format!(" ({r})"))
            .unwrap_or_default();
        ui.remark(format_args!(
            "{}: {}{rule}",
            field.path.join("."),
            field.decision.word()
        ));
    }
    for (table, item) in &merged.report.kept_out {
        ui.remark(format_args!(
            "{table}: {}: kept out, it was removed",
            safe(item.as_str())
        ));
    }
}

/// Our label as written in the configuration, which older versions of git pass on
/// unchanged.
const OURS: &str = "%X";
const BASE: &str = "%S";

/// What git calls to merge an entry (`merge.palimpsest.driver`)
#[derive(Debug, Args)]
#[command(hide = true)]
pub struct MergeDriver {
    /// %O
    base: PathBuf,
    /// %A, which receives the result
    ours: PathBuf,
    /// %B
    theirs: PathBuf,
    /// %S, the base's label
    #[arg(short = 's', default_value = "", allow_hyphen_values = true)]
    base_label: OsString,
    /// %X, our label
    #[arg(short = 'x', default_value = "", allow_hyphen_values = true)]
    our_label: OsString,
    /// %Y, their label
    #[arg(short = 'y', default_value = "", allow_hyphen_values = true)]
    their_label: OsString,
    /// %P, the file's path in the repository
    #[arg(short = 'p', default_value = "", allow_hyphen_values = true)]
    path: OsString,
    /// %L, the length of the markers
    #[arg(short = 'l', default_value_t = 7)]
    marker_size: usize,
}

impl MergeDriver {
    pub fn run(self, ui: &Ui) -> anyhow::Result<Exit> {
        // A commit's subject, a branch or a path need not be UTF-8.
        let text = |given: &OsString| given.to_string_lossy().into_owned();
        let path = text(&self.path);
        // Before git 2.44 the labels arrive as they stand in the configuration.
        let label = |given: &OsString, literal: &str, name: &str| match text(given) {
            given if given.is_empty() || given == literal => name.to_owned(),
            given => given,
        };
        let our_label = text(&self.our_label);
        let known = Some(our_label.as_str()).filter(|l| !l.is_empty() && *l != OURS);
        // Before git 2.44 the label is missing, and there may be several bases.
        let base_label = text(&self.base_label);
        let several_bases = base_label == BASE || base_label.starts_with(SEVERAL_BASES);
        let virtual_base = is_virtual_base(known, self.marker_size, || marker_size(&path));
        // In neither case can anybody look at the result or edit it.
        let unseen = virtual_base || self.is_rerere();
        let markers = Markers {
            size: self.marker_size,
            labels: ThreeWay::new(
                label(&self.base_label, BASE, "base"),
                label(&self.our_label, OURS, "ours"),
                label(&self.their_label, "%Y", "theirs"),
            ),
            style: ConflictStyle::Merge,
        };
        // Git calls a driver at the top of the work tree.
        let settings = load_for_driver();
        let by = match &settings {
            _ if is_off() => By::Line("Palimpsest is turned off"),
            Ok(_) => By::Field,
            Err(error) => {
                ui.warn(format_args!("{error}; {path} is merged by line"));
                By::Line("palimpsest.toml cannot be used")
            }
        };
        let settings = settings.unwrap_or_default();
        let kept_out = LedgerRulings::of(&path, &settings.layout);
        let kept_out = match virtual_base {
            true => kept_out.in_the_base(),
            false => kept_out,
        };
        let moved_from = moved_from(&self.base, &path, &settings.layout);
        let files = ThreeWay::new(self.base, self.ours.clone(), self.theirs);
        let merged = FileMerge {
            path: &path,
            markers,
            virtual_base,
            several_bases,
            rules: &settings.rules,
            by,
            rulings: &|path, tree, node| kept_out.ask(path, tree, node),
        }
        .of_files(&files, conflict_style)?;
        write(&self.ours, &merged.bytes)?;
        if !unseen {
            say(ui, &path, &merged);
            if let Some(date) = moved_from {
                ui.note(format_args!(
                    "{}: git took the entry {date} for moved to it, and what the other side changed there is in it",
                    safe(&path)
                ));
            }
        }
        if !unseen
            && merge_log::is_worth_a_look(&merged)
            && let Err(error) = merge_log::add(&path, &clock::stamp(clock::now()), &merged)
        {
            // The merge stands without its record.
            ui.warn(format_args!(
                "the merge is not in `palimpsest merges`: {error}"
            ));
        }
        if let Some(remark) = kept_out.remark() {
            ui.note(format_args!("{path}: {remark}"));
        }
        Ok(if merged.conflict {
            Exit::Conflict
        } else {
            Exit::Ok
        })
    }
}

/// The other entry whose file git took as the base. Git finds moves by similarity: an
/// entry whose date was corrected, or a new one much like a deleted one.
fn moved_from(base: &Path, path: &str, layout: &Layout) -> Option<EntryDate> {
    let PathKind::Entry(date) = layout.classify(path) else {
        return None;
    };
    let before = Entry::named_date(&std::fs::read(base).ok()?)?;
    (before != date).then_some(before)
}

impl MergeDriver {
    /// Whether git replays a recorded resolution (`rerere.enabled`): it merges texts with
    /// markers then, and has no labels for the sides.
    fn is_rerere(&self) -> bool {
        let labels = [&self.base_label, &self.our_label, &self.their_label];
        let base = || std::fs::read(&self.base).unwrap_or_default();
        labels.iter().all(|label| label.is_empty()) && conflict_markers(&base()).is_some()
    }
}

/// The length of a file's markers by the attribute `conflict-marker-size`; `None` if the
/// attribute cannot be asked.
fn marker_size(path: &str) -> Option<usize> {
    let repo = Repo::from_env().ok()?;
    let value = repo.attribute("conflict-marker-size", path).ok()?;
    let size = value.and_then(|v| v.parse().ok());
    Some(size.filter(|s| *s > 0).unwrap_or(ORDINARY_MARKER))
}

/// The configured style of conflicts, which git does not pass to a driver.
fn conflict_style() -> ConflictStyle {
    let style = Repo::from_env().and_then(|repo| repo.conflict_style());
    style.unwrap_or_default()
}

/// Reports a merge called by git: what was left to git, which items were kept out, and
/// what is left to choose.
fn say(ui: &Ui, path: &str, merged: &Merged) {
    let path = safe(path);
    if let Outcome::Git(reason) = &merged.outcome
        && !is_off()
        && reason != NO_FRONTMATTER
    {
        ui.note(format_args!("{path}: merged by line: {reason}"));
    }
    for (table, item) in &merged.report.kept_out {
        ui.note(format_args!(
            "{path}: {} {} stays out, it was removed (metadb tombstone list --table {table})",
            table.noun(),
            safe(item.as_str())
        ));
    }
    if merged.conflict {
        let fields: Vec<String> = merged.report.conflicts().collect();
        let what = match fields.as_slice() {
            [] => "both sides changed the same lines".to_owned(),
            [one] => format!("{one} has two values"),
            many => format!("{} have two values each", many.join(", ")),
        };
        ui.note(format_args!(
            "{path}: {}; choose with `palimpsest resolve`, or edit the file and `git add` it",
            safe(&what)
        ));
    }
}
