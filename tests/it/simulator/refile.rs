//! An entry moves to another folder and keeps its date; and of two files of one date that
//! came of it, one goes.

use std::collections::{BTreeMap, BTreeSet};

use super::broken::is_whole;
use super::edit;
use super::model::date_of;
use super::op::{Op, below};
use super::page::{Page, token, words};
use super::place::{places, usual};
use super::world::{Outcome, World};
use crate::dice::Dice;

impl World<'_> {
    /// Now and then it is edited in the same commit, so much that git sees no move, or less.
    pub fn refile(&mut self, at: usize, op: Op, dice: &mut Dice) -> Outcome {
        self.commit_rest(at)?;
        let Some(path) = self.some_entry(at, dice) else {
            return Ok(());
        };
        let date = date_of(&path);
        if date.ends_with("-01-01") || self.desks[at].sparse {
            return Ok(());
        }
        let other = places(&date).into_iter().filter(|place| *place != path);
        let other: Vec<String> = other.collect();
        let to = &other[below(dice, other.len())];
        let (mut text, crlf) = (self.read(at, &path), self.has_crlf(at, &path));
        match dice.roll(8) {
            0 => text = written_anew(&text, op.serial * 10),
            1..=2 => text = edit::edit(&text, dice, op.serial * 10),
            _ => {}
        }
        self.write_with(at, to, &text, crlf);
        self.remove(at, &path);
        self.clean(at)?;
        self.git(at, &["add", "-A"])?;
        let message = format!("Step {}, filed", op.serial);
        let hooks = match dice.roll(6) {
            0 => self.try_commit(at, &["-m", &message, "--no-verify"])?,
            1 => self.try_commit(at, &["-m", &message, "--", &path, to])?,
            _ => self.try_commit(at, &["-m", &message])?,
        };
        self.committed(at, hooks)
    }

    /// Of two files of one date in HEAD, somebody takes one out, and commits that.
    pub fn keep_one_of_each(&mut self, at: usize, dice: &mut Dice) -> Outcome {
        let twins = match self.desks[at].hooks {
            true => self.model.node(self.head(at)).twins.clone(),
            false => BTreeSet::new(),
        };
        for twin in &twins {
            let mut files = self.files_of(at, &date_of(twin));
            while files.len() > 1 {
                let is_draft = |path: &String| self.desks[at].dirty.contains_key(path);
                let free = files.iter().position(|path| !is_draft(path));
                // A client without drivers may have put another entry's text into one.
                let wrong = files
                    .iter()
                    .position(|path| !is_whole(path, &self.read(at, path)));
                let luck = wrong.unwrap_or(below(dice, files.len()));
                let gone = files.remove(free.filter(|_| is_draft(&files[luck])).unwrap_or(luck));
                self.git(at, &["rm", "-q", "-f", "--", &gone])?;
                self.desks[at].dirty.remove(&gone);
                let hooks = self.try_commit(at, &["-m", "One of two", "--", &gone])?;
                self.committed(at, hooks)?;
            }
        }
        Ok(())
    }

    /// The same where a draft came back into a file that was gone, and the entry is elsewhere.
    pub fn give_up_the_draft_of_a_twin(&mut self, at: usize, path: &str) -> Outcome {
        let usual = usual(path);
        let node = self.model.node(self.head(at));
        let kept = node.place_if_there(&usual).map(str::to_owned);
        let (Some(kept), true) = (kept, path.starts_with("journal/")) else {
            return Ok(());
        };
        for gone in self.files_of(at, &date_of(path)) {
            if gone != kept && self.exists(at, &kept) {
                self.git(at, &["rm", "-q", "-f", "--sparse", "--", &gone])?;
                self.desks[at].dirty.remove(&gone);
            }
        }
        Ok(())
    }

    /// The same before a merge is committed; what goes was settled by hand.
    pub fn stage_one_of_each(
        &mut self,
        at: usize,
        settled: &mut BTreeSet<String>,
        dice: &mut Dice,
    ) -> Outcome {
        let list = self.ask(at, &["ls-files", "--", "journal/md/*.md"]).stdout;
        let mut all: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for path in list.lines() {
            all.entry(usual(path)).or_default().insert(path);
        }
        for files in all.values().filter(|files| files.len() > 1) {
            let is_whole =
                |path: &str| !self.exists(at, path) || is_whole(path, &self.read(at, path));
            let kept = match files.iter().filter(|path| is_whole(path)).count() {
                1 => files.iter().position(|path| is_whole(path)),
                _ => None,
            };
            let kept = kept.unwrap_or(below(dice, files.len()));
            for (_, gone) in files.iter().enumerate().filter(|(n, _)| *n != kept) {
                self.git(at, &["rm", "-q", "-f", "--sparse", "--", gone])?;
                self.desks[at].dirty.remove(*gone);
                settled.insert((*gone).to_owned());
            }
        }
        Ok(())
    }
}

/// With another body, which is longer than what is left of the text.
fn written_anew(text: &str, number: u32) -> String {
    let mut page = Page::cut(text);
    let front = text.len() - page.body.len();
    let mark = token(number);
    page.body = String::new();
    for line in 0.. {
        page.body += &format!("On page {line} of {mark} it is written anew.\n\n");
        if page.body.len() > 2 * front {
            break;
        }
    }
    if page.get("word_count").is_some() {
        let line = format!("word_count: {}", words(&page.body));
        page.set("word_count", vec![line]);
    }
    page.text()
}
