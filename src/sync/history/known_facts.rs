//! The facts of versions of files. A walk asks for most of them again: what one commit
//! made, the next one changes.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::journal::Facts;
use crate::repo::{ObjectId, Repo, RepoError};
use crate::sync::versions::{Key, facts};

/// Cache size, in versions: what some hundred commits change.
const MOST: usize = 1_024;

/// The facts by version; of one that cannot be read as an entry or a note there are none.
type ByVersion = BTreeMap<(ObjectId, Key), Option<Rc<Facts>>>;

#[derive(Default)]
pub(super) struct KnownFacts(RefCell<ByVersion>);

impl KnownFacts {
    /// The facts of a version; `None` if it cannot be read as an entry or a note.
    pub fn of(
        &self,
        repo: &Repo,
        key: Key,
        blob: ObjectId,
    ) -> Result<Option<Rc<Facts>>, RepoError> {
        let mut known = self.0.borrow_mut();
        if let Some(facts) = known.get(&(blob, key)) {
            return Ok(facts.clone());
        }
        let facts = facts(key, &repo.read_blob(blob)?).ok().map(Rc::new);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert((blob, key), facts.clone());
        Ok(facts)
    }
}
