//! `palimpsest hook NAME`, which the installed hooks call.

mod news;

use clap::Args;

use super::refreshed::{say_behind, say_conflicts};
use super::shown::safe;
use super::ui::told;
use super::{Exit, Ui};
use crate::journal::{Layout, Settings};
use crate::repo::install::{ENTRY_DRIVER, HOOK_NAMES, HookName, has_journal, is_installed_around};
use crate::repo::{ObjectId, Repo, RepoError};
use crate::sync::database_path::{disown, is_committed};
use crate::sync::settings::{LoadError, load};
use crate::sync::{clock, commit, health, history, incoming, refresh};

/// Run as a git hook (the installed hooks call this)
#[derive(Debug, Args)]
#[command(hide = true)]
pub struct Hook {
    /// The hook's name, such as pre-commit
    name: String,
    /// What git gave the hook
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

/// The variable that turns the hooks and drivers into git's own behaviour.
pub const OFF_SWITCH: &str = "PALIMPSEST";

/// Seconds that a hook waits for another process that writes the index.
const LONGEST_WAIT: u64 = 3;

/// Whether the environment turns Palimpsest off.
#[must_use]
pub fn is_off() -> bool {
    std::env::var_os(OFF_SWITCH).is_some_and(|value| value == "0")
}

impl Hook {
    /// Runs the hook. Only `pre-commit` can fail, and only by refusing: any other error
    /// is reported, and git goes on. Rows that a commit lacks are derived later.
    pub fn run(&self, ui: &Ui) -> anyhow::Result<Exit> {
        if is_off() {
            return Ok(Exit::Ok);
        }
        let Some(hook) = HookName::from_name(&self.name) else {
            // Somebody wrote the call by hand; git must go on all the same.
            let [others @ .., last] = &HOOK_NAMES;
            ui.warn(format_args!(
                "no hook of Palimpsest's is called `{}`, so nothing was done; expected {} or {last}",
                safe(&self.name),
                others.join(", ")
            ));
            return Ok(Exit::Ok);
        };
        let call = Call {
            hook,
            args: &self.args,
        };
        Ok(call.act(ui).unwrap_or_else(|error| {
            let left = match hook {
                HookName::PreCommit => {
                    "; this commit was not checked, and no removals were recorded"
                }
                _ => "",
            };
            ui.warn(format_args!(
                "{}: {}{left}",
                hook.name(),
                safe(&told(&error))
            ));
            Exit::Ok
        }))
    }
}

/// What git called.
struct Call<'a> {
    hook: HookName,
    args: &'a [String],
}

