//! Signed addresses to files.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flighthub2::workflows::{Download, ErrorKind, Existing};
use flighthub2_tests::log::everything_shown;

use crate::fake::{Fake, Reply, Seen, all_of, content, names_in, poll_times, settle};

const ADDRESS: &str = "https://objects.example.com/a/original.jpeg?X-Amz-Signature=TOPSECRET";

/// Replies as S3 does: with a range if one was asked for and the object is still the same.
fn object(seen: &Seen, bytes: &[u8], etag: &str) -> Reply {
    let range = seen.header("range").filter(|_| seen.header("if-range").is_none_or(|expected| expected == etag));
    match range {
        None => Reply::new(200, bytes).header("content-length", bytes.len()).header("etag", etag),
        Some(range) => {
            let start: usize = range.strip_prefix("bytes=").unwrap().strip_suffix('-').unwrap().parse().unwrap();
            if start >= bytes.len() {
                return Reply::store_error(416, "InvalidRange")
                    .header("content-range", format!("bytes */{}", bytes.len()));
            }
            let range = format!("bytes {start}-{}/{}", bytes.len() - 1, bytes.len());
            Reply::new(206, &bytes[start..]).header("content-range", range).header("etag", etag)
        }
    }
}

fn download(fake: &Fake, folder: &tempfile::TempDir) -> Download {
    fake.client().workflows().download(ADDRESS, folder.path().join("a.jpeg"))
}

#[tokio::test]
async fn a_file_appears_when_it_is_whole() {
    let bytes = content(2_000_000);
    let served = bytes.clone();
    let fake = Fake::new(move |seen| object(seen, &served, "\"e\""));
    let folder = tempfile::tempdir().unwrap();
    let shown = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&shown);
    let run = download(&fake, &folder)
        .expected_bytes(2_000_000)
        .on_progress(move |progress| seen.lock().unwrap().push((progress.bytes, progress.total_bytes)));
    let done = run.run().await.unwrap();

    assert_eq!((done.bytes, done.resumed_from, done.kept), (2_000_000, 0, false));
    assert_eq!(fs::read(&done.path).unwrap(), bytes);
    assert_eq!(names_in(folder.path()), ["a.jpeg"]);
    let shown = shown.lock().unwrap();
    assert!(shown.len() > 2 && shown.is_sorted(), "{shown:?}");
    assert_eq!(shown.last(), Some(&(2_000_000, Some(2_000_000))));
    let requests = fake.seen();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].header("accept-encoding"), Some("identity"));
    assert_eq!(requests[0].header("x-user-token"), None, "the token is for the service only");
}

#[tokio::test]
async fn a_broken_connection_is_resumed_where_it_broke() {
    let bytes = content(100_000);
    let served = bytes.clone();
    let fake = Fake::new(move |seen| object(seen, &served, "\"e\"").broken_after(33_000));
    let folder = tempfile::tempdir().unwrap();
    let done = download(&fake, &folder).run().await.unwrap();
    assert_eq!(fs::read(&done.path).unwrap(), bytes);
    let ranges: Vec<_> = fake.seen().iter().map(|seen| seen.header("range").map(str::to_owned)).collect();
    assert_eq!(ranges, [None, Some("bytes=33000-".into()), Some("bytes=66000-".into()), Some("bytes=99000-".into())]);
    assert!(fake.seen()[1..].iter().all(|seen| seen.header("if-range") == Some("\"e\"")));
}

#[tokio::test]
async fn no_error_shows_the_signature_that_a_transport_wrote_into_its_own() {
    let broken: fn(&Seen) -> Reply = |_| Reply::new(200, content(100_000)).broken_after(33_000);
    for reply in [broken, |_| Reply::lost()] {
        let folder = tempfile::tempdir().unwrap();
        let error = download(&Fake::new(reply), &folder).max_failures(1).run().await.unwrap_err();
        let shown = everything_shown(&error);
        assert!(!shown.contains("TOPSECRET"), "{shown}");
        assert!(shown.contains("GET https://objects.example.com/a/original.jpeg?*** "), "{shown}");
    }
}

#[tokio::test]
async fn a_later_download_continues_an_earlier_one() {
    let bytes = content(100_000);
    let served = bytes.clone();
    let fake = Fake::new(move |seen| {
        let reply = object(seen, &served, "\"e\"");
        if seen.header("range").is_none() { reply.broken_after(40_000) } else { reply }
    });
    let folder = tempfile::tempdir().unwrap();
    let error = download(&fake, &folder).max_failures(1).run().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
    assert!(error.to_string().contains("40000 of 100000 bytes are kept"), "{error}");
    assert!(error.how_to_go_on().is_some_and(|next| next.contains("continues there")), "{error}");
    assert_eq!(names_in(folder.path()), [".a.jpeg.part", ".a.jpeg.part-info"]);

    let done = download(&fake, &folder).run().await.unwrap();
    assert_eq!(done.resumed_from, 40_000);
    assert_eq!(fs::read(&done.path).unwrap(), bytes);
    assert_eq!(names_in(folder.path()), ["a.jpeg"]);
}

