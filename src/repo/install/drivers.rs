//! The merge drivers, in the repository's own configuration.

use std::path::Path;
use std::process::Command;

use super::{Plan, Step};

use crate::repo::{CLONE, Repo, RepoError, new_clone_mark, shell_word};

/// The key of the entries' driver.
pub const ENTRY_DRIVER: &str = "merge.palimpsest.driver";
/// The key of the ledger's driver.
pub const LEDGER_DRIVER: &str = "merge.palimpsest-ledger.driver";
/// Set where `init` set `pull.rebase`, so that `uninstall` takes it back.
pub(super) const PULL_MARK: &str = "palimpsest.pullRebaseByInit";

/// The shell line of a driver. Git takes an exit code of 0 for a clean merge and one of 1 to
/// 128 for a conflict with its markers written. Something else in the program's place may
/// end so as well, with nothing merged, and ours would pass for the result: a shell that
/// finds an empty file (0) or none that it can start (126, 127), a loader that lacks a
/// library (1). So the program answers with codes of its own, and for any other below 128
/// git's own merge stands in. Before git 2.42 a code above 128 and a signal are conflicts
/// as well, with ours in the work tree and no markers; a missing result makes every git
/// refuse. `%P` and the labels come quoted from git, the labels as they are before 2.44.
fn line(program: &Path, command: &str) -> String {
    let program = shell_word(&program.to_string_lossy()).replace('%', "%%");
    format!(
        "p={program}; w='is gone'; s=127; \
         if test -x \"$p\"; then \"$p\" git {command}; s=$?; w=\"ended with $s\"; fi; \
         case $s in 92) exit 0;; 93) exit 1;; esac; if test $s -lt 128; then \
         printf 'palimpsest: %%s %%s; %%s is merged by line, as git does\\n' \"$p\" \"$w\" %P >&2; \
         x=%X; b=%S; y=%Y; test \"$x\" != '%%X' || {{ x=ours; b=base; y=theirs; }}; \
         git merge-file --marker-size=%L -L \"$x\" -L \"$b\" -L \"$y\" %A %O %B; s=$?; fi; \
         test $s -lt 128 || rm -f %A; exit $s"
    )
}

/// The keys and values of both drivers.
pub(super) fn settings(program: &Path) -> [(&'static str, String); 4] {
    let entry = "merge-driver %O %A %B -s %S -x %X -y %Y -p %P -l %L";
    let ledger = "ledger-driver %O %A %B -p %P";
    [
        ("merge.palimpsest.name", "Markdown, field by field".into()),
        (ENTRY_DRIVER, line(program, entry)),
        (
            "merge.palimpsest-ledger.name",
            "Palimpsest's ledger, row by row".into(),
        ),
        (LEDGER_DRIVER, line(program, ledger)),
    ]
}

/// The same as [`Repo::is_installed`] for the repository around a folder, or around the
/// current one, asked of git: for one whose format, changed after `init`, cannot be opened
/// here.
#[must_use]
pub fn is_installed_around(folder: Option<&Path>) -> bool {
    let mut git = Command::new("git");
    git.args(["config", "--local", "--get", ENTRY_DRIVER]);
    if let Some(folder) = folder {
        git.current_dir(folder);
    }
    git.output().is_ok_and(|output| output.status.success())
}

/// Takes out of that repository's configuration what `init` set there, by git. The hooks do
/// nothing then. Returns what was removed.
///
/// # Errors
/// Git cannot be run.
pub fn unset_around(folder: Option<&Path>) -> Result<Vec<&'static str>, RepoError> {
    let git = |args: &[&str]| {
        let mut git = Command::new("git");
        git.args(["config", "--local"]).args(args);
        if let Some(folder) = folder {
            git.current_dir(folder);
        }
        git.output().map_err(RepoError::io("git"))
    };
    let mut removed = Vec::new();
    if git(&["--get", PULL_MARK])?.status.success() {
        let value = git(&["--get", "pull.rebase"])?;
        if value.stdout == b"false\n" && git(&["--unset", "pull.rebase"])?.status.success() {
            removed.push("pull.rebase");
        }
        git(&["--unset", PULL_MARK])?;
    }
    git(&["--unset", CLONE])?;
    for section in ["merge.palimpsest", "merge.palimpsest-ledger"] {
        if git(&["--remove-section", section])?.status.success() {
            removed.push(section);
        }
    }
    Ok(removed)
}

impl Repo {
    /// Whether `init` was run here. Hooks in a folder that several repositories share do
    /// nothing elsewhere.
    ///
    /// # Errors
    /// The configuration cannot be read.
    pub fn is_installed(&self) -> Result<bool, RepoError> {
        self.has_local_config(ENTRY_DRIVER)
    }

    /// Whether `init` was run here, and the configuration has lost the driver since: the
    /// hooks do nothing then.
    ///
    /// # Errors
    /// The configuration cannot be read.
    pub fn has_lost_its_driver(&self) -> Result<bool, RepoError> {
        Ok(!self.is_installed()? && self.has_local_config(CLONE)?)
    }

    /// The settings that differ from what this program would set, by key.
    ///
    /// # Errors
    /// The configuration cannot be read.
    pub fn outdated_drivers(&self, program: &Path) -> Result<Vec<(String, String)>, RepoError> {
        let mut outdated = Vec::new();
        for (key, value) in settings(program) {
            if self.local_config(key)?.as_ref() != Some(&value) {
                outdated.push((key.to_owned(), value));
            }
        }
        Ok(outdated)
    }

    /// Whether the configuration decides how a plain `git pull` joins diverged histories.
    ///
    /// # Errors
    /// The configuration cannot be read.
    pub fn decides_pulls(&self) -> Result<bool, RepoError> {
        Ok(self.config("pull.rebase")?.is_some() || self.config("pull.ff")?.is_some())
    }

    /// Adds to a plan the drivers, this clone's mark and, if nothing decides it,
    /// `pull.rebase`.
    ///
    /// # Errors
    /// The configuration cannot be read.
    pub(super) fn plan_drivers(&self, program: &Path, plan: &mut Plan) -> Result<(), RepoError> {
        for (key, value) in self.outdated_drivers(program)? {
            let why = match key.contains("ledger") {
                true => "the ledger merges row by row",
                false => "Markdown files merge field by field",
            };
            plan.steps.push(Step::Config { key, value, why });
        }
        if self.local_config(CLONE)?.is_none() {
            plan.steps.push(Step::Config {
                key: CLONE.into(),
                value: new_clone_mark(),
                why: "so that removals of two machines of one name are two",
            });
        }
        if !self.decides_pulls()? {
            for (key, value, why) in [
                // The mark comes first: with the value alone nothing would tell that it
                // is ours.
                (
                    PULL_MARK,
                    "true",
                    "so that uninstall takes pull.rebase back",
                ),
                (
                    "pull.rebase",
                    "false",
                    "a plain `git pull` of diverged histories merges",
                ),
            ] {
                plan.steps.push(Step::Config {
                    key: key.into(),
                    value: value.into(),
                    why,
                });
            }
        }
        Ok(())
    }
}
