//! The schedule of a flight task.
//!
//! In: the body of `createFlightTask`, and the time. Out: the start of each flight. Days are those of the time zone in the
//! body, so a flight keeps its local time when summer time begins. Must not know tasks, responses or HTTP.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde_json::Value;

/// How long an immediate task waits, in seconds.
const PREPARATION: i64 = 5;
/// How long a flight takes, in seconds.
pub(crate) const FLIGHT: i64 = 20 * 60;
/// Seconds from the landing until the next flight of a continuous task: the aircraft charges.
const CHARGING: i64 = 30 * 60;
/// How many flights of a task, and how many days after its first day, are simulated.
const MAX_FLIGHTS: usize = 1000;
const MAX_DAYS: i64 = 3660;

/// The starts of the flights, in unix seconds and in order.
///
/// The first day, the last day and the days between them follow `repeat_type` and `repeat_option`. A flight that would start
/// before `now`, or while the one before it is in the air, is not made.
///
/// No documentation lists the members that a type of task requires, so no task is refused: without a time it flies soon,
/// and an unknown time zone is UTC.
pub(crate) fn flights(body: &Value, now: i64) -> Vec<i64> {
    let begin = body["begin_at"].as_i64();
    let soon = now.saturating_add(PREPARATION);
    let mut starts = match body["task_type"].as_str() {
        Some("recurring") => {
            let listed = body["recurring_task_start_time_list"].as_array();
            let times = listed.into_iter().flatten().filter_map(Value::as_i64).collect();
            let times = or_begin(times, begin, soon);
            let mut starts: Vec<i64> = days(body, begin, &times).map(|start| start.at).collect();
            starts.retain(|start| *start >= now);
            starts
        }
        Some("continuous") => {
            let listed = body["continuous_task_periods"].as_array();
            let periods =
                listed.into_iter().flatten().filter_map(|period| Some((period[0].as_i64()?, period[1].as_i64()?)));
            let periods: Vec<(i64, i64)> = periods.collect();
            let times = or_begin(periods.iter().map(|(start, _)| *start).collect(), begin, soon);
            let mut starts = Vec::new();
            for start in days(body, begin, &times) {
                let length = periods.get(start.index).map_or(1, |(start, end)| end.saturating_sub(*start));
                let end = start.at.saturating_add(length);
                if end <= now {
                    continue;
                }
                let mut next = if start.at < now { soon } else { start.at };
                while next < end && starts.len() < MAX_FLIGHTS {
                    starts.push(next);
                    next = next.saturating_add(FLIGHT + CHARGING);
                }
            }
            starts
        }
        Some("timed") => vec![begin.unwrap_or(soon)],
        _ => vec![soon],
    };
    starts.sort_unstable();
    let mut landing = i64::MIN;
    starts.retain(|start| {
        let is_free = *start >= landing;
        if is_free {
            landing = start.saturating_add(FLIGHT);
        }
        is_free
    });
    starts.truncate(MAX_FLIGHTS);
    starts
}

fn or_begin(times: Vec<i64>, begin: Option<i64>, soon: i64) -> Vec<i64> {
    if times.is_empty() { vec![begin.unwrap_or(soon)] } else { times }
}

/// A time of the first day, on one of the days.
struct Start {
    /// Which of the times it is.
    index: usize,
    /// Unix seconds.
    at: i64,
}

/// Each of the times of the first day, on each day on which the task flies.
fn days(body: &Value, begin: Option<i64>, times: &[i64]) -> impl Iterator<Item = Start> + use<> {
    let zone = time_zone(body["time_zone"].as_str().unwrap_or("UTC"));
    let first = begin.or_else(|| times.iter().copied().min()).unwrap_or_default();
    let date = |seconds: i64| timestamp(seconds).to_zoned(zone.clone()).date();
    let (first, last) = (date(first), body["end_at"].as_i64().map_or_else(|| date(first), date));
    let times: Vec<Time> = times.iter().map(|time| timestamp(*time).to_zoned(zone.clone()).time()).collect();
    let repetition = Repetition::of(body, first);
    let mut flown = Vec::new();
    let mut day = first;
    for number in 0..MAX_DAYS {
        if day > last {
            break;
        }
        if repetition.flies_on(day, number) {
            for (index, time) in times.iter().enumerate() {
                // A time that the change to summer time skips is an hour later.
                // Beyond the calendar there is no flight.
                if let Ok(at) = day.to_datetime(*time).to_zoned(zone.clone()) {
                    flown.push(Start { index, at: at.timestamp().as_second() });
                }
            }
        }
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
    flown.into_iter()
}

fn time_zone(name: &str) -> TimeZone {
    // Not the database of this machine, so that tests are the same everywhere.
    TimeZoneDatabase::bundled().get(name).unwrap_or(TimeZone::UTC)
}

/// The nearest time that the calendar has.
fn timestamp(seconds: i64) -> Timestamp {
    let (first, last) = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    Timestamp::from_second(seconds.clamp(first, last)).unwrap_or(Timestamp::MAX)
}

/// On which days a task flies.
struct Repetition<'a> {
    kind: &'a str,
    first: Date,
    interval: i64,
    /// 0 for Sunday.
    days_of_week: Vec<i64>,
    days_of_month: Vec<i64>,
    weeks_of_month: Vec<i64>,
}

