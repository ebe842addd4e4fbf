//! The installer: what a repository needs, as a plan of steps that can be shown
//! or applied. Steps that are already done are not in the plan.
//!
//! | file | question |
//! |---|---|
//! | `apply` | How is a plan carried out? |
//! | `hook`, `foreign` | Which hooks are set, and what becomes of those that were there? |
//! | `hooks_folder` | What stands in the place of the hooks' folder? |
//! | `drivers` | What does the configuration say of the merge drivers? |
//! | `files` | Which tracked files are needed? |
//! | `exclude` | What keeps the database out of git where these do not? |
//! | `missing` | Is the journal in another folder than the settings have it? |
//! | `pulled` | Which of them does the next pull bring? |
//! | `untracked` | Which of them does git not have? |
//! | `earlier` | Which of them has a branch, and HEAD is from before? |
//! | `attributes`, `former` | Which lines of `.gitattributes` are ours, and were so earlier? |
//! | `uninstall` | How is all of it taken back? |

mod apply;
mod attributes;
mod drivers;
mod earlier;
mod exclude;
mod files;
mod foreign;
mod former;
mod hook;
mod hooks_folder;
mod missing;
mod pulled;
mod uninstall;
mod untracked;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{CLONE, Repo, RepoError};
use crate::journal::layout::is_markdown;
use crate::journal::{Layout, Settings, settings};

pub use attributes::{merges_by_field, pattern};
pub use drivers::{ENTRY_DRIVER, LEDGER_DRIVER, is_installed_around, unset_around};
pub use files::Uncommitted;
pub use hook::{HookName, HookState, NAMES as HOOK_NAMES, OWN_HOOKS};
pub use pulled::ToPull;
pub use uninstall::Removed;

/// The steps that `init` would take.
#[derive(Debug, Default)]
pub struct Plan {
    pub steps: Vec<Step>,
    /// Notes for a person, whether or not there are steps.
    pub notes: Vec<Note>,
}

/// A note for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// The database is tracked.
    DatabaseTracked(String),
    /// Something stands in the way of a step, which is not in the plan then.
    Left(String),
    Other(String),
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::DatabaseTracked(text) | Self::Left(text) | Self::Other(text) => f.write_str(text),
        }
    }
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A hook is written. A foreign hook in its place is kept in another folder, to be
    /// run first; one of ours that may have been edited is copied, to be looked at.
    Hook {
        path: PathBuf,
        script: String,
        keep: Option<KeptHook>,
        copy: Option<PathBuf>,
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
    /// Lines are removed from a tracked file.
    DropLines {
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

/// A foreign hook that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptHook {
    pub place: PathBuf,
    /// Whether git ran it, so that it runs first from now on.
    pub runs: bool,
}

impl Plan {
    /// Whether something stands in the way of a step.
    #[must_use]
    pub fn leaves_something(&self) -> bool {
        self.notes.iter().any(|note| matches!(note, Note::Left(_)))
    }

    fn note(&mut self, text: impl Into<String>) {
        self.notes.push(Note::Other(text.into()));
    }

    /// The steps for a person, a line each; steps of one kind share a line.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut hooks: Vec<String> = Vec::new();
        let mut folder = PathBuf::new();
        let mut told = BTreeSet::new();
        for step in &self.steps {
            match step {
                Step::Hook {
                    path, keep, copy, ..
                } => {
                    let name = path.file_name().unwrap_or_default().display().to_string();
                    if let Some(kept) = keep {
                        let folder = path.parent().unwrap_or(path);
                        let place = &kept.place;
                        let place = place.strip_prefix(folder).unwrap_or(place).display();
                        let then = match kept.runs {
                            true => ", and runs first",
                            false => "; it is not executable, so git did not run it, nor does ours",
                        };
                        lines.push(format!("hook {name}: yours is kept as {place}{then}"));
                    }
                    if let Some(copy) = copy {
                        lines.push(format!(
                            "hook {name}: it was edited, or of another version; as it was it is \
                             kept in {}",
                            copy.display()
                        ));
                    }
                    hooks.push(name);
                    path.parent().unwrap_or(path).clone_into(&mut folder);
                }
                Step::Config { key, value, why } => {
                    // The two values of a driver share a line, as do a value and its
                    // mark.
                    let section = key.rsplit_once('.').map_or(key.as_str(), |(s, _)| s);
                    let mark = [drivers::PULL_MARK, CLONE].contains(&key.as_str());
                    if told.insert(section) && !mark {
                        lines.push(match section.strip_prefix("merge.") {
                            Some(driver) => format!("merge driver {driver}: {why}"),
                            None => format!("git config {key} {value}: {why}"),
                        });
                    }
                }
                Step::Lines { path, why, .. }
                | Step::DropLines { path, why, .. }
                | Step::File { path, why, .. } => {
                    lines.push(format!("{path}: {why}"));
                }
            }
        }
        if !hooks.is_empty() {
            let hooks = format!("hooks {} in {}", hooks.join(", "), folder.display());
            lines.insert(0, hooks);
        }
        lines
    }
}

