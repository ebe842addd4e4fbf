//! Which of two dates or times is the later one.

use std::cmp::Ordering;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};

/// Compares two stamps of the same form: both dates, both local times, or both times
/// with an offset, each with dashes, slashes or the month's name on both sides, or both
/// seconds or milliseconds since 1970. `None` for anything else, and for two spellings of
/// one instant.
#[must_use]
pub fn later(a: &str, b: &str) -> Option<Ordering> {
    let ((a, a_form), (b, b_form)) = (Stamp::parse(a)?, Stamp::parse(b)?);
    let order = match (a, b) {
        _ if a_form != b_form => return None,
        (Stamp::Date(a), Stamp::Date(b)) => a.cmp(&b),
        (Stamp::Local(a), Stamp::Local(b)) => a.cmp(&b),
        (Stamp::Instant(a), Stamp::Instant(b)) => a.cmp(&b),
        (Stamp::Seconds(a), Stamp::Seconds(b)) | (Stamp::Millis(a), Stamp::Millis(b)) => a.cmp(&b),
        _ => return None,
    };
    (order != Ordering::Equal).then_some(order)
}

/// How a stamp writes its date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Number,
    /// `2024-11-03`
    Dashes,
    /// `2024/11/03`, as Hexo has it.
    Slashes,
    /// `Nov 03 2024`, or `Sunday, November 3rd 2024`, as Obsidian's Linter has it.
    Month,
}

enum Stamp {
    Date(NaiveDate),
    Local(NaiveDateTime),
    Instant(DateTime<chrono::FixedOffset>),
    Seconds(u64),
    Millis(u64),
}

impl Stamp {
    fn parse(text: &str) -> Option<(Self, Form)> {
        let text = text.trim();
        if let Some(number) = Self::since_1970(text) {
            return Some((number, Form::Number));
        }
        // Years first, or the month by its name: `03/04/2024` means two days to two people.
        if !text.get(..4).is_some_and(is_year) {
            return Self::with_month(text).map(|at| (at, Form::Month));
        }
        match text.as_bytes().get(4)? {
            b'-' => Self::year_first(text).map(|at| (at, Form::Dashes)),
            b'/' => {
                let (date, time) = (text.get(..10)?, text.get(10..)?);
                if date.contains('-') {
                    return None;
                }
                let with_dashes = format!("{}{time}", date.replace('/', "-"));
                Self::year_first(&with_dashes).map(|at| (at, Form::Slashes))
            }
            _ => None,
        }
    }

    fn year_first(text: &str) -> Option<Self> {
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

    /// Reads a date with the English name of its month and a year of four digits, perhaps
    /// with the day of the week and a time.
    fn with_month(text: &str) -> Option<Self> {
        let words = text.split([' ', ',']).filter(|word| !word.is_empty());
        let words: Vec<&str> = words.map(without_ordinal).collect();
        let year = words.iter().position(|word| is_year(word))?;
        let (date, time) = words.split_at(year + 1);
        let (date, time) = (date.join(" "), time.join(" "));
        // A day of the week that is not the date's fits none of these.
        let dates = ["%B %d %Y", "%d %B %Y", "%A %B %d %Y", "%A %d %B %Y"];
        let date = dates
            .iter()
            .find_map(|f| NaiveDate::parse_from_str(&date, f).ok())?;
        if time.is_empty() {
            return Some(Self::Date(date));
        }
        let times = [
            "%I:%M:%S %p",
            "%I:%M %p",
            "%I:%M:%S%p",
            "%I:%M%p",
            "%H:%M:%S",
            "%H:%M",
        ];
        let time = times
            .iter()
            .find_map(|f| NaiveTime::parse_from_str(&time, f).ok())?;
        Some(Self::Local(date.and_time(time)))
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

/// Whether a word is a year of four digits.
fn is_year(word: &str) -> bool {
    word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit())
}

/// `29` of `29th`.
fn without_ordinal(word: &str) -> &str {
    let number = ["st", "nd", "rd", "th"]
        .iter()
        .find_map(|ending| word.strip_suffix(ending));
    let is_number = |n: &&str| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit());
    number.filter(is_number).unwrap_or(word)
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
            ("2024/03/04", "2024/03/05"),
            ("2024/03/04 10:00:00", "2024/03/04 10:00:01"),
            ("2024/03/04 10:00 +0000", "2024/03/04 10:00 -0100"),
            ("Nov 30 2024", "Dec 01 2024"),
            ("November 9, 2024", "November 10, 2024"),
            ("9 Nov 2024", "10 Nov 2024"),
            (
                "Sunday, November 29th 2026, 11:53:00 am",
                "Sunday, November 29th 2026, 2:22:51 pm",
            ),
            (
                "Monday, November 30th 2026, 12:05:00 am",
                "Monday, November 30th 2026, 1:04:00 am",
            ),
            ("Sun Nov 29 2026 09:00", "Mon Nov 30 2026 08:00"),
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
            ("2024-03-04", "2024/03/05"),
            ("2024-03/04", "2024-03/05"),
            ("2024/03-04", "2024/03-05"),
            ("2024-03-04 10:00:00", "Mon Mar 04 2024 11:00:00"),
            ("Mon Nov 29 2026", "Mon Nov 30 2026"),
            ("Nov 29 26", "Nov 30 26"),
            ("29.11.2026", "30.11.2026"),
            ("11/29/2026", "11/30/2026"),
            ("Nov 31 2026", "Nov 30 2026"),
            ("Nov 29 2026 13:00 pm", "Nov 29 2026 2:00 pm"),
            ("Nov 29 2026 10:00 GMT+0100", "Nov 29 2026 11:00 GMT+0100"),
            ("é29ö", "2024ö"),
            ("2024/é1/01x", "2024/11/01"),
        ] {
            assert_eq!(later(a, b), None, "{a} {b}");
        }
    }
}
