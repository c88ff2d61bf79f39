//! Timestamps as strings.
//!
//! In: a string. Out: its instant, if it is RFC 3339; any other string is preserved.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::request::ParameterValue;

const SECONDS_A_DAY: i64 = 86_400;

/// A time as the service writes it, usually RFC 3339. The text is kept as it came; it may be empty where the documentation
/// of a field says so.
///
/// Two times are compared as instants: `2026-01-01T01:00:00+01:00` equals `2026-01-01T00:00:00Z`. A text that is not RFC 3339
/// equals the same text only, and comes before every instant, in the order of the texts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DateTime(String);

/// The key by which times are compared.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Key<'a> {
    Text(&'a str),
    /// Seconds since the epoch, and nanoseconds after them.
    Instant(i64, u32),
}

impl DateTime {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the string without copying it.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }

    /// Whether the string is empty, which the service writes for an event that has not happened yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The instant as the standard library has it; `None` if the text is not RFC 3339. Digits after the nanoseconds are cut
    /// off.
    #[must_use]
    pub fn to_system_time(&self) -> Option<SystemTime> {
        let (seconds, nanoseconds) = instant(&self.0)?;
        let distance = Duration::from_secs(seconds.unsigned_abs());
        let whole = if seconds < 0 {
            SystemTime::UNIX_EPOCH.checked_sub(distance)
        } else {
            SystemTime::UNIX_EPOCH.checked_add(distance)
        };
        whole?.checked_add(Duration::from_nanos(nanoseconds.into()))
    }

    /// An instant of the standard library as RFC 3339 in UTC; `None` if its year is not one of 0 to 9999.
    #[must_use]
    pub fn from_system_time(time: SystemTime) -> Option<Self> {
        match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => written(i64::try_from(after.as_secs()).ok()?, after.subsec_nanos()),
            Err(before) => {
                let before = before.duration();
                let seconds = i64::try_from(before.as_secs()).ok()?;
                match before.subsec_nanos() {
                    0 => written(-seconds, 0),
                    nanoseconds => written(-seconds - 1, 1_000_000_000 - nanoseconds),
                }
            }
        }
    }

    fn key(&self) -> Key<'_> {
        instant(&self.0).map_or(Key::Text(&self.0), |(seconds, nanoseconds)| Key::Instant(seconds, nanoseconds))
    }
}

impl PartialEq for DateTime {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.key() == other.key()
    }
}

impl Eq for DateTime {}

