//! The date that names an entry.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};

/// The day an entry is about: its natural key on every machine.
///
/// Shown as `2024-11-01`; also accepted as the number `20241101` and as a path
/// whose file name is the date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryDate(NaiveDate);

/// The error for a text that does not name an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no entry: expected a date such as 2024-11-01 or 20241101, or the path of an entry"
)]
pub struct NotADate(pub String);

impl EntryDate {
    /// The date in `YYYY-MM-DD` and nothing else.
    #[must_use]
    pub fn from_iso(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        // Runs for every path and every ledger line; chrono's formats take ten times
        // longer.
        let number = |range: std::ops::Range<usize>| {
            bytes[range].iter().try_fold(0_u32, |n, digit| {
                let digit = digit.is_ascii_digit().then(|| digit - b'0')?;
                Some(n * 10 + u32::from(digit))
            })
        };
        let year = i32::try_from(number(0..4)?).ok()?;
        NaiveDate::from_ymd_opt(year, number(5..7)?, number(8..10)?).map(Self)
    }

    /// The date that a path's file name gives, `…/2024-11-01.md`.
    #[must_use]
    pub fn from_path(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        Self::from_iso(name.strip_suffix(".md")?)
    }

    /// Whether a file is named like an entry, after a day that no calendar has, such as
    /// `2024-11-31.md`.
    #[must_use]
    pub fn is_no_day(path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        let is_like_one = |(at, c): (usize, char)| match at {
            4 | 7 => c == '-',
            _ => c.is_ascii_digit(),
        };
        let date = name.strip_suffix(".md").filter(|date| date.len() == 10);
        date.is_some_and(|date| date.char_indices().all(is_like_one))
            && Self::from_path(path).is_none()
    }

    /// The four-digit year, which names the ledger file and the folder.
    #[must_use]
    pub fn year(self) -> i32 {
        self.0.year()
    }

    /// The date as the number that listings show as `Entry ID`, `20241101`.
    #[must_use]
    pub fn number(self) -> u32 {
        // Four-digit years only: `from_iso` accepts nothing else.
        self.0.year().unsigned_abs() * 10_000 + self.0.month() * 100 + self.0.day()
    }
}

impl fmt::Display for EntryDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = (self.0.year(), self.0.month(), self.0.day());
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for EntryDate {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        let error = || NotADate(text.to_owned());
        if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
            let iso = format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]);
            return Self::from_iso(&iso).ok_or_else(error);
        }
        Self::from_iso(text)
            .or_else(|| Self::from_path(text))
            .ok_or_else(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_date_in_its_three_spellings() {
        let date: EntryDate = "2024-11-01".parse().unwrap();
        assert_eq!("20241101".parse(), Ok(date));
        assert_eq!("journal/md/2024/2024-11-01.md".parse(), Ok(date));
        assert_eq!(
            (date.to_string().as_str(), date.number(), date.year()),
            ("2024-11-01", 20_241_101, 2024)
        );
    }

    #[test]
    fn a_day_that_no_calendar_has() {
        for (name, is) in [
            ("2024-11-31", true),
            ("2023-02-29", true),
            ("2024-13-01", true),
            ("2024-02-29", false),
            ("2024-11-1", false),
            ("notes", false),
            ("2024-11-31b", false),
        ] {
            let path = format!("journal/md/2024/{name}.md");
            assert_eq!(EntryDate::is_no_day(&path), is, "{name}");
        }
        assert!(!EntryDate::is_no_day("2024-11-31"));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "2024-13-01",
            "2024-11-1",
            "+024-11-01",
            "2024-11-01x",
            "notes.md",
            "１２３４-11-01",
        ] {
            assert!(text.parse::<EntryDate>().is_err(), "{text}");
        }
    }
}
