//! A scene, prepared, with a copy to go back to.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::look::{Actor, Files, State};
use super::scenes::Scene;
use super::tracer::{Of, Step, What, traced};
use crate::sandbox::{Run, Sandbox};

/// A scene on the stage: prepared, with a copy to go back to.
pub struct Stage<'a> {
    pub scene: &'static Scene,
    sandbox: &'a Sandbox,
    pub actor: Actor<'a>,
    before: Files,
    after: Files,
    /// What the command is there to write over: nothing else has it afterwards.
    replaced: Vec<String>,
    wanted: State,
}

const PLACES: [&str; 2] = ["laptop", "remote.git"];

impl<'a> Stage<'a> {
    pub fn new(scene: &'static Scene, sandbox: &'a Sandbox) -> (Self, Vec<Step>) {
        let machine = (scene.prepare)(sandbox);
        for sample in fs::read_dir(machine.path(".git/hooks")).unwrap() {
            let path = sample.unwrap().path();
            if path.extension().is_some_and(|e| e == "sample") {
                fs::remove_file(path).unwrap();
            }
        }
        fs::create_dir(sandbox.root().join("copy")).unwrap();
        for place in PLACES {
            copy(&sandbox.root().join(place), &sandbox.root().join("copy"));
        }
        let mut actor = Actor {
            machine,
            now: sandbox.now(),
            indexed: false,
        };
        let before = actor.files();
        let whole = traced(
            &actor.machine,
            &actor.env(),
            scene.command,
            (0, What::Count, Of::default()),
        );
        assert_eq!(whole.run.code, scene.code, "{}", whole.run);
        let after = actor.files();
        actor.indexed = actor.has_database();
        let replaces = |path: &&String| {
            let (old, new) = (&before[*path], after.get(*path));
            new != Some(old) && !actor.has_elsewhere(old)
        };
        let replaced: Vec<String> = before.keys().filter(replaces).cloned().collect();
        let planned = replaced
            .iter()
            .all(|p| scene.replaces.iter().any(|r| p.starts_with(r)));
        assert!(
            planned,
            "{}: old bytes are nowhere: {replaced:?}",
            scene.name
        );
        let wanted = actor.state();
        let stage = Self {
            replaced,
            scene,
            sandbox,
            actor,
            before,
            after,
            wanted,
        };
        (stage, whole.steps)
    }

    pub fn rewind(&self) {
        for place in PLACES {
            let place = self.sandbox.root().join(place);
            fs::remove_dir_all(&place).unwrap();
            let name = place.file_name().unwrap();
            copy(
                &self.sandbox.root().join("copy").join(name),
                self.sandbox.root(),
            );
        }
        for extra in self.scene.made {
            let _ = fs::remove_dir_all(self.sandbox.root().join(extra));
        }
        for left in fs::read_dir(self.sandbox.root().join("tmp")).unwrap() {
            let _ = fs::remove_file(left.unwrap().path());
        }
    }

    /// Does something at a step; gives what is wrong afterwards, and `None` where
    /// the command has no such step.
    pub fn disturb(&self, at: usize, what: What, of: Of) -> Option<(Run, String)> {
        self.rewind();
        let actor = &self.actor;
        let traced = traced(
            &actor.machine,
            &actor.env(),
            self.scene.command,
            (at, what, of),
        );
        let step = traced.steps.get(at - 1)?;
        let wrong = self.afterwards(&traced.run, step.program == "git");
        let run = traced.run;
        if wrong.is_empty() {
            return Some((run, wrong));
        }
        let wrong = format!("{at} {what:?} {step}\n{wrong}{run}");
        Some((run, wrong))
    }

