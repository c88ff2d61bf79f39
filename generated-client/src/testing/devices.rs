//! The docks of a project, their aircraft, and what both report.
//!
//! In: settings of a test, and which docks fly a task. Out: device lists, properties and alerts, made of the examples. Must
//! not know what a task is.

use serde_json::{Value, json};

use super::state::{Examples, Outcome, listed, with};

const OFFLINE: Outcome = Outcome::Refused(212_015, "the device is offline");
const NOT_BOUND: Outcome = Outcome::Refused(210_900, "the device is not bound");

/// A dock with its aircraft.
#[derive(Debug)]
pub(crate) struct Dock {
    /// As `listProjectDevices` has it.
    entry: Value,
    /// `data` of `getDeviceState`.
    dock: Value,
    drone: Value,
    dock_alerts: Vec<Value>,
    drone_alerts: Vec<Value>,
}

/// Which of the two devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Dock,
    Drone,
}

impl Part {
    /// Its member in the device lists.
    fn member(self) -> &'static str {
        match self {
            Self::Dock => "gateway",
            Self::Drone => "drone",
        }
    }
}

impl Dock {
    /// The docks of the examples.
    pub(crate) fn examples(examples: &Examples<'_>) -> Vec<Self> {
        let alerts = examples.list("getDeviceHms");
        let docks = examples.list("listProjectDevices").into_iter().map(|entry| {
            let mut dock = Self::with_entry(entry, examples);
            let sn = dock.sn(Part::Dock).clone();
            let own = alerts.iter().find(|alerts| alerts["device_sn"] == sn);
            dock.dock_alerts = own.and_then(|own| own["device_hms"]["list"].as_array()).cloned().unwrap_or_default();
            dock
        });
        docks.collect()
    }

    /// A dock that is online, with an aircraft in it that sleeps.
    pub(crate) fn new(sn: &str, drone_sn: &str, examples: &Examples<'_>) -> Self {
        let entry = examples.list("listProjectDevices").into_iter().next().unwrap_or_else(|| json!({}));
        let part = |part: Part, sn: &str, online: bool| {
            let members = [("sn", json!(sn)), ("callsign", json!(sn)), ("device_online_status", json!(online))];
            with(entry[part.member()].clone(), &members)
        };
        let parts = [("gateway", part(Part::Dock, sn, true)), ("drone", part(Part::Drone, drone_sn, false))];
        Self::with_entry(with(entry.clone(), &parts), examples)
    }

    fn with_entry(entry: Value, examples: &Examples<'_>) -> Self {
        let sn = |part: Part| entry[part.member()]["sn"].clone();
        let state = |name: &str| examples.named("getDeviceState", name)["data"].clone();
        let (dock, drone) = (state("getDeviceState_dock"), state("getDeviceState_aircraft"));
        let sub_device = with(dock["device_state"]["sub_device"].clone(), &[("device_sn", sn(Part::Drone))]);
        let dock_state = with(dock["device_state"].clone(), &[("sub_device", sub_device)]);
        // The aircraft of the example flies, and this one is in its dock.
        let still = ["elevation", "horizontal_speed", "vertical_speed", "home_distance"].map(|name| (name, json!(0)));
        let drone_state = with(drone["device_state"].clone(), &still);
        let drone_state = with(drone_state, &[("mode_code", json!("standby"))]);
        let dock = with(dock, &[("device_sn", sn(Part::Dock)), ("device_state", dock_state)]);
        let drone = with(drone, &[("device_sn", sn(Part::Drone)), ("device_state", drone_state)]);
        Self { entry, dock, drone, dock_alerts: Vec::new(), drone_alerts: Vec::new() }
    }

    pub(crate) fn sn(&self, part: Part) -> &Value {
        &self.entry[part.member()]["sn"]
    }

    pub(crate) fn is_online(&self, part: Part) -> bool {
        self.entry[part.member()]["device_online_status"] == true
    }

    pub(crate) fn set_online(&mut self, part: Part, online: bool) {
        self.entry[part.member()]["device_online_status"] = json!(online);
    }

    /// Sets a member of `device_state`; `None` removes it.
    pub(crate) fn set_property(&mut self, part: Part, name: &str, value: Option<Value>) {
        let device = match part {
            Part::Dock => &mut self.dock,
            Part::Drone => &mut self.drone,
        };
        if let Some(state) = device["device_state"].as_object_mut() {
            match value {
                Some(value) => drop(state.insert(name.to_owned(), value)),
                None => drop(state.remove(name)),
            }
        }
    }

    /// Sets the charge of the aircraft, in percent, as both devices report it.
    pub(crate) fn set_battery(&mut self, percent: u8) {
        let percent = json!(percent.min(100));
        self.dock["device_state"]["drone_charge_state"]["capacity_percent"] = percent.clone();
        self.drone["device_state"]["battery"]["capacity_percent"] = percent;
    }

    pub(crate) fn alerts(&mut self, part: Part) -> &mut Vec<Value> {
        match part {
            Part::Dock => &mut self.dock_alerts,
            Part::Drone => &mut self.drone_alerts,
        }
    }

    /// As the device lists show it.
    pub(crate) fn entry(&self, flies: bool) -> Value {
        let mut entry = self.entry.clone();
        if flies {
            // Modes are numbers in this list: 4 is working, 5 is flying a route.
            entry["gateway"]["mode_code"] = json!(4);
            entry["drone"]["mode_code"] = json!(5);
            entry["drone"]["device_online_status"] = json!(true);
        }
        entry
    }

    fn state(&self, part: Part, flies: bool) -> Outcome {
        let is_online = self.is_online(part) || (flies && part == Part::Drone);
        if !is_online {
            return OFFLINE;
        }
        let mut data = match part {
            Part::Dock => self.dock.clone(),
            Part::Drone => self.drone.clone(),
        };
        let state = &mut data["device_state"];
        match part {
            Part::Dock if flies => {
                state["mode_code"] = json!("in_operation");
                state["drone_in_dock"] = json!("outside");
            }
            Part::Drone if flies => state["mode_code"] = json!("wayline_flight"),
            Part::Dock | Part::Drone => {}
        }
        Outcome::Data(data)
    }
}

/// The properties of a device. `flies`: whether the aircraft of a dock flies.
pub(crate) fn properties(docks: &[Dock], sn: &Value, flies: impl Fn(&Value) -> bool) -> Outcome {
    let parts = docks.iter().flat_map(|dock| [(dock, Part::Dock), (dock, Part::Drone)]);
    let found = parts.into_iter().find(|(dock, part)| dock.sn(*part) == sn);
    found.map_or(NOT_BOUND, |(dock, part)| dock.state(part, flies(dock.sn(Part::Dock))))
}

/// The alerts of devices, in the order in which they are asked for.
pub(crate) fn alerts(docks: &[Dock], sns: &Value) -> Value {
    let entries = sns.as_array().into_iter().flatten().filter_map(|sn| {
        let (dock, part) = docks
            .iter()
            .flat_map(|dock| [(dock, Part::Dock), (dock, Part::Drone)])
            .find(|(dock, part)| dock.sn(*part) == sn)?;
        let alerts = match part {
            Part::Dock => &dock.dock_alerts,
            Part::Drone => &dock.drone_alerts,
        };
        Some(json!({"device_sn": sn, "device_hms": {"list": listed(alerts.clone())}}))
    });
    json!({"list": listed(entries.collect())})
}