impl Call<'_> {
    fn act(&self, ui: &Ui) -> anyhow::Result<Exit> {
        let Some(repo) = &self.repo()? else {
            return Ok(Exit::Ok);
        };
        let settings = load(repo);
        if self.hook == HookName::PreCommit {
            return pre_commit(ui, repo, settings);
        }
        let layout = &settings?.layout;
        if !self.may_follow_head() {
            return Ok(Exit::Ok);
        }
        self.keep_database_out(ui, repo, layout);
        let came_in_after = self.record(ui, repo, layout)?;
        // In the middle of a rebase HEAD moves on at once; its end is what counts.
        if self.hook == HookName::PostRewrite || !repo.is_rebasing() {
            let report = bring_up_to_date(ui, repo, layout);
            if let Some(before) = came_in_after {
                let failed = report.map(|report| report.failed).unwrap_or_default();
                news::say_what_cannot_be_read(ui, repo, before, &failed)?;
                news::say_markers(ui, repo, layout, before, &failed)?;
            }
        }
        Ok(Exit::Ok)
    }

    /// The repository, if `init` was run in it: hooks may stand in a folder that several
    /// share.
    fn repo(&self) -> anyhow::Result<Option<Repo>> {
        let repo = match Repo::from_env() {
            // Reported only by hooks that record changes or report news, and only if
            // `init` was run before the repository got that format.
            Err(RepoError::Unsupported { .. })
                if !matches!(self.hook, HookName::PreCommit | HookName::PostMerge)
                    || !is_installed_around(None) =>
            {
                return Ok(None);
            }
            opened => opened?,
        };
        if matches!(self.hook, HookName::PreCommit | HookName::PostMerge)
            && repo.has_lost_its_driver()?
        {
            anyhow::bail!(
                "git config {ENTRY_DRIVER}: missing, so nothing is checked or recorded here; \
                 `palimpsest init` sets it"
            );
        }
        Ok(repo.is_installed()?.then_some(repo))
    }

    /// Whether git calls this hook where HEAD may have moved: not where only files were
    /// checked out.
    fn may_follow_head(&self) -> bool {
        match self.hook {
            HookName::PostCommit | HookName::PostMerge | HookName::PostRewrite => true,
            HookName::PostCheckout => self.args.get(2).is_none_or(|flag| flag != "0"),
            HookName::PreCommit => false,
        }
    }

    /// Keeps the backups and the database out of git where `.gitignore` does not: that of the
    /// settings here, and that of those where HEAD was before, which may be newer than HEAD's.
    fn keep_database_out(&self, ui: &Ui, repo: &Repo, layout: &Layout) {
        let here = match has_journal(repo, layout) {
            true => repo.exclude_where_not_ignored(layout),
            false => Ok(()),
        };
        let is_checkout = self.hook == HookName::PostCheckout;
        let before = self.args.first().filter(|_| is_checkout);
        let before = before.map_or(Ok(None), |id| repo.commit_named(id));
        let there = before.and_then(|id| id.map_or(Ok(()), |id| repo.exclude_database_of(id)));
        // Each commit there would say it again, as `git status` does.
        if let (Err(error), true) = (here.and(there), is_checkout) {
            ui.warn(format_args!(
                "the index is not kept out of git: {}",
                safe(&error.to_string())
            ));
        }
    }

    /// Records and says what the hook is about. Returns the previous HEAD, if something came
    /// in: git says so, or a merge that had stopped was committed.
    fn record(&self, ui: &Ui, repo: &Repo, layout: &Layout) -> anyhow::Result<Option<ObjectId>> {
        let before = match self.hook {
            HookName::PostCommit => {
                commit::after_commit(repo, layout)?;
                say_if_unchecked(ui, repo, layout)?;
                match repo.before_the_stopped_merge()? {
                    Some(before) if !repo.is_rebasing() => Some(before),
                    _ => return Ok(None),
                }
            }
            // A squash is not a merge yet: its commit is still to come.
            HookName::PostMerge if self.args.first().is_none_or(|squash| squash != "1") => {
                repo.commit_named("ORIG_HEAD")?
            }
            HookName::PostRewrite if self.args.first().is_some_and(|by| by == "rebase") => {
                let (Some(before), Some(now)) = (repo.before_the_rebase()?, repo.head()?) else {
                    return Ok(None);
                };
                history::keep_what_a_rebase_kept_out(repo, layout, before, now)?;
                Some(before)
            }
            _ => return Ok(None),
        };
        if let Some(head) = repo.head()? {
            let mut incoming = incoming::between(repo, layout, before, head)?;
            if self.hook == HookName::PostCommit {
                // `pre-commit` named these before the commit of a merge that had stopped.
                let here = repo.machine()?;
                incoming.gone.retain(|_, by| *by != here);
                incoming.conflicts.clear();
                incoming::keep_what_the_merge_kept_out(repo, layout, head, &mut incoming)?;
            }
            say_conflicts(ui, incoming.conflicts.iter().copied());
            news::say_kept_out(ui, &incoming);
            news::say_deletions(ui, &incoming);
            if let Some(before) = before {
                for finding in health::left_by_a_move(repo, layout, before)? {
                    ui.warn(safe(&finding.to_string()));
                }
            }
        }
        Ok(before)
    }
}

