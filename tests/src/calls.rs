//! Every request of the examples as the call that a caller would write.
//!
//! In: a client, and one of a project. Out: for each example its name, its operation, and the sending of it with the
//! values of the example. Must not know the files of the examples: what is written here is compared with them elsewhere,
//! and a table that read them would agree with itself.

use std::future::Future;
use std::pin::Pin;

use flighthub2::codegen::{Caller, InScope};
use flighthub2::types::{
    AddProjectMembersBody, AreaCorner, CalibrateDeviceRtkBody, CameraPosition, CreateFlightTaskBody,
    CreateMapElementBody, CreateModelBody, CreateStreamConverterBody, DeviceCommand, DeviceControlBody,
    FinishWaylineUploadBody, Gb28181Target, Geometry, LineStringGeometry, MapElementFeature, MapElementProperties,
    MapElementResource, MapElementType, Model3dJob, Model3dParameters, ModelFormat, ModelKind, ModelQuality,
    OpenModelUploadCallbackBody, OutOfControlAction, PointGeometry, PolygonGeometry, PredefinedArea,
    ProjectAuthorizedStatus, ProjectListUsage, ProjectMember, ProjectRole, ProjectSortColumn, ReconstructionMode,
    ReconstructionQuality, RelayPairType, RepeatOption, RepeatType, ResumableStatus, RthMode, RtmpTarget,
    SendDeviceCommandBody, SetStreamConverterBody, SetStreamQualityBody, SortType, StartLivestreamBody,
    StartOpenModelReconstructionBody, StartRelayPairingBody, StreamConverterSchema, SwitchAircraftLensBody,
    SwitchDockCameraBody, SwitchableLens, TaskStatus, TaskStatusChange, TaskType, TriggerWorkflowBody,
    UpdateFlightTaskStatusBody, UploadedFile, VideoQuality, WaylinePrecisionType, WorkflowIncident,
};
use flighthub2::{Call, Client, Error, JsonValue, Operation, OperationInfo, ProjectClient};

const DOCK: &str = "7CTEXAMPLE0001";
const DOCK_CAMERA: &str = "165-0-7";
const AIRCRAFT: &str = "1581FEXAMPLE00000001";
const AIRCRAFT_CAMERA: &str = "81-0-0";
const RELAY: &str = "RELAYEXAMPLE0001";
const WAYLINE: &str = "c0ffee00-1111-4222-8333-444455556666";
const TASK: &str = "d15ea5e0-1111-4222-8333-444455556666";
const CONVERTER: &str = "CONVERTEREXAMPLE0001";
const OPEN_MODEL: &str = "0de1a0de-1111-4222-8333-444455556666";
const RESOURCE: &str = "ba5eba11-1111-4222-8333-444455556666";

/// A call that is on its way, with its output as JSON.
pub type SendFuture = Pin<Box<dyn Future<Output = Result<JsonValue, Error>> + Send>>;

/// The same, with everything that `Debug` shows of the call and of its output.
pub type Showing = Pin<Box<dyn Future<Output = (String, Result<JsonValue, Error>)> + Send>>;

type Arguments = Box<dyn Fn(&Client, &ProjectClient) -> JsonValue>;

type Start = Box<dyn Fn(&Client, &ProjectClient) -> Showing>;

/// One request of the examples, as a caller writes it.
pub struct Example {
    /// The name of its file, without what comes after the first dot.
    pub name: &'static str,
    /// The operation that it calls.
    pub info: &'static OperationInfo,
    start: Start,
    arguments: Arguments,
}

impl Example {
    /// Sends it, with the one of the two that the example is made for.
    pub fn send(&self, client: &Client, project: &ProjectClient) -> SendFuture {
        let showing = self.show(client, project);
        Box::pin(async move { showing.await.1 })
    }

    /// Its arguments as JSON.
    pub fn arguments(&self, client: &Client, project: &ProjectClient) -> JsonValue {
        (self.arguments)(client, project)
    }

