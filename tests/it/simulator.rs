//! Histories by dice: some machines and a remote, all that git can do, and a model
//! that knows what must come of it. See docs/testing.md, "The simulator".
//!
//! | file | what it answers |
//! |---|---|
//! | `op` | what somebody does next, by dice |
//! | `play`, `join`, `meet`, `rebase`, `anew`, `again`, `ways`, `partly`, `include` | how that is done: each operation; branches that are joined; merges, and how what they leave is settled; rebases; merges that they make anew; what is taken back; what is rare; reverts and picks that a person settles; commits of more than what is staged |
//! | `world` | who does it: the machines, their commands, and a script of all of it |
//! | `edit`, `drafts`, `written` | what is edited; what of it is staged, or put aside; how it stands until it is committed |
//! | `place`, `refile`, `sight` | where the file of an entry is; how it moves to another folder; what git sees of that |
//! | `broken` | conflict markers that a phone commits, and how they are mended |
//! | `page`, `list`, `marks` | how a text is edited by hand: an entry, a list, conflict markers |
//! | `how` | how a commit was made, which is all that the model is told of it |
//! | `model` | what must be in each commit |
//! | `judge`, `met` | what came of two versions that met; what is known of the removals there |
//! | `expect`, `want`, `untouched`, `criss_cross`, `moved`, `lost` | what a merge must give: of two versions of a file, of one value, of the bytes that nobody touched, with several bases, where a side moved it, of the marks |
//! | `rows`, `states`, `noted` | what must be recorded: removals, edits side by side, what a rebase kept out |
//! | `stale` | which old copies a hook refuses |
//! | `announced` | what a pull must say |
//! | `settle`, `columns`, `guest` | what must hold in the end: of all machines, of the index, of a clone made just now |
//!
//! `PALIMPSEST_HISTORIES=1000` plays more of them, `PALIMPSEST_SEED=17` one alone.

mod again;
mod anew;
mod announced;
mod broken;
mod columns;
mod criss_cross;
mod drafts;
mod edit;
mod expect;
mod guest;
mod how;
mod include;
mod join;
mod judge;
mod list;
mod lost;
mod marks;
mod meet;
mod met;
mod model;
mod moved;
mod noted;
mod op;
mod page;
mod partly;
mod place;
mod play;
mod rebase;
mod refile;
mod rows;
mod settle;
mod sight;
mod stale;
mod states;
mod untouched;
mod want;
mod ways;
mod world;
mod written;

use std::time::{Duration, Instant};

use model::Counts;
use op::{Op, Plan, plan};
use world::{Failure, World};

use crate::dice::Dice;
use crate::sandbox::{Sandbox, entry};

/// How many operations a history has, unless `PALIMPSEST_LENGTH` says otherwise.
const LENGTH: usize = 24;
/// How many histories are played, unless `PALIMPSEST_HISTORIES` says otherwise.
const HISTORIES: u64 = 50;
/// As many tests share them, so that they run side by side; on two cores an even number ends
/// together.
const PARTS: u64 = 4;

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|e| panic!("{name}={text}: {e}")),
    )
}

struct Played {
    failure: Option<Failure>,
    script: String,
    counts: Counts,
}

fn play(plan: &Plan) -> Played {
    let sandbox = Sandbox::new();
    let mut dice = Dice(1);
    let mut entries = Vec::new();
    for (number, date) in play::DATES.iter().enumerate() {
        if number < 5 {
            let mark = 1_000_000 + u32::try_from(number).unwrap();
            entries.push((entry(date), edit::new_entry(date, &mut dice, mark)));
        }
    }
    for path in place::KEPT {
        entries.push((path.to_owned(), "Kept here.\n".to_owned()));
    }
    let mut world = match World::new(&sandbox, plan, &entries) {
        Ok(world) => world,
        Err(failure) => panic!("{}: {}", failure.what, failure.detail),
    };
    let mut failure = None;
    for op in &plan.ops {
        if let Err(found) = world.play(*op) {
            failure = Some(found);
            break;
        }
    }
    if failure.is_none() {
        failure = world.settle().err();
    }
    Played {
        failure,
        script: world.script(),
        counts: world.model.counts,
    }
}

/// The fewest operations that end in the same sort of failure, as far as a minute
/// or so of trying finds them.
fn shrink(plan: &Plan, what: &str) -> Plan {
    let end = Instant::now() + Duration::from_secs(number("PALIMPSEST_SHRINK").unwrap_or(90));
    let mut best = plan.clone();
    let mut size = best.ops.len().div_ceil(2);
    loop {
        let mut at = 0;
        let mut smaller = false;
        while at < best.ops.len() && Instant::now() < end {
            let rest = |(n, _): &(usize, &Op)| !(at..at + size).contains(n);
            let ops = best
                .ops
                .iter()
                .enumerate()
                .filter(rest)
                .map(|(_, op)| *op)
                .collect();
            let tried = Plan {
                ops,
                ..best.clone()
            };
            if play(&tried).failure.is_some_and(|f| f.what == what) {
                best = tried;
                smaller = true;
            } else {
                at += size;
            }
        }
        if Instant::now() >= end || (size == 1 && !smaller) {
            return best;
        }
        size = size.div_ceil(2);
    }
}

fn history(seed: u64) -> Counts {
    let length = number("PALIMPSEST_LENGTH").map_or(LENGTH, |n| usize::try_from(n).unwrap());
    let plan = plan(seed, length);
    let played = play(&plan);
    if let Some(failure) = played.failure {
        let small = shrink(&plan, &failure.what);
        let again = play(&small);
        let shown = again.failure.unwrap_or(failure);
        panic!(
            "seed {seed}: {}\n{}\n\nPALIMPSEST_SEED={seed} cargo test --test it simulator\n\n\
             The same with fewer steps ({:?}):\n{}",
            shown.what, shown.detail, small.ops, again.script
        );
    }
    played.counts
}

fn part(part: u64) {
    if let Some(seed) = number("PALIMPSEST_SEED") {
        if part == 0 {
            history(seed);
        }
        return;
    }
    let first = number("PALIMPSEST_FIRST").unwrap_or(1);
    let all = number("PALIMPSEST_HISTORIES").unwrap_or(HISTORIES);
    let (mut counts, mut failed, mut played) = (Counts::default(), Vec::new(), 0);
    for seed in (first..first + all).filter(|seed| seed % PARTS == part) {
        match std::panic::catch_unwind(|| history(seed)) {
            Ok(more) => {
                counts.add(more);
                played += 1;
                println!("seed {seed}: well");
            }
            Err(_) => failed.push(seed),
        }
    }
    println!("merged files: {counts:?}");
    assert!(failed.is_empty(), "seeds that failed: {failed:?}");
    // Some histories have little to judge; ten together are like other ten.
    if played >= 10 && number("PALIMPSEST_LENGTH").is_none() {
        assert!(counts.see(played), "the model knows too little: {counts:?}");
    }
}

#[test]
fn histories_0() {
    part(0);
}

#[test]
fn histories_1() {
    part(1);
}

#[test]
fn histories_2() {
    part(2);
}

#[test]
fn histories_3() {
    part(3);
}
