//! The hooks: small shims that call the program and chain the hooks that were there.

use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::foreign::{are_same, both_there, calling, is_framework, is_kept, kept, legacy, name};
use super::{KeptHook, Note, Plan, Step};
use crate::journal::digest::short_sha256;
use crate::repo::stages::free_place;
use crate::repo::{Finding, Repo, RepoError, shell_word};

/// A hook of git's that is installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HookName {
    PreCommit,
    PostCommit,
    PostMerge,
    PostRewrite,
    PostCheckout,
}

impl HookName {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::PreCommit,
        Self::PostCommit,
        Self::PostMerge,
        Self::PostRewrite,
        Self::PostCheckout,
    ];

    /// The hook of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hook| hook.name() == name)
    }

    /// Its name, as git has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::PostCommit => "post-commit",
            Self::PostMerge => "post-merge",
            Self::PostRewrite => "post-rewrite",
            Self::PostCheckout => "post-checkout",
        }
    }
}

/// The names of the hooks that are installed.
pub const NAMES: [&str; 5] = {
    let [a, b, c, d, e] = HookName::ALL;
    [a.name(), b.name(), c.name(), d.name(), e.name()]
};

/// The command that gives a repository hooks of its own, where all share a folder.
pub const OWN_HOOKS: &str =
    "git config core.hooksPath \"$(git rev-parse --path-format=absolute --git-common-dir)/hooks\"";

/// The folder, below the git directory, for our edited hooks before `init` wrote them
/// anew.
const EDITED: &str = "palimpsest/edited-hooks";

/// The call in a hook of somebody's own, also where the program is missing or a program
/// with a window has another `PATH`; as docs/git.md has it.
const CALL: &str = "! command -v palimpsest >/dev/null || palimpsest hook NAME \"$@\"";

const SHIM: &str = include_str!("../../../hooks/shim.sh");

/// The line that marks a file as ours, whichever version wrote it.
const ID: &str = "# palimpsest-hook ";

/// The beginning of the line with the checksum of the others, except the program's, so
/// that every version can tell whether somebody edited a hook of another version.
const SUM: &str = "# sum ";

/// The state of the file at a hook's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HookState {
    Absent,
    /// Ours, up to date, and calling this program.
    Current,
    /// Like `Current`, but git does not run it.
    NotExecutable,
    /// Like `Current`, but on a file system that runs nothing.
    Barred,
    /// Ours, up to date, but calling another program.
    OtherProgram,
    /// Ours, written by another version.
    OtherVersion,
    /// Ours, and edited since, or of a version without a checksum.
    Edited,
    /// Somebody's own hook, which calls the program for this hook.
    Calls,
    /// Somebody else's.
    Foreign,
    /// A folder, which no hook can take the place of.
    Folder,
}

/// Whether a hook's text is one of ours, of any version.
pub(super) fn is_ours(text: &str) -> bool {
    text.lines().take(3).any(|line| line.starts_with(ID))
}

/// The script of a hook.
pub(super) fn script(name: &str, program: &Path) -> String {
    let program = shell_word(&program.to_string_lossy());
    let text = SHIM.replace("@NAME@", name).replace("@PROGRAM@", &program);
    let sum = sum(&text);
    text.replace("@SUM@", &sum)
}

/// The checksum of a hook of ours.
fn sum(text: &str) -> String {
    let counts = |line: &&str| !line.starts_with(SUM) && !line.starts_with("program=");
    let lines: Vec<&str> = text.lines().filter(counts).collect();
    short_sha256(lines.join("\n").as_bytes())
}

/// The lines that another program added at the end of a hook of ours, of any version:
/// they run after ours. Nothing if the rest is edited as well.
pub(super) fn added(text: &str) -> &str {
    let Some(told) = text.lines().find_map(|line| line.strip_prefix(SUM)) else {
        return "";
    };
    if sum(text) == told {
        return "";
    }
    let mut ends = text.match_indices('\n').map(|(end, _)| end + 1);
    let end = ends.find(|end| sum(&text[..*end]) == told);
    end.map_or("", |end| &text[end..])
}

/// The state of a text of ours, compared with the text that should be there. Lines that
/// were [`added`] do not count.
fn state_of(text: &str, ours: &str) -> HookState {
    let text = text.strip_suffix(added(text)).unwrap_or(text);
    let sum = sum(text);
    let told = text.lines().find_map(|line| line.strip_prefix(SUM));
    if text == ours {
        HookState::Current
    } else if told != Some(&sum) {
        HookState::Edited
    } else if sum == self::sum(ours) {
        HookState::OtherProgram
    } else {
        HookState::OtherVersion
    }
}