fn pre_commit(ui: &Ui, repo: &Repo, settings: Result<Settings, LoadError>) -> anyhow::Result<Exit> {
    let settings = match settings {
        Ok(settings) => settings,
        // Without settings the ledger's folder is unknown: a commit would go through
        // unchecked and without its rows.
        Err(error) => {
            ui.note(error);
            ui.note(
                "nothing is committed: mend the settings, or commit without the checks: \
                 git commit --no-verify",
            );
            return Ok(Exit::Failed);
        }
    };
    let report = commit::pre_commit(repo, &settings, &clock::stamp(clock::now()))?;
    for line in report.to_string().lines() {
        ui.note(line);
    }
    for finding in repo.spelled_otherwise(&settings.layout) {
        ui.warn(safe(&finding.to_string()));
    }
    if let Some(why) = &report.unrecorded {
        ui.warn(format_args!("pre-commit: {}", safe(why)));
    }
    if !report.is_refused() {
        if report.has_rows
            && let Err(error) = say_if_left_behind(ui, repo)
        {
            // The commit was checked and recorded all the same.
            ui.warn(format_args!("pre-commit: {}", safe(&error.to_string())));
        }
        return Ok(Exit::Ok);
    }
    ui.note("nothing was committed (`git commit --no-verify` commits all the same)");
    Ok(Exit::Failed)
}

/// Warns that the work tree's ledger will not follow a commit, because `post-commit` is
/// another program's hook: `git lfs update --force` takes that one and leaves `pre-commit`.
fn say_if_left_behind(ui: &Ui, repo: &Repo) -> Result<(), RepoError> {
    // Where a manager has both, it may call the program where `taken_hook` does not look.
    let Some(hook) = repo.taken_hook("post-commit")? else {
        return Ok(());
    };
    if repo.taken_hook("pre-commit")?.is_none() {
        ui.note(format_args!(
            "the ledger in the work tree stays behind this commit, and a pull may stop for it: \
             {} does not call Palimpsest any more; `palimpsest init` has it called again, then \
             `palimpsest doctor` says how the ledger follows",
            safe(&hook.to_string_lossy())
        ));
    }
    Ok(())
}

/// Warns that a commit went unchecked because `pre-commit` is another program's hook:
/// hook managers installed later take the place of that hook and leave our others.
fn say_if_unchecked(ui: &Ui, repo: &Repo, layout: &Layout) -> Result<(), RepoError> {
    let Some(head) = repo.head()? else {
        return Ok(());
    };
    // A manager may call the program where `taken_hook` does not look.
    let was_checked = history::seen_by_pre_commit(repo, layout, head)?.is_some();
    if was_checked || !repo.is_plain_commit()? || !history::concerns(repo, layout, head)? {
        return Ok(());
    }
    if let Some(hook) = repo.taken_hook("pre-commit")? {
        ui.note(format_args!(
            "this commit was not checked, and its removals wait to be recorded: \
             {} does not call Palimpsest any more; `palimpsest init` has it called again",
            safe(&hook.to_string_lossy())
        ));
    }
    Ok(())
}

/// Brings the index up to date. It is derived, and every reader does the same, so a
/// failure here is only reported.
fn bring_up_to_date(ui: &Ui, repo: &Repo, layout: &Layout) -> Option<refresh::Report> {
    let options = refresh::Options {
        wait: Some(LONGEST_WAIT),
        ..refresh::Options::new(refresh::Scope::Head)
    };
    if !has_journal(repo, layout) {
        return None;
    }
    if is_committed(repo, layout) {
        disown(repo, layout);
        return None;
    }
    match refresh::refresh(repo, layout, &options) {
        Ok((store, report)) => {
            store.leave();
            Some(report)
        }
        Err(error) => {
            say_behind(ui, &error);
            None
        }
    }
}
