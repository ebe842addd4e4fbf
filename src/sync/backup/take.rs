//! Taking a backup, listing the backups, and removing old ones.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use tempfile::NamedTempFile;

use super::{ATTRIBUTES, BackupError, FOLDER, MANIFEST, Manifest, Name, belongs};
use crate::journal::Layout;
use crate::journal::layout::in_folder;
use crate::journal::settings::FILE;
use crate::repo::{ArchiveWriter, Member, Repo, Skipped, UNFINISHED, read_archive};
use crate::store::{Store, check_snapshot};
use crate::sync::{clock, settings};

/// The options of a backup.
#[derive(Debug, Clone)]
pub struct Options<'a> {
    pub suffix: Option<&'a str>,
    /// How many backups of the same suffix are kept; all of them if not said.
    pub keep: Option<usize>,
    pub machine: String,
    pub now: DateTime<Utc>,
}

/// A backup that was taken.
#[derive(Debug, Clone)]
pub struct Taken {
    pub place: PathBuf,
    /// In bytes.
    pub size: u64,
    /// The files in it, the manifest left out.
    pub files: BTreeSet<String>,
    /// Paths that are not part of it: symbolic links.
    pub skipped: Vec<String>,
    /// Files that should be in it and cannot be, for their names or because they may not be
    /// read.
    pub missing: Vec<String>,
    /// Older backups that were removed.
    pub removed: Vec<PathBuf>,
    /// Whether older backups stay that would have been removed: a file could not be read.
    pub kept_older: bool,
    /// The database's path, if it was left out because it is damaged.
    pub damaged_database: Option<String>,
}

/// Takes a backup and verifies it. Without a store, or with a damaged one, the database,
/// which is derived, is left out.
///
/// # Errors
/// A file cannot be read, or the archive cannot be written or fails its verification.
pub fn take(
    repo: &Repo,
    layout: &Layout,
    store: Option<&Store>,
    options: &Options<'_>,
) -> Result<Taken, BackupError> {
    let mut name = Name::new(options.now, options.suffix)?;
    let folder = repo.untracked_place(FOLDER)?;
    let time = u64::try_from(name.time.timestamp()).unwrap_or(0);
    let mut archive = ArchiveWriter::begin(&folder, time)?;
    let (mut members, left) = put_files(repo, layout, &mut archive)?;
    let copy = store.map(|store| whole_copy(repo, store)).transpose()?;
    let is_damaged = matches!(copy, Some(None));
    let database = match copy.flatten() {
        Some(copy) => {
            members.push(put_database(&layout.database, copy.path(), &mut archive)?);
            layout.database.clone()
        }
        None => String::new(),
    };
    // A label only, and HEAD may be damaged.
    let head = repo.head().ok().flatten();
    let head = head.map(|h| h.to_string()).unwrap_or_default();
    let created = clock::stamp(options.now.fixed_offset());
    let unread = left.iter().filter_map(|one| match one {
        Skipped::Unreadable { path, .. } => Some(path.clone()),
        _ => None,
    });
    let manifest = Manifest::new(created, options.machine.clone(), head, database, &members)
        .lacking(unread.collect());
    let manifest = match settings::load(repo) {
        Ok(_) => manifest,
        Err(_) => manifest.made_with(layout),
    };
    let text = serde_json::to_string_pretty(&manifest)
        .map_err(|e| BackupError::io(Path::new(MANIFEST))(e.into()))?;
    archive.add(MANIFEST, text.len() as u64, text.as_bytes())?;
    name.time = after_the_last(repo, &name);
    while folder.join(name.to_string()).exists() {
        name.time += TimeDelta::seconds(1);
    }
    let place = folder.join(name.to_string());
    if !archive.finish(&place)? {
        let taken = std::io::ErrorKind::AlreadyExists.into();
        return Err(BackupError::io(&place)(taken));
    }
    if let Err(error) = verify(&place, &manifest) {
        // Under its name it would be listed, and counted by `--keep`.
        let _ = fs::remove_file(&place);
        return Err(error);
    }
    let (skipped, missing): (Vec<_>, Vec<_>) = left
        .into_iter()
        .partition(|one| matches!(one, Skipped::Symlink(_)));
    // An older one may have what this one lacks.
    let keep = options.keep.filter(|_| manifest.unread.is_empty());
    let size = fs::metadata(&place).map_err(BackupError::io(&place))?.len();
    Ok(Taken {
        size,
        files: members.into_iter().map(|m| m.path).collect(),
        skipped: skipped.iter().map(ToString::to_string).collect(),
        missing: missing.iter().map(ToString::to_string).collect(),
        kept_older: keep != options.keep,
        damaged_database: is_damaged.then(|| layout.database.clone()),
        removed: remove_old(repo, &name, keep)?,
        place,
    })
}

