//! The git edge: commits, blobs, the index, the work tree, configuration.
//!
//! libgit2's types stop here; callers get plain values. libgit2 reads objects. The
//! index is written by changing the bytes of the staged entries (`index_write`), or else
//! by git itself (`command`): libgit2 would drop extensions.
//!
//! | file | question |
//! |---|---|
//! | `open` | Which repository is it, and may it be opened? |
//! | `error`, `finding` | What can go wrong, and what mends it? |
//! | `command`, `ask` | What is left to git itself, and what is it asked? |
//! | `damaged` | What of git's own files cannot be read? |
//! | `config` | How is git configured, and what is this machine's name? |
//! | `notes` | What is noted in the git directory? |
//! | `removal_place` | What tells a removal made here from one made elsewhere? |
//!
//! History:
//!
//! | file | question |
//! |---|---|
//! | `object`, `objects` | What are ids, blobs and changes, and how are objects read? |
//! | `loose`, `parsed` | Which objects may libgit2 not read, and what does a commit say? |
//! | `ancestry` | Which commits are above others, and what have two in common? |
//! | `history`, `commits` | Where is HEAD, what is in a commit, and in which order? |
//! | `trees` | What differs between two commits? |
//! | `shallow` | Where is history cut off? |
//! | `merging` | What is git in the middle of, and which commits does it merge? |
//! | `rebase_step` | Which step is a rebase at, and which commits does it merge there? |
//! | `rebase` | What has a rebase done so far? |
//! | `lines` | What is git's own merge by line? |
//!
//! The index:
//!
//! | file | question |
//! |---|---|
//! | `index`, `index_file`, `cache_tree` | What is in the index, byte by byte? |
//! | `index_write` | How is it written without git? |
//! | `staged` | How does the next commit differ from its parents? |
//! | `stages` | Which paths are in conflict, and which were? |
//! | `sparse` | Which files does a sparse checkout leave out? |
//!
//! The work tree:
//!
//! | file | question |
//! |---|---|
//! | `work_tree`, `own_files` | Which files are there, and which of them are ours? |
//! | `stored`, `conversion`, `filters`, `attributes` | Which bytes does git store for a file? |
//! | `beside` | How is a file put in place? |
//! | `lock` | Who may change a ledger file, or the setup, now? |
//! | `spelling` | Which paths are one file, and which of them does git have? |
//! | `typed` | How is a path written in a command that a message names, or in a pattern? |
//! | `archive` | How are files packed into an archive? |
//! | `install` | What does `init` set up? |

mod ancestry;
mod archive;
mod ask;
mod attributes;
mod beside;
mod cache_tree;
mod command;
mod commits;
mod config;
mod conversion;
mod damaged;
mod error;
mod filters;
mod finding;
mod history;
mod index;
mod index_file;
mod index_write;
pub mod install;
mod lines;
mod lock;
mod loose;
mod merging;
mod notes;
mod object;
mod objects;
mod open;
mod own_files;
mod parsed;
mod rebase;
mod rebase_step;
mod removal_place;
mod shallow;
mod sparse;
mod spelling;
mod staged;
mod stages;
mod stored;
mod trees;
mod typed;
mod work_tree;

pub use archive::{ArchiveWriter, Member, read_archive};
pub use beside::{Access, Lasts, write_beside};
pub use command::{staged_by_git, top_by_git};
pub use commits::Commit;
pub use config::{CLONE, MACHINE};
pub use error::{RepoError, Trouble, after, permission_for, permission_to_write};
pub use finding::Finding;
pub use index::{Index, StagedFile};
pub use lines::GitLines;
pub use merging::{Merging, is_only_looked_at, merged_head};
pub use object::{Blob, BlobKind, Change, ObjectId};
pub use open::Repo;
pub use removal_place::{CommitPlaces, new_clone_mark};
pub use spelling::{FileId, are_spellings};
pub use stages::{Stages, is_submodule};
pub use typed::{shell_path, shell_word};
pub use work_tree::{Skipped, UNFINISHED, UNFINISHED_ALL, UNFINISHED_FOLDER, WorkFile, WorkFiles};

#[cfg(test)]
pub(crate) mod tests;
