//! Conflict markers that a phone commits, and how somebody mends them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::edit;
use super::marks::choose;
use super::meet::dated;
use super::model::date_of;
use super::page::{File, Said};
use super::world::{Outcome, World};
use crate::dice::Dice;

/// Whether a text has a line that begins a conflict.
pub fn has_markers(text: &str) -> bool {
    // Those of a file that both sides moved are longer by one.
    let is = |line: &str, mark: char| {
        let rest = line.trim_start_matches(mark);
        line.len() - rest.len() >= 7 && rest.starts_with(' ')
    };
    text.lines().any(|line| is(line, '<') || is(line, '>'))
}

/// Whether a conflict stands inside another one: a side had markers already.
fn is_nested(text: &str) -> bool {
    let mut open = 0;
    for line in text.lines() {
        open += i32::from(line.starts_with("<<<<<<< "));
        if open > 1 {
            return true;
        }
        open -= i32::from(line.starts_with(">>>>>>> "));
    }
    open != 0
}

/// Whether a file can be edited by hand: it has no markers, and an entry its date.
pub fn is_whole(path: &str, text: &str) -> bool {
    File::read(text).is_whole(path)
}

impl File {
    pub fn is_whole(&self, path: &str) -> bool {
        let date = Value::String(date_of(path));
        let is_entry = |said: &Said| said.fields.get("date") == Some(&date);
        let is_read = !path.starts_with("journal/") || self.said.as_ref().is_some_and(is_entry);
        !has_markers(&self.text) && is_read
    }
}

impl World<'_> {
    /// Commits a merge as git left it, markers and all, as some clients do.
    pub fn commit_with_markers(&self, at: usize) -> Outcome {
        self.git(at, &["add", "-A"])?;
        self.git(at, &["commit", "-q", "--no-edit"])?;
        Ok(())
    }

    /// The files of HEAD with markers, or that cannot be read because of them.
    pub fn broken_files(&self, at: usize) -> BTreeSet<String> {
        let files = &self.model.node(self.head(at)).files;
        let broken = files.iter().filter(|(path, (_, f))| !f.is_whole(path));
        let node = self.model.node(self.head(at));
        let paths = broken.map(|(path, _)| node.place_of(path).to_owned());
        paths.filter(|path| self.exists(at, path)).collect()
    }

    /// Whether nothing of HEAD is left for somebody to mend.
    pub fn is_in_order(&self, at: usize) -> bool {
        self.broken_files(at).is_empty() && self.model.node(self.head(at)).twins.is_empty()
    }

    /// Whether `palimpsest resolve` is none of the ways to settle these.
    pub fn are_nested(&self, at: usize, paths: &BTreeSet<String>) -> bool {
        let nested = |path: &String| self.exists(at, path) && is_nested(&self.read(at, path));
        paths.iter().any(nested)
    }

    /// Whether a side of this conflict was committed with markers.
    pub fn is_a_side_marked(&self, at: usize, path: &str) -> bool {
        let side = |n: u8| self.ask(at, &["show", &format!(":{n}:{path}")]);
        [2, 3].into_iter().any(|n| has_markers(&side(n).stdout))
    }

    /// Somebody takes the markers out of what is committed, and commits.
    pub fn mend(&mut self, at: usize, dice: &mut Dice) -> Outcome {
        let broken = self.broken_files(at);
        if broken.is_empty() || !self.desks[at].hooks {
            return Ok(());
        }
        for path in broken {
            let text = self.read(at, &path);
            let text = self.without_markers(&path, &[&text], dice);
            self.write(at, &path, &text);
        }
        self.commit_rest(at)
    }

    /// One of these versions that has no markers, or what is left of one without them; an
    /// entry written anew if nothing else can be read.
    pub fn without_markers(&self, path: &str, versions: &[&str], dice: &mut Dice) -> String {
        let luck = dice.roll(2) == 0;
        let mut all: Vec<String> = versions.iter().map(|v| (*v).to_owned()).collect();
        for side in [luck, !luck] {
            all.extend(versions.iter().map(|v| choose(v, |_| side)));
        }
        let mut all = all.into_iter().map(|text| dated(path, &text));
        let whole = all.find(|text| is_whole(path, text));
        whole.unwrap_or_else(|| match path.starts_with("journal/") {
            true => edit::new_entry(&date_of(path), dice, 900_000),
            false => "Anew.\n".to_owned(),
        })
    }
}
