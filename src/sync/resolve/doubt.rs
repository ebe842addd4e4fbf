//! Which sets of markers in the body of a page may be no conflict: no merge of the sides
//! explains them.

use std::collections::BTreeSet;

use super::{OpenPath, Origin, ResolveError, Resolver};
use crate::journal::Document;
use crate::journal::hunks::{Hunk, Hunks};
use crate::journal::markers::{AsText, conflict_markers};
use crate::journal::yaml::{Kind, Tree};
use crate::merge::ThreeWay;
use crate::repo::{ObjectId, RepoError};

/// Limit on a file's versions that are searched for what markers may bring back.
const LOOKED_AT: usize = 200;

impl Resolver<'_> {
    /// The hunks of a file, with a note of those in the body that may be text: no merge of
    /// the sides explains them. While the index has the path in conflict, a set in a page
    /// without examples counts as edited.
    pub(super) fn doubted(
        &self,
        open: &OpenPath,
        sides: ThreeWay<&Vec<u8>>,
        hunks: Hunks,
    ) -> Result<Hunks, ResolveError> {
        let is_open = matches!(open.origin, Origin::Unmerged | Origin::UnmergedByGit);
        if is_open && !open.as_text.has_sets() {
            return Ok(hunks);
        }
        Ok(doubting(open, sides, hunks, &self.merges(open, sides)?))
    }

    /// Whether the union of both halves of a conflict in frontmatter may bring something back:
    /// no merge is known that left the markers, they show no base, and one half alone has
    /// something that the file had before, or an edit of it. The other side may have removed
    /// that.
    pub(super) fn may_bring_back(
        &self,
        open: &OpenPath,
        hunks: &Hunks,
    ) -> Result<bool, ResolveError> {
        let in_front = || hunks.iter().filter(|h| h.in_front && h.base.is_none());
        if in_front().any(is_taken_out) {
            return Ok(true);
        }
        let labels: Vec<&(String, String)> = in_front().map(|hunk| &hunk.labels).collect();
        let (Some(head), false) = (self.repo.head()?, labels.is_empty()) else {
            return Ok(false);
        };
        let mut before = self.values_before(head, &open.path)?;
        // The last version without markers is one of the sides.
        if before.len() > 1 {
            before.remove(0);
        }
        let labels = labels.iter().flat_map(|(ours, theirs)| [ours, theirs]);
        for path in labels
            .flat_map(|label| paths_in(label))
            .collect::<BTreeSet<_>>()
        {
            if path != open.path {
                before.extend(self.values_before(head, path)?);
            }
        }
        let versions = hunks.versions();
        let [ours, theirs] = [&versions.ours, &versions.theirs].map(|text| values(text));
        let alone: Said = ours.symmetric_difference(&theirs).cloned().collect();
        // Which version the other side was made from, no version tells: one that lacks a value
        // may be from before it, or have it removed.
        let was_there = before.iter().any(|version| !version.is_disjoint(&alone));
        Ok(was_there || !alone.is_empty() && self.repo.is_shallow())
    }

    /// What each version of a file up to a commit says, but for those with markers. The newest
    /// comes first.
    fn values_before(&self, head: ObjectId, path: &str) -> Result<Vec<Said>, RepoError> {
        let mut all = Vec::new();
        for commit in self
            .repo
            .commits_of(head, path)?
            .into_iter()
            .take(LOOKED_AT)
        {
            let version = self.repo.read_at(commit, path)?.unwrap_or_default();
            if conflict_markers(&version).is_none() {
                all.push(values(&version));
            }
        }
        Ok(all)
    }

    /// The merges of the sides, by line and by field, in each style.
    fn merges(
        &self,
        open: &OpenPath,
        sides: ThreeWay<&Vec<u8>>,
    ) -> Result<Vec<Hunks>, ResolveError> {
        let mut merges = Vec::new();
        self.any_merge(open, sides, |merged| {
            merges.push(merged);
            false
        })?;
        Ok(merges)
    }

    /// Whether a person wrote all sets of markers in a file, and committed them with the merge
    /// or later, like an example: the merge has no conflict in the body that one could be, or
    /// it has the set as text. Any other may be a conflict that somebody edited since.
    pub(super) fn is_of_a_person(&self, open: &OpenPath) -> Result<bool, ResolveError> {
        let (Some(ours), Some(theirs)) = (&open.sides.ours, &open.sides.theirs) else {
            return Ok(false);
        };
        if matches!(open.origin, Origin::Unmerged | Origin::UnmergedByGit) {
            return Ok(false);
        }
        let head = self.repo.read_at(self.repo.head()?, &open.path)?;
        let mut committed = AsText::default();
        committed.add(&head.unwrap_or_default());
        let work = open.work.as_deref().unwrap_or_default();
        if !Hunks::besides(work, &committed).is_empty() {
            return Ok(false);
        }
        let none = Vec::new();
        let base = open.sides.base.as_ref().unwrap_or(&none);
        let sides = ThreeWay::new(base, ours, theirs);
        let merges = match self.merges(open, sides) {
            Err(ResolveError::Merge { .. }) => return Ok(false),
            merges => merges?,
        };
        let hunks = doubting(open, sides, open.hunks(), &merges);
        let (ours, theirs) = (beside_sets(ours), beside_sets(theirs));
        let has = |side: &[u8], lines: &[u8]| {
            let lines = said(lines);
            !lines.is_empty() && said(side).windows(lines.len()).any(|there| there == lines)
        };
        let is_in_body = |hunk: &Hunk| !hunk.in_front;
        let has_conflict = merges.iter().flat_map(Hunks::iter).any(is_in_body);
        let is_text = |hunk: &Hunk| {
            let mut texts = merges.iter().flat_map(Hunks::texts);
            texts.any(|text| has_lines(text, hunk.whole()))
        };
        let of_a_person = |hunk: &Hunk| {
            let has_lines = has(&ours, &hunk.ours) || has(&theirs, &hunk.theirs);
            hunk.may_be_text && (is_text(hunk) || !has_lines && !has_conflict)
        };
        Ok(!hunks.is_empty() && hunks.iter().all(of_a_person))
    }
}

