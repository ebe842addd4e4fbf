//! A sandbox with real git: a bare remote and any number of named machines.
//!
//! Nothing of the caller reaches it: the environment is emptied, git reads one
//! configuration file of the sandbox's own, and the clock is fixed and moves on
//! a minute with each command.

mod machine;
mod run;
mod terminal;

use std::cell::Cell;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

pub use machine::{Machine, active, entry, how, removals};
pub use run::Run;
pub use terminal::Terminal;

/// A day to have an entry of.
pub const DAY: &str = "2024-11-01";

/// The ledger of that day's year, in its default folder.
pub const LEDGER: &str = "data/ledger/2024.jsonl";

/// A laptop's journal with these entries (date, frontmatter's lines, body) and the
/// desktop's clone of it, both set up by `palimpsest init`, both at the same commit.
#[track_caller]
pub fn journal<'a>(
    sandbox: &'a Sandbox,
    entries: &[(&str, &str, &str)],
) -> (Machine<'a>, Machine<'a>) {
    let laptop = sandbox.machine("laptop");
    for (date, fields, body) in entries {
        laptop.write_entry(date, fields, body);
    }
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    laptop.assert_clean();
    laptop.push();
    let desktop = sandbox.machine("desktop");
    desktop.palimpsest(["init"]).ok();
    desktop.assert_clean();
    (laptop, desktop)
}

/// 2026-01-05T09:00:00Z, a Monday morning.
const START: i64 = 1_767_603_600;

const GIT_CONFIG: &str = "\
[user]
	name = Orla Pennyfold
	email = orla@example.org
[init]
	defaultBranch = main
[core]
	pager = cat
[gc]
	auto = 0
[maintenance]
	auto = false
";

/// A temporary folder with `remote.git`, `home`, `bin` and a folder per machine.
#[derive(Debug)]
pub struct Sandbox {
    root: TempDir,
    now: Cell<i64>,
    /// How many files were made to look old.
    aged: Cell<u64>,
}

impl Sandbox {
    /// An empty bare remote, and no machine yet.
    pub fn new() -> Self {
        Self::in_folder("palimpsest-")
    }

    /// The same, in a folder whose name begins with `prefix` (to try spaces in paths).
    pub fn in_folder(prefix: &str) -> Self {
        let root = tempfile::Builder::new().prefix(prefix).tempdir().unwrap();
        let sandbox = Self {
            root,
            now: Cell::new(START),
            aged: Cell::new(0),
        };
        for folder in ["home", "bin", "tmp"] {
            fs::create_dir(sandbox.root().join(folder)).unwrap();
        }
        fs::write(sandbox.git_config(), GIT_CONFIG).unwrap();
        for name in ["palimpsest", "yaml2sql", "wiki2sql", "metadb"] {
            let program = assert_cmd::cargo::cargo_bin!("palimpsest");
            std::os::unix::fs::symlink(program, sandbox.bin().join(name)).unwrap();
        }
        sandbox
            .run_in(
                sandbox.root(),
                "git",
                ["init", "-q", "--bare", "remote.git"],
            )
            .ok();
        sandbox
    }

    /// A clone of the remote in a folder of that name, whose `palimpsest.machine` it is.
    pub fn machine(&self, name: &str) -> Machine<'_> {
        self.run_in(self.root(), "git", ["clone", "-q", "remote.git", name])
            .ok();
        let machine = Machine::new(self, name);
        machine.named(name);
        machine
    }

    /// A repository without a remote.
    pub fn repository(&self, name: &str) -> Machine<'_> {
        self.run_in(self.root(), "git", ["init", "-q", name]).ok();
        let machine = Machine::new(self, name);
        machine.named(name);
        machine
    }

    /// A plain folder, no repository.
    pub fn folder(&self, name: &str) -> Machine<'_> {
        fs::create_dir_all(self.root().join(name)).unwrap();
        Machine::new(self, name)
    }

    /// The temporary folder that everything is in.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// `$HOME` of all commands.
    pub fn home(&self) -> PathBuf {
        self.root().join("home")
    }

    /// The folder of `palimpsest` and its other names, first in `$PATH`.
    pub fn bin(&self) -> PathBuf {
        self.root().join("bin")
    }

    /// Git's only configuration besides the repositories'.
    pub fn git_config(&self) -> PathBuf {
        self.home().join("gitconfig")
    }

    /// Moves the clock on by whole days.
    pub fn pass_days(&self, days: i64) {
        self.now.set(self.now.get() + days * 86_400);
    }

    /// The time that the last command was given, RFC 3339.
    pub fn now(&self) -> String {
        self.now_there(0)
    }

    /// The same by a clock that goes wrong by some days.
    pub fn now_there(&self, days: i64) -> String {
        chrono::DateTime::from_timestamp(self.now.get() + days * 86_400, 0)
            .unwrap()
            .to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
    }

    /// A command in the sandbox's environment, a minute later than the last one.
    pub fn command(&self, dir: &Path, program: impl AsRef<OsStr>) -> Command {
        self.now.set(self.now.get() + 60);
        let now = self.now();
        let mut path = self.bin().into_os_string();
        if let Some(outer) = std::env::var_os("PATH") {
            path.push(":");
            path.push(outer);
        }
        // `Command` looks a bare name up in the PATH that it is given.
        let mut command = Command::new(program);
        command.current_dir(dir).env_clear().env("PATH", path);
        for (name, value) in [
            ("HOME", self.home()),
            ("TMPDIR", self.root().join("tmp")),
            ("GIT_CONFIG_GLOBAL", self.git_config()),
            ("GIT_CEILING_DIRECTORIES", self.root().into()),
        ] {
            command.env(name, value);
        }
        for (name, value) in [
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_TERMINAL_PROMPT", "0"),
            // As `core.fsync=none` does, with which the index would be git's to write.
            ("GIT_TEST_FSYNC", "0"),
            ("GIT_EDITOR", "true"),
            ("GIT_MERGE_AUTOEDIT", "no"),
            ("GIT_AUTHOR_DATE", now.as_str()),
            ("GIT_COMMITTER_DATE", now.as_str()),
            ("PALIMPSEST_NOW", now.as_str()),
            ("TZ", "UTC"),
            ("LC_ALL", "C"),
            ("TERM", "dumb"),
        ] {
            command.env(name, value);
        }
        // Coverage of the processes that the tests start.
        if let Some(profile) = std::env::var_os("LLVM_PROFILE_FILE") {
            command.env("LLVM_PROFILE_FILE", profile);
        }
        command
    }

    /// Runs a program in a folder.
    #[track_caller]
    pub fn run_in<A: AsRef<OsStr>>(
        &self,
        dir: &Path,
        program: &str,
        args: impl IntoIterator<Item = A>,
    ) -> Run {
        let mut command = self.command(dir, program);
        command.args(args);
        Run::of(command)
    }
}
