//! Stale copies: a file put back from a backup or by a service that syncs files.
//!
//! It equals an older committed version byte for byte, and undoes a removal along with
//! some other later change. If only a removal is undone, a person is adding the item
//! again. If the work tree's file is still HEAD's, a person takes the file's change out of
//! the last commit (`git reset HEAD^ -- FILE`, then an amend). If the branch that is squashed
//! changed the file to that version, or the commit that is picked, git put it there.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::check::Refusal;
use super::rows::CommitContext;
use crate::journal::rules::{Rule, Rules};
use crate::journal::yaml::{Node, Tree, Value};
use crate::journal::{Document, Facts, Item, Table};
use crate::ledger::{Ledger, State};
use crate::repo::{ObjectId, RepoError};
use crate::sync::versions::{Key, Versions, facts};

/// The refusal of an entry whose change gives these `rows`, if it is a stale copy.
pub(super) fn stale_copy(
    context: &CommitContext<'_>,
    rules: &Rules,
    key: Key,
    versions: &Versions,
    rows: &Ledger,
) -> Result<Option<Refusal>, RepoError> {
    let back: BTreeSet<Item> = rows
        .tombstones
        .iter()
        .filter(|(_, row)| matches!(row.state, State::Restored(_)))
        .map(|(key, _)| key.to_item())
        .collect();
    let ([Some(before)], Some(now), [head]) = (
        versions.parents.as_slice(),
        &versions.now,
        context.parents.as_slice(),
    ) else {
        return Ok(None);
    };
    if back.is_empty() || context.repo.is_reverting() {
        return Ok(None);
    }
    let read = |blob| context.repo.read_blob(blob);
    let (old, new) = (read(before.blob)?, read(now.blob)?);
    let (Ok(had), Ok(has)) = (facts(key, &old), facts(key, &new)) else {
        return Ok(None);
    };
    let mut undone = undone(rules, (&old, &had), (&new, &has), &back);
    let mut comments = lost_comments(rules, &old, &new);
    if undone.is_empty() && comments.is_empty()
        || is_heads_in_the_work_tree(context, &now.path, before.blob)?
        || is_what_git_brings(context, *head, &now.path, now.blob)?
    {
        return Ok(None);
    }
    let mut next = None;
    for commit in context.repo.commits_of(*head, &now.path)? {
        let there = context.repo.blob_at(commit, &now.path)?;
        if there.is_some_and(|blob| blob.id == now.blob) {
            // What the next commit wrote is of the removal, if that is in it.
            if let (Some(next), false) = (next, comments.is_empty()) {
                let next = read(next)?;
                comments.retain(|comment| !comments_of(&next).any(|there| there == *comment));
            }
            if !comments.is_empty() {
                undone.push("comments".to_owned());
            }
            if undone.is_empty() {
                return Ok(None);
            }
            return Ok(Some(Refusal::StaleCopy {
                path: now.path.clone(),
                commit: commit.to_string().chars().take(12).collect(),
                back: back.into_iter().collect(),
                undone,
                pathspec: context.repo.pathspec(&now.path),
            }));
        }
        next = there.map(|blob| blob.id);
    }
    Ok(None)
}

/// Whether git put this version there: the branch that is squashed, or the commit that is
/// picked, changed the file to it. What these only have as it was says nothing.
fn is_what_git_brings(
    context: &CommitContext<'_>,
    head: ObjectId,
    path: &str,
    blob: ObjectId,
) -> Result<bool, RepoError> {
    let repo = context.repo;
    let has_it = |commit: ObjectId| -> Result<bool, RepoError> {
        let there = repo.blob_at(commit, path)?;
        Ok(there.is_some_and(|there| there.id == blob))
    };
    let have_it = |commits: Vec<ObjectId>| -> Result<Vec<bool>, RepoError> {
        commits.into_iter().map(has_it).collect()
    };
    if let Some(tip) = context.squashing {
        let bases = have_it(repo.parted(head, tip)?.unwrap_or_default())?;
        return Ok(!bases.is_empty() && !bases.contains(&true) && has_it(tip)?);
    }
    match repo.waiting_pick()? {
        // Nothing tells the parent against which a merge is picked (`-m`).
        Some(pick) => Ok(have_it(repo.commit(pick)?.parents)?.contains(&false) && has_it(pick)?),
        None => Ok(false),
    }
}

