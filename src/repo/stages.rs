//! Paths in conflict: their three stages, the stages that the index still has of resolved
//! ones, and resolving them.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

use super::beside::{Access, write_atomically};
use super::{Blob, BlobKind, GitLines, ObjectId, Repo, RepoError};
use crate::merge::{LineMerge, Markers, ThreeWay};

/// The versions of a path in conflict; a side without one deleted or never had the file.
pub type Stages = ThreeWay<Option<Blob>>;

/// Whether a path in conflict is a submodule on one side: what is in conflict then is a
/// commit, and no text.
#[must_use]
pub fn is_submodule(stages: &Stages) -> bool {
    let all = [stages.base, stages.ours, stages.theirs];
    all.into_iter()
        .flatten()
        .any(|blob| blob.kind == BlobKind::Other)
}

/// The folder, below the git directory, for files before `resolve` overwrote them.
const BEFORE: &str = "palimpsest/before-resolve";

impl Repo {
    /// The paths in conflict with their stages; those whose names are not UTF-8 are
    /// [`unmerged_unnamed`](Self::unmerged_unnamed).
    ///
    /// # Errors
    /// Git cannot read the index.
    pub fn unmerged_stages(&self) -> Result<BTreeMap<String, Stages>, RepoError> {
        Ok(utf8(self.stages("--unmerged")?))
    }

    /// The paths in conflict whose names are not UTF-8: none of this program's functions
    /// can write them.
    ///
    /// # Errors
    /// Git cannot read the index.
    pub fn unmerged_unnamed(&self) -> Result<Vec<OsString>, RepoError> {
        let all = self.stages("--unmerged")?.into_keys();
        let unnamed = all.filter_map(|path| String::from_utf8(path).err());
        Ok(unnamed
            .map(|path| OsString::from_vec(path.into_bytes()))
            .collect())
    }

    /// The paths that were in conflict and were added since, with their former stages.
    ///
    /// # Errors
    /// Git cannot read the index.
    pub fn resolved_stages(&self) -> Result<BTreeMap<String, Stages>, RepoError> {
        Ok(utf8(self.stages("--resolve-undo")?))
    }

    /// Whether git has the sides of a conflict of this path, which was added since. During
    /// `git commit FILE`, the index that git keeps meanwhile has them.
    ///
    /// # Errors
    /// Git cannot read the index.
    pub fn knows_conflict(&self, path: &str) -> Result<bool, RepoError> {
        if self.resolved_stages()?.contains_key(path) {
            return Ok(true);
        }
        if !self.index_is_temporary() {
            return Ok(false);
        }
        let real = self.git_dir().join("index");
        let kept = self.stages_in(&real, "--unmerged")?;
        Ok(kept.contains_key(path.as_bytes()))
    }

    /// The paths that were in conflict and that a person has resolved since, sorted.
    ///
    /// A strategy that merges file by file (`git merge -s resolve`) leaves the stages of
    /// every file that it merged. If their merge by line is exactly the staged file, no
    /// person resolved it.
    ///
    /// # Errors
    /// Git cannot read the index, or a version.
    pub fn resolved_by_hand(&self) -> Result<Vec<String>, RepoError> {
        let resolved = self.resolved_stages()?;
        if resolved.is_empty() {
            return Ok(Vec::new());
        }
        let index = self.index()?;
        let mut by_hand = Vec::new();
        for (path, stages) in resolved {
            let staged = index.staged(&path).and_then(Blob::file);
            if staged.is_none() || self.merged_by_line(&stages)? != staged {
                by_hand.push(path);
            }
        }
        Ok(by_hand)
    }

    /// Git's merge of the versions by line; `None` if they conflict, or a side deleted or
    /// added the file.
    fn merged_by_line(&self, stages: &Stages) -> Result<Option<ObjectId>, RepoError> {
        let ids = stages.map(|blob| blob.and_then(Blob::file));
        let (Some(base), Some(ours), Some(theirs)) = (ids.base, ids.ours, ids.theirs) else {
            return Ok(None);
        };
        let sides = ThreeWay::new(base, ours, theirs).try_map(|id| self.read_blob(id))?;
        let sides = sides.as_ref().map(Vec::as_slice);
        let merged = GitLines::new().merge(sides, &Markers::default());
        let clean = merged.ok().filter(|merged| !merged.conflict);
        Ok(clean.and_then(|merged| ObjectId::of_file(&merged.bytes)))
    }

    fn stages(&self, which: &str) -> Result<BTreeMap<Vec<u8>, Stages>, RepoError> {
        self.stages_in(&self.index_path, which)
    }