/// The hunks of a file, with a note of those in the body that none of these merges of the
/// sides explains.
fn doubting(open: &OpenPath, sides: ThreeWay<&Vec<u8>>, hunks: Hunks, merges: &[Hunks]) -> Hunks {
    let has_examples = open.as_text.has_sets();
    // An example may quote the conflict, or be made of the page's own lines. It stands
    // at another place; where somebody edited beside a conflict, one neighbour is enough.
    let is_made = |hunk: &Hunk, around: [&[u8]; 2]| {
        let mut all = merges.iter().flat_map(Hunks::placed);
        all.any(|(made, there)| {
            let mut near = beside(around).into_iter().zip(beside(there));
            made.ours == hunk.ours
                && made.theirs == hunk.theirs
                && near.any(|(here, there)| here.trim_ascii_end() == there.trim_ascii_end())
        })
    };
    // Other programs may set the ends of a hunk otherwise, but its lines are the sides'.
    let is_of_sides = |hunk: &Hunk, around: [&[u8]; 2]| {
        let [before, behind] = beside(around);
        let stands = |side: &[u8], lines: &[u8]| has_lines(side, &[before, lines, behind].concat());
        !has_examples
            && split(&hunk.ours) != split(&hunk.theirs)
            && stands(sides.ours, &hunk.ours)
            && stands(sides.theirs, &hunk.theirs)
    };
    let may_be_text = |hunk: &Hunk, around: [&[u8]; 2]| {
        !hunk.in_front && !is_made(hunk, around) && !is_of_sides(hunk, around)
    };
    hunks.doubting(may_be_text)
}

/// Whether one half of a hunk is empty, and the other has more than keys and items of a list,
/// which are known by themselves: it may be an edit of what one side took out, as of a
/// paragraph.
fn is_taken_out(hunk: &Hunk) -> bool {
    let lines = |half| split(half).into_iter().filter(|line| !line.is_empty());
    let is_known = |line: &[u8]| {
        let is_key = !line.starts_with(b" ") && line.windows(2).any(|two| two == b": ");
        is_key || line.trim_ascii_start().starts_with(b"- ")
    };
    match (lines(&hunk.ours).count(), lines(&hunk.theirs).count()) {
        (0, 0) => false,
        (0, _) => !lines(&hunk.theirs).all(is_known),
        (_, 0) => !lines(&hunk.ours).all(is_known),
        _ => false,
    }
}

