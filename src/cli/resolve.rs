//! `palimpsest resolve`: settles what a merge left, or a client without drivers.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::Args;

use super::against_removals;
use super::decide::Decision;
use super::hunk::{
    Why, crossing, doubtful, edited, edited_crossing, of_another_merge, of_one_side, part_left,
    place,
};
use super::journal::path_typed;
use super::question::Answers;
use super::settled::{Settled, conclude, say_of_the_others, say_of_those_left_to_git};
use super::shown::safe;
use super::{Exit, Ui};
use crate::journal::hunks::{Choice, Hunks};
use crate::repo::{Repo, shell_path};
use crate::sync::resolve::{Chosen, Finished, OpenPath, Origin, Proposal, Resolver};
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
        let mut resolver = Resolver {
            repo: &repo,
            settings: &settings,
            chosen: Chosen::default(),
        };
        resolver.chosen = Chosen {
            paths: self.chosen_paths(&resolver)?,
            unknown: self.unknown,
        };
        let settling = Settling {
            ui,
            resolver: &resolver,
            answers: Answers::new(ui, self.choice()),
        };
        let (mut outcomes, mut formers) = (Vec::new(), Vec::new());
        for open in &resolver.open()? {
            let settled = settling.settle(open)?;
            outcomes.extend(settled.map(|settled| (open.path.clone(), settled)));
            formers.extend(open.former.clone());
        }
        for (path, why) in resolver.left_alone()? {
            let line = why.say(&repo, &path);
            outcomes.push((path, Settled::left_at(line)));
        }
        // Items in files that still have markers are not settled yet.
        let are_settled = outcomes.iter().all(|(_, o)| o.left.is_empty());
        let mut stopped_by = None;
        if are_settled {
            let kept = outcomes.iter().filter_map(|(_, o)| o.kept.clone());
            let (kept, answers) = (kept.collect(), &settling.answers);
            // What is done by now is said all the same, and what is left.
            match against_removals::settle(ui, &resolver, &kept, answers) {
                Ok(of_items) => outcomes.extend(of_items),
                Err(error) => stopped_by = Some(error),
            }
        }
        let (mut about, outcomes): (BTreeSet<String>, Vec<Settled>) = outcomes.into_iter().unzip();
        let by_line = resolver.merged_by_line()?;
        for path in &by_line {
            ui.line(format_args!(
                "{}: HEAD merges more than two parents, which git does by line; left as it is (by \
                 field, two at a time: palimpsest merge BASE OURS THEIRS -o {})",
                safe(path),
                safe(&repo.from_here(path))
            ))?;
        }
        let by_git = resolver.left_to_git()?;
        say_of_those_left_to_git(ui, &resolver, &by_git)?;
        let named = by_git.iter().map(|(path, _)| path.clone());
        about.extend(by_line.into_iter().chain(named).chain(formers));
        say_of_the_others(ui, &about, &resolver.chosen, |path| {
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
}

impl Settling<'_> {
    fn settle(&self, open: &OpenPath) -> anyhow::Result<Option<Settled>> {
        let path = &open.path;
        let named = self.resolver.chosen.names(path);
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
            Proposal::Edited => Ok(Some(Settled::left_at(edited(self.resolver, open)))),
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

    /// Makes the choices for the hunks of a text, and writes it.
    pub(super) fn write(&self, open: &OpenPath, hunks: &Hunks) -> anyhow::Result<Settled> {
        let path = &open.path;
        let worked_out = self.resolver.worked_out(open);
        let decisions = self.decide(open, hunks, &worked_out)?;
        let choice = |number: usize| decisions[number].choice();
        let left: Vec<Why> = decisions.iter().filter_map(|d| d.left()).collect();
        let mut chosen = hunks.choose(choice);
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
            if !decisions.is_empty() {
                chosen = worked_out.again(&chosen).unwrap_or(chosen);
            }
        }
        if let (Some(last), Some(decision)) = (hunks.at_the_end(), decisions.last()) {
            open.end_as_the_side(&mut chosen, last, decision.choice());
        }
        let is_choice = left.iter().any(|why| why.is_choice());
        let asked = decisions.iter().filter(|d| **d != Decision::WorkedOut);
        let all = asked.count();
        let taken = all - left.len();
        // What nobody chose in stays as it is, byte for byte.
        let is_left = !decisions.is_empty() && left.len() == decisions.len();
        // Choices further up have moved the remaining lines.
        let mut left: Vec<String> = hunks
            .left(choice)
            .iter()
            .zip(left)
            .map(|(hunk, why)| format!("{}{why}", place(path, hunk)))
            .collect();
        left.extend(open.doubtful.map(|line| doubtful(path, line)));
        // A file that git has in no conflict has no markers, which `git merge --abort` would
        // leave there, or stop at.
        let is_elsewhere = open.former.is_some() && !left.is_empty();
        let done = match is_elsewhere || is_left && open.origin == Origin::Markers {
            true => Finished::default(),
            false => self.resolver.finish(open, Some(&chosen), left.is_empty())?,
        };
        left.extend(
            done.left
                .map(|line| of_one_side(self.resolver.repo, path, line)),
        );
        let part = done.part;
        left.extend(part.map(|line| part_left(self.resolver.repo, path, line)));
        left.extend(done.earlier.map(|line| of_another_merge(path, line)));
        let how = match (all, left.len()) {
            (0, _) => "merged field by field".to_owned(),
            (_, 0) => format!("merged, {taken} chosen"),
            (_, left) => format!("merged, {taken} chosen, {left} left"),
        };
        if !is_elsewhere {
            self.say(open, &how, &done)?;
        }
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
        let moved = match &open.former {
            Some(former) => format!(", moved here from {}", safe(former)),
            None => String::new(),
        };
        self.ui.line(format_args!(
            "{}: {how}{moved}{staged}{from}",
            safe(&open.path)
        ))?;
        Ok(())
    }
}
