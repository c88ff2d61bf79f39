use serde_json::Value as Json;

use super::parser::DEPTH;
use super::*;
use crate::Source;
use crate::document::node::Value;
use crate::document::yaml::parse;

#[test]
fn an_invalid_query_is_rejected_at_its_first_wrong_character() {
    for (text, character) in [
        ("", 1),
        (" $", 1),
        ("$ ", 2),
        ("@.a", 1),
        ("$.1", 3),
        ("$. a", 3),
        ("$..", 4),
        ("$.a-b", 4),
        ("$[]", 3),
        ("$[a]", 3),
        ("$[0 2]", 5),
        ("$[01]", 3),
        ("$[-0]", 3),
        ("$[9007199254740992]", 3),
        ("$['a]", 6),
        ("$['\\x']", 5),
        ("$['\\ud800']", 10),
        ("$[\"\\'\"]", 5),
        ("$[?]", 4),
        ("$[?1]", 5),
        ("$[?@.a==]", 9),
        ("$[?@.a===1]", 9),
        ("$[?@.*==1]", 4),
        ("$[?@..a==1]", 4),
        ("$[?!@.a==1]", 5),
        ("$[?(@.a]", 8),
        ("$[?@.a==01]", 9),
        ("$[?@.a==1.]", 9),
        ("$[?length(@.*)>1]", 11),
        ("$[?length(@.a)]", 15),
        ("$[?count(1)>1]", 10),
        ("$[?count (@.*)>1]", 4),
        ("$[?blt(@.a)]", 4),
        ("$[?@.a&@.b]", 7),
    ] {
        match Query::parse(text) {
            Err(Invalid::Syntax { character: found, expected }) => {
                assert_eq!(found, character, "{text}: {expected}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn functions_with_regular_expressions_are_unsupported() {
    assert_eq!(Query::parse("$[?match(@.a, 'a.*')]"), Err(Invalid::Function("match")));
    assert_eq!(Query::parse("$[?search(@.a, 'a')]"), Err(Invalid::Function("search")));
}

#[test]
fn queries_are_bounded() {
    assert_eq!(Query::parse(&format!("$.{}", "a".repeat(LENGTH))), Err(Invalid::TooLong));
    for (open, close) in [("(", ")"), ("@[?", "]"), ("!(", ")")] {
        let text = format!("$[?{}@{}]", open.repeat(1000), close.repeat(1000));
        assert_eq!(Query::parse(&text), Err(Invalid::TooDeep), "{open}");
    }
    assert!(Query::parse(&format!("$[?{}@{}]", "(".repeat(DEPTH - 1), ")".repeat(DEPTH - 1))).is_ok());
}

fn selected(document: &str, query: &str) -> Vec<Json> {
    let source = Source::new("x.yaml", document);
    let tree = parse(&source, false).unwrap();
    let query = Query::parse(query).unwrap_or_else(|why| panic!("{query}: {why:?}"));
    let positions = select(&query, &tree, &mut Budget(1_000_000)).unwrap();
    let at = |position: Position| {
        position.iter().fold(&tree, |node, index| match &node.value {
            Value::Mapping(entries) => &entries[*index].node,
            Value::Sequence(items) => &items[*index],
            Value::Scalar(_) => panic!("{query:?}"),
        })
    };
    positions.into_iter().map(|position| at(position).json()).collect()
}

const STORE: &str = "
store:
  book:
    - {category: reference, author: Rees, price: 8.95}
    - {category: fiction, author: Waugh, price: 12.99}
    - {category: fiction, author: Melville, isbn: 0-553-21311-3, price: 8.99}
    - {category: fiction, author: Tolkien, isbn: 0-395-19395-8, price: 22.99}
  bicycle: {color: red, price: 399}
";

/// The examples of RFC 9535, table 2, and others.
#[test]
fn queries_select_the_nodes_of_the_standard() {
    let authors = |query: &str| -> Vec<String> {
        selected(STORE, query).iter().map(|node| node["author"].as_str().unwrap_or("-").to_owned()).collect()
    };
    assert_eq!(selected(STORE, "$.store.book[*].author"), ["Rees", "Waugh", "Melville", "Tolkien"]);
    assert_eq!(selected(STORE, "$..author"), ["Rees", "Waugh", "Melville", "Tolkien"]);
    assert_eq!(selected(STORE, "$.store.*").len(), 2);
    assert_eq!(
        selected(STORE, "$.store..price"),
        [8.95, 12.99, 8.99, 22.99].map(Json::from).into_iter().chain([399.into()]).collect::<Vec<_>>()
    );
    assert_eq!(authors("$..book[2]"), ["Melville"]);
    assert!(authors("$..book[2].publisher").is_empty());
    assert_eq!(authors("$..book[-1]"), ["Tolkien"]);
    assert_eq!(authors("$..book[0,1]"), ["Rees", "Waugh"]);
    assert_eq!(authors("$..book[:2]"), ["Rees", "Waugh"]);
    assert_eq!(authors("$..book[::-2]"), ["Tolkien", "Waugh"]);
    assert_eq!(authors("$..book[ 3 : 0 : -1 ]"), ["Tolkien", "Melville", "Waugh"]);
    assert!(authors("$..book[0:4:0]").is_empty());
    assert_eq!(authors("$..book[?@.isbn]"), ["Melville", "Tolkien"]);
    assert_eq!(authors("$..book[?@.price<10]"), ["Rees", "Melville"]);
    assert_eq!(authors("$..book[?!@.isbn && @.price > 10]"), ["Waugh"]);
    assert_eq!(authors("$..book[?(@.isbn || @.price <= 8.95)]"), ["Rees", "Melville", "Tolkien"]);
    assert_eq!(authors("$..book[?length(@.author) == 4]"), ["Rees"]);
    assert_eq!(authors("$..book[?count(@.*) > 3]"), ["Melville", "Tolkien"]);
    assert_eq!(authors("$..book[?value(@..isbn) == '0-395-19395-8']"), ["Tolkien"]);
    assert_eq!(authors("$..book[?@.price == $.store.book[0].price]"), ["Rees"]);
    assert_eq!(authors("$['store'][\"book\"][?@['category'] != 'fiction']"), ["Rees"]);
    // Every node below the root.
    assert_eq!(selected(STORE, "$..*").len(), 23);
}

#[test]
fn values_are_compared_by_their_types() {
    let list = "[{k: 1}, {k: 1.0}, {k: '1'}, {k: null}, {k: true}, {k: [1, {a: 2, b: 3}]}, {}, {k: {b: 3, a: 2}}]";
    let count = |query: &str| selected(list, query).len();
    assert_eq!(count("$[?@.k == 1]"), 2);
    assert_eq!(count("$[?@.k == '1']"), 1);
    assert_eq!(count("$[?@.k == null]"), 1);
    assert_eq!(count("$[?@.k == @.missing]"), 1);
    assert_eq!(count("$[?@.k == $[7].k]"), 1);
    assert_eq!(count("$[?@.k[1] == $[7].k]"), 1);
    assert_eq!(count("$[?@.k >= 1]"), 2);
    assert_eq!(count("$[?@.k <= null]"), 1);
    assert_eq!(count("$[?@.k > '0']"), 1);
    assert_eq!(count("$[?length(@.k) == 2]"), 2);
    assert_eq!(count("$[?@.k == 1 || @.k == true && @.k != null]"), 3);
}

#[test]
fn a_query_that_multiplies_exhausts_its_budget() {
    let source = Source::new("x.yaml", format!("{}1{}", "[".repeat(50), "]".repeat(50)));
    let tree = parse(&source, false).unwrap();
    let query = Query::parse("$..*..*..*..*..*..*..*").unwrap();
    assert_eq!(select(&query, &tree, &mut Budget(10_000)), Err(Exhausted));
    let query = Query::parse("$..[?@..[?@..[?@..[?@..[?@..[?@.x]]]]]]").unwrap();
    assert_eq!(select(&query, &tree, &mut Budget(10_000)), Err(Exhausted));
}
