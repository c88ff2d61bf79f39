//! The descriptions of our `x-` keys and of their words that an editor shows.
//!
//! In: a key or a word. Out: a summary of its section in spec/README.md.

use crate::document::vocabulary::ElementKind;

/// The description of an `x-` key of this repository.
pub(super) fn key(owner: ElementKind, key: &str) -> Option<&'static str> {
    Some(match (owner, key) {
        (ElementKind::Document, "x-error-codes") => {
            "The table of the codes of the envelope. It becomes the enumeration `ErrorCode` and `API.error_codes`."
        }
        (ElementKind::Operation, "x-error-codes") => {
            "The codes that the operation may return, each of which is in the table at the top level. They become a \
             section of its documentation. The list is neither complete nor guaranteed."
        }
        (_, "x-risk") => {
            "The risk class of the operation. Each class includes the preceding ones. A client refuses calls above its \
             `max_risk`, whose default is `write`."
        }
        (_, "x-retry") => {
            "Whether the client may repeat the call automatically after a lost response. It is a fact about the service, \
             and does not follow from the HTTP method. `x-risk: read` and `x-retry: safe` go together; a `physical` \
             operation is `never` repeated."
        }
        (_, "x-lookup") => {
            "The ids of reads that show whether an operation that must not be repeated has taken effect. The error of a \
             call that may have taken effect lists them."
        }
        (_, "x-pagination") => {
            "How the pages of a list are requested, and how its end is recognised. It becomes `pages()` and `items()` of \
             the call."
        }
        (_, "x-follow") => {
            "How the state that the response shows is followed. It becomes a method of the group that polls the operation \
             until the state is final."
        }
        (_, "x-availability") => {
            "`private-cloud`, if public hosts do not have the operation. Omitted, it is available everywhere."
        }
        (_, "x-source") => {
            "Where the fact comes from and how sure it is: a mark, or a mapping with `mark` and `note`. Required in an \
             operation; elsewhere only if the mark differs from that of its container."
        }
        (ElementKind::Tag, "x-client-name") => {
            "The name of the group in the client, in snake case, such as `flight_tasks`. Renaming breaks callers."
        }
        (_, "x-client-name") => {
            "The name of the method in its group, in snake case, such as `list`. Renaming breaks callers."
        }
        (_, "x-region") => {
            "The name of a public installation, in Rust's spelling, such as `Eu`. It becomes a variant of `Region`. A \
             server without it is documentation only."
        }
        (_, "x-role") => "What the client does with this header by itself. Such a header is no argument of a call.",
        (_, "x-envelope") => {
            "`true` marks the envelope of all responses, with `code` and `message`. Callers receive its `data`; a `code` \
             other than 0 is an error."
        }
        (_, "x-unit") => {
            "The unit of a number, or the format of a string. `unix-seconds`, `unix-milliseconds` and `rfc3339` have \
             types of their own; the others become a sentence of the documentation."
        }
        (_, "x-content-schema") => {
            "The schema of the JSON that the string contains: a `$ref` to a named object with `properties`. The type of \
             the schema gets `to_json_text` and `from_json_text`."
        }
        (_, "x-enum-varnames") => {
            "The names of the variants in the client: one for each value of `enum`, in the same order, in Rust's \
             spelling. Omitted, they are derived from the values."
        }
        (_, "x-enum-descriptions") => "The meaning of each value of `enum`: one text for each, in the same order.",
        (_, "x-enum-numbers") => {
            "The integers that are equivalent to values of `enum` in another interface: each key is an integer, its value one \
             of the values of `enum`. The client decodes such an integer as the value."
        }
        (_, "x-lenient") => {
            "Whether a property whose value does not match its type is kept as JSON with the undescribed properties, instead \
             of failing the response. For objects whose types are inferred."
        }
        (_, "x-states") => {
            "Which values of a status are final. Every other value is progress. It becomes `is_final()` and \
             `is_success()`."
        }
        (_, "x-lint-allow") => {
            "Suppresses rules of `cargo xtask lint` here and in all that is inside: from the code of the rule to the \
             reason."
        }
        (ElementKind::Provenance, "mark") => "Where the fact comes from and how sure it is.",
        (ElementKind::Provenance, "note") => "Details, such as a conflict between sources.",
        (ElementKind::ErrorCode, "code") => "The number. Each is in the table once.",
        (ElementKind::ErrorCode, "name") => "The name of the variant of `ErrorCode`, in Rust's spelling.",
        (ElementKind::ErrorCode, "group") => "The family: `general`, `task`, `stream-forwarding` or `device`.",
        (ElementKind::ErrorCode, "outcome") => {
            "Whether a call that returned the code has taken effect. In doubt, write `unknown`: a wrong `refused` can \
             make an aircraft fly twice."
        }
        (ElementKind::ErrorCode, "meaning") => "The meaning of the code, in your own words.",
        (ElementKind::Pagination, "page") => {
            "The parameter that counts the pages: an integer. Its `default` is the number of the first page."
        }
        (ElementKind::Pagination, "page_size") => {
            "The parameter that sets how many items a page has: an integer. Omitted if there is none."
        }
        (ElementKind::Pagination, "accepted_size") => {
            "A page size that the service is known to accept, in items. The client requests it where the caller sets none."
        }
        (ElementKind::Pagination, "items") => "The property of the response that is the list.",
        (ElementKind::Pagination, "end") => "How the end of the list is recognised.",
        (ElementKind::Pagination, "unpaged") => {
            "A parameter and its value for which the service returns the complete list at once."
        }
        (ElementKind::Unpaged, "parameter") => "The name of the query parameter.",
        (ElementKind::Unpaged, "value") => "The value for which the list is complete.",
        (ElementKind::States, "success") => "The final values that have reached what was wanted.",
        (ElementKind::States, "failure") => "The other final values. Omitted if none is known.",
        (ElementKind::Follow, "status") => {
            "The property of the response that is the status: required, and an enumeration with `x-states`."
        }
        (ElementKind::Follow, "progress") => {
            "The property that is the progress: an integer with `x-unit: percent`. Omitted if there is none."
        }
        (ElementKind::Follow, "name") => "The name of the method. Omitted, it is `follow`.",
        _ => return None,
    })
}

/// A word of an `x-` key.
pub(super) fn word(word: &str) -> Option<&'static str> {
    Some(match word {
        "read" => "Changes nothing.",
        "write" => "Changes data, and neither deletes data nor moves a device.",
        "destructive" => "Deletes data, stops work, spends quota or revokes rights of a person.",
        "physical" => "Moves an aircraft or a dock, lets one fly, or takes control from a pilot.",
        "safe" => "A repetition has no effect.",
        "idempotent" => "Two requests have the same effect as one.",
        "never" => "A second request may have a second effect.",
        "documented" => "Read on DJI's page of this call.",
        "observed" => "Not on that page, but observed on the live service.",
        "inferred" => "Neither: from another version or client, or an assumption.",
        "refused" => "The call had no effect: the service checks the cause before it acts.",
        "throttled" => "The call had no effect because there are too many calls, like HTTP 429.",
        "unknown" => "The call may have taken effect, in whole or in part.",
        "request-id" => "The client sends a new UUID with each request.",
        "language" => "The client sends the language of its configuration, if set.",
        "project" => "The client sends the project of a `ProjectClient`.",
        "short-page" => "The last page has fewer items than were requested.",
        "empty-page" => "Only a page without items is the end.",
        "private-cloud" => "Only private-cloud installations have the operation.",
        _ => return None,
    })
}
