//! Git's configuration, and this machine's name in it.

use super::command::COMMAND_CONFIGURATION;
use super::{Repo, RepoError};
use crate::ledger::with_hooks;

/// The key of this machine's name.
pub const MACHINE: &str = "palimpsest.machine";
/// The key of this clone's mark, which `init` makes, since two machines may have the same
/// name.
pub const CLONE: &str = "palimpsest.clone";

impl Repo {
    /// The value that counts for git here: the last one of all files; `None` if it is not
    /// set. Git is asked, since libgit2 does not know all the places of configuration.
    ///
    /// # Errors
    /// The configuration cannot be read.
    pub fn config(&self, key: &str) -> Result<Option<String>, RepoError> {
        self.get(&["config", "--get", key])
    }

    /// A value of the repository's own configuration file alone.
    ///
    /// # Errors
    /// The configuration cannot be read.
    pub fn local_config(&self, key: &str) -> Result<Option<String>, RepoError> {
        self.get(&["config", "--local", "--get", key])
    }

    /// The configuration that decides a value: `system`, `global`, `local`, `worktree` or
    /// `command`.
    ///
    /// # Errors
    /// The configuration cannot be read.
    pub fn config_scope(&self, key: &str) -> Result<Option<String>, RepoError> {
        let value = self.get(&["config", "--show-scope", "--get", key])?;
        Ok(value.and_then(|v| Some(v.split_once('\t')?.0.to_owned())))
    }

    fn get(&self, args: &[&str]) -> Result<Option<String>, RepoError> {
        match self.run_git(args, b"") {
            Ok(value) => {
                let value = String::from_utf8_lossy(&value);
                Ok(Some(value.strip_suffix('\n').unwrap_or(&value).to_owned()))
            }
            // Git exits with 1 if there is no value. It may print something all the same
            // (`GIT_TRACE`).
            Err(RepoError::Command { code: Some(1), .. }) => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// Whether the repository's own configuration file has a value, without
    /// starting git.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn has_local_config(&self, key: &str) -> Result<bool, RepoError> {
        let local = |config: git2::Config| config.open_level(git2::ConfigLevel::Local);
        let config = self
            .git
            .config()
            .and_then(local)
            .map_err(RepoError::git("read git's configuration"))?;
        Ok(config.get_entry(key).is_ok())
    }

    /// Sets a value in the repository's own configuration file, in place of all values of
    /// the key there.
    ///
    /// # Errors
    /// Git cannot write it.
    pub fn set_config(&self, key: &str, value: &str) -> Result<(), RepoError> {
        self.run_git(&["config", "--local", "--replace-all", key, value], b"")
            .map(|_| ())
    }

    /// Removes a value from the repository's own configuration file, and its section if
    /// that is empty then.
    ///
    /// # Errors
    /// Git cannot write it.
    pub fn unset_config(&self, key: &str) -> Result<(), RepoError> {
        if self.local_config(key)?.is_none() {
            return Ok(());
        }
        self.run_git(&["config", "--local", "--unset-all", key], b"")
            .map(|_| ())
    }

    /// Removes a section with all its values from the repository's own configuration
    /// file.
    ///
    /// # Errors
    /// Git cannot write it, or there is no such section.
    pub fn remove_section(&self, name: &str) -> Result<(), RepoError> {
        self.run_git(&["config", "--local", "--remove-section", name], b"")
            .map(|_| ())
    }

    /// Whether `core.hooksPath` may be set, as far as that is known without starting git.
    pub(super) fn may_have_another_hooks_folder(&self) -> bool {
        let given = |name: &&str| std::env::var_os(name).is_some();
        let config = self.git.config();
        let is_set = |config: git2::Config| config.get_entry("core.hookspath").is_ok();
        COMMAND_CONFIGURATION.iter().any(given) || config.map_or(true, is_set)
    }

    /// The value of a key, read without starting git, if the repository's own
    /// configuration file decides it without doubt: the file includes no other, and
    /// nothing overrides it (`git -c`, a work tree's own file). `None` means that git has
    /// to be asked.
    fn plain_local_config(&self, key: &str) -> Option<String> {
        let given = |name: &&str| std::env::var_os(name).is_some();
        if self.given_counts && COMMAND_CONFIGURATION.iter().any(given) {
            return None;
        }
        let config = self.git.config().ok()?;
        let local = config.open_level(git2::ConfigLevel::Local).ok()?;
        let mut value = None;
        let mut entries = local.entries(None).ok()?;
        while let Some(entry) = entries.next() {
            let entry = entry.ok()?;
            let name = entry.name().ok()?;
            if name.starts_with("include") || name == "extensions.worktreeconfig" {
                return None;
            }
            if name == key {
                value = entry.value().ok().map(str::to_owned);
            }
        }
        value
    }

    /// This machine's name, a label for people: `palimpsest.machine`, else the
    /// first part of the host name. It never ends like the names in rows that history told,
    /// by which merges know them.
    ///
    /// # Errors
    /// The configuration cannot be read.
    pub fn machine(&self) -> Result<String, RepoError> {
        // Every commit asks.
        let named = self
            .named(MACHINE)?
            .map(|name| with_hooks(&name).to_owned());
        let named = named.filter(|name| !name.is_empty());
        Ok(named.unwrap_or_else(|| {
            let host = gethostname::gethostname();
            let host = host.to_string_lossy();
            let first = host.split('.').next().unwrap_or_default();
            if first.is_empty() { "unknown" } else { first }.to_owned()
        }))
    }

    /// This clone's mark, see [`CLONE`]; `None` if the last `init` was an earlier
    /// version's.
    pub(super) fn clone_mark(&self) -> Result<Option<String>, RepoError> {
        self.named(CLONE)
    }

    fn named(&self, key: &str) -> Result<Option<String>, RepoError> {
        let value = match self.plain_local_config(key) {
            Some(value) => Some(value),
            None => self.config(key)?,
        };
        Ok(value.filter(|value| !value.trim().is_empty()))
    }
}
