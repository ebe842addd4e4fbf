//! The tracer, and what it writes down.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::harness::not_run;
use crate::sandbox::{Machine, Run};

const SOURCE: &str = include_str!("tracer.c");

/// What is done at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Nothing: the steps are only counted.
    Count,
    /// The process is killed, where it writes in the middle of it; those around it go on.
    Kill,
    /// Every process is killed, before the call.
    KillAll,
    /// The process gets a signal.
    Signal(i32),
    /// The call fails with this error.
    Refuse(i32),
    /// It and each one after it.
    RefuseFrom(i32),
    /// Every write is cut short.
    Short,
    /// Every call takes so many milliseconds more.
    Slow(i32),
}

impl What {
    const fn words(self) -> (&'static str, i32) {
        match self {
            Self::Count => ("count", 0),
            Self::Kill => ("kill", 0),
            Self::KillAll => ("kill-all", 0),
            Self::Signal(n) => ("signal", n),
            Self::Refuse(e) => ("refuse", e),
            Self::RefuseFrom(e) => ("refuse-from", e),
            Self::Short => ("short", 0),
            Self::Slow(ms) => ("slow", ms),
        }
    }
}

/// Which steps count: all of them where a part is empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct Of {
    /// The calls, with commas between: `open,write`. `open` alone counts every
    /// file that is opened; else it is those that are made or emptied.
    pub calls: &'static str,
    /// A part of the path.
    pub path: &'static str,
    /// The name of the program.
    pub program: &'static str,
}

/// One call that changes a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub program: String,
    pub call: String,
    /// From the sandbox's top, names that are made up replaced.
    pub path: String,
    pub to: String,
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}", self.program, self.call, self.path)?;
        if self.to.is_empty() {
            return Ok(());
        }
        write!(f, " -> {}", self.to)
    }
}

/// A command under the tracer, and its steps.
#[derive(Debug)]
pub struct Traced {
    pub run: Run,
    pub steps: Vec<Step>,
}

/// Runs a command of a machine; `at` is the step at which something is done, from 1.
#[track_caller]
pub fn traced(
    machine: &Machine<'_>,
    env: &[(&str, &str)],
    command: &[&str],
    (at, what, of): (usize, What, Of),
) -> Traced {
    let top = machine.dir().parent().unwrap();
    let log = top.join("steps");
    let (word, argument) = what.words();
    let (at, argument) = (at.to_string(), argument.to_string());
    let [root, log_name] = [top, &log].map(|p| p.to_str().unwrap());
    let words = [
        root, log_name, &at, word, &argument, of.calls, of.path, of.program, "--",
    ];
    let args = words.iter().chain(command);
    let run = machine.run_with(env, tracer().to_str().unwrap(), args);
    assert!(!(120..=122).contains(&run.code), "{run}");
    let text = String::from_utf8_lossy(&fs::read(&log).unwrap()).into_owned();
    let steps = text.lines().map(step).collect();
    Traced { run, steps }
}

fn step(line: &str) -> Step {
    let mut words = line.split('\t').map(str::to_owned);
    let mut word = || words.next().unwrap_or_default();
    Step {
        program: word(),
        call: word(),
        path: plain(&word()),
        to: plain(&word()),
    }
}

/// A path with `*` for what is another one in each run.
fn plain(path: &str) -> String {
    let parts = path.split('/').map(|part| {
        for prefix in [
            ".palimpsest-restore-",
            ".palimpsest-unfinished-",
            ".palimpsest-",
            ".merge_file_",
            "tmp_obj_",
            "tmp_pack_",
            "tmp_idx_",
            "next-index-",
            ".tmp",
        ] {
            if part.starts_with(prefix) {
                return format!("{prefix}*");
            }
        }
        part.to_owned()
    });
    parts.collect::<Vec<_>>().join("/")
}

/// Whether processes can be traced here; says so where a container forbids it.
pub fn works() -> bool {
    static WORKS: OnceLock<bool> = OnceLock::new();
    *WORKS.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("steps");
        let mut probe = Command::new(tracer());
        probe
            .args([folder.path(), &log])
            .args(["0", "count", "0", "", "", "", "--"]);
        probe
            .args(["sh", "-c", "echo x > \"$0\""])
            .arg(folder.path().join("x"));
        let run = Run::of(probe);
        let counted = fs::read_to_string(log).unwrap_or_default().lines().count();
        let works = run.code == 0 && counted == 2;
        if !works {
            not_run(&format!("processes cannot be traced here: {run}"));
        }
        works
    })
}

/// The tracer's program, made by the C compiler where this version of it is not there.
fn tracer() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let mut hasher = DefaultHasher::new();
        SOURCE.hash(&mut hasher);
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let program = folder.join(format!("tracer-{:x}", hasher.finish()));
        if !program.exists() {
            let new = tempfile::Builder::new().tempdir_in(folder).unwrap();
            let (source, made) = (new.path().join("tracer.c"), new.path().join("tracer"));
            fs::write(&source, SOURCE).unwrap();
            let mut cc = Command::new("cc");
            cc.args(["-O1", "-Wall", "-o"]).args([&made, &source]);
            Run::of(cc).ok();
            fs::rename(made, &program).unwrap();
        }
        program
    })
}
