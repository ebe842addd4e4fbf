//! What the ledgers of a merge keep out of an entry.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use crate::journal::entry::canonical;
use crate::journal::yaml::{Node, Tree};
use crate::journal::{EntryDate, ItemKey, Layout, PathKind, Table};
use crate::ledger::{self, Ledger, RowKey, Tombstone};
use crate::repo::{Merging, ObjectId, Repo, RepoError};

use super::history;

/// The item that stands at `node` of the field at `path`, if that is an association.
#[must_use]
pub fn item_at(path: &[String], tree: &Tree, node: &Node) -> Option<(Table, ItemKey)> {
    let table = match path {
        [field] => Table::of_field(field)?,
        [manuscript, themes] if manuscript == "manuscript" && themes == "themes" => Table::Themes,
        _ => return None,
    };
    Some((table, canonical(table, tree, node)?))
}

/// Asks, for the items of one entry, whether a removal keeps them out of a merge.
///
/// The repository is opened at the first question alone: most merges add nothing
/// that anybody could have removed.
pub struct KeptOut<'a> {
    layout: &'a Layout,
    entry: Option<EntryDate>,
    /// The commits, where they are known; else git is asked.
    merging: Option<Merging>,
    known: OnceCell<Result<Known, RepoError>>,
}

/// What the ledgers said.
#[derive(Debug, Default)]
struct Known {
    items: BTreeSet<(Table, ItemKey)>,
    /// Git did not say which commits it merges, so no ledger was asked.
    unknown: bool,
}

impl<'a> KeptOut<'a> {
    /// For the file at `path`, which need not be an entry.
    #[must_use]
    pub fn of(path: &str, layout: &'a Layout) -> Self {
        let entry = match layout.classify(path) {
            PathKind::Entry(date) => Some(date),
            _ => None,
        };
        Self {
            layout,
            entry,
            merging: None,
            known: OnceCell::new(),
        }
    }

    /// The same, in the merge of these commits.
    #[must_use]
    pub fn within(mut self, merging: Option<Merging>) -> Self {
        self.merging = merging;
        self
    }

    /// Whether the item at `node` of the field at `path` is kept out, and as what.
    pub fn ask(&self, path: &[String], tree: &Tree, node: &Node) -> Option<(Table, ItemKey)> {
        let entry = self.entry?;
        let kept = item_at(path, tree, node)?;
        let known = self.known.get_or_init(|| self.read(entry));
        known.as_ref().ok()?.items.contains(&kept).then_some(kept)
    }

    /// Why the ledgers were not asked although there was a question.
    #[must_use]
    pub fn remark(&self) -> Option<String> {
        match self.known.get()? {
            Ok(known) if known.unknown => Some(
                "merged without the ledger: git does not say which commits it merges here".into(),
            ),
            Ok(_) => None,
            Err(error) => Some(format!("merged without the ledger: {error}")),
        }
    }

    fn read(&self, entry: EntryDate) -> Result<Known, RepoError> {
        let repo = Repo::from_env()?;
        let merging = match &self.merging {
            Some(merging) => Some(merging.clone()),
            None => repo.merging()?,
        };
        let Some(merging) = merging else {
            return Ok(Known {
                unknown: true,
                ..Known::default()
            });
        };
        let path = self.layout.ledger_path(entry.year());
        let at = |commit: ObjectId| -> Result<Ledger, RepoError> {
            let bytes = repo.read_at(commit, &path)?;
            let rows = bytes.map(|b| ledger::parse(&b)).unwrap_or_default();
            Ok(rows.of_entry(entry))
        };
        // Several merge bases stand for their own merge, as git's virtual base does.
        let mut base = Ledger::default();
        for (i, commit) in merging.bases.iter().enumerate() {
            let next = at(*commit)?;
            base = if i == 0 {
                next
            } else {
                ledger::merge(&Ledger::default(), &base, &next)
            };
        }
        let (ours, theirs) = (at(merging.ours)?, at(merging.theirs)?);
        // A removal that history told may stand below the bases, wherever it is stored:
        // the commits after the bases alone do not tell who put its item back.
        let told_before = [&base, &ours, &theirs]
            .iter()
            .any(|ledger| ledger.has_a_told_removal());
        // Commits that came without rows tell theirs by what they did.
        let side = |commit: ObjectId, recorded: Ledger| -> Result<Ledger, RepoError> {
            let told = if told_before {
                history::rows_of(&repo, self.layout, commit)?.of_entry(entry)
            } else {
                history::rows_between(&repo, self.layout, &merging.bases, commit, entry)?
            };
            let lost = history::lost_since(&repo, self.layout, &base, &recorded, commit)?;
            Ok(ledger::join(
                ledger::join(recorded, told),
                lost.of_entry(entry),
            ))
        };
        let ours = side(merging.ours, ours)?;
        let theirs = side(merging.theirs, theirs)?;
        let mut merged = ledger::merge(&base, &ours, &theirs);
        let knew = history::known_to_a_pick(&repo, self.layout, &merging, entry)?;
        let undone = |key: &RowKey, row: &Tombstone| knew.undoes_as_another(key, row);
        merged.tombstones.retain(|key, row| !undone(key, row));
        Ok(Known {
            items: merged.kept_out(entry),
            unknown: false,
        })
    }
}
