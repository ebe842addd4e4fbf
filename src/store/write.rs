//! The statements of a change.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::diff::Change;
use super::table::{Cell, Kind};

/// Insertions of one row, by [`Kind`], put together once.
static INSERT: [OnceLock<String>; Kind::ALL.len()] = [const { OnceLock::new() }; Kind::ALL.len()];

fn insert(kind: Kind) -> String {
    let shape = kind.shape();
    let columns: Vec<&str> = shape.key.iter().chain(shape.rest).copied().collect();
    let mut names: String = columns.iter().flat_map(|c| [", ", *c]).collect();
    // `entry` is the first value.
    let mut values = ", ?".repeat(columns.len());
    if let Some((column, of)) = shape.later
        && let Some(at) = columns.iter().position(|c| *c == of)
    {
        names += ", ";
        names += column;
        values += &format!(", ?{}", at + 2);
    }
    format!(
        "INSERT INTO {} (entry{names}) VALUES (?{values})",
        shape.table
    )
}

impl<'a> Change<'_, 'a> {
    /// The statement; its values are the entry and [`Change::cells`].
    pub(super) fn sql(&self, kind: Kind) -> Cow<'static, str> {
        let shape = kind.shape();
        let row = || -> String {
            let keys = shape.key.iter().enumerate();
            keys.map(|(at, key)| format!(" AND {key} = ?{}", at + 2))
                .collect()
        };
        match self {
            Self::Insert { .. } => INSERT[kind as usize]
                .get_or_init(|| insert(kind))
                .as_str()
                .into(),
            Self::Delete { .. } => {
                format!("DELETE FROM {} WHERE entry = ?1{}", shape.table, row()).into()
            }
            Self::Update { columns, .. } => {
                let first = shape.key.len() + 2;
                let sets = columns.iter().enumerate();
                let sets = sets.map(|(at, c)| format!("{} = ?{}", shape.rest[*c], first + at));
                let sets = sets.collect::<Vec<_>>().join(", ");
                let (table, row) = (shape.table, row());
                format!("UPDATE {table} SET {sets} WHERE entry = ?1{row}").into()
            }
        }
    }

    pub(super) fn cells(&self) -> impl Iterator<Item = &Cell<'a>> {
        let (key, rest) = match self {
            Self::Delete { key } => (*key, &[] as &[_]),
            Self::Insert { key, rest } | Self::Update { key, rest, .. } => (*key, *rest),
        };
        let columns = match self {
            Self::Update { columns, .. } => Some(columns),
            _ => None,
        };
        let rest = rest.iter().enumerate();
        let rest = rest.filter(move |(at, _)| columns.is_none_or(|c| c.contains(at)));
        key.iter().chain(rest.map(|(_, cell)| cell))
    }
}
