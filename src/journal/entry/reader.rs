//! Typed access to a parsed frontmatter: aliases resolved within a bound,
//! errors and warnings with their place in the file.

use std::cell::{Cell, RefCell};

use serde_json::{Map, Number, Value};

use super::{EntryError, Warning};
use crate::journal::ItemKey;
use crate::journal::document::FIRST_LINE;
use crate::journal::yaml::{Kind, Node, Pair, Place, Style, Tree};

/// Limit on the values read from one frontmatter with its aliases expanded, in bytes of
/// text and [`NODE_COST`] for each value. An alias bomb exceeds it at once.
const BUDGET: usize = 16 << 20;
const NODE_COST: usize = 128;

/// Limit on the depth of a value once its aliases are expanded.
const MAX_DEPTH: usize = 128;

/// Limit on warnings; more are not worth reading.
const MAX_WARNINGS: usize = 100;

type Result<T, E = EntryError> = std::result::Result<T, E>;

pub(super) struct Reader<'a> {
    /// The frontmatter of a file.
    text: &'a str,
    tree: &'a Tree,
    budget: Cell<usize>,
    warnings: RefCell<Vec<Warning>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, tree: &'a Tree) -> Self {
        Self {
            text,
            tree,
            budget: Cell::new(BUDGET),
            warnings: RefCell::default(),
        }
    }

    pub(super) fn into_warnings(self) -> Vec<Warning> {
        self.warnings.into_inner()
    }

    fn place(&self, node: &Node) -> Place {
        Place::of(self.text, node.span.start, FIRST_LINE)
    }

    /// An error at a node.
    pub(super) fn error(&self, node: &Node, what: impl Into<String>) -> EntryError {
        EntryError {
            at: self.place(node),
            what: what.into(),
        }
    }

    /// Notes something odd at a node; reading goes on.
    pub(super) fn warn(&self, node: &Node, what: impl Into<String>) {
        self.warn_at(node.span.start, what);
    }

    fn warn_at(&self, offset: usize, what: impl Into<String>) {
        if self.warnings.borrow().len() < MAX_WARNINGS {
            let warning = Warning {
                at: Place::of(self.text, offset, FIRST_LINE),
                what: what.into(),
            };
            self.warnings.borrow_mut().push(warning);
        }
    }

    /// The node, or what its alias stands for.
    pub(super) fn resolve(&self, node: &'a Node) -> &'a Node {
        self.tree.resolve(node)
    }

    fn spend(&self, node: &Node, bytes: usize) -> Result<()> {
        match self.budget.get().checked_sub(bytes + NODE_COST) {
            Some(left) => {
                self.budget.set(left);
                Ok(())
            }
            None => Err(self.error(node, "too large once its aliases are expanded")),
        }
    }

    /// A scalar's text as it is meant; `None` for null and for collections.
    pub(super) fn text(&self, node: &'a Node) -> Result<Option<&'a str>> {
        let node = self.resolve(node);
        if node.is_null() {
            return Ok(None);
        }
        let text = node.scalar();
        self.spend(node, text.map_or(0, str::len))?;
        Ok(text)
    }

    /// A text field: `None` if it is empty, and `None` with a warning for anything but a
    /// scalar.
    pub(super) fn text_field(&self, key: &str, node: &'a Node) -> Result<Option<String>> {
        let text = self.text(node)?;
        if text.is_none() && !self.resolve(node).is_null() {
            self.warn(node, format!("`{key}` is no text; kept as it stands"));
        }
        let text = text.map(|t| t.trim_end_matches(['\n', '\r']));
        Ok(text.filter(|t| !t.trim().is_empty()).map(str::to_owned))
    }

    /// A text in a place for scalars only: a collection is passed over with a warning.
    pub(super) fn plain_text(&self, key: &str, node: &'a Node) -> Result<Option<&'a str>> {
        let text = self.text(node)?;
        if text.is_none() && !self.resolve(node).is_null() {
            self.warn(node, format!("`{key}` is no text; passed over"));
        }
        Ok(text)
    }

    /// A text field of a map: a collection is kept with the map's further keys.
    pub(super) fn text_in(
        &self,
        key: &str,
        node: &'a Node,
        other: &mut Map<String, Value>,
    ) -> Result<Option<String>> {
        if self.resolve(node).layout().is_some() {
            other.insert(key.to_owned(), self.json(node)?);
        }
        self.text_field(key, node)
    }

    /// The items of a list field: none for null and for an empty text, one for a scalar.
    pub(super) fn list(&self, key: &str, node: &'a Node) -> Result<Vec<&'a Node>> {
        let node = self.resolve(node);
        match &node.kind {
            _ if node.is_null() => {
                self.warn_of_comment(node);
                Ok(Vec::new())
            }
            Kind::Seq { items, .. } => {
                self.spend(node, items.len())?;
                for item in items.iter().filter(|i| i.node.is_null()) {
                    self.warn_of_comment(&item.node);
                }
                Ok(items.iter().map(|i| &i.node).collect())
            }
            Kind::Scalar { .. } if node.is_empty() => Ok(Vec::new()),
            Kind::Scalar { .. } => Ok(vec![node]),
            // Passing over it would look like a removal of all its items.
            _ => Err(self.error(node, format!("`{key}` is a map; expected a list"))),
        }
    }

    /// A value as it is written.
    pub(super) fn written(&self, node: &Node) -> Option<&'a str> {
        self.text.get(node.span.clone())
    }

    /// The comment behind a node on its line, if it looks like text: a word stands right
    /// behind its `#`.
    pub(super) fn word_in_comment(&self, node: &Node) -> Option<&'a str> {
        let behind = self.text.get(node.span.end..)?;
        let comment = behind.trim_start_matches([' ', '\t']);
        let word = comment.strip_prefix('#')?.chars().next()?;
        let line = comment.lines().next()?;
        word.is_alphanumeric().then(|| line.trim_end())
    }

    /// Warns if a value consists only of such a comment.
    fn warn_of_comment(&self, node: &Node) {
        if let Some(comment) = self.word_in_comment(node) {
            let end = node.span.end;
            let blank = self.text[end..].find('#').unwrap_or(0);
            self.warn_at(
                end + blank,
                format!(
                    "`{comment}` is a comment; expected quotes around text that begins with `#`"
                ),
            );
        }
    }

    /// A list field of texts, with each item's node; empty items are left out.
    pub(super) fn texts(&self, key: &str, node: &'a Node) -> Result<Vec<(&'a Node, &'a str)>> {
        let mut texts = Vec::new();
        for item in self.list(key, node)? {
            match self.text(item)? {
                Some(text) if !text.trim().is_empty() => texts.push((item, text)),
                None if !self.resolve(item).is_null() => {
                    let what = format!("an item of `{key}` is no text; expected a name");
                    return Err(self.error(item, what));
                }
                _ => {}
            }
        }
        Ok(texts)
    }

    /// The canonical names in a list field of texts.
    pub(super) fn names(&self, key: &str, node: &'a Node) -> Result<Vec<ItemKey>> {
        let texts = self.texts(key, node)?;
        Ok(texts.iter().map(|(_, text)| ItemKey::new(text)).collect())
    }

    /// The pairs of a map with scalar keys, keys and values resolved.
    pub(super) fn pairs(&self, node: &'a Node) -> Vec<(&'a str, &'a Node)> {
        let pairs = self.resolve(node).pairs().unwrap_or_default();
        pairs
            .iter()
            .filter_map(|p| Some((self.key(p)?, self.resolve(&p.value))))
            .collect()
    }

    /// A key of a map that is a scalar, or an alias of one.
    pub(super) fn key(&self, pair: &'a Pair) -> Option<&'a str> {
        self.resolve(&pair.key).scalar()
    }

    /// A key as JSON has it: a text.
    pub(super) fn json_key(&self, pair: &'a Pair, depth: usize) -> Result<String> {
        Ok(match self.key(pair) {
            Some(key) => key.to_owned(),
            None => self.json_at(&pair.key, depth)?.to_string(),
        })
    }

    /// Any value as JSON, aliases expanded.
    pub(super) fn json(&self, node: &'a Node) -> Result<Value> {
        self.json_at(node, 0)
    }

    fn json_at(&self, node: &'a Node, depth: usize) -> Result<Value> {
        let node = self.resolve(node);
        if depth == MAX_DEPTH {
            let what = format!("nested deeper than {MAX_DEPTH} levels, aliases expanded");
            return Err(self.error(node, what));
        }
        match &node.kind {
            Kind::Missing | Kind::Alias(_) => Ok(Value::Null),
            Kind::Scalar { value, style } => {
                self.spend(node, value.len())?;
                let plain = *style == Style::Plain && node.tag.is_none();
                Ok(if plain {
                    plain_value(value)
                } else {
                    Value::String(value.clone())
                })
            }
            Kind::Seq { items, .. } => {
                self.spend(node, items.len())?;
                let values = items.iter().map(|i| self.json_at(&i.node, depth + 1));
                Ok(Value::Array(values.collect::<Result<_>>()?))
            }
            Kind::Map { pairs, .. } => {
                let mut map = Map::new();
                for pair in pairs {
                    let key = self.json_key(pair, depth + 1)?;
                    self.spend(node, key.len())?;
                    map.insert(key, self.json_at(&pair.value, depth + 1)?);
                }
                Ok(Value::Object(map))
            }
        }
    }
}

/// A plain scalar as serde-saphyr reads it by YAML 1.2's core rules; a value that JSON
/// would show in another form (`0123`, `.inf`, dates) stays text.
fn plain_value(text: &str) -> Value {
    if text.is_empty() {
        return Value::Null;
    }
    match is_word(text) {
        true => Value::String(text.to_owned()),
        false => parsed_value(text),
    }
}

fn parsed_value(text: &str) -> Value {
    let options = serde_saphyr::options! { strict_booleans: true };
    let read = serde_saphyr::from_str_with_options::<Value>(text, options);
    match read {
        // `---` alone is a document without content, `--- true` one with it.
        Ok(value @ (Value::Null | Value::Bool(_))) if !text.starts_with(['-', '.']) => value,
        Ok(Value::Number(number)) if stands_as(&number, text) => Value::Number(number),
        _ => Value::String(text.to_owned()),
    }
}

/// Whether a scalar begins with a letter and is not a word that YAML, in any version, or
/// a reader of numbers takes for something else. Most scalars are such texts, and parsing
/// each takes long.
fn is_word(text: &str) -> bool {
    const OTHERS: [&str; 12] = [
        "true", "false", "null", "yes", "no", "on", "off", "y", "n", "inf", "infinity", "nan",
    ];
    let word = text.trim_end();
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && !text.contains(['#', '\n', '\r'])
        && !OTHERS.iter().any(|other| word.eq_ignore_ascii_case(other))
}

/// Whether a number is written as JSON would write it, but for zeros behind the
/// point: `0x1F`, `1_000` and numbers too long for a float are kept as text.
fn stands_as(number: &Number, text: &str) -> bool {
    let written = number.to_string();
    let whole = |t: &str| match t.contains('.') {
        true => t.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => t.to_owned(),
    };
    whole(&written) == whole(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_scalars_become_what_they_mean() {
        for (text, json) in [
            ("12", "12"),
            ("-3", "-3"),
            ("2.50", "2.5"),
            ("0123", "\"0123\""),
            ("2024-11-01", "\"2024-11-01\""),
            ("no", "\"no\""),
            ("true", "true"),
            ("~", "null"),
            ("1_000", "\"1_000\""),
            ("0x1F", "\"0x1F\""),
            ("3.0", "3.0"),
            ("12345678901234567890.5", "\"12345678901234567890.5\""),
            ("x: y", "\"x: y\""),
            (".inf", "\".inf\""),
            ("---", "\"---\""),
            ("...", "\"...\""),
            ("--- true", "\"--- true\""),
        ] {
            assert_eq!(plain_value(text).to_string(), json);
        }
    }
    proptest! {
        #[test]
        fn a_word_is_what_the_parser_takes_it_for(
            text in "[a-zA-Z][ -~é\n]{0,12}|(true|Null|no|inf|nan|y)[ #\na:.-]{0,4}"
        ) {
            prop_assert_eq!(plain_value(&text), parsed_value(&text));
        }
    }
}
