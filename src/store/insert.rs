//! The rows of an entry, made from its content: pure.

use serde_json::{Map, Value};

use super::people::Spelling;
use super::rows::{DeletedRow, EntryRow, NoteRow, spellings};
use super::table::{Cell, Kind, Rows};
use crate::journal::entry::Person;
use crate::journal::{Entry, ItemKey, Table};

/// All rows of an entry but those of its note and of the ledger.
pub(super) fn rows_of_entry<'a>(row: &EntryRow<'a>) -> Rows<'a> {
    let e = row.entry;
    let of_deletion = |column: fn(&DeletedRow) -> &str| row.deleted.map(column);
    let mut rows = Rows::default();
    rows.add(
        Kind::Entries,
        vec![],
        vec![
            i64::from(e.date.number()).into(),
            row.path.into(),
            (&e.hash).into(),
            i64::try_from(e.word_count).unwrap_or(i64::MAX).into(),
            e.reading_time.into(),
            text(&e.epigraph),
            text(&e.epigraph_attribution),
            text(&e.notes),
            row.pending.into(),
            of_deletion(|gone| &gone.at).into(),
            of_deletion(|gone| &gone.by).into(),
            of_deletion(|gone| &gone.reason).into(),
        ],
    );
    for (table, item) in row.kept_out {
        let key = vec![table.name().into(), item.as_str().into()];
        rows.add(Kind::KeptOut, key, vec![]);
    }
    let in_index = |table: Table, key: &ItemKey| {
        row.kept_out.is_empty() || !row.kept_out.contains(&(table, key.clone()))
    };
    plain_lists(&mut rows, e, &in_index);
    let gone = row.deleted.is_some();
    dates(&mut rows, e, &in_index, gone);
    for (position, person) in e.people.iter().enumerate() {
        if in_index(Table::People, &person.key) {
            spell(&mut rows, person, (false, gone), index(position));
        }
    }
    works(&mut rows, e, &in_index);
    for (position, (field, value)) in e.other.iter().enumerate() {
        let rest = vec![value.to_string().into(), index(position).into()];
        rows.add(Kind::OtherFields, vec![field.into()], rest);
    }
    for (position, warning) in e.warnings.iter().enumerate() {
        let key = vec![index(position).into()];
        rows.add(Kind::Warnings, key, vec![warning.to_string().into()]);
    }
    rows
}

/// The row of a note.
pub(super) fn rows_of_note<'a>(it: &NoteRow<'a>) -> Rows<'a> {
    let mut rows = Rows::default();
    let rest = vec![
        it.path.into(),
        (&it.note.text).into(),
        it.note.facts().hash.into(),
        it.pending.into(),
    ];
    rows.add(Kind::Notes, vec![], rest);
    rows
}

type InIndex<'f> = &'f dyn Fn(Table, &ItemKey) -> bool;

fn plain_lists<'a>(rows: &mut Rows<'a>, e: &'a Entry, in_index: InIndex<'_>) {
    let themes = e.manuscript.as_ref();
    let themes = themes.map_or(&[] as &[ItemKey], |m| &m.themes);
    let lists: [(Table, Kind, &[ItemKey]); 5] = [
        (Table::Cities, Kind::Cities, &e.cities),
        (Table::Events, Kind::Events, &e.events),
        (Table::Tags, Kind::Tags, &e.tags),
        (Table::Themes, Kind::Themes, themes),
        (Table::Related, Kind::Related, &e.related),
    ];
    for (table, kind, items) in lists {
        for (position, item) in items.iter().enumerate() {
            if in_index(table, item) {
                let key = vec![item.as_str().into()];
                rows.add(kind, key, vec![index(position).into()]);
            }
        }
    }
    for (position, location) in e.locations.iter().enumerate() {
        if in_index(Table::Locations, &location.key) {
            let city = location.city.as_ref().map(ItemKey::as_str);
            let rest = vec![location.key.as_str().into(), city.into()];
            rows.add(Kind::Locations, vec![index(position).into()], rest);
        }
    }
}

