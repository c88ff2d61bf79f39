//! Verification of request signatures: AWS Signature Version 4, and OSS V1 and V4, in the header `Authorization`.
//!
//! In: a request head and a look-up of credentials. Out: the credentials that signed it, or the error that the store
//! responds with. It follows the published algorithms and uses no signing library, so that it checks those of clients.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use super::objects::Credentials;
use super::{StoreError, StoreProvider};
use crate::testing::route::decoded;

/// How far the date of a signature may be from the clock of this machine, in seconds.
const MAX_SKEW: i64 = 15 * 60;
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// What a signature is computed from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SignedRequest<'a> {
    pub(crate) method: &'a str,
    /// The path, decoded.
    pub(crate) path: &'a str,
    /// The query, as it was sent.
    pub(crate) query: &'a str,
    /// Names in lower case.
    pub(crate) headers: &'a [(String, String)],
    pub(crate) bucket: &'a str,
    pub(crate) key: &'a str,
}

/// Credentials whose signature was verified, and what they signed.
#[derive(Debug)]
pub(crate) struct Verified {
    pub(crate) credentials: Credentials,
    /// The SHA-256 that the body must have, in hexadecimal; `None` if the body is not signed.
    pub(crate) body_sha256: Option<String>,
}

impl SignedRequest<'_> {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The values of a header as a canonical request has them: trimmed, inner spaces collapsed, joined with commas.
    fn canonical_value(&self, name: &str) -> String {
        let values = self.headers.iter().filter(|(known, _)| known == name);
        let values: Vec<String> =
            values.map(|(_, value)| value.split_ascii_whitespace().collect::<Vec<_>>().join(" ")).collect();
        values.join(",")
    }

    /// The query as a canonical request has it. AWS writes `=` after a name without a value, OSS does not.
    fn canonical_query(&self, bare_names: bool) -> Result<String, StoreError> {
        let mut pairs = Vec::new();
        for pair in self.query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (Some(name), Some(value)) = (decoded(name, false), decoded(value, false)) else {
                return Err(StoreError::new(400, "InvalidURI", "the query is not percent-encoded correctly"));
            };
            pairs.push((encoded(&name, false), encoded(&value, false)));
        }
        pairs.sort();
        let written = pairs
            .into_iter()
            .map(|(name, value)| if bare_names && value.is_empty() { name } else { format!("{name}={value}") });
        Ok(written.collect::<Vec<_>>().join("&"))
    }
}

/// Verifies the signature of a request. `now` is the clock of this machine, in unix seconds.
pub(crate) fn verify(
    request: &SignedRequest<'_>,
    find: impl FnOnce(&str) -> Option<Credentials>,
    now: i64,
) -> Result<Verified, StoreError> {
    let Some(authorization) = request.header("authorization") else {
        return Err(StoreError::new(403, "AccessDenied", "the request is not signed"));
    };
    let (scheme, rest) = authorization.split_once(' ').unwrap_or((authorization, ""));
    let find = |id: &str, ali: bool| match find(id) {
        Some(credentials) if (credentials.provider == StoreProvider::Ali) == ali => Ok(credentials),
        Some(_) => Err(unsupported()),
        None => Err(StoreError::new(403, "InvalidAccessKeyId", "the access key does not exist")),
    };
    match scheme {
        "AWS4-HMAC-SHA256" => {
            let authorization = Authorization::parsed(rest)?;
            let credentials = find(authorization.id, false)?;
            aws_v4(request, &authorization, credentials, now)
        }
        "OSS4-HMAC-SHA256" => {
            let authorization = Authorization::parsed(rest)?;
            let credentials = find(authorization.id, true)?;
            oss_v4(request, &authorization, credentials, now)
        }
        "OSS" => {
            let Some((id, signature)) = rest.split_once(':') else { return Err(malformed("`id:signature` expected")) };
            let credentials = find(id, true)?;
            oss_v1(request, signature, credentials, now)
        }
        _ => Err(unsupported()),
    }
}

