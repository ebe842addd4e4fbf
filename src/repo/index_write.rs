//! The index's file: read once, and written without git if git would do no more than put
//! paths into it.

use std::cell::OnceCell;
use std::fs::{self, File, FileTimes, Metadata};
use std::io::{self, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::beside::take_mode;
use super::command::COMMAND_CONFIGURATION;
use super::index_file::{IndexFile, Put, With, stat_of};
use super::own_files::Tracked;
use super::work_tree::UNFINISHED;
use super::{ObjectId, Repo};

/// An index with the stat of its file.
#[derive(Clone)]
pub(super) struct IndexRead {
    stamp: Stamp,
    /// `None` if it is not of the usual kind.
    index: Option<Rc<IndexFile>>,
    /// The paths of one of another kind, once they were asked for.
    listed: Rc<OnceCell<Tracked>>,
}

/// The stamp that tells one index file from the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    place: (u64, u64),
    size: u64,
    mtime: (i64, i64),
    ctime: (i64, i64),
}

impl Stamp {
    fn of(file: &Metadata) -> Self {
        Self {
            place: (file.dev(), file.ino()),
            size: file.size(),
            mtime: (file.mtime(), file.mtime_nsec()),
            ctime: (file.ctime(), file.ctime_nsec()),
        }
    }
}

impl Repo {
    /// The present index; `None` if only git can read it, or report why it cannot be
    /// read.
    pub(super) fn index_file(&self) -> Option<Rc<IndexFile>> {
        self.index_read().ok()?.index
    }

    /// The paths of the present index.
    pub(super) fn tracked(&self) -> Tracked {
        // If the index cannot be read, git will report it when asked.
        let all = || {
            self.index()
                .map_or_else(|_| Vec::new(), |index| index.all())
        };
        let listed = || Tracked::Listed(Rc::new(all()));
        match self.index_read() {
            Ok(IndexRead {
                index: Some(index), ..
            }) => Tracked::Bytes(index),
            Ok(read) => read.listed.get_or_init(listed).clone(),
            Err(_) => listed(),
        }
    }

    fn index_read(&self) -> io::Result<IndexRead> {
        let stands = Stamp::of(&fs::symlink_metadata(&self.index_path)?);
        if let Some(read) = &*self.caches.index_read.borrow()
            && read.stamp == stands
        {
            return Ok(read.clone());
        }
        let mut file = File::open(&self.index_path)?;
        let stamp = Stamp::of(&file.metadata()?);
        let mut bytes = Vec::with_capacity(usize::try_from(stamp.size).unwrap_or(0));
        file.read_to_end(&mut bytes)?;
        let read = IndexRead {
            stamp,
            index: IndexFile::parse(bytes).map(Rc::new),
            listed: Rc::default(),
        };
        *self.caches.index_read.borrow_mut() = Some(read.clone());
        Ok(read)
    }

    /// Puts these ids into the index at these paths. Returns whether that was done. If
    /// not, nothing was written, and it is left to git, which knows every kind of index,
    /// waits for its lock, and reports errors.
    pub(super) fn put_in_index(&self, staged: &[(&str, git2::Oid)]) -> bool {
        let staged: Vec<_> = staged
            .iter()
            .map(|(path, id)| Put::Content(path, *id))
            .collect();
        self.is_gits_to_write() == Some(false) && self.put(&staged).unwrap_or(false)
    }

    /// Writes into the index the stat of work tree files that equal their staged content,
    /// which has these ids. Without it, commands that compare only stats (`git
    /// diff-index`, `git reset --keep`) take such a file for changed. If it cannot be
    /// written, `git status` will do so later.
    pub fn note_stat<'a>(&self, files: impl IntoIterator<Item = (ObjectId, &'a str, &'a [u8])>) {
        let stats = files.into_iter().filter_map(|(id, path, bytes)| {
            let full = self.workdir().join(path);
            let stat = || fs::symlink_metadata(&full).ok();
            let before = stat()?;
            // Before a commit it mostly is another one, and a year is long.
            if usize::try_from(before.size()) != Ok(bytes.len()) {
                return None;
            }
            let is_it = self.read_work_file(path).ok()?? == bytes;
            let same = Stamp::of(&before) == Stamp::of(&stat()?);
            let stat = stat_of(&before).filter(|_| is_it && same)?;
            Some(Put::Stat(path, id.0, stat))
        });
        let stats: Vec<_> = stats.collect();
        if stats.is_empty() {
            return;
        }
        let done = self.is_gits_to_write() == Some(false) && self.put(&stats).unwrap_or(false);
        if !done {
            // Git exits with 1 if other files changed; nothing depends on it.
            let _ = self.run_git(&["update-index", "-q", "--refresh"], b"");
        }
    }

    fn put(&self, put: &[Put<'_>]) -> io::Result<bool> {
        let read = self.index_read()?;
        let parts = match read.index.as_ref().and_then(|index| index.with(put)) {
            Some(With::Parts(parts)) => parts,
            Some(With::Same) => return Ok(true),
            None => return Ok(false),
        };
        let (Some(folder), mut lock) = (
            self.index_path.parent(),
            self.index_path.clone().into_os_string(),
        ) else {
            return Ok(false);
        };
        lock.push(".lock");
        let lock = PathBuf::from(lock);
        let before = fs::symlink_metadata(&self.index_path)?;
        if !before.is_file() {
            // Git writes what a link leads to.
            return Ok(false);
        }
        let mut file = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .tempfile_in(folder)?;
        for part in &parts {
            file.write_all(part)?;
        }
        take_mode(file.as_file(), before.permissions());
        // Git distrusts the stat of a file that is not older than the index. Writing the
        // index must not make a file older than it.
        let times = FileTimes::new().set_modified(before.modified()?);
        file.as_file().set_times(times)?;
        // The lock has its content from the first moment, so that it exists only as long
        // as a rename takes, and a kill can hardly leave it behind.
        fs::hard_link(file.path(), &lock)?;
        let stands = fs::symlink_metadata(&self.index_path).map(|file| Stamp::of(&file));
        let done = stands.is_ok_and(|stands| stands == read.stamp)
            && fs::rename(&lock, &self.index_path).is_ok();
        if !done {
            fs::remove_file(&lock)?;
        }
        Ok(done)
    }

    /// Whether configuration or a hook asks for more than replacing the index file;
    /// `None` if that cannot be told.
    fn is_gits_to_write(&self) -> Option<bool> {
        let given = |name: &&str| std::env::var_os(name).is_some();
        if self.given_counts && COMMAND_CONFIGURATION.iter().any(given) {
            return Some(true);
        }
        let mut configs = vec![self.git.config().ok()?.snapshot().ok()?];
        // libgit2 does not know of it.
        if let Some(global) = std::env::var_os("GIT_CONFIG_GLOBAL").filter(|f| !f.is_empty()) {
            configs.push(git2::Config::open(Path::new(&global)).ok()?);
        }
        // Settings to flush the index to disk, to split it, and to keep more in it.
        let keys = [
            "core.fsync",
            "core.splitindex",
            "core.fsmonitor",
            "core.untrackedcache",
        ];
        let is_set = |key: &&str| configs.iter().any(|c| c.get_entry(key).is_ok());
        let folder = |config: &git2::Config| config.get_path("core.hookspath").ok();
        let hooks = match configs.iter().find_map(folder) {
            Some(folder) => self.workdir().join(folder),
            None => self.common_dir().join("hooks"),
        };
        Some(keys.iter().any(is_set) || hooks.join("post-index-change").exists())
    }
}
