//! The ledger's rows of an entry.

use rusqlite::{ToSql, params};

use super::insert::index;
use super::rows::{LedgerRows, PENDING};
use super::update::{Sql, Update};
use crate::journal::EntryDate;
use crate::ledger::State;

impl Update<'_> {
    pub(super) fn ledger_rows(&mut self, date: EntryDate, ledger: &LedgerRows) -> Sql {
        let entry = date.to_string();
        if !self.fill {
            for table in ["association_tombstones", "sync_hashes", "sync_states"] {
                self.run(&format!("DELETE FROM {table} WHERE entry = ?1"), &[&entry])?;
            }
        }
        let to_settle = ledger.rows.to_settle();
        for (key, row) in &ledger.rows.tombstones {
            let pending = ledger.pending.contains(key);
            let (state, restored) = match &row.state {
                State::Active => ("active", None),
                State::Restored(restored) => ("restored", Some(restored)),
            };
            let new = ledger.new.contains(key);
            let sql = "INSERT INTO association_tombstones
                VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15)";
            self.connection.prepare_cached(sql)?.execute(params![
                entry,
                key.table.name(),
                key.item.as_str(),
                if new { PENDING } else { &key.id },
                state,
                if new { "" } else { &row.at },
                if new { "" } else { &row.by },
                row.source,
                row.permanent,
                row.shortened,
                restored.map(|r| r.at.as_str()),
                restored.map(|r| r.by.as_str()),
                restored.map(|r| r.how.as_str()),
                pending,
                to_settle.contains(key),
            ])?;
        }
        for ((_, source), state) in &ledger.rows.sync {
            let pending = ledger.edited.contains(source);
            let (counter, resolved) = (big(state.counter), big(state.resolved));
            let sql = "INSERT INTO sync_states VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            let row: [&dyn ToSql; 6] = [
                &entry,
                &source.name(),
                &counter,
                &resolved,
                &state.is_conflict(),
                &pending,
            ];
            self.run(sql, &row)?;
            for (position, h) in state.hashes.iter().enumerate() {
                let sql = "INSERT INTO sync_hashes VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
                let (at, counter) = (index(position), big(h.counter));
                let row: [&dyn ToSql; 8] = [
                    &entry,
                    &source.name(),
                    &at,
                    &h.hash,
                    &h.by,
                    &h.at,
                    &counter,
                    &h.settled,
                ];
                self.run(sql, &row)?;
            }
        }
        Ok(())
    }
}

fn big(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
