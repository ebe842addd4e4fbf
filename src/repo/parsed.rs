//! Commits as git reads them: libgit2 refuses one whose author or time it cannot make out,
//! and an old importer or a hand-made commit may have left such a one in history.

use std::rc::Rc;

use super::{ObjectId, Repo, RepoError};

/// What a commit says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parsed {
    pub tree: git2::Oid,
    /// Empty where a shallow clone ends.
    pub parents: Vec<git2::Oid>,
    /// The author's time, in seconds since 1970.
    pub written: i64,
    /// The author's name.
    pub by: String,
    /// The committer's time.
    pub committed: i64,
}

impl Repo {
    /// A commit; see [`Parsed`]. Each is read once.
    ///
    /// # Errors
    /// [`RepoError::Object`] if it is missing, damaged, or not a commit.
    pub(super) fn parsed(&self, id: git2::Oid) -> Result<Rc<Parsed>, RepoError> {
        if let Some(known) = self.caches.commits.borrow().get(&id) {
            return Ok(Rc::clone(known));
        }
        self.check_loose(id)?;
        let parsed = match self.git.find_commit(id) {
            Ok(commit) => Parsed {
                tree: commit.tree_id(),
                parents: commit.parent_ids().collect(),
                written: commit.author().when().seconds(),
                by: String::from_utf8_lossy(commit.author().name_bytes()).into_owned(),
                committed: commit.time().seconds(),
            },
            Err(_) => self.leniently(id)?,
        };
        let parsed = Rc::new(parsed);
        self.caches
            .commits
            .borrow_mut()
            .insert(id, Rc::clone(&parsed));
        Ok(parsed)
    }

    fn leniently(&self, id: git2::Oid) -> Result<Parsed, RepoError> {
        let bytes = self.commit_bytes(id)?;
        let mut parsed = of_bytes(&bytes).ok_or_else(|| RepoError::Object {
            id: ObjectId(id),
            source: git2::Error::from_str("a damaged commit"),
        })?;
        if self.is_cut_off(ObjectId(id)) {
            parsed.parents.clear();
        }
        Ok(parsed)
    }
}

/// Reads a commit's header: its tree is needed, all else is taken as far as it goes.
fn of_bytes(bytes: &[u8]) -> Option<Parsed> {
    let text = String::from_utf8_lossy(bytes);
    let (header, _) = text.split_once("\n\n").unwrap_or((&text, ""));
    let values = |key: &'static str| {
        let lines = header.lines().filter_map(move |l| l.strip_prefix(key));
        lines.filter_map(|l| l.strip_prefix(' '))
    };
    let tree = git2::Oid::from_str(values("tree").next()?).ok()?;
    let parents = values("parent").map(git2::Oid::from_str);
    let (by, written) = who_and_when(values("author").next().unwrap_or_default());
    let (_, committed) = who_and_when(values("committer").next().unwrap_or_default());
    Some(Parsed {
        tree,
        parents: parents.collect::<Result<_, _>>().ok()?,
        // A time that is none is git's 1970; the other one is nearer.
        written: written.or(committed).unwrap_or_default(),
        by: by.to_owned(),
        committed: committed.or(written).unwrap_or_default(),
    })
}

/// The name and the time in a line of the form `Name <address> 1700000000 +0100`, of
/// which the address or the time may be written in another way.
fn who_and_when(line: &str) -> (&str, Option<i64>) {
    let (rest, seconds) = match line.rsplit_once(' ') {
        Some((rest, zone)) if zone.starts_with(['+', '-']) => {
            rest.rsplit_once(' ').unwrap_or(("", rest))
        }
        _ => (line, ""),
    };
    let name = rest.split('<').next().unwrap_or_default().trim();
    // Far-off times are no dates that rows could have.
    let seconds = seconds.parse().ok().filter(|s| (0..1 << 37).contains(s));
    (name, seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n";

    fn read(rest: &str) -> Option<Parsed> {
        of_bytes(format!("{TREE}{rest}\n\nparent of all\n").as_bytes())
    }

    #[test]
    fn a_commit_is_read_as_far_as_it_goes() {
        let usual = read("author Ana B <a@b> 5 +0100\ncommitter C <c@d> 7 +0000").unwrap();
        assert_eq!(
            (usual.by.as_str(), usual.written, usual.committed),
            ("Ana B", 5, 7)
        );
        assert_eq!(usual.parents, []);
        let bare = read("author t t@t 5 +0000\ncommitter C <c@d> 7 +0000").unwrap();
        assert_eq!((bare.by.as_str(), bare.written), ("t t@t", 5));
        let late = read("author A <a@b> 99999999999999999999 +0000\ncommitter C <c@d> 7 +0000");
        assert_eq!(late.unwrap().written, 7);
        let nobody = read("author\ncommitter").unwrap();
        assert_eq!((nobody.by.as_str(), nobody.written), ("", 0));
        assert_eq!(of_bytes(b"author A <a@b> 5 +0000\n\n"), None);
        assert_eq!(read("parent 12345x"), None);
    }
}
