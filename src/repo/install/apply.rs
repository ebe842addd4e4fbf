//! Applying a plan.

use std::fs;

use super::attributes::with_attributes;
use super::files::{ATTRIBUTES, with_lines};
use super::former::without_lines;
use super::{Step, foreign};
use crate::repo::beside::{Access, write_atomically};
use crate::repo::{Repo, RepoError};

impl Repo {
    /// Does one step of a plan.
    ///
    /// # Errors
    /// A file or the configuration cannot be written.
    pub fn apply(&self, step: &Step) -> Result<(), RepoError> {
        match step {
            Step::Hook {
                path,
                script,
                keep,
                copy,
            } => {
                if let Some(keep) = keep {
                    foreign::keep(path, &keep.place)?;
                }
                if let Some(copy) = copy {
                    let edited = fs::read(path).map_err(RepoError::io(path))?;
                    write_atomically(copy, &edited, Access::New)?;
                }
                write_atomically(path, script.as_bytes(), Access::Executable)
            }
            Step::Config { key, value, .. } => self.set_config(key, value),
            Step::Lines { path, lines, .. } => {
                let there = self.read_tracked(path)?.unwrap_or_default();
                let text = match path == ATTRIBUTES {
                    true => with_attributes(&there, lines),
                    false => with_lines(&there, lines),
                };
                self.write_work_file(path, &text)
            }
            Step::DropLines { path, lines, .. } => {
                let there = self.read_tracked(path)?.unwrap_or_default();
                self.write_work_file(path, &without_lines(&there, lines))
            }
            Step::File { path, text, .. } => self.write_work_file(path, text.as_bytes()),
        }
    }
}
