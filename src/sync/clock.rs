//! The one place where the time is asked for.

use std::time::SystemTime;

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};

/// Now, or what `PALIMPSEST_NOW` (RFC 3339) says, so that tests are fixed. Whatever
/// else stands in it counts for nothing: a hook must not fail for it.
#[must_use]
pub fn now() -> DateTime<FixedOffset> {
    std::env::var("PALIMPSEST_NOW")
        .ok()
        .and_then(|text| DateTime::parse_from_rfc3339(&text).ok())
        .unwrap_or_else(|| Utc::now().fixed_offset())
}

/// A time as the ledger writes it: RFC 3339 in UTC, to the second.
#[must_use]
pub fn stamp(time: DateTime<FixedOffset>) -> String {
    time.with_timezone(&Utc)
        .to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Now by the clock that files get their times from, in nanoseconds since 1970. It is
/// compared with those, which `PALIMPSEST_NOW` does not set.
#[must_use]
pub fn file_time_ns() -> i64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = now.map_or(0, |d| d.as_nanos());
    i64::try_from(now).unwrap_or(i64::MAX)
}
