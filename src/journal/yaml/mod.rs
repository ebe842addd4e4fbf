//! Lossless YAML: a tree of spans over text that stays as it is.
//!
//! The structure comes from granit-parser, the event parser under serde-saphyr, so that
//! spans and values cannot disagree. Nothing here writes YAML from a value; `reconcile`
//! splices slices.

mod error;
mod explain;
mod node;
mod parse;
mod scan;
mod tree;
mod value;

pub use error::{Place, YamlError};
pub use node::{Item, Kind, Layout, Node, Pair, Style};
pub use parse::{MAX_BYTES, MAX_NODES};
pub use tree::Tree;
pub use value::{Typed, Value};
