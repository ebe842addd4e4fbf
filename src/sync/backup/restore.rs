//! Restoring an archive: opened and verified as a whole, in a folder of its own,
//! before anything else is touched.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{ATTRIBUTES, BackupError, MANIFEST, Manifest, Taken, belongs};
use crate::journal::Layout;
use crate::journal::layout::is_at_or_below;
use crate::journal::settings::FILE;
use crate::repo::{Blob, FileId, Index, Repo, UNFINISHED_FOLDER, are_spellings, read_archive};
use crate::store::check_snapshot;

/// A verified archive, with its files unpacked beside their destination.
#[derive(Debug)]
pub struct Opened {
    pub manifest: Manifest,
    /// The folders that its own settings name.
    pub layout: Layout,
    /// Whether the database in it is damaged, and was left out.
    pub lacks_database: bool,
    archive: PathBuf,
    files: TempDir,
}

/// The outcome of restoring over a journal.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Restored {
    /// How many files changed or came back.
    pub written: usize,
    pub unchanged: usize,
    /// How many files were removed, as the backup does not have them.
    pub removed: usize,
    /// Written files that a sparse checkout had left out.
    pub taken_in: Vec<String>,
    /// Files that the backup does not have, and that a sparse checkout leaves out: they
    /// stay in the index.
    pub left_out: Vec<String>,
    /// Files that the backup does not have, and that stay: it lacks some that could not be
    /// read.
    pub kept: Vec<String>,
    /// Written and removed files whose former text neither HEAD nor the index has.
    pub not_in_git: Vec<String>,
}

impl Restored {
    /// Notes a file that is about to be written over or removed.
    fn note(&mut self, repo: &Repo, index: &Index, path: &str) {
        // Where it cannot be told, git may lack it.
        if !repo.has_in_git(index, path).unwrap_or(false) {
            self.not_in_git.push(path.to_owned());
        }
    }
}

impl Opened {
    /// Unpacks an archive into a new folder in `place` and verifies it.
    ///
    /// # Errors
    /// The archive is damaged, holds a file that no backup holds, or cannot be unpacked
    /// there.
    pub fn open(archive: &Path, place: &Path) -> Result<Self, BackupError> {
        let files = tempfile::Builder::new()
            .prefix(UNFINISHED_FOLDER)
            .tempdir_in(place)
            .map_err(BackupError::io(place))?;
        let members = read_archive(archive, Some(files.path()))?;
        let damaged = |at: &str, what: String| BackupError::damaged(archive, at, what);
        let mut manifest =
            Manifest::read(files.path(), &members).map_err(|what| damaged(MANIFEST, what))?;
        if let Some((at, what)) = manifest.differs(&members) {
            return Err(damaged(&at, what));
        }
        let settings = match fs::read(files.path().join(FILE)) {
            Ok(bytes) => Some(bytes),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => None,
            Err(e) => return Err(damaged(FILE, e.to_string())),
        };
        let layout = manifest.layout(settings.as_deref());
        let layout = layout.map_err(|e| damaged(FILE, e.to_string()))?;
        if let Some(other) = members.iter().find(|m| !belongs(&layout, &m.path)) {
            let what = "no part of a journal with these settings";
            return Err(damaged(&other.path, what.into()));
        }
        let database = files.path().join(&layout.database);
        let is_whole = || check_snapshot(&database).is_ok_and(|found| found.is_empty());
        // It is as it was when the backup was made, and derived: no reason to refuse the rest.
        let lacks_database = database.exists() && !is_whole();
        if lacks_database {
            fs::remove_file(&database).map_err(BackupError::io(&database))?;
            manifest.files.retain(|file| file.path != layout.database);
        }
        let own = files.path().join(MANIFEST);
        fs::remove_file(&own).map_err(BackupError::io(&own))?;
        Ok(Self {
            manifest,
            layout,
            lacks_database,
            archive: archive.to_owned(),
            files,
        })
    }

