//! What is known of a dock and its aircraft before a flight.
//!
//! In: a dock. Out: readings, each with its value or with the reason why it is not known. Nothing is judged here: whether
//! the wind is too strong is the decision of the pilot in command.

use std::fmt;

use super::error::{Error, ErrorKind};
use crate::types::{DeviceMode, DeviceSn, DeviceState, DroneInDock, HmsAlert, SubDevicePower};
use crate::{ProjectClient, UnixMillis};

/// A value that was read, or why there is none.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading<T> {
    /// The value, as the service has it. It can be old: see [`Preflight::updated_at`].
    Known(T),
    /// There is no value. It does not mean that all is well.
    Unknown(UnknownReason),
}

/// Why a value is not known.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum UnknownReason {
    /// The device does not report it.
    NotReported,
    /// The service reports a value that this version does not know.
    Unrecognized(String),
    /// The service reports a number that cannot be, such as 32767 percent.
    OutOfRange(f64),
    /// The call that would have read it failed: see [`Preflight::errors`].
    CallFailed,
}

impl<T> Reading<T> {
    /// The value, if it is known.
    #[must_use]
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown(_) => None,
        }
    }

    /// Whether the value is known and passes a test. What is unknown passes none.
    #[must_use]
    pub fn is_known_and(&self, test: impl FnOnce(&T) -> bool) -> bool {
        self.known().is_some_and(test)
    }

    fn of(value: Option<T>) -> Self {
        value.map_or(Self::Unknown(UnknownReason::NotReported), Self::Known)
    }
}

impl<T: fmt::Display> fmt::Display for Reading<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(value) => value.fmt(f),
            Self::Unknown(reason) => write!(f, "unknown ({reason})"),
        }
    }
}

impl fmt::Display for UnknownReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotReported => f.write_str("not reported"),
            Self::Unrecognized(text) => write!(f, "reported as {text:?}"),
            Self::OutOfRange(number) => write!(f, "reported as {number}"),
            Self::CallFailed => f.write_str("the call failed"),
        }
    }
}

/// Rain at a dock. The service has been seen to report `no_rain`; the other names follow from DJI's Cloud API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Rain {
    /// No rain.
    None,
    /// Light rain.
    Light,
    /// Moderate rain.
    Moderate,
    /// Heavy rain.
    Heavy,
}

impl fmt::Display for Rain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::None => "none",
            Self::Light => "light",
            Self::Moderate => "moderate",
            Self::Heavy => "heavy",
        })
    }
}

/// An alert of a device's health management system.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Alarm {
    /// The device: the dock or its aircraft.
    pub device: DeviceSn,
    /// The alert.
    pub alert: HmsAlert,
}

/// What is known of a dock and its aircraft. It decides nothing.
#[derive(Debug)]
#[non_exhaustive]
pub struct Preflight {
    /// The dock.
    pub dock: DeviceSn,
    /// Whether the dock is online, by the list of devices. If it is not, the other readings of the dock can be old.
    pub dock_online: bool,
    /// What the dock does. A dock that is ready is [`DeviceMode::Idle`].
    pub dock_mode: Reading<DeviceMode>,
    /// When the readings of the dock were updated.
    pub updated_at: Reading<UnixMillis>,
    /// The aircraft of the dock.
    pub aircraft: Reading<DeviceSn>,
    /// Whether the aircraft is in the dock.
    pub aircraft_in_dock: Reading<bool>,
    /// Whether the aircraft is switched on. Off is normal between flights.
    pub aircraft_on: Reading<bool>,
    /// Charge of the aircraft in percent: what the dock reports, or else what the aircraft does.
    pub battery_percent: Reading<f64>,
    /// Rain at the dock.
    pub rain: Reading<Rain>,
    /// Wind speed at the dock, in metres per second. The number that an aircraft reports is not used: its unit is not
    /// known.
    pub wind_speed: Reading<f64>,
    /// Temperature outside the dock, in degrees Celsius.
    pub environment_temperature: Reading<f64>,
    /// How many media files of earlier flights the dock has yet to upload.
    pub media_to_upload: Reading<i64>,
    /// Alerts of the dock and the aircraft. An empty list means that the service reports none.
    pub alarms: Reading<Vec<Alarm>>,
    /// Why readings are [`UnknownReason::CallFailed`].
    pub errors: Vec<crate::Error>,
}

