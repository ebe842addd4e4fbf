//! What the index, a commit and a pull cost, as ratios of CPU time in one run.
//!
//! `cargo bench --bench journal [-- ENTRIES]`, 1,000 if not said. With `-- scale` what
//! a first sync of 100,000 entries takes in time and memory instead, with `-- growth`
//! what the ledger of 500 commits adds to a repository. Another build of the
//! program can be named in `BENCH_PROGRAM`, a folder that is only to be filled with
//! a journal in `BENCH_GENERATE`. CPU time is that
//! of the processes and all they start, user and system, from the kernel's own
//! accounts, summed over the rounds of each side in turn.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]

#[path = "journal/generator.rs"]
mod generator;
#[path = "journal/growth.rs"]
mod growth;
#[path = "journal/scale.rs"]
mod scale;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where the kernel accounts for CPU time.
const ACCOUNT: &str = "/proc/self/stat";
/// Of user and system time there, a second.
const TICKS: f64 = 100.0;

fn main() {
    // `cargo bench` adds `--bench`.
    let entries = std::env::args()
        .find_map(|a| a.parse().ok())
        .unwrap_or(1_000);
    if let Some(top) = std::env::var_os("BENCH_GENERATE") {
        return generator::write(Path::new(&top), entries);
    }
    if !Path::new(ACCOUNT).exists() {
        println!("not measured: CPU time is read from {ACCOUNT}, which Linux alone has");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench {
        root: folder.path().to_owned(),
        program: std::env::var("BENCH_PROGRAM")
            .unwrap_or_else(|_| env!("CARGO_BIN_EXE_palimpsest").to_owned()),
    };
    fs::write(
        bench.root.join("gitconfig"),
        "[user]\nname = Orla\nemail = orla@example.org\n[init]\ndefaultBranch = main\n[gc]\nauto = 0\n",
    )
    .unwrap();
    for argument in std::env::args() {
        match argument.as_str() {
            "scale" => return scale::print(&bench),
            "growth" => return growth::print(&bench),
            _ => {}
        }
    }
    println!(
        "{entries} entries of {} bytes; CPU time in ms, one run each",
        generator::LENGTH
    );
    bench.index(entries);
    let small = bench.everyday("small", 100);
    let full = bench.everyday("full", entries);
    for (small, full) in small.iter().zip(&full) {
        full.print_growth(small, entries);
    }
}

/// What an everyday command took, in seconds: with Palimpsest, and plain git alone.
struct Took {
    what: &'static str,
    with: f64,
    plain: f64,
}

impl Took {
    /// Prints how the same command grows with the journal.
    ///
    /// Plain git grows by itself: it reads and writes an index of all files, and looks at
    /// each of them. So the goal, within a tenth of the same at 100 entries, is one for
    /// what Palimpsest adds: the time with it, less plain git's.
    fn print_growth(&self, small: &Self, entries: usize) {
        let added = |took: &Self| took.with - took.plain;
        println!(
            "{} of 10 at {entries} entries / at 100: with {:.2}, plain git {:.2}, \
             what is added {:.1} / {:.1} = {:.2} (goal 1.1)",
            self.what,
            self.with / small.with,
            self.plain / small.plain,
            added(self) * 1e3,
            added(small) * 1e3,
            added(self) / added(small)
        );
    }
}

struct Bench {
    root: PathBuf,
    program: String,
}

impl Bench {
    fn command(&self, dir: &Path, program: &str, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(args)
            .current_dir(dir)
            .env("GIT_CONFIG_GLOBAL", self.root.join("gitconfig"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// Runs a command; gives its CPU time in seconds.
    fn run(&self, dir: &Path, program: &str, args: &[&str]) -> f64 {
        let before = children();
        let status = self.command(dir, program, args).status().unwrap();
        assert!(status.success(), "{program} {args:?} in {}", dir.display());
        children() - before
    }

    fn git(&self, dir: &Path, args: &[&str]) -> f64 {
        self.run(dir, "git", args)
    }

    fn index(&self, entries: usize) {
        let top = self.root.join("index");
        fs::create_dir(&top).unwrap();
        generator::write(&top, entries);
        let database = top.join("data/palimpsest.db");
        let sync = ["yaml2sql", "sync", "journal/md"];
        let (mut first, mut add) = (0.0, 0.0);
        for _ in 0..3 {
            let _ = fs::remove_dir_all(top.join(".git"));
            self.git(&top, &["init", "-q"]);
            add += self.git(&top, &["add", "journal", "wiki"]);
            self.git(&top, &["commit", "-q", "-m", "Begin"]);
            let _ = fs::remove_file(&database);
            first += self.run(&top, &self.program, &sync);
        }
        report("first sync / git add", first / 3.0, add / 3.0, 0.5);
        let rounds = if entries > 2_000 { 20 } else { 40 };
        let same = Self::mean(rounds, |_| self.run(&top, &self.program, &sync));
        let status = Self::mean(rounds, |_| self.git(&top, &["status"]));
        report("nothing changed / git status", same, status, 1.2);
        let one = Self::mean(rounds, |round| {
            let path = generator::path(round);
            let text = generator::entry(round).replacen("tags: [", "tags: [new, ", 1);
            fs::write(top.join(&path), text).unwrap();
            self.run(&top, &self.program, &["yaml2sql", "update", &path])
        });
        let bare = Self::mean(200, |_| self.run(&top, &self.program, &["--version"]));
        report("one update / bare start", one, bare, 2.0);
    }

    /// The mean CPU time of many runs; the kernel's account has steps of 10 ms.
    fn mean<T>(rounds: usize, run: impl Fn(usize) -> T) -> f64 {
        let before = children();
        for round in 0..rounds {
            run(round);
        }
        (children() - before) / rounds as f64
    }

    /// Commits and pulls of ten changed entries, with and without: ten days in a row, and
    /// ten that are spread over the years, which are in several ledgers and folders.
    fn everyday(&self, name: &str, entries: usize) -> Vec<Took> {
        // The kernel's account has steps of 10 ms, which even out over the rounds.
        let rounds = if entries > 2_000 { 20 } else { 40 };
        let sides = ["with", "without"].map(|side| {
            let folder = self.root.join(format!("{name}-{side}"));
            let (writer, reader) = (folder.join("writer"), folder.join("reader"));
            fs::create_dir_all(&writer).unwrap();
            generator::write(&writer, entries);
            self.git(&writer, &["init", "-q"]);
            if side == "with" {
                self.git(&writer, &["config", "palimpsest.machine", "laptop"]);
                self.run(&writer, &self.program, &["init"]);
            }
            self.git(&writer, &["add", "-A"]);
            self.git(&writer, &["commit", "-q", "-m", "Begin"]);
            self.git(&folder, &["clone", "-q", "writer", "reader"]);
            if side == "with" {
                self.git(&reader, &["config", "palimpsest.machine", "desktop"]);
                self.run(&reader, &self.program, &["init"]);
            }
            self.git(&reader, &["status"]);
            (writer, reader)
        });
        let ways = [
            ("commit", "pull", 1),
            ("spread commit", "spread pull", entries / 100),
        ];
        let (mut commits, mut pulls) = ([[0.0; 2]; 2], [[0.0; 2]; 2]);
        for round in 0..rounds {
            for (way, (_, _, step)) in ways.iter().enumerate() {
                for (side, (writer, reader)) in sides.iter().enumerate() {
                    let new = format!("tags: [new{round}{way}, ");
                    for at in 0..10 {
                        let number = (round * 10 + at) * step % entries;
                        let text = generator::entry(number).replacen("tags: [", &new, 1);
                        fs::write(writer.join(generator::path(number)), text).unwrap();
                    }
                    commits[way][side] += self.git(writer, &["commit", "-q", "-a", "-m", "Ten"]);
                    pulls[way][side] += self.git(reader, &["pull", "-q"]);
                }
            }
        }
        let mut all = Vec::new();
        for (way, (commit, pull, _)) in ways.into_iter().enumerate() {
            for (what, [with, plain]) in [(commit, commits[way]), (pull, pulls[way])] {
                let (with, plain) = (with / rounds as f64, plain / rounds as f64);
                report(
                    &format!("{what} of 10 of {entries} / plain git"),
                    with,
                    plain,
                    1.5,
                );
                all.push(Took { what, with, plain });
            }
        }
        all
    }
}

/// CPU time of the children that were waited for, in seconds.
fn children() -> f64 {
    let stat = fs::read_to_string(ACCOUNT).unwrap();
    // The name in brackets may hold anything; cutime and cstime are 16 and 17.
    let fields: Vec<&str> = stat
        .rsplit_once(')')
        .unwrap()
        .1
        .split_whitespace()
        .collect();
    let ticks = |at: usize| fields[at - 3].parse::<f64>().unwrap();
    (ticks(16) + ticks(17)) / TICKS
}

fn report(what: &str, ours: f64, theirs: f64, goal: f64) {
    println!(
        "{what:>41}: {:8.1} / {:8.1} = {:5.2} (goal {goal})",
        ours * 1e3,
        theirs * 1e3,
        ours / theirs
    );
}
