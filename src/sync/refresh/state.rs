//! The rows to index of one date: a pure decision from the versions of its files.

use std::collections::BTreeSet;

use crate::journal::{Entry, EntryDate, Facts, Item, Note};
use crate::ledger::{self, Context, Deletion, FileRef, Ledger, Parent, Source, State};
use crate::store::{DeletedRow, LedgerRows};

/// A version of an entry's or a note's file.
#[derive(Debug, Clone)]
pub(super) struct ReadFile<T> {
    pub path: String,
    /// `None` if it cannot be read.
    pub content: Option<T>,
}

/// A date's files in all versions.
#[derive(Debug, Default)]
pub(super) struct DateFiles {
    /// HEAD's file; `None` also if `work` is readable and has the same bytes.
    pub head: Option<ReadFile<Entry>>,
    pub work: Option<ReadFile<Entry>>,
    /// The last readable version before HEAD's, if neither HEAD's nor the work tree's can
    /// be read.
    pub before: Option<ReadFile<Entry>>,
    /// The facts that HEAD's file counts as having, if it is unreadable and the work
    /// tree's is not.
    pub head_said: Option<Facts>,
    /// Whether the work tree's file has HEAD's bytes; of two files of one date, whether
    /// both have.
    pub same: bool,
    /// Whether the work tree's version is unknown although the file is not deleted: left
    /// out by a sparse checkout, or a symbolic link. (Two files of one date are a `work`
    /// that cannot be read.)
    pub untold: bool,
    /// The deleted entry, from a deletion in the ledger.
    pub deleted: Option<Deleted>,
    pub head_note: Option<ReadFile<Note>>,
    pub work_note: Option<ReadFile<Note>>,
    /// The same as `untold`, of the note's file.
    pub untold_note: bool,
}

impl DateFiles {
    /// Whether the work tree's entry can be read.
    pub(super) fn is_readable_in_work(&self) -> bool {
        self.work.as_ref().is_some_and(|v| v.content.is_some())
    }
}

/// A deleted entry.
#[derive(Debug)]
pub(super) struct Deleted {
    pub last: ReadFile<Entry>,
    /// The deletion that names this version.
    pub row: Deletion,
}

/// The decision: the content to index of a date.
#[derive(Debug, Default)]
pub(super) struct Indexed {
    pub entry: Option<IndexedEntry>,
    pub note: Option<IndexedNote>,
    pub ledger: LedgerRows,
}

/// The entry to index.
#[derive(Debug)]
pub(super) struct IndexedEntry {
    pub entry: Entry,
    pub path: String,
    pub pending: bool,
    pub deleted: Option<DeletedRow>,
    pub kept_out: BTreeSet<Item>,
}

/// The note to index.
#[derive(Debug)]
pub(super) struct IndexedNote {
    pub note: Note,
    pub path: String,
    pub pending: bool,
}

/// Decides what to index. `head_rows` and `rows` are the entry's rows in HEAD's ledger
/// and in the work tree's.
pub(super) fn decide(
    date: EntryDate,
    mut files: DateFiles,
    head_rows: &Ledger,
    rows: Ledger,
) -> Indexed {
    let mut indexed = Indexed {
        ledger: LedgerRows {
            pending: changed_rows(head_rows, &rows),
            rows,
            ..LedgerRows::default()
        },
        ..Indexed::default()
    };
    note(&mut files, &mut indexed);
    entry(date, files, head_rows, &mut indexed);
    indexed
}

