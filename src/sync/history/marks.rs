//! How far history has been examined: the commits whose ledger holds every row that their
//! history tells, and the last tip with the rows that its ledger lacks. Notes of this
//! clone, to save time; without them all of history is examined once more, with the same
//! outcome.

use std::collections::BTreeSet;

use crate::journal::Layout;
use crate::journal::digest::short_sha256;
use crate::ledger::{self, Ledger};
use crate::repo::{Commit, ObjectId, Repo, RepoError};

/// Raised when the rows that history tells come to mean something else: notes of another
/// number are not believed, and each clone looks at history once more.
const FORMAT: u32 = 9;

const NOTE: &str = "history";
const TOLD: &str = "told";
/// Either the rows of the other side of a merge (`add_there`) or, without a sum of them,
/// that a driver has walked to a tip and none are noted (`note_walked`).
const THERE: &str = "told-there";
/// Limit on the marks kept, which lie further apart the older they are: a machine that
/// made thousands of commits of its own has one near the commit from which another
/// machine went on.
const MOST: usize = 24;

pub(super) struct Marks<'a> {
    repo: &'a Repo,
    /// A key of the marks' inputs: with other folders, or history cut off elsewhere, the
    /// rows are others.
    about: String,
    /// The newest first.
    commits: Vec<Mark>,
    /// The last tip whose ledger lacked rows, with these rows; for the drivers of a
    /// merge, the other side as well.
    told: Vec<(ObjectId, Ledger)>,
}

/// A commit whose ledger holds every row that its history tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    at: ObjectId,
    /// How many marks were made before it.
    number: u64,
}

/// The start of a walk.
pub(super) struct Since {
    pub commits: Vec<Commit>,
    /// The mark that the commits stand on.
    pub from: Option<ObjectId>,
    /// The index of the next mark to try.
    pub next: usize,
}

impl<'a> Marks<'a> {
    pub fn read(repo: &'a Repo, layout: &Layout) -> Self {
        let mut about = format!("{FORMAT} {}", layout.fingerprint());
        // Commits that a shallow clone cuts off tell nothing until git fetches them.
        let cut_offs = repo.cut_offs();
        if !cut_offs.is_empty() {
            about = format!("{about} {}", short_sha256(cut_offs.as_bytes()));
        }
        let text = repo.noted(NOTE);
        let mut lines = text.lines();
        let commits = match lines.next() {
            Some(first) if first == about => lines.filter_map(read_mark).collect(),
            _ => Vec::new(),
        };
        let told = read_told(&repo.noted(TOLD), &about).into_iter().collect();
        Self {
            repo,
            about,
            commits,
            told,
        }
    }

    pub fn has(&self, tip: ObjectId) -> bool {
        self.commits.iter().any(|mark| mark.at == tip)
    }

    /// The marks without the noted rows.
    pub fn without_told(&self) -> Self {
        let (about, commits) = (self.about.clone(), self.commits.clone());
        Self {
            repo: self.repo,
            about,
            commits,
            told: Vec::new(),
        }
    }

    /// The rows that a commit's history tells and its ledger lacks, if they are noted.
    pub fn told_at(&self, commit: ObjectId) -> Option<&Ledger> {
        let mut told = self.told.iter();
        told.find_map(|(at, rows)| (*at == commit).then_some(rows))
    }

    /// The marks with a driver's notes on the other side of a merge.
    pub fn with_there(mut self) -> Self {
        let there = read_told(&self.repo.noted(THERE), &self.about);
        self.told.extend(there);
        self
    }

    /// Whether a driver has already walked the history of `tip`, about which no rows are
    /// noted.
    pub fn was_walked(&self, tip: ObjectId) -> bool {
        self.repo.noted(THERE) == walked_note(&self.about, tip)
    }

    /// Notes that a driver has walked the history of `tip`.
    pub fn note_walked(&self, tip: ObjectId) -> Result<(), RepoError> {
        self.repo.note(THERE, &walked_note(&self.about, tip))
    }

    /// Notes the rows that the ledger of the other side of a merge lacks.
    pub fn add_there(&self, tip: ObjectId, rows: &Ledger) -> Result<(), RepoError> {
        let note = told_note(&self.about, tip, rows);
        self.repo.note(THERE, &note)
    }

