//! Running git itself, for everything that must be exactly as git does it.

use std::ffi::OsStr;
use std::io::Write;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::{Repo, RepoError};

/// The variables that tie a git process to a repository, as
/// `git rev-parse --local-env-vars` lists them.
const LOCAL_VARIABLES: [&str; 13] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CONFIG",
    "GIT_OBJECT_DIRECTORY",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_REPLACE_REF_BASE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_COMMON_DIR",
];

/// How git is to read paths, which a person or a client around it may have set. Paths go
/// to git as they are, and each command says how it is to read them.
const PATHSPECS: [&str; 4] = [
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
];

/// Configuration of the one git command that a hook belongs to (`git -c`).
pub(super) const COMMAND_CONFIGURATION: [&str; 2] = ["GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT"];

/// Bytes that fit into any pipe's buffer, so that writing cannot block.
const PIPE: usize = 4096;

impl Repo {
    /// Runs git on this repository and its index, with `input` on stdin; gives stdout.
    ///
    /// # Errors
    /// Git is missing, or fails: its stderr is in the error.
    pub(super) fn run_git<A: AsRef<OsStr>>(
        &self,
        args: &[A],
        input: &[u8],
    ) -> Result<Vec<u8>, RepoError> {
        self.run_git_with(args, input, &[])
    }

    /// The same with these variables.
    ///
    /// # Errors
    /// Git is missing, or fails: its stderr is in the error.
    pub(super) fn run_git_with<A: AsRef<OsStr>>(
        &self,
        args: &[A],
        input: &[u8],
        variables: &[(&str, &OsStr)],
    ) -> Result<Vec<u8>, RepoError> {
        let mut command = Command::new("git");
        for name in LOCAL_VARIABLES.iter().chain(&PATHSPECS) {
            command.env_remove(name);
        }
        if !self.given_counts {
            for name in COMMAND_CONFIGURATION {
                command.env_remove(name);
            }
        }
        command
            .args(args)
            .current_dir(self.workdir())
            .env("GIT_DIR", self.git_dir())
            .env("GIT_WORK_TREE", self.workdir())
            .env("GIT_INDEX_FILE", &self.index_path)
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().map_err(RepoError::NoGit)?;
        let stdin = child.stdin.take();
        let write = || {
            if let Some(mut stdin) = stdin {
                // A failing git closes its end early; its exit status tells why.
                let _ = stdin.write_all(input);
            }
        };
        let output = if input.len() <= PIPE {
            write();
            child.wait_with_output()
        } else {
            // A git that answers line by line waits for its output to be read.
            std::thread::scope(|scope| {
                scope.spawn(write);
                child.wait_with_output()
            })
        };
        stdout_of(args, output.map_err(RepoError::NoGit)?)
    }
}

/// What git printed, if it ended well.
fn stdout_of<A: AsRef<OsStr>>(args: &[A], output: Output) -> Result<Vec<u8>, RepoError> {
    if output.status.success() {
        return Ok(output.stdout);
    }
    let words: Vec<_> = args.iter().map(|a| a.as_ref().to_string_lossy()).collect();
    Err(RepoError::Command {
        command: words.join(" "),
        code: output.status.code(),
        stderr: match output.status.code() {
            // Git printed nothing.
            None => output.status.to_string(),
            Some(_) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        },
    })
}

/// The staged content of a path of the repository whose work tree has this top, asked of git,
/// which reads repositories that libgit2 does not; `None` if nothing is staged there.
///
/// # Errors
/// Git is missing, or fails: its stderr is in the error.
pub fn staged_by_git(top: &Path, path: &str) -> Result<Option<Vec<u8>>, RepoError> {
    if ask_git(top, &["ls-files", "-z", "--", path])?.is_empty() {
        return Ok(None);
    }
    ask_git(top, &["cat-file", "blob", &format!(":{path}")]).map(Some)
}

/// The top of the work tree around the current folder, asked of git as above.
///
/// # Errors
/// Git is missing, or fails: its stderr is in the error.
pub fn top_by_git() -> Result<PathBuf, RepoError> {
    let top = ask_git(Path::new("."), &["rev-parse", "--show-toplevel"])?;
    let top = top.strip_suffix(b"\n").unwrap_or(&top);
    Ok(OsStr::from_bytes(top).into())
}

/// Has git answer in a folder, in the environment of this process.
fn ask_git(folder: &Path, args: &[&str]) -> Result<Vec<u8>, RepoError> {
    let mut git = Command::new("git");
    for name in PATHSPECS {
        git.env_remove(name);
    }
    let output = git.args(args).current_dir(folder).output();
    stdout_of(args, output.map_err(RepoError::NoGit)?)
}
