//! Files that a habit or a template goes on putting into the folder that the journal, or
//! the notes, had before they moved.

use std::collections::{BTreeMap, BTreeSet};

use crate::journal::Layout;
use crate::journal::layout::{below, in_folder};
use crate::ledger::Source;
use crate::repo::{Finding, ObjectId, Repo, RepoError};
use crate::sync::history::has_moved_since;
use crate::sync::versions::key_of;
use crate::sync::words::more;

/// Limit on the files that are named.
const MOST: usize = 5;

/// What stands in a folder that the journal or the notes had before a pull or a merge
/// brought settings which name another one; nothing where it brought none.
///
/// # Errors
/// A commit, its settings or the work tree cannot be read.
pub fn left_by_a_move(
    repo: &Repo,
    layout: &Layout,
    before: ObjectId,
) -> Result<Vec<Finding>, RepoError> {
    let mut found = Vec::new();
    if has_moved_since(repo, layout, before)? {
        check(repo, layout, &mut found)?;
    }
    Ok(found)
}

/// Reports what looks like an entry or a note below a folder that earlier settings named,
/// and is none by the settings of now: it is not checked, merged or indexed. What was there
/// when the settings came to name another folder was left there on purpose.
pub(super) fn check(
    repo: &Repo,
    layout: &Layout,
    found: &mut Vec<Finding>,
) -> Result<(), RepoError> {
    // Each with the commit that moved it; one that is not committed yet moves it from HEAD.
    let mut former: BTreeMap<(String, Source), ObjectId> = BTreeMap::new();
    let mut moved_by = repo.head()?;
    for (commit, earlier) in repo.settings_commits()? {
        if let (Some(earlier), Some(moved_by)) = (earlier, moved_by) {
            for folder in [
                (earlier.journal, Source::Yaml),
                (earlier.wiki, Source::Wiki),
            ] {
                former.entry(folder).or_insert(moved_by);
            }
        }
        moved_by = Some(commit);
    }
    former.remove(&(layout.journal.clone(), Source::Yaml));
    former.remove(&(layout.wiki.clone(), Source::Wiki));
    let mut told = BTreeSet::new();
    for ((folder, source), moved_by) in former {
        let now = match source {
            Source::Yaml => &layout.journal,
            Source::Wiki => &layout.wiki,
        };
        let (journal, wiki) = match source {
            Source::Yaml => (folder.clone(), layout.wiki.clone()),
            Source::Wiki => (layout.journal.clone(), folder.clone()),
        };
        let earlier = Layout {
            journal,
            wiki,
            ..layout.clone()
        };
        let mut came: Vec<String> = Vec::new();
        for file in repo.own_files(&folder)?.files {
            let path = file.path;
            let was = key_of(&earlier, &path).is_some_and(|key| key.1 == source);
            if was
                && key_of(layout, &path).is_none()
                && repo.blob_at(moved_by, &path)?.is_none()
                && told.insert(path.clone())
            {
                came.push(path);
            }
        }
        for path in came.iter().take(MOST) {
            found.push(Finding::new(
                format!(
                    "{path}: neither checked nor indexed: {folder} is a folder of earlier settings"
                ),
                to_move(repo, path, (&folder, now))?,
            ));
        }
        let (one, many) = ("more file is", "more files are");
        if let Some(more) = more(came.len(), MOST, one, many) {
            found.push(Finding::new(
                format!("{folder}: {more} neither checked nor indexed"),
                format!("move them to {now} in the same way"),
            ));
        }
    }
    Ok(())
}

/// The command that moves a file from a former folder to the one of now.
fn to_move(repo: &Repo, path: &str, (from, to): (&str, &str)) -> Result<String, RepoError> {
    let place = in_folder(to, below(path, from).unwrap_or(path));
    let git = match repo.tracks(path)? {
        true => "git ",
        false => "",
    };
    let [here, there] = [path, &place].map(|path| repo.from_here(path));
    if repo.inside(&place)?.symlink_metadata().is_ok() {
        return Ok(format!(
            "put what is missing into {there}, then {git}rm {here}, and commit"
        ));
    }
    let folder = place.rsplit_once('/').map_or(".", |(folder, _)| folder);
    Ok(format!(
        "mkdir -p {} && {git}mv {here} {there}, and commit",
        repo.from_here(folder)
    ))
}
