//! Text from files, made safe for a terminal, text in columns, sizes and ages.

use std::borrow::Cow;

use chrono::TimeDelta;
use unicode_width::UnicodeWidthStr;

use crate::journal::reconcile::quoted_for_flow;
use crate::journal::yaml::{Style, Tree, Value};
use crate::sync::merge_log::Record;
pub use crate::sync::words::{counted, left, more};

/// One line of a file's text with everything escaped that could move the cursor,
/// change colours or turn the direction of reading.
#[must_use]
pub fn safe(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_unsafe(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// A merge's decisions, one line each.
pub fn decisions(merge: &Record) -> impl Iterator<Item = String> {
    let fields = merge.fields.iter().map(|field| {
        let rule = field.rule.as_ref().map(|rule| format!(" ({rule})"));
        let (path, decision) = (field.path.join("."), &field.decision);
        format!(
            "{}: {}{}",
            safe(&path),
            safe(decision),
            rule.unwrap_or_default()
        )
    });
    let kept_out = merge.kept_out.iter().map(|kept| {
        let (table, item) = (safe(&kept.table), safe(&kept.item));
        format!("{table}: {item}: kept out, it was removed")
    });
    fields.chain(kept_out)
}

/// JSON with the same characters escaped in JSON's way: the same for a program, and safe
/// on a terminal. Line ends between the values stay.
#[must_use]
pub fn safe_json(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    let mut units = [0; 2];
    for c in json.chars() {
        if c != '\n' && is_unsafe(c) {
            for unit in c.encode_utf16(&mut units) {
                shown += &format!("\\u{unit:04x}");
            }
        } else {
            shown.push(c);
        }
    }
    shown
}

/// A name in the form for a list of the frontmatter: in quotes if YAML, or one of the
/// readers for which merges add quotes, would take it for something else.
#[must_use]
pub fn in_yaml(name: &str) -> String {
    if name.chars().any(is_unsafe) {
        // JSON's escapes are YAML's, up to U+FFFF.
        let quoted = serde_json::Value::from(name).to_string();
        let shown = quoted.chars().map(|c| match u32::from(c) {
            code @ 0x1_0000.. if is_unsafe(c) => format!("\\U{code:08x}"),
            _ => safe_json(c.encode_utf8(&mut [0; 4])),
        });
        return shown.collect();
    }
    let list = format!("[{name}]");
    let is_plain = Tree::parse(&list).is_ok_and(|tree| {
        let items = tree
            .root
            .as_ref()
            .and_then(|r| r.items())
            .unwrap_or_default();
        let [item] = items else { return false };
        item.node.style() == Some(Style::Plain)
            && Value::of(&item.node, &list) == Value::Text(name.to_owned())
    });
    // These two have a meaning in YAML 1.1.
    let is_sign = ["<<", "="].contains(&name);
    match is_plain && !is_sign && quoted_for_flow(name, name) == name {
        true => name.to_owned(),
        false => format!("'{}'", name.replace('\'', "''")),
    }
}

/// Control characters, those that override the direction of text, and those that cannot be
/// seen, so that two names could not be told apart. Joiners (U+200C, U+200D) and variation
/// selectors are left: some scripts and pictures are written with them.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}'
            | '\u{17B4}' | '\u{17B5}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}'
            | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E00FF}')
}

/// Limit on the width of a column: a wider cell makes its own line longer, and no other.
const WIDEST: usize = 64;

/// Rows in columns as wide as the widest of their cells that is not too wide, two spaces
/// apart. Cells are made safe.
pub fn columns(rows: &[Vec<String>]) -> impl Iterator<Item = String> {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at));
        let widths = cells.map(|cell| safe(cell).width());
        widths.filter(|width| *width <= WIDEST).max()
    };
    let widths: Vec<usize> = (0..count).map(|at| width(at).unwrap_or(0)).collect();
    rows.iter().map(move |row| {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line += &filled(&safe(cell), width + 2);
        }
        line.trim_end().to_owned()
    })
}

/// A text, filled with spaces to a width in columns of a terminal.
#[must_use]
pub fn filled(text: &str, width: usize) -> String {
    let spaces = width.saturating_sub(text.width());
    format!("{text}{:spaces$}", "")
}

/// Names as one text: between commas, or semicolons where a name has a comma itself.
#[must_use]
pub fn joined(names: &[String]) -> String {
    let has_comma = names.iter().any(|name| name.contains(','));
    names.join(if has_comma { "; " } else { ", " })
}

