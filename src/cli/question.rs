//! The question which side to take: lines of text, and a line as the answer, so
//! that it works in every terminal and Ctrl-C leaves nothing behind.

use std::cell::Cell;

use super::Ui;
use super::shown::{more, safe};
use crate::journal::hunks::Choice;
use crate::sync::resolve::Maker;

/// Limit on the shown lines of a side; more are counted.
const SHOWN: usize = 12;

/// One side of a question.
struct Side<'a> {
    name: &'static str,
    maker: Option<&'a Maker>,
    label: &'a str,
    text: &'a [u8],
}

/// A question with its two sides.
pub struct Question<'a> {
    what: &'a str,
    sides: [Side<'a>; 2],
    /// Whether the lines of both are an answer.
    both: bool,
}

impl<'a> Question<'a> {
    /// A question about our side and theirs: who made each, if that is known, the label
    /// behind its marker (a branch or a commit), and its text.
    #[must_use]
    pub fn new(
        what: &'a str,
        makers: &'a (Option<Maker>, Option<Maker>),
        labels: (&'a str, &'a str),
        texts: (&'a [u8], &'a [u8]),
    ) -> Self {
        let side = |name, maker: &'a Option<Maker>, label, text| Side {
            name,
            maker: maker.as_ref(),
            label,
            text,
        };
        Self {
            what,
            sides: [
                side("ours", &makers.0, labels.0, texts.0),
                side("theirs", &makers.1, labels.1, texts.1),
            ],
            both: false,
        }
    }

    /// The question, with the lines of both as an answer if `fits`.
    #[must_use]
    pub const fn or_both(mut self, fits: bool) -> Self {
        self.both = fits;
        self
    }
}

/// The answer for a removed item that stands in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    TakeOut,
    LetIn,
    Leave,
}

/// The source of answers: the command line, once for all, or a person at a terminal.
pub struct Answers<'a> {
    ui: &'a Ui,
    said: Option<Choice>,
    /// Whether there is nobody to ask, or nobody any more.
    ended: Cell<bool>,
}

impl<'a> Answers<'a> {
    /// `said` is the answer to every question, if there is one.
    #[must_use]
    pub fn new(ui: &'a Ui, said: Option<Choice>) -> Self {
        Self {
            ui,
            said,
            ended: Cell::new(!Ui::can_ask()),
        }
    }

    /// Whether [`Answers::to`] would ask a person.
    #[must_use]
    pub fn asks(&self) -> bool {
        self.said.is_none() && !self.ended.get()
    }

    /// Whether one answer was given to every question.
    #[must_use]
    pub const fn are_given(&self) -> bool {
        self.said.is_some()
    }

    /// Whether every answer is to take both sides.
    #[must_use]
    pub fn take_both(&self) -> bool {
        self.said == Some(Choice::Both)
    }

    /// Whether an answer may be to take both sides.
    #[must_use]
    pub fn may_take_both(&self) -> bool {
        self.asks() || self.take_both()
    }

    /// The answer to a question. To leave it is an answer, too, and the only one once the
    /// input has ended.
    ///
    /// # Errors
    /// The terminal cannot be read or written.
    pub fn to(&self, question: &Question<'_>) -> anyhow::Result<Choice> {
        if let Some(choice) = self.said {
            return Ok(choice);
        }
        if self.ended.get() {
            return Ok(Choice::Leave);
        }
        self.ui.remark(safe(question.what));
        for side in &question.sides {
            self.show(side);
        }
        let mut words = vec![("ours", Choice::Ours), ("theirs", Choice::Theirs)];
        let mut both = "";
        if question.both {
            words.push(("both", Choice::Both));
            both = ", [b]oth";
        }
        let ask = format!("take [o]urs, [t]heirs{both}, or leave it for [l]ater?");
        Ok(self.answer(&ask, &words)?.unwrap_or(Choice::Leave))
    }

