//! `palimpsest resolve` where one side has no file: it deleted, moved or never had it.

use super::question::Question;
use super::resolve::Settling;
use super::settled::Settled;
use crate::journal::hunks::Choice;
use crate::sync::resolve::OpenPath;

impl Settling<'_> {
    /// Settles a file that one side deleted or moved away: "both" means to keep it.
    pub(super) fn one_side(
        &self,
        open: &OpenPath,
        ours: Option<&[u8]>,
        theirs: Option<&[u8]>,
        moved: bool,
    ) -> anyhow::Result<Settled> {
        let path = &open.path;
        let what = match (ours, theirs) {
            (Some(_), None) if moved => "moved here by us, to another name by them",
            (None, Some(_)) if moved => "moved here by them, to another name by us",
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
            Choice::Leave => return Ok(Settled::to_choose(what)),
        };
        let done = self.resolver.finish(open, result, true)?;
        let how = match result {
            Some(_) => "kept",
            None => "removed",
        };
        self.say(open, how, &done)?;
        Ok(Settled {
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
        let by = if by_us { "us" } else { "them" };
        let what = format!(
            "{}: added by {by}; where it goes is the question: --ours and --theirs keep it here",
            open.path
        );
        if !self.answers.keeps(&what)? {
            return Ok(Settled::to_choose(what));
        }
        let done = self.resolver.finish(open, Some(text), true)?;
        self.say(open, "kept", &done)?;
        Ok(Settled {
            aside: done.aside,
            ..Settled::default()
        })
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