    fn stages_in(&self, index: &Path, which: &str) -> Result<BTreeMap<Vec<u8>, Stages>, RepoError> {
        let index = [("GIT_INDEX_FILE", index.as_os_str())];
        let out = self.run_git_with(&["ls-files", which, "-z"], b"", &index)?;
        let mut found: BTreeMap<Vec<u8>, Stages> = BTreeMap::new();
        for line in out.split(|&b| b == 0) {
            let Some(tab) = line.iter().position(|&b| b == b'\t') else {
                continue;
            };
            let (about, path) = (String::from_utf8_lossy(&line[..tab]), &line[tab + 1..]);
            let words: Vec<&str> = about.split(' ').collect();
            let [mode, id, stage] = words[..] else {
                continue;
            };
            let Ok(id) = id.parse::<ObjectId>() else {
                continue;
            };
            let blob = Some(Blob {
                id,
                kind: BlobKind::of_mode(u32::from_str_radix(mode, 8).unwrap_or(0)),
            });
            let stages = found
                .entry(path.to_owned())
                .or_insert(ThreeWay::new(None, None, None));
            match stage {
                "1" => stages.base = blob,
                "2" => stages.ours = blob,
                _ => stages.theirs = blob,
            }
        }
        Ok(found)
    }

    /// Stages the work tree's file, as `git add` does, and writes it as git would
    /// check it out. Waits for another process that holds the index.
    ///
    /// # Errors
    /// Git cannot write the index or the file.
    pub fn add(&self, path: &str) -> Result<(), RepoError> {
        // A merge writes conflicts outside a sparse checkout, too. The file is checked
        // out anew below, so that a line end which git would refuse to convert is not
        // lost.
        let add = [
            "-c",
            "core.safecrlf=false",
            "--literal-pathspecs",
            "add",
            "--sparse",
        ];
        let add = [&add[..], &["--", path]].concat();
        self.write_index(&add, b"")?;
        self.write_index(&["checkout-index", "-f", "-u", "--", path], b"")
    }

    /// Writes the index's version of a file that the work tree lacks, as git checks it out.
    /// Waits for another process that holds the index.
    ///
    /// # Errors
    /// Git cannot write the file, or there is one.
    pub fn check_out_staged(&self, path: &str) -> Result<(), RepoError> {
        self.write_index(&["checkout-index", "-u", "--", path], b"")
    }

    /// Writes a commit's version of a file into the work tree, as git checks it out; the index
    /// stays as it is.
    ///
    /// # Errors
    /// Git cannot write the file.
    pub fn check_out_of(&self, commit: ObjectId, path: &str) -> Result<(), RepoError> {
        let source = format!("--source={commit}");
        let args = [
            "--literal-pathspecs",
            "restore",
            &source,
            "--worktree",
            "--",
            path,
        ];
        self.run_git(&args, b"").map(|_| ())
    }

    /// Puts HEAD's version of a path into the index. Waits for another process that holds
    /// the index.
    ///
    /// # Errors
    /// Git cannot write the index.
    pub fn stage_as_in_head(&self, path: &str) -> Result<(), RepoError> {
        self.write_index(&["--literal-pathspecs", "reset", "-q", "--", path], b"")
    }

    /// Removes a file of the work tree, and folders that are empty then. A missing file
    /// is not an error.
    ///
    /// # Errors
    /// It lies behind a symbolic link, or cannot be removed.
    pub fn remove_work_file(&self, path: &str) -> Result<(), RepoError> {
        if self.work_file(path)?.is_none() {
            return Ok(());
        }
        let full = self.inside(path)?;
        match fs::remove_file(&full) {
            Err(e) if e.kind() != ErrorKind::NotFound => return Err(RepoError::io(full)(e)),
            _ => {}
        }
        // Like git, but keeps the current folder.
        let here = std::env::current_dir().unwrap_or_default();
        let folders = full.ancestors().skip(1);
        for folder in folders.take_while(|f| *f != self.workdir() && !here.starts_with(f)) {
            if fs::remove_dir(folder).is_err() {
                break;
            }
        }
        Ok(())
    }

    /// Keeps a file's bytes in the git directory before it is overwritten, each version
    /// under a name of its own; returns the path.
    ///
    /// # Errors
    /// The place cannot be written.
    pub fn keep_aside(&self, path: &str, bytes: &[u8]) -> Result<PathBuf, RepoError> {
        let place = free_place(&self.git_dir().join(BEFORE), path, bytes);
        if !place.exists() {
            write_atomically(&place, bytes, Access::New)?;
        }
        Ok(place)
    }
}

/// The paths that are UTF-8.
fn utf8(stages: BTreeMap<Vec<u8>, Stages>) -> BTreeMap<String, Stages> {
    let named = |(path, stages)| Some((String::from_utf8(path).ok()?, stages));
    stages.into_iter().filter_map(named).collect()
}

/// A path below a folder where bytes can be kept: a file of that name, if need be with a
/// number, that does not exist or already holds them. What cannot be read there may be
/// anything.
pub(super) fn free_place(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let is_taken = |place: &Path| match fs::read(place) {
        Ok(there) => there != bytes,
        // A folder, a link that leads nowhere, another user's file.
        Err(_) => place.symlink_metadata().is_ok(),
    };
    let mut place = folder.join(name);
    let mut number = 1_u32;
    while is_taken(&place) {
        number += 1;
        place = folder.join(format!("{name}.{number}"));
    }
    place
}
