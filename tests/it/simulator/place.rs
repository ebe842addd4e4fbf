//! Where the file of an entry is. An entry is its date, wherever below the journal's
//! folder its file is or moves to: the model knows each by its usual path.

use std::collections::{BTreeMap, BTreeSet};

use git2::Oid;

use super::model::{Node, date_of, path_of};
use super::world::World;

/// The path that an entry has if nobody moved it; every other file's own.
pub fn usual(path: &str) -> String {
    match path.starts_with("journal/md/") && path.ends_with(".md") {
        true => path_of(&date_of(path)),
        false => path.to_owned(),
    }
}

pub fn all_usual(paths: &BTreeSet<String>) -> BTreeSet<String> {
    paths.iter().map(|path| usual(path)).collect()
}

/// The paths at which an entry can be. Each folder has a file that stays, so that git
/// takes none of them for moved.
pub fn places(date: &str) -> [String; 3] {
    [
        path_of(date),
        format!("journal/md/archive/{date}.md"),
        format!("journal/md/{}/spring/{date}.md", &date[..4]),
    ]
}

/// The files that keep the folders.
pub const KEPT: [&str; 3] = [
    "journal/md/archive/about.txt",
    "journal/md/2023/spring/about.txt",
    "journal/md/2024/spring/about.txt",
];

/// The files of a commit by their usual paths, each with its place and its blob, and the
/// entries of which there are two. The one at the usual path counts, otherwise the first
/// by path (docs/history.md).
pub fn sorted(found: BTreeMap<String, Oid>) -> (BTreeMap<String, (String, Oid)>, BTreeSet<String>) {
    let (mut files, mut twins) = (BTreeMap::new(), BTreeSet::new());
    for (path, id) in found {
        let usual = usual(&path);
        let is_second = files.contains_key(&usual);
        if is_second {
            twins.insert(usual.clone());
        }
        if !is_second || path == usual {
            files.insert(usual, (path, id));
        }
    }
    (files, twins)
}

impl Node {
    /// Where the file that is known by this path is.
    pub fn place_of<'n>(&'n self, usual: &'n str) -> &'n str {
        self.places.get(usual).map_or(usual, String::as_str)
    }

    /// The same, if the file is there at all.
    pub fn place_if_there<'n>(&'n self, usual: &'n str) -> Option<&'n str> {
        let there = self.files.contains_key(usual);
        there.then(|| self.place_of(usual))
    }
}

impl World<'_> {
    /// The files of a date that are in the work tree.
    pub fn files_of(&self, at: usize, date: &str) -> Vec<String> {
        let all = places(date).into_iter();
        all.filter(|path| self.exists(at, path)).collect()
    }

    /// The file of a date in the work tree, or where it would be.
    pub fn place(&self, at: usize, date: &str) -> String {
        let mut files = self.files_of(at, date).into_iter();
        files.next().unwrap_or_else(|| path_of(date))
    }
}