    /// The commits since a mark that all of `tips` stand on; all commits if there is none
    /// from the `nth` mark on. Every parent of these commits is among them or is the
    /// mark: before a mark, ledgers hold less than their history tells, so a walk cannot
    /// begin at those commits.
    pub fn commits_since(&self, nth: usize, tips: &[ObjectId]) -> Result<Since, RepoError> {
        let repo = self.repo;
        let mut ends: BTreeSet<ObjectId> = tips.iter().copied().collect();
        let told = self.told.iter().map(|(at, _)| at);
        let marks = self.commits.iter().map(|mark| &mark.at);
        for (at, mark) in told.chain(marks).enumerate().skip(nth) {
            if !ends.iter().all(|end| repo.is_in(*mark, *end)) {
                continue;
            }
            let commits = repo.commits(tips, &[*mark])?;
            let inside: BTreeSet<ObjectId> = commits.iter().map(|c| c.id).chain([*mark]).collect();
            let parents = commits.iter().flat_map(|c| &c.parents).chain(tips);
            let outside: Vec<ObjectId> = parents.filter(|p| !inside.contains(p)).copied().collect();
            if outside.is_empty() {
                return Ok(Since {
                    commits,
                    from: Some(*mark),
                    next: at + 1,
                });
            }
            ends.extend(outside);
        }
        Ok(Since {
            commits: repo.commits(tips, &[])?,
            from: None,
            next: 0,
        })
    }

    /// Notes the rows that the ledger of a tip lacks.
    pub fn add_told(self, tip: ObjectId, rows: &Ledger) -> Result<(), RepoError> {
        let note = told_note(&self.about, tip, rows);
        self.repo.note(TOLD, &note)
    }

    /// Notes that a tip's ledger holds every row that its history tells.
    pub fn add(mut self, tip: ObjectId) -> Result<(), RepoError> {
        let number = self.commits.first().map_or(0, |newest| newest.number + 1);
        self.commits.retain(|mark| mark.at != tip);
        self.commits.insert(0, Mark { at: tip, number });
        thin(&mut self.commits);
        let lines = self
            .commits
            .iter()
            .map(|m| format!("{} {}", m.at, m.number));
        let lines: Vec<String> = std::iter::once(self.about).chain(lines).collect();
        self.repo.note(NOTE, &format!("{}\n", lines.join("\n")))?;
        // A walk begins at noted rows before any mark.
        match self.told.iter().any(|(at, _)| self.repo.is_in(*at, tip)) {
            true => self.repo.note(TOLD, ""),
            false => Ok(()),
        }
    }
}

/// Reads the line of a mark; earlier versions did not number them. A number that no clone
/// comes to is no number: nothing could be newer.
fn read_mark(line: &str) -> Option<Mark> {
    let (at, number) = line.split_once(' ').unwrap_or((line, "0"));
    Some(Mark {
        at: at.parse().ok()?,
        number: number.parse::<u32>().ok()?.into(),
    })
}

/// Takes out marks above the limit: each time the one without which the marks beside it
/// are least far apart, measured by how many times older one is than the other. The
/// newest and the oldest stay.
fn thin(marks: &mut Vec<Mark>) {
    while marks.len() > MOST {
        let newest = marks[0].number;
        let age = |mark: &Mark| newest.saturating_sub(mark.number) as f64 + 1.0;
        let apart = |at: usize| age(&marks[at + 1]) / age(&marks[at - 1]);
        let inner = 1..marks.len() - 1;
        let Some(least) = inner.min_by(|a, b| apart(*a).total_cmp(&apart(*b))) else {
            return;
        };
        marks.remove(least);
    }
}

/// The note that a tip was looked at, for one entry.
fn walked_note(about: &str, tip: ObjectId) -> String {
    format!("{about}\n{tip}\n")
}

/// The note that [`read_told`] reads.
fn told_note(about: &str, tip: ObjectId, rows: &Ledger) -> String {
    let rows = ledger::format(rows);
    let rows = String::from_utf8_lossy(&rows);
    let sum = short_sha256(rows.as_bytes());
    format!("{about}\n{tip} {sum}\n{rows}")
}

