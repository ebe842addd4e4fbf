//! The items that the ledgers of a merge keep out of an entry.

use std::cell::OnceCell;

use crate::journal::entry::canonical;
use crate::journal::reconcile::Ruling;
use crate::journal::yaml::{Node, Tree};
use crate::journal::{EntryDate, Item, Layout, Table};
use crate::repo::{Merging, Repo, RepoError};

use super::history::{self, Removals};

/// The item at `node` of the field at `path`, if the field is an association.
#[must_use]
pub fn item_at(path: &[String], tree: &Tree, node: &Node) -> Option<Item> {
    let table = match path {
        [field] => Table::of_field(field)?,
        [manuscript, themes] if manuscript == "manuscript" && themes == "themes" => Table::Themes,
        _ => return None,
    };
    Some((table, canonical(table, tree, node)?))
}

/// Answers, in a merge, whether known removals keep items of one entry out.
///
/// In a driver the repository is opened at the first question: most merges add nothing that
/// anybody could have removed.
pub struct LedgerRulings<'a> {
    layout: &'a Layout,
    entry: Option<EntryDate>,
    within: Within<'a>,
    /// The merge is one of the merge bases, not of the sides.
    of_bases: bool,
    known: OnceCell<Known>,
}

/// Where the merge is made.
enum Within<'a> {
    /// Under git, which called a driver for this path: git says in which repository, and of
    /// which commits.
    Driver(String),
    /// In this repository, of these commits if the caller knows them; else git is asked.
    Repo(&'a Repo, Option<Merging>),
}

impl<'a> LedgerRulings<'a> {
    /// The answers for the file at `path`, which need not be an entry, in a driver.
    #[must_use]
    pub fn of(path: &str, layout: &'a Layout) -> Self {
        Self {
            layout,
            entry: layout.entry_date(path),
            within: Within::Driver(path.to_owned()),
            of_bases: false,
            known: OnceCell::new(),
        }
    }

    /// The same answers in this repository, whatever the current folder is, and in the
    /// merge of these commits.
    #[must_use]
    pub fn within(mut self, repo: &'a Repo, merging: Option<Merging>) -> Self {
        self.within = Within::Repo(repo, merging);
        self
    }

    /// The same answers, in the merge of this merge's own bases, without later removals.
    #[must_use]
    pub const fn in_the_base(mut self) -> Self {
        self.of_bases = true;
        self
    }

    /// The ruling on the item at `node` of the field at `path`.
    pub fn ask(&self, path: &[String], tree: &Tree, node: &Node) -> Option<Ruling> {
        let entry = self.entry?;
        let item = item_at(path, tree, node)?;
        let removals = &self.known.get_or_init(|| self.read(entry)).removals;
        if let Some(was) = removals.removed.get(&item) {
            return Some(Ruling::Removed(was.clone()));
        }
        if removals.kept_out.contains(&item) {
            return Some(Ruling::KeptOut(item.0, item.1));
        }
        removals.put_back.contains(&item).then_some(Ruling::PutBack)
    }

    /// The items that stay, since somebody put them back, although the commit that a rebase
    /// picks removes them; none if nothing was asked.
    pub fn against_pick(&self) -> impl Iterator<Item = &Item> {
        let known = self.known.get().into_iter();
        known.flat_map(|known| &known.removals.against_pick)
    }

    /// The reason why a question could not be answered from the ledgers, if so.
    #[must_use]
    pub fn remark(&self) -> Option<String> {
        let known = self.known.get()?;
        let error = known.unread.as_ref()?;
        Some(match known.by_the_ledgers {
            true => format!(
                "merged with the removals that the ledgers have, without history: {error}; \
                 `git fsck` says what is missing or damaged"
            ),
            false => format!("merged without the ledger: {error}"),
        })
    }

    /// The error for which a question could not be answered from the ledgers, if so.
    #[must_use]
    pub fn into_error(self) -> Option<RepoError> {
        self.known.into_inner()?.unread
    }

    fn read(&self, entry: EntryDate) -> Known {
        match &self.within {
            Within::Repo(repo, merging) => self.read_in(repo, merging.clone(), entry),
            Within::Driver(path) => {
                let repo = Repo::from_env();
                match repo.and_then(|repo| Ok((repo.merging_anew(path)?, repo))) {
                    Ok((merging, repo)) => self.read_in(&repo, merging, entry),
                    Err(error) => Known::unread(error, None),
                }
            }
        }
    }

    fn read_in(&self, repo: &Repo, merging: Option<Merging>, entry: EntryDate) -> Known {
        let merging = match self.merging(repo, merging) {
            Ok(Some(merging)) => merging,
            // A pick, a revert, a stash: git does not say which commits it merges, and
            // the result is what a person asked for. With more than two bases, the merge
            // of the first ones is not a commit.
            Ok(None) => return Known::default(),
            Err(error) => return Known::unread(error, None),
        };
        match history::keeps_out(repo, self.layout, &merging, entry) {
            Ok(removals) => Known {
                removals,
                ..Known::default()
            },
            Err(error) => {
                let recorded = history::ledgers_keep_out(repo, self.layout, &merging, entry);
                Known::unread(error, recorded.ok().flatten())
            }
        }
    }

    /// The merge that the questions are about.
    fn merging(&self, repo: &Repo, known: Option<Merging>) -> Result<Option<Merging>, RepoError> {
        let merging = match known {
            Some(merging) => Some(merging),
            None => repo.merging()?,
        };
        match (merging, self.of_bases) {
            (Some(merging), true) => merging.of_bases(repo),
            (merging, _) => Ok(merging),
        }
    }
}

/// What is known of an entry's removals.
#[derive(Debug, Default)]
struct Known {
    removals: Removals,
    /// Why that is not all.
    unread: Option<RepoError>,
    /// Whether it is what the ledgers of the two sides say.
    by_the_ledgers: bool,
}

impl Known {
    fn unread(error: RepoError, recorded: Option<Removals>) -> Self {
        Self {
            by_the_ledgers: recorded.is_some(),
            removals: recorded.unwrap_or_default(),
            unread: Some(error),
        }
    }
}
