//! The parts of a journal: documents split byte for byte, lossless frontmatter, entries,
//! notes, the rules by which fields merge, the settings.
//!
//! Pure: bytes in, values or bytes out. Files are read by `repo`, rows are
//! written by `store`.

pub mod blocks;
pub mod copies;
pub mod date;
pub mod digest;
pub mod document;
pub mod dot_git;
pub mod entry;
pub mod facts;
pub mod hunks;
pub mod layout;
pub mod line_ends;
pub mod markdown;
pub mod markers;
pub mod note;
pub mod reconcile;
pub mod rules;
pub mod settings;
pub mod table;
pub mod yaml;

pub use date::EntryDate;
pub use document::Document;
pub use dot_git::is_dot_git;
pub use entry::{Entry, EntryError};
pub use facts::Facts;
pub use layout::{Layout, PathKind};
pub use note::Note;
pub use settings::{Policy, Settings, SettingsError};
pub use table::{Item, ItemKey, Table};
