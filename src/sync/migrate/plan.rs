//! The data to take over from the original's database: a pure decision from its content
//! and the repository's.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use unicode_normalization::UnicodeNormalization as _;

use super::report::Report;
use crate::journal::digest::short_sha256;
use crate::journal::markers::conflict_markers;
use crate::journal::{EntryDate, Item, ItemKey, Layout, Note};
use crate::ledger::{Deletion, Ledger, RowKey, State, Tombstone};
use crate::store::{Original, OriginalEntry, OtherText, Removal};

/// The repository's data for the dates in the original.
#[derive(Debug, Default)]
pub(super) struct Here {
    /// The entries' files in the work tree; `None` for one that cannot be read.
    pub entries: BTreeMap<EntryDate, Option<EntryHere>>,
    /// Entries that HEAD has and the work tree lacks: their deletion is not committed, or
    /// a sparse checkout leaves them out.
    pub committed: BTreeMap<EntryDate, Option<EntryHere>>,
    /// The text of the note pages, HEAD's too; `None` for one that cannot be read.
    pub pages: BTreeMap<EntryDate, Option<String>>,
    /// The path and blob of the last version of an entry whose file is gone.
    pub last: BTreeMap<EntryDate, (String, String)>,
    pub ledgers: BTreeMap<i32, Ledger>,
}

impl Here {
    /// The entry's file: the work tree's, or else HEAD's.
    fn file(&self, date: EntryDate) -> Option<&Option<EntryHere>> {
        let committed = || self.committed.get(&date);
        self.entries.get(&date).or_else(committed)
    }
}

/// The part of an entry's file that is compared.
#[derive(Debug, Default)]
pub(super) struct EntryHere {
    pub items: BTreeSet<Item>,
    pub notes: Option<String>,
}

/// The rows and pages to write, and the report.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// New rows by year.
    pub rows: BTreeMap<i32, Ledger>,
    /// Missing note pages: path and text.
    pub pages: BTreeMap<String, String>,
    pub report: Report,
}

/// Decides which of the original's data is taken over.
pub(super) fn plan(layout: &Layout, original: Original, here: &Here) -> Plan {
    let mut plan = Plan::default();
    for removal in &original.removals {
        plan.removal(removal, here);
    }
    for entry in original.entries {
        plan.deletion(&entry, here);
        plan.notes(layout, entry, here);
    }
    plan.report.texts.extend(original.texts);
    plan.report.odd.extend(original.odd);
    let conflicts = original.conflicts.iter().map(|c| {
        let (source, machine, at) = (&c.source, &c.machine, &c.at);
        format!(
            "{} ({source}, synced on {machine} at {at}, hash {})",
            c.entry, c.hash
        )
    });
    plan.report.conflicts.extend(conflicts);
    plan
}

impl Plan {
    fn removal(&mut self, removal: &Removal, here: &Here) {
        let (entry, table) = (removal.entry, removal.table);
        let say = |name: &ItemKey| format!("{entry} {} {name}", table.noun());
        let there = here.file(entry);
        if let Some(None) = there {
            self.report
                .unreadable
                .extend(removal.names.first().map(say));
            return;
        }
        // A person may be in the file under another name.
        let items = there.and_then(Option::as_ref).map(|e| &e.items);
        let still = |name: &&ItemKey| items.is_some_and(|i| i.contains(&(table, (*name).clone())));
        if let Some(name) = removal.names.iter().find(still) {
            self.report.still_there.push(say(name));
            return;
        }
        for name in &removal.names {
            let key = RowKey {
                entry,
                table,
                item: name.clone(),
                id: row_id(entry, table.name(), name.as_str(), &removal.at),
            };
            let known = |l: &Ledger| l.tombstones.contains_key(&key);
            if here.ledgers.get(&entry.year()).is_some_and(known) {
                self.report.known += 1;
                continue;
            }
            let source = match removal.source.as_str() {
                source @ ("yaml" | "wiki") => source,
                _ => MIGRATION,
            };
            let row = Tombstone {
                at: removal.at.clone(),
                by: removal.by.clone(),
                source: source.to_owned(),
                state: State::Active,
                permanent: removal.permanent,
                shortened: false,
            };
            let rows = self.rows.entry(entry.year()).or_default();
            if rows.tombstones.insert(key, row).is_none() {
                self.report.tombstones += 1;
            }
            // Its lifetime counts from that time.
            if !removal.permanent && DateTime::parse_from_rfc3339(&removal.at).is_err() {
                let (what, at) = (say(name), &removal.at);
                self.report.odd.push(format!(
                    "{what}: removed at `{at}`, which is no time: it never expires"
                ));
            }
            if !removal.reason.trim().is_empty() {
                let reason = removal.reason.trim();
                self.report.reasons.push(format!("{}: {reason}", say(name)));
            }
        }
    }

