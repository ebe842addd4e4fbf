//! Every exit code of the program, in one place.

/// The part of `--help` on exit codes.
pub const HELP: &str = "\
Exit codes: 0 done (warnings, conflicts that are listed and empty listings too); \
1 a file could not be read, a check failed or the command could not finish; \
2 wrong usage. Merge drivers: 0 clean, 1 conflict with markers written, \
129 and above anything else, so that git refuses the merge and touches nothing.";

/// A driver failed: above 128, so git stops and leaves the work tree alone.
pub const DRIVER_FAILED: u8 = 129;

/// The answer to a driver's or hook's shell line: done. Whatever may stand in the program's
/// place ends with other codes: a shell that runs an empty file with 0, a loader with 1 or
/// 127, a script with 1 or 2.
const LINE_DONE: u8 = 92;

/// The answer to a shell line: a conflict with its markers written, or a commit refused.
const LINE_STOP: u8 = 93;

/// An exit code as the shell lines of `init` take it.
pub const fn for_lines(code: u8) -> u8 {
    match code {
        0 => LINE_DONE,
        1 => LINE_STOP,
        other => other,
    }
}

/// A panic in a command that a person runs; the same code as Rust's own. Drivers and
/// `merge` end with [`DRIVER_FAILED`], hooks with 0.
pub const PANIC: u8 = 101;

/// The error for an argument that the command does not know and clap cannot check.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

/// The outcome of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Ok,
    /// Something could not be read or finished; for a merge: failed.
    Failed,
    /// The command line was wrong.
    Usage,
    /// A merge ended with conflict markers written.
    Conflict,
}

impl Exit {
    /// The outcome of a command that checks something, or does a part of what it should.
    #[must_use]
    pub const fn ok_if(all_is_well: bool) -> Self {
        match all_is_well {
            true => Self::Ok,
            false => Self::Failed,
        }
    }

    /// The exit code of an ordinary command.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failed | Self::Conflict => 1,
            Self::Usage => 2,
        }
    }

    /// The exit code of a merge driver, where 1 means "conflict, markers written"
    /// and only that.
    #[must_use]
    pub const fn as_driver(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Conflict => 1,
            Self::Failed | Self::Usage => DRIVER_FAILED,
        }
    }
}
