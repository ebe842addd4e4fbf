//! The report of `pre-commit`, for people.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::Refusal;
use crate::journal::{EntryDate, Facts, ItemKey, Table};
use crate::ledger::{Ledger, Source};
use crate::sync::settle::to_let_in;
use crate::sync::words::more;

/// Limit on the conflicts, items and entries that are listed one by one.
const MOST: usize = 5;

/// Limit on the recorded items and entries of one kind that are listed: a person reads over
/// what they removed, and nobody over what a script did to a thousand entries.
const MOST_RECORDED: usize = 20;

/// The findings and actions of `pre-commit`. Shown as one line each.
#[derive(Debug, Default)]
pub struct PreCommit {
    /// Reasons not to commit; with any, nothing was staged.
    pub refusals: Vec<Refusal>,
    /// Whether the settings refuse this commit while conflicts wait; then nothing was
    /// staged.
    pub blocked: bool,
    /// Whether this was only a check, with nothing to be staged.
    pub only_checked: bool,
    /// Whether the commit has rows of the ledger, which `post-commit` has to bring to the
    /// work tree.
    pub has_rows: bool,
    /// Why nothing could be recorded, and what to do, if so: the commit was checked alone.
    pub unrecorded: Option<String>,
    /// Oddities that were let pass.
    pub warnings: Vec<String>,
    /// Removals that the commit records.
    pub removed: Vec<(EntryDate, Table, ItemKey)>,
    /// Items that the commit puts back, on top of a removal.
    pub restored: Vec<(EntryDate, Table, ItemKey)>,
    /// Entries whose file the commit removes.
    pub deleted: Vec<EntryDate>,
    /// Entries that the commit brings back.
    pub returned: Vec<EntryDate>,
    /// Conflicts that the commit settles.
    pub settled: Vec<(EntryDate, Source)>,
    /// Conflicts that a merge brings in with this commit.
    pub detected: BTreeSet<EntryDate>,
    /// Conflicts that remain.
    pub unresolved: Vec<(EntryDate, Source)>,
    /// Items that stand in an entry although a removal keeps them out.
    pub still_in_file: Vec<KeptOutItem>,
    /// Items that merges kept out, for a person to settle.
    pub kept_out: Vec<KeptOutItem>,
    /// Whether more items may stand against a removal, in entries that were not read.
    pub more_may_stand: bool,
    /// Entries changed by commits without hooks, whose rows this commit stores, with the
    /// names of those commits' authors.
    pub told: BTreeMap<EntryDate, BTreeSet<String>>,
}

/// An item that a removal keeps out of an entry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeptOutItem {
    pub entry: EntryDate,
    pub table: Table,
    pub item: ItemKey,
}

impl KeptOutItem {
    /// The items of a ledger that merges kept out and that nobody settled yet.
    pub(in crate::sync) fn to_settle(ledger: &Ledger) -> BTreeSet<Self> {
        let keys = ledger.to_settle().into_iter().map(|key| Self {
            entry: key.entry,
            table: key.table,
            item: key.item.clone(),
        });
        // Several removals of one item are one line.
        keys.collect()
    }

    /// What is said of an item that a merge kept out, with the commands that settle it.
    #[must_use]
    pub fn say_kept_out(&self) -> String {
        let Self { entry, table, item } = self;
        format!(
            "{} {} was kept out of {entry} by a removal that whoever added it did not know; let \
             it in: `{}`, or agree: `metadb sync resolve Entry {entry}`",
            table.noun(),
            on_one_line(item),
            self.to_restore()
        )
    }

    /// The command that lets it in.
    fn to_restore(&self) -> String {
        let Self { entry, table, item } = self;
        to_let_in(table, entry, &on_one_line(item))
    }
}

/// An item's name on a single line, as listings show it: a name may hold line ends, which
/// would split a line of the report.
pub(super) fn on_one_line(item: &ItemKey) -> String {
    item.as_str().replace('\r', "\\r").replace('\n', "\\n")
}

impl PreCommit {
    /// Whether the commit is refused.
    #[must_use]
    pub const fn is_refused(&self) -> bool {
        self.blocked || !self.refusals.is_empty()
    }

    /// Whether something waits for a person's decision.
    pub(super) fn has_to_settle(&self) -> bool {
        !(self.unresolved.is_empty() && self.still_in_file.is_empty() && self.kept_out.is_empty())
    }

    /// Adds the removals, restorations and deletions of these rows.
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
            let list = match row.state.is_active() {
                true => &mut self.deleted,
                false => &mut self.returned,
            };
            // Nor are several rows of one entry.
            if list.last() != Some(entry) {
                list.push(*entry);
            }
        }
    }

    /// Adds deletions told by history: those in `known` that `recorded` lacks.
    pub(super) fn add_told(&mut self, recorded: &Ledger, known: &Ledger) {
        let (gone, back) = crate::ledger::deletions_since(recorded, known);
        let new = |list: &[EntryDate], entry: &EntryDate| !list.contains(entry);
        let gone = gone.into_keys().filter(|e| new(&self.deleted, e));
        let back = back.into_iter().filter(|e| new(&self.returned, e));
        let (gone, back): (Vec<_>, Vec<_>) = (gone.collect(), back.collect());
        self.deleted.extend(gone);
        self.returned.extend(back);
    }

    /// Adds the items that stand in an entry's file against a removal.
    pub(super) fn add_still_in_file(&mut self, entry: EntryDate, now: &Facts, ledger: &Ledger) {
        let out = ledger.removed_items(entry);
        let standing = out.into_iter().filter(|item| now.items.contains(item));
        self.still_in_file
            .extend(standing.map(|(table, item)| KeptOutItem { entry, table, item }));
    }

    /// Whether more items stand against a removal than are named one by one.
    pub(super) const fn has_more_than_named(&self) -> bool {
        self.still_in_file.len() > MOST
    }

    /// Adds the items that merges kept out of the entries that are `there`.
    pub(super) fn add_kept_out(&mut self, ledger: &Ledger, there: &dyn Fn(EntryDate) -> bool) {
        let items = KeptOutItem::to_settle(ledger).into_iter();
        let items = items.filter(|item| there(item.entry));
        let standing: BTreeSet<&KeptOutItem> = self.still_in_file.iter().collect();
        self.kept_out
            .extend(items.filter(|i| !standing.contains(i)));
    }

    /// Adds the conflicts. `head` is HEAD's ledger, `known` the merge of the parents'
    /// ledgers.
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
                self.detected.insert(entry);
            }
            self.unresolved.push((entry, source));
        }
    }
}

