//! A date that an entry mentions, with its context, people and places.

use unicode_normalization::char::is_combining_mark;

use super::EntryError;
use super::person::{Person, parenthesised, spaced};
use super::reader::Reader;
use crate::journal::yaml::Node;
use crate::journal::{EntryDate, ItemKey};

/// One item of `dates`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MentionedDate {
    /// The date as `2030-11-02`, or the text as it stands if it is not a date.
    pub key: ItemKey,
    pub context: Option<String>,
    /// People mentioned as `@Ana-Lirio` in the context, or listed.
    pub people: Vec<Person>,
    /// Places mentioned as `#Ferry-Steps` in the context, or listed.
    pub locations: Vec<ItemKey>,
}

/// The kinds of item that `dates` can hold.
pub(super) enum DateItem {
    /// `~`: leave the entry's own date out.
    NotOwn,
    Mention(MentionedDate),
}

impl MentionedDate {
    fn new(key: ItemKey, context: Option<&str>) -> Self {
        let context = context.map(str::trim).filter(|c| !c.is_empty());
        let (mut people, mut locations) = (Vec::new(), Vec::new());
        for (sigil, name) in context.into_iter().flat_map(mentions) {
            if sigil == '@' {
                people.extend(Person::parse(name));
            } else {
                locations.push(ItemKey::new(&spaced(name)));
            }
        }
        Self {
            key,
            context: context.map(str::to_owned),
            people,
            locations,
        }
    }

    pub(super) fn read<'a>(
        reader: &Reader<'a>,
        node: &'a Node,
    ) -> Result<Option<DateItem>, EntryError> {
        let node = reader.resolve(node);
        if node.pairs().is_some() {
            return Self::read_map(reader, node).map(|d| Some(DateItem::Mention(d)));
        }
        let text = match reader.text(node)? {
            Some(text) => text.trim(),
            // `- ~` without quotes is YAML's null and means the same.
            None if node.scalar() == Some("~") => "~",
            None if node.is_null() => return Ok(None),
            None => return Err(reader.error(node, "a list where a date was expected")),
        };
        let (date, context) = match parenthesised(text) {
            Some((date, context)) => (date, Some(context)),
            None => (text, None),
        };
        Ok(match text {
            "" => None,
            "~" => Some(DateItem::NotOwn),
            _ => {
                let key = Self::key(reader, node, date, text);
                Some(DateItem::Mention(Self::new(key, context)))
            }
        })
    }

    fn read_map<'a>(reader: &Reader<'a>, node: &'a Node) -> Result<Self, EntryError> {
        let (mut date, mut context) = (None, None);
        let (mut people, mut locations) = (Vec::new(), Vec::new());
        for (key, value) in reader.pairs(node) {
            match key {
                "date" => date = reader.text(value)?,
                "context" => context = reader.plain_text(key, value)?,
                "people" => {
                    for item in reader.list(key, value)? {
                        people.extend(Person::read(reader, item)?);
                    }
                }
                "locations" => locations.extend(reader.names(key, value)?),
                _ => {}
            }
        }
        let missing = "a mentioned date without a date; expected `date: 2024-11-01`";
        let date = date.ok_or_else(|| reader.error(node, missing))?;
        let mut mention = Self::new(Self::key(reader, node, date, date), context);
        for person in people {
            // Another spelling of the same person can add a name or an alias.
            if !mention.people.contains(&person) {
                mention.people.push(person);
            }
        }
        for location in locations {
            if !mention.locations.contains(&location) {
                mention.locations.push(location);
            }
        }
        Ok(mention)
    }

    /// The key of a date. A text that is not a date is kept whole, with a warning.
    fn key(reader: &Reader, node: &Node, date: &str, whole: &str) -> ItemKey {
        match EntryDate::from_iso(date.trim()) {
            Some(date) => ItemKey::new(&date.to_string()),
            None => {
                let what = match reader.word_in_comment(node) {
                    Some(comment) => format!(
                        "`{date}` is no date: `{comment}` behind it is a comment; expected quotes \
                         around the whole"
                    ),
                    None => format!("`{date}` is no date; expected one such as 2024-11-01"),
                };
                reader.warn(node, what);
                ItemKey::new(whole)
            }
        }
    }
}