/// Reads a note; `None` if it is incomplete, or about other inputs.
fn read_told(note: &str, about: &str) -> Option<(ObjectId, Ledger)> {
    let note = note.strip_prefix(about)?.strip_prefix('\n')?;
    let (first, rows) = note.split_once('\n')?;
    let (tip, sum) = first.split_once(' ')?;
    let is_whole = short_sha256(rows.as_bytes()) == sum;
    is_whole.then_some((tip.parse().ok()?, ledger::parse(rows.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo::tests::Scratch;

    #[test]
    fn what_is_noted_is_read_if_it_is_whole() {
        let tip = ObjectId::of_file(b"tip").unwrap();
        let line = |item: &str| {
            format!(
                r#"{{"v":1,"kind":"tombstone","entry":"2024-11-01","table":"entry_people","item":"{item}","id":"7fdd00f434dc4eb4","state":"active","at":"2026-11-28T18:26:53Z","by":"A","source":"yaml"}}"#
            ) + "\n"
        };
        let rows = ledger::parse((line("Bob") + &line("Cleo")).as_bytes());
        assert_eq!(rows.tombstones.len(), 2);
        let note = told_note("5 a b c", tip, &rows);
        assert_eq!(read_told(&note, "5 a b c"), Some((tip, rows)));
        assert_eq!(read_told(&note, "5 a b d"), None);
        let cut = note.trim_end().rfind('\n').unwrap();
        assert_eq!(read_told(&note[..=cut], "5 a b c"), None);
    }

    /// Commits A, B, C in a row, and M, which merges C with D, a child of A.
    fn commits() -> (Scratch, [ObjectId; 5]) {
        let scratch = Scratch::new();
        let commit = |name: &str| -> ObjectId {
            scratch.commit(name, name);
            scratch.git(&["rev-parse", "HEAD"]).parse().unwrap()
        };
        let (a, b, c) = (commit("a"), commit("b"), commit("c"));
        scratch.git(&["checkout", "-q", "-b", "side", &a.to_string()]);
        let d = commit("d");
        scratch.git(&["merge", "-q", "--no-ff", &c.to_string()]);
        let m = scratch.git(&["rev-parse", "HEAD"]).parse().unwrap();
        (scratch, [a, b, c, d, m])
    }

    fn rows() -> Ledger {
        let line = r#"{"v":1,"kind":"tombstone","entry":"2024-11-01","table":"entry_people","item":"Bob","id":"7fdd00f434dc4eb4","state":"active","at":"2026-11-28T18:26:53Z","by":"A","source":"yaml"}"#;
        ledger::parse(line.as_bytes())
    }

    #[test]
    fn a_walk_begins_at_a_mark_that_all_of_it_stands_on() {
        let (scratch, [a, b, c, d, m]) = commits();
        let (repo, layout) = (scratch.repo(), Layout::default());
        let since = |nth: usize, tips: &[ObjectId]| {
            let since = Marks::read(&repo, &layout).commits_since(nth, tips);
            let since = since.unwrap();
            let commits: BTreeSet<ObjectId> = since.commits.iter().map(|c| c.id).collect();
            (commits, since.from, since.next)
        };
        let of = |commits: &[ObjectId]| commits.iter().copied().collect::<BTreeSet<_>>();
        let mark = |at| Marks::read(&repo, &layout).add(at).unwrap();
        assert_eq!(since(0, &[c]), (of(&[a, b, c]), None, 0));
        mark(b);
        assert_eq!(since(0, &[c]), (of(&[c]), Some(b), 1));
        assert_eq!(since(1, &[c]), (of(&[a, b, c]), None, 0));
        assert_eq!(since(0, &[b]), (of(&[]), Some(b), 1));
        assert_eq!(since(0, &[a]), (of(&[a]), None, 0));
        // The other branch of a merge, and another tip, do not stand on it.
        assert_eq!(since(0, &[m]), (of(&[a, b, c, d, m]), None, 0));
        assert_eq!(since(0, &[c, d]), (of(&[a, b, c, d]), None, 0));
        mark(a);
        mark(c);
        mark(b);
        // Now the marks are B, C and A.
        assert_eq!(since(0, &[m]), (of(&[b, c, d, m]), Some(a), 3));
        assert_eq!(since(2, &[c]), (of(&[b, c]), Some(a), 3));
        // What a merge brought in below a mark has to stand on an earlier one, too.
        assert_eq!(since(0, &[b, m]), (of(&[b, c, d, m]), Some(a), 3));
        // Rows that are noted count before the marks.
        let marks = Marks::read(&repo, &layout);
        marks.add_told(a, &rows()).unwrap();
        assert_eq!(since(0, &[c]), (of(&[b, c]), Some(a), 1));
    }

    #[test]
    fn marks_are_of_one_layout_and_the_newest_ones_count() {
        let (scratch, [a, b, ..]) = commits();
        let (repo, layout) = (scratch.repo(), Layout::default());
        let read = || Marks::read(&repo, &layout);
        for at in [a, b, a] {
            read().add(at).unwrap();
        }
        let commits: Vec<ObjectId> = read().commits.iter().map(|mark| mark.at).collect();
        assert_eq!(commits, [a, b]);
        assert!(read().has(a) && read().has(b));
        let other = Layout {
            ledger: "ledger".into(),
            ..Layout::default()
        };
        assert!(!Marks::read(&repo, &other).has(a));
        // Lines without a number count, too.
        let note = repo.noted(NOTE);
        let lines = note.lines().map(|l| l.strip_suffix(" 2").unwrap_or(l));
        let lines: Vec<&str> = lines.collect();
        assert_eq!(lines[1], a.to_string());
        repo.note(NOTE, &lines.join("\n")).unwrap();
        assert!(read().has(a) && read().has(b));
        // A number that nobody gave is none.
        let about = lines[0];
        let note = format!("{about}\n{a} {}\n{a} -1\n{b} 9\n", u64::MAX);
        repo.note(NOTE, &note).unwrap();
        assert!(!read().has(a) && read().has(b));
        // History that is cut off elsewhere tells other rows.
        let cut = format!("{b}\n");
        std::fs::write(scratch.path().join(".git/shallow"), cut).unwrap();
        assert!(!read().has(a));
    }

    #[test]
    fn marks_lie_further_apart_the_older_they_are() {
        let mut marks: Vec<Mark> = Vec::new();
        for number in 0..20_000_u64 {
            let at = ObjectId::of_file(&number.to_be_bytes()).unwrap();
            marks.insert(0, Mark { at, number });
            thin(&mut marks);
            assert!(marks.len() <= MOST && marks[0].number == number);
            // A walk from where another machine went on begins at a mark that is not
            // much older, also where a mark has just become too new.
            let age = |mark: &Mark| number - mark.number;
            for pair in marks.windows(2) {
                let needed = age(&pair[0]) + 1;
                assert!(age(&pair[1]) <= 3 * needed, "{needed} of {number}");
            }
            assert_eq!(marks.last().map(age), Some(number));
        }
    }

    #[test]
    fn noted_rows_go_when_a_later_commit_holds_them() {
        let (scratch, [a, b, c, d, _]) = commits();
        let (repo, layout) = (scratch.repo(), Layout::default());
        let read = || Marks::read(&repo, &layout);
        read().add_told(b, &rows()).unwrap();
        for other in [a, d] {
            read().add(other).unwrap();
            assert_eq!(read().told_at(b), Some(&rows()));
        }
        read().add(c).unwrap();
        assert_eq!(read().told_at(b), None);
        let since = read().commits_since(0, &[c]).unwrap();
        assert_eq!((since.commits.len(), since.from), (0, Some(c)));
    }

    #[test]
    fn rows_are_noted_apart_for_a_tip_and_for_the_other_side_of_a_merge() {
        let (scratch, [a, b, c, ..]) = commits();
        let (repo, layout) = (scratch.repo(), Layout::default());
        let read = || Marks::read(&repo, &layout);
        assert!(!read().was_walked(b));
        read().add_told(a, &rows()).unwrap();
        read().note_walked(b).unwrap();
        assert!(read().was_walked(b) && !read().was_walked(a));
        assert_eq!(read().told_at(a), Some(&rows()));
        assert_eq!(read().told_at(b), None);
        assert_eq!(read().without_told().told_at(a), None);
        read().add_there(c, &rows()).unwrap();
        assert_eq!(read().told_at(c), None);
        let both = read().with_there();
        assert_eq!(
            (both.told_at(a), both.told_at(c)),
            (Some(&rows()), Some(&rows()))
        );
    }
}
