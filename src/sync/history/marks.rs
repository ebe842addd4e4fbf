//! How far history has been examined: the commits whose ledger holds every row that their
//! history tells, and the last tip with the rows that its ledger lacks. Notes of this
//! clone, to save time; without them all of history is examined once more, with the same
//! outcome.

use crate::journal::Layout;
use crate::journal::digest::short_sha256;
use crate::ledger::{self, Ledger};
use crate::repo::{ObjectId, Repo, RepoError};

/// Raised when the rows that history tells come to mean something else: notes of another
/// number are not believed, and each clone looks at history once more.
const FORMAT: u32 = 12;

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

/// Commits whose ledger holds every row that their history tells: a tip and, if that is a
/// merge, its sides. Machines that merge each other's commits in turn go on from a merge on
/// one machine and from its other side on the next, so that both are needed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mark {
    at: Vec<ObjectId>,
    /// How many marks were made before it.
    number: u64,
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
            Some(first) if first == about => read_marks(lines),
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
        self.commits.iter().any(|mark| mark.at.contains(&tip))
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

    /// No marks, and no noted rows: with them, all of history is examined.
    pub fn none(&self) -> Self {
        Self {
            repo: self.repo,
            about: self.about.clone(),
            commits: Vec::new(),
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

    /// The commits at which a walk can begin: those with noted rows, then the marks, the
    /// newest first.
    pub fn all(&self) -> Vec<ObjectId> {
        let told = self.told.iter().map(|(at, _)| *at);
        let marked = self.commits.iter().flat_map(|mark| &mark.at);
        told.chain(marked.copied()).collect()
    }

    /// Notes the rows that the ledger of a tip lacks.
    pub fn add_told(&self, tip: ObjectId, rows: &Ledger) -> Result<(), RepoError> {
        let note = told_note(&self.about, tip, rows);
        self.repo.note(TOLD, &note)
    }

    /// Notes that the ledgers of these commits, which were examined together, hold every row
    /// that their history tells.
    pub fn add(&mut self, at: Vec<ObjectId>) -> Result<(), RepoError> {
        let number = self.commits.first().map_or(0, |newest| newest.number + 1);
        for mark in &mut self.commits {
            mark.at.retain(|commit| !at.contains(commit));
        }
        self.commits.retain(|mark| !mark.at.is_empty());
        let is_held =
            |(told, _): &(ObjectId, Ledger)| at.iter().any(|a| self.repo.is_in(*told, *a));
        let is_told = self.told.iter().any(is_held);
        self.commits.insert(0, Mark { at, number });
        thin(&mut self.commits);
        let mut note = format!("{}\n", self.about);
        for mark in &self.commits {
            for commit in &mark.at {
                note += &format!("{commit} {}\n", mark.number);
            }
        }
        self.repo.note(NOTE, &note)?;
        // A walk begins at noted rows before any mark.
        match is_told {
            true => self.repo.note(TOLD, ""),
            false => Ok(()),
        }
    }
}

/// Reads the lines of marks, each a commit; those of one number are one mark.
fn read_marks<'t>(lines: impl Iterator<Item = &'t str>) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    for (at, number) in lines.filter_map(read_mark) {
        match marks.last_mut().filter(|last| last.number == number) {
            Some(last) => last.at.push(at),
            None => marks.push(Mark {
                at: vec![at],
                number,
            }),
        }
    }
    marks
}

/// Reads the line of a marked commit; earlier versions did not number them. A number that
/// no clone comes to is no number: nothing could be newer.
fn read_mark(line: &str) -> Option<(ObjectId, u64)> {
    let (at, number) = line.split_once(' ').unwrap_or((line, "0"));
    Some((at.parse().ok()?, number.parse::<u32>().ok()?.into()))
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
pub(super) mod tests {
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
    pub(in crate::sync::history) fn commits() -> (Scratch, [ObjectId; 5]) {
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

    pub(in crate::sync::history) fn rows() -> Ledger {
        let line = r#"{"v":1,"kind":"tombstone","entry":"2024-11-01","table":"entry_people","item":"Bob","id":"7fdd00f434dc4eb4","state":"active","at":"2026-11-28T18:26:53Z","by":"A","source":"yaml"}"#;
        ledger::parse(line.as_bytes())
    }

    #[test]
    fn marks_are_of_one_layout_and_the_newest_ones_count() {
        let (scratch, [a, b, ..]) = commits();
        let (repo, layout) = (scratch.repo(), Layout::default());
        let read = || Marks::read(&repo, &layout);
        for at in [a, b, a] {
            read().add(vec![at]).unwrap();
        }
        assert_eq!(read().all(), [a, b]);
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
    fn a_mark_may_be_several_commits_and_goes_as_a_whole() {
        let (scratch, [a, b, c, d, m]) = commits();
        let (repo, layout) = (scratch.repo(), Layout::default());
        let read = || Marks::read(&repo, &layout);
        read().add(vec![a]).unwrap();
        read().add(vec![m, d, c]).unwrap();
        assert_eq!(repo.noted(NOTE).lines().nth(3), Some(&*format!("{c} 1")));
        assert!([a, c, d, m].iter().all(|at| read().has(*at)) && !read().has(b));
        // Each counts once, where it is newest.
        read().add(vec![b, d]).unwrap();
        assert_eq!(read().all(), [b, d, m, c, a]);
        for number in 0..=MOST {
            let at = ObjectId::of_file(&number.to_be_bytes()).unwrap();
            read().add(vec![at]).unwrap();
            assert_eq!(read().has(m), read().has(c));
        }
        assert!(!read().has(m) && read().has(a));
    }

    #[test]
    fn marks_lie_further_apart_the_older_they_are() {
        let mut marks: Vec<Mark> = Vec::new();
        for number in 0..20_000_u64 {
            let at = ObjectId::of_file(&number.to_be_bytes()).unwrap();
            marks.insert(
                0,
                Mark {
                    at: vec![at],
                    number,
                },
            );
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
            read().add(vec![other]).unwrap();
            assert_eq!(read().told_at(b), Some(&rows()));
            assert_eq!(read().all()[0], b);
        }
        read().add(vec![d, c]).unwrap();
        assert_eq!(read().told_at(b), None);
        assert_eq!(read().all(), [d, c, a]);
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
