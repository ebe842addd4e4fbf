//! The ledger's rows of an entry: pure.

use super::insert::index;
use super::rows::{LedgerRows, PENDING};
use super::table::{Kind, Rows};
use crate::ledger::State;

/// The rows of an entry's removals, sync states and items kept out.
pub(super) fn rows_of_ledger(ledger: &LedgerRows) -> Rows<'_> {
    let mut rows = Rows::default();
    let to_settle = ledger.rows.to_settle();
    for (key, row) in &ledger.rows.tombstones {
        let (state, restored) = match &row.state {
            State::Active => ("active", None),
            State::Restored(restored) => ("restored", Some(restored)),
        };
        // A row that the next commit will make has no id and no time yet.
        let new = ledger.new.contains(key);
        let (id, at, by) = if new {
            (PENDING, "", "")
        } else {
            (key.id.as_str(), row.at.as_str(), row.by.as_str())
        };
        rows.add(
            Kind::Tombstones,
            vec![key.table.name().into(), key.item.as_str().into(), id.into()],
            vec![
                state.into(),
                at.into(),
                by.into(),
                (&row.source).into(),
                row.permanent.into(),
                row.shortened.into(),
                restored.map(|r| &r.at).into(),
                restored.map(|r| &r.by).into(),
                restored.map(|r| &r.how).into(),
                ledger.pending.contains(key).into(),
                to_settle.contains(key).into(),
            ],
        );
    }
    for ((_, source), state) in &ledger.rows.sync {
        rows.add(
            Kind::SyncStates,
            vec![source.name().into()],
            vec![
                big(state.counter).into(),
                big(state.resolved).into(),
                state.is_conflict().into(),
                ledger.edited.contains(source).into(),
            ],
        );
        for (position, h) in state.hashes.iter().enumerate() {
            rows.add(
                Kind::SyncHashes,
                vec![source.name().into(), index(position).into()],
                vec![
                    (&h.hash).into(),
                    (&h.by).into(),
                    (&h.at).into(),
                    big(h.counter).into(),
                    h.settled.into(),
                ],
            );
        }
    }
    rows
}

fn big(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
