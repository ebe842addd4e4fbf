//! All output of the program. Colour follows `NO_COLOR` and the terminal.

use std::fmt::Display;
use std::io::{self, BufRead, IsTerminal, Write};

use owo_colors::OwoColorize;
use serde::Serialize;

use super::Exit;
use super::exit::Usage;
use super::shown::{columns, safe, safe_json};

/// The output of commands. Text goes to stdout, remarks and errors to stderr.
#[derive(Debug, Default)]
pub struct Ui {}

impl Ui {
    #[must_use]
    pub fn new() -> Self {
        Self {}
    }

    /// Whether a person can be asked at a terminal.
    #[must_use]
    pub fn can_ask() -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Writes one line to stdout, made safe for a terminal: a name from a file may hold
    /// anything, also a line end, and must not begin a line of its own. A reader that went
    /// away (`| head`) is not an error.
    ///
    /// # Errors
    /// Any other error of writing to stdout.
    pub fn line(&self, text: impl Display) -> io::Result<()> {
        self.styled(safe(&text.to_string()))
    }

    /// Writes a line to stdout with its colours; it must not hold text from a file.
    ///
    /// # Errors
    /// As for [`Ui::line`].
    pub fn styled(&self, text: impl Display) -> io::Result<()> {
        ignore_broken_pipe(writeln!(anstream::stdout(), "{text}"))
    }

    /// Writes bytes to stdout unchanged.
    ///
    /// # Errors
    /// Any error of writing to stdout, except that the reader went away.
    pub fn bytes(&self, bytes: &[u8]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        ignore_broken_pipe(out.write_all(bytes).and_then(|()| out.flush()))
    }

    /// Writes a heading to stdout, bold on a terminal.
    ///
    /// # Errors
    /// As for [`Ui::line`].
    pub fn heading(&self, text: impl Display) -> io::Result<()> {
        self.styled(safe(&text.to_string()).bold())
    }

    /// Writes text of a file to stdout, each line made safe and indented by so many spaces.
    ///
    /// # Errors
    /// As for [`Ui::line`].
    pub fn text(&self, indent: usize, text: &str) -> io::Result<()> {
        for line in text.lines() {
            // Lists are indented by tabs in many an editor.
            let line = format!("{:indent$}{}", "", safe(&line.replace('\t', "    ")));
            self.line(line.trim_end())?;
        }
        Ok(())
    }

    /// Writes rows in columns to stdout, under a bold heading row.
    ///
    /// # Errors
    /// As for [`Ui::line`].
    pub fn table(&self, heading: &[&str], mut rows: Vec<Vec<String>>) -> io::Result<()> {
        rows.insert(0, heading.iter().map(|h| (*h).to_owned()).collect());
        let mut lines = columns(&rows);
        lines.next().map_or(Ok(()), |first| self.heading(first))?;
        lines.try_for_each(|line| self.line(line))
    }

    /// Writes a value to stdout as JSON.
    ///
    /// # Errors
    /// As for [`Ui::line`].
    pub fn json(&self, value: &impl Serialize) -> io::Result<()> {
        self.styled(safe_json(&serde_json::to_string_pretty(value)?))
    }

    /// Shows the progress of long work, on a terminal only.
    pub fn progress(&self, what: &str, done: usize, all: usize) {
        if all >= 500 && done.is_multiple_of(100) && io::stderr().is_terminal() {
            let _ = write!(anstream::stderr(), "\r{what}: {done} of {all}\x1b[K");
        }
    }

    /// Takes the progress off the terminal.
    pub fn progress_done(&self) {
        if io::stderr().is_terminal() {
            let _ = write!(anstream::stderr(), "\r\x1b[K");
        }
    }

    /// Writes one line to stderr, made safe as in [`Ui::line`]; a failure is ignored.
    pub fn remark(&self, text: impl Display) {
        let text = text.to_string();
        let _ = writeln!(anstream::stderr(), "{}", safe(&text));
    }

    /// Writes a line to stderr with the program's name before it: beside git's output, it
    /// tells who speaks.
    pub fn note(&self, text: impl Display) {
        self.remark(format_args!("palimpsest: {text}"));
    }

    /// Asks for a line on the terminal; `None` at the end of input (Ctrl-D).
    ///
    /// # Errors
    /// An error of reading from or writing to the terminal.
    pub fn ask(&self, question: impl Display) -> io::Result<Option<String>> {
        write!(anstream::stderr(), "{question} ")?;
        let mut line = Vec::new();
        io::stdin().lock().read_until(b'\n', &mut line)?;
        if line.is_empty() {
            self.remark("");
            return Ok(None);
        }
        Ok(Some(String::from_utf8_lossy(&line).trim().to_owned()))
    }

    /// Writes a warning to stderr.
    pub fn warn(&self, text: impl Display) {
        self.note(format_args!("warning: {text}"));
    }

    /// Writes an error with its causes to stderr; a broken pipe is success.
    #[must_use]
    pub fn report(&self, error: &anyhow::Error) -> Exit {
        if error
            .chain()
            .filter_map(|c| c.downcast_ref::<io::Error>())
            .any(|e| e.kind() == io::ErrorKind::BrokenPipe)
        {
            return Exit::Ok;
        }
        self.note(told(error));
        match error.is::<Usage>() {
            true => Exit::Usage,
            false => Exit::Failed,
        }
    }
}

/// An error with its causes, each once: many messages already contain their cause.
pub fn told(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if text.is_empty() {
            text = cause;
        } else if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

fn ignore_broken_pipe(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
