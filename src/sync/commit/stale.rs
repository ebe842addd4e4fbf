//! Stale copies: a file put back from a backup or by a service that syncs files.
//!
//! It equals an older committed version byte for byte, and undoes a removal along with
//! some other later change. If only a removal is undone, a person is adding the item
//! again.

use std::collections::{BTreeMap, BTreeSet};

use super::check::Refusal;
use super::rows::CommitContext;
use super::versions::{Key, Versions, facts};
use crate::journal::rules::{Rule, Rules};
use crate::journal::{Document, Facts, Item, Table};
use crate::ledger::{Ledger, State};
use crate::repo::RepoError;

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
    let undone = undone(rules, (&old, &had), (&new, &has), &back);
    if undone.is_empty() {
        return Ok(None);
    }
    for commit in context.repo.commits_of(*head, &now.path)? {
        let there = context.repo.blob_at(commit, &now.path)?;
        if there.is_some_and(|blob| blob.id == now.blob) {
            return Ok(Some(Refusal::StaleCopy {
                path: now.path.clone(),
                commit: commit.to_string().chars().take(12).collect(),
                back: back.into_iter().collect(),
                undone,
                pathspec: context.repo.pathspec(&now.path),
            }));
        }
    }
    Ok(None)
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
    if old.body != new.body {
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

/// The lines of each top field, by its name.
fn fields(frontmatter: &[u8]) -> BTreeMap<String, Vec<String>> {
    let text = String::from_utf8_lossy(frontmatter);
    let mut fields: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut name = String::new();
    for line in text.lines() {
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        let first = line.chars().next();
        let starts = first.is_some_and(|c| c.is_alphanumeric() || "_\"'".contains(c));
        if let Some((key, _)) = line.split_once(':').filter(|_| starts) {
            name = key.trim_matches(['"', '\'', ' ']).to_owned();
        }
        let lines = fields.entry(name.clone()).or_default();
        lines.push(line.trim_end().to_owned());
    }
    fields
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
        let rules = Rules::default();
        let (had, has) = (facts_of(&["Al"]), facts_of(&["Al", "Bob"]));
        let back = [(Table::People, ItemKey::new("Bob"))].into();
        undone(
            &rules,
            (old.as_bytes(), &had),
            (new.as_bytes(), &has),
            &back,
        )
    }

    #[test]
    fn a_removal_alone_is_undone_by_a_person() {
        let old = "---\npeople: [Al]\nmood: calm\nupdated: 2024-11-02\n---\nx\n";
        let new = "---\npeople: [Al, Bob]\nmood: calm\nupdated: 2024-11-01\n---\nx\n";
        assert_eq!(told(old, new), [""; 0]);
    }

    #[test]
    fn what_else_is_undone_is_named() {
        let old = "---\npeople: [Al]\nmood: good\ngear:\n  - lamp\n---\nx\ny\n";
        let new = "---\npeople: [Al, Bob]\nmood: calm\n---\nx\n";
        assert_eq!(told(old, new), ["gear", "mood", "the text"]);
    }
}
