//! Whether a text can be read as what a file is.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::{OpenPath, Resolver};
use crate::journal::document::Fences;
use crate::journal::hunks::has_fields;
use crate::journal::yaml::Tree;
use crate::journal::{Document, Entry, Note, PathKind};

impl Resolver<'_> {
    /// Whether a chosen text cannot be read, though each side of the path can. Where a
    /// frontmatter was merged by line, the lines beside the markers are one side's.
    #[must_use]
    pub fn breaks(&self, open: &OpenPath, chosen: &[u8]) -> bool {
        let sides = [&open.sides.ours, &open.sides.theirs];
        let mut sides = sides.into_iter().flatten();
        !self.is_readable(&open.path, chosen)
            && sides.all(|side| self.is_readable(&open.path, side))
    }

    /// Whether a text is readable as a file of this path: an entry or a note as such, any
    /// other file by the YAML, TOML or JSON that it is or begins with.
    #[must_use]
    pub fn is_readable(&self, path: &str, bytes: &[u8]) -> bool {
        match self.layout().classify(path) {
            PathKind::Entry(date) => Entry::read(date, bytes).is_ok(),
            PathKind::Note(_) => Note::read(bytes).is_ok() && is_page(bytes),
            PathKind::Ledger(_) => true,
            _ => reader(path).map_or_else(|| is_page(bytes), |is_readable| is_readable(bytes)),
        }
    }

    /// Whether a text with the lines of both sides of a hunk keeps the frontmatter that the
    /// text with ours alone has, and that with theirs alone: at the top, and no field of theirs
    /// below its end.
    #[must_use]
    pub fn keeps_fronts(&self, path: &str, both: &[u8], [ours, theirs]: [&[u8]; 2]) -> bool {
        if is_data(path) || [ours, theirs].contains(&both) {
            return true;
        }
        let [of_both, of_ours, of_theirs] = [both, ours, theirs].map(front);
        let kind = |front: Option<(Front, _)>| front.map(|(kind, _)| kind);
        let stays = |side: Option<(Front, _)>| side.is_none() || kind(side) == kind(of_both);
        let is_over_end = of_theirs.is_some() && of_theirs != of_ours && of_both == of_ours;
        stays(of_ours) && stays(of_theirs) && !is_over_end
    }
}

/// Whether a file is all data, by its extension, and no page that may have frontmatter.
#[must_use]
pub fn is_data(path: &str) -> bool {
    reader(path).is_some()
}

