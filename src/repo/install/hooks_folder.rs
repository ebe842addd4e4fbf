//! What stands in the place of the hooks' folder.

use std::path::Path;

use super::OWN_HOOKS;
use crate::repo::{Finding, Repo, RepoError, shell_path};

impl Repo {
    /// The finding, if no folder of hooks can be made where git looks for one: a file, or a
    /// link that leads nowhere, has its place, or it would be in a git directory that is gone.
    /// A file that `core.hooksPath` names turns hooks off on purpose.
    ///
    /// # Errors
    /// Git cannot say where hooks are.
    pub fn hooks_folder_taken(&self) -> Result<Option<Finding>, RepoError> {
        let finding = |path: &Path, what: &str, mend: String| {
            let what = format!(
                "{}: {what}, so that git runs no hook: nothing is checked or recorded at commits",
                path.display()
            );
            Finding::new(what, format!("{mend}, then palimpsest init"))
        };
        let rm = |path: &Path| format!("rm {}", shell_path(&path.to_string_lossy()));
        let found = match self.hooks_folder()? {
            Some(path) if path.is_symlink() && !path.exists() => {
                let mend = format!("make the folder that it names, or {}", rm(&path));
                Some(finding(&path, "a link that leads nowhere", mend))
            }
            // As `OWN_HOOKS` named it, before the repository was moved.
            Some(path) if is_of_gone_repository(&path) => {
                let what = "core.hooksPath names it, and its git directory is gone";
                Some(finding(&path, what, OWN_HOOKS.to_owned()))
            }
            Some(_) => None,
            None if self.config("core.hooksPath")?.is_some() => None,
            None => {
                let own = self.common_dir().join("hooks");
                Some(finding(&own, "no folder", rm(&own)))
            }
        };
        Ok(found)
    }
}

/// Whether a path is that of the hooks in a git directory that is not there.
fn is_of_gone_repository(hooks: &Path) -> bool {
    let Some(git) = hooks.parent().filter(|_| hooks.ends_with("hooks")) else {
        return false;
    };
    let name = git.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".git") && !git.exists()
}