    fn deletion(&mut self, entry: &OriginalEntry, here: &Here) {
        let date = entry.date;
        let is_here = here.entries.contains_key(&date);
        let Some(gone) = &entry.deleted else {
            if !is_here && !here.committed.contains_key(&date) {
                self.report.without_file.push(date.to_string());
            }
            return;
        };
        if is_here {
            self.report.deleted_and_here.push(date.to_string());
            return;
        }
        // The commit that removes the file will record it.
        if here.committed.contains_key(&date) {
            return;
        }
        let Some((path, blob)) = here.last.get(&date) else {
            self.report.lost.push(date.to_string());
            return;
        };
        let known = |l: &Ledger| l.deletions_of(date).next().is_some();
        if here.ledgers.get(&date.year()).is_some_and(known) {
            self.report.known += 1;
            return;
        }
        let reason = match gone.reason.as_str() {
            "" => "deleted in the original",
            reason => reason,
        };
        let row = Deletion {
            at: gone.at.clone(),
            by: gone.by.clone(),
            reason: reason.to_owned(),
            path: path.clone(),
            blob: blob.clone(),
            state: State::Active,
        };
        let id = row_id(date, "", "", &gone.at);
        let rows = self.rows.entry(date.year()).or_default();
        rows.deletions.insert((date, id), row);
        self.report.deletions += 1;
    }

    fn notes(&mut self, layout: &Layout, entry: OriginalEntry, here: &Here) {
        let Some(text) = entry.notes else { return };
        let date = entry.date;
        let of_file = here.file(date).and_then(Option::as_ref);
        let of_file = of_file.and_then(|e| e.notes.as_ref());
        let of_page = here.pages.get(&date).and_then(Option::as_ref);
        if [of_file, of_page]
            .into_iter()
            .flatten()
            .any(|t| has(t, &text))
        {
            return;
        }
        let gone = entry.deleted.is_some() && !here.entries.contains_key(&date);
        let path = layout.note_path(date);
        // Another row of this date may have a note, too.
        let written = self.pages.get(&path);
        if written.is_some_and(|page| has(page, &text)) {
            return;
        }
        let page = match here.pages.contains_key(&date) || gone || written.is_some() {
            true => None,
            false => page(&text),
        };
        match page {
            Some(page) => {
                self.pages.insert(path, page);
            }
            None => self.report.notes.push(OtherText {
                of: date.to_string(),
                text,
            }),
        }
    }
}

/// The source of a row, if the original has none.
const MIGRATION: &str = "migration";

/// The id of a row taken over: made from the original's data, so that every machine's
/// copy gives the same row.
fn row_id(entry: EntryDate, table: &str, item: &str, at: &str) -> String {
    let entry = entry.to_string();
    short_sha256([MIGRATION, table, &entry, item, at].join("\0").as_bytes())
}

/// Whether a note holds all of the original's: its lines, one after the other. `7/10` is no
/// part of `17/100`.
fn has(there: &str, text: &str) -> bool {
    let plain = |text: &str| text.nfc().collect::<String>();
    let (there, text) = (plain(there), plain(text));
    let lines = |text: &str| -> Vec<String> {
        let trimmed = text.trim().lines().map(|line| line.trim().to_owned());
        trimmed.collect()
    };
    let (there, text) = (lines(&there), lines(&text));
    text.is_empty() || there.windows(text.len()).any(|part| part == text)
}

/// A note page that reads back as this text; `None` if there is none.
fn page(text: &str) -> Option<String> {
    let text = text.trim();
    // Headings in the text may end a section, or look like its beginning.
    ["### Notes\n\n", "# Notes\n\n", ""]
        .into_iter()
        .map(|heading| format!("{heading}{text}\n"))
        .find(|page| Note::read(page.as_bytes()).is_ok_and(|note| note.text == text))
        .filter(|page| !page.contains('\0'))
        // A commit refuses them.
        .filter(|page| conflict_markers(page.as_bytes()).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_gives_its_text_back() {
        assert_eq!(page("one\ntwo"), Some("### Notes\n\none\ntwo\n".into()));
        assert_eq!(
            page("## Plan\none"),
            Some("# Notes\n\n## Plan\none\n".into())
        );
        assert_eq!(page("# Plan\none"), Some("# Plan\none\n".into()));
        assert_eq!(
            page("# Plan\n# Notes\none"),
            None,
            "a heading of the text's own hides the rest"
        );
        assert_eq!(page("a\0b"), None);
        let marked = "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x";
        assert_eq!(page(marked), None, "a commit refuses conflict markers");
    }

    #[test]
    fn a_note_is_there_in_lines_of_its_own() {
        assert!(has("Before.\r\n 7/10\nAfter.", "7/10\n"));
        assert!(has("one\ntwo\nthree", "two\nthree"));
        assert!(!has("Look at the tide, 17/100.", "7/10"));
        assert!(!has("one\nthree", "one\ntwo"));
        assert!(!has("", "No"));
    }

    #[test]
    fn a_row_is_the_same_wherever_it_is_made() {
        let day = "2024-11-01".parse().unwrap();
        let id = row_id(day, "entry_people", "Bob", "2024-11-23T14:30:00Z");
        // printf 'migration\0entry_people\0002024-11-01\0Bob\0002024-11-23T14:30:00Z' | sha256sum
        assert_eq!(id, "33cba866afedef3b");
    }
}
