//! `palimpsest merge-driver`, which git calls to merge an entry or a note.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Args;

use super::hook::is_off;
use super::shown::safe;
use super::{Exit, Ui};
use crate::journal::markers::conflict_markers;
use crate::journal::reconcile::{Merged, Outcome};
use crate::journal::{Entry, EntryDate, Item, Layout, PathKind};
use crate::merge::{ConflictStyle, Markers, ThreeWay};
use crate::repo::{Lasts, Repo, RepoError, is_only_looked_at};
use crate::sync::clock;
use crate::sync::driver::{
    self, By, FileMerge, ORDINARY_MARKER, SEVERAL_BASES, is_virtual_base, write,
};
use crate::sync::kept_out::LedgerRulings;
use crate::sync::merge_log;
use crate::sync::settings::load_for_driver;

/// The labels as written in the configuration, which git before 2.44 passes on unchanged.
const OURS: &str = "%X";
const BASE: &str = "%S";
const THEIRS: &str = "%Y";

/// What markers say of the sides where there are no labels.
const NO_LABELS: ThreeWay<&str> = ThreeWay {
    base: "base",
    ours: "ours",
    theirs: "theirs",
};

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
        let path = text(&self.path);
        let virtual_base = self.has_virtual_base(&path);
        let replays = self.is_rerere();
        // In neither case can anybody look at the result or edit it.
        let unseen = virtual_base || replays;
        let (markers, several_bases) = (self.markers(), self.has_several_bases());
        // Git calls a driver at the top of the work tree.
        let settings = load_for_driver();
        let by = match &settings {
            _ if is_off() => By::Line("Palimpsest is turned off"),
            // The recorded conflict may be another entry's whose text is the same there:
            // what was done to that one's fields must not come into this one.
            _ if replays => By::Line("git replays a resolution"),
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
        write(&self.ours, &merged.bytes, Lasts::UntilRead)?;
        let looked_at = is_only_looked_at();
        if !unseen && !looked_at {
            say(ui, &path, &merged, moved_from);
            if merged.outcome == Outcome::ByField {
                kept_out
                    .against_pick()
                    .for_each(|item| say_stays(ui, &path, item));
            }
            log(ui, &path, &merged);
        }
        if let Some(remark) = kept_out.remark().filter(|_| !looked_at) {
            ui.note(format_args!("{path}: {remark}"));
        }
        Ok(if merged.conflict {
            Exit::Conflict
        } else {
            Exit::Ok
        })
    }

    fn markers(&self) -> Markers {
        let label = |given: &OsString, literal: &str, name: &str| match text(given) {
            given if given.is_empty() || given == literal => name.to_owned(),
            given => given,
        };
        Markers {
            size: self.marker_size,
            labels: ThreeWay::new(
                label(&self.base_label, BASE, NO_LABELS.base),
                label(&self.our_label, OURS, NO_LABELS.ours),
                label(&self.their_label, THEIRS, NO_LABELS.theirs),
            ),
            style: ConflictStyle::Merge,
        }
    }

    /// Whether there may be several bases: also where git before 2.44 gives no label.
    fn has_several_bases(&self) -> bool {
        let label = text(&self.base_label);
        label == BASE || label.starts_with(SEVERAL_BASES)
    }

    /// Whether git merges the bases of a merge here.
    fn has_virtual_base(&self, path: &str) -> bool {
        let label = text(&self.our_label);
        // Whoever calls the driver by hand may give the words that it has for no labels.
        let is_gits = !label.is_empty() && ![OURS, NO_LABELS.ours].contains(&label.as_str());
        let known = is_gits.then_some(label.as_str());
        is_virtual_base(known, self.marker_size, || marker_size(path))
    }

    /// Whether git replays a recorded resolution (`rerere.enabled`): base and ours are
    /// conflicts then as git keeps them, whose markers name no side, and git has no labels
    /// for the sides. Before git 2.44 it gives none in any merge.
    fn is_rerere(&self) -> bool {
        let given = [
            (&self.base_label, BASE),
            (&self.our_label, OURS),
            (&self.their_label, THEIRS),
        ];
        let is_kept = |path: &Path| {
            let text = std::fs::read(path).unwrap_or_default();
            conflict_markers(&text).is_some_and(|markers| markers.name_no_side())
        };
        given
            .iter()
            .all(|(label, literal)| label.is_empty() || *label == literal)
            && is_kept(&self.base)
            && is_kept(&self.ours)
    }
}

/// A word that git gave: a commit's subject, a branch or a path need not be UTF-8.
fn text(given: &OsString) -> String {
    given.to_string_lossy().into_owned()
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

/// The length of a file's markers by the attribute `conflict-marker-size`; `None` if the
/// attribute cannot be asked. Outside of a repository there is none.
fn marker_size(path: &str) -> Option<usize> {
    match Repo::from_env() {
        Ok(repo) => driver::marker_size(&repo, path).ok(),
        Err(RepoError::NoRepository(_)) => Some(ORDINARY_MARKER),
        Err(_) => None,
    }
}

/// The configured style of conflicts, which git does not pass to a driver.
fn conflict_style() -> ConflictStyle {
    let style = Repo::from_env().and_then(|repo| repo.conflict_style());
    style.unwrap_or_default()
}

/// Reports a merge called by git: what was left to git, which items were kept out, and
/// what is left to choose.
fn say(ui: &Ui, path: &str, merged: &Merged, moved_from: Option<EntryDate>) {
    let path = safe(path);
    if let Outcome::Git(reason) = &merged.outcome
        && reason.is_news()
    {
        ui.note(format_args!("{path}: merged by line: {reason}"));
    }
    for (table, item) in &merged.report.kept_out {
        ui.note(format_args!(
            "{path}: {} {} stays out, it was removed (once committed: metadb sync conflicts)",
            table.noun(),
            safe(item.as_str())
        ));
    }
    if merged.conflict {
        let fields: Vec<String> = merged.report.conflicts().collect();
        let what = match fields.as_slice() {
            [] => "both sides changed the same lines".to_owned(),
            [one] => format!("both sides changed {one}"),
            many => format!("both sides changed {}", many.join(", ")),
        };
        ui.note(format_args!(
            "{path}: {}; choose with `palimpsest resolve`, or edit the file and `git add` it",
            safe(&what)
        ));
    }
    if let Some(date) = moved_from {
        ui.note(format_args!(
            "{path}: git took the entry {date} for moved to it, and what the other side changed there is in it"
        ));
    }
}

/// Reports an item that the picked commit of a rebase removes, and that stays.
fn say_stays(ui: &Ui, path: &str, (table, item): &Item) {
    ui.note(format_args!(
        "{}: {} {} stays, it was put back since this commit removed it; if it is to go all the \
         same, take it out of the file once more",
        safe(path),
        table.noun(),
        safe(item.as_str())
    ));
}

/// Adds the merge to the log, if it decided something. The merge stands without its record.
fn log(ui: &Ui, path: &str, merged: &Merged) {
    if !merge_log::is_worth_a_look(merged) {
        return;
    }
    if let Err(error) = merge_log::add(path, &clock::stamp(clock::now()), merged) {
        ui.warn(format_args!(
            "the merge is not in `palimpsest merges`: {error}"
        ));
    }
}
