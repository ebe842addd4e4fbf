//! The only place that reads the clock.

use std::time::SystemTime;

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};

/// The time now, or `PALIMPSEST_NOW` (RFC 3339), so that tests are reproducible. Any
/// other value of it is ignored: a hook must not fail for it.
#[must_use]
pub fn now() -> DateTime<FixedOffset> {
    std::env::var("PALIMPSEST_NOW")
        .ok()
        .and_then(|text| DateTime::parse_from_rfc3339(&text).ok())
        .unwrap_or_else(|| Utc::now().fixed_offset())
}

/// A time in the ledger's form: RFC 3339 in UTC, to the second.
#[must_use]
pub fn stamp(time: DateTime<FixedOffset>) -> String {
    time.with_timezone(&Utc)
        .to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The time now in nanoseconds since 1970, for comparison with the times of files.
/// `PALIMPSEST_NOW` does not apply, since files' times do not follow it.
#[must_use]
pub fn file_time_ns() -> i64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = now.map_or(0, |d| d.as_nanos());
    i64::try_from(now).unwrap_or(i64::MAX)
}