/// The time for a name: later than that of the last backup of the same suffix, where that
/// was made in the same second. Names sort by time, and `--keep` goes by them, so it does
/// not help that an older one of that second is gone. A clock that was wrong for longer than
/// a minute has no say in it.
fn after_the_last(repo: &Repo, name: &Name) -> DateTime<Utc> {
    // Where they cannot be listed, a name that is free will do.
    let mut soon = listed(repo).unwrap_or_default();
    soon.retain(|Backup { name: other, .. }| {
        let ahead = other.time.timestamp() - name.time.timestamp();
        other.suffix == name.suffix && (0..60).contains(&ahead)
    });
    let next = soon
        .pop()
        .map(|last| last.name.time + TimeDelta::seconds(1));
    next.unwrap_or(name.time)
}

/// Reads an archive again.
fn verify(place: &Path, manifest: &Manifest) -> Result<(), BackupError> {
    match manifest.differs(&read_archive(place, None)?) {
        Some((at, what)) => Err(BackupError::damaged(place, &at, what)),
        None => Ok(()),
    }
}

fn put_files(
    repo: &Repo,
    layout: &Layout,
    archive: &mut ArchiveWriter,
) -> Result<(Vec<Member>, Vec<Skipped>), BackupError> {
    let mut paths = BTreeSet::new();
    let mut skipped = Vec::new();
    // Files that a sparse checkout leaves out are part of the journal, too.
    let index = repo.index_or_none()?;
    let is_unknown = repo.is_sparse() && repo.index().is_err();
    for folder in [&layout.journal, &layout.wiki, &layout.ledger] {
        if is_unknown {
            let why = "as git's index cannot be read: whatever a sparse checkout leaves out of it";
            skipped.push(Skipped::Unreadable {
                path: folder.clone(),
                why: why.to_owned(),
            });
        }
        let found = match folder == &layout.ledger {
            true => repo.work_files(folder)?,
            false => repo.readable_own_files(folder)?,
        };
        skipped.extend(found.skipped);
        paths.extend(found.files.into_iter().map(|file| file.path));
        let (files, others) = repo.left_out_below(&index, folder);
        skipped.extend(others);
        paths.extend(files);
    }
    // The folders may contain one another, the database and the backups themselves.
    let backups = format!("{FOLDER}/");
    let database = layout.database_files();
    // Of the attributes, only our own lines are kept and restored. A manifest is that of a
    // backup which was unpacked here, and this one has its own.
    let is_own = |p: &str| p == ATTRIBUTES || p == MANIFEST || p.starts_with(&backups);
    paths.retain(|p| !database.contains(p) && !is_own(p));
    // What would be one of these on a file system that ignores case is never restored.
    let (mut paths, never): (BTreeSet<_>, BTreeSet<_>) =
        paths.into_iter().partition(|p| belongs(layout, p));
    skipped.extend(never.into_iter().map(Skipped::Alike));
    paths.insert(FILE.to_owned());
    let mut members = Vec::with_capacity(paths.len() + 2);
    for path in &paths {
        let there = match repo.read_work_file(path) {
            Ok(there) => there,
            // A backup of the others is better than none.
            Err(error) => {
                let why = error.unreadable().ok_or(error)?;
                let path = path.clone();
                skipped.push(Skipped::Unreadable { path, why });
                continue;
            }
        };
        let bytes = match there {
            // The settings in force: without them the folders would be others.
            None if path == FILE => repo.read_staged(&index, path)?,
            None => repo.read_left_out(&index, path)?,
            // Another machine may have other line ends in its work tree.
            Some(bytes) => match repo.with_stored_line_ends(&index, path, bytes.clone()) {
                // What git has cannot be read: as it is, then.
                Err(error)
                    if error.object().is_some()
                        || error.is_of_git() && !repo.damaged().is_empty() =>
                {
                    Some(bytes)
                }
                stored => Some(stored?),
            },
        };
        // A file deleted since it was listed is left out.
        if let Some(bytes) = bytes {
            members.push(archive.add(path, bytes.len() as u64, bytes.as_slice())?);
        }
    }
    let attributes = repo.own_attributes(layout)?;
    if !attributes.is_empty() {
        let text = attributes.join("\n") + "\n";
        members.push(archive.add(ATTRIBUTES, text.len() as u64, text.as_bytes())?);
    }
    Ok((members, skipped))
}

