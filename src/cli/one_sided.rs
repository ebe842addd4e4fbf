//! `palimpsest resolve` where one side has no file: it deleted, moved or never had it.

use super::hunk::of_one_side;
use super::question::Question;
use super::resolve::Settling;
use super::settled::Settled;
use crate::journal::hunks::{Choice, Hunks};
use crate::sync::resolve::OpenPath;

impl Settling<'_> {
    /// Settles a file that one side deleted or moved away: "both" means to keep it. `moved`
    /// is what stands in one that both moved.
    pub(super) fn one_side(
        &self,
        open: &OpenPath,
        ours: Option<&[u8]>,
        theirs: Option<&[u8]>,
        moved: Option<&Hunks>,
    ) -> anyhow::Result<Settled> {
        let path = &open.path;
        let is_moved = open.is_as_it_was();
        // Who names the file and a side means this one.
        let is_meant = self.resolver.chosen.names(path) && self.answers.are_given();
        if is_moved && !is_meant && self.resolver.stays_deleted(open)? {
            let how = match ours {
                Some(_) => "removed, as they deleted it and we only moved it",
                None => "removed, as we deleted it and they only moved it",
            };
            return self.put(open, None, how);
        }
        let what = match (ours, theirs) {
            (Some(_), None) if moved.is_some() => "moved here by us, to another name by them",
            (None, Some(_)) if moved.is_some() => "moved here by them, to another name by us",
            (Some(_), None) if is_moved => "deleted by them, only moved by us",
            (None, Some(_)) if is_moved => "deleted by us, only moved by them",
            (Some(_), None) => "deleted by them, edited by us",
            (None, Some(_)) => "deleted by us, edited by them",
            _ => "deleted or moved on both sides",
        };
        let what = format!("{path}: {what}");
        let choice = match (ours, theirs) {
            (None, None) => Choice::Ours,
            _ => self.choose_side(open, &what, ours, theirs)?,
        };
        let result = match choice {
            Choice::Ours => ours,
            Choice::Theirs => theirs,
            Choice::Both => ours.or(theirs),
            Choice::Leave => {
                let mut settled = Settled::to_choose(what);
                if moved.is_none() {
                    settled.left.extend(self.held_up(open)?);
                }
                return Ok(settled);
            }
        };
        match (result, moved) {
            (None, _) => self.put(open, None, "removed"),
            // The side of its fields and lines is another choice.
            (Some(_), Some(hunks)) if !hunks.is_empty() => self.write(open, hunks),
            (Some(_), Some(hunks)) => {
                let text = hunks.choose(|_| Choice::Leave);
                self.put(open, Some(&text), "kept")
            }
            (Some(side), None) => {
                // What somebody wrote into it since is theirs; markers that a client put
                // there are not.
                let work = open.work().filter(|_| open.hunks().is_empty());
                self.put(open, Some(work.unwrap_or(side)), "kept")
            }
        }
    }

    /// Writes the result for a path in which nothing is chosen.
    fn put(&self, open: &OpenPath, result: Option<&[u8]>, how: &str) -> anyhow::Result<Settled> {
        let done = self.resolver.finish(open, result, true)?;
        self.say(open, how, &done)?;
        let left = done
            .left
            .map(|line| of_one_side(self.resolver.repo, &open.path, line));
        Ok(Settled {
            left: left.into_iter().collect(),
            aside: done.aside,
            ..Settled::default()
        })
    }

    /// A file that one side added and nobody deleted stays, whichever side is taken.
    pub(super) fn added(
        &self,
        open: &OpenPath,
        by_us: bool,
        text: &[u8],
    ) -> anyhow::Result<Settled> {
        // Its place is no question that a side could answer then.
        if let Some(line) = self.held_up(open)? {
            return Ok(Settled::left_at(line));
        }
        let by = if by_us { "us" } else { "them" };
        let what = format!(
            "{}: added by {by}; where it goes is the question: --ours and --theirs keep it here",
            open.path
        );
        if !self.answers.keeps(&what)? {
            return Ok(Settled::to_choose(what));
        }
        self.put(open, Some(text), "kept")
    }

    /// What is said of markers for which no choice stages the file as it stands.
    fn held_up(&self, open: &OpenPath) -> anyhow::Result<Option<String>> {
        let line = self.resolver.is_held_up_by(open)?;
        Ok(line.map(|line| of_one_side(self.resolver.repo, &open.path, line)))
    }

    fn choose_side(
        &self,
        open: &OpenPath,
        what: &str,
        ours: Option<&[u8]>,
        theirs: Option<&[u8]>,
    ) -> anyhow::Result<Choice> {
        let makers = match self.answers.asks() {
            true => self.resolver.makers(open)?,
            false => (None, None),
        };
        let deleted = b"(deletes the file)".as_slice();
        let texts = (ours.unwrap_or(deleted), theirs.unwrap_or(deleted));
        self.answers
            .to(&Question::new(what, &makers, ("", ""), texts))
    }
}
