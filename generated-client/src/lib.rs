//! A client for the DJI FlightHub 2 OpenAPI: the cloud that docks and drones are run from.
//!
//! **Unofficial**, and its calls fly real aircraft. So a client refuses what it was not built for (see [`Risk`]), never
//! follows a redirect, sends again only what does no harm twice (see [`Idempotency`]), and hides its token.
//!
//! ```no_run
//! use flighthub2::prelude::*;
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let fh = Client::builder()
//!     .region(Region::Eu) // or .base_url("http://10.0.0.5:30812") for an installation of your own
//!     .token(Token::from_env("FLIGHTHUB2_TOKEN")?)
//!     .max_risk(Risk::Physical) // the default is Write: a client that was not built to fly cannot fly
//!     .build()?;
//!
//! let projects = fh.projects().list().q("harbour").send().await?;
//! let Some(project) = projects.list.first() else { return Ok(()) };
//! let site = fh.project(&project.uuid); // calls of a project are made with this
//! let body = CreateFlightTaskBody::builder()
//!     .name("Morning round")
//!     .wayline_uuid("c0ffee00-1111-4222-8333-444455556666")
//!     .sn("7CTEXAMPLE0001") // of the dock
//!     .rth_altitude(100) // metres above the point of take-off
//!     .out_of_control_action_in_flight(OutOfControlAction::ReturnHome) // without a signal
//!     .resumable_status(ResumableStatus::Manual) // after an interruption
//!     .task_type(TaskType::Immediate)
//!     .time_zone("Europe/Rome")
//!     .rth_mode(RthMode::Preset)
//!     .wayline_precision_type(WaylinePrecisionType::Rtk)
//!     .build(); // the compiler names a required field that is not set
//! let task = site.flight_tasks().create(body).send().await?;
//! println!("{}", task.task_uuid);
//! # Ok(())
//! # }
//! ```
//!
//! # How it is made
//! The operations and types are generated from a specification that is maintained by hand; [`OPERATIONS`] lists them
//! with everything that a tool needs to know. What sends them knows no operation: it is the crate `flighthub2-runtime`,
//! whose types for callers are here.
//!
//! # Errors
//! Every failure is an [`Error`]. Ask [`Error::may_have_taken_effect`] before you send a call again: a lost response, a
//! gateway's 504 or a code such as 210504 does not mean that the aircraft stays where it is.
//!
//! # Responses
//! - Business failures arrive with HTTP 200; here they are [`Error`]s of the kind [`ErrorKind::Api`].
//! - A list that is null or missing is an empty list. An undescribed member is ignored, or kept in `other`
//!   where a type has it.
//! - Enumerations are open: a value that this version does not know is kept in `Unknown`.
//! - Numbers of time have types with their unit: [`UnixSeconds`], [`UnixMillis`]. Times that are strings are [`DateTime`].

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "workflows")]
mod jobs;
mod modes;
pub mod prelude;
#[cfg(feature = "testing")]
pub mod testing;
pub mod transport;
#[cfg(feature = "workflows")]
pub mod workflows;

#[rustfmt::skip]
mod api;

pub use api::*;
#[doc(inline)]
pub use flighthub2_runtime::{
    ApiInfo, Availability, Base64, CallResponse, Clock, DateTime, Delivery, DryRun, DynamicCall, DynamicResponse,
    Error, ErrorCodeInfo, ErrorKind, FetchedToken, Follow, FollowBuilder, FollowError, FollowErrorKind, HeaderMap,
    HeaderText, Idempotency, Items, JsonObject, JsonValue, Operation, OperationInfo, Outcome, Pages, ParameterInfo,
    ParameterLocation, ResponseHeaders, Risk, Scope, Secret, SecretInteger, SerializeError, SleepFuture, Token,
    TokenFuture, TokenHeader, TokenSource, TokenSourceError, UnixMillis, UnixSeconds, Unknown, UnknownName, Update,
    codegen, masked,
};

/// The examples of the README compile.
#[cfg(all(doctest, feature = "testing"))]
#[doc = include_str!("../README.md")]
struct Readme;