/// The header `Authorization` of a signature of version 4.
struct Authorization<'a> {
    id: &'a str,
    date: &'a str,
    region: &'a str,
    /// The service and the terminator.
    service: &'a str,
    /// `SignedHeaders` of AWS, `AdditionalHeaders` of OSS.
    headers: Vec<&'a str>,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    fn parsed(text: &'a str) -> Result<Self, StoreError> {
        let (mut scope, mut headers, mut signature) = (None, "", None);
        for field in text.split(',') {
            match field.trim().split_once('=') {
                Some(("Credential", value)) => scope = Some(value),
                Some(("SignedHeaders" | "AdditionalHeaders", value)) => headers = value,
                Some(("Signature", value)) => signature = Some(value),
                _ => return Err(malformed("unknown field")),
            }
        }
        let (Some(scope), Some(signature)) = (scope, signature) else { return Err(malformed("a field is missing")) };
        let mut parts = scope.splitn(4, '/');
        let (Some(id), Some(date), Some(region), Some(service)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(malformed("the scope has five parts"));
        };
        let headers = headers.split(';').filter(|name| !name.is_empty()).collect();
        Ok(Self { id, date, region, service, headers, signature })
    }

    /// Checks the scope; returns it as the string to sign has it.
    fn scope(&self, service: &str, region: &str, time: &str) -> Result<String, StoreError> {
        if self.service != service || self.region != region || !time.starts_with(self.date) || self.date.len() != 8 {
            return Err(malformed("the scope has another service, region or date"));
        }
        Ok(format!("{}/{region}/{service}", self.date))
    }

    /// The headers that are signed by name: in order, in lower case.
    fn sorted_headers(&self) -> Result<&[&'a str], StoreError> {
        let lower = self.headers.iter().all(|name| !name.bytes().any(|byte| byte.is_ascii_uppercase()));
        if lower && self.headers.is_sorted() { Ok(&self.headers) } else { Err(malformed("unsorted header names")) }
    }

    fn check(&self, prefix: &str, secret: &str, string_to_sign: &str) -> Result<(), StoreError> {
        let mut key = format!("{prefix}{secret}").into_bytes();
        let service = self.service.split('/');
        for part in [self.date, self.region].into_iter().chain(service) {
            key = hmac_sha256(&key, part.as_bytes());
        }
        let wanted = hex(&hmac_sha256(&key, string_to_sign.as_bytes()));
        if wanted == self.signature { Ok(()) } else { Err(mismatch()) }
    }
}

fn aws_v4(
    request: &SignedRequest<'_>,
    authorization: &Authorization<'_>,
    credentials: Credentials,
    now: i64,
) -> Result<Verified, StoreError> {
    let time = request.header("x-amz-date").unwrap_or_default();
    check_time(compact_time(time), now)?;
    let scope = authorization.scope("s3/aws4_request", &credentials.region, time)?;
    let signed = authorization.sorted_headers()?;
    let must_be_signed = |name: &str| name == "host" || name.starts_with("x-amz-");
    if request.headers.iter().any(|(name, _)| must_be_signed(name) && !signed.contains(&name.as_str())) {
        let message = "there were headers present in the request which were not signed";
        return Err(StoreError::new(403, "AccessDenied", message));
    }
    check_token(request.header("x-amz-security-token"), &credentials, (400, "InvalidToken"))?;
    let Some(payload) = request.header("x-amz-content-sha256") else {
        return Err(StoreError::new(400, "InvalidRequest", "x-amz-content-sha256 is missing"));
    };
    if payload.starts_with("STREAMING-") {
        let message = "bodies in signed chunks are not supported: sign the hash of the body, or UNSIGNED-PAYLOAD";
        return Err(StoreError::new(501, "NotImplemented", message));
    }
    let is_hash = payload.len() == 64 && payload.bytes().all(|byte| byte.is_ascii_hexdigit());
    if payload != UNSIGNED && !is_hash {
        return Err(StoreError::new(
            400,
            "InvalidArgument",
            "x-amz-content-sha256 is neither a hash nor UNSIGNED-PAYLOAD",
        ));
    }
    let headers: String = signed.iter().map(|name| format!("{name}:{}\n", request.canonical_value(name))).collect();
    let canonical = format!(
        "{}\n{}\n{}\n{headers}\n{}\n{payload}",
        request.method,
        encoded(request.path, true),
        request.canonical_query(false)?,
        signed.join(";"),
    );
    let string_to_sign = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hex(&Sha256::digest(canonical)));
    authorization.check("AWS4", &credentials.secret, &string_to_sign)?;
    Ok(Verified { credentials, body_sha256: is_hash.then(|| payload.to_ascii_lowercase()) })
}

