//! The laws of the ledger's text and of its merge.

use palimpsest::ledger::{self, Ledger};

use super::thirds;

/// The laws that three ledgers, cut from the bytes, break.
pub fn broken(bytes: &[u8]) -> Vec<&'static str> {
    let ledgers = thirds(bytes).map(ledger::parse);
    let mut broken = Vec::new();
    let mut hold = |law: &'static str, holds: bool| {
        if !holds {
            broken.push(law);
        }
    };
    for side in [&ledgers.base, &ledgers.ours, &ledgers.theirs] {
        let text = ledger::format(side);
        hold(
            "what was written reads the same",
            same(&ledger::parse(&text), side),
        );
        hold(
            "it is written the same again",
            ledger::format(&ledger::parse(&text)) == text,
        );
    }
    let (base, ours, theirs) = (&ledgers.base, &ledgers.ours, &ledgers.theirs);
    let merged = ledger::merge(base, ours, theirs);
    hold(
        "the side does not matter",
        same(&merged, &ledger::merge(base, theirs, ours)),
    );
    hold(
        "equal sides stay",
        same(
            &ledger::merge(base, ours, ours),
            &ledger::merge(ours, ours, ours),
        ) || !base.is_empty(),
    );
    for side in [base, ours, theirs] {
        hold(
            "no removal vanishes",
            side.tombstones
                .keys()
                .all(|k| merged.tombstones.contains_key(k)),
        );
    }
    for side in [ours, theirs] {
        hold(
            "no line that was not understood vanishes",
            side.opaque
                .difference(&base.opaque)
                .all(|line| merged.opaque.contains(line)),
        );
        hold(
            "no damaged line vanishes",
            side.corrupt.iter().all(|c| {
                let has = |l: &Ledger| l.corrupt.iter().any(|m| m.bytes == c.bytes);
                has(&merged) || has(base)
            }),
        );
    }
    broken
}

/// The same rows; where a damaged line stood does not count.
fn same(a: &Ledger, b: &Ledger) -> bool {
    ledger::format(a) == ledger::format(b)
}
