//! The decisions of a merge, field by field: for `palimpsest merge -v` and for the log.

use super::entry::MemberSides;
use super::identity;
use super::output::Pick;
use crate::journal::Item;
use crate::journal::rules::Rule;

/// The decision for a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Both sides have the same.
    Same,
    /// Only ours changed it.
    Ours,
    /// Only theirs changed it.
    Theirs,
    /// Both changed it; the rule joined them.
    Merged,
    /// Both changed it, and a person has to choose.
    Conflict,
    /// Both changed it in the base of another merge, which keeps the base's value.
    Base,
}

impl Decision {
    /// The decision if one side's version stands.
    pub(super) fn one_side(sides: &MemberSides, taken: Pick) -> Self {
        match (sides.ours, sides.theirs) {
            (Some(a), Some(b)) if a.same_text(b) => Self::Same,
            _ => taken.of(Self::Ours, Self::Theirs),
        }
    }

    /// One word for listings.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Ours => "ours",
            Self::Theirs => "theirs",
            Self::Merged => "merged",
            Self::Conflict => "conflict",
            Self::Base => "base",
        }
    }
}

/// A path as it is told to people.
fn shown(path: &[String]) -> Vec<String> {
    path.iter().map(|part| identity::shown(part)).collect()
}

/// A field and its decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The keys from the top, such as `manuscript`, `themes`.
    pub path: Vec<String>,
    /// The rule that was needed; `None` where one side's version simply stands.
    pub rule: Option<Rule>,
    pub decision: Decision,
}

/// All decisions of a merge.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    pub fields: Vec<Field>,
    /// Items that a tombstone kept out.
    pub kept_out: Vec<Item>,
}

impl Report {
    /// Notes a decision. Fields that nobody changed are left out.
    pub(super) fn note(&mut self, path: &[String], rule: Option<&Rule>, decision: Decision) {
        if decision == Decision::Same {
            return;
        }
        self.fields.push(Field {
            path: shown(path),
            rule: rule.cloned(),
            decision,
        });
    }

    /// Whether the last that was noted is that this entry has the base's value.
    pub(super) fn has_base(&self, path: &[String]) -> bool {
        let last = self.fields.last();
        last.is_some_and(|last| last.decision == Decision::Base && last.path == shown(path))
    }

    /// Forgets what was noted last within an entry that conflicts as a whole.
    pub(super) fn forget_within(&mut self, path: &[String]) {
        let path = shown(path);
        while let Some(last) = self.fields.last()
            && last.path.starts_with(&path)
        {
            self.fields.pop();
        }
    }

    /// Forgets what was noted behind so many fields, but for conflicts.
    pub(super) fn forget_but_conflicts(&mut self, first: usize) {
        let noted = self.fields.split_off(first).into_iter();
        let conflicts = noted.filter(|field| field.decision == Decision::Conflict);
        self.fields.extend(conflicts);
    }

    /// Forgets what was noted of an entry and within it.
    pub(super) fn forget(&mut self, path: &[String]) {
        let path = shown(path);
        self.fields.retain(|field| !field.path.starts_with(&path));
    }

    /// Forgets what was noted of an entry, and keeps what was noted within it.
    pub(super) fn forget_only(&mut self, path: &[String]) {
        let path = shown(path);
        self.fields.retain(|field| field.path != path);
    }

    /// The fields in conflict, by dotted path.
    pub fn conflicts(&self) -> impl Iterator<Item = String> + '_ {
        self.fields
            .iter()
            .filter(|f| f.decision == Decision::Conflict)
            .map(|f| f.path.join("."))
    }
}