/// Whether git runs a file as a hook: asked as git asks, since a file system may run
/// nothing (`noexec`), whatever the mode.
fn is_executable(hook: &Path) -> bool {
    hook.is_file() && rustix::fs::access(hook, rustix::fs::Access::EXEC_OK).is_ok()
}

/// Whether a hook says that it can be run, and yet cannot.
fn is_barred(hook: &Path) -> bool {
    let bits = fs::metadata(hook).map_or(0, |meta| meta.permissions().mode() & 0o111);
    bits != 0 && !is_executable(hook)
}

impl Repo {
    /// The folder that git runs hooks from: `core.hooksPath`, or the git
    /// directory's own. `None` if the configuration turns hooks off.
    ///
    /// # Errors
    /// Git fails; see [`RepoError`].
    pub fn hooks_folder(&self) -> Result<Option<PathBuf>, RepoError> {
        let out = self.run_git(&["rev-parse", "--git-path", "hooks"], b"")?;
        let path = OsStr::from_bytes(out.strip_suffix(b"\n").unwrap_or(&out));
        // Git answers `./` or nothing, and looks for hooks at `/`.
        let is_none = self.may_have_another_hooks_folder()
            && self.config("core.hooksPath")?.as_deref() == Some("");
        if is_none {
            return Ok(None);
        }
        let path = self.workdir().join(path);
        let usable = path.is_dir() || !path.exists();
        Ok(usable.then_some(path))
    }

    /// The places of our hook: its own, or the one where the pre-commit framework, having
    /// taken that place, keeps and calls it; both if both have one.
    #[must_use]
    pub fn hook_places(&self, hook: &Path) -> Vec<PathBuf> {
        let legacy = legacy(hook);
        let text = fs::read(&legacy).unwrap_or_default();
        if !is_ours(&String::from_utf8_lossy(&text)) {
            return vec![hook.to_owned()];
        }
        match is_framework(hook) {
            true => vec![legacy],
            false => vec![hook.to_owned(), legacy],
        }
    }