fn oss_v4(
    request: &SignedRequest<'_>,
    authorization: &Authorization<'_>,
    credentials: Credentials,
    now: i64,
) -> Result<Verified, StoreError> {
    let time = request.header("x-oss-date").unwrap_or_default();
    check_time(compact_time(time), now)?;
    let scope = authorization.scope("oss/aliyun_v4_request", &credentials.region, time)?;
    check_token(request.header("x-oss-security-token"), &credentials, (403, "InvalidSecurityToken"))?;
    if request.header("x-oss-content-sha256") != Some(UNSIGNED) {
        return Err(StoreError::new(400, "InvalidArgument", "x-oss-content-sha256 is not UNSIGNED-PAYLOAD"));
    }
    let additional = authorization.sorted_headers()?;
    let is_signed = |name: &str| {
        name.starts_with("x-oss-") || matches!(name, "content-type" | "content-md5") || additional.contains(&name)
    };
    let mut names: Vec<&str> = request.headers.iter().map(|(name, _)| name.as_str()).filter(|n| is_signed(n)).collect();
    names.sort_unstable();
    names.dedup();
    let headers: String = names.iter().map(|name| format!("{name}:{}\n", request.canonical_value(name))).collect();
    let canonical = format!(
        "{}\n{}\n{}\n{headers}\n{}\n{UNSIGNED}",
        request.method,
        encoded(&format!("/{}/{}", request.bucket, request.key), true),
        request.canonical_query(true)?,
        additional.join(";"),
    );
    let string_to_sign = format!("OSS4-HMAC-SHA256\n{time}\n{scope}\n{}", hex(&Sha256::digest(canonical)));
    authorization.check("aliyun_v4", &credentials.secret, &string_to_sign)?;
    Ok(Verified { credentials, body_sha256: None })
}

fn oss_v1(
    request: &SignedRequest<'_>,
    signature: &str,
    credentials: Credentials,
    now: i64,
) -> Result<Verified, StoreError> {
    let date = request.header("date").unwrap_or_default();
    check_time(http_time(date), now)?;
    check_token(request.header("x-oss-security-token"), &credentials, (403, "InvalidSecurityToken"))?;
    let mut headers: Vec<&(String, String)> =
        request.headers.iter().filter(|(name, _)| name.starts_with("x-oss-")).collect();
    headers.sort();
    let headers: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let string_to_sign = format!(
        "{}\n{}\n{}\n{date}\n{headers}/{}/{}",
        request.method,
        request.header("content-md5").unwrap_or_default(),
        request.header("content-type").unwrap_or_default(),
        request.bucket,
        request.key,
    );
    if STANDARD.encode(hmac_sha1(credentials.secret.as_bytes(), string_to_sign.as_bytes())) != signature {
        return Err(mismatch());
    }
    Ok(Verified { credentials, body_sha256: None })
}

