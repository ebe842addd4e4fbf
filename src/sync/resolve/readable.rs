//! Whether a text can be read as what a file is.

use std::path::Path;

use super::Resolver;
use crate::journal::document::Fences;
use crate::journal::layout::is_markdown;
use crate::journal::yaml::Tree;
use crate::journal::{Document, Entry, Note, PathKind};

impl Resolver<'_> {
    /// Whether a text is readable as a file of this path: an entry or a note as such, any
    /// other file by the YAML or TOML that it is or begins with.
    #[must_use]
    pub fn is_readable(&self, path: &str, bytes: &[u8]) -> bool {
        match self.layout().classify(path) {
            PathKind::Entry(date) => Entry::read(date, bytes).is_ok(),
            PathKind::Note(_) => Note::read(bytes).is_ok(),
            PathKind::Ledger(_) => true,
            _ if is_markdown(path) => is_page(bytes),
            _ => match Path::new(path).extension().and_then(|e| e.to_str()) {
                Some("yaml" | "yml") => is_yaml(bytes),
                Some("toml") => is_toml(bytes),
                _ => true,
            },
        }
    }
}

fn is_page(bytes: &[u8]) -> bool {
    match (Document::fences(bytes), toml_front(bytes)) {
        (Fences::Closed, _) => is_yaml(Document::split(bytes).frontmatter),
        (Fences::Unclosed, _) => false,
        (Fences::None, Some(front)) => is_toml(front),
        (Fences::None, None) => true,
    }
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

fn is_yaml(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| Tree::parse(text).is_ok())
}

fn is_toml(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| toml::from_str::<toml::Table>(text).is_ok())
}
