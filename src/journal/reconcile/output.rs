//! The output of a merge so far: text with conflicts in it, and the meaning that the text
//! must have.

use super::Stop;
use crate::journal::yaml::{Tree, Value};
use crate::merge::{Markers, ThreeWay};

/// A stretch of the result, in whole lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Text(String),
    /// The lines above or below an entry, or at either end, that are not what the base has
    /// there.
    Above(String),
    Conflict(ThreeWay<String>),
}

/// The meaning of an entry. With a conflict in it there are two, for a reader who takes
/// ours and for one who takes theirs; `None` if the entry is absent on that pick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    Same(Value),
    Differ {
        ours: Option<Value>,
        theirs: Option<Value>,
    },
}

impl Meaning {
    /// The meaning on a pick.
    pub fn on(self, pick: Pick) -> Option<Value> {
        match self {
            Self::Same(value) => Some(value),
            Self::Differ { ours, theirs } => pick.of(ours, theirs),
        }
    }

    /// The meaning without conflicts.
    pub fn same(self) -> Option<Value> {
        match self {
            Self::Same(value) => Some(value),
            Self::Differ { .. } => None,
        }
    }
}

/// A merged entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Out {
    pub pieces: Vec<Piece>,
    pub meaning: Meaning,
}

impl Out {
    pub fn text(text: String, value: Value) -> Self {
        Self {
            pieces: vec![Piece::Text(text)],
            meaning: Meaning::Same(value),
        }
    }

    /// The text, if no conflict is in it.
    pub fn clean_text(&self) -> Option<String> {
        self.pieces
            .iter()
            .map(|p| match p {
                Piece::Text(t) | Piece::Above(t) => Some(t.as_str()),
                Piece::Conflict(_) => None,
            })
            .collect()
    }
}

/// Which side is taken: by the merge, or by a reader where the result conflicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    Ours,
    Theirs,
}

impl Pick {
    /// What that side has.
    pub fn of<T>(self, ours: T, theirs: T) -> T {
        match self {
            Self::Ours => ours,
            Self::Theirs => theirs,
        }
    }
}

/// The result with one side taken in every conflict.
pub fn picked(pieces: &[Piece], pick: Pick) -> String {
    pieces
        .iter()
        .map(|p| match p {
            Piece::Text(t) | Piece::Above(t) => t.as_str(),
            Piece::Conflict(c) => pick.of(&c.ours, &c.theirs),
        })
        .collect()
}

/// The result with conflicts marked.
pub fn marked(pieces: &[Piece], markers: &Markers) -> String {
    let mut out = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(t) | Piece::Above(t) => out.push_str(t),
            Piece::Conflict(c) => markers.write(&mut out, c.as_ref().map(String::as_str)),
        }
    }
    out
}

/// Puts a byte order mark before the first line of a result: behind the marker of a conflict
/// there, which has to begin its line, as git has it.
pub fn put_first(pieces: &mut Vec<Piece>, mark: &str) -> Result<(), Stop> {
    if mark.is_empty() {
        return Ok(());
    }
    let is_something = |piece: &&mut Piece| match piece {
        Piece::Text(text) | Piece::Above(text) => !text.is_empty(),
        Piece::Conflict(_) => true,
    };
    match pieces.iter_mut().find(is_something) {
        Some(Piece::Conflict(c)) if c.ours.is_empty() || c.theirs.is_empty() => {
            let reason = "the byte order mark would have no line on one side of a conflict";
            return Err(Stop::Refuse(reason.to_owned()));
        }
        Some(Piece::Conflict(c)) => {
            *c = c.as_ref().map(|text| match text.is_empty() {
                true => String::new(),
                false => format!("{mark}{text}"),
            });
        }
        _ => pieces.insert(0, Piece::Text(mark.to_owned())),
    }
    Ok(())
}

/// Reads a result again: it must mean what was decided.
pub fn check(text: &str, decided: Option<Value>) -> Result<(), Stop> {
    if !text.is_empty() && !text.ends_with('\n') {
        return Err(Stop::Refuse(
            "the merged frontmatter would run into its fence".into(),
        ));
    }
    let tree = Tree::parse(text)
        .map_err(|e| Stop::Refuse(format!("the merged frontmatter could not be read: {e}")))?;
    if Some(Value::of_tree(&tree, text)) != decided {
        return Err(Stop::Refuse(
            "the merged frontmatter would not say what was decided".into(),
        ));
    }
    Ok(())
}
