//! The laws of the merge of an entry.

use std::collections::{BTreeMap, BTreeSet};

use palimpsest::journal::document::Document;
use palimpsest::journal::reconcile::{FileKind, Merged, Merger, Outcome, Reason};
use palimpsest::journal::rules::Rules;
use palimpsest::journal::yaml::Tree;
use palimpsest::merge::{LineMerge, Markers, ThreeWay, is_binary};
use palimpsest::repo::GitLines;

use super::documents::words;
use super::thirds;

/// Merges with no settings and no tombstones.
fn merge(kind: FileKind, size: usize, texts: ThreeWay<&[u8]>) -> Merged {
    let rules = Rules::default();
    let lines = GitLines::new();
    let merger = Merger {
        markers: Markers {
            size,
            ..Markers::default()
        },
        virtual_base: size > 7,
        kind,
        ..Merger::plain(&rules, &lines)
    };
    merger.merge(texts).expect("three texts merge by line")
}

/// The laws that the merge of three frontmatters breaks.
pub fn broken(fronts: &ThreeWay<String>) -> Vec<String> {
    let files = fronts.as_ref().map(|f| format!("---\n{f}---\nRain.\n"));
    let sides = files.as_ref().map(|t| t.as_bytes());
    let merged = merge(FileKind::Markdown, 7, sides);
    let mut broken = whichever_side(FileKind::Markdown, sides, &merged);
    let text = String::from_utf8_lossy(&merged.bytes).into_owned();
    let crlf = files.as_ref().map(|t| t.replace('\n', "\r\n"));
    let other = merge(FileKind::Markdown, 7, crlf.as_ref().map(|t| t.as_bytes()));
    if other.outcome == Outcome::ByField && other.bytes != text.replace('\n', "\r\n").into_bytes() {
        broken.push("other line ends, another result".into());
    }
    let other = merge(FileKind::Yaml, 7, fronts.as_ref().map(|t| t.as_bytes()));
    let alike = format!("---\n{}---\nRain.\n", String::from_utf8_lossy(&other.bytes)) == text;
    if other.outcome == merged.outcome && merged.outcome == Outcome::ByField && !alike {
        broken.push("without fences another result".into());
    }
    let other = merge(FileKind::Markdown, 9, sides);
    let markers = String::from_utf8_lossy(&other.bytes).contains("<<<<<<<");
    if other.outcome == Outcome::ByField && markers {
        broken.push("a virtual base with markers".into());
    }
    if merged.outcome == Outcome::ByField {
        broken.extend(lost(fronts, &text, merged.conflict));
        broken.extend(lost_by_a_choice(fronts, &text));
        broken.extend(too_much(fronts, &text));
    }
    broken
}

/// The laws that hold for any three texts.
pub fn broken_by_any_bytes(bytes: &[u8]) -> Vec<String> {
    let sides = thirds(bytes);
    let mut broken = Vec::new();
    for kind in [FileKind::Markdown, FileKind::Yaml] {
        let merged = merge(kind, 7, sides);
        broken.extend(whichever_side(kind, sides, &merged));
        let one = merge(kind, 7, ThreeWay::new(sides.base, sides.ours, sides.base));
        let binary = is_binary(sides.base) || is_binary(sides.ours);
        if !binary && (one.conflict || one.bytes != sides.ours) {
            broken.push("a change of one side does not stand as it is".into());
        }
    }
    broken
}

