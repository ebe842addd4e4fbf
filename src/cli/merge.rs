//! `palimpsest merge` and `palimpsest merge-driver`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::{Exit, Ui};
use crate::journal::reconcile::{Outcome, Result as Merged};
use crate::journal::rules::Rules;
use crate::merge::{ConflictStyle, Markers, ThreeWay};
use crate::sync::driver::{FileMerge, keep_all, write};

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
    #[arg(long, value_name = "N", default_value_t = 7)]
    marker_size: usize,
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
            size: self.marker_size,
            labels: ThreeWay::new(
                label(1, &self.base),
                label(0, &self.ours),
                label(2, &self.theirs),
            ),
            style: self.style,
        };
        let path = self
            .path
            .clone()
            .unwrap_or_else(|| self.ours.display().to_string());
        let merged = FileMerge {
            files: ThreeWay::new(self.base, self.ours, self.theirs),
            path: &path,
            markers,
            rules: &Rules::default(),
            kept_out: &keep_all,
        }
        .run(|| self.style)?;
        match &self.output {
            Some(file) => write(file, &merged.bytes)?,
            None => ui.bytes(&merged.bytes)?,
        }
        if self.json {
            let report = to_json(&merged).to_string();
            if self.output.is_some() {
                ui.line(report)?;
            } else {
                ui.remark(report);
            }
        } else if self.verbose {
            explain(ui, &merged);
        }
        Ok(if merged.conflict {
            Exit::Conflict
        } else {
            Exit::Ok
        })
    }
}

/// What was decided, a line a field.
fn explain(ui: &Ui, merged: &Merged) {
    if let Outcome::Git(reason) = &merged.outcome {
        ui.remark(format_args!("merged by line, as git does: {reason}"));
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
        ui.remark(format_args!("{table}: {item}: kept out, it was removed"));
    }
}

fn to_json(merged: &Merged) -> serde_json::Value {
    let git = match &merged.outcome {
        Outcome::ByField => None,
        Outcome::Git(reason) => Some(reason),
    };
    let fields: Vec<_> = merged
        .report
        .fields
        .iter()
        .map(|f| {
            json!({
                "path": f.path,
                "rule": f.rule.as_ref().map(ToString::to_string),
                "decision": f.decision.word(),
            })
        })
        .collect();
    let kept_out: Vec<_> = merged
        .report
        .kept_out
        .iter()
        .map(|(table, item)| json!({"table": table.name(), "item": item.as_str()}))
        .collect();
    json!({
        "conflict": merged.conflict,
        "by_line": git,
        "fields": fields,
        "kept_out": kept_out,
    })
}

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
    base_label: String,
    /// %X, our label
    #[arg(short = 'x', default_value = "", allow_hyphen_values = true)]
    our_label: String,
    /// %Y, their label
    #[arg(short = 'y', default_value = "", allow_hyphen_values = true)]
    their_label: String,
    /// %P, the file's path in the repository
    #[arg(short = 'p', default_value = "", allow_hyphen_values = true)]
    path: String,
    /// %L, the length of the markers
    #[arg(short = 'l', default_value_t = 7)]
    marker_size: usize,
}

impl MergeDriver {
    pub fn run(self, ui: &Ui) -> anyhow::Result<Exit> {
        // Before git 2.44 the labels arrive as they stand in the configuration.
        let label = |given: String, literal: &str, name: &str| match given {
            given if given.is_empty() || given == literal => name.to_owned(),
            given => given,
        };
        let markers = Markers {
            size: self.marker_size,
            labels: ThreeWay::new(
                label(self.base_label, "%S", "base"),
                label(self.our_label, "%X", "ours"),
                label(self.their_label, "%Y", "theirs"),
            ),
            style: ConflictStyle::Merge,
        };
        let merged = FileMerge {
            files: ThreeWay::new(self.base, self.ours.clone(), self.theirs),
            path: &self.path,
            markers,
            rules: &Rules::default(),
            kept_out: &keep_all,
        }
        .run(|| ConflictStyle::Merge)?;
        write(&self.ours, &merged.bytes)?;
        if let Outcome::Git(reason) = &merged.outcome
            && reason != "no frontmatter"
        {
            ui.remark(format_args!(
                "palimpsest: {}: merged by line: {reason}",
                self.path
            ));
        }
        Ok(if merged.conflict {
            Exit::Conflict
        } else {
            Exit::Ok
        })
    }
}