impl Preflight {
    pub(crate) async fn read(project: &ProjectClient, dock: DeviceSn) -> Result<Self, Error> {
        let devices = project.devices().list().send().await;
        let devices = devices.map_err(|error| Error::api("the devices of the project cannot be read", error))?;
        let entry = devices.list.into_iter().find(|entry| entry.gateway.as_ref().is_some_and(|it| it.sn == dock));
        let Some((Some(gateway), drone)) = entry.map(|entry| (entry.gateway, entry.drone)) else {
            let message = format!("the project has no dock `{dock}`");
            return Err(
                Error::new(ErrorKind::InvalidArgument, message).next("use a serial number of `devices().list()`")
            );
        };

        let mut errors = Vec::new();
        let reads = Reads::of(project, &dock, &mut errors).await;
        let sub_device = reads.value(|state| state.sub_device.clone());
        let listed = drone.map(|drone| drone.sn);
        let aircraft = match sub_device.known().and_then(|it| it.device_sn.clone()).or(listed) {
            Some(aircraft) => Reading::Known(aircraft),
            None => Reading::Unknown(UnknownReason::NotReported),
        };
        let power = reads.value(|state| state.sub_device.as_ref()?.device_online_status.clone());
        let aircraft_on = power.recognized(|power| match power {
            SubDevicePower::PowerOn => Ok(true),
            SubDevicePower::PowerOff => Ok(false),
            other => Err(other.to_string()),
        });
        let aircraft_in_dock = reads.value(|state| state.drone_in_dock.clone()).recognized(|place| match place {
            DroneInDock::Inside => Ok(true),
            DroneInDock::Outside => Ok(false),
            other => Err(other.to_string()),
        });
        let rain = reads.value(|state| state.rainfall.clone()).recognized(|text| match text.as_str() {
            "no_rain" => Ok(Rain::None),
            "light_rain" => Ok(Rain::Light),
            "moderate_rain" => Ok(Rain::Moderate),
            "heavy_rain" => Ok(Rain::Heavy),
            other => Err(other.to_owned()),
        });
        let charge = reads.value(|state| state.drone_charge_state.as_ref()?.capacity_percent);
        let mut battery_percent = charge.within(0.0, 100.0);
        if let (Reading::Unknown(_), Reading::Known(aircraft)) = (&battery_percent, &aircraft)
            && !aircraft_on.is_known_and(|on| !on)
        {
            let own = Reads::of(project, aircraft, &mut errors).await;
            battery_percent = own.value(|state| state.battery.as_ref()?.capacity_percent).within(0.0, 100.0);
        }
        let asked: Vec<DeviceSn> = [Some(&dock), aircraft.known()].into_iter().flatten().cloned().collect();
        let alarms = match project.devices().get_hms(asked.clone()).send().await {
            Ok(hms) => {
                // Alerts of other devices were not asked for.
                let devices = hms.list.into_iter().filter(|device| asked.contains(&device.device_sn));
                let alarms = devices.flat_map(|device| {
                    let alerts = device.device_hms.map(|hms| hms.list).unwrap_or_default();
                    let sn = device.device_sn;
                    alerts.into_iter().map(move |alert| Alarm { device: sn.clone(), alert })
                });
                Reading::Known(alarms.collect())
            }
            Err(error) => {
                errors.push(error);
                Reading::Unknown(UnknownReason::CallFailed)
            }
        };
        let dock_mode = reads.value(|state| state.mode_code.clone()).recognized(|mode| match mode {
            DeviceMode::Unknown(_) => Err(mode.to_string()),
            mode => Ok(mode),
        });
        Ok(Self {
            dock_online: gateway.device_online_status,
            dock_mode,
            updated_at: reads.value(|state| state.device_data_update_time),
            aircraft,
            aircraft_in_dock,
            aircraft_on,
            battery_percent,
            rain,
            wind_speed: reads.value(|state| state.wind_speed).within(0.0, 200.0),
            environment_temperature: reads.value(|state| state.environment_temperature).within(-100.0, 100.0),
            media_to_upload: reads.value(|state| state.media_file_detail.as_ref()?.remain_upload),
            alarms,
            errors,
            dock,
        })
    }
}

