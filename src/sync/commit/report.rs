//! What `pre-commit` found and did, for people.

use std::fmt;

use super::Refusal;
use crate::journal::{EntryDate, Facts, ItemKey, Table};
use crate::ledger::{Ledger, Source};

/// How many unresolved conflicts are told one by one.
const MOST_CONFLICTS: usize = 5;

/// What `pre-commit` found and did. Shown as one line each.
#[derive(Debug, Default)]
pub struct PreCommit {
    /// Reasons not to commit; with any, nothing was staged.
    pub refusals: Vec<Refusal>,
    /// The settings refuse commits while conflicts wait; nothing was staged.
    pub blocked: bool,
    /// Nothing was to be staged.
    pub only_checked: bool,
    /// What is odd and was let pass.
    pub warnings: Vec<String>,
    /// Removals that the commit records.
    pub removed: Vec<(EntryDate, Table, ItemKey)>,
    /// Items that it puts back, on top of a removal.
    pub restored: Vec<(EntryDate, Table, ItemKey)>,
    /// Entries whose file it removes.
    pub deleted: Vec<EntryDate>,
    /// Entries that it brings back.
    pub returned: Vec<EntryDate>,
    /// Conflicts that it settles.
    pub settled: Vec<(EntryDate, Source)>,
    /// Conflicts that a merge brings in with this commit.
    pub detected: Vec<EntryDate>,
    /// Conflicts that go on.
    pub unresolved: Vec<(EntryDate, Source)>,
    /// Items that stand in an entry although a removal keeps them out.
    pub kept_out: Vec<KeptOut>,
}

/// An item that stands in a file and is kept out by a removal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptOut {
    pub entry: EntryDate,
    pub table: Table,
    pub item: ItemKey,
}

impl PreCommit {
    /// Whether the commit is not to be made.
    #[must_use]
    pub const fn is_refused(&self) -> bool {
        self.blocked || !self.refusals.is_empty()
    }

    /// Conflicts that were there before this commit, which is a merge if it brings
    /// one in: that has to be committed before it can be settled.
    pub(super) fn has_old_conflicts(&self) -> bool {
        let old = |(entry, _): &(EntryDate, Source)| !self.detected.contains(entry);
        self.unresolved.iter().any(old)
    }

    pub(super) fn add_rows(&mut self, rows: &Ledger) {
        for (key, row) in &rows.tombstones {
            let item = (key.entry, key.table, key.item.clone());
            let list = match row.state.is_active() {
                true => &mut self.removed,
                false => &mut self.restored,
            };
            // Several rows of one item are one line.
            if list.last() != Some(&item) {
                list.push(item);
            }
        }
        for ((entry, _), row) in &rows.deletions {
            match row.state.is_active() {
                true => self.deleted.push(*entry),
                false => self.returned.push(*entry),
            }
        }
    }

    pub(super) fn add_kept_out(&mut self, entry: EntryDate, now: &Facts, ledger: &Ledger) {
        let out = ledger.kept_out(entry);
        let standing = out.into_iter().filter(|item| now.items.contains(item));
        self.kept_out
            .extend(standing.map(|(table, item)| KeptOut { entry, table, item }));
    }

    /// `head` is HEAD's ledger, `known` what the merge made of the parents'.
    pub(super) fn add_conflicts(&mut self, head: &Ledger, known: &Ledger, current: &Ledger) {
        let now = |entry, source| {
            let state = current.sync.get(&(entry, source));
            state.is_some_and(crate::ledger::SyncState::is_conflict)
        };
        for (entry, source, _) in known.conflicts() {
            if !now(entry, source) {
                self.settled.push((entry, source));
            }
        }
        for (entry, source, state) in current.conflicts() {
            if head.sync.get(&(entry, source)) != Some(state) {
                self.detected.push(entry);
            }
            self.unresolved.push((entry, source));
        }
    }
}

impl fmt::Display for PreCommit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for warning in &self.warnings {
            writeln!(f, "warning: {warning}")?;
        }
        for refusal in &self.refusals {
            writeln!(f, "{refusal}")?;
        }
        let recorded = match self.only_checked {
            true => "would be recorded",
            false => "recorded",
        };
        for (entry, table, item) in &self.removed {
            writeln!(
                f,
                "{recorded}: {} {item} removed from {entry}",
                table.noun()
            )?;
        }
        for (entry, table, item) in &self.restored {
            writeln!(
                f,
                "{recorded}: {} {item} put back into {entry}",
                table.noun()
            )?;
        }
        for entry in &self.deleted {
            writeln!(f, "{recorded}: entry {entry} deleted")?;
        }
        for entry in &self.returned {
            writeln!(f, "{recorded}: entry {entry} is back")?;
        }
        for entry in &self.detected {
            writeln!(f, "Conflict detected for entry {entry}")?;
        }
        for (entry, source) in &self.settled {
            writeln!(
                f,
                "settles the conflict of entry {entry} ({})",
                source.name()
            )?;
        }
        for (entry, source) in self.unresolved.iter().take(MOST_CONFLICTS) {
            writeln!(
                f,
                "entry {entry} ({}) has an unresolved conflict; look: `metadb show {entry} --full`, \
                 settle: `metadb sync resolve Entry {entry}`",
                source.name()
            )?;
        }
        if self.blocked {
            writeln!(f, "conflicts.on_commit is \"block\" in palimpsest.toml")?;
        }
        if let Some(more) = self.unresolved.len().checked_sub(MOST_CONFLICTS + 1) {
            writeln!(f, "{} more conflicts: `metadb sync conflicts`", more + 1)?;
        }
        for KeptOut { entry, table, item } in &self.kept_out {
            writeln!(
                f,
                "{} {item} stands in {entry}, but an earlier removal keeps it out; \
                 to restore: `metadb tombstone remove {table} {entry} '{}'`",
                table.noun(),
                item.as_str().replace('\'', r"'\''")
            )?;
        }
        Ok(())
    }
}
