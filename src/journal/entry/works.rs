//! The works in an entry: references, poems, the manuscript's notes.

use serde_json::{Map, Value};

use super::EntryError;
use super::reader::Reader;
use crate::journal::ItemKey;
use crate::journal::yaml::Node;

const MODES: [&str; 4] = ["direct", "indirect", "paraphrase", "visual"];
const STATUSES: [&str; 7] = [
    "unspecified",
    "source",
    "draft",
    "reviewed",
    "included",
    "excluded",
    "final",
];
const SOURCE_TYPES: [&str; 12] = [
    "article",
    "book",
    "film",
    "interview",
    "podcast",
    "poem",
    "song",
    "speech",
    "tv_show",
    "video",
    "website",
    "other",
];

/// A quotation.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    pub key: ItemKey,
    pub content: Option<String>,
    pub description: Option<String>,
    /// `direct` unless the entry says otherwise.
    pub mode: String,
    pub speaker: Option<String>,
    pub source: Option<SourceWork>,
    pub other: Map<String, Value>,
}

/// The work that a quotation comes from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SourceWork {
    pub title: Option<String>,
    pub kind: Option<String>,
    pub author: Option<String>,
    pub url: Option<String>,
    pub other: Map<String, Value>,
}

/// One version of a poem.
#[derive(Debug, Clone, PartialEq)]
pub struct Poem {
    pub key: ItemKey,
    pub content: Option<String>,
    pub revision_date: Option<String>,
    pub other: Map<String, Value>,
}

/// An entry's part in the manuscript.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Manuscript {
    pub status: Option<String>,
    pub edited: Option<bool>,
    pub themes: Vec<ItemKey>,
    pub notes: Option<String>,
    pub other: Map<String, Value>,
}

type Result<T, E = EntryError> = std::result::Result<T, E>;

/// The name of a reference or a poem: its title, else its content, else its description;
/// `None` if it has none of them.
pub(super) fn title<'a>(reader: &Reader<'a>, node: &'a Node) -> Result<Option<ItemKey>> {
    let node = reader.resolve(node);
    if node.pairs().is_none() {
        return Ok(reader.text(node)?.and_then(filled));
    }
    for key in ["title", "content", "description"] {
        let text = match node.get(key) {
            Some(value) => reader.text(value)?,
            None => None,
        };
        if let Some(name) = text.and_then(filled) {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

fn filled(text: &str) -> Option<ItemKey> {
    Some(ItemKey::new(text)).filter(|k| !k.as_str().is_empty())
}

impl Reference {
    pub(super) fn read<'a>(reader: &Reader<'a>, node: &'a Node) -> Result<Option<Self>> {
        let node = reader.resolve(node);
        if node.is_null() {
            return Ok(None);
        }
        let missing = "a reference without words; expected `content` or `description`";
        let key = title(reader, node)?.ok_or_else(|| reader.error(node, missing))?;
        let mut it = Self {
            key,
            content: None,
            description: None,
            mode: "direct".to_owned(),
            speaker: None,
            source: None,
            other: Map::new(),
        };
        if node.pairs().is_none() {
            it.content = reader.text_field("references", node)?;
            reader.warn(node, "a reference that is no map; expected `content: …`");
            return Ok(Some(it));
        }
        for (name, value) in reader.pairs(node) {
            match name {
                "content" => it.content = reader.text_in(name, value, &mut it.other)?,
                "description" => it.description = reader.text_in(name, value, &mut it.other)?,
                "speaker" => it.speaker = reader.text_in(name, value, &mut it.other)?,
                "mode" => {
                    if let Some(mode) = reader.text_in(name, value, &mut it.other)? {
                        known(reader, value, name, &mode, &MODES);
                        it.mode = mode;
                    }
                }
                "source" if value.items().is_some() => {
                    reader.text_in(name, value, &mut it.other)?;
                }
                "source" => it.source = SourceWork::read(reader, value)?,
                _ => {
                    it.other.insert(name.to_owned(), reader.json(value)?);
                }
            }
        }
        if it.content.is_none() && it.description.is_none() {
            reader.warn(node, missing);
        }
        Ok(Some(it))
    }
}

impl SourceWork {
    fn read<'a>(reader: &Reader<'a>, node: &'a Node) -> Result<Option<Self>> {
        if node.is_null() {
            return Ok(None);
        }
        let mut it = Self::default();
        if node.pairs().is_none() {
            it.title = reader.text_field("source", node)?;
            return Ok(Some(it).filter(|s| s.title.is_some()));
        }
        for (name, value) in reader.pairs(node) {
            match name {
                "title" => it.title = reader.text_in(name, value, &mut it.other)?,
                "author" => it.author = reader.text_in(name, value, &mut it.other)?,
                "url" => it.url = reader.text_in(name, value, &mut it.other)?,
                "type" => {
                    it.kind = reader.text_in(name, value, &mut it.other)?;
                    match it.kind.as_deref() {
                        Some("movie") => it.kind = Some("film".to_owned()),
                        Some(kind) => known(reader, value, "type", kind, &SOURCE_TYPES),
                        None => {}
                    }
                }
                _ => {
                    it.other.insert(name.to_owned(), reader.json(value)?);
                }
            }
        }
        Ok(Some(it))
    }
}

