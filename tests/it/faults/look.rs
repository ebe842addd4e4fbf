//! What stands where: before a kill, right after it, and when all is done.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use palimpsest::store::Store;

use crate::sandbox::{Machine, Run};

const DATABASE: &str = "data/palimpsest.db";

/// Files by their path, from the top of the work tree.
pub type Files = BTreeMap<String, Vec<u8>>;

/// A machine whose clock stands still, so that what is done twice is the same.
pub struct Actor<'a> {
    pub machine: Machine<'a>,
    pub now: String,
    /// There is a database in the end: who reads it makes it.
    pub indexed: bool,
}

impl Actor<'_> {
    pub fn env(&self) -> [(&str, &str); 3] {
        ["PALIMPSEST_NOW", "GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"].map(|n| (n, self.now.as_str()))
    }

    #[track_caller]
    pub fn run(&self, command: &[&str]) -> Run {
        self.machine
            .run_with(&self.env(), command[0], &command[1..])
    }

    /// The same in a folder.
    #[track_caller]
    pub fn run_in(&self, folder: &str, command: &[&str]) -> Run {
        self.machine
            .inside(folder)
            .run_with(&self.env(), command[0], &command[1..])
    }

    pub fn has_database(&self) -> bool {
        self.has(DATABASE)
    }

    pub fn has(&self, file: &str) -> bool {
        self.machine.exists(file)
    }

    /// The work tree and the hooks; no database, no backups.
    pub fn files(&self) -> Files {
        let mut files = Files::new();
        walk(self.machine.dir(), self.machine.dir(), &mut files);
        let ours = |path: &str| {
            !path.contains(DATABASE)
                && !path.starts_with("backups/")
                && (!path.starts_with(".git/") || path.starts_with(".git/hooks/"))
        };
        files.retain(|path, _| ours(path));
        files
    }

    /// What a killed process left: locks, and files that never got their name.
    pub fn leftovers(&self) -> BTreeSet<String> {
        let mut files = Files::new();
        walk(self.machine.dir(), self.machine.dir(), &mut files);
        let unfinished =
            |part: &str| part.starts_with(".palimpsest-") || part.starts_with(".merge_file_");
        let mut left = BTreeSet::new();
        for path in files.into_keys() {
            let parts: Vec<&str> = path.split('/').collect();
            if let Some(n) = parts.iter().position(|p| unfinished(p)) {
                left.insert(parts[..=n].join("/"));
            } else if path.starts_with(".git/") && path.ends_with(".lock") {
                left.insert(path);
            }
        }
        left
    }

    /// Whether git has these bytes, or they were put aside before something was
    /// written over them.
    pub fn has_elsewhere(&self, bytes: &[u8]) -> bool {
        let id = git2::Oid::hash_object(git2::ObjectType::Blob, bytes).unwrap();
        let found = self.machine.git(["cat-file", "-e", &id.to_string()]);
        if found.code == 0 {
            return true;
        }
        let mut aside = Files::new();
        walk(
            self.machine.dir(),
            &self.machine.path(".git/palimpsest"),
            &mut aside,
        );
        walk(
            self.machine.dir(),
            &self.machine.path(".git/hooks"),
            &mut aside,
        );
        aside.values().any(|b| b == bytes) || self.is_backed_up(bytes)
    }

    fn is_backed_up(&self, bytes: &[u8]) -> bool {
        let mut archives = Files::new();
        walk(
            self.machine.dir(),
            &self.machine.path("backups"),
            &mut archives,
        );
        archives.retain(|path, _| path.contains("before-restore"));
        archives.values().any(|archive| {
            let mut tar = tar::Archive::new(flate2::read::GzDecoder::new(&archive[..]));
            tar.entries().unwrap().any(|member| {
                let mut there = Vec::new();
                std::io::Read::read_to_end(&mut member.unwrap(), &mut there).unwrap();
                there == bytes
            })
        })
    }

    /// All that must be the same in the end, however it came about.
    pub fn state(&self) -> State {
        let git = |args: &[&str]| {
            let run = self.machine.git(args);
            format!("{}{}", run.code, run.stdout)
        };
        let rows = match self.indexed || self.has(DATABASE) {
            true => {
                // A reader brings it up to date.
                self.run(&["metadb", "sync", "stats"]);
                let store = Store::open(&self.machine.path(DATABASE), None);
                store.unwrap().0.dump().unwrap()
            }
            false => Vec::new(),
        };
        let mut backups = Files::new();
        walk(
            self.machine.dir(),
            &self.machine.path("backups"),
            &mut backups,
        );
        State {
            files: self.files(),
            rows,
            backups: !backups.is_empty(),
            git: [
                git(&["log", "-1", "--format=%T %s"]),
                git(&["rev-list", "--count", "HEAD"]),
                git(&["symbolic-ref", "HEAD"]),
                git(&["status", "--porcelain", "-uall"]),
                git(&["stash", "list"]),
                git(&["config", "--list", "--local"]),
                git(&["for-each-ref", "--format=%(refname) %(tree) %(subject)"]),
                git(&["-C", "linked", "status", "--porcelain", "-uall"]),
            ]
            .into(),
            doctor: self.run(&["palimpsest", "doctor"]).output(),
        }
    }
}

