//! The rules by which fields merge, found by the field's name or else by its shape.

use std::collections::BTreeMap;
use std::fmt;

/// The way to join the two sides of a field that both changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// (ours ∪ theirs) less what either removed.
    Set,
    /// Three-way, in order.
    Sequence,
    /// Per item, which the first of these keys that it has names, then per key.
    KeyedList(Vec<String>),
    /// Per key.
    Map,
    /// By line inside a block scalar.
    Text,
    /// The later of two dates or times.
    Stamp,
    /// Worked out again from the merged body.
    Derived(Derived),
    /// Equal values agree, different ones conflict.
    Scalar,
}

/// The measures of the body that a derived field can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Derived {
    /// Words outside headings.
    WordCount,
    /// Minutes: words / 260, two decimals.
    ReadingTime,
}

impl Rule {
    /// The rule of this name in `palimpsest.toml`: one word of the table in the
    /// documentation, or `keyed list by KEY`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "set" => Self::Set,
            "sequence" => Self::Sequence,
            "map" => Self::Map,
            "text" => Self::Text,
            "stamp" => Self::Stamp,
            "scalar" => Self::Scalar,
            "keyed list" => Self::KeyedList(Vec::new()),
            _ => {
                let keys = name
                    .strip_prefix("keyed list by ")?
                    .split(',')
                    .map(str::trim);
                // No item has an empty key.
                let key = |key: &str| (!key.is_empty()).then(|| key.to_owned());
                Self::KeyedList(keys.map(key).collect::<Option<_>>()?)
            }
        })
    }

    /// Whether it joins lists or maps, by their items or keys.
    #[must_use]
    pub const fn joins_members(&self) -> bool {
        matches!(
            self,
            Self::Set | Self::Sequence | Self::KeyedList(_) | Self::Map
        )
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Set => "set",
            Self::Sequence => "sequence",
            Self::KeyedList(_) => "keyed list",
            Self::Map => "map",
            Self::Text => "text",
            Self::Stamp => "stamp",
            Self::Derived(_) => "derived",
            Self::Scalar => "scalar",
        })
    }
}

/// The keys by which the items of any list of maps are told apart, best first.
pub(super) const IDENTIFYING: [&str; 12] = [
    "id",
    "key",
    "full_name",
    "name",
    "title",
    "slug",
    "date",
    "url",
    "href",
    "path",
    "content",
    "description",
];

/// More keys that name an item of a list of maps, if all items have one and no two have
/// the same. They do not prove that two different items are not the same one edited: a
/// question or a link may be edited.
pub(super) const NAMING: [&str; 6] = ["src", "link", "question", "image", "email", "file"];

const SETS: [&str; 9] = [
    "people",
    "tags",
    "events",
    "city",
    "cities",
    "related_entries",
    "themes",
    "aliases",
    "categories",
];

/// Names of fields that hold the time of the last change, as [`folded`] has them: what
/// Obsidian, Jekyll, Hugo, Docusaurus, VitePress, Astro, Dendron and others call it.
const STAMPS: [&str; 16] = [
    "updated",
    "modified",
    "lastmod",
    "lastmodified",
    "lastupdate",
    "lastupdated",
    "datemodified",
    "dateupdated",
    "modifieddate",
    "updateddate",
    "lastmodifieddate",
    "lastupdateddate",
    "modifiedat",
    "updatedat",
    "lastmodifiedat",
    "lastupdatedat",
];

/// A name without regard to spelling: `last_modified`, `last-modified`, `Last Modified`
/// and `lastModified` are one.
fn folded(name: &str) -> String {
    let letters = name.chars().filter(|c| !" _-".contains(*c));
    letters.map(|c| c.to_ascii_lowercase()).collect()
}

/// The rules by name. An entry for `manuscript.themes` beats one for `themes`,
/// which holds at any depth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    by_name: BTreeMap<String, Rule>,
}

impl Default for Rules {
    fn default() -> Self {
        let mut rules = Self {
            by_name: BTreeMap::new(),
        };
        for name in SETS {
            rules.insert(name, Rule::Set);
        }
        for name in ["notes", "epigraph"] {
            rules.insert(name, Rule::Text);
        }
        let keyed = |keys: &[&str]| Rule::KeyedList(keys.iter().map(|&k| k.to_owned()).collect());
        rules.insert("dates", keyed(&["date"]));
        rules.insert("poems", keyed(&["title", "content", "description"]));
        rules.insert("references", keyed(&["title", "content", "description"]));
        rules.insert("locations", Rule::Sequence);
        rules.insert("manuscript", Rule::Map);
        rules.insert("date", Rule::Scalar);
        rules.insert("word_count", Rule::Derived(Derived::WordCount));
        rules.insert("reading_time", Rule::Derived(Derived::ReadingTime));
        rules
    }
}

