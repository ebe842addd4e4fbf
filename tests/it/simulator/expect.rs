//! What a merge of two versions of a file must give, value by value. It knows the
//! rules of the merge, and nothing of how the program goes about it.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::criss_cross;
use super::marks::{choose, marked};
use super::model::Node;
use super::page::{File, Said, known_as, words};
use super::untouched;
use super::want::{Want, merge_lines, want};
use super::world::{Outcome, fail};
use git2::Oid;
use serde_json::Value;

pub type Versioned = Option<(Oid, Rc<File>)>;

/// The versions of one path in a merge.
pub struct Versions {
    path: String,
    bases: Vec<Versioned>,
    pub ours: Versioned,
    pub theirs: Versioned,
    /// The places of the base, ours and theirs, where there is one base.
    pub places: [Option<String>; 3],
}

impl Versions {
    pub fn of(path: &str, bases: &[Node], ours: &Node, theirs: &Node) -> Self {
        let of = |node: &Node| node.files.get(path).cloned();
        let place = |node: &Node| node.place_if_there(path).map(str::to_owned);
        let base = match bases {
            [one] => place(one),
            _ => None,
        };
        Self {
            path: path.to_owned(),
            places: [base, place(ours), place(theirs)],
            bases: bases.iter().map(of).collect(),
            ours: of(ours),
            theirs: of(theirs),
        }
    }

    /// The one base's version; `None` where there are several, or none was read.
    pub fn base(&self) -> Option<&Versioned> {
        match self.bases.as_slice() {
            [] => Some(&None),
            [one] => Some(one),
            [first, rest @ ..] => {
                let id = |v: &Versioned| v.as_ref().map(|(id, _)| *id);
                rest.iter().all(|b| id(b) == id(first)).then_some(first)
            }
        }
    }

    pub fn files(&self) -> [Option<&File>; 3] {
        let base = self.base().and_then(|b| b.as_ref());
        [base, self.ours.as_ref(), self.theirs.as_ref()].map(|v| Some(&*v?.1))
    }

    pub fn sides(&self) -> [Option<&Said>; 3] {
        self.files().map(|file| file?.said.as_ref())
    }

    /// Whether it grew from several that differ.
    pub fn is_criss_cross(&self) -> bool {
        self.base().is_none()
    }

    /// What each of the bases says.
    pub fn bases_said(&self) -> Vec<Option<&Said>> {
        let said = |file| Option::as_ref(file).and_then(|(_, f): &(Oid, Rc<File>)| f.said.as_ref());
        self.bases.iter().map(said).collect()
    }

    /// Git itself takes this version, since the other side did not change it.
    pub fn trivial(&self) -> Option<&Versioned> {
        let id = |v: &Versioned| v.as_ref().map(|(id, _)| *id);
        let base = id(self.base()?);
        match (id(&self.ours), id(&self.theirs)) {
            (a, b) if a == b => Some(&self.ours),
            (a, _) if a == base => Some(&self.theirs),
            (_, b) if b == base => Some(&self.ours),
            _ => None,
        }
    }

    /// What each field must be, where the bodies have become this.
    fn wants(&self, known: Known<'_>, body: &(String, bool)) -> BTreeMap<String, Want> {
        let [base, Some(ours), Some(theirs)] = self.sides() else {
            return BTreeMap::new();
        };
        let none = BTreeMap::new();
        let before = base.map_or(&none, |s| &s.fields);
        let keys: BTreeSet<&String> = before
            .keys()
            .chain(ours.fields.keys())
            .chain(theirs.fields.keys())
            .collect();
        let mut wants = BTreeMap::new();
        for key in keys {
            let values = [
                before.get(key),
                ours.fields.get(key),
                theirs.fields.get(key),
            ];
            let mut want = match (key.as_str(), body) {
                ("word_count", (body, false)) if is_counted(ours) && is_counted(theirs) => {
                    Want::Value(Some(words(body).into()))
                }
                _ => want(key, values),
            };
            let lines = |s: Option<&Said>| s.and_then(|s| s.page.get(key)).map(|s| s.lines.clone());
            let [o, a, b] = [base, Some(ours), Some(theirs)].map(lines);
            let comments = |l: &Option<Vec<String>>| -> Vec<String> {
                let all = l.iter().flatten().filter_map(|l| l.split_once('#'));
                all.map(|(_, c)| c.to_owned()).collect()
            };
            let commented = comments(&o) != comments(&a) || comments(&o) != comments(&b);
            let met = a != o && b != o && a != b;
            // What is kept out may have a comment, also where one side alone wrote there.
            let kept = [ours, theirs].iter().flat_map(|s| &s.items).any(|item| {
                let new = base.is_none_or(|b| !b.items.contains(item));
                new && field_of(&item.0) == *key && (known.active)(&item.0, &item.1)
            });
            // No comment is lost: a conflict may come of one.
            if (met || kept) && commented {
                want = Want::OrConflict(Box::new(want));
            }
            wants.insert(key.clone(), want);
        }
        wants
    }

