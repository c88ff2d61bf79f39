//! The request that a call would send, as data and as a line for a shell. The shell is a real one.

#![cfg(unix)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use flighthub2::codegen::{
    ApiInfo, Operation, OperationInfo, ReadError, RequestParts, ResponseBody, TokenHeader, scope,
};
use flighthub2::types::UpdateFlightTaskStatusBody;
use flighthub2::{Call, Client, DryRun, HeaderText};
use flighthub2_tests::client::{PROJECT, TOKEN, builder, client};
use flighthub2_tests::server::{Server, json};

#[tokio::test]
async fn a_dry_run_shows_the_request() {
    let server = Server::start(|_| json(r#"{"code":200403,"message":"m"}"#));
    let fh = builder(&server.url()).build().unwrap();
    let site = fh.project(PROJECT);
    let call = site.flight_tasks().get("d15ea5e0-1111-4222-8333-444455556666");
    let dry = call.dry_run().unwrap();
    assert!(server.take_requests().is_empty());
    let shown = format!("{dry:?} {}", dry.curl());
    assert!(!shown.contains(TOKEN), "{shown}");
    call.send().await.unwrap_err();
    let sent = server.take_requests().remove(0);
    assert_eq!((dry.method, dry.url), (sent.method.clone(), format!("{}{}", server.url(), sent.path)));
    for (name, value) in &dry.headers {
        match value {
            HeaderText::Plain(text) => assert_eq!(sent.header(name), Some(text.as_str())),
            HeaderText::Token { prefix } => assert_eq!(sent.header(name), Some(format!("{prefix}{TOKEN}").as_str())),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(dry.headers.iter().filter(|(_, value)| matches!(value, HeaderText::Token { .. })).count(), 1);
    let task = site.flight_tasks().update_status("it's", UpdateFlightTaskStatusBody::new("rest'ored"));
    let line = task.dry_run().unwrap().curl();
    let url = format!("curl -X PUT '{}/openapi/v0.1/flight-task/it%27s/status'", server.url());
    assert!(line.starts_with(&url), "{line}");
    assert!(line.contains("-H 'x-user-token: '\"$TOKEN\""), "{line}");
    assert!(line.ends_with(r#"--data-raw '{"status":"rest'\''ored"}'"#), "{line}");
}

/// What a real shell hands to `curl` when it runs a line: each argument on its own. Whatever else the line would do is
/// done in an empty folder, which is looked at.
fn arguments(line: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let (bin, work) = (folder.path().join("bin"), folder.path().join("work"));
    fs::create_dir_all(&bin).unwrap();
    fs::create_dir_all(&work).unwrap();
    let curl = bin.join("curl");
    // It sends nothing: it prints what it was called with.
    fs::write(&curl, "#!/bin/sh\nprintf '%s\\0' \"$@\"\n").unwrap();
    fs::set_permissions(&curl, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", bin.display());
    let run = Command::new("/bin/sh")
        .args(["-c", line])
        .current_dir(&work)
        .env_clear()
        .envs([("PATH", path.as_str()), ("TOKEN", "the real token")])
        .output()
        .unwrap();
    assert!(run.status.success() && run.stderr.is_empty(), "{line}: {}", String::from_utf8_lossy(&run.stderr));
    assert!(is_empty(&work), "{line}: the shell has run something else");
    let printed = String::from_utf8(run.stdout).unwrap();
    printed.strip_suffix('\0').unwrap().split('\0').map(str::to_owned).collect()
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().next().is_none()
}

/// The arguments that `curl` must get for a request.
fn wanted(dry: &DryRun) -> Vec<String> {
    let mut wanted = vec!["-X".to_owned(), dry.method.clone(), dry.url.clone()];
    for (name, value) in &dry.headers {
        let value = match value {
            HeaderText::Token { prefix } => format!("{prefix}the real token"),
            other => other.to_string(),
        };
        wanted.extend(["-H".to_owned(), format!("{name}: {value}")]);
    }
    wanted.extend(dry.body.iter().flat_map(|body| ["--data-raw".to_owned(), body.clone()]));
    wanted
}

/// Texts that a shell would act upon if it could.
const HOSTILE: &[&str] = &[
    "***$(touch ran)",
    "***`touch ran`",
    "a'; touch ran; '",
    "a\"; touch ran; \"",
    "$TOKEN",
    "${TOKEN}",
    "\\$(touch ran)\\",
    "a & touch ran &",
    "a > ran",
    "* ? [a-z] ~ !! #",
    "--output ran",
    "schlüssel",
    "***",
];

#[test]
fn a_shell_runs_nothing_but_curl_whatever_the_arguments_are() {
    let fh = client("http://127.0.0.1:1");
    for text in HOSTILE {
        let site = fh.project(*text);
        let call = site.flight_tasks().update_status(*text, UpdateFlightTaskStatusBody::new(*text));
        let dry = call.dry_run().unwrap();
        let project = dry.headers.iter().find(|(name, _)| name == "x-project-uuid").map(|(_, value)| value.clone());
        assert_eq!(project, Some(HeaderText::Plain((*text).to_owned())));
        assert_eq!(arguments(&dry.curl()), wanted(&dry), "{text}");
    }
}

/// An operation with a method, a prefix of the token and a body that a shell or `curl` could take for something else.
struct Odd(&'static str);

static ODD: OperationInfo = flighthub2::system::GetSystemStatus::INFO.with_method("GET$TOKEN`x`").with_api(&ODD_API);
static ODD_API: ApiInfo =
    ApiInfo::new("odd").with_token(Some(TokenHeader::new("x-odd'name").with_prefix("$(touch ran) ")));

impl Operation for Odd {
    type Scope = scope::Organization<Client>;
    type Output = ();
    const INFO: &'static OperationInfo = &ODD;

    fn write(&self, request: &mut RequestParts) {
        request.raw(&self.0, "text/plain");
    }

    fn read(body: ResponseBody<'_>) -> Result<(), ReadError> {
        body.ignore()
    }
}

#[test]
fn arguments_are_neither_run_nor_read_as_files() {
    let fh = client("http://127.0.0.1:1");
    for body in ["@/etc/passwd", "'@x'", "$(touch ran)\n\n", "a\r\nb"] {
        let dry = Call::new(&fh, Odd(body)).dry_run().unwrap();
        assert_eq!(dry.body.as_deref(), Some(body));
        assert_eq!(arguments(&dry.curl()), wanted(&dry), "{body}");
    }
}