/// The keys and the items of lists in a version's frontmatter.
type Said = BTreeSet<String>;

/// What the frontmatter of a version says, but for the single values of keys that are in no
/// list; nothing if it cannot be read.
fn values(version: &[u8]) -> Said {
    let mut said = Said::new();
    let front = std::str::from_utf8(Document::split(version).frontmatter);
    let tree = front.ok().and_then(|front| Tree::parse(front).ok());
    let Some(root) = tree.as_ref().and_then(|tree| tree.root.as_ref()) else {
        return said;
    };
    root.walk(&mut |node| match &node.kind {
        Kind::Map { pairs, .. } => {
            let keys = pairs.iter().filter_map(|pair| pair.key.scalar());
            said.extend(keys.map(|key| format!("{key}:")));
        }
        Kind::Seq { items, .. } => {
            let texts = items.iter().filter_map(|item| item.node.scalar());
            said.extend(texts.map(str::to_owned));
            let pairs = items.iter().filter_map(|item| item.node.pairs()).flatten();
            said.extend(pairs.filter_map(|pair| {
                let (key, value) = (pair.key.scalar()?, pair.value.scalar()?);
                Some(format!("{key}: {value}"))
            }));
        }
        _ => {}
    });
    said
}

/// The paths that a label of git's may name behind a revision, where a side has the file in
/// another place: `HEAD:notes/page.md`. The revision may have colons as well.
fn paths_in(label: &str) -> impl Iterator<Item = &str> {
    let behind = label.match_indices(':').map(|(at, _)| &label[at + 1..]);
    behind.filter(|path| {
        let mut parts = path.split('/');
        parts.all(|part| !matches!(part, "" | "." | "..") && part.trim() == part)
    })
}

/// Whether lines stand in a text, one behind the other. Line ends do not count.
fn has_lines(text: &[u8], lines: &[u8]) -> bool {
    let (text, lines) = (split(text), split(lines));
    lines.is_empty() || text.windows(lines.len()).any(|there| there == lines)
}

/// The lines of a text without their ends.
fn split(text: &[u8]) -> Vec<&[u8]> {
    let lines = text.split_inclusive(|&b| b == b'\n');
    lines.map(<[u8]>::trim_ascii_end).collect()
}

/// The lines directly beside a hunk, of the texts before and behind it.
fn beside([before, behind]: [&[u8]; 2]) -> [&[u8]; 2] {
    let is_end = |&b: &u8| b == b'\n';
    let before = before.split_inclusive(is_end).next_back();
    let behind = behind.split_inclusive(is_end).next();
    [before.unwrap_or_default(), behind.unwrap_or_default()]
}

/// A version of a file without the sets of markers in it.
fn beside_sets(version: &[u8]) -> Vec<u8> {
    Hunks::of(version).texts().concat()
}

/// The lines of a text that are not blank, without the space around them.
fn said(text: &[u8]) -> Vec<&[u8]> {
    let lines = text.split(|&b| b == b'\n').map(<[u8]>::trim_ascii);
    lines.filter(|line| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_names_paths_behind_its_colons() {
        let paths = |label| paths_in(label).collect::<Vec<_>>();
        assert_eq!(paths("HEAD:notes/a.md"), ["notes/a.md"]);
        assert_eq!(
            paths("ab12 (vault backup: 10:00):n.md"),
            ["00):n.md", "n.md"]
        );
        let none: [&str; 0] = [];
        for label in [
            "HEAD",
            "a (Clip https://example.com/x)",
            "a (see:../n)",
            "a:",
            "a: b",
        ] {
            assert_eq!(paths(label), none, "{label}");
        }
    }

    #[test]
    fn a_version_says_the_items_of_its_lists() {
        let text =
            b"---\ntitle: A\ntags: [a, 'b c']\npeople:\n- \"Ann\"\n- name: Bob # x\nat: 10:00\n---\nx\n";
        let said = [
            "a",
            "b c",
            "Ann",
            "name: Bob",
            "name:",
            "title:",
            "tags:",
            "people:",
            "at:",
        ];
        let items = said.map(str::to_owned);
        assert_eq!(values(text), items.into());
    }
}
