//! `palimpsest resolve`: settles what a merge left, or a client without drivers.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::Args;

use super::against_removals;
use super::hunk::{
    Why, crossing, doubtful, edited_crossing, is_below_front, is_one_of, of_another_merge,
    of_one_side, place, with_date_of_name,
};
use super::journal::path_typed;
use super::question::{Answers, Question};
use super::settled::{Settled, conclude, say_of_the_others, say_of_those_left_to_git};
use super::shown::safe;
use super::{Exit, Ui};
use crate::journal::PathKind;
use crate::journal::hunks::{Choice, Hunks};
use crate::journal::layout::is_markdown;
use crate::repo::{Repo, shell_path};
use crate::sync::resolve::{Finished, OpenPath, Origin, Proposal, Resolver, is_data};
use crate::sync::settings::load;

/// Settle what a merge left: merge again field by field, then choose
///
/// Files that a git client without Palimpsest left in conflict, or committed with
/// markers, are merged again as the drivers do it; a merge commit that HEAD is, from
/// its parents. What is clean then is staged, if the file was in conflict. For each
/// field that is left you are asked, or say --ours, --theirs or --both. An item that
/// still stands in a file although it was removed is taken out of it, or with --both
/// let in again; that is staged if the file, as it stood, was part of the next commit
/// (staged and not committed, or a merge waits for its commit). A file that is written
/// over is kept in the git directory.
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
    /// Take the lines of both sides, where that makes a readable file
    #[arg(long, group = "side")]
    both: bool,
    /// Count markers that no known merge made as a conflict, in the files that are named
    #[arg(long, requires = "paths")]
    unknown: bool,
}

impl Resolve {
    pub fn run(&self, ui: &Ui) -> anyhow::Result<Exit> {
        let repo = Repo::from_env()?;
        let settings = load(&repo).unwrap_or_else(|error| {
            ui.warn(format_args!("{error}; the defaults are used"));
            crate::journal::Settings::default()
        });
        let resolver = Resolver {
            repo: &repo,
            settings: &settings,
            unknown: self.unknown,
        };
        let only = self.chosen_paths(&resolver)?;
        let only = (!only.is_empty()).then_some(only.as_slice());
        let settling = Settling {
            ui,
            resolver: &resolver,
            answers: Answers::new(ui, self.choice()),
            only,
        };
        let mut outcomes = Vec::new();
        for open in &resolver.open(only)? {
            let settled = settling.settle(open)?;
            outcomes.extend(settled.map(|settled| (open.path.clone(), settled)));
        }
        for (path, why) in resolver.left_alone(only)? {
            let line = why.say(&path);
            outcomes.push((path, Settled::left_at(line)));
        }
        // Items in files that still have markers are not settled yet.
        let are_settled = outcomes.iter().all(|(_, o)| o.left.is_empty());
        let mut stopped_by = None;
        if are_settled {
            let kept = outcomes.iter().filter_map(|(_, o)| o.kept.clone());
            let (kept, answers) = (kept.collect(), &settling.answers);
            // What is done by now is said all the same, and what is left.
            match against_removals::settle(ui, &resolver, only, &kept, answers) {
                Ok(of_items) => outcomes.extend(of_items),
                Err(error) => stopped_by = Some(error),
            }
        }
        let (mut about, outcomes): (BTreeSet<String>, Vec<Settled>) = outcomes.into_iter().unzip();
        let by_line = resolver.merged_by_line(only)?;
        for path in &by_line {
            ui.line(format_args!(
                "{}: HEAD merges more than two parents, which git does by line; left as it is (by \
                 field, two at a time: palimpsest merge BASE OURS THEIRS -o {})",
                safe(path),
                safe(&repo.from_here(path))
            ))?;
        }
        let by_git = resolver.left_to_git(only)?;
        say_of_those_left_to_git(ui, &resolver, &by_git)?;
        let named = by_git.iter().map(|(path, _)| path.clone());
        about.extend(by_line.into_iter().chain(named));
        say_of_the_others(ui, &about, only, |path| {
            are_settled || resolver.has_no_entries(path)
        })?;
        let exit = conclude(ui, &outcomes)?;
        if let Some(error) = stopped_by {
            return Err(error);
        }
        match exit {
            Exit::Ok if !by_git.is_empty() => Ok(Exit::Failed),
            exit => Ok(exit),
        }
    }

    /// The typed paths, from the top of the work tree; an unknown one is an error.
    fn chosen_paths(&self, resolver: &Resolver<'_>) -> anyhow::Result<Vec<String>> {
        let repo = resolver.repo;
        let here = std::env::current_dir()?;
        let real = |path: &Path| std::fs::canonicalize(path).ok();
        let knows = |path: &str| Ok(resolver.knows(path)?);
        let mut paths = Vec::new();
        for typed in &self.paths {
            // The top itself has no name in the repository.
            paths.push(match real(&here.join(typed)) == real(repo.workdir()) {
                true => String::new(),
                false => path_typed(repo, &here, typed, &knows)?,
            });
        }
        for (path, typed) in paths.iter().zip(&self.paths) {
            if self.unknown && here.join(typed).is_dir() {
                bail!("{}: --unknown takes files, not folders", typed.display());
            }
            if !path.is_empty() && !resolver.knows(path)? {
                bail!(
                    "{}: no such file or folder; `git status` names what is in conflict",
                    typed.display()
                );
            }
        }
        Ok(paths)
    }