/// Symmetry; and git's own bytes where the outcome says so.
fn whichever_side(kind: FileKind, sides: ThreeWay<&[u8]>, merged: &Merged) -> Vec<String> {
    let swapped = merge(kind, 7, sides.swapped());
    let mut broken = Vec::new();
    if matches!(merged.outcome, Outcome::Git(_)) {
        let lines = GitLines::new();
        let git = lines.merge(sides, &Markers::default());
        // A side's frontmatter may stand in the markers with its text, and a clean result that
        // nobody could read is a conflict of the whole frontmatter.
        let base = Document::split(sides.base);
        let bases = match kind {
            FileKind::Markdown => vec![
                base.body.to_vec(),
                [base.open, base.close, base.body].concat(),
            ],
            FileKind::Yaml => vec![Vec::new()],
        };
        let is_marked = merged.conflict
            && bases.iter().any(|base| {
                let marked = lines.merge(ThreeWay { base, ..sides }, &Markers::default());
                marked.is_ok_and(|marked| marked.bytes == merged.bytes)
            });
        let binary = [sides.base, sides.ours, sides.theirs]
            .into_iter()
            .any(is_binary);
        // Of a page without frontmatter, line ends that a side changed are no change of a line.
        let has_ends = merged.outcome == Outcome::Git(Reason::NoFrontmatter)
            && [sides.base, sides.ours, sides.theirs]
                .iter()
                .any(|side| side.contains(&b'\r'));
        if !binary && !is_marked && !has_ends && git.is_ok_and(|git| git.bytes != merged.bytes) {
            broken.push("called git's own result, but other bytes".into());
        }
        return broken;
    }
    if merged.conflict != swapped.conflict || (!merged.conflict && merged.bytes != swapped.bytes) {
        broken.push("the side matters".into());
    }
    let fields = |m: &Merged| m.report.conflicts().collect::<BTreeSet<_>>();
    if fields(merged) != fields(&swapped) {
        broken.push("other fields conflict with the sides swapped".into());
    }
    broken
}

/// Words and comments that are gone or stand twice.
fn lost(fronts: &ThreeWay<String>, merged: &str, conflict: bool) -> Vec<String> {
    let has = fronts
        .as_ref()
        .map(|t| words(t).into_iter().collect::<BTreeSet<_>>());
    let mut got: BTreeMap<String, usize> = BTreeMap::new();
    for word in words(merged) {
        *got.entry(word).or_default() += 1;
    }
    let mut broken = Vec::new();
    for word in has.ours.union(&has.theirs) {
        let new = !has.base.contains(word);
        let kept = has.ours.contains(word) && has.theirs.contains(word);
        if (new || kept) && !got.contains_key(word) {
            broken.push(format!("lost: {word}"));
        }
        if new && !conflict && got.get(word).is_some_and(|&n| n > 1) {
            broken.push(format!("twice: {word}"));
        }
    }
    broken
}

/// What is gone where one side is chosen in every conflict: words of its own, and those
/// that both sides kept where they were, or that one of them commented out at the top. A
/// word that a side moved is in the conflict of its new place.
fn lost_by_a_choice(fronts: &ThreeWay<String>, merged: &str) -> Vec<String> {
    let all = fronts.as_ref().map(|t| words(t));
    let kept = |side: &[String]| in_one_order(&all.base, side);
    let (in_ours, in_theirs) = (kept(&all.ours), kept(&all.theirs));
    let above = fronts.as_ref().map(|t| lines_above(t));
    let mut broken = Vec::new();
    for (side, own) in [("ours", &all.ours), ("theirs", &all.theirs)] {
        let got: BTreeSet<String> = words(&chosen(merged, side)).into_iter().collect();
        let stays = |word: &&String| {
            let is_kept = in_ours.contains(*word) && in_theirs.contains(*word);
            let at = (above.ours.get(*word), above.theirs.get(*word));
            let (comment, top) = (Some(&None), Some(&Some(Vec::new())));
            let is_out = at == (comment, top) || at == (top, comment);
            let is_there = at.0 == at.1 && at.0 != comment;
            (is_kept && (is_there || is_out)) || !all.base.contains(*word)
        };
        let gone = own.iter().filter(stays).filter(|w| !got.contains(*w));
        broken.extend(gone.map(|w| format!("lost where {side} is chosen: {w}")));
    }
    broken
}

/// By word, the lines that its own stands below; `None` for one in a line of comment.
fn lines_above(text: &str) -> BTreeMap<String, Option<Vec<&str>>> {
    let mut above: Vec<(usize, &str)> = Vec::new();
    let mut found = BTreeMap::new();
    for line in text.lines().filter(|l| !l.trim().is_empty()) {
        let is_comment = line.trim_start().starts_with('#');
        // An item stands deeper than a key in its column, and so does the value of a key
        // with a `?`.
        let is_deeper = line.trim_start().starts_with(['-', ':']);
        let indent = 2 * (line.len() - line.trim_start_matches(' ').len()) + usize::from(is_deeper);
        if !is_comment {
            above.retain(|(of, _)| *of < indent);
        }
        let lines: Vec<&str> = above.iter().map(|(_, line)| *line).collect();
        let at = (!is_comment).then_some(lines);
        found.extend(words(line).into_iter().map(|word| (word, at.clone())));
        if !is_comment {
            above.push((indent, line));
        }
    }
    found
}

