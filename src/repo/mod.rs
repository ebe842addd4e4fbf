//! The git edge: commits, blobs, the index, the work tree, configuration.
//!
//! libgit2's types stop here; what comes out are plain values. Reading is
//! libgit2's. An index is written by changing the bytes of what is staged
//! (`index_write`), or else by git (`command`): libgit2 would drop extensions.

mod archive;
mod ask;
mod cache_tree;
mod command;
mod commits;
mod config;
mod conversion;
mod error;
mod history;
mod index;
mod index_file;
mod index_write;
pub mod install;
mod left_out;
mod line_ends;
mod lines;
mod merging;
mod object;
mod objects;
mod open;
mod own_files;
mod place;
mod shallow;
mod staged;
mod stages;
mod trees;
mod typed;
mod work_tree;

pub use archive::{ArchiveWriter, Member, read_archive};
pub use commits::Commit;
pub use config::{CLONE, MACHINE};
pub use error::RepoError;
pub use index::{Index, StagedFile};
pub use lines::GitLines;
pub use merging::Merging;
pub use object::{Blob, BlobKind, Change, ObjectId};
pub use open::Repo;
pub use place::new_clone_mark;
pub use stages::Stages;
pub use typed::{shell_path, shell_word};
pub use work_tree::{Skipped, UNFINISHED, UNFINISHED_ALL, UNFINISHED_FOLDER, WorkFile, WorkFiles};

#[cfg(test)]
mod tests;