impl Poem {
    pub(super) fn read<'a>(reader: &Reader<'a>, node: &'a Node) -> Result<Option<Self>> {
        let node = reader.resolve(node);
        if node.is_null() {
            return Ok(None);
        }
        let missing = "a poem without a title; expected `title` and `content`";
        let key = title(reader, node)?.ok_or_else(|| reader.error(node, missing))?;
        let mut it = Self {
            key,
            content: None,
            revision_date: None,
            other: Map::new(),
        };
        let mut titled = false;
        for (name, value) in reader.pairs(node) {
            match name {
                "title" => titled = reader.text_in(name, value, &mut it.other)?.is_some(),
                "content" => it.content = reader.text_in(name, value, &mut it.other)?,
                "revision_date" => it.revision_date = reader.text_in(name, value, &mut it.other)?,
                _ => {
                    it.other.insert(name.to_owned(), reader.json(value)?);
                }
            }
        }
        if !titled || it.content.is_none() {
            reader.warn(
                node,
                "a poem needs a `title` and a `content`; kept as it stands",
            );
        }
        Ok(Some(it))
    }
}

impl Manuscript {
    pub(super) fn read<'a>(reader: &Reader<'a>, node: &'a Node) -> Result<Option<Self>> {
        let node = reader.resolve(node);
        if node.is_null() || node.pairs().is_none() && node.is_empty() {
            return Ok(None);
        }
        if node.pairs().is_none() {
            let what = "`manuscript` is no map; expected `manuscript: {status: draft}`";
            return Err(reader.error(node, what));
        }
        let mut it = Self::default();
        for (name, value) in reader.pairs(node) {
            match name {
                "status" => {
                    it.status = reader.text_in(name, value, &mut it.other)?;
                    if let Some(status) = &it.status {
                        known(reader, value, name, status, &STATUSES);
                    }
                }
                "edited" => match reader.json(value)? {
                    Value::Bool(edited) => it.edited = Some(edited),
                    Value::Null => {}
                    other => {
                        let what = "`edited` is neither `true` nor `false`; kept as it stands";
                        reader.warn(value, what);
                        it.other.insert(name.to_owned(), other);
                    }
                },
                "themes" => it.themes = reader.names(name, value)?,
                "notes" => it.notes = reader.text_in(name, value, &mut it.other)?,
                _ => {
                    it.other.insert(name.to_owned(), reader.json(value)?);
                }
            }
        }
        // Keys without a value mean none, so nothing is said of the manuscript.
        Ok(Some(it).filter(|it| *it != Self::default()))
    }
}

fn known<'a>(reader: &Reader<'a>, node: &'a Node, key: &str, value: &str, list: &[&str]) {
    if !list.contains(&value) {
        let what = format!(
            "`{key}: {value}` is unknown; expected one of {}",
            list.join(", ")
        );
        reader.warn(node, what);
    }
}