fn dates<'a>(rows: &mut Rows<'a>, e: &'a Entry, in_index: InIndex<'_>, gone: bool) {
    if !e.own_date_left_out {
        let rest = vec![e.date.to_string().into(), Cell::Null];
        rows.add(Kind::Dates, vec![(-1).into()], rest);
    }
    for (position, date) in e.dates.iter().enumerate() {
        if !in_index(Table::Dates, &date.key) {
            continue;
        }
        let position = index(position);
        let rest = vec![date.key.as_str().into(), text(&date.context)];
        rows.add(Kind::Dates, vec![position.into()], rest);
        for person in &date.people {
            let key = vec![position.into(), person.key.as_str().into()];
            rows.add(Kind::DatePeople, key, vec![]);
            spell(rows, person, (true, gone), position);
        }
        for location in &date.locations {
            let key = vec![position.into(), location.as_str().into()];
            rows.add(Kind::DateLocations, key, vec![]);
        }
    }
}

fn spell<'a>(rows: &mut Rows<'a>, person: &Person, (mention, gone): (bool, bool), position: i64) {
    for s in spellings(person, mention, gone) {
        let key = vec![
            s.item.into(),
            s.mention.into(),
            s.name.into(),
            s.full.into(),
            s.alias.into(),
            s.gone.into(),
        ];
        rows.add(Kind::Spellings, key, vec![position.into()]);
    }
}

/// The spelling in the key of a row of `spellings`; `spell` writes such keys.
pub(super) fn spelling(key: &[Cell<'_>]) -> Option<Spelling> {
    let [item, mention, name, full, alias, gone] = key else {
        return None;
    };
    let text = |cell: &Cell<'_>| cell.as_text().map(str::to_owned);
    Some(Spelling {
        item: text(item)?,
        name: text(name)?,
        full: *full == true.into(),
        alias: text(alias)?,
        mention: *mention == true.into(),
        gone: *gone == true.into(),
    })
}

fn works<'a>(rows: &mut Rows<'a>, e: &'a Entry, in_index: InIndex<'_>) {
    for (position, r) in e.references.iter().enumerate() {
        if !in_index(Table::References, &r.key) {
            continue;
        }
        let source = r.source.as_ref();
        let title = source.and_then(|s| s.title.as_deref()).map(ItemKey::new);
        let mut other = r.other.clone();
        if let Some(source) = source.filter(|s| !s.other.is_empty()) {
            other.insert("source".to_owned(), Value::Object(source.other.clone()));
        }
        rows.add(
            Kind::References,
            vec![index(position).into()],
            vec![
                r.key.as_str().into(),
                text(&r.content),
                text(&r.description),
                (&r.mode).into(),
                text(&r.speaker),
                title.map(|t| t.as_str().to_owned()).into(),
                source.and_then(|s| s.kind.as_ref()).into(),
                source.and_then(|s| s.author.as_ref()).into(),
                source.and_then(|s| s.url.as_ref()).into(),
                json(&other).into(),
            ],
        );
    }
    for (position, p) in e.poems.iter().enumerate() {
        if in_index(Table::Poems, &p.key) {
            let rest = vec![
                p.key.as_str().into(),
                text(&p.content),
                text(&p.revision_date),
                json(&p.other).into(),
            ];
            rows.add(Kind::Poems, vec![index(position).into()], rest);
        }
    }
    if let Some(m) = &e.manuscript {
        let rest = vec![
            text(&m.status),
            m.edited.into(),
            text(&m.notes),
            json(&m.other).into(),
        ];
        rows.add(Kind::Manuscript, vec![], rest);
    }
}

fn text(text: &Option<String>) -> Cell<'_> {
    text.as_ref().into()
}

fn json(map: &Map<String, Value>) -> Option<String> {
    (!map.is_empty()).then(|| Value::Object(map.clone()).to_string())
}

pub(super) fn index(position: usize) -> i64 {
    // No list is longer than its file.
    i64::try_from(position).unwrap_or(i64::MAX)
}
