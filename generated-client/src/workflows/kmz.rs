//! Whether a file is a route that the service can read.
//!
//! The service responds to another file with HTTP 500, which does not name the cause. Only the list at the end of the
//! archive is read, so it costs little for any file; nothing is unpacked.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use super::disk::{blocking, open_file};
use super::error::{Error, ErrorKind};

/// What a WPMZ archive consists of at least.
const REQUIRED: [&str; 2] = ["wpmz/template.kml", "wpmz/waylines.wpml"];
/// The end of an archive has 22 bytes and a comment of at most 65535.
const LONGEST_END: u64 = 22 + 65_535;
/// A route has a few files. More than this is no route, and is not read.
const MAX_LIST_BYTES: u64 = 4 << 20;

/// Fails if a file is no WPMZ archive, and says why.
pub(crate) async fn inspect(path: &Path) -> Result<(), Error> {
    let owned = path.to_owned();
    let problem = blocking(move || {
        let Some(mut file) = open_file(&owned)? else { return Ok(Some("it is no file".to_owned())) };
        match problem_of(&mut file) {
            Ok(()) => Ok(None),
            Err(Problem::Io(error)) => Err(error),
            Err(Problem::Archive(problem)) => Ok(Some(problem)),
        }
    });
    match problem.await.map_err(|error| Error::file("read", path, error))? {
        None => Ok(()),
        Some(problem) => {
            let message = format!("`{}` is no route: {problem}", path.display());
            Err(Error::new(ErrorKind::InvalidFile, message)
                .done("nothing was sent")
                .next("export the route as KMZ: a ZIP with `wpmz/template.kml` and `wpmz/waylines.wpml`"))
        }
    }
}

enum Problem {
    Io(io::Error),
    Archive(String),
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Archive("the archive ends too early".to_owned()),
            _ => Self::Io(error),
        }
    }
}

fn archive<T>(problem: impl Into<String>) -> Result<T, Problem> {
    Err(Problem::Archive(problem.into()))
}

fn problem_of(file: &mut File) -> Result<(), Problem> {
    let length = file.metadata()?.len();
    if length == 0 {
        return archive("it is empty");
    }
    let (list, start) = list_of(file, length)?;
    let entries = entries_of(&list)?;
    for required in REQUIRED {
        let found: Vec<&Entry> = entries.iter().filter(|entry| entry.name == required.as_bytes()).collect();
        match found.as_slice() {
            [entry] => entry.check(required, file, start)?,
            [] => return archive(missing(required, &entries)),
            _ => return archive(format!("it has `{required}` more than once")),
        }
    }
    Ok(())
}

/// The list of the archive's files, and where it starts.
fn list_of(file: &mut File, length: u64) -> Result<(Vec<u8>, u64), Problem> {
    let tail_length = length.min(LONGEST_END);
    file.seek(SeekFrom::Start(length - tail_length))?;
    let mut tail = vec![0; tail_length as usize];
    file.read_exact(&mut tail)?;
    // The comment may contain the same bytes, so its length must fit, too.
    let end = (0..tail.len().saturating_sub(21)).rev().find(|&at| {
        tail[at..].starts_with(b"PK\x05\x06") && at + 22 + usize::from(u16_at(&tail, at + 20)) == tail.len()
    });
    let Some(end) = end else {
        return archive("it is no ZIP archive, or its end is missing");
    };
    let (disk, list_disk) = (u16_at(&tail, end + 4), u16_at(&tail, end + 6));
    let (list_length, start) = (u64::from(u32_at(&tail, end + 12)), u64::from(u32_at(&tail, end + 16)));
    if u16_at(&tail, end + 10) == u16::MAX || start == u64::from(u32::MAX) {
        return archive("it is a ZIP64 archive, which a route does not need");
    }
    if (disk, list_disk) != (0, 0) {
        return archive("it is a part of an archive of several files");
    }
    let end_at = length - tail_length + end as u64;
    if list_length > MAX_LIST_BYTES {
        return archive("it has too many files for a route");
    }
    if start.checked_add(list_length).is_none_or(|list_end| list_end > end_at) {
        return archive("the list of its files is damaged");
    }
    file.seek(SeekFrom::Start(start))?;
    let mut list = vec![0; list_length as usize];
    file.read_exact(&mut list)?;
    Ok((list, start))
}

/// A file of the archive, as the list describes it.
struct Entry {
    name: Vec<u8>,
    encrypted: bool,
    method: u16,
    packed: u32,
    unpacked: u32,
    start: u32,
}

fn entries_of(mut list: &[u8]) -> Result<Vec<Entry>, Problem> {
    let mut entries = Vec::new();
    while !list.is_empty() {
        if list.len() < 46 || !list.starts_with(b"PK\x01\x02") {
            return archive("the list of its files is damaged");
        }
        let name_length = usize::from(u16_at(list, 28));
        let length = 46 + name_length + usize::from(u16_at(list, 30)) + usize::from(u16_at(list, 32));
        if list.len() < length {
            return archive("the list of its files is damaged");
        }
        entries.push(Entry {
            name: list[46..46 + name_length].to_vec(),
            encrypted: u16_at(list, 8) & 1 == 1,
            method: u16_at(list, 10),
            packed: u32_at(list, 20),
            unpacked: u32_at(list, 24),
            start: u32_at(list, 42),
        });
        list = &list[length..];
    }
    Ok(entries)
}