    /// The answer to every question, if one was given.
    const fn choice(&self) -> Option<Choice> {
        match (self.ours, self.theirs, self.both) {
            (true, _, _) => Some(Choice::Ours),
            (_, true, _) => Some(Choice::Theirs),
            (_, _, true) => Some(Choice::Both),
            _ => None,
        }
    }
}

/// One run of the command.
pub(super) struct Settling<'a> {
    pub(super) ui: &'a Ui,
    pub(super) resolver: &'a Resolver<'a>,
    pub(super) answers: Answers<'a>,
    pub(super) only: Option<&'a [String]>,
}

impl Settling<'_> {
    fn settle(&self, open: &OpenPath) -> anyhow::Result<Option<Settled>> {
        let path = &open.path;
        let named = self.is_named(path);
        match self.resolver.propose(open)? {
            Proposal::Fine => Ok(None),
            Proposal::Differs(hunks) if named => self.write(open, &hunks).map(Some),
            Proposal::Differs(_) => {
                self.ui.line(format_args!(
                    "{}: the last merge holds something else than its parents make; if nobody \
                     meant that: palimpsest resolve {}",
                    safe(path),
                    safe(&shell_path(path))
                ))?;
                Ok(Some(Settled::default()))
            }
            Proposal::Edited => Ok(Some(Settled::left_at(match open.of_one_side() {
                Some(line) => of_one_side(self.resolver.repo, path, line),
                None => format!(
                    "{path}: no markers, edited by hand; if it is as it should be: git add {}",
                    self.resolver.repo.pathspec(path)
                ),
            }))),
            Proposal::Text(hunks) => self.write(open, &hunks).map(Some),
            Proposal::Unknown { hunks, united } => {
                let text = if self.answers.take_both() {
                    united
                } else {
                    hunks
                };
                self.write(open, &text).map(Some)
            }
            Proposal::Crossing => Ok(Some(Settled::left_at(edited_crossing(
                self.resolver.repo,
                path,
            )))),
            Proposal::Doubtful(line) => Ok(Some(Settled::left_at(doubtful(path, line)))),
            Proposal::OneSided {
                ours,
                theirs,
                moved,
            } => self
                .one_side(open, ours.as_deref(), theirs.as_deref(), moved.as_ref())
                .map(Some),
            Proposal::Added { by_us, text } => self.added(open, by_us, &text).map(Some),
        }
    }

    pub(super) fn is_named(&self, path: &String) -> bool {
        self.only.is_some_and(|only| only.contains(path))
    }

    /// Whether a person said that all markers in this file are a conflict.
    fn counts_unknown(&self, path: &String) -> bool {
        self.resolver.unknown && self.is_named(path)
    }

    /// Makes the choices for the hunks of a text, and writes it.
    pub(super) fn write(&self, open: &OpenPath, hunks: &Hunks) -> anyhow::Result<Settled> {
        let path = &open.path;
        let mut choices = Vec::new();
        let mut left = Vec::new();
        let worked_out = self.resolver.worked_out(open);
        let mut numbers = Vec::new();
        let makers = match self.answers.asks() && !hunks.is_empty() {
            true => self.resolver.makers(open)?,
            false => (None, None),
        };
        // An entry has the date of its name, whichever side is taken.
        let own_date: Vec<Option<Choice>> = match self.resolver.settings.layout.classify(path) {
            PathKind::Entry(name) => hunks.iter().map(|h| with_date_of_name(h, name)).collect(),
            _ => Vec::new(),
        };
        let own_date = |number: usize| own_date.get(number).copied().flatten();
        for (number, hunk) in hunks.iter().enumerate() {
            if is_one_of(hunk, &worked_out) {
                numbers.push(number);
                choices.push(Choice::Ours);
                continue;
            }
            let may_be_text = hunk.may_be_text && !self.counts_unknown(path);
            if hunk.is_unclear || may_be_text {
                choices.push(Choice::Leave);
                left.push((
                    number,
                    match hunk.is_unclear {
                        true => Why::Unclear,
                        false => Why::MayBeText,
                    },
                ));
                continue;
            }
            let what = place(path, hunk);
            if let Some(side) = own_date(number) {
                let keeps = self
                    .answers
                    .keeps(&format!("{what}; that of its name is taken"))?;
                choices.push(if keeps { side } else { Choice::Leave });
                if !keeps {
                    left.push((number, Why::NotChosen));
                }
                continue;
            }
            let fits = |choice: Choice| {
                // To read the text, the other hunks need a choice, too.
                let with = |choice, n, other| match choices.get(n).copied() {
                    _ if n == number => choice,
                    None | Some(Choice::Leave) => own_date(n).unwrap_or(other),
                    Some(chosen) => chosen,
                };
                [Choice::Ours, Choice::Theirs].into_iter().any(|other| {
                    let [text, ours, theirs] = [choice, Choice::Ours, Choice::Theirs]
                        .map(|choice| hunks.choose(|n| with(choice, n, other)));
                    self.resolver.is_readable(path, &text)
                        && self.resolver.keeps_fronts(path, &text, [&ours, &theirs])
                })
            };
            // Below frontmatter that nobody can read, text may have both. In a file of another
            // name it may be no frontmatter.
            let is_text = || {
                let is_below = match is_markdown(path) {
                    true => is_below_front(hunks, number),
                    false => !is_data(path),
                };
                is_below && !fits(Choice::Ours) && !fits(Choice::Theirs)
            };
            // The whole file is read for it.
            let may_be = self.answers.may_take_both() && !hunk.over_end;
            let both = may_be && (fits(Choice::Both) || is_text());
            let labels = (hunk.labels.0.as_str(), hunk.labels.1.as_str());
            let question = Question::new(&what, &makers, labels, (&hunk.ours, &hunk.theirs));
            let mut choice = self.answers.to(&question.or_both(both))?;
            if choice == Choice::Both && !both {
                choice = Choice::Leave;
                left.push((number, Why::BothDoNotFit));
            } else if choice == Choice::Leave {
                left.push((number, Why::NotChosen));
            }
            choices.push(choice);
        }
        if !left.is_empty() {
            // The body may not be chosen yet.
            for number in std::mem::take(&mut numbers) {
                choices[number] = Choice::Leave;
                left.push((number, Why::NotChosen));
            }
            left.sort_unstable_by_key(|(number, _)| *number);
        }
        let mut chosen = hunks.choose(|n| choices[n]);
        if left.is_empty() {
            let more = self.resolver.hunks_of_a_side(open, &chosen)?;
            // Of the sets of another merge a flag says nothing.
            let is_asked = self.answers.asks() && more.iter().any(|hunk| hunk.in_front);
            if !is_asked && self.resolver.keeps_a_marker(open, &chosen) {
                return Ok(Settled::left_at(crossing(self.resolver.repo, path)));
            }
            if !more.is_empty() {
                return self.write(open, &more);
            }
            if self.resolver.breaks(open, &chosen) {
                return Ok(Settled::left_at(format!(
                    "{path}: nobody could read it with this choice, as the lines beside it are of \
                     another form; edit it, then `git add` it"
                )));
            }
            if !choices.is_empty() {
                chosen = worked_out.again(&chosen).unwrap_or(chosen);
            }
        }
        if let (Some(last), Some(choice)) = (hunks.at_the_end(), choices.last()) {
            open.end_as_the_side(&mut chosen, last, *choice);
        }
        let is_choice = left.iter().any(|(_, why)| why.is_choice());
        // Choices further up have moved the remaining lines.
        let mut left: Vec<String> = hunks
            .left(|n| choices[n])
            .iter()
            .zip(left)
            .map(|(hunk, (_, why))| format!("{}{why}", place(path, hunk)))
            .collect();
        let all = choices.len() - numbers.len();
        let taken = all.saturating_sub(left.len());
        left.extend(open.doubtful.map(|line| doubtful(path, line)));
        // What nobody chose in stays as it is, byte for byte.
        let is_left = choices.iter().all(|choice| *choice == Choice::Leave);
        let is_left = is_left && !choices.is_empty() && open.origin == Origin::Markers;
        let done = match is_left {
            true => Finished::default(),
            false => self.resolver.finish(open, Some(&chosen), left.is_empty())?,
        };
        left.extend(
            done.left
                .map(|line| of_one_side(self.resolver.repo, path, line)),
        );
        left.extend(done.earlier.map(|line| of_another_merge(path, line)));
        let how = match (all, left.len()) {
            (0, _) => "merged field by field".to_owned(),
            (_, 0) => format!("merged, {taken} chosen"),
            (_, left) => format!("merged, {taken} chosen, {left} left"),
        };
        self.say(open, &how, &done)?;
        Ok(Settled {
            unstaged: left.is_empty() && !done.staged,
            left,
            is_choice,
            aside: done.aside,
            kept: Some((path.clone(), self.resolver.kept_in(open, &chosen))),
        })
    }

    pub(super) fn say(&self, open: &OpenPath, how: &str, done: &Finished) -> anyhow::Result<()> {
        let from = match open.origin {
            Origin::Committed => " (in the last merge)".to_owned(),
            Origin::Earlier(commit) => format!(" (in the merge {})", &commit.to_string()[..8]),
            _ => String::new(),
        };
        let staged = match done.staged {
            true => ", staged",
            false => "",
        };
        self.ui
            .line(format_args!("{}: {how}{staged}{from}", safe(&open.path)))?;
        Ok(())
    }
}
