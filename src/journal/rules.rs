//! By which rule a field merges: by its name, or else by its shape.

use std::collections::BTreeMap;
use std::fmt;

/// How the two sides of a field are joined when both changed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// (ours ∪ theirs) less what either removed.
    Set,
    /// Three-way, in order.
    Sequence,
    /// Per item, found by the first of these keys that it has, then per key.
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

/// What a derived field is worked out from the body.
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
                let keys = name.strip_prefix("keyed list by ")?;
                Self::KeyedList(keys.split(',').map(|k| k.trim().to_owned()).collect())
            }
        })
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

const STAMPS: [&str; 12] = [
    "updated",
    "modified",
    "lastmod",
    "last_modified",
    "date_modified",
    "date modified",
    "last_update",
    "last-modified",
    "date-modified",
    "dateModified",
    "lastModified",
    "updated_at",
];

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
        for name in STAMPS {
            rules.insert(name, Rule::Stamp);
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

    /// The rule of the field at `path`, if its name decides.
    #[must_use]
    pub fn named(&self, path: &[String]) -> Option<&Rule> {
        if let Some(rule) = self.by_name.get(&path.join(".")) {
            return Some(rule);
        }
        self.by_name.get(path.last()?)
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
        assert_eq!(
            Rule::from_name("keyed list by id, name"),
            Some(Rule::KeyedList(vec!["id".into(), "name".into()]))
        );
        assert_eq!(Rule::from_name("union"), None);
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
