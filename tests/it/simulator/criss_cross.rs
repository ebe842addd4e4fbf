//! What a merge with several bases must give: no more is asked than what all of the bases
//! agree on.

use std::collections::BTreeSet;

use super::expect::{Known, Versions};
use super::page::{File, known_as};
use super::want::SETS;
use super::world::Outcome;

/// Judges a file that a merge left without a conflict.
pub fn clean(versions: &Versions, found: Option<&File>, known: Known<'_>) -> Outcome {
    let [_, Some(a), Some(b)] = versions.files() else {
        return Ok(());
    };
    let Some(file) = found else {
        return versions.fail("an entry is gone after a merge", "", "(none)\n");
    };
    if a.text == b.text && file.text != a.text {
        return versions.fail("not what both sides have", "", &file.text);
    }
    let [Some(ours), Some(theirs), Some(found)] = [a, b, file].map(|f| f.said.as_ref()) else {
        return Ok(());
    };
    let bases = versions.bases_said();
    let text = || found.page.text();
    for item in ours.items.union(&theirs.items).chain(&found.items) {
        let (field, name) = item;
        if !SETS.contains(&field.as_str()) {
            continue;
        }
        let name = known_as(field, name);
        let before = bases
            .iter()
            .filter(|b| b.is_some_and(|s| s.items.contains(item)));
        let before = before.count();
        let [a, b] = [ours, theirs].map(|side| side.items.contains(item));
        let kept_out = (known.active)(field, &name);
        let there = found.items.contains(item);
        if before == 0 && (a || b) && !kept_out && !there {
            return versions.fail("an item is lost in a merge", &format!("{item:?}"), &text());
        }
        let removed = before == bases.len() && !(a && b) && !(known.put_back)(field, &name);
        if there && (removed || !(a || b)) {
            let what = "an item that was removed is there after a merge";
            return versions.fail(what, &format!("{item:?}"), &text());
        }
    }
    let keys: BTreeSet<&String> = ours.fields.keys().chain(theirs.fields.keys()).collect();
    for key in keys {
        let [a, b] = [ours, theirs].map(|side| side.fields.get(key));
        // Items are asked above; what is worked out from the text, by its text.
        let other = ["manuscript", "word_count"].contains(&key.as_str());
        let is_one = !other && !SETS.contains(&key.as_str());
        if a == b && is_one && found.fields.get(key) != a {
            return versions.fail("another value after a merge", key, &text());
        }
    }
    Ok(())
}