/// The `@Name` and `#Place` words of a context. A mark inside a word or an address does
/// not count (`a@b.c`, `https://a.example/@b#c`).
fn mentions(context: &str) -> impl Iterator<Item = (char, &str)> {
    context.split(char::is_whitespace).flat_map(|word| {
        let address = address(word);
        let marks = word.match_indices(['@', '#']);
        marks.filter_map(move |(at, mark)| {
            let rest = &word[at + 1..];
            let end = rest
                .char_indices()
                .find(|(at, c)| !is_of_name(rest, *at, *c))
                .map_or(rest.len(), |(at, _)| at);
            let name = rest[..end].trim_matches(['-', '_', '\'', '’', '.', NON_JOINER, JOINER]);
            let is_inside = address.is_some_and(|address| address <= at);
            let opens = !word[..at].ends_with(is_of_word) && !is_inside;
            (opens && !name.is_empty()).then(|| (if mark == "@" { '@' } else { '#' }, name))
        })
    })
}

/// Whether the character at a place is of a name. A full stop is if the name goes on behind
/// it with a hyphen, which stands for a blank (`@Dr.-Weber`), or is one behind an initial
/// (`@J.R.-Hartley`): another one ends a sentence.
fn is_of_name(text: &str, at: usize, c: char) -> bool {
    if c != '.' {
        return is_of_word(c) || matches!(c, '-' | '_' | '\'' | '’');
    }
    let mut before = text[..at].chars().rev();
    let is_initial =
        before.next().is_some_and(is_of_word) && !before.next().is_some_and(is_of_word);
    let mut after = text[at + 1..].chars();
    match after.next() {
        Some('-') => after.next().is_some_and(is_of_word),
        Some(next) => is_initial && is_of_word(next),
        None => false,
    }
}

/// The place behind which a word is an address. It is looked for once: a context may be one
/// long word of marks.
fn address(word: &str) -> Option<usize> {
    let text = word.trim_start_matches(|c: char| !is_of_word(c));
    let from = |len: usize| word.len() - text.len() + len;
    if text.starts_with("www.") {
        return Some(from("www.".len()));
    }
    text.find("://").map(|at| from(at + "://".len()))
}

const NON_JOINER: char = '\u{200C}';
const JOINER: char = '\u{200D}';

/// Whether `c` is a letter or joins the letter before it (an accent, a vowel sign).
fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c) || matches!(c, NON_JOINER | JOINER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mentions_stand_at_the_start_of_a_word() {
        let found: Vec<_> =
            mentions("with @Ana-Lirio's at #Ferry-Steps, mail a@b.c, @ #-").collect();
        assert_eq!(found, [('@', "Ana-Lirio's"), ('#', "Ferry-Steps")]);
        let found: Vec<_> = mentions(
            "@Dr.-Weber and @Mary-J.-Blige, @J.R.-Hartley at #St.-Pauli. @Orla.-- @Bo.Then @Al.",
        )
        .collect();
        let (people, place) = (["Dr.-Weber", "Mary-J.-Blige", "J.R.-Hartley"], "St.-Pauli");
        let mut wanted: Vec<_> = people.map(|name| ('@', name)).into();
        wanted.extend([('#', place), ('@', "Orla"), ('@', "Bo"), ('@', "Al")]);
        assert_eq!(found, wanted);
        let found: Vec<_> = mentions(
            "https://a.example/@Orla/1, (www.a.example/#top) (see https://a.example/#x) Bram/@Bo",
        )
        .collect();
        assert_eq!(found, [('@', "Bo")]);
        let found: Vec<_> = mentions("a.b@http://x @(http://x) #Ferry…//@Orla\u{a0}@Al").collect();
        assert_eq!(found, [('#', "Ferry"), ('@', "Orla"), ('@', "Al")]);
        // Each mark looking back to the last blank would take a minute.
        assert_eq!(mentions(&"#-".repeat(200_000)).count(), 0);
        // Letters that take more than one character.
        let found: Vec<_> =
            mentions("@Zoe\u{301} #हिन्दी-घाट @می\u{200c}نا\u{200d}, e\u{301}@x").collect();
        assert_eq!(
            found,
            [
                ('@', "Zoe\u{301}"),
                ('#', "हिन्दी-घाट"),
                ('@', "می\u{200c}نا")
            ]
        );
    }
}
