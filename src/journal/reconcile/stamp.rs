//! Which of two dates or times is the later one.

use std::cmp::Ordering;

use chrono::{DateTime, NaiveDate, NaiveDateTime};

/// Compares two stamps of the same form: both dates, both local times, both times
/// with an offset, or both seconds or milliseconds since 1970. `None` for anything
/// else, and for two spellings of one instant.
#[must_use]
pub fn later(a: &str, b: &str) -> Option<Ordering> {
    let order = match (Stamp::parse(a)?, Stamp::parse(b)?) {
        (Stamp::Date(a), Stamp::Date(b)) => a.cmp(&b),
        (Stamp::Local(a), Stamp::Local(b)) => a.cmp(&b),
        (Stamp::Instant(a), Stamp::Instant(b)) => a.cmp(&b),
        (Stamp::Seconds(a), Stamp::Seconds(b)) | (Stamp::Millis(a), Stamp::Millis(b)) => a.cmp(&b),
        _ => return None,
    };
    (order != Ordering::Equal).then_some(order)
}

enum Stamp {
    Date(NaiveDate),
    Local(NaiveDateTime),
    Instant(DateTime<chrono::FixedOffset>),
    Seconds(u64),
    Millis(u64),
}

impl Stamp {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(number) = Self::since_1970(text) {
            return Some(number);
        }
        // Years first only: `03/04/2024` means two days to two people.
        let year = text.split('-').next()?;
        if year.len() != 4 || !year.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            return Some(Self::Date(date));
        }
        let with_t = match text.as_bytes().get(10)? {
            b'T' | b't' | b' ' => format!("{}T{}", &text[..10], text.get(11..)?.trim_start()),
            _ => return None,
        };
        let zoned = [
            "%Y-%m-%dT%H:%M:%S%.f%#z",
            "%Y-%m-%dT%H:%M%#z",
            "%Y-%m-%dT%H:%M:%S%.f %#z",
            "%Y-%m-%dT%H:%M %#z",
        ];
        if let Some(at) = zoned
            .iter()
            .find_map(|f| DateTime::parse_from_str(&with_t, f).ok())
        {
            return Some(Self::Instant(at));
        }
        if let Some(utc) = with_t.strip_suffix(['Z', 'z']) {
            return Self::local(utc.trim_end())
                .map(|at| Self::Instant(at.and_utc().fixed_offset()));
        }
        Self::local(&with_t).map(Self::Local)
    }

    /// Reads seconds or milliseconds as written between the years 2001 and 2286; the
    /// length tells which.
    fn since_1970(text: &str) -> Option<Self> {
        if text.starts_with('0') || !text.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let number = text.parse().ok()?;
        match text.len() {
            10 => Some(Self::Seconds(number)),
            13 => Some(Self::Millis(number)),
            _ => None,
        }
    }

    fn local(text: &str) -> Option<NaiveDateTime> {
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"]
            .iter()
            .find_map(|f| NaiveDateTime::parse_from_str(text, f).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_later_of_two_stamps_of_one_form() {
        for (earlier, late) in [
            ("2024-03-04", "2024-03-05"),
            ("2024-03-04T10:00", "2024-03-04T11:00"),
            ("2024-03-04 10:00:01", "2024-03-04 10:00:02"),
            ("2024-03-04T10:00:00Z", "2024-03-04T10:00:00-01:00"),
            ("2024-03-04T10:00:00.5+0000", "2024-03-04T10:00:00.6Z"),
            ("2024-03-04 10:00:00 +0000", "2024-03-04 10:00:00 -0100"),
            ("1709546400", "1709546401"),
            ("1709546400000", "1709546400001"),
        ] {
            assert_eq!(later(earlier, late), Some(Ordering::Less), "{earlier}");
            assert_eq!(later(late, earlier), Some(Ordering::Greater), "{late}");
        }
    }

    #[test]
    fn other_forms_are_not_compared() {
        for (a, b) in [
            ("2024-03-04", "2024-03-04T10:00"),
            ("2024-03-04T10:00", "2024-03-04T10:00Z"),
            ("03/04/2024", "03/05/2024"),
            ("yesterday", "today"),
            ("2024-03-04T10:00Z", "2024-03-04T11:00+01:00"),
            ("2024-13-04", "2024-03-05"),
            ("24-03-04", "2024-03-05"),
            ("1709546400", "1709546400001"),
            ("20240304", "20240305"),
            ("0709546400", "0709546401"),
            ("+709546400", "1709546401"),
        ] {
            assert_eq!(later(a, b), None, "{a} {b}");
        }
    }
}