    /// What of a file merges by line: all of a note, the body of an entry.
    fn body<'f>(&self, file: &'f File) -> &'f str {
        match (self.path.starts_with("journal/"), &file.said) {
            (false, _) => &file.text,
            (true, Some(said)) => &said.page.body,
            (true, None) => "",
        }
    }

    /// What git makes of these, and whether that is a conflict.
    fn merged_body(&self) -> (String, bool) {
        merge_lines(self.files().map(|file| file.map_or("", |f| self.body(f))))
    }
}

/// What is known of the removals of an item, by its field and name.
#[derive(Clone, Copy)]
pub struct Known<'k> {
    /// One keeps it out.
    pub active: &'k dyn Fn(&str, &str) -> bool,
    /// What one side removed the other put back.
    pub put_back: &'k dyn Fn(&str, &str) -> bool,
}

/// Whether the count that an entry states is that of its body.
fn is_counted(said: &Said) -> bool {
    let count = said.fields.get("word_count").and_then(Value::as_u64);
    count == Some(words(&said.page.body))
}

type Items = BTreeSet<(String, String)>;

/// The field at the top that an item's own stands in.
pub fn field_of(field: &str) -> &str {
    match field {
        "themes" => "manuscript",
        field => field,
    }
}

/// At how many places of a list in order an item stands.
fn places_of(said: &Said, (field, name): &(String, String)) -> usize {
    let list = said.fields.get(field).and_then(|v| v.as_array());
    let all = list.into_iter().flatten().filter_map(|v| v.as_str());
    all.filter(|item| item == name).count()
}

/// Judges the items of a merged file: all that must be there, and no other.
fn items(versions: &Versions, said: &Said, known: Known<'_>, but: &BTreeSet<String>) -> Outcome {
    let [base, ours, theirs] = versions.sides();
    if versions.base().is_none() {
        return Ok(());
    }
    let of = |s: Option<&Said>| -> Items { s.map(|s| s.items.clone()).unwrap_or_default() };
    let (o, a, b) = (of(base), of(ours), of(theirs));
    for item in o.iter().chain(&a).chain(&b).chain(&said.items) {
        let (field, name) = item;
        if but.contains(field_of(field)) {
            continue;
        }
        // Removals reach into sets alone: a list in order says something by its order,
        // the items of the others hold more than a name.
        let in_set = !["locations", "poems", "dates", "references"].contains(&field.as_str());
        let kept = in_set && !o.contains(item) && (known.active)(field, &known_as(field, name));
        // A list in order may have an item at several places: one that a side wrote at
        // another place is no part of what the other side removed (seed 18226).
        let places = |s: Option<&Said>| s.map_or(0, |s| places_of(s, item));
        let written = |s: Option<&Said>| places(s) > places(base);
        let again = o.contains(item) && !in_set && (written(ours) || written(theirs));
        let back = in_set && (known.put_back)(field, &known_as(field, name));
        let again = again || back;
        let removed = o.contains(item) && !(a.contains(item) && b.contains(item)) && !again;
        let wanted = (a.contains(item) || b.contains(item)) && !removed && !kept;
        if wanted != said.items.contains(item) {
            let what = match wanted {
                true => "an item is lost in a merge",
                false => "an item that was removed is there after a merge",
            };
            return fail(
                what,
                format!("{}: {field} {name}\n{}", versions.path, versions.shown()),
            );
        }
    }
    Ok(())
}

impl Versions {
    fn shown(&self) -> String {
        let text = |file: Option<&File>| match file {
            Some(file) => format!("({:?})\n{}", file.ends, file.text),
            None => "(none)\n".to_owned(),
        };
        let [base, ours, theirs] = self.files().map(text);
        format!("--- base {base}--- ours {ours}--- theirs {theirs}")
    }

    pub fn fail<T>(&self, what: &str, detail: &str, found: &str) -> Outcome<T> {
        fail(
            what,
            format!(
                "{}: {detail}\n{}--- found\n{found}",
                self.path,
                self.shown()
            ),
        )
    }
}

