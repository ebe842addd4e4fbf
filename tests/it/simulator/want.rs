//! What becomes of one value in a merge, by the rule of its field.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// What a value must be.
#[derive(Debug, Clone, PartialEq)]
pub enum Want {
    Value(Option<Value>),
    Map(BTreeMap<String, Want>),
    /// This, or a conflict.
    OrConflict(Box<Want>),
    /// Both sides wrote another one.
    Conflict,
    /// The items say what must be there, or nothing is known.
    Any,
}

pub const SETS: [&str; 6] = [
    "people",
    "tags",
    "events",
    "city",
    "related_entries",
    "themes",
];
const KEYED: [&str; 3] = ["dates", "poems", "references"];

/// Git's merge of three texts by line, and whether it conflicts.
pub fn merge_lines([base, ours, theirs]: [&str; 3]) -> (String, bool) {
    if ours == theirs || theirs == base {
        return (ours.to_owned(), false);
    }
    if ours == base {
        return (theirs.to_owned(), false);
    }
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("base", base), ("ours", ours), ("theirs", theirs)] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let merge = ["merge-file", "-p", "-q", "ours", "base", "theirs"];
    let output = Command::new("git")
        .args(merge)
        .current_dir(folder.path())
        .output()
        .unwrap();
    let merged = String::from_utf8(output.stdout).unwrap();
    (merged, !output.status.success())
}

pub fn want(key: &str, [base, ours, theirs]: [Option<&Value>; 3]) -> Want {
    let one = |v: Option<&Value>| Want::Value(v.cloned());
    if SETS.contains(&key) || KEYED.contains(&key) || key == "locations" {
        // Items are judged by themselves; that a set conflicts is never right, unless
        // both sides wrote the same person in another way.
        return match KEYED.contains(&key) || key == "locations" {
            false if spelled_otherwise([base, ours, theirs]) => Want::Any,
            true if ours != base && theirs != base && ours != theirs => Want::Any,
            _ => Want::Map(BTreeMap::new()),
        };
    }
    // Themes are items: a tombstone may keep one out that a side alone has written, so
    // what stands round them is asked for key by key (seed 12909).
    let has_items = key == "manuscript" && ours.is_some() && theirs.is_some();
    if !has_items && (ours == theirs || theirs == base) {
        return one(ours);
    }
    if !has_items && ours == base {
        return one(theirs);
    }
    match (key, base, ours, theirs) {
        ("updated", _, Some(a), Some(b)) => one(Some(match a.as_str() > b.as_str() {
            true => a,
            false => b,
        })),
        ("notes", _, Some(Value::String(a)), Some(Value::String(b))) => {
            let o = base.and_then(Value::as_str).unwrap_or_default();
            match merge_lines([o, a, b]) {
                (_, true) => Want::Conflict,
                (merged, false) => Want::Value(Some(Value::String(merged))),
            }
        }
        (_, base, Some(Value::Object(a)), Some(Value::Object(b))) => {
            let none = serde_json::Map::new();
            let o = base.and_then(Value::as_object).unwrap_or(&none);
            let keys: BTreeSet<&String> = o.keys().chain(a.keys()).chain(b.keys()).collect();
            let wants = keys
                .into_iter()
                .map(|k| (k.clone(), want(k, [o.get(k), a.get(k), b.get(k)])));
            Want::Map(wants.collect())
        }
        _ => Want::Conflict,
    }
}

/// Whether both sides wrote a person in another way: on both under the name that a
/// merge tells people apart by, on one of them with more than that; or with more on one,
/// and under that name no more on the other (seed 11736).
fn spelled_otherwise([base, ours, theirs]: [Option<&Value>; 3]) -> bool {
    let list = |side: Option<&Value>| -> Vec<Value> {
        match side {
            Some(Value::Array(list)) => list.clone(),
            one => one.cloned().into_iter().collect(),
        }
    };
    let name = |item: &Value| item.get("full_name").unwrap_or(item).clone();
    let [base, ours, theirs] = [base, ours, theirs].map(list);
    let there = |side: &[Value], item: &Value| side.iter().any(|i| name(i) == name(item));
    let other = |side: &[Value], item: &Value| {
        let mut same = side.iter().filter(|i| name(i) == name(item));
        same.any(|i| i != item)
    };
    let gone = |side: &[Value], other_side: &[Value]| {
        let mut more = other_side.iter().filter(|i| i.is_object());
        more.any(|i| other(&base, i) && !there(side, i))
    };
    ours.iter().any(|item| other(&theirs, item)) || gone(&ours, &theirs) || gone(&theirs, &ours)
}

impl Want {
    pub fn must_conflict(&self) -> bool {
        match self {
            Self::Conflict => true,
            Self::Map(map) => map.values().any(Self::must_conflict),
            Self::OrConflict(want) => want.must_conflict(),
            _ => false,
        }
    }

    pub fn may_conflict(&self) -> bool {
        match self {
            Self::Conflict | Self::Any | Self::OrConflict(_) => true,
            Self::Map(map) => map.values().any(Self::may_conflict),
            Self::Value(_) => false,
        }
    }

    pub fn holds(&self, found: Option<&Value>) -> bool {
        match self {
            Self::Any => true,
            Self::Conflict => false,
            Self::OrConflict(want) => want.holds(found),
            Self::Value(value) => value.as_ref() == found,
            Self::Map(map) => {
                let of = |k: &String| found.and_then(|v| v.get(k));
                map.iter().all(|(k, want)| want.holds(of(k)))
            }
        }
    }
}
