//! ZIP archives: the names of the files in one, and small ones to make.
//!
//! In: bytes. Out: names, or an archive. Only what the simulation needs: the central directory, and files without
//! compression. Must not know what the files are.

/// The names in the central directory of an archive; `None` if the bytes are no archive.
pub(crate) fn names(bytes: &[u8]) -> Option<Vec<String>> {
    const END: usize = 22;
    // A comment of up to 64 KiB may follow the end record.
    let last = bytes.len().checked_sub(END)?;
    let first = last.saturating_sub(usize::from(u16::MAX));
    let end = (first..=last).rev().find(|at| bytes.get(*at..*at + 4) == Some(b"PK\x05\x06"))?;
    let count = number(bytes, end + 10, 2)?;
    let mut at = number(bytes, end + 16, 4)?;
    let mut names = Vec::new();
    for _ in 0..count {
        if bytes.get(at..at.checked_add(4)?)? != b"PK\x01\x02" {
            return None;
        }
        let (name, extra, comment) =
            (number(bytes, at + 28, 2)?, number(bytes, at + 30, 2)?, number(bytes, at + 32, 2)?);
        names.push(String::from_utf8_lossy(bytes.get(at + 46..at + 46 + name)?).into_owned());
        at += 46 + name + extra + comment;
    }
    Some(names)
}

/// A little-endian number.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(length)?)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte)))
}

/// An archive of small files, without compression.
pub(crate) fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let offset = low(bytes.len());
        // Version 2.0, no flags, no compression, midnight of 1980-01-01.
        let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
        common.extend(crc32(content).to_le_bytes());
        common.extend([low(content.len()), low(content.len())].concat());
        common.extend(&low(name.len())[..2]);
        common.extend([0, 0]);
        bytes.extend(b"PK\x03\x04");
        bytes.extend(&common);
        bytes.extend(name.as_bytes());
        bytes.extend(*content);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(offset);
        directory.extend(name.as_bytes());
    }
    let (offset, count) = (low(bytes.len()), low(files.len()));
    bytes.extend(&directory);
    bytes.extend(b"PK\x05\x06\x00\x00\x00\x00");
    bytes.extend([&count[..2], &count[..2]].concat());
    bytes.extend(low(directory.len()));
    bytes.extend(offset);
    bytes.extend([0, 0]);
    bytes
}

/// The low four bytes of a length.
fn low(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes()
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_have_the_names_of_their_files() {
        // The check value of the CRC's definition.
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        let made = archive(&[("a/b.kml", b"<kml/>"), ("c", b"")]);
        let wanted = Some(vec!["a/b.kml".to_owned(), "c".to_owned()]);
        assert_eq!(names(&made), wanted);
        let mut commented = made.clone();
        commented.extend(b"a comment");
        assert_eq!(names(&commented), wanted);
        for length in 0..made.len() {
            assert_eq!(names(&made[..length]), None, "{length}");
        }
        assert_eq!(names(&archive(&[])), Some(vec![]));
        for index in 0..made.len() {
            let mut broken = made.clone();
            broken[index] ^= 0xff;
            // Whatever they are, they are read.
            let _ = names(&broken);
        }
    }
}
