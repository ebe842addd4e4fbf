//! The command line: one file per command, each with its arguments and its `run`, and
//! what several of them share:
//!
//! | file | question |
//! |---|---|
//! | `init`, `uninstall`, `doctor`, `demo` | Is a repository set up, and what does that bring? |
//! | `hook`, `merge_driver`, `ledger_driver`, `check` | What do git and hook managers call? |
//! | `merge`, `merges`, `resolve` | How is something merged by hand, what was, and what is left? |
//! | `yaml2sql`, `wiki2sql`, `metadb`, `reindex` | What is in the index, and what is settled there? |
//! | `backup` | How is the whole journal put aside, and back? |
//! | `journal` | Which journal is a command about, and is its index up to date? |
//! | `ui`, `shown` | How is something said, and what is safe for a terminal? |
//! | `exit` | With which code does the program end? |
//! | `refreshed`, `migration` | What came of an index, and of taking over the original's database? |
//! | `question`, `decide`, `hunk` | How is a person asked, what becomes of each hunk, and what is in conflict? |
//! | `settled`, `one_sided`, `against_removals` | What did `resolve` do, where one side has no file, and what stands against a removal? |
//!
//! One program that answers to four names: `palimpsest`, and `yaml2sql`,
//! `wiki2sql`, `metadb`, which are its subcommands of the same names.

mod against_removals;
mod backup;
mod check;
mod decide;
mod demo;
mod doctor;
mod exit;
mod hook;
mod hunk;
mod init;
mod journal;
mod ledger_driver;
mod merge;
mod merge_driver;
mod merges;
mod metadb;
mod migration;
mod one_sided;
mod question;
mod refreshed;
mod reindex;
mod resolve;
mod settled;
mod shown;
mod ui;
mod uninstall;
mod wiki2sql;
mod yaml2sql;

use std::ffi::OsString;
use std::path::Path;

use clap::{Parser, Subcommand};

pub use exit::Exit;
pub use ui::Ui;

/// Keeps a Markdown journal, its notes and its index the same on every machine,
/// through plain git pull, commit and push.
#[derive(Debug, Parser)]
#[command(name = "palimpsest", version, after_help = exit::HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    BackupFull(backup::BackupFull),
    BackupListFull(backup::BackupListFull),
    Check(check::Check),
    Demo(demo::Demo),
    Doctor(doctor::Doctor),
    Init(init::Init),
    Reindex(reindex::Reindex),
    RestoreFull(backup::RestoreFull),
    Uninstall(uninstall::Uninstall),
    Hook(hook::Hook),
    LedgerDriver(ledger_driver::LedgerDriver),
    Merge(merge::Merge),
    Merges(merges::Merges),
    MergeDriver(merge_driver::MergeDriver),
    Metadb(metadb::Metadb),
    Resolve(resolve::Resolve),
    Wiki2sql(wiki2sql::Wiki2sql),
    Yaml2sql(yaml2sql::Yaml2sql),
}

/// The commands that git calls, by the dozen in a merge or a rebase. To build all others
/// as well takes longer than to parse these.
#[derive(Debug, Parser)]
#[command(name = "palimpsest", version)]
struct ForGit {
    #[command(subcommand)]
    command: GitCommand,
}

#[derive(Debug, Subcommand)]
enum GitCommand {
    Hook(hook::Hook),
    LedgerDriver(ledger_driver::LedgerDriver),
    MergeDriver(merge_driver::MergeDriver),
}

/// The names, besides its own, under which the program is installed.
pub const OTHER_NAMES: [&str; 3] = ["yaml2sql", "wiki2sql", "metadb"];

/// The drivers' commands. To git their exit code 1 means a conflict with markers written,
/// so no other failure may end with it.
const DRIVERS: [&str; 2] = ["merge-driver", "ledger-driver"];

/// The word before a driver or a hook in the shell lines of `init`, which take an answer
/// only by exit codes that nothing else ends with. A program that does not know the word
/// ends with wrong usage.
const FOR_LINES: &str = "git";

/// Runs a command line; gives the process's exit code.
#[must_use]
pub fn main(args: Vec<OsString>) -> u8 {
    let (args, by_line) = for_lines(as_subcommand(args));
    let caller = Caller::of(&args);
    // A panic ends with 101, which git would take for a conflict that left
    // markers; a driver must say that it failed.
    let code = caller.code(std::panic::catch_unwind(|| run(&args)).ok());
    match by_line {
        true => exit::for_lines(code),
        false => code,
    }
}

/// The command line without the word of the shell lines, and whether it was there.
fn for_lines(mut args: Vec<OsString>) -> (Vec<OsString>, bool) {
    let is_one = args.get(1).is_some_and(|word| word == FOR_LINES)
        && matches!(Caller::of(&args[1..]), Caller::Driver | Caller::Hook);
    if is_one {
        args.remove(1);
    }
    (args, is_one)
}

/// The reader of the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Caller {
    /// Git, for a merge.
    Driver,
    /// A person or a script, for a merge.
    Merge,
    /// Git, for a hook.
    Hook,
    Person,
}

impl Caller {
    fn of(args: &[OsString]) -> Self {
        match args.get(1) {
            Some(command) if DRIVERS.iter().any(|d| command == d) => Self::Driver,
            Some(command) if command == "merge" => Self::Merge,
            Some(command) if command == "hook" => Self::Hook,
            _ => Self::Person,
        }
    }