#[tokio::test]
async fn parts_of_two_objects_are_never_joined() {
    // With `If-Range` the store sends everything; a store that ignores it sends another ETag.
    for honours_if_range in [true, false] {
        let (old, new) = (content(100_000), vec![7; 100_000]);
        let requests = Arc::new(AtomicUsize::new(0));
        let (first, second) = (old, new.clone());
        let fake = Fake::new(move |seen| {
            if requests.fetch_add(1, Ordering::SeqCst) == 0 {
                return object(seen, &first, "\"old\"").broken_after(50_000);
            }
            let mut seen = seen.clone();
            if !honours_if_range {
                seen.headers.remove("if-range");
            }
            object(&seen, &second, "\"new\"")
        });
        let folder = tempfile::tempdir().unwrap();
        let done = download(&fake, &folder).run().await.unwrap();
        assert_eq!(fs::read(&done.path).unwrap(), new, "{honours_if_range}");
    }
}

#[tokio::test]
async fn a_part_of_an_unknown_object_is_not_used() {
    let bytes = content(50_000);
    let served = bytes.clone();
    let fake = Fake::new(move |seen| object(seen, &served, "\"e\""));
    let infos: [&[u8]; 4] =
        [b"", b"{\"validator\":null,\"total\":50000}", b"{\"validator\":\"\\\"e\\\"\",\"total\":9}", b"\0garbage"];
    for info in infos {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".a.jpeg.part"), vec![9; 20_000]).unwrap();
        fs::write(folder.path().join(".a.jpeg.part-info"), info).unwrap();
        let done = download(&fake, &folder).run().await.unwrap();
        assert_eq!((done.resumed_from, fs::read(&done.path).unwrap() == bytes), (0, true), "{info:?}");
    }
}

#[tokio::test]
async fn a_file_that_exists_is_replaced_only_if_asked() {
    let bytes = content(10);
    let served = bytes.clone();
    let fake = Fake::new(move |seen| object(seen, &served, "\"e\""));
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("a.jpeg");
    fs::write(&target, "mine").unwrap();

    let error = download(&fake, &folder).run().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    let error = download(&fake, &folder).existing(Existing::Keep).expected_bytes(10).run().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    let kept = download(&fake, &folder).existing(Existing::Keep).expected_bytes(4).run().await.unwrap();
    assert!(kept.kept);
    assert_eq!(fs::read_to_string(&target).unwrap(), "mine");
    assert!(fake.lines().is_empty(), "nothing is asked for in vain");

    let done = download(&fake, &folder).existing(Existing::Replace).run().await.unwrap();
    assert!(!done.kept);
    assert_eq!(fs::read(&target).unwrap(), bytes);
}

#[tokio::test]
async fn a_file_that_appears_meanwhile_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("a.jpeg");
    let appears = target.clone();
    let fake = Fake::new(move |seen| {
        fs::write(&appears, "mine").unwrap();
        object(seen, b"theirs", "\"e\"")
    });
    let error = download(&fake, &folder).run().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyExists, "{error}");
    assert_eq!(fs::read_to_string(&target).unwrap(), "mine");
}

#[tokio::test]
async fn a_wrong_size_is_no_success() {
    let bytes = content(1000);
    type Change = fn(Download) -> Download;
    let cases: [(&str, Option<usize>, Change, ErrorKind); 5] = [
        ("expected more", Some(1000), |it| it.expected_bytes(1001), ErrorKind::Integrity),
        ("expected more of unknown", None, |it| it.expected_bytes(1001), ErrorKind::Transport),
        ("expected less of unknown", None, |it| it.expected_bytes(999), ErrorKind::Integrity),
        ("too large", Some(1000), |it| it.max_bytes(999), ErrorKind::Integrity),
        ("too large, and unknown", None, |it| it.max_bytes(999), ErrorKind::Integrity),
    ];
    for (case, length, change, expected) in cases {
        let served = bytes.clone();
        let fake = Fake::new(move |_| {
            let reply = Reply::new(200, served.clone()).header("etag", "\"e\"");
            length.into_iter().fold(reply, |reply, length| reply.header("content-length", length))
        });
        let folder = tempfile::tempdir().unwrap();
        let error = change(download(&fake, &folder)).run().await.unwrap_err();
        assert_eq!(error.kind(), expected, "{case}: {error}");
        assert!(!folder.path().join("a.jpeg").exists(), "{case}");
    }
}

#[tokio::test]
async fn an_address_that_is_refused_is_in_no_text() {
    for status in [302, 400, 401, 403, 404, 410] {
        let fake = Fake::new(move |_| Reply::store_error(status, "AccessDenied").header("location", ADDRESS));
        let folder = tempfile::tempdir().unwrap();
        let error = download(&fake, &folder).run().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AddressRefused, "{error}");
        assert!(error.to_string().contains(&format!("HTTP {status} (AccessDenied)")), "{error}");
        assert_eq!(fake.lines().len(), 1, "{status}");
        let shown = all_of(&error) + &format!("{:?}", download(&fake, &folder));
        assert!(!shown.contains("TOPSECRET") && !shown.contains("objects.example.com"), "{shown}");
    }
}

