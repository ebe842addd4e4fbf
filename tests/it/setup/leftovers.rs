//! What a killed process left, and what only looks like it.

use std::fs::{File, FileTimes};
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::journal;
use crate::sandbox::Sandbox;

/// Lets a file or a folder be as old as this many hours.
fn aged(sandbox: &Sandbox, path: &Path, hours: i64) {
    let now = chrono::DateTime::parse_from_rfc3339(&sandbox.now()).unwrap();
    let at = u64::try_from(now.timestamp() - hours * 3600).unwrap();
    let times = FileTimes::new().set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(at));
    File::open(path).unwrap().set_times(times).unwrap();
}

#[test]
fn what_a_person_named_so_is_no_leftover() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Use Palimpsest");
    let own = [
        ".palimpsest-themes/dark.css",
        ".palimpsest-drafts.md",
        "journal/md/.palimpsest-drafts/one.md",
        "journal/md/.palimpsest-abcdef/two.md",
        "journal/md/.palimpsest-tracked",
        "backups/full_data/.palimpsest-restore/three",
        "wiki/.palimpsest-restore-Q1w2E3/four",
        "journal/md/.palimpsest-notes-of-mine",
        ".palimpsest-config",
        ".palimpsest-Drafts",
        "journal/md/.palimpsest-notes2",
        "journal/md/.palimpsest-myConf",
        ".palimpsest-202411",
    ];
    for file in own {
        laptop.write(file, "A person's.\n");
    }
    laptop
        .git(["add", "-f", "journal/md/.palimpsest-tracked"])
        .ok();
    laptop.git(["commit", "-qm", "Keep it"]).ok();
    let left = [
        ".palimpsest-aB3dE9",
        "journal/md/2024/.palimpsest-a1B2c3",
        "journal/md/2024/.palimpsest-unfinished-abcdef",
        ".git/.palimpsest-restore-Q1w2E3/x",
        ".git/.palimpsest-q1W2e3",
        "backups/full_data/.palimpsest-unfinished-abc123",
        "backups/full_data/.palimpsest-unfinished-xyzXY7-wal",
    ];
    for file in left {
        laptop.write(file, "left\n");
    }
    for file in own.iter().chain(&left) {
        let path = laptop.path(file);
        aged(&sandbox, &path, 3);
        if !path.parent().unwrap().ends_with("full_data") {
            aged(&sandbox, path.parent().unwrap(), 3);
        }
    }
    laptop
        .palimpsest(["doctor", "--fix"])
        .ok()
        .says("journal/md/2024/.palimpsest-a1B2c3: removed")
        .lacks("palimpsest-drafts")
        .lacks("palimpsest-themes")
        .lacks("palimpsest-tracked");
    for file in own {
        assert!(laptop.exists(file), "{file}");
    }
    for file in left {
        assert!(!laptop.exists(file), "{file}");
    }
}
