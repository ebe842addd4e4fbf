//! `palimpsest resolve`: settles what a merge left, or a client without drivers.

use std::path::{Path, PathBuf};

use clap::Args;
use dialoguer::Select;

use super::against_removals::{self, Answer};
use super::shown::safe;
use super::{Exit, Ui};
use crate::journal::hunks::{Choice, Hunk, Hunks};
use crate::repo::Repo;
use crate::sync::resolve::{Finished, Open, Origin, Proposal, Resolver};
use crate::sync::settings::load;

/// Settle what a merge left: merge again field by field, then choose
///
/// Files that a git client without Palimpsest left in conflict, or committed with
/// markers, are merged again as the drivers do it; a merge commit that HEAD is, from
/// its parents. What is clean then is staged, if the file was in conflict. For each
/// field that is left you are asked, or say --ours, --theirs or --both. An item that
/// still stands in a file although it was removed is taken out of it, or with --both
/// let in again. A file that is written over is kept in the git directory.
#[derive(Debug, Args)]
pub struct Resolve {
    /// Files and folders [default: everything that is open]
    paths: Vec<PathBuf>,
    /// Take our side of what is left (in a rebase: the branch you rebase on)
    #[arg(long, group = "side")]
    ours: bool,
    /// Take their side of what is left
    #[arg(long, group = "side")]
    theirs: bool,
    /// Take the lines of both sides, where that makes a readable entry
    #[arg(long, group = "side")]
    both: bool,
}

/// What was done with one path.
#[derive(Default)]
pub(super) struct Outcome {
    /// A line for each place that is left.
    left: Vec<String>,
    aside: Option<PathBuf>,
    /// The result waits in the work tree.
    written: bool,
}

impl Outcome {
    pub fn left_at(line: String) -> Self {
        Self {
            left: vec![line],
            ..Self::default()
        }
    }

    /// A new text waits in the work tree; the old one is kept there.
    pub fn written_over(aside: PathBuf) -> Self {
        Self {
            aside: Some(aside),
            written: true,
            ..Self::default()
        }
    }
}

impl Resolve {
    pub fn run(&self, ui: &Ui) -> anyhow::Result<Exit> {
        let repo = Repo::from_env()?;
        let settings = load(repo.workdir()).unwrap_or_else(|error| {
            ui.warn(format_args!("{error}; the defaults are used"));
            crate::journal::Settings::default()
        });
        let here = std::env::current_dir()?;
        let top = |typed: &Path| {
            std::fs::canonicalize(here.join(typed)).ok()
                == std::fs::canonicalize(repo.workdir()).ok()
        };
        let mut only = Vec::new();
        for path in &self.paths {
            // The top itself has no name in the repository.
            only.push(match top(path) {
                true => String::new(),
                false => repo.relative(&here, path)?,
            });
        }
        let only = (!only.is_empty()).then_some(only.as_slice());
        let resolver = Resolver {
            repo: &repo,
            settings: &settings,
        };
        let open = resolver.open(only)?;
        let mut outcomes = Vec::new();
        for open in &open {
            outcomes.extend(self.settle(ui, &resolver, open, only)?);
        }
        // Files with markers in them say nothing yet of what stands in them.
        if outcomes.iter().all(|o| o.left.is_empty()) {
            let ask = |prompt: &str| self.against_removal(prompt);
            outcomes.extend(against_removals::settle(ui, &resolver, only, &ask)?);
        }
        if outcomes.is_empty() {
            ui.line("nothing to resolve")?;
        }
        self.conclude(ui, &outcomes)
    }

    fn conclude(&self, ui: &Ui, outcomes: &[Outcome]) -> anyhow::Result<Exit> {
        if let Some(aside) = outcomes.iter().find_map(|o| o.aside.as_ref()) {
            let folder = aside.ancestors().find(|a| a.ends_with("before-resolve"));
            ui.line(format_args!(
                "what stood there before is kept in {}",
                folder.unwrap_or(aside).display()
            ))?;
        }
        if outcomes.iter().any(|o| o.written) {
            ui.line("look at what is not staged with `git diff`, then commit it")?;
        }
        let left: Vec<&String> = outcomes.iter().flat_map(|o| &o.left).collect();
        if left.is_empty() {
            return Ok(Exit::Ok);
        }
        ui.remark(format_args!("{} left:", left.len()));
        for line in left {
            ui.remark(format_args!("  {}", safe(line)));
        }
        ui.remark(
            "choose with `palimpsest resolve --ours PATH`, --theirs or --both, or edit the file \
             and `git add` it",
        );
        Ok(Exit::Failed)
    }

    fn settle(
        &self,
        ui: &Ui,
        resolver: &Resolver<'_>,
        open: &Open,
        only: Option<&[String]>,
    ) -> anyhow::Result<Option<Outcome>> {
        let path = &open.path;
        let named = only.is_some_and(|only| only.contains(path));
        match resolver.propose(open)? {
            Proposal::Fine => Ok(None),
            Proposal::Differs(text) if named => self.write(ui, resolver, open, &text).map(Some),
            Proposal::Differs(_) => {
                ui.line(format_args!(
                    "{0}: the last merge holds something else than its parents make; if nobody \
                     meant that: palimpsest resolve {0}",
                    safe(path)
                ))?;
                Ok(Some(Outcome::default()))
            }
            Proposal::Edited => Ok(Some(Outcome {
                left: vec![format!(
                    "{path}: no markers, edited by hand; if it is as it should be: git add {path}"
                )],
                ..Outcome::default()
            })),
            Proposal::Text(text) => self.write(ui, resolver, open, &text).map(Some),
            Proposal::OneSided { ours, theirs } => self
                .one_side(ui, resolver, open, ours.as_deref(), theirs.as_deref())
                .map(Some),
        }
    }

