//! File names from a service, made safe for any folder.

/// The longest name, in bytes: file systems take 255, and a suffix of this crate is added while a file is incomplete.
const MAX_BYTES: usize = 200;
/// Names of devices on Windows, whatever their extension.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// A file name made of any text: one part of a path, on every system, visible, and at most 200 bytes long.
///
/// What cannot be in a file name becomes `_`: path separators, control characters, the characters that Windows reserves,
/// and characters that change the direction of text or are invisible. Letters of every script are kept. An extension is
/// kept when a name is shortened.
///
/// ```
/// use flighthub2::workflows::file_name;
///
/// assert_eq!(file_name("DJI_0001.jpeg"), "DJI_0001.jpeg");
/// assert_eq!(file_name("../../etc/passwd"), "__.._etc_passwd");
/// assert_eq!(file_name("航线 7.kmz"), "航线 7.kmz");
/// assert_eq!(file_name("con.jpeg"), "_con.jpeg");
/// assert_eq!(file_name(".."), "_");
/// ```
#[must_use]
pub fn file_name(text: &str) -> String {
    let replaced: String = text.chars().map(|c| if is_allowed(c) { c } else { '_' }).collect();
    // Windows drops these from the end, so two names could be one file.
    let trimmed = replaced.trim().trim_end_matches(['.', ' ']);
    // A leading dot hides a file, and such names are this crate's own for files that are incomplete.
    let visible = trimmed.trim_start_matches('.');
    let mut name = String::with_capacity(trimmed.len() + 1);
    if visible.len() < trimmed.len() || visible.is_empty() || is_device(visible) {
        name.push('_');
    }
    name.push_str(visible);
    shortened(name)
}

fn is_allowed(c: char) -> bool {
    !(c.is_control()
        || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
        // Invisible, or a change of direction: `gpj.exe` can be shown as `exe.jpg`.
        || matches!(
            c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        ))
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let port = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
    // Windows takes superscripts for digits here.
    let numbered =
        |rest: &str| matches!(rest, "¹" | "²" | "³") || (rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit());
    DEVICES.contains(&stem.as_str()) || port.is_some_and(numbered)
}

/// At most [`MAX_BYTES`], with the extension.
fn shortened(name: String) -> String {
    if name.len() <= MAX_BYTES {
        return name;
    }
    let (stem, extension) = match name.rfind('.') {
        Some(dot) if name.len() - dot <= 20 => name.split_at(dot),
        _ => (name.as_str(), ""),
    };
    let mut end = MAX_BYTES - extension.len();
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{extension}", stem[..end].trim_end_matches(['.', ' ']))
}

/// A name with a text before its extension: `a.jpeg` and `7` make `a-7.jpeg`. A long name is shortened before the text, so
/// that names with different texts are different.
pub(crate) fn with_suffix(name: &str, suffix: &str) -> String {
    let (stem, extension) = match name.rfind('.') {
        Some(dot) if dot > 0 => name.split_at(dot),
        _ => (name, ""),
    };
    let end = format!("-{suffix}{extension}");
    let stem = &stem[..stem.floor_char_boundary(MAX_BYTES.saturating_sub(end.len()))];
    file_name(&format!("{stem}{end}"))
}

/// A name with an extension, unless it ends with it already. The extension may have its dot or not.
pub(crate) fn with_extension(name: &str, extension: &str) -> String {
    let extension = extension.trim().trim_start_matches('.');
    let ends = name.rsplit_once('.').is_some_and(|(_, end)| end.eq_ignore_ascii_case(extension));
    if extension.is_empty() || ends { name.to_owned() } else { format!("{name}.{extension}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_the_folder_or_hides_in_it() {
        let cases = [
            ("a.jpeg", "a.jpeg"),
            ("", "_"),
            (".", "_"),
            ("..", "_"),
            ("...", "_"),
            (" ", "_"),
            ("/", "_"),
            ("a/../b", "a_.._b"),
            ("..\\b", "__b"),
            ("C:\\x", "C__x"),
            ("a\nb\r\0c", "a_b__c"),
            (".profile", "_profile"),
            ("a. . ", "a"),
            ("NUL", "_NUL"),
            ("com1.txt", "_com1.txt"),
            ("LPT³", "_LPT³"),
            ("com10.txt", "com10.txt"),
            ("console", "console"),
            ("aux .kmz", "_aux .kmz"),
            ("фото\u{202e}gpj.exe", "фото_gpj.exe"),
            ("صورة.jpeg", "صورة.jpeg"),
        ];
        for (text, expected) in cases {
            assert_eq!(file_name(text), expected, "{text:?}");
            assert_eq!(file_name(expected), expected, "a safe name stays as it is: {expected:?}");
        }
    }

    #[test]
    fn long_names_keep_their_extension() {
        let name = file_name(&format!("{}.jpeg", "写".repeat(300)));
        assert!(name.len() <= MAX_BYTES && name.ends_with("写.jpeg"), "{name}");
        let name = file_name(&"x".repeat(300));
        assert_eq!(name.len(), MAX_BYTES);
        let name = file_name(&format!("x.{}", "y".repeat(300)));
        assert_eq!(name.len(), MAX_BYTES);
    }

    #[test]
    fn an_extension_is_added_once() {
        assert_eq!(with_extension("a", ".jpeg"), "a.jpeg");
        assert_eq!(with_extension("a.JPEG", "jpeg"), "a.JPEG");
        assert_eq!(with_extension("a.b", "jpeg"), "a.b.jpeg");
        assert_eq!(with_extension("a", ""), "a");
        assert_eq!(with_suffix("a.jpeg", "7"), "a-7.jpeg");
        assert_eq!(with_suffix("a", "7"), "a-7");
        for name in [format!("{}.jpeg", "写".repeat(300)), "x".repeat(300), format!("x.{}", "y".repeat(300))] {
            let name = file_name(&name);
            let [one, two] = ["1", "2"].map(|suffix| with_suffix(&name, suffix));
            assert!(one != two && one.len() <= MAX_BYTES, "{one}");
        }
    }
}
