//! The installer: what a repository needs, as a plan of steps that can be shown
//! or applied. Steps that are already done are not in the plan.

mod apply;
mod drivers;
mod files;
mod hook;
mod uninstall;

use std::fmt;
use std::path::{Path, PathBuf};

use super::{Repo, RepoError};
use crate::journal::Layout;

pub use drivers::{ENTRY_DRIVER, LEDGER_DRIVER};
pub use hook::{HookState, NAMES as HOOK_NAMES};
pub use uninstall::Removed;

/// What `init` would do.
#[derive(Debug, Default)]
pub struct Plan {
    pub steps: Vec<Step>,
    /// What a person should know, whether or not something is done.
    pub notes: Vec<String>,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A hook is written; a foreign one that stands there is kept under another name.
    Hook {
        path: PathBuf,
        script: String,
        keep: Option<PathBuf>,
    },
    /// A value of the repository's own configuration.
    Config {
        key: String,
        value: String,
        why: &'static str,
    },
    /// Lines are added to a tracked file, or the file is made.
    Lines {
        path: String,
        lines: Vec<String>,
        why: &'static str,
    },
    /// A tracked file is made.
    File {
        path: String,
        text: String,
        why: &'static str,
    },
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hook { path, keep, .. } => {
                write!(f, "hook {}", path.display())?;
                match keep {
                    Some(kept) => {
                        let name = kept.file_name().unwrap_or_default();
                        write!(f, " (yours is kept as {}, and runs first)", name.display())
                    }
                    None => Ok(()),
                }
            }
            Self::Config { key, why, .. } => write!(f, "git config {key}: {why}"),
            Self::Lines { path, why, .. } | Self::File { path, why, .. } => {
                write!(f, "{path}: {why}")
            }
        }
    }
}

/// Whether the repository holds a journal: its folder or its settings are there.
#[must_use]
pub fn has_journal(repo: &Repo, layout: &Layout) -> bool {
    repo.workdir().join(&layout.journal).is_dir() || repo.workdir().join(files::SETTINGS).is_file()
}

impl Repo {
    /// Everything that this repository lacks, for the program at `program` (an
    /// absolute path, since programs with a window have another `PATH`).
    ///
    /// # Errors
    /// The hooks' folder, the configuration or a file cannot be read.
    pub fn plan_install(&self, layout: &Layout, program: &Path) -> Result<Plan, RepoError> {
        let mut plan = Plan::default();
        let journal = has_journal(self, layout);
        if !journal {
            plan.notes.push(format!(
                "no folder {0} here: Markdown files merge field by field and conflict markers are \
                 refused, no more. For a journal, `mkdir -p {0}` and run this again",
                layout.journal
            ));
        }
        self.plan_hooks(program, &mut plan)?;
        self.plan_drivers(program, &mut plan)?;
        self.plan_files(layout, journal, &mut plan)?;
        Ok(plan)
    }
}

/// A text as one word of a POSIX shell.
fn shell_word(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