/// How a file is read that is all data.
fn reader(path: &str) -> Option<fn(&[u8]) -> bool> {
    match Path::new(path).extension().and_then(|e| e.to_str())? {
        // A vault's tables are YAML, its canvases and drawings JSON.
        "yaml" | "yml" | "base" => Some(|bytes| documents(bytes).iter().all(|one| is_yaml(one))),
        "toml" => Some(is_toml),
        "json" | "jsonc" | "canvas" | "excalidraw" => Some(is_json),
        "jsonl" | "ndjson" => Some(|bytes| {
            let mut records = bytes.split(|&b| b == b'\n');
            records.all(|one| one.trim_ascii().is_empty() || is_json(one))
        }),
        _ => None,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Front {
    Yaml,
    Toml,
    Json,
}

/// The frontmatter that a page begins with, if it can be read and has fields: without, a first
/// line may as well be a rule.
fn front(bytes: &[u8]) -> Option<(Front, &[u8])> {
    let bytes = without_bom(bytes);
    let yaml = [
        Some(Document::split(bytes).frontmatter),
        dotted_front(bytes),
    ];
    if let Some(front) = yaml.into_iter().flatten().find(|front| has_fields(front)) {
        return Some((Front::Yaml, front));
    }
    if let Some(front) = toml_front(bytes) {
        return is_toml(front).then_some((Front::Toml, front));
    }
    let end = end_of_json(bytes).filter(|_| begins_as_json(bytes))?;
    Some((Front::Json, &bytes[..end]))
}

/// Whether a text is readable as a page with or without frontmatter, in whichever form a
/// reader of pages knows it.
fn is_page(bytes: &[u8]) -> bool {
    let is_ended = || dotted_front(bytes).is_some_and(is_yaml);
    match Document::fences(bytes) {
        Fences::Closed => is_yaml(Document::split(bytes).frontmatter) || is_ended(),
        Fences::Unclosed => is_ended(),
        Fences::None => {
            let bytes = without_bom(bytes);
            match toml_front(bytes) {
                Some(front) => is_toml(front),
                None => !begins_as_json(bytes) || is_json_page(bytes),
            }
        }
    }
}

/// The YAML with which a page begins, where `...` ends it, as Pandoc reads it; `None` if there
/// is none before it, since any text may follow.
fn dotted_front(bytes: &[u8]) -> Option<&[u8]> {
    let bytes = without_bom(bytes);
    let is_end = |line: &[u8]| line.starts_with(b"...") && line.trim_ascii_end().len() == 3;
    let open = bytes.iter().position(|&b| b == b'\n')? + 1;
    if bytes[..open].trim_ascii_end() != b"---" {
        return None;
    }
    let lines = bytes[open..].split_inclusive(|&b| b == b'\n');
    let mut ends = lines.scan(open, |at, line| {
        let start = *at;
        *at += line.len();
        Some((start, line))
    });
    let (end, _) = ends.find(|(_, line)| is_end(line))?;
    let front = &bytes[open..end];
    (!front.trim_ascii().is_empty()).then_some(front)
}

/// The TOML between the fences `+++` with which a page begins.
fn toml_front(bytes: &[u8]) -> Option<&[u8]> {
    let is_fence = |line: &[u8]| line.trim_ascii_end() == b"+++";
    let mut lines = bytes.split_inclusive(|&b| b == b'\n');
    let open = lines.next().filter(|line| is_fence(line))?.len();
    let length: usize = lines
        .take_while(|line| !is_fence(line))
        .map(<[u8]>::len)
        .sum();
    bytes.get(open..open + length)
}

/// Whether a text begins with an object of JSON, and not with a shortcode, a tag of a
/// template or an expression of MDX.
fn begins_as_json(bytes: &[u8]) -> bool {
    let rest = bytes.trim_ascii_start().strip_prefix(b"{");
    let rest = rest.map(<[u8]>::trim_ascii_start);
    rest.is_some_and(|rest| matches!(rest.first(), Some(b'"' | b'}')))
}

/// Whether a text is one object of JSON and the page below it.
fn is_json_page(bytes: &[u8]) -> bool {
    end_of_json(bytes).is_some_and(|end| !begins_as_json(&bytes[end..]))
}

/// Where the value of JSON ends with which a text begins.
fn end_of_json(bytes: &[u8]) -> Option<usize> {
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<Json>();
    matches!(values.next(), Some(Ok(Json))).then(|| values.byte_offset())
}

/// The documents of a YAML file, without the lines between them and without directives.
fn documents(bytes: &[u8]) -> Vec<Vec<u8>> {
    let is_said = |line: &[u8]| !matches!(line.trim_ascii_start().first(), None | Some(b'#'));
    let mut documents = vec![Vec::new()];
    for line in without_bom(bytes).split_inclusive(|&b| b == b'\n') {
        let rest = line.strip_prefix(b"---").or(line.strip_prefix(b"..."));
        let rest = rest.filter(|rest| rest.first().is_none_or(u8::is_ascii_whitespace));
        if let Some(rest) = rest {
            documents.push(rest.to_vec());
        } else if let Some(last) = documents.last_mut()
            && (!line.starts_with(b"%") || last.split(|&b| b == b'\n').any(is_said))
        {
            last.extend_from_slice(line);
        }
    }
    documents
}

fn is_yaml(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| Tree::parse(text).is_ok())
}

fn is_toml(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| toml::from_str::<toml::Table>(text).is_ok())
}

fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

/// Whether a text is JSON. One with comments, like an editor's settings, may have a comma
/// before a bracket that closes, too.
fn is_json(bytes: &[u8]) -> bool {
    let bytes = without_bom(bytes);
    let is_value = |bytes: &[u8]| serde_json::from_slice::<Json>(bytes).is_ok();
    is_value(bytes) || without_comments(bytes).is_some_and(|bytes| is_value(&bytes))
}

/// A text of JSON without comments, and without commas before brackets that close; `None` if
/// it has no comment.
fn without_comments(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::new();
    let mut has_comments = false;
    let mut rest = bytes;
    while let Some(&first) = rest.first() {
        let comment = match rest {
            [b'/', b'/', ..] => rest.iter().position(|&b| b == b'\n').or(Some(rest.len())),
            [b'/', b'*', behind @ ..] => {
                let end = behind.windows(2).position(|two| two == b"*/");
                end.map(|end| end + 4)
            }
            _ => None,
        };
        let length = match (comment, first) {
            (Some(length), _) => {
                has_comments = true;
                plain.push(b' ');
                rest = &rest[length..];
                continue;
            }
            (None, b'"') => length_of_string(rest),
            (None, _) => 1,
        };
        if matches!(first, b'}' | b']') {
            let end = plain.trim_ascii_end().len();
            plain.truncate(end);
            plain.pop_if(|last| *last == b',');
        }
        plain.extend_from_slice(&rest[..length]);
        rest = &rest[length..];
    }
    has_comments.then_some(plain)
}

