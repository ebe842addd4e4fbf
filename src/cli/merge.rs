//! `palimpsest merge`: merges three files, anywhere.

use std::path::PathBuf;

use clap::Args;

use super::exit::Usage;
use super::shown::{decisions, safe_json};
use super::{Exit, Ui};
use crate::journal::reconcile::{Merged, Outcome, Reason};
use crate::merge::{ConflictStyle, Markers, ThreeWay};
use crate::repo::Lasts;
use crate::sync::driver::{FileMerge, keep_all, write};
use crate::sync::merge_log::Record;
use crate::sync::settings::load_around;

/// Merge three versions of a file, anywhere: frontmatter field by field, the
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
        if let Some(label) = self.labels.get(3) {
            let what =
                format!("-L {label}: a fourth label; expected those of ours, base and theirs");
            return Err(Usage(what).into());
        }
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
        let settings = load_around()?;
        let path = self
            .path
            .clone()
            .unwrap_or_else(|| self.ours.display().to_string());
        let files = ThreeWay::new(self.base, self.ours, self.theirs);
        let merge = FileMerge {
            markers,
            ..FileMerge::new(&path, &settings.rules, &keep_all)
        };
        let merged = merge.of_files(&files, || self.style)?;
        match &self.output {
            Some(file) => write(file, &merged.bytes, Lasts::ForGood)?,
            None => ui.bytes(&merged.bytes)?,
        }
        if self.json {
            let report = safe_json(&serde_json::to_string(&Record::of(&merged))?);
            if self.output.is_some() {
                ui.line(report)?;
            } else {
                ui.remark(report);
            }
        } else if self.verbose {
            explain(ui, &merged);
        } else if let Outcome::Git(reason) = &merged.outcome
            && reason.is_news()
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
fn by_line(ui: &Ui, reason: &Reason) {
    ui.remark(format_args!("merged by line, as git does: {reason}"));
}

/// Reports the decisions, one line a field.
fn explain(ui: &Ui, merged: &Merged) {
    if let Outcome::Git(reason) = &merged.outcome {
        by_line(ui, reason);
    }
    for decision in decisions(&Record::of(merged)) {
        ui.remark(decision);
    }
}
