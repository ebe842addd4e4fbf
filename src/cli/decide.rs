//! What becomes of each hunk of a file in `palimpsest resolve`.

use super::hunk::{Why, is_below_front, is_one_of, place, with_date_of_name};
use super::question::Question;
use super::resolve::Settling;
use crate::journal::PathKind;
use crate::journal::hunks::{Choice, Hunk, Hunks};
use crate::journal::layout::is_markdown;
use crate::journal::reconcile::WorkedOut;
use crate::sync::resolve::{Maker, OpenPath, is_data};

/// What becomes of a hunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Take(Choice),
    /// A number that follows from the body: no question, and either side does.
    WorkedOut,
    Leave(Why),
}

impl Decision {
    /// The choice for the text.
    pub const fn choice(self) -> Choice {
        match self {
            Self::Take(choice) => choice,
            Self::WorkedOut => Choice::Ours,
            Self::Leave(_) => Choice::Leave,
        }
    }

    /// The reason for which the hunk is left, if it is.
    pub const fn left(self) -> Option<Why> {
        match self {
            Self::Leave(why) => Some(why),
            _ => None,
        }
    }
}

/// What is known of all hunks of a file.
struct Known<'a> {
    path: &'a str,
    hunks: &'a Hunks,
    makers: (Option<Maker>, Option<Maker>),
    /// The sides that have the date of an entry's name, which is its date whichever side is
    /// taken.
    own_date: Vec<Option<Choice>>,
}

impl Known<'_> {
    fn own_date(&self, number: usize) -> Option<Choice> {
        self.own_date.get(number).copied().flatten()
    }
}

impl Settling<'_> {
    /// Decides what becomes of each hunk of a text.
    pub(super) fn decide(
        &self,
        open: &OpenPath,
        hunks: &Hunks,
        worked_out: &WorkedOut,
    ) -> anyhow::Result<Vec<Decision>> {
        let path = &open.path;
        let known = Known {
            path,
            hunks,
            makers: match self.answers.asks() && !hunks.is_empty() {
                true => self.resolver.makers(open)?,
                false => (None, None),
            },
            own_date: match self.resolver.settings.layout.classify(path) {
                PathKind::Entry(name) => hunks.iter().map(|h| with_date_of_name(h, name)).collect(),
                _ => Vec::new(),
            },
        };
        let mut decisions = Vec::new();
        for (number, hunk) in hunks.iter().enumerate() {
            let decision = if is_one_of(hunk, worked_out) {
                Decision::WorkedOut
            } else if hunk.is_unclear {
                Decision::Leave(Why::Unclear)
            } else if hunk.may_be_text && !self.resolver.chosen.counts_unknown(path) {
                Decision::Leave(Why::MayBeText)
            } else if let Some(side) = known.own_date(number) {
                let what = place(path, hunk);
                match self
                    .answers
                    .takes_that(&format!("{what}; that of its name is taken"))?
                {
                    true => Decision::Take(side),
                    false => Decision::Leave(Why::NotChosen),
                }
            } else {
                self.ask(&known, &decisions, hunk)?
            };
            decisions.push(decision);
        }
        if decisions.iter().any(|decision| decision.left().is_some()) {
            // The body may not be chosen yet.
            let numbers = decisions.iter_mut().filter(|d| **d == Decision::WorkedOut);
            numbers.for_each(|decision| *decision = Decision::Leave(Why::NotChosen));
        }
        Ok(decisions)
    }

    /// Asks for a side of a hunk, or both, behind those that were decided before.
    fn ask(&self, known: &Known, before: &[Decision], hunk: &Hunk) -> anyhow::Result<Decision> {
        let (path, hunks, number) = (known.path, known.hunks, before.len());
        let fits = |choice: Choice| {
            // To read the text, the other hunks need a choice, too.
            let with = |choice, n: usize, other| match before.get(n).map(|d| d.choice()) {
                _ if n == number => choice,
                None | Some(Choice::Leave) => known.own_date(n).unwrap_or(other),
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
        let what = place(path, hunk);
        let question = Question::new(&what, &known.makers, labels, (&hunk.ours, &hunk.theirs));
        Ok(match self.answers.to(&question.or_both(both))? {
            Choice::Both if !both => Decision::Leave(Why::BothDoNotFit),
            Choice::Leave => Decision::Leave(Why::NotChosen),
            choice => Decision::Take(choice),
        })
    }
}
