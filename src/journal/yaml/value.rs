//! The meaning of a node, apart from its spelling: to compare versions, and to check that
//! a merged text says what the merge decided.

use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::{Kind, Node, Style, Tree};

/// The meaning of a node. Two spellings of one value are equal; a quoted `"1"`
/// and a plain `1` are not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    Null,
    /// A plain scalar that YAML reads as a number or a boolean, as written.
    Typed(String),
    Text(String),
    /// `*name`
    Alias(String),
    Seq(Vec<Value>),
    Map(Vec<(Value, Value)>),
    /// A node with a tag or an anchor, as written.
    With(String, Box<Value>),
}

impl Value {
    /// The meaning of a node of `tree`, whose text is `text`.
    #[must_use]
    pub fn of(node: &Node, text: &str) -> Self {
        let value = match &node.kind {
            _ if node.is_null() => Self::Null,
            Kind::Missing => Self::Null,
            Kind::Alias(_) => Self::Alias(text[node.span.clone()].to_owned()),
            Kind::Scalar { value, style } if *style == Style::Plain && is_typed(value) => {
                Self::Typed(value.clone())
            }
            Kind::Scalar { value, .. } => Self::Text(value.clone()),
            Kind::Seq { items, .. } => {
                Self::Seq(items.iter().map(|i| Self::of(&i.node, text)).collect())
            }
            Kind::Map { pairs, .. } => Self::Map(
                pairs
                    .iter()
                    .map(|p| (Self::of(&p.key, text), Self::of(&p.value, text)))
                    .collect(),
            ),
        };
        match node.properties(text) {
            Some(properties) => Self::With(properties, Box::new(value)),
            None => value,
        }
    }

    /// The meaning of a whole document; one with only comments is an empty mapping.
    #[must_use]
    pub fn of_tree(tree: &Tree, text: &str) -> Self {
        tree.root
            .as_ref()
            .map_or(Self::Map(Vec::new()), |n| Self::of(n, text))
    }
}

impl Node {
    /// The anchor and tag as written, white space folded; `None` without any.
    #[must_use]
    pub fn properties(&self, text: &str) -> Option<String> {
        if self.anchor.is_none() && self.tag.is_none() {
            return None;
        }
        let written = &text[self.span.start..self.value_start.max(self.span.start)];
        let words: Vec<&str> = written
            .split_whitespace()
            .filter(|w| w.starts_with(['&', '!']))
            .collect();
        Some(words.join(" "))
    }

    /// The text by which a scalar is compared: NFC, surrounding space trimmed.
    #[must_use]
    pub fn identity(&self) -> Option<String> {
        let text = self.scalar()?.trim();
        Some(if is_nfc(text) {
            text.to_owned()
        } else {
            text.nfc().collect()
        })
    }
}

/// Whether some YAML reader takes a plain scalar for something other than a string. Dates
/// do not count: `2024-11-01` and `"2024-11-01"` name one day.
fn is_typed(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    if matches!(
        lower.as_str(),
        "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n"
    ) {
        return true;
    }
    let number = lower.strip_prefix(['+', '-']).unwrap_or(&lower);
    if matches!(number, ".inf" | ".nan") {
        return true;
    }
    // The sign of an exponent; a date has its signs elsewhere.
    let number = number.replace("e-", "e+");
    number.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && number.contains(|c: char| c.is_ascii_digit())
        && number
            .chars()
            .all(|c| c.is_ascii_hexdigit() || matches!(c, '.' | '_' | ':' | 'x' | 'o' | '+'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        Value::of_tree(&Tree::parse(text).unwrap(), text)
    }

    #[test]
    fn spelling_is_no_meaning() {
        assert_eq!(
            value("a: [x, \"z\"]\nb:\n"),
            value("a:\n- 'x'\n- z # c\nb: ~\n")
        );
        assert_eq!(value("d: 2024-11-01"), value("d: \"2024-11-01\""));
        assert_ne!(value("d: 1"), value("d: \"1\""));
        assert_ne!(value("d: 1.0e-3"), value("d: \"1.0e-3\""));
        assert_ne!(value("d: -1E-3"), value("d: '-1E-3'"));
        assert_ne!(value("d: yes"), value("d: 'yes'"));
        assert_ne!(value("a: &x 1"), value("a: 1"));
    }
}
