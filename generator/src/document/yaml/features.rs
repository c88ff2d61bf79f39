//! Features of YAML that tools interpret differently.
//!
//! In: an event of the parser. Out: why it is rejected: a message and a help line. This module does not know where in the
//! document the event is.

use flighthub2_yaml_events::Event;

/// Why a value is rejected. An alias or anchor is only rejected if the document may not contain any.
pub(super) fn rejected(event: &Event<'_>, allows_anchors: bool) -> Option<(&'static str, &'static str)> {
    let (anchor, tag) = match event {
        Event::Alias(_) => {
            return Some((
                "aliases (`*name`) are not supported",
                "move the shared part to `components` and use `$ref`",
            ));
        }
        Event::Scalar(_, _, anchor, tag) => (*anchor, tag),
        Event::SequenceStart(anchor, tag) | Event::MappingStart(anchor, tag) => (*anchor, tag),
        _ => return None,
    };
    if anchor != 0 && !allows_anchors {
        return Some(("anchors (`&name`) are not supported", "move the shared part to `components` and use `$ref`"));
    }
    tag.is_some()
        .then_some(("tags (`!name`) are not supported", "remove the tag; quote a number to write it as a string"))
}

/// Why a key is rejected.
pub(super) fn rejected_key(key: &Event<'_>, allows_anchors: bool) -> Option<(&'static str, &'static str)> {
    let on_key = match key {
        Event::Scalar(_, _, anchor, _) if *anchor != 0 => {
            Some(("an anchor of a key is not supported", "write the anchor before the value"))
        }
        _ => None,
    };
    rejected(key, allows_anchors).or(on_key)
}
