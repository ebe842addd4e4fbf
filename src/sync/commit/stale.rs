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
use crate::sync::versions::{FileAt, Key, Versions, facts};

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
        || is_what_git_brings(context, *head, key, now)?
    {
        return Ok(None);
    }
    let Some((commit, next)) = older_copy(context, *head, key, before, now)? else {
        return Ok(None);
    };
    // What the next commit wrote is of the removal, if that is in it.
    if let (Some(next), false) = (next, comments.is_empty()) {
        let next = read(next)?;
        comments.retain(|comment| !comments_of(&next).any(|there| there == *comment));
    }
    if !comments.is_empty() {
        undone.push("comments".to_owned());
    }
    // Of an entry that moves in this commit, HEAD has the former path alone.
    let paths = BTreeSet::from([&before.path, &now.path]).into_iter();
    let paths: Vec<String> = paths.map(|path| context.repo.pathspec(path)).collect();
    Ok((!undone.is_empty()).then(|| Refusal::StaleCopy {
        path: now.path.clone(),
        commit: commit.to_string().chars().take(12).collect(),
        back: back.into_iter().collect(),
        undone,
        pathspec: paths.join(" "),
    }))
}

/// The last commit that has this version, and the version of the commit after it. Where the
/// entry moved, its history goes on at the former path.
fn older_copy(
    context: &CommitContext<'_>,
    head: ObjectId,
    key: Key,
    before: &FileAt,
    now: &FileAt,
) -> Result<Option<(ObjectId, Option<ObjectId>)>, RepoError> {
    let repo = context.repo;
    let mut lines = vec![(head, before.path.clone(), None)];
    if before.path != now.path {
        lines.push((head, now.path.clone(), None));
    }
    let mut seen = BTreeSet::new();
    while let Some((tip, path, mut next)) = lines.pop() {
        if !seen.insert((tip, path.clone())) {
            continue;
        }
        let mut commits = repo.commits_of(tip, &path)?.into_iter().peekable();
        while let Some(commit) = commits.next() {
            let there = repo.blob_at(commit, &path)?.map(|blob| blob.id);
            if there == Some(now.blob) {
                return Ok(Some((commit, next)));
            }
            let older = commits.peek();
            let older = older.map(|older| repo.blob_at(*older, &path)).transpose()?;
            // It came to this path here.
            if there.is_some() && older.flatten().is_none() {
                for parent in repo.commit(commit)?.parents {
                    let file = context.places.file_of(parent, key.0)?;
                    let file = file.filter(|file| file.path != path);
                    lines.extend(file.map(|file| (parent, file.path, there)));
                }
            }
            next = there;
        }
    }
    Ok(None)
}

/// Whether git put this version there: the branch that is squashed, or the commit that is
/// picked, changed the file to it. What these only have as it was says nothing.
fn is_what_git_brings(
    context: &CommitContext<'_>,
    head: ObjectId,
    key: Key,
    now: &FileAt,
) -> Result<bool, RepoError> {
    let repo = context.repo;
    // It may have moved on one of the sides.
    let has_it = |commit: ObjectId| -> Result<bool, RepoError> {
        let there = context.places.file_of(commit, key.0)?;
        Ok(there.is_some_and(|there| there.blob == now.blob))
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
            let is_back = only_back(name, had, has, back)
                && keeps_maps(name, before.get(*name), now.get(*name));
            !matches!(rule, Some(Rule::Stamp | Rule::Derived(_))) && !is_back
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

/// Whether each map in a list says in another version what it said, as an item that is back
/// beside it undoes nothing of it.
fn keeps_maps(name: &str, before: Option<&Meaning>, now: Option<&Meaning>) -> bool {
    match (before, now) {
        (Some(Meaning::Map(before)), Some(Meaning::Map(now))) if name == "manuscript" => {
            let themes = Meaning::Text("themes".to_owned());
            let mut keys = before.keys().chain(now.keys());
            let said = |of: &BTreeMap<Meaning, Meaning>, key| of.get(key).map(Meaning::bare);
            keys.all(|key| *key == themes || said(before, key) == said(now, key))
        }
        (Some(Meaning::List(before)), Some(Meaning::List(now))) => {
            let now: BTreeSet<Meaning> = now.iter().map(Meaning::bare).collect();
            let mut maps = before.iter().filter(|m| matches!(m, Meaning::Map(_)));
            maps.all(|map| now.contains(&map.bare()))
        }
        _ => true,
    }
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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
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

    /// The same without keys that say nothing, and with a list of one as its item.
    fn bare(&self) -> Self {
        match self {
            Self::List(items) => match &items[..] {
                [item] => item.bare(),
                items => Self::List(items.iter().map(Self::bare).collect()),
            },
            Self::Map(pairs) => {
                let pairs = pairs.iter().map(|(key, value)| (key.clone(), value.bare()));
                Self::Map(pairs.filter(|(_, value)| *value != Self::Nothing).collect())
            }
            other => other.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