/// Whether a file is a hook that `init` wrote, of whichever version.
#[must_use]
pub fn is_hook_of_init(bytes: &[u8]) -> bool {
    hook::is_ours(&String::from_utf8_lossy(bytes))
}

/// Whether the repository holds a journal: its folder or its settings are there, or
/// the index has these alone. Settings with rules for merges and nothing else may as well be
/// a vault's: then the index has to have something of a journal.
#[must_use]
pub fn has_journal(repo: &Repo, layout: &Layout) -> bool {
    if repo.workdir().join(&layout.journal).is_dir() {
        return true;
    }
    let staged = || repo.read_staged(&repo.index().ok()?, settings::FILE).ok()?;
    // Not through a link, which may lead out of the repository.
    let there = |file| repo.read_work_file(file).ok().flatten();
    let Some(text) = there(settings::FILE).or_else(staged) else {
        return repo.workdir().join(settings::FILE).is_file();
    };
    let is_staged = |folder| {
        repo.staged_below(folder)
            .map_or(true, |files| !files.is_empty())
    };
    // Before the first entry git has no folder, and the line for the ledger; where pages are
    // there, a journal has ended.
    let attributes = there(files::ATTRIBUTES).unwrap_or_default();
    let attributes = String::from_utf8_lossy(&attributes);
    let is_page = |path: &String| is_markdown(path) && path != "README.md";
    let has_no_page = || {
        let staged = repo.staged_below(".");
        staged.is_ok_and(|paths| !paths.iter().any(is_page))
    };
    !Settings::of_file(&text).is_ok_and(|settings| settings.has_only_rules)
        || attributes.contains(attributes::LEDGER) && has_no_page()
        || is_staged(&layout.journal)
        || is_staged(&layout.ledger)
}

impl Repo {
    /// The steps for everything that this repository lacks. `program` is an absolute
    /// path, since graphical programs have another `PATH`.
    ///
    /// # Errors
    /// The hooks' folder, the configuration or a file cannot be read.
    pub fn plan_install(&self, layout: &Layout, program: &Path) -> Result<Plan, RepoError> {
        let mut plan = Plan::default();
        let journal = has_journal(self, layout);
        let lost = match self.journal_elsewhere(layout)? {
            None => self.ledger_left_behind(layout, None)?,
            lost => lost,
        };
        if let Some(lost) = &lost {
            plan.notes.push(Note::Left(lost.to_string()));
        } else if journal {
            let missing = self.missing_folder(layout)?;
            for finding in missing.into_iter().chain(self.spelled_otherwise(layout)) {
                plan.note(finding.to_string());
            }
        } else {
            plan.note(self.no_journal(layout));
        }
        match self.hooks_folder_taken()? {
            Some(taken) => plan.notes.push(Note::Left(taken.to_string())),
            None => self.plan_hooks(program, &mut plan)?,
        }
        self.plan_drivers(program, &mut plan)?;
        // Those of the real place, of the journal or of its ledger, are there, and would be
        // taken out.
        if lost.is_none() {
            self.plan_files(layout, journal, &mut plan)?;
        }
        Ok(plan)
    }

    /// The note for a repository without a journal, with the way to one. In a folder
    /// below the top it also tells how to have one there.
    fn no_journal(&self, layout: &Layout) -> String {
        let mut note = format!(
            "no folder {} in {}: Markdown files merge field by field and conflict markers are \
             refused, no more. For a journal, `mkdir -p {}` and run this again; if it is in \
             another folder, name that in {} first (`journal` in [paths])",
            layout.journal,
            self.workdir().components().as_path().display(),
            self.from_here(&layout.journal),
            settings::FILE
        );
        let standing = self.standing();
        let folder = standing.as_deref().and_then(Path::to_str).unwrap_or("");
        let folder = folder.trim_end_matches('/');
        if !folder.is_empty() {
            note += &format!(
                "; for one in this folder, make {}/palimpsest.toml with the lines `[paths]` and \
                 `journal = {:?}` first (wiki, ledger and database have such a line, too)",
                self.from_here(".").trim_end_matches("/."),
                format!("{folder}/{}", layout.journal)
            );
        }
        note
    }
}
