//! The merge of a document: frontmatter field by field, body by line.
//!
//! | file | question |
//! |---|---|
//! | `document` | What becomes of the whole: field by field, or git's own result? |
//! | `by_line` | What is git's own result, and can it be read? |
//! | `eol` | Which line ends does the result have? |
//! | `top` | Which lines of a frontmatter belong to which field? |
//! | `view`, `flow` | Which members does a collection of one side have, in lines or in brackets, and in which form do they merge? |
//! | `member`, `cut` | How does a side spell one of them, and how does it move to another column? |
//!
//! Deciding:
//!
//! | file | question |
//! |---|---|
//! | `shape` | Which rule does a field follow? |
//! | `entry`, `in_brackets` | What becomes of one entry, on lines of its own or between brackets? |
//! | `above`, `below`, `frame` | And of the lines above it, or below the last one? Of its key, and the comment behind that? |
//! | `collection` | What becomes of a list or a map that both sides changed? |
//! | `split` | Did a side cut a text into a list, or put a list into a text? |
//! | `sequence` | And of a list whose order means something? |
//! | `leaf`, `text`, `stamp` | And of a value that merges as one, or by line? Which of two times is the later? |
//! | `removals` | What do known removals take out of the result? |
//! | `loss` | Would a comment be lost, come back, or stand twice? |
//! | `whole`, `unit`, `stretches`, `torn`, `mentions` | What must a conflict cover, so that no choice loses a line, or an entry that a comment speaks of? |
//!
//! Matching members across the sides:
//!
//! | file | question |
//! |---|---|
//! | `identity`, `same_key`, `likeness` | Which are the same, by their key and by their values? |
//! | `found`, `alike`, `names` | Which are the same in a list in order? |
//! | `renamed` | Which key or item is another one of the base, renamed? |
//! | `moved`, `known_again` | Did a side move a value that the other one changed where it was? Which of many new ones may be it? |
//! | `over_lists`, `values` | Or into an item of a list, or out of one? What does a side have under which keys? |
//! | `put_below` | Did a side put an entry below a comment that the other one changed? |
//! | `together`, `agreed` | What becomes of the keys between which it did? Is a text provably what both did? |
//! | `interner` | How many values do two lists have in common? |
//!
//! The result:
//!
//! | file | question |
//! |---|---|
//! | `assemble` | How do merged members stand together, and what do they mean? |
//! | `tag` | Which tag does the whole of them have? |
//! | `output` | What is written so far, and what must it mean? |
//! | `report` | How was each field decided? |
//! | `worked_out` | Which numbers follow from the body that a person chose? |
//!
//! A result is read again before it is given out, and wherever something cannot be
//! parsed, proved or finished the outcome is git's own result.

mod above;
mod agreed;
mod alike;
mod assemble;
mod below;
mod by_line;
mod collection;
mod cut;
mod document;
mod entry;
mod eol;
mod flow;
mod found;
mod frame;
mod identity;
mod in_brackets;
mod interner;
mod known_again;
mod leaf;
mod likeness;
mod loss;
mod member;
mod mentions;
mod moved;
mod names;
mod output;
mod over_lists;
mod put_below;
mod removals;
mod renamed;
mod report;
mod same_key;
mod sequence;
mod shape;
mod split;
mod stamp;
mod stretches;
mod tag;
mod text;
mod together;
mod top;
mod torn;
mod unit;
mod values;
mod view;
mod whole;
mod worked_out;

pub use by_line::Reason;
pub use document::{FileKind, Merged, Merger, Outcome};
pub use entry::{Ruling, Rulings};
pub use flow::quoted_for_flow;
pub use report::{Decision, Field, Report};
pub use worked_out::WorkedOut;

use std::borrow::Cow;

use member::Member;

use crate::merge::ThreeWay;

/// Why a part could not be merged.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Stop {
    /// A person has to choose, for the smallest entry around it.
    Conflict,
    /// There is only a body to merge, which git does.
    NoFrontmatter,
    /// One side has no frontmatter any more, and the bodies conflict: the frontmatter of the
    /// other may belong to the text that is chosen.
    FrontGone,
    /// The whole document is left to git, for this reason.
    Refuse(String),
}

/// A text of each side's member.
fn texts(
    sides: &ThreeWay<Option<&Member>>,
    of: impl for<'m> Fn(&'m Member<'_>) -> Cow<'m, str>,
) -> ThreeWay<Option<String>> {
    sides.map(|m| m.map(|m| of(m).into_owned()))
}

/// The three-way result of a text that may be absent; `None` if both sides changed it
/// differently.
fn join(sides: &ThreeWay<Option<String>>) -> Option<String> {
    sides.clone().trivial().map(Option::unwrap_or_default)
}

/// The three-way result of a text that only some sides have in a form that fits; the
/// others do not count. `None` if both sides changed it differently.
fn join_present(sides: &ThreeWay<Option<String>>) -> Option<String> {
    match (&sides.ours, &sides.theirs) {
        (Some(_), Some(_)) => join(sides),
        (one, other) => one
            .as_ref()
            .or(other.as_ref())
            .or(sides.base.as_ref())
            .cloned(),
    }
}

/// The three-way result of what stands behind a value, of which the space does not count
/// where both sides changed it. `None` if both wrote different comments.
fn behind(sides: &ThreeWay<Option<String>>) -> Option<String> {
    join_present(sides).or_else(|| of_one_comment(sides))
}

/// The text with the comment that three-way merging gives. A side without a comment
/// removed one only if base had it; one that only the base has, both sides removed.
fn of_one_comment(sides: &ThreeWay<Option<String>>) -> Option<String> {
    let texts = sides.as_ref().map(|s| s.as_deref());
    let comment = texts.map(|s| s.unwrap_or_default().trim()).trivial()?;
    let side = [texts.ours, texts.theirs].into_iter().flatten();
    side.filter(|s| s.trim() == comment)
        .min()
        .map(str::to_owned)
}

/// Like [`join_present`], but a double change gives the bytewise smaller text, so that
/// swapping the sides changes nothing.
fn smaller(sides: &ThreeWay<Option<String>>) -> Option<String> {
    join_present(sides).or_else(|| sides.ours.as_ref().min(sides.theirs.as_ref()).cloned())
}
