//! The tree of a whole frontmatter, with its comments and its anchors.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

use super::parse::{Builder, MAX_BYTES};
use super::{Kind, Node, Place, YamlError};

/// A parsed frontmatter: at most one document over a text that the caller keeps.
#[derive(Debug, Clone)]
pub struct Tree {
    /// The document's node; `None` if there are only comments.
    pub root: Option<Node>,
    /// Every comment, `#` to the end of its line (exclusive), in order.
    pub comments: Vec<Range<usize>>,
    /// The path from the root to each anchor, by the anchor's id; built at the first
    /// alias, since most frontmatter has none.
    anchors: OnceLock<HashMap<usize, Vec<usize>>>,
}

impl Tree {
    pub(super) const fn new(root: Option<Node>, comments: Vec<Range<usize>>) -> Self {
        Self {
            root,
            comments,
            anchors: OnceLock::new(),
        }
    }

    /// Parses one YAML document.
    ///
    /// # Errors
    /// The place and reason if the text is not YAML, has a key twice, more than one
    /// document or a directive, is nested deeper than 64 levels, has more than
    /// [`MAX_NODES`](super::MAX_NODES) values or is larger than [`MAX_BYTES`].
    pub fn parse(text: &str) -> Result<Self, YamlError> {
        if text.len() > MAX_BYTES {
            return Err(YamlError {
                at: Place { line: 1, column: 1 },
                what: format!(
                    "frontmatter of {} bytes; at most {MAX_BYTES} are read",
                    text.len()
                ),
            });
        }
        Builder::new(text).document()
    }

    /// The node an alias stands for.
    #[must_use]
    pub fn anchored(&self, id: usize) -> Option<&Node> {
        let root = self.root.as_ref()?;
        let anchors = self.anchors.get_or_init(|| {
            let mut found = HashMap::new();
            find_anchors(root, &mut Vec::new(), &mut found);
            found
        });
        anchors
            .get(&id)?
            .iter()
            .try_fold(root, |node, &n| child(node, n))
    }

    /// The node itself or, for an alias, what it stands for.
    #[must_use]
    pub fn resolve<'a>(&'a self, node: &'a Node) -> &'a Node {
        match node.kind {
            Kind::Alias(id) => self.anchored(id).unwrap_or(node),
            _ => node,
        }
    }
}

/// A node below another, by its number there; keys and values count alike.
fn child(node: &Node, n: usize) -> Option<&Node> {
    match &node.kind {
        Kind::Seq { items, .. } => items.get(n).map(|i| &i.node),
        Kind::Map { pairs, .. } => {
            let pair = pairs.get(n / 2)?;
            Some(if n.is_multiple_of(2) {
                &pair.key
            } else {
                &pair.value
            })
        }
        _ => None,
    }
}

fn find_anchors(node: &Node, way: &mut Vec<usize>, found: &mut HashMap<usize, Vec<usize>>) {
    if let Some(id) = node.anchor {
        found.insert(id, way.clone());
    }
    let mut n = 0;
    while let Some(below) = child(node, n) {
        way.push(n);
        find_anchors(below, way, found);
        way.pop();
        n += 1;
    }
}
