//! Faults of the setup itself: attributes, ignored paths, files in the way.

use std::collections::BTreeSet;
use std::path::Path;

use super::is_original;
use crate::journal::layout::in_folder;
use crate::journal::settings::FILE;
use crate::journal::{Layout, Settings};
use crate::repo::install::{ToPull, has_journal, pattern};
use crate::repo::{Finding, Repo, RepoError, UNFINISHED_ALL};
use crate::sync::database_path::database_path;
use crate::sync::documents;
use crate::sync::migrate::waits_for_commit;

/// Checks the attributes, the settings' file and what git ignores.
pub(super) fn paths(
    repo: &Repo,
    layout: &Layout,
    wait: Option<u64>,
    found: &mut Vec<Finding>,
) -> Result<(), RepoError> {
    let has_journal = has_journal(repo, layout);
    // What the pull brings `init` leaves to it.
    let to_pull = repo.setup_to_pull()?;
    let is_brought = |has: fn(&ToPull) -> bool| to_pull.as_ref().is_some_and(has);
    let before = match to_pull {
        None => repo.from_before_setup()?,
        Some(_) => None,
    };
    let brings_attributes = before.is_some() || is_brought(ToPull::has_attributes);
    let brings_ignored = before.is_some() || is_brought(ToPull::has_ignored);
    let is_from_before = before.is_some();
    // Another machine has committed them otherwise.
    if to_pull.is_none() && before.is_none() {
        found.extend(repo.untracked_setup(has_journal)?);
        found.extend(repo.ignored_setup(has_journal)?);
    }
    found.extend(match to_pull {
        // The pull would stop for it.
        Some(to_pull) if waits_for_commit(repo, layout)? => {
            let mend = "make the commit that palimpsest init names, then git pull";
            Some(Finding::new(to_pull.finding.what, mend))
        }
        to_pull => to_pull.map(|to_pull| to_pull.finding).or(before),
    });
    let missing = repo.missing_folder(layout)?;
    let is_missing = missing.is_some();
    found.extend(missing);
    if !has_journal && !is_missing && !brings_attributes {
        let none = documents::merges(repo, layout)?.none;
        found.extend(none.into_iter().map(|what| {
            let mend = "palimpsest init, and take out lines that say otherwise, also those of \
                        .git/info/attributes";
            Finding::new(what, mend)
        }));
    }
    found.extend(repo.spelled_otherwise(layout));
    found.extend(repo.ledger_left_behind(layout, None)?);
    // The attributes of a journal that is elsewhere are for its own folder.
    if has_journal && !is_missing && !brings_attributes {
        merging(repo, layout, found)?;
    }
    found.extend(repo.attributes_left_out()?);
    if !has_journal {
        return Ok(());
    }
    if let Some(restore) = repo.settings_gone()? {
        // Without the folders that they name nobody would find the journal.
        let committed = repo.read_at(repo.head()?, FILE)?.unwrap_or_default();
        let committed = Settings::of_file(&committed).map(|settings| settings.layout);
        let are_usual = |layout: &Layout| *layout == Layout::default();
        let mend = match are_usual(layout) && committed.is_ok_and(|layout| are_usual(&layout)) {
            true => format!("{restore}, or git rm {}", repo.pathspec(FILE)),
            false => restore,
        };
        found.push(Finding::new(
            format!("{FILE}: gone from the work tree"),
            mend,
        ));
    }
    for line in repo.former_attributes(layout)? {
        found.push(Finding::new(
            format!(".gitattributes: `{line}` is for a folder of earlier settings that is gone"),
            "palimpsest init",
        ));
    }
    database_out_of_git(repo, layout, is_from_before, wait, found)?;
    if !brings_ignored {
        ignored(repo, layout, found)?;
    }
    found.extend(repo.ignored_folders(layout));
    Ok(())
}

/// Checks that the drivers merge the journal's files.
fn merging(repo: &Repo, layout: &Layout, found: &mut Vec<Finding>) -> Result<(), RepoError> {
    // Any year: the attributes are the same for all.
    let year = 2024;
    let page = format!("{year}/x.md");
    for (path, driver) in [
        (in_folder(&layout.journal, &page), "palimpsest"),
        (in_folder(&layout.wiki, &page), "palimpsest"),
        (layout.ledger_path(year), "palimpsest-ledger"),
    ] {
        let merge = repo.attribute("merge", &path)?;
        if merge.as_deref() != Some(driver) {
            found.push(Finding::new(
                format!(
                    ".gitattributes: files such as {path} merge with `{}`, not with {driver}",
                    merge.as_deref().unwrap_or("git's default")
                ),
                "palimpsest init, and take out lines that say otherwise: later ones, those of a \
                 .gitattributes further down or of .git/info/attributes",
            ));
        }
    }
    stored_as_written(repo, &layout.ledger_path(year), found)
}

