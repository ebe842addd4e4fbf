//! What the ledgers of a merge keep out of an entry.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use crate::journal::entry::canonical;
use crate::journal::yaml::{Node, Tree};
use crate::journal::{EntryDate, ItemKey, Layout, PathKind, Table};
use crate::repo::{Merging, Repo, RepoError};

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
        let items = history::keeps_out(&repo, self.layout, &merging, entry)?;
        Ok(Known {
            items,
            unknown: false,
        })
    }
}
