//! The servers of a document and of its operations: where calls are sent.

use flighthub2::{DryRun, Error, Token};
use flighthub2_tests::fixtures::servers::{API, Client, ClientBuilder};

fn builder() -> ClientBuilder {
    Client::builder().token(Token::new("secret").unwrap())
}

fn list(client: &Client) -> Result<DryRun, Error> {
    client.default().list_things().dry_run()
}

fn put(client: &Client) -> Result<DryRun, Error> {
    client.default().put_content("a", "text").dry_run()
}

fn delete(client: &Client) -> Result<DryRun, Error> {
    client.default().delete_content("a").dry_run()
}

#[test]
fn the_first_server_is_the_default() {
    let client = builder().build().unwrap();
    assert_eq!(list(&client).unwrap().url, "https://eu.example.com/v1/things");
    let client = builder().server_variable("region", "us").server_variable("version", "v2").build().unwrap();
    assert_eq!(list(&client).unwrap().url, "https://us.example.com/v2/things");
    assert_eq!(API.servers[0].variables[0].values, ["eu", "us"]);
    let client = builder().server(&API.servers[2]).build().unwrap();
    assert_eq!(list(&client).unwrap().url, "http://127.0.0.1:8080/things");
}

#[test]
fn an_operation_is_sent_to_its_own_server() {
    let client = builder().build().unwrap();
    assert_eq!(put(&client).unwrap().url, "https://us.files.example.com/things/a/content");
    // A variable has one value in all servers that have it.
    let client = builder().server_variable("region", "eu").server_variable("bucket", "b").build().unwrap();
    assert_eq!(list(&client).unwrap().url, "https://eu.example.com/v1/things");
    assert_eq!(put(&client).unwrap().url, "https://eu.files.example.com/things/a/content");
    assert_eq!(client.default().put_in_bucket().dry_run().unwrap().url, "https://b.example.com/bucket");
    let client = builder().server_variable("bucket", "c").build().unwrap();
    assert_eq!(
        client.default().put_in_bucket().dry_run().unwrap_err().to_string(),
        "putInBucket: the variable `bucket` of the server `https://{bucket}.example.com` cannot be `c`; its values are: `a`, `b`"
    );
    let client = builder().build().unwrap();
    assert_eq!(client.default().put_in_bucket().dry_run().unwrap().url, "https://a.example.com/bucket");
    // The token must not be sent in plain text.
    let error = delete(&client).unwrap_err().to_string();
    assert!(error.contains("the server of the operation, `http://files.example.com`, is not https"), "{error}");
    let error = client.default().put_relative().dry_run().unwrap_err().to_string();
    assert!(error.contains("the server of the operation has a query or a fragment"), "{error}");
    // A relative server depends on where the document is published.
    let dry = client.default().get_relative().dry_run().unwrap();
    assert_eq!(dry.url, "https://eu.example.com/v1/relative");
}

/// A client for a test server sends nothing to the servers of the document.
#[test]
fn a_base_url_is_that_of_all_operations() {
    let client = builder().base_url("https://test.example").build().unwrap();
    for (dry, path) in [(list(&client), ""), (put(&client), "/a/content"), (delete(&client), "/a/content")] {
        assert_eq!(dry.unwrap().url, format!("https://test.example/things{path}"));
    }
}

#[test]
fn settings_that_fit_no_server_are_errors() {
    for (settings, expected) in [
        (builder().server_variable("zone", "eu"), "has no variable `zone`; its variables are: `region`, `version`"),
        (builder().server_variable("region", "cn"), "cannot be `cn`; its values are: `eu`, `us`"),
        (builder().server(&API.servers[1]), "the server `/v0` of the specification is relative"),
        (builder().server_variable("version", "v1?a=b"), "the base URL has a query or a fragment"),
        (
            builder().base_url("https://test.example").server_variable("region", "eu"),
            "`.server_variable(…)` is for a server of the specification",
        ),
    ] {
        let error = settings.build().unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    let error = flighthub2::Client::builder().token(Token::new("secret").unwrap()).build().unwrap_err().to_string();
    assert!(error.contains("no base URL"), "An API with regions has no default: {error}");
}