fn check_token(
    token: Option<&str>,
    credentials: &Credentials,
    (status, code): (u16, &'static str),
) -> Result<(), StoreError> {
    match token {
        Some(token) if token == credentials.session_token => Ok(()),
        Some(_) => Err(StoreError::new(status, code, "the session token is invalid")),
        None if credentials.session_token.is_empty() => Ok(()),
        // A temporary key does not exist without its token.
        None => Err(StoreError::new(403, "InvalidAccessKeyId", "the request has no session token")),
    }
}

fn check_time(time: Option<i64>, now: i64) -> Result<(), StoreError> {
    match time {
        None => Err(StoreError::new(403, "AccessDenied", "the date of the signature is missing or invalid")),
        Some(time) if time.saturating_sub(now).saturating_abs() > MAX_SKEW => {
            let message = "the date of the signature is more than 15 minutes from the clock of this machine";
            Err(StoreError::new(403, "RequestTimeTooSkewed", message))
        }
        Some(_) => Ok(()),
    }
}

fn unsupported() -> StoreError {
    StoreError::new(400, "InvalidArgument", "the signature has another scheme than this store verifies")
}

fn malformed(message: &'static str) -> StoreError {
    StoreError::new(400, "AuthorizationHeaderMalformed", message)
}

fn mismatch() -> StoreError {
    StoreError::new(403, "SignatureDoesNotMatch", "the signature is not that of the request and the secret")
}

/// Unix seconds of a timestamp such as `20260202T024000Z`.
fn compact_time(text: &str) -> Option<i64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let is_digits = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(date, 8) || !is_digits(time, 6) {
        return None;
    }
    let digits = |text: &str| text.parse::<i64>().ok();
    let (year, month, day) = (digits(&date[..4])?, digits(&date[4..6])?, digits(&date[6..])?);
    let (hour, minute, second) = (digits(&time[..2])?, digits(&time[2..4])?, digits(&time[4..])?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    // Years begin in March, so that the day of a leap year is the last one of a year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1;
    Some((days - 719_468) * 86_400 + hour * 3600 + minute * 60 + second)
}

fn http_time(text: &str) -> Option<i64> {
    let time = httpdate::parse_http_date(text).ok()?;
    let since = time.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_secs()).ok()
}