    /// Makes the choices for the hunks of a text, and writes it.
    fn write(
        &self,
        ui: &Ui,
        resolver: &Resolver<'_>,
        open: &Open,
        text: &[u8],
    ) -> anyhow::Result<Outcome> {
        let path = &open.path;
        let hunks = Hunks::of(text);
        let mut choices = Vec::new();
        let mut left = Vec::new();
        for (number, hunk) in hunks.iter().enumerate() {
            let mut choice = self.choice(path, hunk)?;
            let fits = |choice: Choice| {
                // The other hunks have to be chosen for the text to be read.
                let with = |n| if n == number { choice } else { Choice::Ours };
                resolver.is_readable(path, &hunks.choose(with))
            };
            if choice == Choice::Both && !fits(choice) && fits(Choice::Ours) {
                choice = Choice::Leave;
                left.push(format!("{}; both do not fit", place(path, hunk)));
            } else if choice == Choice::Leave {
                left.push(place(path, hunk));
            }
            choices.push(choice);
        }
        let chosen = hunks.choose(|n| choices[n]);
        let done = resolver.finish(open, Some(&chosen), left.is_empty())?;
        let how = match (choices.len(), left.len()) {
            (0, _) => "merged field by field".to_owned(),
            (all, 0) => format!("merged, {all} chosen"),
            (all, left) => format!("merged, {} chosen, {left} left", all - left),
        };
        Self::say(ui, open, &how, &done)?;
        Ok(Outcome {
            written: left.is_empty() && !done.staged,
            left,
            aside: done.aside,
        })
    }

    fn one_side(
        &self,
        ui: &Ui,
        resolver: &Resolver<'_>,
        open: &Open,
        ours: Option<&[u8]>,
        theirs: Option<&[u8]>,
    ) -> anyhow::Result<Outcome> {
        let path = &open.path;
        let what = match (ours, theirs) {
            (Some(_), None) => "deleted by them, edited by us",
            (None, Some(_)) => "deleted by us, edited by them",
            _ => "deleted or moved on both sides",
        };
        let prompt = format!("{path}: {what}");
        let choice = match (ours, theirs) {
            (None, None) => Choice::Ours,
            _ => self.ask(
                &prompt,
                &["ours", "theirs", "leave it"],
                &[Choice::Ours, Choice::Theirs, Choice::Leave],
            )?,
        };
        let result = match choice {
            Choice::Ours => ours,
            Choice::Theirs => theirs,
            Choice::Both => ours.or(theirs),
            Choice::Leave => {
                return Ok(Outcome {
                    left: vec![prompt],
                    ..Outcome::default()
                });
            }
        };
        let done = resolver.finish(open, result, true)?;
        let how = match result {
            Some(_) => "kept",
            None => "removed",
        };
        Self::say(ui, open, how, &done)?;
        Ok(Outcome {
            aside: done.aside,
            ..Outcome::default()
        })
    }

    fn say(ui: &Ui, open: &Open, how: &str, done: &Finished) -> anyhow::Result<()> {
        let from = match open.origin {
            Origin::Committed => " (in the last merge)",
            _ => "",
        };
        let staged = match done.staged {
            true => ", staged",
            false => "",
        };
        ui.line(format_args!("{}: {how}{staged}{from}", safe(&open.path)))?;
        Ok(())
    }

    fn choice(&self, path: &str, hunk: &Hunk) -> anyhow::Result<Choice> {
        let shown = |side: &[u8]| {
            let text = String::from_utf8_lossy(side);
            let lines: Vec<String> = text.lines().map(|l| safe(l).into_owned()).collect();
            match lines.is_empty() {
                true => "(nothing)".to_owned(),
                false => lines.join(" | "),
            }
        };
        let options = [
            format!("ours:   {}", shown(&hunk.ours)),
            format!("theirs: {}", shown(&hunk.theirs)),
            "the lines of both".to_owned(),
            "leave it".to_owned(),
        ];
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        self.ask(
            &place(path, hunk),
            &options,
            &[Choice::Ours, Choice::Theirs, Choice::Both, Choice::Leave],
        )
    }

    /// A removal is what one side has and the other has not: both means to keep it.
    fn against_removal(&self, prompt: &str) -> anyhow::Result<Answer> {
        let choice = self.ask(
            prompt,
            &["take it out of the file", "let it in again", "leave it"],
            &[Choice::Ours, Choice::Both, Choice::Leave],
        )?;
        Ok(match choice {
            Choice::Ours | Choice::Theirs => Answer::TakeOut,
            Choice::Both => Answer::LetIn,
            Choice::Leave => Answer::Leave,
        })
    }

    /// The side that was said, or the answer on a terminal.
    fn ask(&self, prompt: &str, shown: &[&str], choices: &[Choice]) -> anyhow::Result<Choice> {
        let said = [
            (self.ours, Choice::Ours),
            (self.theirs, Choice::Theirs),
            (self.both, Choice::Both),
        ];
        if let Some((_, choice)) = said.into_iter().find(|(said, _)| *said) {
            return Ok(choice);
        }
        if !Ui::can_ask() {
            return Ok(Choice::Leave);
        }
        let prompt = safe(prompt);
        let answer = Select::new()
            .with_prompt(&*prompt)
            .items(shown)
            .default(0)
            .interact_opt()?;
        Ok(answer.map_or(Choice::Leave, |number| choices[number]))
    }
}

/// A hunk's place, and what it is in.
fn place(path: &str, hunk: &Hunk) -> String {
    match &hunk.field {
        Some(field) => format!("{path}:{}: {field}: two values", hunk.line),
        None => format!("{path}:{}: both sides changed the text", hunk.line),
    }
}