    /// Asks what becomes of a removed item that stands in a file.
    ///
    /// # Errors
    /// The terminal cannot be read or written.
    pub fn against_removal(&self, what: &str) -> anyhow::Result<Answer> {
        let ask = "take it [o]ut of the file, let it [i]n again, or leave it for [l]ater?";
        let words = [("out", Answer::TakeOut), ("in", Answer::LetIn)];
        Ok(match self.said {
            // Neither side has it any more.
            Some(Choice::Ours | Choice::Theirs) => Answer::TakeOut,
            Some(Choice::Both) => Answer::LetIn,
            Some(Choice::Leave) => Answer::Leave,
            None => self.short(what, ask, &words)?.unwrap_or(Answer::Leave),
        })
    }

    /// Asks whether a file stays where it is, or is left for later.
    ///
    /// # Errors
    /// The terminal cannot be read or written.
    pub fn keeps(&self, what: &str) -> anyhow::Result<bool> {
        self.agrees(what, "[k]eep it here, or leave it for [l]ater?", "keep")
    }

    /// Asks whether the one value that fits is taken, or the hunk is left for later.
    ///
    /// # Errors
    /// The terminal cannot be read or written.
    pub fn takes_that(&self, what: &str) -> anyhow::Result<bool> {
        self.agrees(what, "take [t]hat one, or leave it for [l]ater?", "that")
    }

    /// Whether the answer is this word. Whoever chose sides for all agrees.
    fn agrees(&self, what: &str, ask: &str, word: &str) -> anyhow::Result<bool> {
        Ok(self.said.is_some() || self.short(what, ask, &[(word, ())])?.is_some())
    }

    /// Asks a question that fits on a line; `None` leaves it for later.
    fn short<T: Copy>(
        &self,
        what: &str,
        ask: &str,
        words: &[(&str, T)],
    ) -> anyhow::Result<Option<T>> {
        if self.ended.get() {
            return Ok(None);
        }
        self.ui.remark(safe(what));
        self.answer(ask, words)
    }

    /// Asks until the answer is one of the words, or its first letter; `None` is for later.
    fn answer<T: Copy>(&self, ask: &str, words: &[(&str, T)]) -> anyhow::Result<Option<T>> {
        loop {
            let Some(answer) = self.ui.ask(ask)? else {
                self.ended.set(true);
                return Ok(None);
            };
            let answer = answer.to_lowercase();
            let is = |word: &str| answer == word || answer == word[..1];
            if let Some((_, meant)) = words.iter().find(|(word, _)| is(word)) {
                return Ok(Some(*meant));
            }
            if is("later") {
                return Ok(None);
            }
            self.ui.remark(
                "type one of the letters; Ctrl-D leaves this and the rest for later, Ctrl-C \
                 stops and leaves this file as it was",
            );
        }
    }

    fn show(&self, side: &Side<'_>) {
        let mut heading = side.name.to_owned();
        if let Some(Maker { by, at }) = side.maker {
            heading = format!("{heading}, {by}, {at}");
        }
        if is_commit(side.label) {
            heading = format!("{heading} (commit {})", &side.label[..8]);
        } else if !side.label.is_empty() && side.label != side.name {
            heading = format!("{heading} ({})", side.label);
        }
        self.ui.remark(format_args!("  {}:", safe(&heading)));
        let text = String::from_utf8_lossy(side.text);
        let lines: Vec<&str> = text.lines().collect();
        if lines.is_empty() {
            self.ui.remark("    (nothing)");
        }
        for line in lines.iter().take(SHOWN) {
            self.ui.remark(format_args!("    {}", safe(line)));
        }
        if let Some(more) = more(lines.len(), SHOWN, "more line", "more lines") {
            self.ui.remark(format_args!("    … and {more}"));
        }
    }
}

/// Whether a label is a full commit id, as git uses for commits fetched by `git pull`.
fn is_commit(label: &str) -> bool {
    label.len() == 40 && label.bytes().all(|b| b.is_ascii_hexdigit())
}