impl fmt::Display for PreCommit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Programs with a window show the first line.
        for refusal in &self.refusals {
            writeln!(f, "{refusal}")?;
        }
        for warning in &self.warnings {
            writeln!(f, "warning: {warning}")?;
        }
        let recorded = match self.only_checked {
            true => "would be recorded",
            false => "recorded",
        };
        if !self.is_refused() {
            self.say_recorded(f, recorded)?;
        }
        for entry in &self.detected {
            writeln!(f, "Conflict detected for entry {entry}")?;
        }
        self.say_waiting(f)?;
        if self.blocked {
            writeln!(
                f,
                "conflicts.on_commit is \"block\" in palimpsest.toml: settle what is named \
                 above, and `git add` each ledger that this changes"
            )?;
        }
        Ok(())
    }
}

impl PreCommit {
    /// Prints what the commit records; nothing for a refused one.
    fn say_recorded(&self, f: &mut fmt::Formatter<'_>, recorded: &str) -> fmt::Result {
        for (entry, table, item) in self.removed.iter().take(MOST_RECORDED) {
            writeln!(
                f,
                "{recorded}: {} {} removed from {entry}",
                table.noun(),
                on_one_line(item)
            )?;
        }
        for (entry, table, item) in self.restored.iter().take(MOST_RECORDED) {
            writeln!(
                f,
                "{recorded}: {} {} put back into {entry}",
                table.noun(),
                on_one_line(item)
            )?;
        }
        for entry in self.deleted.iter().take(MOST_RECORDED) {
            writeln!(f, "{recorded}: entry {entry} deleted")?;
        }
        for entry in self.returned.iter().take(MOST_RECORDED) {
            writeln!(f, "{recorded}: entry {entry} is back")?;
        }
        for (entry, source) in self.settled.iter().take(MOST_RECORDED) {
            writeln!(
                f,
                "settles the conflict of entry {entry} ({})",
                source.name()
            )?;
        }
        let (item, items) = ("more item", "more items");
        for (all, one, many, what) in [
            (
                self.removed.len(),
                item,
                items,
                " removed: `metadb tombstone list`",
            ),
            (self.restored.len(), item, items, " put back"),
            (
                self.deleted.len(),
                "more entry",
                "more entries",
                " deleted: `metadb restore --list`",
            ),
            (
                self.returned.len(),
                "more entry is back",
                "more entries are back",
                "",
            ),
        ] {
            if let Some(more) = more(all, MOST_RECORDED, one, many) {
                writeln!(f, "{recorded}: {more}{what}")?;
            }
        }
        let (one, many) = ("more conflict", "more conflicts");
        if let Some(more) = more(self.settled.len(), MOST_RECORDED, one, many) {
            writeln!(f, "settles {more}")?;
        }
        for (entry, by) in self.told.iter().take(MOST) {
            let by: Vec<&str> = by.iter().map(String::as_str).collect();
            writeln!(
                f,
                "{recorded}: entry {entry} was changed by {}; \
                 look: `metadb sync status Entry {entry}`",
                by.join(", ")
            )?;
        }
        let (one, many) = ("more entry was", "more entries were");
        if let Some(more) = more(self.told.len(), MOST, one, many) {
            writeln!(f, "{recorded}: {more} changed without hooks")?;
        }
        Ok(())
    }

    /// Prints what waits for a person.
    fn say_waiting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (entry, source) in self.unresolved.iter().take(MOST) {
            writeln!(
                f,
                "entry {entry} ({}) has an unresolved conflict; look: `metadb show {entry} --full`, \
                 settle: `metadb sync resolve Entry {entry}`",
                source.name()
            )?;
        }
        let (one, many) = ("more conflict", "more conflicts");
        if let Some(more) = more(self.unresolved.len(), MOST, one, many) {
            writeln!(f, "{more}: `metadb sync conflicts`")?;
        }
        for kept @ KeptOutItem { entry, table, item } in self.still_in_file.iter().take(MOST) {
            let (noun, item) = (table.noun(), on_one_line(item));
            writeln!(
                f,
                "{noun} {item} stands in {entry}, but an earlier removal keeps it out; \
                 to restore: `{}`",
                kept.to_restore()
            )?;
        }
        let (one, many) = ("more item stands in a file", "more items stand in files");
        if let Some(more) = more(self.still_in_file.len(), MOST, one, many) {
            let more = match self.more_may_stand {
                true => many,
                false => &more,
            };
            writeln!(f, "{more} against a removal: `metadb sync conflicts`")?;
        }
        for item in self.kept_out.iter().take(MOST) {
            writeln!(f, "{}", item.say_kept_out())?;
        }
        let (one, many) = ("more item", "more items");
        if let Some(more) = more(self.kept_out.len(), MOST, one, many) {
            writeln!(f, "{more} kept out: `metadb sync conflicts`")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
