//! The one place where the time is asked for.

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};

/// Now, or what `PALIMPSEST_NOW` (RFC 3339) says, so that tests are fixed.
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
