//! All output of the program. Colour follows `NO_COLOR` and the terminal.

use std::fmt::Display;
use std::io::{self, Write};

use super::Exit;

/// Where commands write. Text goes to stdout, remarks and errors to stderr.
#[derive(Debug, Default)]
pub struct Ui {}

impl Ui {
    #[must_use]
    pub fn new() -> Self {
        Self {}
    }

    /// Writes a line to stdout. A reader that went away (`| head`) is no error.
    ///
    /// # Errors
    /// Whatever else stdout answers.
    pub fn line(&self, text: impl Display) -> io::Result<()> {
        ignore_broken_pipe(writeln!(anstream::stdout(), "{text}"))
    }

    /// Writes bytes to stdout as they are, whatever they hold.
    ///
    /// # Errors
    /// Whatever stdout answers, but for a reader that went away.
    pub fn bytes(&self, bytes: &[u8]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        ignore_broken_pipe(out.write_all(bytes).and_then(|()| out.flush()))
    }

    /// Writes a line to stderr; nothing can be done if that fails.
    pub fn remark(&self, text: impl Display) {
        let _ = writeln!(anstream::stderr(), "{text}");
    }

    /// Writes a warning to stderr.
    pub fn warn(&self, text: impl Display) {
        self.remark(format_args!("palimpsest: warning: {text}"));
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
        self.remark(format_args!("palimpsest: {error:#}"));
        Exit::Failed
    }
}

fn ignore_broken_pipe(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