fn entry(date: EntryDate, files: DateFiles, head_rows: &Ledger, indexed: &mut Indexed) {
    let DateFiles {
        head,
        work,
        before,
        deleted,
        head_said,
        same,
        untold,
        ..
    } = files;
    let readable = |v: &ReadFile<Entry>| v.content.is_some();
    // The content of an unreadable file is unknown: HEAD's version is shown as it is,
    // without applying a removal that only now came in.
    let is_told = work.as_ref().is_none_or(readable) && !untold;
    let (shown, pending, gone) = match (work, head) {
        (Some(work), head) if readable(&work) => {
            if let Some(now) = work.content.as_ref().filter(|_| !same) {
                let read = |h: &ReadFile<Entry>| h.content.as_ref().map(Entry::facts);
                let before = head.as_ref().and_then(|h| read(h).or(head_said));
                compare(
                    date,
                    before.as_ref(),
                    &now.facts(),
                    head_rows,
                    &mut indexed.ledger,
                );
            }
            (work, !same, None)
        }
        (work, Some(head)) => {
            // What HEAD cannot say, the last commit that could says.
            let Some(head) = Some(head).filter(readable).or(before) else {
                return;
            };
            match work.is_some() || untold {
                // It cannot be read or told; what HEAD says stays.
                true => (head, work.is_some() && !same, None),
                false => (
                    head,
                    true,
                    Some(DeletedRow {
                        reason: Deletion::FILE_REMOVED.into(),
                        ..DeletedRow::default()
                    }),
                ),
            }
        }
        (_, None) => match deleted.filter(|deleted| readable(&deleted.last)) {
            Some(Deleted { last, row }) => {
                let Deletion { at, by, reason, .. } = row;
                (last, false, Some(DeletedRow { at, by, reason }))
            }
            None => return,
        },
    };
    let Some(entry) = shown.content else { return };
    let mut active = indexed.ledger.rows.removed_items(date);
    if !is_told {
        let in_head = head_rows.removed_items(date);
        active.retain(|item| in_head.contains(item));
    }
    indexed.entry = Some(IndexedEntry {
        // A deleted entry is shown with all items of its last version.
        kept_out: if gone.is_some() || active.is_empty() {
            BTreeSet::new()
        } else {
            let items = entry.facts().items;
            items.intersection(&active).cloned().collect()
        },
        entry,
        path: shown.path,
        pending,
        deleted: gone,
    });
}

/// Applies to the ledger's rows the changes that a commit of the work tree would make.
fn compare(
    date: EntryDate,
    before: Option<&Facts>,
    now: &Facts,
    head_rows: &Ledger,
    ledger: &mut LedgerRows,
) {
    let parent = Parent {
        facts: before,
        rows: head_rows,
    };
    let context = context(date, &ledger.rows);
    let parents: &[Parent<'_>] = if before.is_some() || !head_rows.is_empty() {
        &[parent]
    } else {
        &[]
    };
    let made = ledger::derive(parents, Some(now), &context);
    if before.is_none_or(|b| b.hash != now.hash) {
        ledger.edited.insert(Source::Yaml);
    }
    // What a merge or a pick that waits for a person brings with rows of its own was removed
    // there: the commit makes no other row of it.
    let brought = ledger.rows.more_than(head_rows).removed_items(date);
    for (key, row) in made.tombstones {
        match ledger.rows.tombstones.get_mut(&key) {
            // A person's decision in the work tree's ledger stands.
            Some(old) if !old.state.is_active() => {}
            Some(old) => {
                old.state = row.state;
                ledger.pending.insert(key);
            }
            None if row.state.is_active() && brought.contains(&key.to_item()) => {}
            None => {
                if matches!(row.state, State::Active) {
                    ledger.new.insert(key.clone());
                }
                ledger.pending.insert(key.clone());
                ledger.rows.tombstones.insert(key, row);
            }
        }
    }
}

fn note(files: &mut DateFiles, indexed: &mut Indexed) {
    let (work, head) = (files.work_note.take(), files.head_note.take());
    let read = |v: Option<ReadFile<Note>>| v.and_then(|v| Some((v.path, v.content?)));
    let (there, head) = (work.is_some(), read(head));
    indexed.note = match (read(work), head) {
        (Some((path, note)), head) => {
            let hash = |note: &Note| note.facts().hash;
            let pending = head.is_none_or(|(_, head)| hash(&head) != hash(&note));
            if pending {
                indexed.ledger.edited.insert(Source::Wiki);
            }
            Some(IndexedNote {
                note,
                path,
                pending,
            })
        }
        // It cannot be read or told; what HEAD says stays.
        (None, Some((path, note))) if there || files.untold_note => Some(IndexedNote {
            note,
            path,
            pending: there,
        }),
        (None, head) => {
            if head.is_some() {
                indexed.ledger.edited.insert(Source::Wiki);
            }
            None
        }
    };
}

/// The removals whose rows in the work tree's ledger differ from HEAD's.
fn changed_rows(head: &Ledger, now: &Ledger) -> BTreeSet<ledger::RowKey> {
    let changed = now
        .tombstones
        .iter()
        .filter(|(k, row)| head.tombstones.get(k) != Some(row));
    changed.map(|(k, _)| k.clone()).collect()
}

/// The context of an entry's pending rows. Machine and time are empty, so that they are
/// equal on all machines.
fn context<'a>(entry: EntryDate, current: &'a Ledger) -> Context<'a> {
    let source = Source::Yaml;
    Context {
        entry,
        source,
        machine: "",
        place: "",
        at: "",
        found_by: source.name(),
        current,
        resolved_by_hand: false,
        kept_by_hand: None,
        removed: None::<FileRef<'a>>,
        squashed: None,
    }
}
