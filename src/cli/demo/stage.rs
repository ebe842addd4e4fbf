//! The temporary folder of the demo, and running commands in it without the user's git
//! configuration.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use tempfile::TempDir;

use crate::cli::OTHER_NAMES;

/// One of the two machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Laptop,
    Desktop,
}

impl Who {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Laptop => "laptop",
            Self::Desktop => "desktop",
        }
    }
}

/// The outcome of a command line.
#[derive(Debug)]
pub struct Outcome {
    pub ok: bool,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    /// Stdout, then stderr.
    pub fn text(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// `remote.git`, `laptop`, `desktop`, and `bin` with the program's four names.
#[derive(Debug)]
pub struct Stage {
    root: TempDir,
    path: std::ffi::OsString,
}

impl Stage {
    /// Makes the folder and the bare remote.
    pub fn set() -> anyhow::Result<Self> {
        let root = tempfile::Builder::new()
            .prefix("palimpsest-demo-")
            .tempdir()?;
        let bin = root.path().join("bin");
        fs::create_dir(&bin)?;
        fs::create_dir(root.path().join("home"))?;
        // The folder of this very program may lack the four names, or have those of
        // another version.
        let program = std::env::current_exe()?;
        for name in std::iter::once("palimpsest").chain(OTHER_NAMES) {
            symlink(&program, bin.join(name))?;
        }
        let mut folders = vec![bin];
        folders.extend(std::env::split_paths(
            &std::env::var_os("PATH").unwrap_or_default(),
        ));
        let path = std::env::join_paths(folders)?;
        let stage = Self { root, path };
        let made = stage
            .command("git", stage.root())
            .args([
                "init",
                "--quiet",
                "--bare",
                "--initial-branch=main",
                "remote.git",
            ])
            .output()
            .context("git cannot be started; is it installed?")?;
        anyhow::ensure!(
            made.status.success(),
            "git init failed: {}",
            String::from_utf8_lossy(&made.stderr).trim()
        );
        Ok(stage)
    }

    /// The temporary folder.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// A machine's work tree, which the opening makes.
    pub fn dir(&self, who: Who) -> PathBuf {
        self.root().join(who.name())
    }

    /// Runs a line as a person would type it, in a machine's work tree.
    pub fn run(&self, who: Who, line: &str) -> anyhow::Result<Outcome> {
        let dir = self.dir(who);
        // Before its clone is there, a machine stands beside the remote.
        let dir = if dir.is_dir() {
            dir
        } else {
            self.root().into()
        };
        let output = self
            .command("sh", &dir)
            .args(["-c", line])
            .output()
            .context("sh cannot be started")?;
        Ok(Outcome {
            ok: output.status.success(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Leaves the folder in place.
    pub fn keep(self) -> PathBuf {
        self.root.keep()
    }

    fn command(&self, program: &str, dir: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(dir).stdin(std::process::Stdio::null());
        // The caller's variables for git and Palimpsest would change the play.
        for (name, _) in std::env::vars_os() {
            let shown = name.to_string_lossy();
            if shown.starts_with("GIT_")
                || shown.starts_with("PALIMPSEST")
                || shown.starts_with("XDG_")
                || shown.starts_with("CLICOLOR")
            {
                command.env_remove(&name);
            }
        }
        command
            .env("PATH", &self.path)
            .env("HOME", self.root().join("home"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", self.root().join("home/gitconfig"))
            .env("GIT_CEILING_DIRECTORIES", self.root())
            .env("GIT_EDITOR", "true")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_PAGER", "cat")
            .env("NO_COLOR", "1")
            .env("LC_ALL", "C");
        command
    }
}