/// Whether the work tree's file is HEAD's version: whatever puts files back from a backup
/// writes there.
fn is_heads_in_the_work_tree(
    context: &CommitContext<'_>,
    path: &str,
    head: ObjectId,
) -> Result<bool, RepoError> {
    let work = context.repo.read_work_file(path)?;
    let same = |bytes| context.repo.as_stored(path, bytes, head);
    Ok(work.map(same).transpose()?.is_some_and(|(same, _)| same))
}

/// The fields (and `the text`) that differ, apart from the items that are back. Stamps
/// and fields worked out from the text do not count.
fn undone(
    rules: &Rules,
    (old, had): (&[u8], &Facts),
    (new, has): (&[u8], &Facts),
    back: &BTreeSet<Item>,
) -> Vec<String> {
    let (old, new) = (Document::split(old), Document::split(new));
    let (before, now) = (fields(old.frontmatter), fields(new.frontmatter));
    let names: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    let mut undone: Vec<String> = names
        .into_iter()
        .filter(|name| before.get(*name) != now.get(*name))
        .filter(|name| {
            let rule = rules.named(&[(*name).clone()]);
            !matches!(rule, Some(Rule::Stamp | Rule::Derived(_)))
                && !only_back(name, had, has, back)
        })
        .cloned()
        .collect();
    // Line ends and the last one say nothing.
    let lines = |body: &[u8]| {
        let text = String::from_utf8_lossy(body);
        let lines = text.trim_end().lines().map(str::to_owned);
        lines.collect::<Vec<_>>()
    };
    if lines(old.body) != lines(new.body) {
        undone.push("the text".to_owned());
    }
    undone
}

/// Whether a field's items differ only by those that are back.
fn only_back(name: &str, had: &Facts, has: &Facts, back: &BTreeSet<Item>) -> bool {
    let table = match name {
        "manuscript" => Some(Table::Themes),
        name => Table::of_field(name),
    };
    let Some(table) = table else { return false };
    let of = |items: &BTreeSet<Item>| -> BTreeSet<Item> {
        let items = items.iter().filter(|(t, _)| *t == table);
        items.cloned().collect()
    };
    let (had, has, back) = (of(&had.items), of(&has.items), of(back));
    !back.is_empty() && has.is_superset(&had) && has.difference(&had).all(|i| back.contains(i))
}

/// The comments of a file's frontmatter that another version lacks. What was commented out,
/// and stands there again in whatever style, is not lost, nor is what stands behind a stamp.
fn lost_comments<'t>(rules: &Rules, old: &'t [u8], new: &[u8]) -> Vec<&'t str> {
    let new = Document::split(new).frontmatter;
    let there: BTreeSet<String> = words(&String::from_utf8_lossy(new)).collect();
    let Some((text, tree)) = tree(old) else {
        return Vec::new();
    };
    let pairs = tree.root.as_ref().and_then(Node::pairs).unwrap_or_default();
    let is_stamp = |name: &str| {
        let rule = rules.named(&[name.to_owned()]);
        matches!(rule, Some(Rule::Stamp | Rule::Derived(_)))
    };
    let stamps = pairs
        .iter()
        .filter(|pair| pair.key.scalar().is_some_and(is_stamp));
    let behind = stamps.map(|pair| {
        let end = pair.value.span.end;
        end..text[end..]
            .find('\n')
            .map_or(text.len(), |length| end + length)
    });
    let behind: Vec<Range<usize>> = behind.collect();
    let lost = tree.comments.iter().filter(|range| {
        let comment = &text[(*range).clone()];
        let is_behind = behind.iter().any(|line| line.contains(&range.start));
        !is_behind && !words(comment).all(|word| there.contains(&word))
    });
    lost.map(|range| &text[range.clone()]).collect()
}