/// Readings of one device.
struct Reads(Result<Option<DeviceState>, UnknownReason>);

impl Reads {
    async fn of(project: &ProjectClient, device: &DeviceSn, errors: &mut Vec<crate::Error>) -> Self {
        match project.devices().get_state(device.clone()).send().await {
            Ok(properties) => Self(Ok(properties.device_state)),
            Err(error) => {
                errors.push(error);
                Self(Err(UnknownReason::CallFailed))
            }
        }
    }

    fn value<T>(&self, member: impl FnOnce(&DeviceState) -> Option<T>) -> Reading<T> {
        match &self.0 {
            Ok(state) => Reading::of(state.as_ref().and_then(member)),
            Err(reason) => Reading::Unknown(reason.clone()),
        }
    }
}

impl<T> Reading<T> {
    /// What a value means, if this version knows it.
    fn recognized<U>(self, meaning: impl FnOnce(T) -> Result<U, String>) -> Reading<U> {
        match self {
            Self::Known(value) => match meaning(value) {
                Ok(value) => Reading::Known(value),
                Err(text) => Reading::Unknown(UnknownReason::Unrecognized(text)),
            },
            Self::Unknown(reason) => Reading::Unknown(reason),
        }
    }
}

impl Reading<f64> {
    /// Devices report numbers that cannot be for what they do not know.
    fn within(self, least: f64, most: f64) -> Self {
        match self {
            Self::Known(number) if !(least..=most).contains(&number) => {
                Self::Unknown(UnknownReason::OutOfRange(number))
            }
            reading => reading,
        }
    }
}

/// One line for each reading.
impl fmt::Display for Preflight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn line(f: &mut fmt::Formatter<'_>, name: &str, value: impl fmt::Display) -> fmt::Result {
            writeln!(f, "{name:<18} {value}")
        }
        line(f, "dock", &self.dock)?;
        line(f, "dock online", self.dock_online)?;
        line(f, "dock mode", &self.dock_mode)?;
        line(f, "aircraft", &self.aircraft)?;
        line(f, "aircraft in dock", &self.aircraft_in_dock)?;
        line(f, "aircraft on", &self.aircraft_on)?;
        line(f, "battery", with_unit(&self.battery_percent, " %"))?;
        line(f, "rain", &self.rain)?;
        line(f, "wind", with_unit(&self.wind_speed, " m/s"))?;
        line(f, "temperature", with_unit(&self.environment_temperature, " °C"))?;
        line(f, "media to upload", &self.media_to_upload)?;
        match &self.alarms {
            Reading::Unknown(reason) => line(f, "alarms", format_args!("unknown ({reason})")),
            Reading::Known(alarms) if alarms.is_empty() => line(f, "alarms", "none reported"),
            Reading::Known(alarms) => alarms.iter().try_for_each(|Alarm { device, alert }| {
                let text = alert.message.as_deref().unwrap_or_default();
                line(f, "alarm", format_args!("{} {} of {device}: {text}", alert.level, alert.code))
            }),
        }
    }
}

fn with_unit(reading: &Reading<f64>, unit: &str) -> String {
    match reading {
        Reading::Known(number) => format!("{number}{unit}"),
        Reading::Unknown(_) => reading.to_string(),
    }
}
