//! A command that ended, and assertions on it that chain and name the command.

use std::io::ErrorKind;
use std::process::{Command, Stdio};
use std::time::Duration;

/// The command line, exit code and output of a command that ended.
#[derive(Debug, Clone)]
pub struct Run {
    pub command: String,
    /// -1 when a signal ended it.
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// Runs a command without input to its end.
    #[track_caller]
    pub fn of(mut command: Command) -> Self {
        let shown = shown(&command);
        command.stdin(Stdio::null());
        // A program that a test has just written is busy while another test's
        // thread, between fork and exec, still holds the file open.
        let mut output = command.output();
        for _ in 0..50 {
            match &output {
                Err(e) if e.kind() == ErrorKind::ExecutableFileBusy => {
                    std::thread::sleep(Duration::from_millis(20));
                    output = command.output();
                }
                _ => break,
            }
        }
        let output = output.unwrap_or_else(|e| panic!("{shown}: {e}"));
        Self {
            command: shown,
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// It exited with 0.
    #[track_caller]
    pub fn ok(self) -> Self {
        self.exits(0)
    }

    /// It exited with this code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert!(self.code == code, "expected exit code {code}\n{self}");
        self
    }

    /// It did not exit with 0.
    #[track_caller]
    pub fn fails(self) -> Self {
        assert!(self.code != 0, "expected it to fail\n{self}");
        self
    }

    /// Stdout holds this text.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(
            self.stdout.contains(text),
            "expected `{text}` on stdout\n{self}"
        );
        self
    }

    /// Stdout does not hold this text.
    #[track_caller]
    pub fn lacks(self, text: &str) -> Self {
        assert!(
            !self.stdout.contains(text),
            "expected no `{text}` on stdout\n{self}"
        );
        self
    }

    /// Stdout is this text, surrounding space aside.
    #[track_caller]
    pub fn is(self, text: &str) -> Self {
        assert!(
            self.stdout.trim() == text.trim(),
            "expected stdout to be\n{text}\n{self}"
        );
        self
    }

    /// Stderr holds this text.
    #[track_caller]
    pub fn warns(self, text: &str) -> Self {
        assert!(
            self.stderr.contains(text),
            "expected `{text}` on stderr\n{self}"
        );
        self
    }

    /// Stderr does not hold this text.
    #[track_caller]
    pub fn silent_about(self, text: &str) -> Self {
        assert!(
            !self.stderr.contains(text),
            "expected no `{text}` on stderr\n{self}"
        );
        self
    }

    /// Stdout and stderr.
    pub fn output(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    /// Stdout or stderr holds this text (git moves messages between the two).
    #[track_caller]
    pub fn mentions(self, text: &str) -> Self {
        assert!(
            self.output().contains(text),
            "expected `{text}` in the output\n{self}"
        );
        self
    }

    /// Neither stdout nor stderr holds this text.
    #[track_caller]
    pub fn never_mentions(self, text: &str) -> Self {
        assert!(
            !self.output().contains(text),
            "expected no `{text}` in the output\n{self}"
        );
        self
    }

    /// Stdout without surrounding space.
    pub fn text(&self) -> &str {
        self.stdout.trim()
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "$ {}\n(exit {})\n--- stdout\n{}\n--- stderr\n{}",
            self.command, self.code, self.stdout, self.stderr
        )
    }
}

fn shown(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy()];
    words.extend(command.get_args().map(|a| a.to_string_lossy()));
    let folder = command
        .get_current_dir()
        .and_then(|d| d.file_name())
        .map_or_else(String::new, |n| format!("{}: ", n.to_string_lossy()));
    folder + &words.join(" ")
}
