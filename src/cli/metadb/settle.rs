//! `metadb sync resolve`: settles what two machines' edits left open.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::bail;
use serde_json::{Value, json};

use super::sync::print_conflict;
use super::{Journal, TypedEntry, nearest, say_commit};
use crate::cli::shown::counted;
use crate::cli::{Exit, Ui};
use crate::journal::{EntryDate, Note, Policy};
use crate::ledger::Source;
use crate::store::{Conflict, Store};
use crate::sync::settle;

/// The settled conflicts of entries.
#[derive(Default)]
struct Settled {
    states: Vec<(EntryDate, Source)>,
    /// The number of removals that were agreed with, by entry.
    agreed: Vec<(EntryDate, usize)>,
    /// The ledger files that were written.
    files: BTreeSet<String>,
}

/// Settles the conflicts of an entry, or of all, and says what is left.
pub(super) fn resolve(ui: &Ui, typed: Option<&TypedEntry>, json: bool) -> anyhow::Result<Exit> {
    let journal = Journal::find()?;
    let date = typed.map(|typed| journal.entry(typed)).transpose()?;
    let store = journal.index(ui)?;
    let open = store.conflicts(date)?;
    if let Some(date) = date.filter(|_| open.is_empty())
        && store.show(date)?.is_none()
    {
        bail!("nothing is known of {date}{}", nearest(&store, date)?);
    }
    let settled = settle_all(&journal, &store, &open)?;
    drop(store);
    let left = journal.index(ui)?.conflicts(date)?;
    if json {
        ui.json(&settled.as_json(&left))?;
        return Ok(Exit::Ok);
    }
    settled.say(ui)?;
    if settled.states.is_empty() && settled.agreed.is_empty() && left.is_empty() {
        match date {
            Some(date) => ui.line(format_args!("No unresolved conflict for entry {date}"))?,
            None => ui.line("No unresolved conflicts found")?,
        }
    }
    // In one commit: each one alone would still have the conflicts of the other years.
    let mut files = settled.files.clone();
    if !files.is_empty() && journal.settings.on_commit == Policy::Block {
        let layout = journal.layout();
        let mut changed = journal.repo.uncommitted_below(&[&layout.ledger])?;
        changed.retain(|path| layout.ledger_year(path).is_some());
        files.extend(changed);
    }
    say_commit(ui, &journal.repo, &Vec::from_iter(files))?;
    if !settled.files.is_empty() {
        say_blocked(ui, &journal)?;
    }
    if !left.is_empty() {
        ui.line("Left, since it stands in a file:")?;
        for conflict in &left {
            print_conflict(ui, conflict)?;
        }
    }
    Ok(Exit::Ok)
}

/// Says of what else is left that the settings refuse a commit until it is settled.
fn say_blocked(ui: &Ui, journal: &Journal) -> anyhow::Result<()> {
    if journal.settings.on_commit != Policy::Block || journal.repo.waits_for().is_some() {
        return Ok(());
    }
    let left = journal.index(ui)?.conflicts(None)?.len();
    if left > 0 {
        ui.line(format_args!(
            "conflicts.on_commit is \"block\" in palimpsest.toml: the commit is refused until {} \
             settled, too; look: metadb sync conflicts",
            match left {
                1 => "the other conflict is".to_owned(),
                left => format!("the other {left} conflicts are"),
            }
        ))?;
    }
    Ok(())
}

/// Settles what is open in the entries of these conflicts.
fn settle_all(journal: &Journal, store: &Store, open: &[Conflict]) -> anyhow::Result<Settled> {
    let dates: BTreeSet<EntryDate> = open.iter().filter_map(|c| c.entry.parse().ok()).collect();
    let by = journal.decider()?;
    let mut settled = Settled::default();
    for date in dates {
        let hashes = current_hashes(store, date)?;
        let hash = |source: Source| hashes.get(source.name()).cloned();
        let sources = settle::resolve(&journal.repo, journal.layout(), date, &hash, &by)?;
        let count = settle::agree(&journal.repo, journal.layout(), date)?;
        if !sources.is_empty() || count > 0 {
            settled
                .files
                .insert(journal.layout().ledger_path(date.year()));
        }
        settled
            .states
            .extend(sources.into_iter().map(|source| (date, source)));
        settled.agreed.extend((count > 0).then_some((date, count)));
    }
    Ok(settled)
}

impl Settled {
    fn say(&self, ui: &Ui) -> anyhow::Result<()> {
        for (date, source) in &self.states {
            ui.line(format_args!("Resolved: Entry {date} ({})", source.name()))?;
        }
        for (date, count) in &self.agreed {
            let removals = counted(*count, "removal", "removals");
            ui.line(format_args!(
                "Resolved: Entry {date} (agreed with {removals})"
            ))?;
        }
        Ok(())
    }

    fn as_json(&self, left: &[Conflict]) -> Value {
        let states = self.states.iter();
        let states = states.map(|(d, s)| json!({"entry": d.to_string(), "source": s.name()}));
        let agreed = self.agreed.iter();
        let agreed = agreed.map(|(d, n)| json!({"entry": d.to_string(), "removals": n}));
        json!({
            "settled": states.collect::<Vec<_>>(),
            "agreed": agreed.collect::<Vec<_>>(),
            "changed": self.files,
            "left": left,
        })
    }
}

/// The hashes of the indexed texts, by source.
fn current_hashes(
    store: &Store,
    date: EntryDate,
) -> anyhow::Result<BTreeMap<&'static str, String>> {
    let mut hashes = BTreeMap::new();
    if let Some(shown) = store.show(date)? {
        hashes.extend(shown.content.map(|c| (Source::Yaml.name(), c.hash)));
        let note = shown.wiki_note.map(|text| Note { text }.facts().hash);
        hashes.extend(note.map(|hash| (Source::Wiki.name(), hash)));
    }
    Ok(hashes)
}