#[tokio::test]
async fn a_store_that_is_busy_is_asked_again() {
    let requests = Arc::new(AtomicUsize::new(0));
    let fake = Fake::new(move |seen| match requests.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::store_error(503, "SlowDown").header("retry-after", 7),
        1 => Reply::lost(),
        _ => object(seen, b"content", "\"e\""),
    });
    let folder = tempfile::tempdir().unwrap();
    download(&fake, &folder).run().await.unwrap();
    assert_eq!(fake.lines().len(), 3);

    let fake = Fake::new(|_| Reply::store_error(503, "SlowDown"));
    let error = download(&fake, &folder).existing(Existing::Replace).run().await.unwrap_err();
    assert_eq!((error.kind(), fake.lines().len()), (ErrorKind::Store, 5), "{error}");
}

#[tokio::test]
async fn addresses_that_would_show_the_file_to_others_are_refused() {
    let fake = Fake::new(|seen| object(seen, b"x", "\"e\""));
    let folder = tempfile::tempdir().unwrap();
    for address in [
        "",
        "TOPSECRET",
        "http://objects.example.com/TOPSECRET",
        "ftp://objects.example.com/a",
        "https://u:p@h.example/a",
    ] {
        let target = folder.path().join("a");
        let error = fake.client().workflows().download(address, target).run().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
        assert!(!all_of(&error).contains("TOPSECRET"), "{error:?}");
    }
    assert!(fake.lines().is_empty());
    assert!(names_in(folder.path()).is_empty());
}

#[tokio::test]
async fn two_downloads_do_not_write_the_same_file() {
    let fake = Fake::new(|seen| object(seen, &content(3_000_000), "\"e\""));
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = tokio::join!(download(&fake, &folder).run(), download(&fake, &folder).run());
    let kinds: Vec<ErrorKind> =
        [first, second].iter().filter_map(|done| done.as_ref().err().map(|e| e.kind())).collect();
    assert!(matches!(kinds[..], [ErrorKind::InUse | ErrorKind::AlreadyExists]), "{kinds:?}");
    assert_eq!(fs::read(folder.path().join("a.jpeg")).unwrap(), content(3_000_000));
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_named() {
    let fake = Fake::new(|seen| object(seen, b"x", "\"e\""));
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing").join("a.jpeg");
    let error = fake.client().workflows().download(ADDRESS, &missing).run().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File);
    assert_eq!(error.io_error().unwrap().kind(), std::io::ErrorKind::NotFound);
    assert!(error.to_string().contains("missing"), "{error}");
    let error = fake.client().workflows().download(ADDRESS, folder.path()).run().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File, "{error}");
    assert!(fake.lines().is_empty());
}

#[tokio::test]
async fn a_download_can_be_dropped_at_every_point() {
    let bytes = content(60_000);
    for polls in 1.. {
        let served = bytes.clone();
        let fake = Fake::new(move |seen| object(seen, &served, "\"e\"").broken_after(25_000));
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.jpeg");
        let done = poll_times(download(&fake, &folder).run(), polls).await;
        settle().await;
        if target.exists() {
            assert_eq!(fs::read(&target).unwrap(), bytes, "after {polls} polls");
        }
        // What the dropped one began on another thread may need a moment more, and time does not pass for the client.
        let again = loop {
            match download(&fake, &folder).existing(Existing::Keep).expected_bytes(60_000).run().await {
                Err(error) if error.kind() == ErrorKind::InUse => settle().await,
                done => break done.unwrap(),
            }
        };
        assert_eq!(fs::read(&again.path).unwrap(), bytes, "after {polls} polls");
        // The dropped one may have given the file its name, and still be tidying up.
        for _ in 0..1000 {
            if names_in(folder.path()).len() == 1 {
                break;
            }
            settle().await;
        }
        assert_eq!(names_in(folder.path()), ["a.jpeg"], "after {polls} polls");
        if let Some(done) = done {
            done.unwrap();
            // Each of its three requests waits once; how often it waits for the disk depends on the machine.
            assert!(polls > 3, "there are several points to drop it at");
            return;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_stands_still_is_given_up() {
    /// Never replies.
    #[derive(Debug)]
    struct Silent;
    impl flighthub2::transport::Transport for Silent {
        fn send(
            &self,
            _: flighthub2::transport::Request<flighthub2::transport::RequestBody>,
        ) -> flighthub2::transport::SendFuture<'_> {
            Box::pin(std::future::pending())
        }
    }
    let token = flighthub2::Token::new("PLACEHOLDER-TOKEN").unwrap();
    let builder = flighthub2::Client::builder().base_url("https://flighthub.example.com").token(token);
    let fh = builder.transport(Silent).build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let download = fh.workflows().download(ADDRESS, folder.path().join("a")).idle_timeout(Duration::from_secs(9));
    let started = tokio::time::Instant::now();
    let error = download.max_failures(1).run().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
    assert_eq!(started.elapsed().as_secs(), 9);
}
