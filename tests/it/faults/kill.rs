//! Each scene, killed at each of its steps.

use super::scenes::SCENES;
use super::stage::Stage;
use super::tracer::{Of, Step, What, works};
use crate::sandbox::Sandbox;

/// How many kills of a scene are made in every run of the tests.
const SAMPLE: usize = 3;

/// What `PALIMPSEST_KILLS` asks for: nothing (a sample), `all` (each step: the odd
/// ones alone, the even ones with all processes), `both` (each step in both ways),
/// or one point as `pull:17` or `pull:17:all`.
enum Asked {
    Sample,
    All,
    Both,
    One(usize, What),
    Other,
}

fn asked(scene: &str) -> Asked {
    let Ok(text) = std::env::var("PALIMPSEST_KILLS") else {
        return Asked::Sample;
    };
    match text.as_str() {
        "all" => return Asked::All,
        "both" => return Asked::Both,
        _ => {}
    }
    let words: Vec<&str> = text.split(':').collect();
    match words[..] {
        [name, at] if name == scene => Asked::One(at.parse().unwrap(), What::Kill),
        [name, at, _] if name == scene => Asked::One(at.parse().unwrap(), What::KillAll),
        _ => Asked::Other,
    }
}

fn play(name: &str) {
    let scene = SCENES.iter().find(|s| s.name == name).unwrap();
    let asked = asked(name);
    if matches!(asked, Asked::Other) {
        return;
    }
    if !works() {
        return;
    }
    let sandbox = Sandbox::new();
    let (stage, steps) = Stage::new(scene, &sandbox);
    let count = steps.len();
    let in_turn = [What::Kill, What::KillAll].into_iter().cycle();
    let points: Vec<(usize, What)> = match asked {
        // Beyond the last one: another run may have more of them.
        Asked::All => (1..=2 * count).zip(in_turn).collect(),
        Asked::Both => {
            let both = |at| [(at, What::Kill), (at, What::KillAll)];
            (1..=2 * count).flat_map(both).collect()
        }
        Asked::One(at, what) => vec![(at, what)],
        _ => {
            let stride = count.div_ceil(SAMPLE).max(1);
            let kinds = [What::Kill, What::KillAll].into_iter().cycle();
            (stride / 2 + 1..=count)
                .step_by(stride)
                .zip(kinds)
                .collect()
        }
    };
    if !matches!(asked, Asked::Sample) {
        for (n, step) in steps.iter().enumerate() {
            println!("{name}:{} {step}", n + 1);
        }
    }
    let mut wrong = Vec::new();
    let (mut killed, mut missed) = (0, 0);
    for (at, what) in points {
        let Some((_, found)) = stage.disturb(at, what, Of::default()) else {
            missed += 1;
            // The number of steps differs a little from run to run.
            if missed > 5 {
                break;
            }
            continue;
        };
        killed += 1;
        if !found.is_empty() {
            println!("WRONG {name}:{found}");
            wrong.push(format!("{name}:{found}"));
        }
    }
    println!(
        "{name}: {count} steps, {killed} kills, {} wrong",
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(killed > 0, "{name}: no kill point was met");
}

/// Kills that once lost something or left it unsaid, by the step before.
const FOUND: [(&str, &str); 9] = [
    // Between the two of which HEAD's log is written first.
    ("commit", "git open laptop/.git/logs/refs/heads/main"),
    // The commit is there, and the ledger in the work tree or the index behind it.
    ("amend", "git rename laptop/.git/refs/heads/main.lock"),
    ("commit-file", "-> laptop/data/ledger/2024.jsonl"),
    ("resolve", "-> laptop/data/ledger/2024.jsonl"),
    // Between a value and the mark that says whose it is.
    ("init", "-> laptop/.git/config"),
    ("backup", "palimpsest open laptop/backups/full_data/"),
    // Somebody else's hook stood nowhere until ours did.
    ("init", "laptop/.git/hooks/before-palimpsest/pre-commit"),
    (
        "init",
        "-> laptop/.git/hooks/before-palimpsest/post-checkout",
    ),
    // Files that never got their name were left there unnamed.
    (
        "restore",
        "palimpsest mkdir laptop/.git/.palimpsest-restore-*/data/ledger",
    ),
];

#[test]
fn what_was_found_once() {
    if !works() {
        return;
    }
    for (name, before) in FOUND {
        let scene = SCENES.iter().find(|s| s.name == name).unwrap();
        let sandbox = Sandbox::new();
        let (stage, steps) = Stage::new(scene, &sandbox);
        let is_before =
            |(n, step): (usize, &Step)| step.to_string().contains(before).then_some(n + 2);
        let points: Vec<usize> = steps.iter().enumerate().filter_map(is_before).collect();
        assert!(!points.is_empty(), "{name}: no step `{before}`");
        let mut killed = 0;
        for at in points {
            if let Some((_, wrong)) = stage.disturb(at, What::KillAll, Of::default()) {
                assert!(wrong.is_empty(), "{name}:{wrong}");
                killed += 1;
            }
        }
        assert!(killed > 0, "{name}: no kill after `{before}` was met");
    }
}

macro_rules! scenes {
    ($($test:ident)*) => {
        $(#[test]
        fn $test() {
            play(&stringify!($test).replace('_', "-"));
        })*

        #[test]
        fn every_scene_is_played() {
            let played = [$(stringify!($test)),*].map(|t| t.replace('_', "-"));
            let written: Vec<&str> = SCENES.iter().map(|s| s.name).collect();
            assert_eq!(written, played);
        }
    };
}

scenes! {
    commit commit_file amend linked revert pull pull_conflict pull_forward pull_rebase switch
    cherry_pick stash_pop sync first_index reindex notes cleanup tombstone
    settle bring_back resolve init uninstall fix backup restore restore_into
}
