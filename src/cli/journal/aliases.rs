//! Aliases that stand for nobody: each is indexed as a person of its own.

use std::collections::BTreeMap;

use super::Journal;
use crate::cli::shown::{counted, left};
use crate::journal::entry::places_of;
use crate::journal::{EntryDate, ItemKey, Table};
use crate::store::Store;
use crate::sync::refresh::{EntryChange, Report, Warning, What};

/// Limit on the aliases of nobody known that are named for an entry; more are counted.
const ALIASES: usize = 100;

impl Journal {
    /// Warns of aliases of nobody known, in the entries that were read.
    pub(super) fn warn_of_aliases(&self, store: &Store, report: &mut Report) -> anyhow::Result<()> {
        if report.entries.is_empty() {
            return Ok(());
        }
        let read = |c: &&EntryChange| c.what != What::Deleted;
        let read = report.entries.iter().rev().filter(read);
        let read: BTreeMap<String, &str> = read
            .map(|change| (change.date.to_string(), change.path.as_str()))
            .collect();
        let mut unknown: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let aliases = store.unknown_aliases()?;
        for (entry, alias) in &aliases {
            if let Some(path) = read.get(entry) {
                unknown.entry(path).or_default().push(alias.clone());
            }
        }
        for (path, aliases) in unknown {
            report
                .warnings
                .extend(self.unknown_aliases(store, path, &aliases)?);
        }
        Ok(())
    }

    /// The warnings of aliases of nobody known in one entry. The index does not keep them:
    /// they depend on the other entries.
    pub fn warnings_of_aliases(
        &self,
        store: &Store,
        entry: EntryDate,
        path: &str,
    ) -> anyhow::Result<Vec<Warning>> {
        let entry = entry.to_string();
        let all = store.unknown_aliases()?.into_iter();
        let of_entry = all.filter(|(of, _)| *of == entry);
        let aliases: Vec<String> = of_entry.map(|(_, alias)| alias).collect();
        match aliases.is_empty() {
            true => Ok(Vec::new()),
            false => self.unknown_aliases(store, path, &aliases),
        }
    }

    /// The warnings of these aliases of nobody known in an entry.
    fn unknown_aliases(
        &self,
        store: &Store,
        path: &str,
        aliases: &[String],
    ) -> anyhow::Result<Vec<Warning>> {
        // For the places alone: a file that cannot be read has its entry from HEAD.
        let text = self.repo.read_work_file(path).ok().flatten();
        let text = text.unwrap_or_default();
        let named = aliases
            .iter()
            .take(ALIASES)
            .map(|alias| ItemKey::new(alias));
        let places = places_of(Table::People, &named.collect(), &text);
        let warning = |at, what| Warning {
            path: path.to_owned(),
            at,
            what,
        };
        let mut warnings = Vec::new();
        for alias in aliases.iter().take(ALIASES) {
            let persons = store.persons_of_alias(alias.trim_start_matches('@'))?;
            let at = places.get(&ItemKey::new(alias)).copied();
            warnings.push(warning(at, alone(alias, &persons)));
        }
        warnings.extend(left(aliases.len(), ALIASES).map(|more| {
            let more = counted(more, "more alias", "more aliases");
            warning(None, format!("{more} of nobody known"))
        }));
        Ok(warnings)
    }
}

/// What is said of an alias that is indexed as a person of its own, and was given with these
/// persons.
fn alone(alias: &str, persons: &[String]) -> String {
    match persons {
        [_, .., other] => format!(
            "{alias} is an alias of {}; indexed as a person of its own, until the entry says which \
             of them it is: \"{alias} ({other})\"",
            persons.join(" and of ")
        ),
        _ => format!(
            "nobody is known by the alias {alias}; indexed as a person of its own, until an entry \
             says who it is: \"{alias} (Name)\""
        ),
    }
}
