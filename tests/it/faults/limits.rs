//! A full disk, files that cannot be written, no more file handles, a slow disk:
//! each a clear error, nothing lost, and done when it is tried again.

use std::time::{Duration, Instant};

use super::scenes::SCENES;
use super::stage::Stage;
use super::tracer::{Of, Step, What, traced, works};
use crate::sandbox::{Run, Sandbox};

const ENOSPC: i32 = 28;
const EACCES: i32 = 13;
const EIO: i32 = 5;
const EROFS: i32 = 30;

/// The calls that take space.
const SPACE: Of = Of {
    calls: "open,write,writev,mkdir,link,symlink,allocate,copy",
    path: "",
    program: "",
};

/// Those of the program itself.
const OURS: Of = Of {
    calls: "",
    path: "",
    program: "palimpsest",
};

const SCENES_HERE: [&str; 9] = [
    "commit",
    "pull",
    "pull-rebase",
    "sync",
    "first-index",
    "cleanup",
    "resolve",
    "backup",
    "restore",
];

fn stage<'a>(name: &str, sandbox: &'a Sandbox) -> (Stage<'a>, Vec<Step>) {
    let scene = SCENES.iter().find(|s| s.name == name).unwrap();
    Stage::new(scene, sandbox)
}

/// How many points of each scene; all of them with `PALIMPSEST_KILLS=all`.
fn points(count: usize, sample: usize) -> Vec<usize> {
    let stride = match std::env::var_os("PALIMPSEST_KILLS") {
        Some(_) => 1,
        None => count.div_ceil(sample).max(1),
    };
    (stride / 2 + 1..=count).step_by(stride).collect()
}

