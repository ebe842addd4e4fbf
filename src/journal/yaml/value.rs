//! The meaning of a node, apart from its spelling: to compare versions, and to check that
//! a merged text says what the merge decided.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::{Kind, Node, Style, Tree};

/// The meaning of a node. Two spellings of one value are equal; a quoted `"1"`
/// and a plain `1` are not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    Null,
    /// A plain scalar that YAML reads as a number or a boolean.
    Typed(Typed),
    /// In NFC: which form a program writes says nothing.
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
            Kind::Scalar { value, style } if *style == Style::Plain => Self::plain(value),
            Kind::Scalar { value, .. } => Self::text(value),
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

    /// The meaning of a plain scalar.
    #[must_use]
    pub fn plain(text: &str) -> Self {
        if is_typed(text) {
            Self::Typed(Typed::new(text))
        } else {
            Self::text(text)
        }
    }

    /// The meaning of a scalar that can only be a text.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Text(normal(text))
    }

    /// The same with the keys of each map in one order, which says nothing.
    #[must_use]
    pub fn sorted(self) -> Self {
        match self {
            Self::Seq(items) => Self::Seq(items.into_iter().map(Self::sorted).collect()),
            Self::Map(pairs) => {
                let sorted = pairs.into_iter().map(|(key, value)| (key, value.sorted()));
                let mut pairs: Vec<_> = sorted.collect();
                pairs.sort_unstable();
                Self::Map(pairs)
            }
            Self::With(properties, value) => Self::With(properties, Box::new(value.sorted())),
            value => value,
        }
    }

    /// The list or the map itself, without its tag or its anchor.
    #[must_use]
    pub fn bare(self) -> Self {
        match self {
            Self::With(_, value) if matches!(*value, Self::Seq(_) | Self::Map(_)) => *value,
            value => value,
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

/// The value on one line, as a person would write it; it need not be YAML.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let comma = |at: usize| if at == 0 { "" } else { ", " };
        match self {
            Self::Null => f.write_str("null"),
            Self::Typed(Typed { written: text, .. }) | Self::Text(text) | Self::Alias(text) => {
                f.write_str(text)
            }
            Self::Seq(items) => {
                f.write_str("[")?;
                for (at, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", comma(at))?;
                }
                f.write_str("]")
            }
            Self::Map(pairs) => {
                f.write_str("{")?;
                for (at, (key, value)) in pairs.iter().enumerate() {
                    write!(f, "{}{key}: {value}", comma(at))?;
                }
                f.write_str("}")
            }
            Self::With(properties, value) => write!(f, "{properties} {value}"),
        }
    }
}

/// A number or a boolean. `True` and `true` are one value, and so are `1.10` and `1.1`:
/// what writes YAML changes one to the other. A whole number and one with a point are
/// two types. Any other number is the value that it is written as.
#[derive(Debug, Clone)]
pub struct Typed {
    /// As it stands in the file.
    pub written: String,
    /// In the form that is the same for all spellings.
    pub says: String,
}

impl Typed {
    fn new(text: &str) -> Self {
        let says = truth(text).or_else(|| decimal(text));
        Self {
            written: text.to_owned(),
            says: says.unwrap_or_else(|| text.to_owned()),
        }
    }
}

impl PartialEq for Typed {
    fn eq(&self, other: &Self) -> bool {
        self.says == other.says
    }
}

impl Eq for Typed {}

impl PartialOrd for Typed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Typed {
    fn cmp(&self, other: &Self) -> Ordering {
        self.says.cmp(&other.says)
    }
}

impl Hash for Typed {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.says.hash(state);
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
        Some(normal(self.scalar()?.trim()))
    }
}

/// A text in NFC.
fn normal(text: &str) -> String {
    match is_nfc(text) {
        true => text.to_owned(),
        false => text.nfc().collect(),
    }
}

/// The words that some YAML reader takes for a boolean. `y` and `n` are text to YAML 1.2
/// and to the readers of 1.1 in use, which write them with and without quotes.
const TRUTHS: [&str; 6] = ["true", "false", "yes", "no", "on", "off"];

/// Whether some YAML reader takes a plain scalar for something other than a string. Dates
/// do not count: `2024-11-01` and `"2024-11-01"` name one day.
fn is_typed(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    if TRUTHS.contains(&lower.as_str()) {
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

/// A boolean in small letters, if it is written as YAML knows it: `true`, `True`, `TRUE`.
fn truth(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let mut letters = text.chars();
    let first_alone = letters.next()?.is_ascii_uppercase() && !letters.any(|c| c.is_uppercase());
    let known = text == lower || first_alone || text == text.to_ascii_uppercase();
    (known && TRUTHS.contains(&lower.as_str())).then_some(lower)
}

/// The exponents that are looked at: no two numbers of a journal differ beyond them.
const MAX_EXPONENT: u64 = 1_000_000;

/// A number with a point or an exponent, in one form of its value: its digits without
/// zeros at either end, and the power of ten of the last of them.
fn decimal(text: &str) -> Option<String> {
    let number = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (digits, exponent) = match number.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent.parse().ok()?),
        None => (number, 0_i64),
    };
    let (whole, fraction) = match digits.split_once('.') {
        Some(parts) => parts,
        None if digits.len() < number.len() => (digits, ""),
        None => return None,
    };
    let all = format!("{whole}{fraction}");
    if all.is_empty()
        || !all.bytes().all(|b| b.is_ascii_digit())
        || exponent.unsigned_abs() > MAX_EXPONENT
    {
        return None;
    }
    let kept = all.trim_end_matches('0');
    let cut = i64::try_from(all.len() - kept.len()).ok()?;
    let power = exponent - i64::try_from(fraction.len()).ok()? + cut;
    let sign = if text.starts_with('-') { "-" } else { "" };
    Some(match kept.trim_start_matches('0') {
        "" => format!("{sign}0.0"),
        digits => format!("{sign}{digits}e{power}"),
    })
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
    #[test]
    fn booleans_and_decimals_are_what_they_say() {
        for (a, b) in [
            ("True", "true"),
            ("FALSE", "false"),
            ("Yes", "yes"),
            ("1.10", "1.1"),
            ("+1.50", "1.5"),
            ("1e3", "1000.0"),
            ("1.5E+3", "1500."),
            (".5", "0.50"),
            ("0.0", "0e7"),
            ("y", "'y'"),
            ("N", "\"N\""),
        ] {
            assert_eq!(
                value(&format!("a: {a}")),
                value(&format!("a: {b}")),
                "{a} {b}"
            );
        }
        for (a, b) in [
            ("true", "yes"),
            ("true", "'true'"),
            ("true", "tRUE"),
            ("1", "1.0"),
            ("1000", "1e3"),
            ("1.1", "'1.1'"),
            ("1.1", "1.01"),
            ("1.1", "-1.1"),
            ("010", "10"),
            ("1.2.0", "1.2"),
            ("1e99999999999999999999", "1e9"),
            ("1.5e-9223372036854775808", "1.5"),
        ] {
            assert_ne!(
                value(&format!("a: {a}")),
                value(&format!("a: {b}")),
                "{a} {b}"
            );
        }
    }
}