impl<'a> Repetition<'a> {
    fn of(body: &'a Value, first: Date) -> Self {
        let option = &body["repeat_option"];
        let list = |name: &str, default: i64| {
            let listed: Vec<i64> = option[name].as_array().into_iter().flatten().filter_map(Value::as_i64).collect();
            // Without days the task repeats on the one of its first day.
            if listed.is_empty() { vec![default] } else { listed }
        };
        Self {
            kind: body["repeat_type"].as_str().unwrap_or("nonrepeating"),
            first,
            interval: option["interval"].as_i64().unwrap_or(1).max(1),
            days_of_week: list("days_of_week", weekday(first)),
            days_of_month: list("days_of_month", first.day().into()),
            weeks_of_month: list("week_of_month", week_of_month(first)),
        }
    }

    /// Whether the task flies on a day, which comes so many days after the first one.
    fn flies_on(&self, day: Date, number: i64) -> bool {
        // Weeks begin with the day 0.
        let weeks = (number + weekday(self.first)) / 7;
        let months = i64::from(day.year() - self.first.year()) * 12 + i64::from(day.month() - self.first.month());
        let on_weekday = self.days_of_week.contains(&weekday(day));
        match self.kind {
            "daily" => number % self.interval == 0,
            "weekly" => weeks % self.interval == 0 && on_weekday,
            "absolute_monthly" => months % self.interval == 0 && self.days_of_month.contains(&day.day().into()),
            "relative_monthly" => {
                months % self.interval == 0 && on_weekday && self.weeks_of_month.contains(&week_of_month(day))
            }
            _ => number == 0,
        }
    }
}

/// 0 for Sunday.
fn weekday(day: Date) -> i64 {
    day.weekday().to_sunday_zero_offset().into()
}