/// Judges a file that a merge left without a conflict.
pub fn clean(versions: &Versions, found: Option<&(Oid, Rc<File>)>, known: Known<'_>) -> Outcome {
    let text = found.map_or("(none)\n", |(_, f)| f.text.as_str());
    if let Some(taken) = versions.trivial() {
        let (taken, found) = (taken.as_ref().map(|f| f.0), found.map(|f| f.0));
        return match taken == found {
            true => Ok(()),
            false => versions.fail("not the side that alone changed it", "", text),
        };
    }
    if versions.is_criss_cross() {
        return criss_cross::clean(versions, found.map(|(_, file)| &**file), known);
    }
    let Some((_, file)) = found else {
        return versions.fail("an entry is gone after a merge", "", text);
    };
    if versions.ours.is_none() || versions.theirs.is_none() {
        return versions.fail("a conflict is missing", "one side deleted it", text);
    }
    let merged = versions.merged_body();
    let (body, conflicts) = &merged;
    if *conflicts {
        return versions.fail("a conflict is missing", "the text", text);
    }
    if versions.body(file) != body.as_str() {
        return versions.fail("another text after a merge", body, text);
    }
    untouched::ends(versions, file)?;
    let Some(said) = &file.said else {
        return Ok(());
    };
    for (key, want) in versions.wants(known, &merged) {
        if want.must_conflict() {
            return versions.fail("a conflict is missing", &key, text);
        }
        if !want.holds(said.fields.get(&key)) {
            return versions.fail(
                "another value after a merge",
                &format!("{key} is not {want:?}"),
                text,
            );
        }
    }
    items(versions, said, known, &BTreeSet::new())?;
    untouched::fields(versions, said, known, &BTreeSet::new())
}

/// Judges a file that a merge left in conflict: `text` is what stands in the work
/// tree, with its markers.
pub fn conflict(versions: &Versions, text: Option<&str>, known: Known<'_>) -> Outcome {
    if versions.base().is_none() {
        return Ok(());
    }
    let shown = text.unwrap_or("(none)\n");
    // Git asks about a file that one side moved and the other deleted, whatever is in it.
    if versions.trivial().is_some() && !versions.moved_and_deleted() {
        return versions.fail("a conflict too many", "one side alone changed it", shown);
    }
    // Deleted by one side: what the other made of it is there.
    if let [_, Some(one), None] | [_, None, Some(one)] = versions.files() {
        let there = text.is_some_and(|text| File::read(text).text == one.text);
        return match there {
            true => Ok(()),
            false => versions.fail("what one side edited is gone", "", shown),
        };
    }
    let Some(text) = text else {
        return versions.fail("a file in conflict is gone", "", shown);
    };
    let found = File::read(text);
    untouched::ends(versions, &found)?;
    let text = found.text.as_str();
    let marked = marked(text);
    if marked.is_empty() {
        return versions.fail("a conflict without markers", "", shown);
    }
    let merged = versions.merged_body();
    let wants = versions.wants(known, &merged);
    let (body, conflicts) = (merged.0.as_str(), merged.1);
    let entry = versions.path.starts_with("journal/");
    for key in &marked {
        let may = match key.as_str() {
            "" => conflicts,
            // Nothing but comments.
            "#" => entry,
            key => wants.get(key).is_some_and(Want::may_conflict),
        };
        if !may {
            return versions.fail("a conflict too many", key, shown);
        }
    }
    if conflicts && !marked.contains("") {
        return versions.fail("a conflict is missing", "the text", shown);
    }
    for (key, want) in &wants {
        if want.must_conflict() && !marked.contains(key) {
            return versions.fail("a conflict is missing", key, shown);
        }
    }
    // Whichever side is taken, the rest is merged.
    for side in [true, false] {
        let file = File::read(&choose(text, |_| side));
        if versions.body(&file) != choose(body, |_| side) && (!entry || file.said.is_some()) {
            return versions.fail("another text beside a conflict", body, shown);
        }
        let Some(said) = file.said else {
            continue;
        };
        for (key, want) in &wants {
            if !marked.contains(key) && !want.holds(said.fields.get(key)) {
                return versions.fail(
                    "another value beside a conflict",
                    &format!("{key} is not {want:?}"),
                    shown,
                );
            }
        }
        items(versions, &said, known, &marked)?;
        untouched::fields(versions, &said, known, &marked)?;
    }
    Ok(())
}
