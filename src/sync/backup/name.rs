//! The names of backups: they sort by time.

use std::fmt;

use chrono::{DateTime, NaiveDateTime, Utc};

use super::BackupError;

const PREFIX: &str = "palimpsest-data-full_";
const TIME: &str = "%Y%m%d_%H%M%S";
/// The length of a time in that form.
const TIME_LENGTH: usize = 15;
const END: &str = ".tar.gz";

/// `palimpsest-data-full_YYYYMMDD_HHMMSS[_SUFFIX].tar.gz`. The time is in UTC, so
/// that names sort by time also in the hour that clocks are put back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// To the second.
    pub time: DateTime<Utc>,
    pub suffix: Option<String>,
}

impl Name {
    /// A name for a backup of that time.
    ///
    /// # Errors
    /// The suffix has other characters than letters, digits, `-` and `_`.
    pub fn new(time: DateTime<Utc>, suffix: Option<&str>) -> Result<Self, BackupError> {
        match suffix {
            Some(suffix) if !is_suffix(suffix) => Err(BackupError::Suffix(suffix.to_owned())),
            _ => Ok(Self {
                time,
                suffix: suffix.map(str::to_owned),
            }),
        }
    }

    /// Reads a file's name; `None` if it is not that of a backup.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let rest = name.strip_prefix(PREFIX)?.strip_suffix(END)?;
        let (time, rest) = rest.split_at_checked(TIME_LENGTH)?;
        let time = NaiveDateTime::parse_from_str(time, TIME).ok()?.and_utc();
        let suffix = match rest.strip_prefix('_') {
            None if rest.is_empty() => None,
            None => return None,
            Some(suffix) => Some(suffix).filter(|s| is_suffix(s)).map(Some)?,
        };
        Some(Self {
            time,
            suffix: suffix.map(str::to_owned),
        })
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", self.time.format(TIME))?;
        if let Some(suffix) = &self.suffix {
            write!(f, "_{suffix}")?;
        }
        f.write_str(END)
    }
}

fn is_suffix(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    !text.is_empty() && text.len() <= 100 && text.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_written() {
        let time = DateTime::from_timestamp(1_767_603_600, 0).unwrap();
        for (suffix, text) in [
            (None, "palimpsest-data-full_20260105_090000.tar.gz"),
            (
                Some("monthly"),
                "palimpsest-data-full_20260105_090000_monthly.tar.gz",
            ),
        ] {
            let name = Name::new(time, suffix).unwrap();
            assert_eq!(name.to_string(), text);
            assert_eq!(Name::parse(text), Some(name));
        }
        for other in [
            "palimpsest-data-full_20260105_090000",
            "palimpsest-data-full_20260105_0900.tar.gz",
            "palimpsest-data-full_20261305_090000.tar.gz",
            "palimpsest-data-full_20260105_090000x.tar.gz",
            "palimpsest-data-full_20260105_090000_.tar.gz",
            "palimpsest-data-full_20260105_09000é_a.tar.gz",
            "notes.tar.gz",
        ] {
            assert_eq!(Name::parse(other), None, "{other}");
        }
        for suffix in ["", "a/b", "..", "a b"] {
            assert!(Name::new(time, Some(suffix)).is_err(), "{suffix}");
        }
    }
}
