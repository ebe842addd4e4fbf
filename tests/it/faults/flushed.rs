//! What a command leaves outlasts a power cut: it is flushed before it gets its name.

use std::collections::BTreeSet;

use super::tracer::{Of, Step, What, traced, works};
use crate::sandbox::{DAY, Machine, Sandbox, journal};

/// The files that got their name, or whose folder did, before they were flushed.
fn unflushed(steps: &[Step]) -> BTreeSet<String> {
    let (mut written, mut found) = (BTreeSet::new(), BTreeSet::new());
    for step in steps {
        match step.call.as_str() {
            "write" | "writev" | "copy" | "truncate" => {
                written.insert(step.path.clone());
            }
            "sync" | "unlink" => {
                written.remove(&step.path);
            }
            "rename" => {
                let below = format!("{}/", step.path);
                let moved = |path: &&String| **path == step.path || path.starts_with(&below);
                found.extend(written.iter().filter(moved).cloned());
            }
            _ => {}
        }
    }
    found
}

#[track_caller]
fn is_flushed(machine: &Machine<'_>, command: &[&str]) {
    let ours = Of {
        program: "palimpsest",
        ..Of::default()
    };
    let traced = traced(machine, &[], command, (0, What::Count, ours));
    let run = traced.run.ok();
    assert!(
        traced.steps.iter().any(|step| step.call == "rename"),
        "{run}"
    );
    let is_synced = traced.steps.iter().any(|step| step.call == "sync");
    assert!(is_synced, "{run}");
    assert_eq!(unflushed(&traced.steps), BTreeSet::new(), "{run}");
}

#[test]
fn what_is_written_is_flushed_before_it_gets_its_name() {
    if !works() {
        return;
    }
    let sandbox = Sandbox::new();
    let (laptop, _) = journal(&sandbox, &[(DAY, "people: [Alice]", "Hello.\n")]);
    is_flushed(&laptop, &["palimpsest", "backup-full"]);
    let archives = std::fs::read_dir(laptop.path("backups/full_data")).unwrap();
    let archive = archives.map(|file| file.unwrap().path()).next().unwrap();
    let archive = archive.to_str().unwrap();
    // Absolute, as the tracer tells of files that are open.
    let full = |name: &str| sandbox.root().join(name).to_str().unwrap().to_owned();
    std::fs::create_dir(full("empty")).unwrap();
    for folder in [full("new"), full("empty")] {
        is_flushed(
            &laptop,
            &["palimpsest", "restore-full", archive, "--into", &folder],
        );
    }
    for (name, city) in [("base", "A"), ("ours", "B"), ("theirs", "A")] {
        laptop.write(name, format!("---\ncity: {city}\n---\n"));
    }
    let merge = ["palimpsest", "merge", "base", "ours", "theirs", "-o"];
    for out in [full("laptop/new.md"), full("laptop/ours")] {
        is_flushed(&laptop, &[&merge[..], &[&out]].concat());
    }
}
