//! Bytes that nobody touched, or one side alone: they stand as they were written.

use std::collections::{BTreeMap, BTreeSet};

use super::expect::{Known, Versions, field_of};
use super::page::{Ends, File, Said, items_of, known_as};
use super::world::Outcome;

/// Judges the lines of each field but these: as one side alone wrote them, if it did.
pub fn fields(
    versions: &Versions,
    found: &Said,
    known: Known<'_>,
    but: &BTreeSet<String>,
) -> Outcome {
    let [base, Some(ours), Some(theirs)] = versions.sides() else {
        return Ok(());
    };
    let all = [base, Some(ours), Some(theirs)];
    let pages = all.iter().flatten().flat_map(|side| &side.page.segments);
    let keys: BTreeSet<&String> = pages.map(|segment| &segment.key).collect();
    let text = || found.page.text();
    // What is worked out from the text belongs to no side.
    let asked = |key: &&String| !but.contains(*key) && *key != "word_count";
    for key in keys.into_iter().filter(asked) {
        // What a removal keeps out, or what is put back, one side alone may have written.
        let mut items = all.iter().flatten().flat_map(|side| &side.items);
        let removed = items.any(|(field, item)| {
            let name = known_as(field, item);
            field_of(field) == key
                && ((known.active)(field, &name) || (known.put_back)(field, &name))
        });
        let lines = |side: Option<&Said>| side?.page.get(key).map(|s| s.lines.clone());
        let [o, a, b] = all.map(lines);
        let wanted = match () {
            () if removed => continue,
            () if a == b || b == o => a,
            () if a == o => b,
            () => continue,
        };
        if lines(Some(found)) != wanted {
            let what = "a field is not as the side that alone changed it wrote it";
            return versions.fail(what, key, &text());
        }
    }
    for (key, count) in counted(found) {
        let of = |side| counted(side).get(&key).copied().unwrap_or_default();
        if count > of(ours).max(of(theirs)) && !but.contains(field_of(&key.0)) {
            return versions.fail("an item stands too often", &format!("{key:?}"), &text());
        }
    }
    Ok(())
}

/// How often each item stands in its field.
fn counted(said: &Said) -> BTreeMap<(String, String), usize> {
    let mut counts = BTreeMap::new();
    let fields = said.fields.iter();
    for item in fields.flat_map(|(field, value)| items_of(field, value)) {
        *counts.entry(item).or_default() += 1;
    }
    counts
}

/// Judges the line ends: those of the side that alone changed them; of a file that both
/// made, LF unless both wrote CRLF.
pub fn ends(versions: &Versions, found: &File) -> Outcome {
    let all = versions.files().map(|file| file.map(|f| f.ends));
    if all.contains(&Some(Ends::Mixed)) {
        return Ok(());
    }
    let wanted = match all {
        [_, Some(a), Some(b)] if a == b => a,
        [None, ..] => Ends::Lf,
        [Some(o), Some(a), Some(b)] => match a == o {
            true => b,
            false => a,
        },
        _ => return Ok(()),
    };
    match found.ends == wanted {
        true => Ok(()),
        false => versions.fail("other line ends", &format!("{:?}", found.ends), &found.text),
    }
}