/// The comments of a file's frontmatter.
fn comments_of(file: &[u8]) -> impl Iterator<Item = &str> {
    let found = tree(file).into_iter();
    found.flat_map(|(text, tree)| {
        let comments = tree.comments.into_iter();
        comments.map(|range| &text[range])
    })
}

fn tree(file: &[u8]) -> Option<(&str, Tree)> {
    let text = std::str::from_utf8(Document::split(file).frontmatter).ok()?;
    Some((text, Tree::parse(text).ok()?))
}

fn words(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| !word.is_empty()).map(str::to_owned)
}

/// What each top field says, by its name; one that says nothing is as one that is not
/// there.
fn fields(frontmatter: &[u8]) -> BTreeMap<String, Meaning> {
    let text = std::str::from_utf8(frontmatter).unwrap_or_default();
    let tree = Tree::parse(text).ok();
    let root = tree.as_ref().and_then(|tree| tree.root.as_ref());
    let pairs = root.and_then(|root| root.pairs()).unwrap_or_default();
    let fields = pairs.iter().filter_map(|pair| {
        let name = pair.key.scalar()?.to_owned();
        Some((name, Meaning::of(&Value::of(&pair.value, text))))
    });
    fields.filter(|(_, m)| *m != Meaning::Nothing).collect()
}

/// A value without its spelling: what was quoted, or written in another style, says the
/// same.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Meaning {
    Nothing,
    Text(String),
    List(Vec<Meaning>),
    Map(BTreeMap<Meaning, Meaning>),
}

impl Meaning {
    fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Nothing,
            Value::Typed(typed) => Self::Text(typed.says.clone()),
            Value::Text(text) => Self::Text(text.trim_end().to_owned()),
            Value::Alias(name) => Self::Text(name.clone()),
            Value::Seq(items) => Self::List(items.iter().map(Self::of).collect()),
            Value::Map(pairs) => {
                let pairs = pairs.iter();
                Self::Map(pairs.map(|(k, v)| (Self::of(k), Self::of(v))).collect())
            }
            Value::With(_, value) => Self::of(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::ItemKey;

    fn facts_of(people: &[&str]) -> Facts {
        let items = people.iter().map(|p| (Table::People, ItemKey::new(p)));
        Facts {
            items: items.collect(),
            hash: String::new(),
        }
    }

    fn told(old: &str, new: &str) -> Vec<String> {
        let (had, has) = (facts_of(&["Al"]), facts_of(&["Al", "Bob"]));
        told_of((old, &had), (new, &has), (Table::People, "Bob"))
    }

    fn told_of(
        (old, had): (&str, &Facts),
        (new, has): (&str, &Facts),
        (table, item): (Table, &str),
    ) -> Vec<String> {
        let (old, new) = (old.as_bytes(), new.as_bytes());
        let back = [(table, ItemKey::new(item))].into();
        undone(&Rules::default(), (old, had), (new, has), &back)
    }

    #[test]
    fn a_removal_alone_is_undone_by_a_person() {
        let old = "---\npeople: [Al]\nmood: calm\nupdated: 2024-11-02\n---\nx\n";
        let new = "---\npeople: [Al, Bob]\nmood: calm\nupdated: 2024-11-01\n---\nx\n";
        assert_eq!(told(old, new), [""; 0]);
    }

    #[test]
    fn another_spelling_undoes_nothing() {
        let old = "---\npeople: [Al]\nmood: \"calm\"\ndate: '2024-11-01'\nrelated:\n- a\n\
            draft: true\nplace: !town Ulm\nweather: |\n  wet\n---\nx\ny\n\n";
        let new = "---\r\npeople: [Al, Bob]\r\nmood: calm\r\ndate: 2024-11-01\r\n\
            related: [a]\r\ndraft: True\r\nplace: Ulm\r\nweather: wet\r\ntheme:\r\n---\r\nx\r\ny";
        assert_eq!(told(old, new), [""; 0]);
    }

    #[test]
    fn a_comment_is_lost_unless_it_was_commented_out() {
        let lost = |old: &'static str, new: &str| {
            lost_comments(&Rules::default(), old.as_bytes(), new.as_bytes())
        };
        let new = "---\npeople: [Al, 'Bob']\nupdated: 2024-11-01\n---\nx\n";
        let old = "---\npeople:\n  - Al # of the ferry\n  # - Bob?\nmood: calm # Al\n---\nx\n";
        assert_eq!(lost(old, new), ["# of the ferry"]);
        let old = "---\npeople: [Al] # Bob\nupdated: 2024-11-02 # by plugin\n---\nx # y\n";
        assert_eq!(lost(old, new), [""; 0]);
        let old = "---\nupdated: 2024-11-02 # by plugin\nword_count: 1 # counted\n\
            people: [Al] # Bob of the ferry\n---\nx\n";
        assert_eq!(lost(old, new), ["# Bob of the ferry"]);
    }