/// 1 for the first seven days of a month.
fn week_of_month(day: Date) -> i64 {
    (i64::from(day.day()) - 1) / 7 + 1
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// 2026-02-02, a Monday, 02:40 UTC: the time at which the simulation begins.
    const NOW: i64 = 1_770_000_000;

    fn seconds(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_second()
    }

    /// A task from one day to another that flies at noon, as the starts of its flights in the time zone.
    fn starts(zone: &str, kind: &str, option: Value, last: &str) -> Vec<String> {
        let time_zone = time_zone(zone);
        let local = |text: &str| text.parse::<jiff::civil::DateTime>().unwrap().to_zoned(time_zone.clone()).unwrap();
        let seconds = |text: &str| local(text).timestamp().as_second();
        let body = json!({
            "task_type": "recurring", "time_zone": zone, "repeat_type": kind, "repeat_option": option,
            // The first and the last day, from midnight to midnight.
            "begin_at": seconds("2026-02-02T00:00"), "end_at": seconds(&format!("{last}T00:00")),
            "recurring_task_start_time_list": [seconds("2026-02-02T12:00")],
        });
        let flights = flights(&body, seconds("2026-02-02T00:00"));
        let shown = |start| timestamp(start).to_zoned(time_zone.clone()).datetime().to_string();
        let days = flights.into_iter().map(shown).map(|at| at.strip_suffix("T12:00:00").unwrap_or(&at).to_owned());
        days.collect()
    }

    #[test]
    fn days_follow_the_kind_of_repetition() {
        let cases = [
            ("nonrepeating", json!({"interval": 1}), "2026-02-20", "02-02"),
            ("daily", json!({"interval": 1}), "2026-02-04", "02-02 02-03 02-04"),
            ("daily", json!({"interval": 5}), "2026-02-14", "02-02 02-07 02-12"),
            ("daily", json!({"interval": 0}), "2026-02-03", "02-02 02-03"),
            ("weekly", json!({}), "2026-02-16", "02-02 02-09 02-16"),
            // Sunday is the first day of a week, so the Sunday after the first Monday is in the second week.
            (
                "weekly",
                json!({"interval": 2, "days_of_week": [0, 1, 3]}),
                "2026-02-20",
                "02-02 02-04 02-15 02-16 02-18",
            ),
            (
                "absolute_monthly",
                json!({"interval": 1, "days_of_month": [2, 31]}),
                "2026-04-30",
                "02-02 03-02 03-31 04-02",
            ),
            ("absolute_monthly", json!({"interval": 2}), "2026-06-30", "02-02 04-02 06-02"),
            (
                "relative_monthly",
                json!({"interval": 1, "days_of_week": [5], "week_of_month": [2]}),
                "2026-04-30",
                "02-13 03-13 04-10",
            ),
            (
                "relative_monthly",
                json!({"days_of_week": [0, 1], "week_of_month": [1, 5]}),
                "2026-03-31",
                "02-02 03-01 03-02 03-29 03-30",
            ),
        ];
        for (kind, option, last, expected) in cases {
            let expected: Vec<String> = expected.split(' ').map(|day| format!("2026-{day}")).collect();
            // The same local days wherever the task flies, and at noon also after the change to summer time (29 March).
            for zone in ["UTC", "Europe/Rome", "Asia/Shanghai", "America/Los_Angeles", "Pacific/Apia"] {
                assert_eq!(starts(zone, kind, option.clone(), last), expected, "{zone} {kind} {option}");
            }
        }
    }

    #[test]
    fn a_continuous_task_flies_again_and_again_within_its_periods() {
        let body = json!({
            "task_type": "continuous", "time_zone": "Europe/Rome", "repeat_type": "daily", "repeat_option": {"interval": 1},
            "begin_at": seconds("2026-02-02T08:00Z"), "end_at": seconds("2026-02-03T08:00Z"),
            "continuous_task_periods": [[seconds("2026-02-02T09:00Z"), seconds("2026-02-02T11:00Z")]],
        });
        let expected = ["2026-02-02T09:00Z", "2026-02-02T09:50Z", "2026-02-02T10:40Z"].map(seconds);
        let day = 86_400;
        assert_eq!(flights(&body, NOW), [expected, expected.map(|start| start + day)].concat());
        // Created within a period, it begins at once.
        let flights = flights(&body, seconds("2026-02-02T10:30Z"));
        assert_eq!(flights[..2], [seconds("2026-02-02T10:30:05Z"), expected[0] + day]);
    }

    #[test]
    fn a_dock_flies_one_flight_at_a_time_and_none_in_the_past() {
        let times = ["2026-02-02T01:00Z", "2026-02-02T09:10Z", "2026-02-02T09:00Z", "2026-02-02T09:20Z"].map(seconds);
        let body = json!({"task_type": "recurring", "time_zone": "UTC", "begin_at": NOW, "recurring_task_start_time_list": times});
        assert_eq!(flights(&body, NOW), [times[2], times[3]]);
        let body = json!({"task_type": "recurring", "time_zone": "Mars/Base", "begin_at": NOW});
        assert_eq!(flights(&body, NOW), [NOW], "an unknown time zone is UTC");
        for kind in ["recurring", "continuous", "timed"] {
            let body = json!({"task_type": kind, "time_zone": "UTC"});
            assert_eq!(flights(&body, NOW)[0], NOW + PREPARATION, "{kind} without a time");
        }
    }

    #[test]
    fn any_numbers_end() {
        for number in [i64::MIN, -1, 0, 1, NOW, i64::MAX] {
            for kind in ["daily", "weekly", "absolute_monthly", "relative_monthly"] {
                let body = json!({
                    "task_type": "continuous", "time_zone": "Europe/Rome", "repeat_type": kind,
                    "repeat_option": {"interval": number, "days_of_week": [number], "week_of_month": [number]},
                    "begin_at": number, "end_at": i64::MAX, "continuous_task_periods": [[number, i64::MAX], [i64::MAX, number]],
                });
                assert!(flights(&body, NOW).len() <= MAX_FLIGHTS, "{number} {kind}");
                assert!(flights(&body, i64::MAX).len() <= MAX_FLIGHTS, "{number} {kind}");
            }
        }
    }
}