    /// What is wrong after a run: something is lost, not said, or not mended by
    /// doing it again. `of_git`: it was git that was disturbed.
    pub fn afterwards(&self, run: &Run, of_git: bool) -> String {
        let mut wrong = self.lost(of_git);
        wrong += &self.said();
        if !wrong.is_empty() {
            return wrong;
        }
        let again: Vec<Run> = (self.scene.again)(&self.actor, self.scene.command);
        let now = self.actor.state();
        // A commit goes on where the hook cannot: it says so.
        let differs = match run.stderr.contains("warning: pre-commit: ") {
            true => self.wanted.differs_but_in_rows(&now),
            false => self.wanted.differs(&now),
        };
        if differs.is_empty() {
            return differs;
        }
        let told: Vec<String> = again.iter().map(ToString::to_string).collect();
        format!("{differs}{}\n", told.join("\n"))
    }

    /// How it stands otherwise than after an undisturbed run; empty if not.
    pub fn unlike(&self) -> String {
        self.wanted.differs(&self.actor.state())
    }

    /// Whatever a person wrote is there, and each file is the old or the new one.
    fn lost(&self, of_git: bool) -> String {
        let mut wrong = String::new();
        let now = self.actor.files();
        let left = self.actor.leftovers();
        let paths = self
            .before
            .keys()
            .chain(self.after.keys())
            .chain(now.keys());
        let paths: BTreeSet<_> = paths.collect();
        for path in paths.into_iter().filter(|p| !is_in(&left, p)) {
            let (before, after) = (self.before.get(path), self.after.get(path));
            let now = now.get(path);
            if now == before {
                continue;
            }
            if let Some(before) = before
                && !(now == after && self.replaced.contains(path))
                && !self.actor.has_elsewhere(before)
            {
                wrong += &format!(
                    "  {path}: its old bytes are nowhere, now {:?}\n",
                    now.map(|b| String::from_utf8_lossy(b))
                );
            }
            // Git writes files in place; what was there is in its objects (see above).
            let known = now == after || of_git || now.is_some_and(|b| self.actor.has_elsewhere(b));
            if !known {
                wrong += &format!(
                    "  {path}: neither old nor new: {:?}\n",
                    now.map(|b| String::from_utf8_lossy(b))
                );
            }
        }
        let fsck = self
            .actor
            .run(&["git", "fsck", "--no-dangling", "--no-progress"]);
        if fsck.code != 0 {
            wrong += &fsck.to_string();
        }
        wrong
    }

    /// The next commands say what was left; what doctor says to remove is removed.
    fn said(&self) -> String {
        let mut wrong = String::new();
        let status = self.actor.run(&["git", "status"]);
        if status.code != 0 {
            wrong += &status.to_string();
        }
        // Each work tree has locks of its own.
        let linked = self.actor.has("linked").then_some("linked");
        let (mut named, mut behind) = (String::new(), Vec::new());
        for place in ["."].into_iter().chain(linked) {
            let doctor = self.actor.run_in(place, &["palimpsest", "doctor"]);
            if !(0..=1).contains(&doctor.code) {
                wrong += &doctor.to_string();
            }
            if doctor.stdout.contains("as it was before HEAD") {
                behind.push(place);
            }
            named += &doctor.stdout;
        }
        for left in self.actor.leftovers() {
            let path = self.actor.machine.path(&left);
            if !named.contains(&format!("{}: left", path.display())) {
                wrong += &format!("  {left}: left, and doctor does not say so\n");
            }
            self.actor.run(&["rm", "-r", &left]);
        }
        for place in behind {
            self.actor.run_in(place, &["palimpsest", "doctor", "--fix"]);
        }
        wrong
    }
}

fn is_in(left: &BTreeSet<String>, path: &str) -> bool {
    let below = |l: &String| {
        path.strip_prefix(l.as_str())
            .is_some_and(|r| r.is_empty() || r.starts_with('/'))
    };
    left.iter().any(below)
}

fn copy(from: &Path, into: &Path) {
    let mut cp = std::process::Command::new("cp");
    Run::of({
        cp.arg("-a").args([from, into]);
        cp
    })
    .ok();
}