    #[test]
    fn what_else_is_undone_is_named() {
        let old = "---\npeople: [Al]\nmood: good\ngear:\n  - lamp\n---\nx\ny\n";
        let new = "---\npeople: [Al, Bob]\nmood: calm\n---\nx\n";
        assert_eq!(told(old, new), ["gear", "mood", "the text"]);
        let old = "---\npeople: [Al]\nword_count: 1\n---\nx\n";
        let new = "---\npeople: [Al, Bob]\nword_count: 2\ngear: [lamp]\n---\nx y\n";
        assert_eq!(told(old, new), ["gear", "the text"]);
        let old = "---\npeople: [Al]\n---\n\nx\n";
        let new = "---\npeople: [Al, Bob]\n---\nx\n";
        assert_eq!(told(old, new), ["the text"]);
    }

    #[test]
    fn values_of_any_kind_are_undone() {
        for (before, now) in [
            ("draft: true", "draft: false"),
            ("draft: true", ""),
            ("place: {town: Ulm}", "place: {town: Bonn}"),
            ("place: !at Ulm", "place: !at Bonn"),
            ("place: *here", "place: *there"),
            ("place: *here", ""),
        ] {
            let anchors = "one: &here 1\ntwo: &there 2";
            let old = format!("---\n{anchors}\npeople: [Al]\n{before}\n---\nx\n");
            let new = format!("---\n{anchors}\npeople: [Al, Bob]\n{now}\n---\nx\n");
            let name = before.split_once(':').unwrap().0;
            assert_eq!(told(&old, &new), [name], "{before} {now}");
        }
    }

    #[test]
    fn who_was_added_since_or_is_new_is_named_beside_who_is_back() {
        let people = |people: &[&str]| format!("---\npeople: [{}]\n---\nx\n", people.join(", "));
        let back = (Table::People, "Bob");
        for (before, now) in [
            (&["Al", "Cy"][..], &["Al", "Bob"][..]),
            (&["Al"], &["Al", "Bob", "Cy"]),
        ] {
            let (old, new) = (people(before), people(now));
            let told = told_of((&old, &facts_of(before)), (&new, &facts_of(now)), back);
            assert_eq!(told, ["people"], "{before:?} {now:?}");
        }
    }

    #[test]
    fn an_item_that_is_back_concerns_its_own_field_alone() {
        let facts = |items: &[(Table, &str)]| Facts {
            items: items.iter().map(|(t, i)| (*t, ItemKey::new(i))).collect(),
            hash: String::new(),
        };
        let al = (Table::People, "Al");
        let back = (Table::Tags, "sea");
        let (had, has) = (facts(&[al]), facts(&[al, back]));
        let old = "---\npeople: [Al]\n---\nx\n";
        let new = "---\npeople: [Al]\ntags: [sea]\n---\nx\n";
        assert_eq!(told_of((old, &had), (new, &has), back), [""; 0]);
        let new = "---\npeople: [al]\ntags: [sea]\n---\nx\n";
        assert_eq!(told_of((old, &had), (new, &has), back), ["people"]);
        // Themes stand in a map.
        let back = (Table::Themes, "sea");
        let (had, has) = (facts(&[]), facts(&[back]));
        let old = "---\nmood: calm\n---\nx\n";
        let new = "---\nmood: calm\nmanuscript: {themes: [sea]}\n---\nx\n";
        assert_eq!(told_of((old, &had), (new, &has), back), [""; 0]);
    }
}
