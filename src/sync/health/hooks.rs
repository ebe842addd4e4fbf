//! Faults of the hooks.

use std::path::Path;

use crate::repo::install::{HOOK_NAMES, HookState};
use crate::repo::{CLONE, Finding, Repo, RepoError};

/// Checks the hooks that should call `program`, and the clone's mark.
pub(super) fn check(
    repo: &Repo,
    program: &Path,
    found: &mut Vec<Finding>,
) -> Result<(), RepoError> {
    if let Some(taken) = repo.hooks_folder_taken()? {
        found.push(taken);
        return Ok(());
    }
    let Some(folder) = repo.hooks_folder()? else {
        let scope = repo.config_scope("core.hooksPath")?;
        let scope = scope.unwrap_or_else(|| "local".to_owned());
        found.push(Finding::new(
            "core.hooksPath turns hooks off: nothing is checked or recorded at commits",
            format!("git config --{scope} --unset core.hooksPath, then palimpsest init"),
        ));
        return Ok(());
    };
    if !repo.has_local_config(CLONE)? {
        found.push(Finding::new(
            format!("git config {CLONE}: not there, so that removals of two machines of one name can be taken for one"),
            "palimpsest init",
        ));
    }
    let places = HOOK_NAMES.map(|name| repo.hook_places(&folder.join(name)));
    for path in places.into_iter().flatten() {
        let init = "palimpsest init";
        let (state, mend) = match repo.hook_state(&path, program)? {
            HookState::Current => {
                tracked_hook(repo, &path, found)?;
                found.extend(called_twice(repo, &path));
                continue;
            }
            // Told once for all, below.
            HookState::Calls | HookState::Barred => continue,
            HookState::Absent => ("missing", init),
            HookState::NotExecutable => ("not executable, so that git does not run it", init),
            HookState::OtherProgram => ("for another program", init),
            HookState::OtherVersion => ("of another version", init),
            HookState::Edited => ("edited, or of another version (a copy is kept)", init),
            HookState::Foreign => ("not Palimpsest's", init),
            HookState::Folder => ("a folder", "move it away, then palimpsest init"),
        };
        found.push(Finding::new(
            format!("hook {}: {state}", path.display()),
            mend,
        ));
    }
    found.extend(repo.barred_hooks()?);
    Ok(())
}

/// Reports a tracked hook in the work tree (`core.hooksPath` is a folder of it): it names
/// a path of this machine, so that other machines must not get it.
fn tracked_hook(repo: &Repo, hook: &Path, found: &mut Vec<Finding>) -> Result<(), RepoError> {
    let Ok(path) = repo.relative(repo.workdir(), hook) else {
        return Ok(());
    };
    if repo.index()?.staged(&path).is_some() {
        // Out of git with ours, a hook of everybody's would be gone for them.
        let own = repo.kept_and_call(hook).and_then(|(kept, call)| {
            let kept = repo.relative(repo.workdir(), &kept).ok()?;
            let (from, to) = (repo.from_here(&kept), repo.from_here(&path));
            Some(format!("mv {from} {to}, and add this line to it: {call}"))
        });
        let out = || {
            let pathspec = repo.pathspec(&path);
            format!("git rm --cached {pathspec}, and add it to .gitignore")
        };
        found.push(Finding::new(
            format!("hook {path}: tracked, with a path that only this machine has"),
            own.unwrap_or_else(out),
        ));
    }
    Ok(())
}

/// The finding for a kept hook that calls the program, as ours does after it.
fn called_twice(repo: &Repo, hook: &Path) -> Option<Finding> {
    let kept = repo.kept_that_calls(hook)?;
    Some(Finding::new(
        format!(
            "hook {}: runs twice, since {} calls it, too",
            hook.display(),
            kept.display()
        ),
        "take one of them out: the line there, or, with palimpsest uninstall, the hooks that \
         init wrote",
    ))
}
