//! What stands in the place of the hooks' folder.

use std::path::Path;

use crate::repo::{Finding, Repo, RepoError, shell_path};

impl Repo {
    /// The finding, if no folder of hooks can be made where git looks for one: a file, or a
    /// link that leads nowhere, has its place. A file that `core.hooksPath` names turns hooks
    /// off on purpose.
    ///
    /// # Errors
    /// Git cannot say where hooks are.
    pub fn hooks_folder_taken(&self) -> Result<Option<Finding>, RepoError> {
        let finding = |path: &Path, what: &str, mend: &str| {
            let word = shell_path(&path.to_string_lossy());
            Finding::new(
                format!(
                    "{}: {what}, so that git runs no hook: nothing is checked or recorded at \
                     commits",
                    path.display()
                ),
                format!("{mend} {word}, then palimpsest init"),
            )
        };
        let found = match self.hooks_folder()? {
            Some(path) if path.is_symlink() && !path.exists() => Some(finding(
                &path,
                "a link that leads nowhere",
                "make the folder that it names, or rm",
            )),
            Some(_) => None,
            None if self.config("core.hooksPath")?.is_some() => None,
            None => {
                let own = self.common_dir().join("hooks");
                Some(finding(&own, "no folder", "rm"))
            }
        };
        Ok(found)
    }
}