    /// The state of the file at a hook's place.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn hook_state(&self, hook: &Path, program: &Path) -> Result<HookState, RepoError> {
        let text = match fs::read(hook) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            // A dangling link is somebody's; git does not run it.
            Err(e) if e.kind() == ErrorKind::NotFound => {
                return Ok(match hook.is_symlink() {
                    true => HookState::Foreign,
                    false => HookState::Absent,
                });
            }
            Err(e) if e.kind() == ErrorKind::IsADirectory => return Ok(HookState::Folder),
            Err(e) => return Err(RepoError::io(hook)(e)),
        };
        if !is_ours(&text) {
            return Ok(match calling(hook) {
                Some(_) => HookState::Calls,
                None => HookState::Foreign,
            });
        }
        Ok(match state_of(&text, &script(&name(hook), program)) {
            HookState::Current if is_barred(hook) => HookState::Barred,
            HookState::Current if !is_executable(hook) => HookState::NotExecutable,
            state => state,
        })
    }

    /// The hook of this name, if another program took its place and it no longer leads to
    /// ours. `None` if it does, or if hooks are turned off.
    ///
    /// # Errors
    /// Git cannot say where hooks are.
    pub fn taken_hook(&self, name: &str) -> Result<Option<PathBuf>, RepoError> {
        // A hook asks at each commit: git is started only where a folder is configured.
        let own = self.common_dir().join("hooks");
        let folder = match self.may_have_another_hooks_folder() {
            true => self.hooks_folder()?,
            false => Some(own),
        };
        let Some(folder) = folder else {
            return Ok(None);
        };
        let hook = folder.join(name);
        let leads_here = |place: &PathBuf| {
            let text = fs::read(place).unwrap_or_default();
            let ours = is_ours(&String::from_utf8_lossy(&text)) && is_executable(place);
            ours || calling(place).is_some()
        };
        let found = self.hook_places(&hook).iter().any(leads_here);
        Ok((!found).then_some(hook))
    }

    /// The file that calls the program a second time, if the kept foreign hook does so.
    #[must_use]
    pub fn kept_that_calls(&self, hook: &Path) -> Option<PathBuf> {
        calling(&kept(hook))
    }

    /// The hook of a person's own that is kept for this one of ours, if there is one, and the
    /// line with which it could call the program in its own place.
    #[must_use]
    pub fn kept_and_call(&self, hook: &Path) -> Option<(PathBuf, String)> {
        let kept = Some(kept(hook)).filter(|kept| is_kept(kept))?;
        let name = hook.file_name()?.to_string_lossy();
        Some((kept, CALL.replace("NAME", &name)))
    }

    /// The warning, if `core.hooksPath` is not this repository's own.
    ///
    /// # Errors
    /// The configuration cannot be read.
    pub fn shared_hooks(&self) -> Result<Option<String>, RepoError> {
        let scope = self.config_scope("core.hooksPath")?;
        let scope = scope.filter(|scope| scope == "global" || scope == "system");
        Ok(scope.map(|scope| {
            format!(
                "core.hooksPath is set for every repository ({scope} configuration): they share \
                 these hooks, which do something only where `palimpsest init` was run, and \
                 `palimpsest uninstall` takes them from all; for hooks of its own: {OWN_HOOKS}"
            )
        }))
    }

    /// The finding, if git runs none of the hooks that are installed: they stand on a file
    /// system that runs nothing.
    ///
    /// # Errors
    /// Git cannot say where hooks are.
    pub fn barred_hooks(&self) -> Result<Option<Finding>, RepoError> {
        let folder = self.hooks_folder()?;
        let barred = folder.filter(|folder| NAMES.iter().any(|n| is_barred(&folder.join(n))));
        Ok(barred.map(|folder| {
            let what = format!(
                "{}: nothing there can be run (the file system may be mounted `noexec`), so that \
                 git runs no hook: nothing is checked or recorded at commits",
                folder.display()
            );
            let mend = "git config core.hooksPath FOLDER, with one on another file system, then \
                        palimpsest init";
            Finding::new(what, mend)
        }))
    }

    /// Adds to a plan the hooks that are missing or outdated, and notes on hooks that are
    /// shared or turned off.
    ///
    /// # Errors
    /// A hook or the configuration cannot be read.
    pub(super) fn plan_hooks(&self, program: &Path, plan: &mut Plan) -> Result<(), RepoError> {
        let Some(folder) = self.hooks_folder()? else {
            plan.note(
                "core.hooksPath turns hooks off in this repository: merges work, but nothing is \
                 checked or recorded at commits",
            );
            return Ok(());
        };
        if let Some(own) = self.config("core.hooksPath")? {
            plan.note(format!(
                "core.hooksPath is {own}: the hooks are installed there"
            ));
        }
        if let Some(shared) = self.shared_hooks()? {
            plan.note(shared);
        }
        if self.is_in_work_tree(&folder) {
            plan.note(format!(
                "{}: a folder of the work tree, and the hooks name a path of this machine: do not \
                 commit them; or keep your own, and let each call, with its name, `{CALL}`",
                folder.display()
            ));
        }
        let places = NAMES.map(|name| self.hook_places(&folder.join(name)));
        for path in places.into_iter().flatten() {
            self.plan_hook(path, program, plan)?;
        }
        Ok(())
    }

    /// Adds the hook at a place to a plan, if it is missing or outdated.
    fn plan_hook(&self, path: PathBuf, program: &Path, plan: &mut Plan) -> Result<(), RepoError> {
        let name = &name(&path);
        let mut script = script(name, program);
        let mut copy = None;
        let mut keep = match self.hook_state(&path, program)? {
            HookState::Current | HookState::Calls | HookState::Barred => return Ok(()),
            HookState::Folder => {
                plan.notes.push(Note::Left(format!(
                    "{}: left alone, since it is a folder; move it away and run this again",
                    path.display()
                )));
                return Ok(());
            }
            HookState::Foreign => Some(KeptHook {
                place: kept(&path),
                runs: is_executable(&path),
            }),
            HookState::Edited => {
                let edited = fs::read(&path).map_err(RepoError::io(&path))?;
                copy = Some(free_place(&self.common_dir().join(EDITED), name, &edited));
                None
            }
            HookState::Absent => None,
            HookState::NotExecutable | HookState::OtherProgram | HookState::OtherVersion => {
                let text = fs::read(&path).map_err(RepoError::io(&path))?;
                script.push_str(added(&String::from_utf8_lossy(&text)));
                None
            }
        };
        if let Some(kept) = keep.as_ref().map(|k| &k.place).filter(|k| is_kept(k)) {
            // Another hook manager wrote its hook anew.
            if !are_same(kept, &path) {
                plan.notes.push(both_there(&path, kept));
                return Ok(());
            }
            keep = None;
        }
        plan.steps.push(Step::Hook {
            script,
            path,
            keep,
            copy,
        });
        Ok(())
    }

    /// Whether a folder is one that git could track.
    fn is_in_work_tree(&self, folder: &Path) -> bool {
        let real = |p: &Path| fs::canonicalize(p).unwrap_or_else(|_| p.to_owned());
        let folder = real(folder);
        let inside = folder.starts_with(real(self.workdir()));
        inside && !folder.starts_with(real(self.common_dir()))
    }
}
