//! Items in a file although they were removed: the part of `palimpsest resolve` that
//! takes them out or lets them in.

use std::collections::{BTreeMap, BTreeSet};

use super::journal::Journal;
use super::question::{Answer, Answers};
use super::settled::Settled;
use super::shown::safe;
use super::{Ui, metadb};
use crate::journal::{EntryDate, Item, ItemKey, Table};
use crate::store::ConflictKind;
use crate::sync::database_path::may_index;
use crate::sync::history::keeps_out;
use crate::sync::resolve::Resolver;
use crate::sync::settle::restore_item;

/// An entry with items that a removal keeps out of the index.
struct Standing {
    entry: EntryDate,
    path: String,
    items: BTreeSet<Item>,
}

/// Settles items that stand against a removal, in the chosen files; returns the outcomes with
/// their paths. Those of `kept`, by path, were the question of a conflict and are let in;
/// `answers` decides of the others.
pub fn settle(
    ui: &Ui,
    resolver: &Resolver<'_>,
    kept: &BTreeMap<String, BTreeSet<Item>>,
    answers: &Answers<'_>,
) -> anyhow::Result<Vec<(String, Settled)>> {
    let mut outcomes = Vec::new();
    if !may_index(resolver.repo, &resolver.settings.layout) {
        return Ok(outcomes);
    }
    let journal = Journal::find()?;
    for mut standing in standing(ui, &journal, resolver)? {
        let kept = kept.get(&standing.path);
        let (kept, others) = standing
            .items
            .into_iter()
            .partition(|item| kept.is_some_and(|kept| kept.contains(item)));
        standing.items = kept;
        if !standing.items.is_empty() {
            let what = format!("{}: {}", standing.path, named(&standing.items));
            let settled = let_in(ui, resolver, &journal, &standing, &what)?;
            outcomes.push((standing.path.clone(), settled));
        }
        standing.items = others;
        if standing.items.is_empty() {
            continue;
        }
        let what = format!("{}: {}", standing.path, named(&standing.items));
        let settled = match answers.against_removal(&format!("{what}, though it was removed"))? {
            Answer::TakeOut => take_out(ui, resolver, &standing, &what)?,
            Answer::LetIn => let_in(ui, resolver, &journal, &standing, &what)?,
            Answer::Leave => Settled::to_choose(format!(
                "{what}, though it was removed: --ours or --theirs takes it out of the file, \
                 --both lets it in again"
            )),
        };
        outcomes.push((standing.path, settled));
    }
    Ok(outcomes)
}

fn standing(ui: &Ui, journal: &Journal, resolver: &Resolver<'_>) -> anyhow::Result<Vec<Standing>> {
    let store = journal.index(ui)?;
    let (repo, layout) = (resolver.repo, &resolver.settings.layout);
    let merging = match (repo.waiting_merge()?, repo.head()?, repo.squashing()?) {
        (None, Some(head), Some(tip)) => Some(repo.merge_of(head, tip)?),
        (waiting, ..) => waiting.filter(|merging| !merging.is_pick),
    };
    let mut entries: BTreeMap<EntryDate, BTreeSet<Item>> = BTreeMap::new();
    for conflict in store.conflicts(None)? {
        if let ConflictKind::StillInFile { removal } = conflict.kind
            && let Some(table) = Table::from_name(&removal.table)
        {
            let items = entries.entry(conflict.entry.parse()?).or_default();
            items.insert((table, ItemKey::new(&removal.item)));
        }
    }
    let mut found = Vec::new();
    for (entry, mut items) in entries {
        // The index knows what history tells of HEAD; the other side may have put it back.
        if let Some(merging) = &merging {
            let stay_out = keeps_out(repo, layout, merging, entry)?.kept_out;
            items.retain(|item| stay_out.contains(item));
        }
        let Some(shown) = store.show(entry)?.and_then(|s| s.content) else {
            continue;
        };
        let path = shown.path;
        if !items.is_empty() && resolver.chosen.has(&path) {
            found.push(Standing { entry, path, items });
        }
    }
    Ok(found)
}

fn take_out(
    ui: &Ui,
    resolver: &Resolver<'_>,
    standing: &Standing,
    what: &str,
) -> anyhow::Result<Settled> {
    let Standing { entry, path, items } = standing;
    let text = resolver.repo.read_work_file(path)?.unwrap_or_default();
    let Some(without) = resolver.take_out(path, *entry, &text, items)? else {
        return Ok(Settled::left_at(format!(
            "{what}, though it was removed: take it out of the file by hand"
        )));
    };
    let done = resolver.write_over(path, &text, &without)?;
    let how = match done.staged {
        true => "taken out, staged",
        false => "taken out",
    };
    ui.line(format_args!("{} {how}", safe(what)))?;
    Ok(Settled::written_over(done))
}

fn let_in(
    ui: &Ui,
    resolver: &Resolver<'_>,
    journal: &Journal,
    standing: &Standing,
    what: &str,
) -> anyhow::Result<Settled> {
    let by = journal.decider()?;
    let Standing { entry, items, .. } = standing;
    let ledger = journal.layout().ledger_path(entry.year());
    let old = resolver.repo.read_work_file(&ledger)?.unwrap_or_default();
    let goes_along = resolver.is_part_of_a_commit(&ledger, &old)?;
    for item in items {
        restore_item(&journal.repo, journal.layout(), *entry, item, &by)?;
    }
    if goes_along {
        resolver.repo.add(&ledger)?;
        ui.line(format_args!("{} let in again, staged", safe(what)))?;
    } else {
        ui.line(format_args!("{} let in again", safe(what)))?;
        metadb::say_commit(ui, resolver.repo, &[ledger])?;
    }
    Ok(Settled::default())
}

/// `person Bob, tag rain`.
fn named(items: &BTreeSet<Item>) -> String {
    let items = items.iter().map(|(t, item)| format!("{} {item}", t.noun()));
    items.collect::<Vec<_>>().join(", ")
}