    /// The process's exit code; `None` is a panic.
    const fn code(self, exit: Option<Exit>) -> u8 {
        match (self, exit) {
            (Self::Driver, Some(exit)) => exit.as_driver(),
            (Self::Merge, Some(Exit::Usage)) => Exit::Usage.code(),
            (Self::Merge, Some(exit)) => exit.as_driver(),
            (Self::Hook | Self::Person, Some(exit)) => exit.code(),
            (Self::Driver | Self::Merge, None) => exit::DRIVER_FAILED,
            // A defect here must not prevent a commit: rows that it lacks are derived
            // from history later.
            (Self::Hook, None) => Exit::Ok.code(),
            (Self::Person, None) => exit::PANIC,
        }
    }
}

fn run(args: &[OsString]) -> Exit {
    let ui = Ui::new();
    let parsed = match Caller::of(args) {
        Caller::Driver | Caller::Hook => {
            ForGit::try_parse_from(args).map(|git| match git.command {
                GitCommand::Hook(hook) => Command::Hook(hook),
                GitCommand::LedgerDriver(driver) => Command::LedgerDriver(driver),
                GitCommand::MergeDriver(driver) => Command::MergeDriver(driver),
            })
        }
        Caller::Merge | Caller::Person => Cli::try_parse_from(args).map(|cli| cli.command),
    };
    let command = match parsed {
        Ok(command) => command,
        Err(e) => {
            // Help and version are no errors; clap knows where each is printed.
            let shown = e.print();
            return match (e.use_stderr(), shown) {
                (false, _) => Exit::Ok,
                (true, _) => Exit::Usage,
            };
        }
    };
    match command.run(&ui) {
        Ok(exit) => exit,
        Err(error) => ui.report(&error),
    }
}

impl Command {
    fn run(self, ui: &Ui) -> anyhow::Result<Exit> {
        match self {
            Self::BackupFull(backup) => backup.run(ui),
            Self::BackupListFull(list) => list.run(ui),
            Self::Check(check) => check.run(ui),
            Self::Demo(demo) => demo.run(ui),
            Self::Doctor(doctor) => doctor.run(ui),
            Self::Init(init) => init.run(ui),
            Self::Reindex(reindex) => reindex.run(ui),
            Self::RestoreFull(restore) => restore.run(ui),
            Self::Uninstall(uninstall) => uninstall.run(ui),
            Self::Hook(hook) => hook.run(ui),
            Self::LedgerDriver(driver) => driver.run(ui),
            Self::Merge(merge) => merge.run(ui),
            Self::Merges(merges) => merges.run(ui),
            Self::MergeDriver(driver) => driver.run(ui),
            Self::Metadb(metadb) => metadb.run(ui),
            Self::Resolve(resolve) => resolve.run(ui),
            Self::Wiki2sql(wiki) => wiki.run(ui),
            Self::Yaml2sql(yaml) => yaml.run(ui),
        }
    }
}

/// Turns `metadb …` into `palimpsest metadb …`.
fn as_subcommand(mut args: Vec<OsString>) -> Vec<OsString> {
    let name = args
        .first()
        .and_then(|a| Path::new(a).file_stem())
        .map(OsString::from);
    // The version is the program's, under any name.
    let is_asked = args.get(1).is_some_and(|a| a == "--version" || a == "-V");
    if let Some(name) = name.filter(|n| !is_asked && OTHER_NAMES.iter().any(|o| n == o)) {
        args[0] = "palimpsest".into();
        args.insert(1, name);
    }
    args
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_has_its_exit_code() {
        let ends = [
            Some(Exit::Ok),
            Some(Exit::Failed),
            Some(Exit::Usage),
            Some(Exit::Conflict),
            None,
        ];
        for (command, codes) in [
            // Git takes 1 for a conflict with markers, and refuses the merge above 128.
            ("merge-driver", [0, 129, 129, 1, 129]),
            ("ledger-driver", [0, 129, 129, 1, 129]),
            // Here 1 is a conflict as well, so that a failure has another code.
            ("merge", [0, 129, 2, 1, 129]),
            // After a panic git goes on.
            ("hook", [0, 1, 2, 1, 0]),
            ("doctor", [0, 1, 2, 1, 101]),
        ] {
            let caller = Caller::of(&["palimpsest".into(), command.into()]);
            assert_eq!(ends.map(|end| caller.code(end)), codes, "{command}");
        }
    }

    #[test]
    fn only_what_git_calls_answers_the_shell_lines() {
        for (line, by_line) in [
            ("palimpsest git merge-driver a b c", true),
            ("palimpsest git ledger-driver a b c", true),
            ("palimpsest git hook pre-commit", true),
            ("palimpsest merge-driver a b c", false),
            ("palimpsest hook git", false),
            ("palimpsest git merge a b c", false),
            ("palimpsest git status", false),
            ("palimpsest git", false),
            ("palimpsest", false),
        ] {
            let args: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            let (left, is) = for_lines(args.clone());
            assert_eq!(is, by_line, "{line}");
            assert_eq!(args.len() - left.len(), usize::from(is), "{line}");
        }
        let codes = [0, 1, 2, 129].map(exit::for_lines);
        assert_eq!(codes, [92, 93, 2, 129]);
    }
}