/// The most words that two lists have in one order.
fn in_one_order(before: &[String], now: &[String]) -> BTreeSet<String> {
    let mut most = vec![vec![0; now.len() + 1]; before.len() + 1];
    for (i, was) in before.iter().enumerate().rev() {
        for (j, is) in now.iter().enumerate().rev() {
            most[i][j] = match was == is {
                true => most[i + 1][j + 1] + 1,
                false => most[i + 1][j].max(most[i][j + 1]),
            };
        }
    }
    let mut kept = BTreeSet::new();
    let (mut i, mut j) = (0, 0);
    while i < before.len() && j < now.len() {
        if before[i] == now[j] {
            kept.insert(now[j].clone());
            (i, j) = (i + 1, j + 1);
        } else if most[i + 1][j] >= most[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    kept
}

/// The text with one side chosen in every conflict.
fn chosen(text: &str, side: &str) -> String {
    let mut part = None;
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        if line.starts_with("<<<<<<< ") {
            part = Some("ours");
        } else if part.is_some() && line == "=======\n" {
            part = Some("theirs");
        } else if line.starts_with(">>>>>>> ") {
            part = None;
        } else if part.is_none_or(|part| part == side) {
            out += line;
        }
    }
    out
}

/// Fields that one side left alone and that are marked all the same, or changed;
/// asked only where no field came, went or moved and took lines along.
fn too_much(fronts: &ThreeWay<String>, merged: &str) -> Vec<String> {
    let fields = fronts.as_ref().map(|t| fields_of(t));
    let keys = fields
        .as_ref()
        .map(|f| f.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>());
    let mut broken = Vec::new();
    if keys.ours != keys.base || keys.theirs != keys.base {
        return broken;
    }
    let marked = words(&blocks(merged));
    for (i, (key, base)) in fields.base.iter().enumerate() {
        let (ours, theirs) = (&fields.ours[i].1, &fields.theirs[i].1);
        let other = match () {
            () if ours == base => theirs,
            () if theirs == base => ours,
            () => continue,
        };
        // A word that moved into another field, or above this one, may be marked there.
        let above = |text: &str, word: &str| {
            let mut lines = text.lines().take_while(|l| !l.starts_with(key.as_str()));
            lines.any(|l| l.contains(word))
        };
        let within = |text: &str, word: &str| text.contains(word) && !above(text, word);
        let here = |w: &String| within(ours, w) && within(theirs, w);
        if words(base).iter().any(|w| here(w) && marked.contains(w)) {
            broken.push(format!("changed by one side, and marked: {key}"));
        }
        // Comments between two fields may be either one's.
        let mut lines = other.lines().filter(|l| !l.contains('#'));
        if lines.any(|l| !merged.contains(l)) {
            broken.push(format!("changed by one side, and written otherwise: {key}"));
        }
    }
    broken
}

/// The fields of a frontmatter, each with the lines above and below it.
fn fields_of(front: &str) -> Vec<(String, String)> {
    let Ok(tree) = Tree::parse(front) else {
        return Vec::new();
    };
    let pairs = tree
        .root
        .as_ref()
        .and_then(|r| r.pairs())
        .unwrap_or_default();
    let mut from = 0;
    let mut fields = Vec::new();
    for (i, pair) in pairs.iter().enumerate() {
        let end = pair.value.span.end.max(pair.key.span.end);
        let end = front[end..].find('\n').map_or(front.len(), |n| end + n + 1);
        let next = pairs.get(i + 1).map_or(front.len(), |p| p.start);
        let key = pair.key.scalar().unwrap_or_default();
        fields.push((key.to_owned(), front[from..next].to_owned()));
        from = end;
    }
    fields
}

/// The lines inside conflict markers.
fn blocks(text: &str) -> String {
    let mut open = false;
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        if line.starts_with("<<<<<<<") {
            open = true;
        } else if line.starts_with(">>>>>>>") {
            open = false;
        } else if open {
            out += line;
        }
    }
    out
}
