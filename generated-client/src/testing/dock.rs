//! Docks as a test sets them up.
//!
//! In: typed settings. Out: changes of the simulation. Must not know how a response is made.

use std::fmt;

use serde_json::json;

use super::devices::{Dock, Part};
use super::server::Shared;
use crate::JsonValue;
use crate::types::HmsLevel;

/// Rain at a dock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rain {
    /// `no_rain`, which has been read from the service.
    None,
    /// `light_rain`: expected, by the rule that the known names keep.
    Light,
    /// `moderate_rain`: expected.
    Moderate,
    /// `heavy_rain`: expected.
    Heavy,
}

impl Rain {
    fn as_str(self) -> &'static str {
        match self {
            Self::None => "no_rain",
            Self::Light => "light_rain",
            Self::Moderate => "moderate_rain",
            Self::Heavy => "heavy_rain",
        }
    }
}

/// A dock of the simulation and its aircraft. Setters apply to the next request; they do nothing on a
/// [`stateless`](super::MockServer::stateless) server.
///
/// While the aircraft flies a task, the dock reports that it is working and that the aircraft is outside, and the aircraft
/// that it is online and flies a route. Everything else is as it was set.
///
/// ```
/// use flighthub2::testing::{MockServer, PROJECT, Rain};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = MockServer::start().await?;
/// let dock = server.add_dock(PROJECT, "7CTEXAMPLE0003", "1581FEXAMPLE00000003");
/// dock.set_battery(34).set_wind_speed(11.5).set_rain(Rain::Light);
///
/// let site = server.client().project(PROJECT);
/// let state = site.devices().get_state("7CTEXAMPLE0003").send().await?.device_state;
/// assert_eq!(state.and_then(|state| state.rainfall).as_deref(), Some("light_rain"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct MockDock<'a> {
    shared: &'a Shared,
    sn: String,
}

impl fmt::Debug for MockDock<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockDock").field("sn", &self.sn).finish_non_exhaustive()
    }
}

impl<'a> MockDock<'a> {
    pub(crate) fn new(shared: &'a Shared, sn: &str) -> Self {
        Self { shared, sn: sn.to_owned() }
    }

    /// The serial number of the dock.
    #[must_use]
    pub fn sn(&self) -> &str {
        &self.sn
    }

    /// Whether the dock is online. One that is not has no properties (code 212015), and flies no new task.
    pub fn set_online(&self, online: bool) -> &Self {
        self.change(|dock| dock.set_online(Part::Dock, online))
    }

    /// Whether the aircraft is online. One that sleeps in its dock is not.
    pub fn set_drone_online(&self, online: bool) -> &Self {
        self.change(|dock| {
            dock.set_online(Part::Drone, online);
        })
    }

    /// The charge of the aircraft in percent, as the dock and the aircraft report it. More than 100 is 100.
    pub fn set_battery(&self, percent: u8) -> &Self {
        self.change(|dock| dock.set_battery(percent))
    }

    /// The wind at the dock, in metres per second.
    pub fn set_wind_speed(&self, metres_per_second: f64) -> &Self {
        self.set_dock_property("wind_speed", json!(metres_per_second))
    }

    /// The rain at the dock.
    pub fn set_rain(&self, rain: Rain) -> &Self {
        self.set_dock_property("rainfall", json!(rain.as_str()))
    }

    /// Whether the dock reports that the aircraft is in it.
    pub fn set_drone_in_dock(&self, inside: bool) -> &Self {
        self.set_dock_property("drone_in_dock", json!(if inside { "inside" } else { "outside" }))
    }

    /// Sets a member of the dock's `device_state`, whatever it is.
    pub fn set_dock_property(&self, name: &str, value: JsonValue) -> &Self {
        self.change(|dock| dock.set_property(Part::Dock, name, Some(value)))
    }

    /// Removes a member of the dock's `device_state`, so that it is unknown.
    pub fn remove_dock_property(&self, name: &str) -> &Self {
        self.change(|dock| dock.set_property(Part::Dock, name, None))
    }

    /// Sets a member of the aircraft's `device_state`, whatever it is.
    pub fn set_drone_property(&self, name: &str, value: JsonValue) -> &Self {
        self.change(|dock| dock.set_property(Part::Drone, name, Some(value)))
    }

    /// Removes a member of the aircraft's `device_state`, so that it is unknown.
    pub fn remove_drone_property(&self, name: &str) -> &Self {
        self.change(|dock| dock.set_property(Part::Drone, name, None))
    }

    /// Adds an HMS alert of the dock. `code` is in hexadecimal, such as `0x16100001`.
    pub fn add_alert(&self, level: &HmsLevel, code: &str, message: &str) -> &Self {
        self.alert(Part::Dock, level, code, message)
    }

    /// Adds an HMS alert of the aircraft.
    pub fn add_drone_alert(&self, level: &HmsLevel, code: &str, message: &str) -> &Self {
        self.alert(Part::Drone, level, code, message)
    }

    /// Removes the alerts of both devices.
    pub fn clear_alerts(&self) -> &Self {
        self.change(|dock| {
            dock.alerts(Part::Dock).clear();
            dock.alerts(Part::Drone).clear();
        })
    }

    fn alert(&self, part: Part, level: &HmsLevel, code: &str, message: &str) -> &Self {
        let alert = json!({
            "level": level,
            "module": "hms",
            "in_the_key": "on_the_ground",
            "code": code,
            "message": message,
            "args": {},
            "imminent": false,
        });
        self.change(|dock| dock.alerts(part).push(alert))
    }

    fn change(&self, change: impl FnOnce(&mut Dock)) -> &Self {
        let mut state = self.shared.state();
        let dock = state.world.as_mut().and_then(|world| world.dock(&self.sn, self.shared.specification));
        if let Some(dock) = dock {
            change(dock);
        }
        drop(state);
        self
    }
}
