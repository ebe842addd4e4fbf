//! Which of the files that moved git takes for moved, where two versions meet.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::rc::Rc;

use git2::{Oid, Repository};

use super::model::{Node, date_of};
use super::page::File;
use super::place::usual;

/// What git sees of the entries that moved, by date.
#[derive(Debug, Default)]
pub struct Sight {
    /// So many sides moved it and wrote most of it: to git, one file went and another came.
    pub lost: BTreeMap<String, usize>,
    /// Both sides moved it, to different places.
    pub apart: BTreeSet<String>,
    /// Git took another file for this one, or nobody knows what it took for what.
    pub mistaken: BTreeSet<String>,
}

impl Sight {
    pub fn of(repo: &Repository, bases: &[Node], sides: &[Node]) -> Self {
        let mut sight = Self::default();
        for (base, side) in bases.iter().flat_map(|b| sides.iter().map(move |s| (b, s))) {
            let moved = moved_between(base, side);
            if moved.is_empty() {
                continue;
            }
            if bases.len() > 1 || sides.len() > 2 {
                sight
                    .mistaken
                    .extend(moved.iter().map(|path| date_of(path)));
                continue;
            }
            let (gone, new) = (left(base, side), left(side, base));
            let dates: Vec<String> = [&gone[..], &new]
                .concat()
                .iter()
                .map(|path| date_of(path))
                .collect();
            match (&gone[..], &new[..]) {
                ([], _) | (_, []) => {}
                // Git compares each one that went with each one that came, but for those
                // that the other side left alone.
                ([from], [to]) if usual(from) == usual(to) => {
                    if !takes_for_moved(repo, base, side, from, to) {
                        *sight.lost.entry(date_of(from)).or_default() += 1;
                    }
                }
                _ => sight.mistaken.extend(dates),
            }
        }
        if let ([base], [ours, theirs]) = (bases, sides) {
            let both = &moved_between(base, ours) & &moved_between(base, theirs);
            let apart = both.iter();
            let apart = apart.filter(|path| ours.place_of(path) != theirs.place_of(path));
            sight.apart = apart.map(|path| date_of(path)).collect();
        }
        sight
    }
}

/// The entries that both have, at different places.
fn moved_between(base: &Node, side: &Node) -> BTreeSet<String> {
    let known = base.places.keys().chain(side.places.keys());
    let moved = known.filter(|path| {
        let places = [base, side].map(|node| node.place_if_there(path));
        places[0].is_some() && places[1].is_some() && places[0] != places[1]
    });
    moved.cloned().collect()
}

/// The files of one that the other has not at that place, nor with the same bytes at another
/// one: those git always finds.
fn left(of: &Node, other: &Node) -> Vec<String> {
    let is_left = |(path, (id, _)): &(&String, &(Oid, Rc<File>))| {
        let there = other.files.get(*path);
        other.place_if_there(path) != Some(of.place_of(path))
            && there.is_none_or(|(there, _)| there != id)
    };
    let all = of.files.iter().filter(is_left);
    all.map(|(path, _)| of.place_of(path).to_owned()).collect()
}

/// Whether git takes a file for moved.
fn takes_for_moved(repo: &Repository, base: &Node, side: &Node, from: &str, to: &str) -> bool {
    let ids = [base, side].map(|node| node.id.unwrap().to_string());
    let diff = ["diff-tree", "-r", "-M", "--diff-filter=R", "--name-status"];
    let output = Command::new("git")
        .arg("--git-dir")
        .arg(repo.path())
        .args(diff)
        .args(ids)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .any(|line| line.ends_with(&format!("\t{from}\t{to}")))
}
