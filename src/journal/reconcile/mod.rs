//! The merge of a document: frontmatter field by field, body by line.
//!
//! `document` and `top` split and parse, `assemble` puts together; `entry`, `collection`,
//! `sequence` and `leaf` decide; `identity` and `likeness` match members across the
//! sides, `found`, `alike` and `names` the items of lists in order, and `renamed` keys;
//! `member`, `view`, `flow` and `cut` handle slices of text.
//!
//! A result is read again before it is given out, and wherever something cannot be
//! parsed, proved or finished the outcome is git's own result.

mod alike;
mod assemble;
mod collection;
mod cut;
mod document;
mod entry;
mod eol;
mod flow;
mod found;
mod identity;
mod in_brackets;
mod leaf;
mod likeness;
mod loss;
mod member;
mod names;
mod output;
mod removals;
mod renamed;
mod report;
mod sequence;
mod shape;
mod stamp;
mod top;
mod view;

pub use document::{FileKind, Merged, Merger, NO_FRONTMATTER, Outcome};
pub use entry::{Ruling, Rulings};
pub use flow::quoted_for_flow;
pub use report::{Decision, Field, Report};

use crate::merge::ThreeWay;

/// Why a part could not be merged.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Stop {
    /// A person has to choose, for the smallest entry around it.
    Conflict,
    /// The whole document is left to git, for this reason.
    Refuse(String),
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

/// Like [`join_present`], but a double change gives the bytewise smaller text, so that
/// swapping the sides changes nothing.
fn smaller(sides: &ThreeWay<Option<String>>) -> Option<String> {
    join_present(sides).or_else(|| sides.ours.as_ref().min(sides.theirs.as_ref()).cloned())
}