/// What is compared in the end.
#[derive(Debug, PartialEq, Eq)]
pub struct State {
    git: Vec<String>,
    files: Files,
    rows: Vec<String>,
    doctor: String,
    backups: bool,
}

impl State {
    /// The same for a commit that went without its ledger rows: the rest of its
    /// tree, and the removals, which are derived from history.
    pub fn differs_but_in_rows(&self, other: &Self) -> String {
        let all = |s: &Self| {
            let mut files = s.files.clone();
            let ledgers = ["data/ledger/", "linked/data/ledger/"];
            files.retain(|path, _| !ledgers.iter().any(|l| path.starts_with(l)));
            let removed = s
                .rows
                .iter()
                .filter(|r| r.starts_with("association_tombstones"));
            let items: BTreeSet<String> = removed
                .map(|r| r.split(" | ").take(4).collect::<Vec<_>>().join(" "))
                .collect();
            Self {
                git: s.git[1..4].to_vec(),
                files,
                rows: items.into_iter().collect(),
                doctor: String::new(),
                backups: s.backups,
            }
        };
        all(self).differs(&all(other))
    }

    /// How another state is not this one; empty if it is.
    pub fn differs(&self, other: &Self) -> String {
        let mut out = String::new();
        let mut say = |what: &str, wanted: &str, found: &str| {
            if wanted != found {
                out += &format!("  {what}:\n    wanted {wanted:?}\n    found  {found:?}\n");
            }
        };
        for (wanted, found) in self.git.iter().zip(&other.git) {
            say("git", wanted, found);
        }
        let paths: BTreeSet<_> = self.files.keys().chain(other.files.keys()).collect();
        let text = |files: &Files, path: &str| {
            let bytes = files
                .get(path)
                .map(|b| String::from_utf8_lossy(b).into_owned());
            format!("{bytes:?}")
        };
        for path in paths {
            say(path, &text(&self.files, path), &text(&other.files, path));
        }
        let only = |a: &[String], b: &[String]| {
            let rows: Vec<_> = a.iter().filter(|r| !b.contains(r)).cloned().collect();
            rows.join("; ")
        };
        say(
            "rows",
            &only(&self.rows, &other.rows),
            &only(&other.rows, &self.rows),
        );
        say("doctor", &self.doctor, &other.doctor);
        say(
            "backups",
            &self.backups.to_string(),
            &other.backups.to_string(),
        );
        out
    }
}

fn walk(top: &Path, dir: &Path, into: &mut Files) {
    let Ok(found) = fs::read_dir(dir) else {
        return;
    };
    for found in found {
        let path = found.unwrap().path();
        let name = path.strip_prefix(top).unwrap().to_str().unwrap().to_owned();
        if path.is_dir() && !path.is_symlink() {
            if name != ".git/objects" {
                walk(top, &path, into);
            }
            if name.contains(".palimpsest-") {
                into.insert(format!("{name}/"), Vec::new());
            }
        } else if let Ok(bytes) = fs::read(&path) {
            into.insert(name, bytes);
        }
    }
}