/// A text with everything percent-encoded but letters, digits and `-._~`, and slashes if these are separators.
pub(crate) fn encoded(text: &str, slashes: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            b'/' if slashes => out.push('/'),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Bytes in hexadecimal, in lower case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn hmac_sha256(key: &[u8], data: &[u8]) -> Vec<u8> {
    // A key of any length is taken.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(data);
    mac.finalize().into_bytes().to_vec()
}

fn hmac_sha1(key: &[u8], data: &[u8]) -> Vec<u8> {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(key) else { return Vec::new() };
    mac.update(data);
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn credentials(provider: StoreProvider, secret: &str, region: &str, token: &str) -> Credentials {
        Credentials {
            provider,
            access_key_id: "id".to_owned(),
            secret: secret.to_owned(),
            session_token: token.to_owned(),
            region: region.to_owned(),
            prefix: String::new(),
            expires: Duration::MAX,
        }
    }

    fn headers(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn code(result: Result<Verified, StoreError>) -> Result<Option<String>, String> {
        result.map(|verified| verified.body_sha256).map_err(|error| error.code.into_owned())
    }

    #[test]
    fn timestamps_are_unix_seconds() {
        assert_eq!(compact_time("20130524T000000Z"), Some(1_369_353_600));
        assert_eq!(compact_time("20000229T235959Z"), Some(951_868_799));
        assert_eq!(compact_time("19700101T000000Z"), Some(0));
        for bad in ["", "20130524", "20130524T000000", "2013-05-24T000000Z", "20131324T000000Z", "2013052éT000000Z"] {
            assert_eq!(compact_time(bad), None, "{bad}");
        }
    }

    /// Verifies a `PUT` of `bucket/key`. The path is that of a virtual host, as in the published examples.
    fn put(
        found: &Credentials,
        headers: &[(String, String)],
        (bucket, key): (&str, &str),
        query: &str,
        now: i64,
    ) -> Result<Option<String>, String> {
        let path = format!("/{key}");
        let request = SignedRequest { method: "PUT", path: &path, query, headers, bucket, key };
        code(verify(&request, |_| Some(found.clone()), now))
    }

    /// The example "PUT Object" of AWS's documentation of signature calculations for the header `Authorization`.
    #[test]
    fn the_documented_signature_of_aws_is_verified() {
        let payload = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
        let list = headers(&[
            ("date", "Fri, 24 May 2013 00:00:00 GMT"),
            ("host", "examplebucket.s3.amazonaws.com"),
            ("x-amz-content-sha256", payload),
            ("x-amz-date", "20130524T000000Z"),
            ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            (
                "authorization",
                "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,\
                 SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,\
                 Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
            ),
        ]);
        let found = credentials(StoreProvider::Aws, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1", "");
        let (object, now) = (("examplebucket", "test$file.text"), 1_369_353_600);
        let error = |code: &str| Err(code.to_owned());
        assert_eq!(put(&found, &list, object, "", now), Ok(Some(payload.to_owned())));
        assert_eq!(put(&found, &list, ("examplebucket", "other"), "", now), error("SignatureDoesNotMatch"));
        assert_eq!(put(&found, &list, object, "a=b", now), error("SignatureDoesNotMatch"));
        assert_eq!(put(&found, &list, object, "", now + MAX_SKEW + 1), error("RequestTimeTooSkewed"));
        for (index, value) in [(1, "another.example.com"), (3, "20130524T000001Z"), (4, "STANDARD")] {
            let mut list = list.clone();
            list[index].1 = value.to_owned();
            assert_eq!(put(&found, &list, object, "", now), error("SignatureDoesNotMatch"), "{value}");
        }
        for (secret, region, token, wanted) in [
            ("another", "us-east-1", "", "SignatureDoesNotMatch"),
            (&found.secret, "eu-west-1", "", "AuthorizationHeaderMalformed"),
            (&found.secret, "us-east-1", "token", "InvalidAccessKeyId"),
        ] {
            let found = credentials(StoreProvider::Aws, secret, region, token);
            assert_eq!(put(&found, &list, object, "", now), error(wanted));
        }
        // Of another scheme than the credentials.
        let ali = credentials(StoreProvider::Ali, &found.secret, "us-east-1", "");
        assert_eq!(put(&ali, &list, object, "", now), error("InvalidArgument"));
        let mut more = list.clone();
        more.push(("x-amz-security-token".to_owned(), "t".to_owned()));
        assert_eq!(put(&found, &more, object, "", now), error("AccessDenied"), "the token is not signed");
        let mut chunked = list.clone();
        chunked[2].1 = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD".to_owned();
        assert_eq!(put(&found, &chunked, object, "", now), error("NotImplemented"));
    }

    /// The vectors that Alibaba's SDKs for OSS have in common.
    #[test]
    fn the_published_signatures_of_oss_v4_are_verified() {
        let query = "param1=value1&%2Bparam1=value3&%7Cparam1=value4&%2Bparam2=&%7Cparam2=&param2=";
        for (time, token, additional, signature) in [
            ("20231216T162057Z", "", "", "e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe"),
            ("20231217T034736Z", "token", "", "b94a3f999cf85bcdc00d332fbd3734ba03e48382c36fa4d5af5df817395bd9ea"),
            ("20231216T172512Z", "", "abc;zabc", "4a4183c187c07c8947db7620deb0a6b38d9fbdd34187b6dbaccb316fa251212f"),
        ] {
            let additional =
                if additional.is_empty() { String::new() } else { format!("AdditionalHeaders={additional},") };
            let authorization = format!(
                "OSS4-HMAC-SHA256 Credential=ak/{}/cn-hangzhou/oss/aliyun_v4_request,{additional}Signature={signature}",
                &time[..8]
            );
            let mut list = headers(&[
                ("x-oss-head1", "value"),
                ("abc", "value"),
                ("zabc", "value"),
                ("xyz", "value"),
                ("content-type", "text/plain"),
                ("x-oss-content-sha256", UNSIGNED),
                ("x-oss-date", time),
                ("authorization", &authorization),
            ]);
            if !token.is_empty() {
                list.push(("x-oss-security-token".to_owned(), token.to_owned()));
            }
            let found = credentials(StoreProvider::Ali, "sk", "cn-hangzhou", token);
            let (object, now) = (("bucket", "1234+-/123/1.txt"), compact_time(time).unwrap());
            assert_eq!(put(&found, &list, object, query, now), Ok(None), "{time}");
            let mismatch = Err("SignatureDoesNotMatch".to_owned());
            assert_eq!(put(&found, &list, ("other", object.1), query, now), mismatch);
            assert_eq!(put(&found, &list, object, "", now), mismatch);
            list[0].1 = "another".to_owned();
            assert_eq!(put(&found, &list, object, query, now), mismatch);
        }
    }

    /// The example of Alibaba's documentation of signatures in headers.
    #[test]
    fn the_documented_signature_of_oss_v1_is_verified() {
        let date = "Thu, 17 Nov 2005 18:49:58 GMT";
        let mut list = headers(&[
            ("content-md5", "ODBGOERFMDMzQTczRUY3NUE3NzA5QzdFNUYzMDQxNEM="),
            ("content-type", "text/html"),
            ("date", date),
            ("host", "oss-example.oss-cn-hangzhou.aliyuncs.com"),
            ("x-oss-meta-author", "foo@bar.com"),
            ("x-oss-magic", "abracadabra"),
            ("authorization", "OSS 44CF9590006BF252F707:26NBxoKdsyly4EDv6inkoDft/yA="),
        ]);
        let found = credentials(StoreProvider::Ali, "OtxrzxIsfpFjA7SwPzILwy8Bw21TLhquhboDYROV", "r", "");
        let (object, now) = (("oss-example", "nelson"), http_time(date).unwrap());
        assert_eq!(put(&found, &list, object, "", now), Ok(None));
        let mismatch = Err("SignatureDoesNotMatch".to_owned());
        assert_eq!(put(&found, &list, ("oss-example", "other"), "", now), mismatch);
        for index in [0, 1, 4] {
            let before = std::mem::replace(&mut list[index].1, "changed".to_owned());
            assert_eq!(put(&found, &list, object, "", now), mismatch, "{}", list[index].0);
            list[index].1 = before;
        }
        list.remove(2);
        assert_eq!(put(&found, &list, object, "", now), Err("AccessDenied".to_owned()));
    }

    #[test]
    fn a_session_token_is_required_and_compared() {
        let date = "Thu, 17 Nov 2005 18:49:58 GMT";
        let string = format!("PUT\n\n\n{date}\nx-oss-security-token:token\n/b/a/\u{fc}.kmz");
        let authorization = format!("OSS id:{}", STANDARD.encode(hmac_sha1(b"secret", string.as_bytes())));
        let mut list = headers(&[("date", date), ("x-oss-security-token", "token"), ("authorization", &authorization)]);
        let found = credentials(StoreProvider::Ali, "secret", "r", "token");
        let run = |list: &[(String, String)]| put(&found, list, ("b", "a/\u{fc}.kmz"), "", http_time(date).unwrap());
        assert_eq!(run(&list), Ok(None));
        list[1].1 = "another".to_owned();
        assert_eq!(run(&list), Err("InvalidSecurityToken".to_owned()));
        list.remove(1);
        assert_eq!(run(&list), Err("InvalidAccessKeyId".to_owned()));
    }

    #[test]
    fn authorizations_of_any_text_are_errors() {
        for text in [
            "",
            "OSS",
            "OSS x",
            "Bearer x",
            "AWS4-HMAC-SHA256",
            "AWS4-HMAC-SHA256 x",
            "AWS4-HMAC-SHA256 Credential=a,b=c",
            "AWS4-HMAC-SHA256 Credential=a/b/c/d/e,Signature=x",
            "OSS4-HMAC-SHA256 Credential=a/b,Signature=x",
            "ü ü",
        ] {
            let list = headers(&[("authorization", text)]);
            let request =
                SignedRequest { method: "PUT", path: "/b/k", query: "", headers: &list, bucket: "b", key: "k" };
            assert!(verify(&request, |_| None, 0).is_err(), "{text}");
        }
    }
}