impl Entry {
    /// Whether it can be unpacked, as far as that shows without doing it.
    fn check(&self, name: &str, file: &mut File, list_start: u64) -> Result<(), Problem> {
        if self.encrypted {
            return archive(format!("`{name}` is encrypted"));
        }
        if !matches!(self.method, 0 | 8) {
            return archive(format!("`{name}` is compressed by a method that is not `deflate`"));
        }
        if self.unpacked == 0 {
            return archive(format!("`{name}` is empty"));
        }
        let end = u64::from(self.start) + 30 + self.name.len() as u64 + u64::from(self.packed);
        let mut head = [0; 30];
        if end <= list_start {
            file.seek(SeekFrom::Start(u64::from(self.start)))?;
            file.read_exact(&mut head)?;
        }
        if head.starts_with(b"PK\x03\x04") { Ok(()) } else { archive(format!("`{name}` is damaged")) }
    }
}

/// What is wrong, with what it may have been meant to be.
fn missing(required: &str, entries: &[Entry]) -> String {
    let wanted = required.to_ascii_lowercase();
    let file = required.rsplit('/').next().unwrap_or(required);
    let near = entries.iter().find(|entry| {
        let name = String::from_utf8_lossy(&entry.name).replace('\\', "/").to_ascii_lowercase();
        name == wanted || name == file || name.ends_with(&format!("/{wanted}"))
    });
    match near {
        Some(near) => {
            let shown: String = String::from_utf8_lossy(&near.name).chars().take(100).collect();
            format!("it has {shown:?} where `{required}` is needed")
        }
        None => format!("it has no `{required}`"),
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).map_or(0, |two| u16::from_le_bytes([two[0], two[1]]))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).map_or(0, |four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A ZIP archive without compression.
    fn zip(entries: &[(&str, &str)]) -> Vec<u8> {
        let (mut bytes, mut list) = (Vec::new(), Vec::new());
        for (name, content) in entries {
            let start = bytes.len() as u32;
            let lengths = [content.len() as u32, content.len() as u32];
            bytes.extend(b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0");
            lengths.iter().for_each(|length| bytes.extend(length.to_le_bytes()));
            bytes.extend((name.len() as u16).to_le_bytes());
            bytes.extend([0, 0]);
            bytes.extend(name.bytes().chain(content.bytes()));
            list.extend(b"PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0\0\0\0\0\0\0");
            lengths.iter().for_each(|length| list.extend(length.to_le_bytes()));
            list.extend((name.len() as u16).to_le_bytes());
            list.extend([0; 12]);
            list.extend(start.to_le_bytes());
            list.extend(name.bytes());
        }
        let (start, length, count) = (bytes.len() as u32, list.len() as u32, entries.len() as u16);
        bytes.extend(list);
        bytes.extend(b"PK\x05\x06\0\0\0\0");
        bytes.extend(count.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(length.to_le_bytes());
        bytes.extend(start.to_le_bytes());
        bytes.extend([0, 0]);
        bytes
    }

    fn found(bytes: &[u8]) -> Result<(), String> {
        let path = std::env::temp_dir().join(format!("flighthub2-{}.kmz", uuid::Uuid::new_v4()));
        fs::write(&path, bytes).unwrap();
        let result = problem_of(&mut File::open(&path).unwrap());
        fs::remove_file(&path).unwrap();
        result.map_err(|problem| match problem {
            Problem::Archive(problem) => problem,
            Problem::Io(error) => panic!("{error}"),
        })
    }

    const GOOD: [(&str, &str); 3] =
        [("wpmz/template.kml", "<kml/>"), ("wpmz/waylines.wpml", "<kml/>"), ("wpmz/res/a.jpg", "x")];

    #[test]
    fn a_route_is_accepted() {
        assert_eq!(found(&zip(&GOOD)), Ok(()));
        let mut with_comment = zip(&GOOD);
        let length = with_comment.len();
        with_comment[length - 2..].copy_from_slice(&9_u16.to_le_bytes());
        with_comment.extend(b"PK\x05\x06 note");
        assert_eq!(found(&with_comment), Ok(()));
    }

    #[test]
    fn what_is_no_route_is_named() {
        let cases: [(&str, Vec<u8>, &str); 8] = [
            ("nothing", Vec::new(), "empty"),
            ("text", b"<kml></kml>".to_vec(), "no ZIP archive"),
            ("no files", zip(&[]), "no `wpmz/template.kml`"),
            ("one file", zip(&GOOD[..1]), "no `wpmz/waylines.wpml`"),
            (
                "a folder above",
                zip(&[("r/wpmz/template.kml", "x"), ("r/wpmz/waylines.wpml", "x")]),
                "\"r/wpmz/template.kml\"",
            ),
            ("backslashes", zip(&[("wpmz\\template.kml", "x")]), "where `wpmz/template.kml` is needed"),
            ("empty file", zip(&[("wpmz/template.kml", ""), GOOD[1]]), "`wpmz/template.kml` is empty"),
            ("twice", zip(&[GOOD[0], GOOD[0], GOOD[1]]), "more than once"),
        ];
        for (case, bytes, expected) in cases {
            let problem = found(&bytes).unwrap_err();
            assert!(problem.contains(expected), "{case}: {problem}");
        }
    }

    #[test]
    fn no_damage_is_accepted_by_mistake_or_panics() {
        let good = zip(&GOOD);
        for end in 0..good.len() {
            assert!(found(&good[..end]).is_err(), "cut at {end}");
        }
        for at in 0..good.len() {
            for change in [0x01, 0x80, 0xff] {
                let mut bytes = good.clone();
                bytes[at] ^= change;
                // It may be a change that does no harm; it must not panic.
                let _ = found(&bytes);
            }
        }
    }
}
