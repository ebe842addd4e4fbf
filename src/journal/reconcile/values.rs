//! What one side has under which keys.

use std::collections::BTreeMap;

use super::known_again::is_known_again;
use super::member::Side;
use crate::journal::yaml::{Kind, Node, Value};

/// The keys that lead to a value, from the top.
pub type Path<'a> = Vec<&'a str>;

/// Limit on the keys and items that lead to what is in a list: each map on the way there is
/// read with all that is in it.
const MAX_DEPTH: usize = 8;

/// The nodes of one side that stand under a key, whatever they are.
pub struct Values<'a> {
    text: &'a str,
    /// Those that maps alone lead to.
    pub nodes: BTreeMap<Path<'a>, &'a Node>,
    /// The maps that are items of a list, and what is in them. An empty key stands for the
    /// item, whichever it is.
    in_items: Vec<(Path<'a>, &'a Node)>,
}

impl<'a> Values<'a> {
    pub fn of(side: Side<'a>) -> Self {
        let (mut nodes, mut in_items) = (BTreeMap::new(), Vec::new());
        let root = side.tree.root.as_ref();
        let root = root.map(|node| (Path::new(), node, false));
        let mut open: Vec<(Path, &Node, bool)> = root.into_iter().collect();
        while let Some((path, node, is_in_item)) = open.pop() {
            let below = |key: &'a str| -> Path { path.iter().copied().chain([key]).collect() };
            match &node.kind {
                Kind::Map { pairs, .. } => {
                    for pair in pairs {
                        if let Kind::Scalar { value, .. } = &pair.key.kind {
                            open.push((below(value), &pair.value, is_in_item));
                        }
                    }
                }
                Kind::Seq { items, .. } => {
                    let maps = items.iter().filter(|item| item.node.pairs().is_some());
                    open.extend(maps.map(|item| (below(""), &item.node, true)));
                }
                _ => {}
            }
            match is_in_item {
                true if path.len() > MAX_DEPTH => {}
                true => in_items.push((path, node)),
                false if path.is_empty() => {}
                false => {
                    nodes.insert(path, node);
                }
            }
        }
        Self {
            text: side.text,
            nodes,
            in_items,
        }
    }

    /// Whether there is such a key, with or without a value.
    pub fn names(&self, path: &Path) -> bool {
        self.nodes.contains_key(path)
    }

    /// Whether there is a value; an empty key says the same as none.
    pub fn has(&self, path: &Path) -> bool {
        self.nodes.get(path).is_some_and(|node| !node.is_empty())
    }

    pub fn value(&self, path: &[&str]) -> Option<Value> {
        let node = self.nodes.get(path).filter(|node| !node.is_empty())?;
        Some(self.said(node))
    }

    /// What a node says. A tag or an anchor moves with its list or map.
    fn said(&self, node: &Node) -> Value {
        Value::of(node, self.text).bare()
    }

    /// Those at such places that can be known again elsewhere.
    pub fn that(&self, is_meant: impl Fn(&Path) -> bool) -> Vec<(&Path<'a>, Value)> {
        let mut values = self.where_that(is_meant);
        values.retain(|(_, value)| is_known_again(value));
        values
    }

    /// All values at such places.
    pub fn where_that(&self, is_meant: impl Fn(&Path) -> bool) -> Vec<(&Path<'a>, Value)> {
        let there = self.nodes.iter();
        let meant = there.filter(|(path, node)| !node.is_empty() && is_meant(path));
        let values = meant.map(|(path, node)| (path, self.said(node)));
        values.collect()
    }

    /// Those in items of lists that can be known again elsewhere.
    pub fn in_items(&self) -> Vec<(&Path<'a>, Value)> {
        let all = self.in_items.iter();
        let values = all.map(|(path, node)| (path, self.said(node)));
        values.filter(|(_, value)| is_known_again(value)).collect()
    }
}