/// A copy of the database; none if it is damaged, perhaps in a page that nobody read for
/// months: what can be made anew is no reason for a backup that cannot be used, or for none.
fn whole_copy(repo: &Repo, store: &Store) -> Result<Option<NamedTempFile>, BackupError> {
    // In the backups' folder: it may be too large for the one of temporary files, and is
    // found there if it is left over.
    let folder = repo.workdir().join(FOLDER);
    let copy = tempfile::Builder::new()
        .prefix(UNFINISHED)
        .tempfile_in(&folder)
        .map_err(BackupError::io(&folder))?;
    let copied = store.snapshot(copy.path());
    match copied.and_then(|()| check_snapshot(copy.path())) {
        Ok(found) => Ok(found.is_empty().then_some(copy)),
        Err(error) if error.is_corrupt() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn put_database(
    path: &str,
    copy: &Path,
    archive: &mut ArchiveWriter,
) -> Result<Member, BackupError> {
    let file = File::open(copy).map_err(BackupError::io(copy))?;
    let size = file.metadata().map_err(BackupError::io(copy))?.len();
    Ok(archive.add(path, size, file)?)
}

/// A backup in the folder of backups.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Backup {
    pub name: Name,
    pub path: PathBuf,
    /// In bytes.
    pub size: u64,
    /// Whether git tracks it: it may have come with a pull, from anybody. `None` where git's
    /// index cannot be read, which is when a backup may be needed.
    pub is_tracked: Option<bool>,
}

/// All backups, oldest first.
///
/// # Errors
/// The folder cannot be read.
pub fn listed(repo: &Repo) -> Result<Vec<Backup>, BackupError> {
    let folder = &repo.workdir().join(FOLDER);
    let entries = match fs::read_dir(folder) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(BackupError::io(folder))?,
    };
    let tracked = repo.staged_below(FOLDER).ok();
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(BackupError::io(folder))?;
        if let Some(name) = entry.file_name().to_str().and_then(Name::parse) {
            let path = entry.path();
            let meta = entry.metadata().map_err(BackupError::io(&path))?;
            found.push(Backup {
                is_tracked: tracked
                    .as_ref()
                    .map(|tracked| tracked.contains(&in_folder(FOLDER, &name.to_string()))),
                name,
                path,
                size: meta.len(),
            });
        }
    }
    found.sort();
    Ok(found)
}

/// Removes all but the newest backups of the same suffix, so that daily backups do not
/// push out monthly ones. What git tracks is not of this machine alone.
fn remove_old(
    repo: &Repo,
    newest: &Name,
    keep: Option<usize>,
) -> Result<Vec<PathBuf>, BackupError> {
    let Some(keep) = keep else {
        return Ok(Vec::new());
    };
    let mut same = listed(repo)?;
    let is_same = |name: &Name| name.suffix == newest.suffix && name <= newest;
    same.retain(|backup| is_same(&backup.name) && backup.is_tracked == Some(false));
    let old = same.len().saturating_sub(keep.max(1));
    let old: Vec<PathBuf> = same.drain(..old).map(|backup| backup.path).collect();
    for path in &old {
        fs::remove_file(path).map_err(BackupError::io(path))?;
    }
    Ok(old)
}