/// `812 B`, `4.2 KB`, `13 MB`: in thousands.
#[must_use]
pub fn size(bytes: u64) -> String {
    // Shown with two digits: the loss of precision is not seen.
    let mut n = bytes as f64;
    let mut unit = "B";
    for larger in ["KB", "MB", "GB", "TB"] {
        if n < 999.5 {
            break;
        }
        n /= 1000.0;
        unit = larger;
    }
    if unit == "B" || n >= 9.95 {
        format!("{n:.0} {unit}")
    } else {
        format!("{n:.1} {unit}")
    }
}

/// `3 days`, `2 hours`: an age in the largest unit that it fills.
#[must_use]
pub fn age(age: TimeDelta) -> String {
    let count = |n: i64, unit: &str| format!("{n} {unit}{}", if n == 1 { "" } else { "s" });
    match age {
        age if age.num_days() > 0 => count(age.num_days(), "day"),
        age if age.num_hours() > 0 => count(age.num_hours(), "hour"),
        age => count(age.num_minutes().max(0), "minute"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_shown_instead() {
        for (text, shown) in [
            ("Orla Pennyfold é 雨", "Orla Pennyfold é 雨"),
            ("a\x1b[31mb", "a\\u{1b}[31mb"),
            ("a\r\nb", "a\\r\\nb"),
            ("\u{202E}dlo", "\\u{202e}dlo"),
            ("a\u{9b}b\u{2066}", "a\\u{9b}b\\u{2066}"),
            ("Bo\u{2063}b\u{AD}", "Bo\\u{2063}b\\u{ad}"),
            ("a\u{E0041}b", "a\\u{e0041}b"),
            (
                "می\u{200C}رود 👩\u{200D}🌾 ❤\u{FE0F}",
                "می\u{200C}رود 👩\u{200D}🌾 ❤\u{FE0F}",
            ),
        ] {
            assert_eq!(safe(text), shown);
        }
    }

    #[test]
    fn a_name_is_quoted_where_yaml_would_read_something_else() {
        for (name, written) in [
            ("Orla Pennyfold", "Orla Pennyfold"),
            ("it's", "it's"),
            ("-x", "-x"),
            ("@Moth", "'@Moth'"),
            ("~", "'~'"),
            ("yes", "'yes'"),
            ("12", "'12'"),
            ("a: b", "'a: b'"),
            ("a, b", "'a, b'"),
            ("a #b", "'a #b'"),
            ("'tis", "'''tis'"),
            ("- x", "'- x'"),
            ("a?b", "'a?b'"),
            ("?x", "'?x'"),
            ("::x", "'::x'"),
            ("<<", "'<<'"),
            ("=", "'='"),
            ("a\nb\u{202E}", "\"a\\nb\\u202e\""),
            ("é\u{E0041}", "\"é\\U000e0041\""),
        ] {
            assert_eq!(in_yaml(name), written);
        }
    }

    #[test]
    fn json_says_the_same_without_what_a_terminal_would_obey() {
        let value = serde_json::json!({"name": "a\u{202E}b\x1b[31m\u{9b}c\n", "é": 1});
        let shown = safe_json(&serde_json::to_string_pretty(&value).unwrap());
        assert!(!shown.chars().any(|c| c != '\n' && is_unsafe(c)), "{shown}");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&shown).unwrap(),
            value
        );
    }

    #[test]
    fn columns_are_as_wide_as_they_must_be() {
        let rows = [["a", "b", "c"], ["雨雨", "", "d"]].map(|r| r.map(String::from).to_vec());
        let lines: Vec<String> = columns(&rows).collect();
        assert_eq!(lines, ["a     b  c", "雨雨     d"]);
    }

    #[test]
    fn sizes_and_ages_are_short() {
        for (bytes, shown) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 KB"),
            (4_249, "4.2 KB"),
            (12_900, "13 KB"),
            (999_900, "1.0 MB"),
        ] {
            assert_eq!(size(bytes), shown);
        }
        for (seconds, shown) in [
            (-5, "0 minutes"),
            (119, "1 minute"),
            (7_200, "2 hours"),
            (86_400 * 3, "3 days"),
        ] {
            assert_eq!(age(TimeDelta::seconds(seconds)), shown);
        }
    }
}