/// Checks that git stores the bytes of a ledger as they are: the hooks write and stage them
/// past its filters.
fn stored_as_written(repo: &Repo, path: &str, found: &mut Vec<Finding>) -> Result<(), RepoError> {
    let attribute = repo.other_bytes(path)?.filter(|said| said != "ident");
    let Some(attribute) = attribute else {
        return Ok(());
    };
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let files = pattern(folder, "*.jsonl");
    let name = attribute.split('=').next().unwrap_or_default();
    found.push(Finding::new(
        format!(
            "{path}: stored otherwise than it is written (`{attribute}`), so that ledgers are \
             modified after each commit, and stop pulls"
        ),
        format!(
            "put `{files} -{name}` at the end of .gitattributes, and commit it with \
             the ledgers"
        ),
    ));
    Ok(())
}

/// Checks that git neither tracks the database nor would add it.
fn database_out_of_git(
    repo: &Repo,
    layout: &Layout,
    is_from_before: bool,
    wait: Option<u64>,
    found: &mut Vec<Finding>,
) -> Result<(), RepoError> {
    let database = &layout.database;
    // `database` reports this.
    if database_path(repo, layout).is_err_and(|e| e.refuses_database()) {
        return Ok(());
    }
    if repo.tracks(database)? && !is_original(repo, layout, wait)? {
        found.push(Finding::new(
            format!("{database}: tracked, so that it conflicts at every merge"),
            format!(
                "palimpsest doctor --fix, or git rm -f --cached {}",
                repo.pathspec(database)
            ),
        ));
    } else if !repo.is_ignored(database)? {
        let mend = match (is_from_before, repo.has_excluded(layout)?) {
            (true, false) => "palimpsest doctor --fix".to_owned(),
            (true, true) => says_otherwise(repo, database),
            (false, _) => to_ignore(repo, layout, database)?,
        };
        found.push(Finding::new(format!("{database}: not ignored"), mend));
    }
    Ok(())
}

/// Checks that git ignores what this program leaves in the work tree.
fn ignored(repo: &Repo, layout: &Layout, found: &mut Vec<Finding>) -> Result<(), RepoError> {
    let database = &layout.database;
    if repo.is_only_excluded(layout)? && !repo.tracks(database)? {
        found.push(Finding::new(
            format!("{database}: kept out of git on this machine alone, by .git/info/exclude"),
            "palimpsest init",
        ));
    }
    if repo.are_backups_only_excluded().unwrap_or(false) {
        found.push(Finding::new(
            "backups/: kept out of git on this machine alone, by .git/info/exclude",
            "palimpsest init",
        ));
    }
    if repo.links_backups() && repo.tracks("backups")? {
        let path = repo.pathspec("backups");
        found.push(Finding::new(
            "backups: a symbolic link that git tracks, so that no backup can be made",
            format!(
                "git rm --cached {path} if you made it, else git rm {path}; then palimpsest init"
            ),
        ));
    } else if !repo.ignores_backups().unwrap_or(true) {
        let mend = match repo.links_backups() {
            false => to_ignore(repo, layout, "backups/x")?,
            true if repo.has_excluded_backups()? => says_otherwise(repo, "backups"),
            true => "palimpsest init".to_owned(),
        };
        found.push(Finding::new("backups/: not ignored", mend));
    }
    let unfinished = format!("{UNFINISHED_ALL}a1b2c3");
    if !repo.is_ignored(&unfinished).unwrap_or(true) {
        let mend = to_ignore(repo, layout, &unfinished)?;
        found.push(Finding::new("unfinished files: not ignored", mend));
    }
    Ok(())
}

/// The advice to have git ignore a path: add the lines of `init`, or remove others.
fn to_ignore(repo: &Repo, layout: &Layout, path: &str) -> Result<String, RepoError> {
    Ok(match repo.ignores_as_init_says(layout)? {
        false => "palimpsest init".to_owned(),
        true => says_otherwise(repo, path),
    })
}

/// The advice where the lines of `init` are there.
fn says_otherwise(repo: &Repo, path: &str) -> String {
    format!(
        "take out the line that says otherwise: git check-ignore -v {}",
        repo.from_here(path)
    )
}

/// Checks the configuration that `init` sets for a plain `git pull`.
pub(super) fn pull(repo: &Repo, found: &mut Vec<Finding>) -> Result<(), RepoError> {
    if !repo.decides_pulls()? {
        found.push(Finding::new(
            "git config pull.rebase: not set, so that a plain git pull of diverged histories stops",
            "palimpsest init",
        ));
    }
    Ok(())
}

/// Reports a file in the place of a folder.
pub(super) fn in_the_way(repo: &Repo, layout: &Layout, found: &mut Vec<Finding>) {
    let above = |path: &str| path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
    let database = above(&layout.database).map(|folder| (folder, &layout.database));
    let folders = [&layout.ledger, &layout.journal, &layout.wiki];
    let folders = folders.map(|folder| (folder.clone(), folder));
    let mut told = BTreeSet::new();
    for (folder, needs) in database.into_iter().chain(folders) {
        let mut parts = Path::new(&folder).ancestors();
        let file = parts.find(|part| repo.workdir().join(part).is_file());
        if let Some(file) = file.map(|part| part.display().to_string())
            && told.insert(file.clone())
        {
            found.push(Finding::new(
                format!("{file}: no folder, which {needs} needs"),
                "move it away, then palimpsest init",
            ));
        }
    }
}