    /// Sends it, and returns what could be printed of it.
    pub fn show(&self, client: &Client, project: &ProjectClient) -> Showing {
        (self.start)(client, project)
    }
}

#[allow(
    clippy::expect_used,
    reason = "an output that is no JSON is a mistake in the client, and a test must stop at it"
)]
fn example<H, O>(name: &'static str, make: fn(&Client, &ProjectClient) -> Call<H, O>) -> Example
where
    H: Caller + InScope<O::Scope> + 'static,
    O: Operation + Send + Sync + 'static,
    O: std::fmt::Debug + serde::Serialize,
    H: std::fmt::Debug,
    O::Output: serde::Serialize + std::fmt::Debug,
{
    let start = move |client: &Client, project: &ProjectClient| -> Showing {
        let call = make(client, project);
        Box::pin(async move {
            let mut shown = format!("{call:?} {:?}", call.dry_run());
            let sent = call.send().await;
            shown.push_str(&format!(" {sent:?}"));
            let json = sent.map(|output| serde_json::to_value(output).expect("every output can be written as JSON"));
            (shown, json)
        })
    };
    let arguments = move |client: &Client, project: &ProjectClient| {
        serde_json::to_value(make(client, project).operation()).expect("every operation can be written as JSON")
    };
    Example { name, info: O::INFO, start: Box::new(start), arguments: Box::new(arguments) }
}

/// All of them, in the order of the groups of the interface.
pub fn examples() -> Vec<Example> {
    vec![
        // System Services
        example("getSystemStatus", |fh, _| fh.system().status()),
        // Organization Projects
        example("listProjects", |fh, _| {
            fh.projects()
                .list()
                .page(1)
                .page_size(10)
                .q("Example")
                .prj_authorized_status(ProjectAuthorizedStatus::Authorized)
                .usage(ProjectListUsage::Simple)
                .sort_column(ProjectSortColumn::CreatedAt)
                .sort_type(SortType::Ascending)
        }),
        example("listOrganizationDevices", |fh, _| fh.devices().list_organization()),
        example("listProjectDevices", |_, site| site.devices().list()),
        example("getProjectStsToken", |_, site| site.projects().upload_credentials()),
        example("addProjectMembers", |_, site| site.projects().add_members(member())),
        // Livestream Management
        example("startLivestream", |_, site| site.livestreams().start(livestream())),
        example("listStreamConverters", |_, site| site.livestreams().list_converters()),
        example("createStreamConverter", |_, site| site.livestreams().create_converter(converter_to_rtmp())),
        example("createStreamConverter_gb28181", |_, site| site.livestreams().create_converter(converter_to_gb28181())),
        example("setStreamConverter", |_, site| {
            site.livestreams().set_converter(CONVERTER, SetStreamConverterBody::new(true))
        }),
        example("deleteStreamConverter", |_, site| site.livestreams().delete_converter(CONVERTER)),
        // Annotation Management
        example("createMapElement", |_, site| site.annotations().create(mark(MapElementType::Point, point()))),
        example("createMapElement_line", |_, site| site.annotations().create(mark(MapElementType::Line, line()))),
        example("createMapElement_polygon", |_, site| {
            site.annotations().create(mark(MapElementType::Polygon, polygon()))
        }),
        // Task Management
        example("createFlightTask", |_, site| {
            site.flight_tasks().create(patrol(TaskType::Immediate).repeat_type(RepeatType::Nonrepeating))
        }),
        example("createFlightTask_timed", |_, site| {
            let body = patrol(TaskType::Timed).repeat_type(RepeatType::Nonrepeating).begin_at(1_770_000_000);
            site.flight_tasks().create(body)
        }),
        example("createFlightTask_recurring", |_, site| site.flight_tasks().create(recurring_patrol())),
        example("createFlightTask_continuous", |_, site| site.flight_tasks().create(continuous_patrol())),
        example("updateFlightTaskStatus", |_, site| {
            site.flight_tasks().update_status(TASK, UpdateFlightTaskStatusBody::new(TaskStatusChange::Suspended))
        }),
        example("listFlightTasks", |_, site| {
            site.flight_tasks()
                .list()
                .sn(DOCK)
                .begin_at(1_769_900_000)
                .end_at(1_770_100_000)
                .task_type(TaskType::Immediate)
                .status([TaskStatus::Success, TaskStatus::Executing])
        }),
        example("getFlightTask", |_, site| site.flight_tasks().get(TASK)),
        example("listFlightTaskMedia", |_, site| site.flight_tasks().list_media(TASK)),
        example("getFlightTaskTrack", |_, site| site.flight_tasks().get_track(TASK)),
        example("triggerWorkflow", |_, site| site.flight_tasks().trigger_workflow(incident())),
        // Device Management
        example("getDeviceState_dock", |_, site| site.devices().get_state(DOCK)),
        example("getDeviceState_aircraft", |_, site| site.devices().get_state(AIRCRAFT)),
        example("getDeviceHms", |_, site| site.devices().get_hms([DOCK.into(), AIRCRAFT.into()])),
        example("switchDockCamera", |_, site| site.devices().switch_dock_camera(indoor_camera())),
        example("switchAircraftLens", |_, site| site.devices().switch_aircraft_lens(zoom())),
        example("calibrateDeviceRtk", |_, site| site.devices().calibrate_rtk(DOCK, rtk())),
        example("startRelayPairing", |_, site| site.devices().start_relay_pairing(relay_pairing())),
        example("getRelayPairingResult", |_, site| site.devices().get_relay_pairing_result(RELAY)),
        example("sendDeviceCommand", |_, site| {
            site.devices().send_command(AIRCRAFT, SendDeviceCommandBody::new(DeviceCommand::ReturnHome))
        }),
        example("acquireControl", |_, site| site.devices().acquire_control(control())),
        example("releaseControl", |_, site| site.devices().release_control(control())),
        example("setStreamQuality", |_, site| site.devices().set_stream_quality(smooth())),
        // Route Management
        example("finishWaylineUpload", |_, site| site.waylines().finish_upload(uploaded_wayline())),
        example("listWaylines", |_, site| site.waylines().list()),
        example("getWayline", |_, site| site.waylines().get(WAYLINE)),
        // Model Management
        example("listModels", |_, site| site.models().list()),
        example("createModel", |_, site| site.models().create(model())),
        example("getModel", |_, site| site.models().get(900_009)),
        example("getModelFileDownloadUrl", |_, site| site.models().get_file_download_url("900901")),
        // Open modeling
        example("obtainOpenModelUploadToken", |fh, _| fh.open_modeling().obtain_upload_token()),
        example("openModelUploadCallback", |_, site| site.open_modeling().upload_callback(uploaded_pictures())),
        example("getOpenModelResource", |fh, _| fh.open_modeling().get_resource(RESOURCE)),
        example("deleteOpenModelResource", |fh, _| fh.open_modeling().delete_resource(RESOURCE)),
        example("startOpenModelReconstruction", |fh, _| fh.open_modeling().start_reconstruction(reconstruction())),
        example("listRunningOpenModels", |fh, _| fh.open_modeling().list_running()),
        example("getOpenModel", |fh, _| fh.open_modeling().get(OPEN_MODEL)),
        example("deleteOpenModel", |fh, _| fh.open_modeling().delete(OPEN_MODEL)),
        example("stopOpenModelReconstruction", |fh, _| fh.open_modeling().stop_reconstruction(OPEN_MODEL)),
    ]
}

fn member() -> AddProjectMembersBody {
    let member =
        ProjectMember::builder().user_id("1000000000000000001").role(ProjectRole::Member).nickname("Example").build();
    AddProjectMembersBody::new([member])
}

fn livestream() -> StartLivestreamBody {
    StartLivestreamBody::builder()
        .sn(AIRCRAFT)
        .camera_index(AIRCRAFT_CAMERA)
        .video_expire(7200)
        .quality_type(VideoQuality::Adaptive)
        .build()
}

fn converter_to_rtmp() -> CreateStreamConverterBody {
    CreateStreamConverterBody::builder()
        .converter_name("converter-1")
        .sn(AIRCRAFT)
        .camera_index(AIRCRAFT_CAMERA)
        .schema(StreamConverterSchema::Rtmp)
        .schema_option(RtmpTarget::new("rtmp://stream.example.com/live/key"))
        .build()
}

fn converter_to_gb28181() -> CreateStreamConverterBody {
    let target = Gb28181Target::builder()
        .server_id("34020000002000000001")
        .server_ip("192.0.2.10")
        .server_port("5060")
        .device_password("PLACEHOLDER")
        .local_port("7060")
        .device_id("34020000001310000001")
        .local_channel("34020000001320000001")
        .build();
    CreateStreamConverterBody::builder()
        .converter_name("converter-2")
        .sn(DOCK)
        .camera_index(DOCK_CAMERA)
        .schema(StreamConverterSchema::Gb28181)
        .schema_option(target)
        .build()
}

fn mark(kind: MapElementType, geometry: Geometry) -> CreateMapElementBody {
    let properties = MapElementProperties::builder().color("#2D8CF0").clamp_to_ground(true).build();
    let content = MapElementFeature::builder().properties(properties).geometry(geometry).build();
    CreateMapElementBody::builder()
        .name("Example mark")
        .desc("Example text")
        .resource(MapElementResource::builder().r#type(kind).content(content).build())
        .build()
}

fn point() -> Geometry {
    PointGeometry::new([9.0001, 45.0001, 0.0]).into()
}

fn line() -> Geometry {
    LineStringGeometry::new([vec![9.0001, 45.0001, 0.0], vec![9.0011, 45.0011, 0.0]]).into()
}

fn polygon() -> Geometry {
    let ring = vec![
        vec![9.0001, 45.0001, 0.0],
        vec![9.0011, 45.0001, 0.0],
        vec![9.0011, 45.0011, 0.0],
        vec![9.0001, 45.0001, 0.0],
    ];
    PolygonGeometry::new([ring]).into()
}

/// What the flight tasks have in common.
fn patrol(task_type: TaskType) -> CreateFlightTaskBody {
    CreateFlightTaskBody::builder()
        .name("Example patrol")
        .wayline_uuid(WAYLINE)
        .sn(DOCK)
        .rth_altitude(80)
        .out_of_control_action_in_flight(OutOfControlAction::ReturnHome)
        .resumable_status(ResumableStatus::Auto)
        .task_type(task_type)
        .time_zone("Europe/Rome")
        .rth_mode(RthMode::Optimal)
        .wayline_precision_type(WaylinePrecisionType::Gps)
        .build()
}

fn recurring_patrol() -> CreateFlightTaskBody {
    patrol(TaskType::Recurring)
        .repeat_type(RepeatType::Weekly)
        .repeat_option(RepeatOption::new().interval(1).days_of_week([1, 3, 5]))
        .begin_at(1_770_019_200)
        .end_at(1_772_611_200)
        .recurring_task_start_time_list([1_770_022_800.into(), 1_770_044_400.into()])
}

fn continuous_patrol() -> CreateFlightTaskBody {
    patrol(TaskType::Continuous)
        .repeat_type(RepeatType::Daily)
        .repeat_option(RepeatOption::new().interval(1))
        .begin_at(1_770_019_200)
        .end_at(1_772_611_200)
        .continuous_task_periods([vec![1_770_022_800.into(), 1_770_030_000.into()]])
        .min_battery_capacity(60)
}

fn incident() -> TriggerWorkflowBody {
    TriggerWorkflowBody::builder()
        .workflow_uuid("f10f0000-1111-4222-8333-444455556666")
        .name("Example incident")
        .params(
            WorkflowIncident::builder()
                .creator("1000000000000000001")
                .latitude(45.0001)
                .longitude(9.0001)
                .level(5)
                .desc("Example text")
                .build(),
        )
        .build()
}

fn indoor_camera() -> SwitchDockCameraBody {
    SwitchDockCameraBody::builder().sn(DOCK).camera_index(DOCK_CAMERA).camera_position(CameraPosition::Indoor).build()
}

fn zoom() -> SwitchAircraftLensBody {
    SwitchAircraftLensBody::builder().sn(AIRCRAFT).camera_index(AIRCRAFT_CAMERA).lens_type(SwitchableLens::Zoom).build()
}

fn rtk() -> CalibrateDeviceRtkBody {
    CalibrateDeviceRtkBody::builder()
        .host("ntrip.example.com")
        .port(8002)
        .account("PLACEHOLDER")
        .password("PLACEHOLDER")
        .mount_point("RTCM33_GRCEJ")
        .build()
}

fn relay_pairing() -> StartRelayPairingBody {
    StartRelayPairingBody::builder().device_sn(RELAY).pair_enable(true).pair_type(RelayPairType::Drone).build()
}

fn control() -> DeviceControlBody {
    DeviceControlBody::builder().drone_sn(AIRCRAFT).payload_index(vec![AIRCRAFT_CAMERA.into()]).build()
}

fn smooth() -> SetStreamQualityBody {
    SetStreamQualityBody::builder()
        .sn(AIRCRAFT)
        .camera_index(AIRCRAFT_CAMERA)
        .quality_type(VideoQuality::Smooth)
        .build()
}

fn uploaded_wayline() -> FinishWaylineUploadBody {
    FinishWaylineUploadBody::builder()
        .name("Example route")
        .object_key("example-prefix/5f0c7a1e-2b34-4c56-8d78-9e0f1a2b3c4d/example-route.kmz")
        .build()
}

fn model() -> CreateModelBody {
    let corner = |longitude, latitude| AreaCorner::builder().longitude(longitude).latitude(latitude).build();
    CreateModelBody::builder()
        .name("Example model")
        .reconstruction_type(vec![ModelKind::Model3d])
        .simplified_factor(0.2)
        .task_folder_id(1042)
        .wkt("EPSG:32632")
        .quality_level(ModelQuality::High)
        .reconstruction_mode(ReconstructionMode::Normal)
        .generate_model_formats(vec![ModelFormat::B3dm, ModelFormat::Pnts])
        .predefine_area(PredefinedArea::new([
            corner(9.0001, 45.0001),
            corner(9.0011, 45.0001),
            corner(9.0011, 45.0011),
        ]))
        .build()
}

fn uploaded_pictures() -> OpenModelUploadCallbackBody {
    let file = |name: &str, etag: &str| UploadedFile::builder().name(name).etag(etag).build();
    OpenModelUploadCallbackBody::builder()
        .resource_uuid(RESOURCE)
        .callback_param("UExBQ0VIT0xERVI=")
        .files(vec![
            file("DJI_20250721120152_0025_V.jpeg", "00000000000000000000000000000001"),
            file("DJI_20250721120153_0026_V.jpeg", "00000000000000000000000000000002"),
        ])
        .resource_name("Test")
        .build()
}

fn reconstruction() -> StartOpenModelReconstructionBody {
    let parameters =
        Model3dParameters::new().quality_level(ReconstructionQuality::Medium).output_mesh(true).generate_b3dm(true);
    // It has no number that could not be written.
    let text = Model3dJob::new(parameters).to_json_text().unwrap_or_default();
    StartOpenModelReconstructionBody::new(RESOURCE).parameter_3d(text).delete_resource_if_finish(false)
}
