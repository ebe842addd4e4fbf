//! The database of the other side, where a merge stopped over the original's: git leaves one
//! of the two in the work tree, and the index alone has the other.

use super::place::{self, Place};
use super::{MigrateError, Outcome, dry_run, keep, too_damaged, write};
use crate::journal::Layout;
use crate::repo::{Blob, Repo};
use crate::store::AtPlace;

/// Keeps the databases in conflict that are not the work tree's, and takes them over; plans
/// that where there is no place.
pub(super) fn others(
    repo: &Repo,
    layout: &Layout,
    place: Option<&Place<'_>>,
) -> Result<Vec<Outcome>, MigrateError> {
    let mut found = Vec::new();
    let Some(stages) = repo.unmerged_stages()?.remove(&layout.database) else {
        return Ok(found);
    };
    let file = |blob: Option<Blob>| blob.and_then(Blob::file);
    // The only one of a side is in the work tree.
    let (Some(ours), Some(theirs)) = (file(stages.ours), file(stages.theirs)) else {
        return Ok(found);
    };
    let path = repo.inside(&layout.database)?;
    let here = std::fs::read(&path).map_err(place::error(&path))?;
    for (side, id) in [("ours", ours), ("theirs", theirs)] {
        let bytes = repo.read_blob(id)?;
        if bytes == here {
            continue;
        }
        let folder = place::folder()?;
        let file = folder.path().join("other.db");
        std::fs::write(&file, bytes).map_err(place::error(&file))?;
        let mut other = match place {
            Some(place) => {
                let mut other = Outcome::default();
                match AtPlace::look(&file)? {
                    AtPlace::Nothing => continue,
                    AtPlace::Damaged => {
                        too_damaged(&mut other);
                        other.backup = Some(place.keep_files(&file)?);
                    }
                    AtPlace::Original(held) => {
                        if let Some(original) = keep(&held, &file, place, &mut other)? {
                            write(repo, layout, original, place, &mut other)?;
                        }
                    }
                }
                other
            }
            None => match dry_run(repo, layout, &file)? {
                Some(other) => other,
                None => continue,
            },
        };
        other.file = format!("{} ({side})", layout.database);
        other.untracked = false;
        found.push(other);
    }
    Ok(found)
}