    /// Turns the unpacked files into the folder `dir`, or moves them up into it if they
    /// were unpacked there.
    ///
    /// # Errors
    /// The folder is not empty, or cannot be made.
    pub fn become_folder(self, dir: &Path) -> Result<(), BackupError> {
        self.flush()?;
        if dir.is_dir() {
            return self.fill(dir);
        }
        let above = dir.parent().unwrap_or(dir);
        fs::create_dir_all(above).map_err(BackupError::io(above))?;
        // A temporary folder is readable by its owner alone; this one gets the usual
        // mode.
        let like = tempfile::Builder::new()
            .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777))
            .tempdir_in(self.files.path())
            .and_then(|d| fs::metadata(d.path()))
            .map_err(BackupError::io(dir))?;
        // Where the file system has no modes, all folders have the same.
        let _ = fs::set_permissions(self.files.path(), like.permissions());
        fs::rename(self.files.path(), dir).map_err(BackupError::io(dir))
    }

    /// Flushes the files, before they get their names.
    fn flush(&self) -> Result<(), BackupError> {
        for listed in &self.manifest.files {
            let path = self.files.path().join(&listed.path);
            let flushed = fs::File::open(&path).and_then(|file| file.sync_all());
            flushed.map_err(BackupError::io(&path))?;
        }
        Ok(())
    }

    /// Moves the files up into a folder that is otherwise empty. It is kept, and not
    /// replaced, since it may be the current folder, a mount point, behind a link or
    /// private.
    fn fill(self, dir: &Path) -> Result<(), BackupError> {
        if !is_free(dir, self.files.path().file_name()) {
            return Err(BackupError::NotEmpty(dir.to_owned()));
        }
        let from = self.files.path();
        for entry in fs::read_dir(from).map_err(BackupError::io(from))? {
            let entry = entry.map_err(BackupError::io(from))?;
            let place = dir.join(entry.file_name());
            fs::rename(entry.path(), &place).map_err(BackupError::io(&place))?;
        }
        Ok(())
    }

    /// Checks that the archive's settings name the folders that a journal has. An archive
    /// can say anything; over a journal, its files are to come where that has its own.
    ///
    /// # Errors
    /// They name others.
    pub fn check_folders(&self, own: &Layout) -> Result<(), BackupError> {
        let paths = |l: &Layout| [&l.journal, &l.wiki, &l.ledger, &l.database].map(Clone::clone);
        let mut both = paths(&self.layout).into_iter().zip(paths(own));
        match both.find(|(theirs, own)| theirs != own) {
            None => Ok(()),
            Some((theirs, own)) => Err(BackupError::OtherFolders { theirs, own }),
        }
    }

    /// Checks that a journal with this layout has everything of HEAD's. Settings that name
    /// other folders, and moved nothing, would leave it out of the backup that is taken
    /// first, and beside what is restored.
    ///
    /// # Errors
    /// A folder that HEAD's settings name is another one and is there.
    pub fn check_nothing_else(repo: &Repo, own: &Layout) -> Result<(), BackupError> {
        // Damaged history may be why somebody restores a backup.
        let settings = repo
            .settings_commits()
            .or_else(|error| match error.object() {
                Some(_) => Ok(repo.settings_of_head().into_iter().collect()),
                None => Err(error),
            })?;
        let settings = settings.into_iter();
        let Some(heads) = settings.filter_map(|(_, layout)| layout).next() else {
            return Ok(());
        };
        let paths = |l: &Layout| [&l.journal, &l.wiki, &l.ledger].map(Clone::clone);
        let folders = paths(own);
        let is_kept = |path: &str| folders.iter().any(|folder| is_at_or_below(path, folder));
        for (heads, own) in paths(&heads).into_iter().zip(folders.clone()) {
            if heads != own
                && !is_kept(&heads)
                && repo.workdir().join(&heads).is_dir()
                && repo
                    .own_files(&heads)?
                    .files
                    .iter()
                    .any(|file| !is_kept(&file.path))
            {
                return Err(BackupError::NotHeadsFolders { heads, own });
            }
        }
        Ok(())
    }

    /// Checks that the files can be written over a journal.
    ///
    /// # Errors
    /// A file's path is, or lies behind, a symbolic link, is a folder, or is below a
    /// file.
    pub fn check_places(&self, repo: &Repo) -> Result<(), BackupError> {
        // The database is not written, and may be a link to another disk.
        let files = self.manifest.files.iter();
        for file in files.filter(|file| file.path != self.layout.database) {
            repo.work_file(&file.path)?;
            let place = repo.inside(&file.path)?;
            if place.is_dir() {
                let folder = std::io::ErrorKind::IsADirectory.into();
                return Err(BackupError::io(&place)(folder));
            }
            let mut above = place.ancestors().skip(1);
            if let Some(above) = above.find(|above| above.is_file()) {
                let file = std::io::ErrorKind::NotADirectory.into();
                return Err(BackupError::io(above)(file));
            }
        }
        Ok(())
    }

    /// Checks that every file to be written over is in `before`, a backup of the journal,
    /// or in git's index.
    ///
    /// # Errors
    /// A file would be lost, or cannot be read.
    pub fn check_kept(&self, repo: &Repo, before: &Taken) -> Result<(), BackupError> {
        let index = repo.index()?;
        let mut kept = None;
        for file in &self.manifest.files {
            let path = &file.path;
            let is_merged = path == ATTRIBUTES || *path == self.layout.database;
            if is_merged || before.files.contains(path) {
                continue;
            }
            // It may be in there under another spelling.
            let kept = kept.get_or_insert_with(|| ids(repo, &before.files));
            if FileId::at(&repo.inside(path)?).is_some_and(|id| kept.contains(&id)) {
                continue;
            }
            let Some(there) = repo.read_work_file(path)? else {
                continue;
            };
            let from = self.files.path().join(path);
            let is_same = || fs::read(&from).map(|bytes| bytes == there);
            let staged = index.staged(path).and_then(Blob::file);
            let is_staged = |id| repo.is_stored_as(path, &there, id);
            if !staged.map_or(Ok(false), is_staged)?
                && !is_same().map_err(BackupError::io(&from))?
            {
                return Err(BackupError::InTheWay(path.clone()));
            }
        }
        Ok(())
    }

    /// Writes the files over those of a journal of which `before` is a backup, and
    /// removes those that only `before` has. An interruption leaves each file old or new
    /// as a whole. A file outside the sparse checkout is written only if it is to differ
    /// from the index. The database is left: an archive's rows may say anything.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write_over(&self, repo: &Repo, before: &Taken) -> Result<Restored, BackupError> {
        let mut done = Restored::default();
        self.write_files(repo, &mut done)?;
        self.remove_others(repo, before, &mut done)?;
        repo.take_in(&done.taken_in)?;
        Ok(done)
    }

    fn write_files(&self, repo: &Repo, done: &mut Restored) -> Result<(), BackupError> {
        let index = repo.index()?;
        for path in self.manifest.files.iter().map(|file| &file.path) {
            let from = self.files.path().join(path);
            if *path == self.layout.database {
                continue;
            }
            let bytes = fs::read(&from).map_err(BackupError::io(&from))?;
            let is_absent = repo.work_file(path)?.is_none();
            let there = match is_absent {
                true => repo.read_left_out(&index, path)?,
                false => repo.read_work_file(path)?,
            };
            let there = there.map(|there| repo.with_stored_line_ends(&index, path, there));
            if path == ATTRIBUTES {
                repo.add_attributes(&self.layout, &String::from_utf8_lossy(&bytes))?;
            } else if there.transpose()?.as_deref() == Some(&bytes) {
                done.unchanged += 1;
            } else {
                done.note(repo, &index, path);
                repo.write_work_file(path, &repo.with_own_line_ends(path, bytes)?)?;
                done.written += 1;
            }
            if is_absent && index.is_left_out(path) && repo.work_file(path)?.is_some() {
                done.taken_in.push(path.clone());
            }
        }
        Ok(())
    }

    /// Removes the files that `before` has and this backup has not.
    fn remove_others(
        &self,
        repo: &Repo,
        before: &Taken,
        done: &mut Restored,
    ) -> Result<(), BackupError> {
        let index = repo.index()?;
        let files = || self.manifest.files.iter().map(|file| file.path.as_str());
        let mut kept = BTreeSet::from([ATTRIBUTES, self.layout.database.as_str()]);
        kept.extend(files());
        // Where the file system ignores case, or the form of accents, one of them may be a
        // file of the backup in another spelling. Each is known before any is removed.
        let mut restored: BTreeMap<FileId, Vec<&str>> = BTreeMap::new();
        for path in files() {
            if let Some(id) = FileId::looked_at(&repo.inside(path)?)? {
                restored.entry(id).or_default().push(path);
            }
        }
        for path in before.files.iter().filter(|p| !kept.contains(p.as_str())) {
            let place = repo.inside(path)?;
            let here = FileId::looked_at(&place)?.and_then(|id| restored.get(&id));
            let is_one = |other: &&str| are_spellings(&place, path, other);
            if here.is_some_and(|others| others.iter().any(is_one)) {
                continue;
            }
            // It may be one that could not be read then, moved since.
            if !self.manifest.unread.is_empty() {
                done.kept.push(path.clone());
                continue;
            }
            done.note(repo, &index, path);
            match fs::remove_file(&place) {
                Ok(()) => done.removed += 1,
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                    if index.is_left_out(path) {
                        done.left_out.push(path.clone());
                    }
                }
                Err(e) => return Err(BackupError::io(&place)(e)),
            }
        }
        Ok(())
    }

    /// The archive's file.
    #[must_use]
    pub fn archive(&self) -> &Path {
        &self.archive
    }
}

/// What is at these paths of the work tree.
fn ids<'p>(repo: &Repo, paths: impl IntoIterator<Item = &'p String>) -> BTreeSet<FileId> {
    let places = paths.into_iter().filter_map(|path| repo.inside(path).ok());
    places.filter_map(|place| FileId::at(&place)).collect()
}

/// The place to unpack an archive that is to become the folder `dir`: in `dir` itself, if
/// it exists and is empty, else in the nearest existing folder above it.
///
/// # Errors
/// The folder is not empty.
pub fn place_for(dir: &Path) -> Result<&Path, BackupError> {
    if !is_free(dir, None) {
        return Err(BackupError::NotEmpty(dir.to_owned()));
    }
    Ok(dir.ancestors().find(|d| d.is_dir()).unwrap_or(dir))
}

/// Whether a folder is free: it does not exist, or is empty apart from the name `but`.
fn is_free(dir: &Path, but: Option<&OsStr>) -> bool {
    match fs::read_dir(dir) {
        Ok(entries) => !entries.flatten().any(|e| Some(&*e.file_name()) != but),
        Err(e) => e.kind() == std::io::ErrorKind::NotFound,
    }
}
