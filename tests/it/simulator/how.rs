//! How a commit of a history was made.

use std::collections::BTreeSet;

use git2::Oid;

use super::model::Item;

/// How a commit was made.
#[derive(Debug, Clone)]
pub struct How {
    pub machine: String,
    /// Whether hooks saw it.
    pub hooks: bool,
    pub kind: HowKind,
    /// The commit that an amended one stands in the place of.
    pub instead_of: Option<Oid>,
    /// The merge that a rebase made anew.
    pub anew: Option<Oid>,
}

#[derive(Debug, Clone, Default)]
pub enum HowKind {
    #[default]
    Ordinary,
    /// A merge by the drivers; paths that a person resolved.
    Merge { by_hand: BTreeSet<String> },
    /// A merge by a git without drivers; paths that a person resolved.
    Foreign { by_hand: BTreeSet<String> },
    /// A merge whose result was committed with one parent; the other side.
    Squash {
        other: Oid,
        by_hand: BTreeSet<String>,
    },
    /// A commit that was made before, on another parent.
    Replay { of: Oid, by_hand: BTreeSet<String> },
    /// Two commits made one, which has what the second of them had.
    Fixup { of: Oid },
    /// Of the entries with removals nothing is judged.
    Pick { of: Oid, by_hand: BTreeSet<String> },
    /// What a commit did taken back, but for what a person kept of it.
    Revert { of: Oid, by_hand: BTreeSet<String> },
    /// A decision in the ledger.
    Decision(Decision),
}

/// What somebody decided with `metadb`.
#[derive(Debug, Clone, Default)]
pub struct Decision {
    /// Its removals let it in again.
    pub restored: Option<Item>,
    /// Its removals never expire.
    pub permanent: Option<Item>,
    /// These conflicts are settled.
    pub settled: Settled,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Settled {
    #[default]
    Nothing,
    All,
    /// Those of the entry of this date.
    One(String),
}

impl Settled {
    pub fn is_of(&self, entry: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::All => true,
            Self::One(date) => date == entry,
        }
    }
}

impl HowKind {
    pub fn pick(of: Oid) -> Self {
        let by_hand = BTreeSet::new();
        Self::Pick { of, by_hand }
    }

    pub fn revert(of: Oid) -> Self {
        let by_hand = BTreeSet::new();
        Self::Revert { of, by_hand }
    }
}

impl How {
    pub fn ordinary(machine: &str) -> Self {
        Self::of(machine, HowKind::Ordinary)
    }

    pub fn of(machine: &str, kind: HowKind) -> Self {
        Self {
            machine: machine.to_owned(),
            hooks: true,
            kind,
            instead_of: None,
            anew: None,
        }
    }

    pub fn without_hooks(self) -> Self {
        Self {
            hooks: false,
            ..self
        }
    }

    /// Whether pre-commit ran: it stores what history told until then.
    pub fn stores(&self) -> bool {
        self.hooks
            && match &self.kind {
                HowKind::Ordinary
                | HowKind::Squash { .. }
                | HowKind::Decision(_)
                | HowKind::Pick { .. }
                | HowKind::Revert { .. } => true,
                HowKind::Merge { by_hand } => !by_hand.is_empty(),
                _ => false,
            }
    }
}
