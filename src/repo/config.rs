//! Git's configuration, and this machine's name in it.

use super::{Repo, RepoError};

/// The key of this machine's name.
pub const MACHINE: &str = "palimpsest.machine";

impl Repo {
    /// A value as git sees it from here: the last one, of whichever file.
    /// `None` where it is not set.
    ///
    /// # Errors
    /// The configuration cannot be read.
    pub fn config(&self, key: &str) -> Result<Option<String>, RepoError> {
        let read = |source| RepoError::git("read git's configuration")(source);
        let snapshot = self.git.config().and_then(|mut c| c.snapshot());
        match snapshot.map_err(read)?.get_string(key) {
            Ok(value) => Ok(Some(value)),
            Err(e) if e.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(e) => Err(read(e)),
        }
    }

    /// A path of the configuration: `~` is the home folder, a relative one
    /// starts at the top of the work tree.
    ///
    /// # Errors
    /// The configuration cannot be read.
    pub fn config_path(&self, key: &str) -> Result<Option<std::path::PathBuf>, RepoError> {
        let out = self.run_git(&["config", "--type=path", "--get", key], b"");
        match out {
            Ok(value) => {
                let value = String::from_utf8_lossy(&value);
                Ok(Some(self.workdir().join(value.trim_end_matches('\n'))))
            }
            Err(RepoError::Command { stderr, .. }) if stderr.is_empty() => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// A value of the repository's own configuration file alone.
    ///
    /// # Errors
    /// The configuration cannot be read.
    pub fn local_config(&self, key: &str) -> Result<Option<String>, RepoError> {
        match self.run_git(&["config", "--local", "--get", key], b"") {
            Ok(value) => {
                let value = String::from_utf8_lossy(&value);
                Ok(Some(value.trim_end_matches('\n').to_owned()))
            }
            Err(RepoError::Command { stderr, .. }) if stderr.is_empty() => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// Sets a value in the repository's own configuration file.
    ///
    /// # Errors
    /// Git cannot write it.
    pub fn set_config(&self, key: &str, value: &str) -> Result<(), RepoError> {
        self.run_git(&["config", "--local", key, value], b"")
            .map(|_| ())
    }

    /// Takes a value out of the repository's own configuration file, and the
    /// section with it if that is empty then.
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

    /// This machine's name, a label for people: `palimpsest.machine`, else the
    /// first part of the host name.
    ///
    /// # Errors
    /// The configuration cannot be read.
    pub fn machine(&self) -> Result<String, RepoError> {
        let named = self.config(MACHINE)?.filter(|name| !name.trim().is_empty());
        Ok(named.unwrap_or_else(|| {
            let host = gethostname::gethostname();
            let host = host.to_string_lossy();
            let first = host.split('.').next().unwrap_or_default();
            if first.is_empty() { "unknown" } else { first }.to_owned()
        }))
    }
}
