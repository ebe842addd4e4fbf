//! Files that a habit or a template goes on putting into the folder that the journal, or
//! the notes, had before they moved.

use std::collections::BTreeSet;

use crate::journal::Layout;
use crate::journal::layout::{below, in_folder};
use crate::ledger::Source;
use crate::repo::{Finding, Repo, RepoError, shell_path};
use crate::sync::versions::key_of;
use crate::sync::words::more;

/// Limit on the files that are named.
const MOST: usize = 5;

/// Reports what looks like an entry or a note below a folder that earlier settings named,
/// and is none by the settings of now: it is not checked, merged or indexed.
pub(super) fn check(
    repo: &Repo,
    layout: &Layout,
    found: &mut Vec<Finding>,
) -> Result<(), RepoError> {
    let mut former: BTreeSet<(String, Source)> = BTreeSet::new();
    for earlier in repo.committed_layouts()? {
        former.insert((earlier.journal, Source::Yaml));
        former.insert((earlier.wiki, Source::Wiki));
    }
    former.remove(&(layout.journal.clone(), Source::Yaml));
    former.remove(&(layout.wiki.clone(), Source::Wiki));
    let mut told = BTreeSet::new();
    for (folder, source) in former {
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
        let mut files = repo.own_files(&folder)?.files;
        files.retain(|file| {
            let was = key_of(&earlier, &file.path).is_some_and(|key| key.1 == source);
            was && key_of(layout, &file.path).is_none() && told.insert(file.path.clone())
        });
        for file in files.iter().take(MOST) {
            found.push(Finding::new(
                format!(
                    "{}: neither checked nor indexed: {folder} is a folder of earlier settings",
                    file.path
                ),
                to_move(repo, &file.path, (&folder, now))?,
            ));
        }
        let (one, many) = ("more file is", "more files are");
        if let Some(more) = more(files.len(), MOST, one, many) {
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
    if repo.inside(&place)?.symlink_metadata().is_ok() {
        return Ok(format!(
            "put what is missing into {place}, then git rm {}, and commit",
            repo.pathspec(path)
        ));
    }
    let folder = place.rsplit_once('/').map_or(".", |(folder, _)| folder);
    let how = match repo.tracks(path)? {
        true => "git mv",
        false => "mv",
    };
    Ok(format!(
        "mkdir -p {} && {how} {} {}, and commit",
        shell_path(folder),
        shell_path(path),
        shell_path(&place)
    ))
}