impl PartialOrd for DateTime {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for DateTime {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl Hash for DateTime {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl From<String> for DateTime {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for DateTime {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<DateTime> for String {
    fn from(time: DateTime) -> Self {
        time.0
    }
}

/// Accepts any string, as deserialization does.
impl FromStr for DateTime {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(text.into())
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl ParameterValue for DateTime {
    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}

/// The instant of an RFC 3339 text: seconds since the epoch, and nanoseconds after them.
fn instant(text: &str) -> Option<(i64, u32)> {
    let bytes = text.as_bytes();
    let (date, rest) = bytes.split_at_checked(10)?;
    let (separator, rest) = rest.split_first()?;
    let (time, rest) = rest.split_at_checked(8)?;
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = date else { return None };
    // RFC 3339 allows a space where ISO 8601 has `T`.
    if !matches!(separator, b'T' | b't' | b' ') {
        return None;
    }
    let [h1, h2, b':', n1, n2, b':', s1, s2] = time else { return None };
    let (year, month, day) = (number(&[*y1, *y2, *y3, *y4])?, number(&[*m1, *m2])?, number(&[*d1, *d2])?);
    let (hour, minute, second) = (number(&[*h1, *h2])?, number(&[*n1, *n2])?, number(&[*s1, *s2])?);
    let is_date = (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
    // 60 is a leap second, and taken as the second after it.
    if !is_date || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (nanoseconds, rest) = match rest.strip_prefix(b".") {
        None => (0, rest),
        Some(rest) => {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let (fraction, rest) = rest.split_at_checked(digits)?;
            if fraction.is_empty() {
                return None;
            }
            let mut nine = [b'0'; 9];
            nine.iter_mut().zip(fraction).for_each(|(digit, given)| *digit = *given);
            (u32::try_from(number(&nine)?).ok()?, rest)
        }
    };
    let offset = match rest {
        [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (number(&[*h1, *h2])?, number(&[*m1, *m2])?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let seconds = hours * 3600 + minutes * 60;
            if *sign == b'-' { -seconds } else { seconds }
        }
        _ => return None,
    };
    let seconds = days_since_epoch(year, month, day) * SECONDS_A_DAY + hour * 3600 + minute * 60 + second;
    Some((seconds - offset, nanoseconds))
}

/// A number of at most nine digits.
fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0')))
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar. Years are counted from March, so that a leap day
/// is the last of its year, and in eras of 400 years, which all have the same number of days.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The date of a day: the inverse of [`days_since_epoch`].
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

/// An instant as RFC 3339 in UTC.
fn written(seconds: i64, nanoseconds: u32) -> Option<DateTime> {
    let (year, month, day) = date_of(seconds.div_euclid(SECONDS_A_DAY));
    if !(0..=9999).contains(&year) {
        return None;
    }
    let second = seconds.rem_euclid(SECONDS_A_DAY);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let fraction = match nanoseconds {
        0 => String::new(),
        nanoseconds => format!(".{}", format!("{nanoseconds:09}").trim_end_matches('0')),
    };
    Some(DateTime(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")))
}

/// Conversions from and to the types of the crate `time`.
#[cfg(feature = "time")]
mod with_time {
    use time::OffsetDateTime;

    use super::{DateTime, instant, written};
    use crate::values::{UnixMillis, UnixSeconds};

    const NANOSECONDS_A_SECOND: i128 = 1_000_000_000;

    impl DateTime {
        /// The instant, in UTC; `None` if the text is not RFC 3339. Needs the feature `time`.
        #[must_use]
        pub fn to_offset_date_time(&self) -> Option<OffsetDateTime> {
            let (seconds, nanoseconds) = instant(self.as_str())?;
            let nanoseconds = i128::from(seconds) * NANOSECONDS_A_SECOND + i128::from(nanoseconds);
            OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).ok()
        }

        /// An instant as RFC 3339 in UTC; `None` if its year is not one of 0 to 9999. Needs the feature `time`.
        #[must_use]
        pub fn from_offset_date_time(time: OffsetDateTime) -> Option<Self> {
            written(time.unix_timestamp(), time.nanosecond())
        }
    }

    impl UnixSeconds {
        /// The instant, in UTC; `None` if it is outside of the range of `time`. Needs the feature `time`.
        #[must_use]
        pub fn to_offset_date_time(self) -> Option<OffsetDateTime> {
            OffsetDateTime::from_unix_timestamp(self.get()).ok()
        }
    }

    impl UnixMillis {
        /// The instant, in UTC; `None` if it is outside of the range of `time`. Needs the feature `time`.
        #[must_use]
        pub fn to_offset_date_time(self) -> Option<OffsetDateTime> {
            OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.get()) * 1_000_000).ok()
        }
    }

    impl From<OffsetDateTime> for UnixSeconds {
        /// Down to whole seconds.
        fn from(time: OffsetDateTime) -> Self {
            Self::new(time.unix_timestamp())
        }
    }

    impl From<OffsetDateTime> for UnixMillis {
        /// Down to whole milliseconds.
        fn from(time: OffsetDateTime) -> Self {
            Self::new(time.unix_timestamp() * 1000 + i64::from(time.millisecond()))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn time(text: &str) -> DateTime {
        text.into()
    }

    #[test]
    fn times_are_compared_as_instants() {
        let same = ["2026-01-01T00:00:00Z", "2026-01-01t01:00:00.000+01:00", "2025-12-31 19:00:00-05:00"];
        for a in same {
            for b in same {
                assert_eq!(time(a), time(b));
            }
        }
        assert_eq!(same.map(time).into_iter().collect::<HashSet<_>>().len(), 1);
        let ordered = [
            "",
            "tomorrow",
            "0000-01-01T00:00:00Z",
            "1969-12-31T23:59:59.5Z",
            "2026-01-01T00:00:00+01:00",
            "2026-01-01T00:00:00Z",
            "2026-01-01T00:00:00.000000001Z",
            "2026-01-01T00:00:00.5Z",
            "2025-12-31T20:00:01-05:00",
            "9999-12-31T23:59:59Z",
        ];
        for pair in ordered.windows(2) {
            assert!(time(pair[0]) < time(pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn other_texts_are_no_instants() {
        for text in [
            "",
            "2026",
            "2026-01-01",
            "2026-01-01T00:00:00",
            "2026-13-01T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z",
            "2026-01-01T00:00:61Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00+24:00",
            "2026-01-01T00:00:00+0100",
            "2026-01-01T00:00:00ZZ",
            "+026-01-01T00:00:00Z",
            "２026-01-01T00:00:00Z",
            "2026-01-01é00:00:00Z",
        ] {
            assert_eq!(instant(text), None, "{text}");
            assert_eq!(time(text).to_system_time(), None, "{text}");
            assert_eq!(time(text).as_str(), text);
        }
        assert!(instant("2000-02-29T23:59:60Z").is_some());
    }

    #[test]
    fn an_instant_is_written_as_it_is_read() {
        for (text, seconds, nanoseconds) in [
            ("1970-01-01T00:00:00Z", 0, 0),
            ("1969-12-31T23:59:59.999999999Z", -1, 999_999_999),
            ("2026-11-26T01:50:00.25Z", 1_795_657_800, 250_000_000),
            ("0000-01-01T00:00:00Z", -62_167_219_200, 0),
            ("9999-12-31T23:59:59Z", 253_402_300_799, 0),
        ] {
            assert_eq!(instant(text), Some((seconds, nanoseconds)), "{text}");
            assert_eq!(written(seconds, nanoseconds).unwrap().as_str(), text);
            let there = time(text).to_system_time().unwrap();
            assert_eq!(DateTime::from_system_time(there).unwrap().as_str(), text);
        }
        assert_eq!(written(253_402_300_800, 0), None);
        assert_eq!(written(-62_167_219_201, 0), None);
        // Every day of more than an era of the calendar.
        for days in -150_000..150_000 {
            let (year, month, day) = date_of(days);
            assert_eq!(days_since_epoch(year, month, day), days);
            assert!((1..=days_in_month(year, month)).contains(&day), "{days}");
        }
    }
}
