//! From a method and a path to an operation.
//!
//! In: a path as it was sent. Out: the operation and the values of its path, or why there is none. Must not know
//! parameters outside of the path.

use super::specification::{OperationSpec, Segment, Specification};

/// The operation that a request is for.
#[derive(Debug)]
pub(crate) enum Route<'s> {
    /// An operation, with the decoded values of its path, by name.
    Found { operation: &'s OperationSpec, values: Vec<(String, String)> },
    /// The path has other methods.
    OtherMethod { allowed: Vec<String> },
    /// No operation has the path.
    Unknown,
}

impl<'s> Route<'s> {
    /// The operation, if there is one.
    pub(crate) fn operation(&self) -> Option<&'s OperationSpec> {
        match self {
            Self::Found { operation, .. } => Some(operation),
            Self::OtherMethod { .. } | Self::Unknown => None,
        }
    }
}

pub(crate) fn route<'s>(specification: &'s Specification, method: &str, path: &str) -> Route<'s> {
    let Some(parts) = path.strip_prefix('/') else { return Route::Unknown };
    let parts: Option<Vec<String>> = parts.split('/').map(|part| decoded(part, false)).collect();
    let Some(parts) = parts else { return Route::Unknown };
    let fitting = || specification.operations.iter().filter(|operation| fits(operation, &parts));
    // A literal segment takes precedence over a parameter.
    let Some(best) = fitting().max_by_key(|operation| literals(operation)) else { return Route::Unknown };
    let same = fitting().filter(|operation| operation.segments == best.segments);
    match same.clone().find(|operation| operation.method == method) {
        Some(operation) => Route::Found { operation, values: values(operation, &parts) },
        None => Route::OtherMethod { allowed: same.map(|operation| operation.method.clone()).collect() },
    }
}

fn fits(operation: &OperationSpec, parts: &[String]) -> bool {
    let fits = |(segment, part): (&Segment, &String)| match segment {
        Segment::Literal(text) => text == part,
        Segment::Parameter(_) => !part.is_empty(),
    };
    operation.segments.len() == parts.len() && operation.segments.iter().zip(parts).all(fits)
}

fn literals(operation: &OperationSpec) -> Vec<bool> {
    operation.segments.iter().map(|segment| matches!(segment, Segment::Literal(_))).collect()
}

fn values(operation: &OperationSpec, parts: &[String]) -> Vec<(String, String)> {
    let pairs = operation.segments.iter().zip(parts);
    let value = |(segment, part): (&Segment, &String)| match segment {
        Segment::Literal(_) => None,
        Segment::Parameter(name) => Some((name.clone(), part.clone())),
    };
    pairs.filter_map(value).collect()
}

/// A percent-decoded text; in a query a plus sign is a space. `None` if the encoding is invalid.
pub(crate) fn decoded(text: &str, query: bool) -> Option<String> {
    let mut bytes = text.bytes();
    let mut plain = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        plain.push(match byte {
            b'%' => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                let (high, low) = (digit(bytes.next()?)?, digit(bytes.next()?)?);
                u8::try_from(high * 16 + low).ok()?
            }
            b'+' if query => b' ',
            byte => byte,
        });
    }
    String::from_utf8(plain).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The operation and the values of its path, or the methods that the path has.
    type Found = Result<(String, Vec<(String, String)>), Vec<String>>;

    fn found(method: &str, path: &str) -> Found {
        let specification = Specification::embedded().unwrap();
        match route(specification, method, path) {
            Route::Found { operation, values } => Ok((operation.id.clone(), values)),
            Route::OtherMethod { allowed } => Err(allowed),
            Route::Unknown => Err(Vec::new()),
        }
    }

    #[test]
    fn literal_segments_take_precedence() {
        assert_eq!(found("GET", "/openapi/v0.1/flight-task/list"), Ok(("listFlightTasks".into(), vec![])));
        let one = ("getFlightTask".to_owned(), vec![("task_uuid".to_owned(), "a/b".to_owned())]);
        assert_eq!(found("GET", "/openapi/v0.1/flight-task/a%2Fb"), Ok(one));
        assert_eq!(found("GET", "/openapi/v0.1/model/create"), Err(vec!["POST".to_owned()]));
    }

    #[test]
    fn unknown_paths_differ_from_other_methods() {
        for path in ["/", "", "*", "/openapi/v0.1", "/openapi/v0.1/flight-task/", "/openapi/v0.1/flight-task/%zz"] {
            assert_eq!(found("GET", path), Err(vec![]), "{path}");
        }
        let allowed = vec!["POST".to_owned(), "DELETE".to_owned()];
        assert_eq!(found("GET", "/openapi/v0.1/device/control"), Err(allowed));
    }

    #[test]
    fn invalid_encodings_are_no_text() {
        assert_eq!(decoded("a%20b+c", true).as_deref(), Some("a b c"));
        assert_eq!(decoded("a+c", false).as_deref(), Some("a+c"));
        for bad in ["%", "%4", "%4g", "%ff", "%+1"] {
            assert_eq!(decoded(bad, true), None, "{bad}");
        }
    }
}