impl Rules {
    /// Sets the rule of a field, by its name or its dotted path.
    pub fn insert(&mut self, name: &str, rule: Rule) {
        self.by_name.insert(name.to_owned(), rule);
    }

    /// The rule of the field at `path`, if its name decides. An exact name (from the
    /// settings, say) beats a stamp's name in another spelling.
    #[must_use]
    pub fn named(&self, path: &[String]) -> Option<&Rule> {
        if let Some(rule) = self.by_name.get(&path.join(".")) {
            return Some(rule);
        }
        let (name, above) = path.split_last()?;
        // Docusaurus has it as `last_update: {date: …, author: …}`. Further down, the name above
        // may be the title of an item.
        if name == "date" && above.len() == 1 && self.named(above) == Some(&Rule::Stamp) {
            return Some(&Rule::Stamp);
        }
        if let Some(rule) = self.by_name.get(name) {
            return Some(rule);
        }
        STAMPS
            .contains(&folded(name).as_str())
            .then_some(&Rule::Stamp)
    }

    /// The rule for the values of the field at `path`: that of its name, or, in a map of
    /// lists in order, as `locations` by city, that of the map.
    #[must_use]
    pub fn of_values(&self, path: &[String]) -> Option<&Rule> {
        // Further down, the name above may be the title of an item.
        let of_map = || {
            let (_, above) = path.split_last()?;
            let rule = self.by_name.get(&above.join("."));
            rule.filter(|rule| **rule == Rule::Sequence)
        };
        self.named(path).or_else(of_map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_path_beats_the_name() {
        let mut rules = Rules::default();
        rules.insert("weather.tags", Rule::Sequence);
        let path = |p: &[&str]| p.iter().map(|&s| s.to_owned()).collect::<Vec<_>>();
        assert_eq!(rules.named(&path(&["tags"])), Some(&Rule::Set));
        assert_eq!(
            rules.named(&path(&["weather", "tags"])),
            Some(&Rule::Sequence)
        );
        assert_eq!(rules.named(&path(&["weather", "sky"])), None);
        for path in [
            path(&["locations", "Porto"]),
            path(&["weather", "tags", "am"]),
        ] {
            assert_eq!(rules.of_values(&path), Some(&Rule::Sequence), "{path:?}");
            assert_eq!(rules.named(&path), None, "{path:?}");
        }
        assert_eq!(
            rules.of_values(&path(&["pages", "locations", "links"])),
            None
        );
        assert_eq!(
            rules.named(&path(&["last_update", "date"])),
            Some(&Rule::Stamp)
        );
        assert_eq!(
            rules.named(&path(&["history", "Updated", "date"])),
            Some(&Rule::Scalar)
        );
        assert_eq!(
            Rule::from_name("keyed list by id, name"),
            Some(Rule::KeyedList(vec!["id".into(), "name".into()]))
        );
        assert_eq!(Rule::from_name("union"), None);
    }

    #[test]
    fn stamps_are_known_in_whichever_spelling() {
        let mut rules = Rules::default();
        rules.insert("saved", Rule::Stamp);
        rules.insert("updatedAt", Rule::Scalar);
        let rule = |path: &[&str]| {
            let path: Vec<String> = path.iter().map(|&s| s.to_owned()).collect();
            rules.named(&path).cloned()
        };
        for name in [
            "updated",
            "date modified",
            "Last-Modified",
            "lastUpdated",
            "last_modified_at",
            "updatedDate",
            "updated_at",
            "Lastmod",
            "saved",
        ] {
            assert_eq!(rule(&[name]), Some(Rule::Stamp), "{name}");
            assert_eq!(rule(&[name, "date"]), Some(Rule::Stamp), "{name}.date");
            assert_eq!(rule(&[name, "author"]), None, "{name}.author");
        }
        assert_eq!(rule(&["updatedAt"]), Some(Rule::Scalar));
        for path in [&["date"][..], &["event", "date"], &["updatedAt", "date"]] {
            assert_eq!(rule(path), Some(Rule::Scalar), "{path:?}");
        }
        for name in ["created", "publishedAt", "update", "modification"] {
            assert_eq!(rule(&[name]), None, "{name}");
        }
    }

    #[test]
    fn a_rule_is_known_and_told_by_one_name() {
        for (name, rule) in [
            ("set", Rule::Set),
            ("sequence", Rule::Sequence),
            ("map", Rule::Map),
            ("text", Rule::Text),
            ("stamp", Rule::Stamp),
            ("scalar", Rule::Scalar),
            ("keyed list", Rule::KeyedList(Vec::new())),
        ] {
            assert_eq!(Rule::from_name(name).as_ref(), Some(&rule), "{name}");
            assert_eq!(rule.to_string(), name);
        }
    }
}