/// Refuses calls of each scene, and looks that the error is said.
fn refuse(what: What, of: Of, sample: usize, said: &[&str]) {
    if !works() {
        return;
    }
    let mut wrong = Vec::new();
    for name in SCENES_HERE {
        let sandbox = Sandbox::new();
        let (stage, _) = stage(name, &sandbox);
        stage.rewind();
        let actor = &stage.actor;
        let counted = (0, What::Count, of);
        let steps = traced(&actor.machine, &actor.env(), stage.scene.command, counted).steps;
        let mut tried = 0;
        for at in points(steps.len(), sample) {
            let Some((run, mut found)) = stage.disturb(at, what, of) else {
                continue;
            };
            tried += 1;
            // Git does not always give the reason of what it could not write.
            let gits = steps[at - 1].program == "git" && !run.stderr.is_empty();
            let told = gits || said.iter().any(|text| run.output().contains(text));
            if found.is_empty() && run.code != stage.scene.code && !told {
                found = format!("{at}: {}\nthe reason is not said\n{run}", steps[at - 1]);
            }
            if !found.is_empty() {
                println!("WRONG {name}:{found}");
                wrong.push(format!("{name}:{found}"));
            }
        }
        println!("{name}: {what:?} at {tried} of {} calls", steps.len());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_full_disk() {
    let said = [
        "No space left on device",
        "disk is full",
        "Out of diskspace",
    ];
    refuse(What::RefuseFrom(ENOSPC), SPACE, 2, &said);
}

#[test]
fn a_disk_that_fails_once() {
    let said = [
        "Input/output error",
        "disk I/O error",
        "look whether the disk",
    ];
    refuse(What::Refuse(EIO), OURS, 1, &said);
}

#[test]
fn files_that_may_not_be_written() {
    let said = [
        "Permission denied",
        "unable to open",
        "disk I/O error",
        "readonly",
    ];
    refuse(What::Refuse(EACCES), OURS, 1, &said);
}

#[test]
fn a_file_or_folder_that_is_read_only_is_named() {
    if !works() {
        return;
    }
    for (name, path) in [
        ("cleanup", "data/ledger/"),
        ("bring-back", "journal/md/2023/"),
        ("sync", "data/palimpsest.db"),
        ("first-index", "data/palimpsest.db"),
        ("resolve", "before-resolve"),
        ("backup", "backups"),
    ] {
        let sandbox = Sandbox::new();
        let (stage, _) = stage(name, &sandbox);
        stage.rewind();
        let actor = &stage.actor;
        let of = Of { path, ..OURS };
        let refused = (1, What::RefuseFrom(EACCES), of);
        let run = traced(&actor.machine, &actor.env(), stage.scene.command, refused).run;
        assert_eq!(run.code, 1, "{name}: {run}");
        assert!(
            run.stderr.contains(path.trim_end_matches('/')),
            "{name}: {run}"
        );
        let wrong = stage.afterwards(&run, false);
        assert!(wrong.is_empty(), "{name}: {wrong}");
    }
}

/// As on a disk that is mounted read-only. What only looks makes its index in memory, with
/// the same answer; what is there to write the index says that it cannot.
#[test]
fn listings_answer_where_nothing_can_be_written() {
    if !works() {
        return;
    }
    let listings: [&[&str]; 5] = [
        &["metadb", "show", "2024-11-01", "--full"],
        &["metadb", "sync", "status"],
        &["metadb", "sync", "conflicts"],
        &["metadb", "tombstone", "list"],
        &["metadb", "sync", "stats", "--json"],
    ];
    for name in ["sync", "first-index"] {
        let sandbox = Sandbox::new();
        let (stage, _) = stage(name, &sandbox);
        stage.rewind();
        let actor = &stage.actor;
        let read_only = |command: &[&str]| {
            let refused = (1, What::RefuseFrom(EROFS), OURS);
            traced(&actor.machine, &actor.env(), command, refused).run
        };
        let answers = listings.map(read_only);
        let dry = ["yaml2sql", "sync", "--dry-run", "journal/md"];
        let dry = read_only(&dry);
        assert_eq!(dry.code, 0, "{name}: {dry}");
        let synced = read_only(stage.scene.command);
        assert_eq!(synced.code, 1, "{name}: {synced}");
        for (listing, answer) in listings.iter().zip(answers) {
            let told = answer.stderr.matches("an index in memory").count();
            assert_eq!((answer.code, told), (0, 1), "{name}: {answer}");
            let usual = actor.run(listing);
            assert_eq!(answer.stdout, usual.stdout, "{name}: {answer}");
            usual.silent_about("memory");
            // The first one that may write brings the index up to date.
            stage.rewind();
        }
    }
}

#[test]
fn writes_that_are_cut_short_are_finished() {
    if !works() {
        return;
    }
    for name in ["commit", "pull", "first-index", "restore"] {
        let sandbox = Sandbox::new();
        let (stage, _) = stage(name, &sandbox);
        stage.rewind();
        let actor = &stage.actor;
        let short = (0, What::Short, Of::default());
        let run = traced(&actor.machine, &actor.env(), stage.scene.command, short).run;
        assert_eq!(run.code, stage.scene.code, "{name}: {run}");
        let wrong = stage.unlike();
        assert!(wrong.is_empty(), "{name}: {wrong}{run}");
    }
}

#[test]
fn no_more_file_handles() {
    if !works() {
        return;
    }
    let mut wrong = Vec::new();
    for name in ["commit", "pull", "sync", "first-index", "backup"] {
        let sandbox = Sandbox::new();
        let (stage, _) = stage(name, &sandbox);
        let command = stage.scene.command.join("' '");
        // Below 4 not even the libraries can be loaded.
        let mut failed = 0;
        for most in points(14, 4).into_iter().map(|n| n + 3) {
            stage.rewind();
            let limited = format!("ulimit -n {most}; exec '{command}'");
            let run: Run = stage.actor.run(&["sh", "-c", &limited]);
            failed += usize::from(run.code != 0);
            let found = stage.afterwards(&run, true);
            if !found.is_empty() {
                wrong.push(format!("{name} with {most} handles: {found}{run}"));
            }
        }
        println!("{name}: failed with {failed} of the limits");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_slow_disk_is_waited_for() {
    if !works() {
        return;
    }
    let sandbox = Sandbox::new();
    let (stage, _) = stage("first-index", &sandbox);
    stage.rewind();
    let actor = &stage.actor;
    let of = Of {
        path: "data/palimpsest.db",
        ..OURS
    };
    let slow = (0, What::Slow(10), of);
    let mut reader = sandbox.command(actor.machine.dir(), "metadb");
    reader.args(["sync", "stats"]).envs(actor.env());
    reader.env("PALIMPSEST_LOCK_WAIT", "60");
    // The writer makes it first, and fills it slowly.
    let database = actor.machine.path(of.path);
    assert!(!database.exists());
    let reader = std::thread::scope(|scope| {
        let reading = scope.spawn(move || {
            let start = Instant::now();
            while !database.exists() {
                assert!(start.elapsed().as_secs() < 120, "no database is made");
                std::thread::sleep(Duration::from_millis(5));
            }
            Run::of(reader)
        });
        traced(&actor.machine, &actor.env(), stage.scene.command, slow)
            .run
            .ok();
        reading.join().unwrap()
    });
    reader.ok();
    let wrong = stage.unlike();
    assert!(wrong.is_empty(), "{wrong}");
}
