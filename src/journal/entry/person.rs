//! A person as an entry spells it.

use super::EntryError;
use super::reader::Reader;
use crate::journal::ItemKey;
use crate::journal::yaml::Node;

/// One spelling of a person, read from the item alone. The index decides which person of
/// the whole journal it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Person {
    /// The canonical name: the full name, else the name, else `@Alias`.
    pub key: ItemKey,
    /// `Orla`; also what `Ana-Lirio` means, `Ana Lirio`.
    pub name: Option<String>,
    /// `Orla Pennyfold`.
    pub full_name: Option<String>,
    /// `Moth` of `"@Moth (Orla)"`, sorted.
    pub aliases: Vec<String>,
}

impl Person {
    fn new(name: Option<&str>, full_name: Option<&str>, aliases: Vec<String>) -> Option<Self> {
        let clean = |text: &str| {
            let key = ItemKey::new(text);
            (!key.as_str().is_empty()).then(|| key.as_str().to_owned())
        };
        let name = name.map(spaced).and_then(|n| clean(&n));
        let full_name = full_name.and_then(clean);
        let mut aliases: Vec<String> = aliases.iter().filter_map(|a| clean(a)).collect();
        aliases.sort();
        aliases.dedup();
        let key = match (&full_name, &name, aliases.first()) {
            (Some(key), ..) | (None, Some(key), _) => ItemKey::new(key),
            (None, None, Some(alias)) => ItemKey::new(&format!("@{alias}")),
            (None, None, None) => return None,
        };
        Some(Self {
            key,
            name,
            full_name,
            aliases,
        })
    }

    /// Reads a spelling of one line; `None` if it names nobody.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(alias) = text.strip_prefix('@') {
            return match parenthesised(alias) {
                Some((alias, person)) => {
                    let mut person = Self::parse(person)?;
                    person.aliases = Self::new(None, None, vec![spaced(alias)])?.aliases;
                    Some(person)
                }
                None => Self::new(None, None, vec![spaced(alias)]),
            };
        }
        match parenthesised(text) {
            Some((name, full)) => Self::new(Some(name), Some(full), Vec::new()),
            None if text.contains(char::is_whitespace) => Self::new(None, Some(text), Vec::new()),
            None => Self::new(Some(text), None, Vec::new()),
        }
    }

    pub(super) fn read<'a>(
        reader: &Reader<'a>,
        node: &'a Node,
    ) -> Result<Option<Self>, EntryError> {
        let node = reader.resolve(node);
        if node.pairs().is_some() {
            let (mut name, mut full_name, mut aliases) = (None, None, Vec::new());
            for (key, value) in reader.pairs(node) {
                match key {
                    "name" => name = reader.plain_text(key, value)?,
                    "full_name" => full_name = reader.plain_text(key, value)?,
                    "alias" | "aliases" => {
                        let texts = reader.texts(key, value)?;
                        let bare = texts.iter().map(|(_, t)| spaced(t.trim_start_matches('@')));
                        aliases.extend(bare);
                    }
                    _ => {}
                }
            }
            let person = Self::new(name, full_name, aliases);
            let missing = "a person without a name; expected `name` or `full_name`";
            return person.map(Some).ok_or_else(|| reader.error(node, missing));
        }
        match reader.text(node)? {
            Some(text) if text.trim().is_empty() => Ok(None),
            Some(text) => Self::parse(text).map(Some).ok_or_else(|| {
                reader.error(node, format!("`{text}` names nobody; expected a name"))
            }),
            None if node.is_null() => Ok(None),
            None => Err(reader.error(node, list_for_a_person(reader, node))),
        }
    }
}

/// The advice for `[[Orla]]`, other programs' link, which YAML reads as a list in a list.
fn list_for_a_person(reader: &Reader, node: &Node) -> String {
    let mut what = "a list where a person was expected".to_owned();
    if let Some(list) = reader.written(node).filter(|l| !l.contains(['"', '\n'])) {
        what += &format!("; expected a name, or quotes around one in brackets: \"{list}\"");
    }
    what
}

/// Turns one hyphenated word into words: `Ana-Lirio` is `Ana Lirio`.
#[must_use]
pub fn spaced(text: &str) -> String {
    let text = text.trim();
    if text.contains(char::is_whitespace) || text.starts_with('-') || text.ends_with('-') {
        text.to_owned()
    } else {
        text.replace('-', " ")
    }
}

/// Splits `a (b)` into its two parts, neither of them empty.
pub(super) fn parenthesised(text: &str) -> Option<(&str, &str)> {
    let (before, rest) = text.trim().split_once('(')?;
    let inner = rest.strip_suffix(')')?;
    let (before, inner) = (before.trim(), inner.trim());
    (!before.is_empty() && !inner.is_empty()).then_some((before, inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> String {
        let Some(p) = Person::parse(text) else {
            return "nobody".into();
        };
        format!(
            "{} | {} | {} | {}",
            p.key,
            p.name.unwrap_or_default(),
            p.full_name.unwrap_or_default(),
            p.aliases.join(",")
        )
    }

    #[test]
    fn every_spelling_of_one_line() {
        for (text, person) in [
            ("Orla", "Orla | Orla |  | "),
            (" Orla ", "Orla | Orla |  | "),
            ("Orla Pennyfold", "Orla Pennyfold |  | Orla Pennyfold | "),
            ("Ana-Lirio", "Ana Lirio | Ana Lirio |  | "),
            (
                "Ana-Lirio Reyes-Sol",
                "Ana-Lirio Reyes-Sol |  | Ana-Lirio Reyes-Sol | ",
            ),
            (
                "Bram (Bram Saltmarsh)",
                "Bram Saltmarsh | Bram | Bram Saltmarsh | ",
            ),
            ("@Moth", "@Moth |  |  | Moth"),
            ("@Moth (Orla)", "Orla | Orla |  | Moth"),
            (
                "@Moth (Orla Pennyfold)",
                "Orla Pennyfold |  | Orla Pennyfold | Moth",
            ),
            ("Jose\u{301}", "José | José |  | "),
            ("@", "nobody"),
            ("", "nobody"),
        ] {
            assert_eq!(show(text), person, "{text}");
        }
    }
}
