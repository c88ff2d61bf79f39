//! One type for the modes of devices: the lists have them as numbers, `device_state` as names.
//!
//! The numbers of docks and of aircraft overlap, so they have different types. Variants of one name are the same mode; the
//! compiler reports a mode of a list that is added to the specification and missing here.

use crate::types::{DeviceMode, DockModeCode, DroneModeCode};

/// The mode as `device_state` has it. A number that is not listed becomes [`DeviceMode::Unknown`] with its digits.
///
/// A dock that is offline has the number of [`DeviceMode::Idle`], too.
impl From<DockModeCode> for DeviceMode {
    fn from(code: DockModeCode) -> Self {
        match code {
            DockModeCode::Idle => Self::Idle,
            DockModeCode::OnSiteDebugging => Self::OnSiteDebugging,
            DockModeCode::RemoteDebugging => Self::RemoteDebugging,
            DockModeCode::FirmwareUpgradeInProgress => Self::FirmwareUpgradeInProgress,
            DockModeCode::InOperation => Self::InOperation,
            DockModeCode::ToBeCalibrated => Self::ToBeCalibrated,
            DockModeCode::Unknown(_) => Self::from(code.value().to_string()),
        }
    }
}

/// The mode as `device_state` has it. A number that is not listed, or that has no known name, becomes
/// [`DeviceMode::Unknown`] with its digits.
///
/// An aircraft that is offline has the number of [`DeviceMode::Standby`], too.
impl From<DroneModeCode> for DeviceMode {
    fn from(code: DroneModeCode) -> Self {
        match code {
            DroneModeCode::Standby => Self::Standby,
            DroneModeCode::TakeoffPreparation => Self::TakeoffPreparation,
            DroneModeCode::TakeoffPreparationCompleted => Self::TakeoffPreparationCompleted,
            DroneModeCode::ManualFlight => Self::ManualFlight,
            DroneModeCode::AutomaticTakeoff => Self::AutomaticTakeoff,
            DroneModeCode::WaylineFlight => Self::WaylineFlight,
            DroneModeCode::PanoramicPhotography => Self::PanoramicPhotography,
            DroneModeCode::IntelligentTracking => Self::IntelligentTracking,
            DroneModeCode::AdsbAvoidance => Self::AdsbAvoidance,
            DroneModeCode::AutoReturningToHome => Self::AutoReturningToHome,
            DroneModeCode::AutomaticLanding => Self::AutomaticLanding,
            DroneModeCode::ForcedLanding => Self::ForcedLanding,
            DroneModeCode::ThreeBladeLanding => Self::ThreeBladeLanding,
            DroneModeCode::Upgrading => Self::Upgrading,
            DroneModeCode::NotConnected => Self::NotConnected,
            DroneModeCode::Apas => Self::Apas,
            DroneModeCode::VirtualStickState => Self::VirtualStickState,
            DroneModeCode::LiveFlightControls => Self::LiveFlightControls,
            DroneModeCode::AirborneRtkFixingMode => Self::AirborneRtkFixingMode,
            DroneModeCode::DockAddressSelecting => Self::DockAddressSelecting,
            DroneModeCode::Poi => Self::Poi,
            DroneModeCode::FarFromDockWaylineFlight | DroneModeCode::Unknown(_) => Self::from(code.value().to_string()),
        }
    }
}