/// The length of the string that a text of JSON begins with, quotes included.
fn length_of_string(bytes: &[u8]) -> usize {
    let mut is_escaped = false;
    let end = bytes.iter().skip(1).position(|&b| {
        let is_end = b == b'"' && !is_escaped;
        is_escaped = b == b'\\' && !is_escaped;
        is_end
    });
    end.map_or(bytes.len(), |end| end + 2)
}

/// A JSON value in which no key stands twice, which most readers would not say.
struct Json;

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Json)
    }
}

impl<'de> Visitor<'de> for Json {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON in which no key stands twice")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Self, A::Error> {
        let mut keys = BTreeSet::new();
        while let Some((key, Self)) = pairs.next_entry::<String, Self>()? {
            if !keys.insert(key) {
                return Err(A::Error::custom("a key stands twice"));
            }
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_document_of_a_yaml_file_is_read() {
        let readable = |text: &str| documents(text.as_bytes()).iter().all(|one| is_yaml(one));
        for text in [
            "",
            "a: 1\n",
            "---\na: 1\n---\na: 2\n",
            "%YAML 1.2\r\n---\r\na: 1\r\n...\r\n%TAG ! x\r\n---\r\na: 2\r\n",
            "--- {a: 1}\n--- |\n a: 1\n a: 1\n",
            "a: |\n  %x\n  ---x\n",
            "\u{feff}# c\n\n%YAML 1.2\n---\na: 1\n---\na: 2\n",
        ] {
            assert!(readable(text), "{text:?}");
        }
        for text in [
            "a: 1\na: 2\n---\nb: 1\n",
            "a: 1\n---\nb: 1\nb: 2\n",
            "# c\n%YAML 1.2\n---\na: 1\na: 2\n",
        ] {
            assert!(!readable(text), "{text:?}");
        }
    }

    #[test]
    fn json_is_one_value_with_each_key_once() {
        let readable = |text: &str| is_json(text.as_bytes());
        for text in [
            r#"{"a": [1, -1, 1.5, "x", "\u00e9", null, true], "b": {"a": {}}}"#,
            "\u{feff}{}\r\n",
            "// c\n{\"a\": \"//\\\"\", /* , } */ \"b\": [1, 2,],\n}\n// end",
        ] {
            assert!(readable(text), "{text}");
        }
        for text in [
            "{\"a\": 2}\n{\"a\": 3}",
            r#"{"b": [{"a": 1, "a": 2}]}"#,
            "",
            "{\"a\": [1,]}",
            "// c\n{\"a\": 2 \"b\": 3}",
            "// c\n{\"a\": 2, \"a\": 3}",
            "\u{feff}{\"a\": 2, \"a\": 3}",
            "{\"a\": 1 /* c }",
        ] {
            assert!(!readable(text), "{text}");
        }
    }

    #[test]
    fn a_page_is_read_by_its_frontmatter() {
        let readable = |text: &str| is_page(text.as_bytes());
        for text in [
            "",
            "Text\n",
            "---\na: 1\n---\nText\n",
            "---\na: 1\n...\nText\n",
            "\u{feff}---\r\na: 1\r\n...\r\nText: a\r\nText: b\r\n",
            "---\na: 1\n...\na: text\n\n---\n\nText\n",
            "+++\na = 1\n+++\n",
            "{\"a\": 1}\n\nText {\"a\": 2}\n",
            "\u{feff}{\r\n  \"a\": \"}\"\r\n}\r\nText\r\n",
            "{{< figure >}}\n",
            "{% include a %}\n",
            "{/* of MDX */}\n",
        ] {
            assert!(readable(text), "{text:?}");
        }
        for text in [
            "---\na: 1\na: 2\n---\n",
            "---\na: 1\na: 2\n...\n",
            "---\na: 1\na: 2\n...\nText\n\n---\n",
            "---\n...\na: 1\na: 2\n---\n",
            "---\nno end\n",
            "\u{feff}+++\na = 1\na = 2\n+++\n",
            "{\"a\": 1, \"a\": 2}\n",
            "{\n\"a\": 1\n\"b\": 2\n}\n",
            "{\"a\": 1}\n{\"a\": 2}\nText\n",
        ] {
            assert!(!readable(text), "{text:?}");
        }
    }
}
