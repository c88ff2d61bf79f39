//! The table of mutations: single edits of two small specifications, and the effect of each on callers.
//!
//! The compatibility is that of the worst change of the edit, and `reported` is a part of the line that reports it. If
//! the compiler accepts a change that is reported as breaking, `compiles_because` is the reason.

#[path = "mutations_of_calls.rs"]
mod mutations_of_calls;

use flighthub2_generator::compare::Compatibility::{self, Breaking, Compatible, DocumentationOnly};
use mutations_of_calls::CALLS;

/// The edited specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    /// `compare/own.yaml`, with `x-` keys.
    Own,
    /// `compare/foreign.yaml`, without `x-` keys.
    Foreign,
}
use Base::{Foreign, Own};

/// A replacement of text.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Edit {
    /// A text that occurs once.
    One(&'static str, &'static str),
    /// All occurrences of a text.
    All(&'static str, &'static str),
}
use Edit::{All, One};

pub(crate) struct Mutation {
    pub(crate) name: &'static str,
    pub(crate) base: Base,
    pub(crate) edits: &'static [Edit],
    /// `None` if no change is expected.
    pub(crate) compatibility: Option<Compatibility>,
    pub(crate) reported: &'static str,
    pub(crate) compiles_because: Option<&'static str>,
}

impl Mutation {
    pub(crate) fn apply(&self, text: &str) -> String {
        self.try_apply(text).unwrap_or_else(|problem| panic!("{}: {problem}", self.name))
    }

    /// The edited text, unless other edits have changed the text to replace.
    pub(crate) fn try_apply(&self, text: &str) -> Result<String, String> {
        self.edits.iter().try_fold(text.to_owned(), |text, edit| {
            let (Edit::One(old, new) | Edit::All(old, new)) = edit;
            let count = text.matches(old).count();
            if count == 1 || (count > 1 && matches!(edit, All(..))) {
                Ok(text.replace(old, new))
            } else {
                Err(format!("{old:?} is there {count} times"))
            }
        })
    }
}

const fn change(
    name: &'static str,
    base: Base,
    edits: &'static [Edit],
    compatibility: Compatibility,
    reported: &'static str,
) -> Mutation {
    Mutation { name, base, edits, compatibility: Some(compatibility), reported, compiles_because: None }
}

/// A change that breaks callers, but not their compilation.
const fn unseen(
    name: &'static str,
    base: Base,
    edits: &'static [Edit],
    reported: &'static str,
    reason: &'static str,
) -> Mutation {
    Mutation { name, base, edits, compatibility: Some(Breaking), reported, compiles_because: Some(reason) }
}

const fn nothing(name: &'static str, base: Base, edits: &'static [Edit]) -> Mutation {
    Mutation { name, base, edits, compatibility: None, reported: "", compiles_because: None }
}

/// Edits that do not change the meaning.
const NOTHING: &[Mutation] = &[
    nothing("no edit", Foreign, &[]),
    nothing("no edit of our own", Own, &[]),
    nothing(
        "an equivalent spelling",
        Foreign,
        &[
            One(
                "    Weight: {type: number, description: In grams.}",
                "    # A comment.\n    Weight:\n      description: 'In grams.'\n      type: \"number\"",
            ),
            One("deprecated: true, description: How many.", "description: How many., deprecated: True"),
        ],
    ),
];

const OPERATIONS: &[Mutation] = &[
    change(
        "operation removed",
        Foreign,
        &[One(
            "    get:
      tags: [orders]
      operationId: listOrders
      deprecated: true
      responses:
        '200':
          description: Orders.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/OrderPage'}
",
            "",
        )],
        Breaking,
        "operation `listOrders`: removed: `GET /orders`",
    ),
    change(
        "operation added",
        Foreign,
        &[One(
            "  /parts:\n",
            "  /parts:\n    get: {tags: [parts], operationId: countParts, responses: {'204': {description: D.}}}\n",
        )],
        Compatible,
        "operation `countParts`: added: `GET /parts`",
    ),
    change(
        "group added with its operation",
        Foreign,
        &[One(
            "  /parts:\n",
            "  /parts:\n    get: {tags: [stock], operationId: countParts, responses: {'204': {description: D.}}}\n",
        )],
        Compatible,
        "group `stock`: added",
    ),
    change(
        "operation renamed",
        Foreign,
        &[One("operationId: findPart", "operationId: getPart")],
        Breaking,
        "operation `getPart`: renamed: `findPart` → `getPart`",
    ),
    change(
        "operation renamed and moved",
        Foreign,
        &[
            One("operationId: findPart", "operationId: getPart"),
            One("  /shelves/{shelf}/parts/", "  /racks/{shelf}/parts/"),
        ],
        Breaking,
        "operation `getPart`: renamed: `findPart` → `getPart`",
    ),
    change(
        "operation id in another case",
        Foreign,
        &[One("operationId: findPart", "operationId: find_part")],
        Compatible,
        "operation `find_part`: renamed: `findPart` → `find_part`",
    ),
    change(
        "path changed",
        Foreign,
        &[One("  /parts:", "  /pieces:")],
        Compatible,
        "operation `addPart`: sent as `POST /parts` → `POST /pieces`",
    ),
    change(
        "method changed",
        Foreign,
        &[One("    put:", "    patch:")],
        Compatible,
        "operation `replaceOrders`: sent as `PUT /orders` → `PATCH /orders`",
    ),
    change(
        "operation moved to another group",
        Foreign,
        &[One(
            "      tags: [orders]\n      operationId: replaceOrders",
            "      tags: [parts]\n      operationId: replaceOrders",
        )],
        Breaking,
        "operation `replaceOrders`: moved to another group: `orders` → `parts`",
    ),
    change(
        "group renamed",
        Foreign,
        &[One("{name: parts,", "{name: pieces,"), All("tags: [parts]", "tags: [pieces]")],
        Breaking,
        "group `pieces`: renamed: `parts()` → `pieces()`",
    ),
    change(
        "operation deprecated",
        Foreign,
        &[One("operationId: replaceOrders", "operationId: replaceOrders\n      deprecated: true")],
        Compatible,
        "operation `replaceOrders`: deprecated",
    ),
    change(
        "operation not deprecated any longer",
        Foreign,
        &[One("      deprecated: true\n", "")],
        Compatible,
        "operation `listOrders`: no longer deprecated",
    ),
    change(
        "summary changed",
        Foreign,
        &[One("summary: Find a part", "summary: Find one part")],
        DocumentationOnly,
        "documentation `findPart`: `summary` `Find a part` → `Find one part`",
    ),
    change(
        "description of a response changed",
        Foreign,
        &[One("description: The part.\n          content", "description: That part.\n          content")],
        DocumentationOnly,
        "documentation `findPart`: `responses/200/description` `The part.` → `That part.`",
    ),
    change(
        "failure described",
        Foreign,
        &[One("'204': {description: Done.}", "'204': {description: Done.}\n        '404': {description: Gone.}")],
        DocumentationOnly,
        "documentation `replaceOrders`: `responses/404` added",
    ),
    change(
        "operations in another order",
        Foreign,
        &[
            One(
                "  /ping:\n    get: {tags: [orders], operationId: ping, responses: {'204': {description: There.}}}\n",
                "",
            ),
            One(
                "paths:\n",
                "paths:\n  /ping:\n    get: {tags: [orders], operationId: ping, responses: {'204': {description: There.}}}\n",
            ),
        ],
        DocumentationOnly,
        "order `paths`: in another order",
    ),
];

const PARAMETERS: &[Mutation] = &[
    change(
        "optional parameter added",
        Foreign,
        &[One(
            "        - {name: X-Trace",
            "        - {name: page, in: query, schema: {type: integer}}\n        - {name: X-Trace",
        )],
        Compatible,
        "parameter `findPart.page`: added: optional `Option<i64>` of the query",
    ),
    change(
        "second required parameter added",
        Foreign,
        &[One(
            "        - {name: X-Trace",
            "        - {name: page, in: query, required: true, schema: {type: integer}}\n        - {name: X-Trace",
        )],
        Breaking,
        "parameter `findPart.page`: added: required `i64` of the query",
    ),
    change(
        "third required parameter added",
        Foreign,
        &[One(
            "        - {name: row,",
            "        - {name: side, in: query, required: true, schema: {type: string}}\n        - {name: row,",
        )],
        Breaking,
        "parameter `addPart.side`: added: required `String` of the query",
    ),
    change(
        "optional parameter removed",
        Foreign,
        &[One("        - {name: X-Trace, in: header, description: For logs., schema: {type: string}}\n", "")],
        Breaking,
        "parameter `findPart.X-Trace`: removed: optional `Option<String>` of the header",
    ),
    change(
        "required parameter removed",
        Foreign,
        &[One(
            "        - {name: row, in: query, required: true, description: Which row., schema: {type: integer, format: int64}}\n",
            "",
        )],
        Breaking,
        "parameter `addPart.row`: removed: required `i64` of the query",
    ),
    change(
        "parameter required",
        Foreign,
        &[One("{name: strict, in: query,", "{name: strict, in: query, required: true,")],
        Breaking,
        "parameter `findPart.strict`: required now: `Option<bool>` → `bool`",
    ),
    change(
        "parameter optional",
        Foreign,
        &[One("{name: depth, in: query, required: true,", "{name: depth, in: query,")],
        Breaking,
        "parameter `findPart.depth`: optional now: `i64` → `Option<i64>`",
    ),
    change(
        "list parameter required",
        Foreign,
        &[One("{name: colours, in: query,", "{name: colours, in: query, required: true,")],
        Breaking,
        "parameter `findPart.colours`: required now",
    ),
    change(
        "type of a parameter changed",
        Foreign,
        &[One(
            "description: How many., schema: {type: integer, format: int64, minimum: 1, maximum: 100, default: 10}",
            "description: How many., schema: {type: string}",
        )],
        Breaking,
        "parameter `findPart.limit`: `Option<i64>` → `Option<String>`",
    ),
    change(
        "parameter narrowed to an id",
        Foreign,
        &[One(
            "{name: part, in: path, required: true, description: Which., schema: {type: string}}",
            "{name: part, in: path, required: true, description: Which., schema: {$ref: '#/components/schemas/PartId'}}",
        )],
        Breaking,
        "parameter `findPart.part`: `String` → `PartId`",
    ),
    change(
        "parameter renamed",
        Foreign,
        &[One("{name: strict,", "{name: exact,")],
        Breaking,
        "parameter `findPart.exact`: renamed: `strict` → `exact`",
    ),
    change(
        "parameter restyled",
        Foreign,
        &[One("{name: X-Trace,", "{name: x_trace,")],
        Compatible,
        "parameter `findPart.x_trace`: sent as `X-Trace` → `x_trace`",
    ),
    unseen(
        "name of a parameter taken by another one",
        Foreign,
        &[One(
            "        - {name: X-Trace",
            "        - {name: x_trace, in: query, schema: {type: string}}\n        - {name: X-Trace",
        )],
        "parameter `findPart.X-Trace`: renamed: `x_trace` → `x_trace_2`",
        "both are optional texts: the call compiles, and sets the other one",
    ),
    change(
        "parameter moved to the headers",
        Foreign,
        &[One("{name: strict, in: query,", "{name: strict, in: header,")],
        Compatible,
        "parameter `findPart.strict`: moved: `query` → `header`",
    ),
    change(
        "style of a list changed",
        Foreign,
        &[One("{name: colours, in: query,", "{name: colours, in: query, explode: false,")],
        Compatible,
        "parameter `findPart.colours`: its items are serialized differently",
    ),
    unseen(
        "parameters of the path swapped",
        Foreign,
        &[One("/shelves/{shelf}/parts/{part}", "/parts/{part}/shelves/{shelf}")],
        "operation `findPart`: arguments in another order: `shelf, part` → `part, shelf`",
        "both are texts: the call compiles, and asks for another part",
    ),
    change(
        "parameter of the path renamed",
        Foreign,
        &[One("/parts/{part}", "/parts/{piece}"), One("{name: part, in: path", "{name: piece, in: path")],
        Breaking,
        "parameter `findPart.piece`: renamed: `part` → `piece`",
    ),
    change(
        "parameter deprecated",
        Foreign,
        &[One("{name: strict, in: query,", "{name: strict, in: query, deprecated: true,")],
        Compatible,
        "parameter `findPart.strict`: deprecated",
    ),
    change(
        "required parameter deprecated",
        Foreign,
        &[One("{name: depth, in: query,", "{name: depth, in: query, deprecated: true,")],
        DocumentationOnly,
        "parameter `findPart.depth`: deprecated",
    ),
    change(
        "parameters in another order",
        Foreign,
        &[
            One("        - {name: strict, in: query, description: Nothing similar., schema: {type: boolean}}\n", ""),
            One(
                "        - {name: depth,",
                "        - {name: strict, in: query, description: Nothing similar., schema: {type: boolean}}\n        - {name: depth,",
            ),
        ],
        DocumentationOnly,
        "order `findPart`: `parameters` in another order",
    ),
    change(
        "description of a parameter changed",
        Foreign,
        &[One("description: How deep to look.", "description: How far to look.")],
        DocumentationOnly,
        "documentation `findPart.depth`: `description` `How deep to look.` → `How far to look.`",
    ),
];

const LIMITS: &[Mutation] = &[
    change(
        "maximum lowered",
        Foreign,
        &[One("maximum: 100", "maximum: 50")],
        DocumentationOnly,
        "constraint `findPart.limit`: `schema/maximum` `100` → `50`",
    ),
    change(
        "default changed",
        Foreign,
        &[One("default: 10", "default: 20")],
        DocumentationOnly,
        "constraint `findPart.limit`: `schema/default` `10` → `20`",
    ),
    change(
        "pattern removed",
        Foreign,
        &[One(", pattern: '^P'", "")],
        DocumentationOnly,
        "constraint `PartId`: `pattern` removed: `^P`",
    ),
    change(
        "length of entries limited",
        Foreign,
        &[One(
            "labels: {type: array, items: {type: string}",
            "labels: {type: array, items: {type: string, maxLength: 9}",
        )],
        DocumentationOnly,
        "constraint `NewPart.labels`: `items/maxLength` added: `9`",
    ),
    change(
        "unit changed",
        Own,
        &[One("x-unit: metres", "x-unit: degrees")],
        DocumentationOnly,
        "constraint `Thing.height`: `x-unit` `metres` → `degrees`",
    ),
    change(
        "content of a string no longer described",
        Own,
        &[One(", x-content-schema: {$ref: '#/components/schemas/Plan'}", "")],
        Breaking,
        "type `Plan`: no longer content of a string",
    ),
    change(
        "content of a string described",
        Own,
        &[One("maxLength: 20}", "maxLength: 20, x-content-schema: {$ref: '#/components/schemas/Thing'}}")],
        Compatible,
        "type `Thing`: content of a string now",
    ),
    change(
        "another content of a string",
        Own,
        &[One("steps: {type: integer, description: How many.}", "steps: {type: string, description: How many.}")],
        Breaking,
        "field `Plan.steps`",
    ),
    change(
        "identifier longer",
        Own,
        &[One("maxLength: 64", "maxLength: 128")],
        DocumentationOnly,
        "constraint `ProjectId`: `maxLength` `64` → `128`",
    ),
    change(
        "format that is the type anyway",
        Foreign,
        &[One(
            "{name: row, in: query, required: true, description: Which row., schema: {type: integer, format: int64}}",
            "{name: row, in: query, required: true, description: Which row., schema: {type: integer}}",
        )],
        DocumentationOnly,
        "constraint `addPart.row`: `schema/format` removed: `int64`",
    ),
];

const BODIES_AND_ANSWERS: &[Mutation] = &[
    change(
        "body optional",
        Foreign,
        &[One("        required: true\n        description: The part.", "        description: The part.")],
        Breaking,
        "request body `addPart`: optional now: `NewPart` → `Option<NewPart>`",
    ),
    change(
        "body required",
        Foreign,
        &[One(
            "      operationId: replaceOrders\n      requestBody:\n",
            "      operationId: replaceOrders\n      requestBody:\n        required: true\n",
        )],
        Breaking,
        "request body `replaceOrders`: required now: `Option<Order>` → `Order`",
    ),
    change(
        "optional body added",
        Foreign,
        &[One(
            "      deprecated: true\n",
            "      deprecated: true\n      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}\n",
        )],
        Compatible,
        "request body `listOrders`: added: `Option<Order>`",
    ),
    change(
        "required body added",
        Foreign,
        &[One(
            "      deprecated: true\n",
            "      deprecated: true\n      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}\n",
        )],
        Breaking,
        "request body `listOrders`: added: `Order`",
    ),
    change(
        "body removed",
        Foreign,
        &[One(
            "      requestBody:\n        content:\n          application/json:\n            schema: {$ref: '#/components/schemas/Order'}\n",
            "",
        )],
        Breaking,
        "request body `replaceOrders`: removed: `Option<Order>`",
    ),
    change(
        "body of another type",
        Foreign,
        &[One(
            "            schema: {$ref: '#/components/schemas/Order'}\n",
            "            schema: {$ref: '#/components/schemas/NewPart'}\n",
        )],
        Breaking,
        "request body `replaceOrders`: `Option<Order>` → `Option<NewPart>`",
    ),
    change(
        "response of another type",
        Foreign,
        &[One("schema: {$ref: '#/components/schemas/OrderPage'}", "schema: {$ref: '#/components/schemas/Order'}")],
        Breaking,
        "response `listOrders`: `OrderPage` → `Order`",
    ),
    change(
        "response added",
        Foreign,
        &[One(
            "'204': {description: Done.}",
            "'200': {description: Done., content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}",
        )],
        Breaking,
        "response `replaceOrders`: `()` → `Order`",
    ),
    change(
        "response not a list any longer",
        Foreign,
        &[One(
            "schema: {type: array, items: {$ref: '#/components/schemas/Part'}}",
            "schema: {$ref: '#/components/schemas/Part'}",
        )],
        Breaking,
        "response `addPart`: `Vec<Part>` → `Part`",
    ),
    change(
        "other status of the same response",
        Foreign,
        &[One("'204': {description: Done.}", "'202': {description: Done.}")],
        DocumentationOnly,
        "`replaceOrders`: `responses/202` written as `204` → `202`",
    ),
    change(
        "data in an envelope that had none",
        Own,
        &[One(
            "          description: Marked.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Acknowledgement'}
              example: {code: 0, message: ''}",
            "          description: Marked.
          content:
            application/json:
              schema:
                allOf:
                  - $ref: '#/components/schemas/Envelope'
                  - type: object
                    properties:
                      data: {$ref: '#/components/schemas/Thing'}
              example: {code: 0, message: '', data: {kind: 1}}",
        )],
        Breaking,
        "response `markThing`: `()` → `Thing`",
    ),
    change(
        "list in an envelope not nullable",
        Own,
        &[One("                        nullable: true\n", "")],
        Compatible,
        "response `listThings`: another envelope, or changed nullability",
    ),
];

const TYPES: &[Mutation] = &[
    change(
        "type renamed",
        Foreign,
        &[One("    Order:\n", "    Purchase:\n"), All("schemas/Order'", "schemas/Purchase'")],
        Breaking,
        "type `Purchase`: renamed: `Order` → `Purchase`",
    ),
    change(
        "types that refer to each other renamed",
        Foreign,
        &[
            One("    Part:\n", "    Piece:\n"),
            All("schemas/Part'", "schemas/Piece'"),
            One("    Colour:\n", "    Paint:\n"),
            All("schemas/Colour'", "schemas/Paint'"),
        ],
        Breaking,
        "type `Piece`: renamed: `Part` → `Piece`",
    ),
    change(
        "type in another case",
        Foreign,
        &[One("    PartId:", "    part_id:"), All("schemas/PartId'", "schemas/part_id'")],
        DocumentationOnly,
        "`components/schemas/part_id`: written as `PartId` → `part_id`",
    ),
    change(
        "type added",
        Foreign,
        &[One("    Weight:", "    Size: {type: integer, description: A size.}\n    Weight:")],
        Compatible,
        "type `Size`: added: a newtype of `i64`",
    ),
    change(
        "type removed with its field",
        Foreign,
        &[
            One("    Priority:\n      type: integer\n      description: How urgent.\n      enum: [1, 2]\n", ""),
            One("        priority: {$ref: '#/components/schemas/Priority'}\n", ""),
        ],
        Breaking,
        "type `Priority`: removed: an enumeration of integers",
    ),
    change(
        "identifier becomes a number",
        Foreign,
        &[One(
            "PartId: {type: string, description: Id of a part., pattern: '^P'}",
            "PartId: {type: integer, description: Id of a part.}",
        )],
        Breaking,
        "type `PartId`: inner type: `String` → `i64`",
    ),
    change(
        "alias becomes a type of its own",
        Foreign,
        &[One("Weight: {type: number,", "Weight: {type: integer,")],
        Breaking,
        "type `Weight`: an alias of `f64` → a newtype of `i64`",
    ),
    change(
        "alias of another type",
        Foreign,
        &[One("items: {type: string, maxLength: 40}", "items: {type: integer}")],
        Breaking,
        "type `Names`: an alias of `Vec<String>` → an alias of `Vec<i64>`",
    ),
    change(
        "enumeration becomes a text",
        Foreign,
        &[One("      description: A colour.\n      enum: [red, green]\n", "      description: A colour.\n")],
        Breaking,
        "type `Colour`: an enumeration of strings → a newtype of `String`",
    ),
    change(
        "object in place moved to the components",
        Foreign,
        &[One(
            "        box:
          type: object
          description: What it lies in.
          properties:
            width: {type: integer, format: int32, description: Inside.}
",
            "        box: {$ref: '#/components/schemas/PartBox'}
    PartBox:
      type: object
      description: What it lies in.
      properties:
        width: {type: integer, format: int32, description: Inside.}
",
        )],
        DocumentationOnly,
        "inline → `#/components/schemas/PartBox`",
    ),
    change(
        "type of a response sent in a request, too",
        Foreign,
        &[One(
            "      deprecated: true\n",
            "      deprecated: true\n      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Part'}}}}\n",
        )],
        Breaking,
        "field `Part.maker`: `Option<String>` → `Option<Option<String>>`",
    ),
    change(
        "instant becomes a number",
        Own,
        &[One(
            "at: {type: integer, x-unit: unix-seconds, description: When.}",
            "at: {type: integer, description: When.}",
        )],
        Breaking,
        "field `Thing.at`: `Option<UnixSeconds>` → `Option<i64>`",
    ),
    change(
        "types in another order",
        Foreign,
        &[
            One("    PartId: {type: string, description: Id of a part., pattern: '^P'}\n", ""),
            One(
                "    Colour:\n",
                "    PartId: {type: string, description: Id of a part., pattern: '^P'}\n    Colour:\n",
            ),
        ],
        DocumentationOnly,
        "order `components/schemas`: in another order",
    ),
];

const FIELDS: &[Mutation] = &[
    change(
        "optional field of a response added",
        Foreign,
        &[One("        weight: {$ref", "        length: {type: integer}\n        weight: {$ref")],
        Compatible,
        "field `Part.length`: added: `Option<i64>`",
    ),
    change(
        "required field of a response added",
        Foreign,
        &[
            One("      required: [id, name]\n", "      required: [id, length, name]\n"),
            One("        weight: {$ref", "        length: {type: integer}\n        weight: {$ref"),
        ],
        // Callers do not create such responses.
        Compatible,
        "field `Part.length`: added: `i64`",
    ),
    change(
        "required list of a response added",
        Foreign,
        &[
            One("      required: [id, name]\n", "      required: [id, lengths, name]\n"),
            One(
                "        weight: {$ref",
                "        lengths: {type: array, items: {type: integer}}\n        weight: {$ref",
            ),
        ],
        Compatible,
        "field `Part.lengths`: added: `Vec<i64>`",
    ),
    change(
        "field of a response removed",
        Foreign,
        &[One("        weight: {$ref: '#/components/schemas/Weight'}\n", "")],
        Breaking,
        "field `Part.weight`: removed: `Option<Weight>`",
    ),
    change(
        "field of a response optional",
        Foreign,
        &[One("      required: [id, name]\n", "      required: [id]\n")],
        Breaking,
        "field `Part.name`: optional now: `String` → `Option<String>`",
    ),
    change(
        "field of a response required",
        Foreign,
        &[One("      required: [id, name]\n", "      required: [id, name, weight]\n")],
        Breaking,
        "field `Part.weight`: required now: `Option<Weight>` → `Weight`",
    ),
    change(
        "optional field of a response not nullable",
        Foreign,
        &[One("maker: {type: string, nullable: true,", "maker: {type: string,")],
        DocumentationOnly,
        "field `Part.maker`: no longer nullable",
    ),
    change(
        "required field of a response nullable",
        Foreign,
        &[One(
            "        name: {type: string, description: What it is called.}",
            "        name: {type: string, nullable: true, description: What it is called.}",
        )],
        Breaking,
        "field `Part.name`: nullable now: `String` → `Option<String>`",
    ),
    change(
        "schema of fields nullable",
        Foreign,
        &[One("    PartId: {type: string,", "    PartId: {type: string, nullable: true,")],
        Breaking,
        "field `Part.id`: nullable now: `PartId` → `Option<PartId>`",
    ),
    change(
        "list of a response required",
        Foreign,
        &[One("      required: [id, name]\n", "      required: [id, name, tags]\n")],
        Compatible,
        "field `Part.tags`: required now",
    ),
    change(
        "list of a response nullable",
        Foreign,
        &[One("tags: {type: array, items", "tags: {type: array, nullable: true, items")],
        Breaking,
        "field `Part.tags`: nullable now: `Vec<String>` → `Option<Vec<String>>`",
    ),
    change(
        "type of a field changed",
        Foreign,
        &[One("width: {type: integer, format: int32,", "width: {type: integer, format: int64,")],
        Breaking,
        "field `PartBox.width`: `Option<i32>` → `Option<i64>`",
    ),
    change(
        "field renamed",
        Foreign,
        &[One("        weight: {$ref", "        mass: {$ref")],
        Breaking,
        "field `Part.mass`: renamed: `weight` → `mass`",
    ),
    change(
        "field restyled",
        Foreign,
        &[One("        names: {$ref", "        Names: {$ref")],
        Compatible,
        "field `Part.Names`: in JSON: `names` → `Names`",
    ),
    change(
        "field that makes its type contain itself",
        Foreign,
        &[One(
            "            width: {type: integer,",
            "            inside: {$ref: '#/components/schemas/Part'}\n            width: {type: integer,",
        )],
        Breaking,
        "field `Part.box`: `Option<PartBox>` → `Option<Box<PartBox>>`",
    ),
    change(
        "optional field of a request added",
        Foreign,
        &[One("        note: {type", "        weight: {type: number}\n        note: {type")],
        Compatible,
        "field `NewPart.weight`: added: `Option<f64>`",
    ),
    change(
        "required field of a request added",
        Foreign,
        &[
            One("required: [name, size, grade]", "required: [name, size, grade, weight]"),
            One("        note: {type", "        weight: {type: number}\n        note: {type"),
        ],
        Breaking,
        "field `NewPart.weight`: added and required: `f64`",
    ),
    change(
        "required field with one value added",
        Foreign,
        &[
            One("required: [name, size, grade]", "required: [name, size, grade, unit]"),
            One("        note: {type", "        unit: {type: string, enum: [mm]}\n        note: {type"),
        ],
        Compatible,
        "field `NewPart.unit`: added: `NewPartUnit`",
    ),
    change(
        "field of a request removed",
        Foreign,
        &[One("        labels: {type: array, items: {type: string}, description: Labels.}\n", "")],
        Breaking,
        "field `NewPart.labels`: removed: `Option<Vec<String>>`",
    ),
    change(
        "field of a request required",
        Foreign,
        &[One("required: [name, size, grade]", "required: [name, size, grade, colour]")],
        Breaking,
        "field `NewPart.colour`: required now: `Option<Colour>` → `Colour`",
    ),
    change(
        "list of a request required",
        Foreign,
        &[One("required: [name, size, grade]", "required: [name, size, grade, labels]")],
        Breaking,
        "field `NewPart.labels`: required now: `Option<Vec<String>>` → `Vec<String>`",
    ),
    change(
        "field of a request optional",
        Foreign,
        &[One("required: [name, size, grade]", "required: [name, grade]")],
        Breaking,
        "field `NewPart.size`: optional now: `i64` → `Option<i64>`",
    ),
    change(
        "only required field of a request optional",
        Foreign,
        &[One("      required: [part]\n", "")],
        Breaking,
        "field `Order.part`: optional now: `PartId` → `Option<PartId>`",
    ),
    change(
        "optional field of a request not nullable",
        Foreign,
        &[One("note: {type: string, nullable: true,", "note: {type: string,")],
        Breaking,
        "field `NewPart.note`: no longer nullable: `Option<Option<String>>` → `Option<String>`",
    ),
    change(
        "secret shown",
        Foreign,
        &[One("secret: {type: string, format: password,", "secret: {type: string,")],
        Breaking,
        "field `NewPart.secret`: `Option<Secret>` → `Option<String>`",
    ),
    change(
        "others not kept any longer",
        Foreign,
        &[One("      additionalProperties: true\n", "")],
        Breaking,
        "field `NewPart.other`: removed",
    ),
    change(
        "others kept",
        Foreign,
        &[One(
            "        priority: {$ref: '#/components/schemas/Priority'}\n",
            "        priority: {$ref: '#/components/schemas/Priority'}\n      additionalProperties: {type: string}\n",
        )],
        Compatible,
        "field `Order.other`: added: preserves undescribed properties",
    ),
    change(
        "value of a map changed",
        Foreign,
        &[One("additionalProperties: {type: number}", "additionalProperties: {type: integer}")],
        Breaking,
        "field `OrderPage.prices`: `Option<BTreeMap<String, f64>>` → `Option<BTreeMap<String, i64>>`",
    ),
    change(
        "field of a joined object added",
        Foreign,
        &[One("        total: {type", "        pages: {type: integer}\n        total: {type")],
        Compatible,
        "field `OrderPage.pages`: added: `Option<i64>`",
    ),
    change(
        "merged object removed",
        Foreign,
        &[One("        - {$ref: '#/components/schemas/Page'}\n", "")],
        Breaking,
        "field `OrderPage.total`: removed: `Option<i64>`",
    ),
    change(
        "field of a request deprecated",
        Foreign,
        &[One("labels: {type: array,", "labels: {type: array, deprecated: true,")],
        Compatible,
        "field `NewPart.labels`: deprecated",
    ),
    change(
        "field of a response deprecated",
        Foreign,
        &[One("tags: {type: array,", "tags: {type: array, deprecated: true,")],
        DocumentationOnly,
        "field `Part.tags`: deprecated",
    ),
    change(
        "fields in another order",
        Foreign,
        &[
            One("        hours: {type: integer, format: int64, description: Until it holds.}\n", ""),
            One(
                "    Glue:\n      type: object\n      description: Glue.\n      required: [form]\n      properties:\n",
                "    Glue:\n      type: object\n      description: Glue.\n      required: [form]\n      properties:\n        hours: {type: integer, format: int64, description: Until it holds.}\n",
            ),
        ],
        DocumentationOnly,
        "order `Glue`: `properties` in another order",
    ),
    change(
        "description of a field changed",
        Foreign,
        &[One("description: Until it holds.", "description: Until it is hard.")],
        DocumentationOnly,
        "documentation `Glue.hours`: `description` `Until it holds.` → `Until it is hard.`",
    ),
];

const ENUMS_AND_UNIONS: &[Mutation] = &[
    change(
        "value added",
        Foreign,
        &[One("enum: [red, green]", "enum: [red, blue, green]")],
        Compatible,
        "enum value `Colour::Blue`: added",
    ),
    change(
        "value removed",
        Foreign,
        &[One("enum: [red, green]", "enum: [red]")],
        Breaking,
        "enum value `Colour::Green`: removed",
    ),
    change(
        "value replaced",
        Foreign,
        &[One("enum: [red, green]", "enum: [red, lime]")],
        Breaking,
        "enum value `Colour::Lime`: renamed: `Green` → `Lime`, sent as `\"green\"` → `\"lime\"`",
    ),
    change(
        "values in another order",
        Foreign,
        &[One("enum: [red, green]", "enum: [green, red]")],
        Compatible,
        "order `Colour`: `enum` in another order",
    ),
    change(
        "second value of a constant",
        Foreign,
        &[One("enum: [best]", "enum: [best, good]")],
        Breaking,
        "field `NewPart.grade`: set differently",
    ),
    change(
        "number added",
        Foreign,
        &[One(
            "      description: How urgent.\n      enum: [1, 2]",
            "      description: How urgent.\n      enum: [1, 2, 3]",
        )],
        Compatible,
        "enum value `Priority::Value3`: added: `3`",
    ),
    change(
        "variant renamed",
        Own,
        &[One("x-enum-varnames: [Small, Large]", "x-enum-varnames: [Tiny, Large]")],
        Breaking,
        "enum value `Kind::Tiny`: renamed: `Small` → `Tiny`",
    ),
    change(
        "value of a variant changed",
        Own,
        &[One("      enum: [1, 2]", "      enum: [1, 3]")],
        Compatible,
        "enum value `Kind::Large`: sent as `2` → `3`",
    ),
    change(
        "description of a value changed",
        Own,
        &[One("Not small.]", "Not little.]")],
        DocumentationOnly,
        "documentation `Kind::Large`: `description` `Not small.` → `Not little.`",
    ),
    change(
        "descriptions of values removed",
        Own,
        &[One("      x-enum-descriptions: [Chinese., English.]\n", "")],
        DocumentationOnly,
        "documentation `Language`: `x-enum-descriptions` removed",
    ),
    change(
        "variant added",
        Foreign,
        &[
            One(
                "        - {$ref: '#/components/schemas/Glue'}\n",
                "        - {$ref: '#/components/schemas/Glue'}\n        - {$ref: '#/components/schemas/Rope'}\n",
            ),
            One(
                "    Glue:\n",
                "    Rope: {type: object, required: [form], properties: {form: {type: string}, knots: {type: integer}}}\n    Glue:\n",
            ),
        ],
        Compatible,
        "variant `Fastener::Rope`: added: `Rope`",
    ),
    change(
        "variant removed",
        Foreign,
        &[One("        - {$ref: '#/components/schemas/Glue'}\n", ""), One(", glue: '#/components/schemas/Glue'", "")],
        Breaking,
        "variant `Fastener::Glue`: removed: `Glue`",
    ),
    change(
        "variant with another discriminator value",
        Foreign,
        &[One("mapping: {screw:", "mapping: {bolt:")],
        Compatible,
        "variant `Fastener::Screw`: discriminator value: `screw` → `bolt`",
    ),
    change(
        "variant of another type",
        Foreign,
        &[One(
            "newest: {oneOf: [{$ref: '#/components/schemas/Screw'}, {type: string}]",
            "newest: {oneOf: [{$ref: '#/components/schemas/Screw'}, {type: boolean}]",
        )],
        Breaking,
        "variant `OrderPageNewest::String`: removed: `String`",
    ),
    change(
        "another discriminator of variants",
        Foreign,
        &[
            One("        propertyName: form\n", "        propertyName: kind\n"),
            All(
                "        form: {type: string, description: The form.}\n",
                "        form: {type: string, description: The form.}\n        kind: {type: string}\n",
            ),
            One("      required: [form, length]", "      required: [form, length, kind]"),
            One("      required: [form]", "      required: [form, kind]"),
        ],
        Breaking,
        "field `Screw.kind`: added and required: `String`",
    ),
];

const FACTS: &[Mutation] = &[
    unseen(
        "risk raised",
        Own,
        &[One(
            "      x-client-name: status\n      x-risk: read\n      x-retry: safe",
            "      x-client-name: status\n      x-risk: write\n      x-retry: idempotent",
        )],
        "risk `getStatus`: `read` → `write`",
        "the compiler knows no risk: a client with a lower `max_risk` refuses the call at run time",
    ),
    change(
        "risk lowered",
        Own,
        &[One("x-risk: destructive", "x-risk: write")],
        Compatible,
        "risk `deleteThing`: `destructive` → `write`",
    ),
    change(
        "never repeated any longer",
        Own,
        &[One("      x-risk: write\n      x-retry: idempotent", "      x-risk: write\n      x-retry: never")],
        Compatible,
        "retry class `markThing`: `idempotent` → `never`",
    ),
    change(
        "operation of a project now",
        Own,
        &[One(
            "      summary: Get the status",
            "      parameters: [$ref: '#/components/parameters/Project']\n      summary: Get the status",
        )],
        Breaking,
        "scope `getStatus`: `organization` → `project`",
    ),
    change(
        "operation of the organization now",
        Own,
        &[One(
            "schema: {$ref: '#/components/schemas/ThingId'}}\n        - $ref: '#/components/parameters/Project'\n",
            "schema: {$ref: '#/components/schemas/ThingId'}}\n",
        )],
        Breaking,
        "scope `deleteThing`: `project` → `organization`",
    ),
    change(
        "project needed",
        Own,
        &[One(
            "        - $ref: '#/components/parameters/MaybeProject'\n",
            "        - $ref: '#/components/parameters/Project'\n",
        )],
        Breaking,
        "scope `markThing`: `organization or project` → `project`",
    ),
    change(
        "project not needed any longer",
        Own,
        &[One(
            "      parameters:\n        - $ref: '#/components/parameters/Project'\n",
            "      parameters:\n        - $ref: '#/components/parameters/MaybeProject'\n",
        )],
        Breaking,
        "scope `moveThing`: `project` → `organization or project`",
    ),
    change(
        "only on private clouds",
        Own,
        &[One("      x-client-name: mark\n", "      x-client-name: mark\n      x-availability: private-cloud\n")],
        Compatible,
        "operation `markThing`: availability: `everywhere` → `private clouds`",
    ),
    change(
        "without the token",
        Own,
        &[One("      operationId: getStatus\n", "      operationId: getStatus\n      security: []\n")],
        Compatible,
        "operation `getStatus`: the token is no longer sent",
    ),
    change(
        "error codes of an operation",
        Own,
        &[One("x-error-codes: [200401]", "x-error-codes: [200403]")],
        Compatible,
        "operation `listThings`: error codes: − `200401`, + `200403`",
    ),
    change(
        "nowhere to look",
        Own,
        &[One("      x-lookup: [listThings]\n", "")],
        Compatible,
        "operation `moveThing`: lookup after a lost response: − `listThings`",
    ),
    change(
        "list no longer in pages",
        Own,
        &[One(
            "      x-pagination: {page: page, page_size: size, accepted_size: 20, items: list, end: short-page}\n",
            "",
        )],
        Breaking,
        "operation `listJobs`: no longer paginated",
    ),
    change(
        "pages of another size",
        Own,
        &[One("accepted_size: 20", "accepted_size: 30")],
        Compatible,
        "operation `listJobs`: its pages are requested differently",
    ),
    change(
        "another end of pages",
        Own,
        &[One("end: short-page", "end: empty-page")],
        Compatible,
        "operation `listJobs`: its pages are requested differently",
    ),
    change(
        "no longer followed",
        Own,
        &[One("      x-follow: {status: state, progress: progress}\n", "")],
        Breaking,
        "operation `getJob`: can no longer be followed",
    ),
    change(
        "followed without progress",
        Own,
        &[One("{status: state, progress: progress}", "{status: state}")],
        Compatible,
        "operation `getJob`: progress: `progress` → `none`",
    ),
    change(
        "followed by a method of another name",
        Own,
        &[One("progress: progress}", "progress: progress, name: follow_job}")],
        Breaking,
        "operation `getJob`: followed by: `follow` → `follow_job`",
    ),
    change(
        "one more final value",
        Own,
        &[One("failure: [failed]", "failure: [failed, lost]")],
        Compatible,
        "type `JobState`: final values: `success Done; failure Failed` → `success Done; failure Failed, Lost`",
    ),
    change(
        "final values added",
        Own,
        &[One(
            "x-enum-descriptions: [Chinese., English.]\n",
            "x-enum-descriptions: [Chinese., English.]\n      x-states: {success: [en]}\n",
        )],
        Compatible,
        "type `Language`: final values: success English",
    ),
    change(
        "numbers read",
        Own,
        &[One(
            "      x-states: {success: [done], failure: [failed]}\n",
            "      x-states: {success: [done], failure: [failed]}\n      x-enum-numbers: {'1': done}\n",
        )],
        Compatible,
        "type `JobState`: numbers that are read: none → 1 as `done`",
    ),
    change(
        "lenient",
        Own,
        &[One(
            "      description: A way.\n",
            "      description: A way.\n      x-lenient: true\n      additionalProperties: true\n",
        )],
        Compatible,
        "type `Plan`: lenient now",
    ),
    change(
        "final values removed",
        Own,
        &[
            One("      x-states: {success: [done], failure: [failed]}\n", ""),
            One("      x-follow: {status: state, progress: progress}\n", ""),
        ],
        Breaking,
        "type `JobState`: its final values are no longer known",
    ),
    change(
        "method renamed",
        Own,
        &[One("x-client-name: mark\n", "x-client-name: label\n")],
        Breaking,
        "operation `markThing`: method: `mark` → `label`",
    ),
    change(
        "how sure a fact is",
        Own,
        &[One("Not small.]\n      x-source: observed", "Not small.]\n      x-source: inferred")],
        DocumentationOnly,
        "documentation `Kind`: `x-source` `observed` → `inferred`",
    ),
    change(
        "page of an operation",
        Own,
        &[One("https://example.com/list", "https://example.com/things")],
        DocumentationOnly,
        "documentation `listThings`: `externalDocs` changed",
    ),
    change(
        "example changed",
        Own,
        &[One("example: {kind: 1}", "example: {kind: 2}")],
        DocumentationOnly,
        "documentation `moveThing`: `requestBody/content/application/json/example` changed",
    ),
];

const INTERFACE: &[Mutation] = &[
    change(
        "group called otherwise",
        Own,
        &[One("x-client-name: things", "x-client-name: goods")],
        Breaking,
        "group `Things`: renamed: `things()` → `goods()`",
    ),
    change(
        "title of a group",
        Own,
        &[One("- name: Things", "- name: Goods"), All("tags: [Things]", "tags: [Goods]")],
        Compatible,
        "group `Goods`: renamed: `Things` → `Goods`",
    ),
    change(
        "region added",
        Own,
        &[One(
            "security:\n  - key: []\n",
            "  - {url: 'https://us.example.com', description: A third., x-region: Us}\nsecurity:\n  - key: []\n",
        )],
        Compatible,
        "region `Region::Us`: added: `https://us.example.com`",
    ),
    change(
        "region removed",
        Own,
        &[One("  - url: https://eu.example.com\n    description: Another region.\n    x-region: Eu\n", "")],
        Breaking,
        "region `Region::Eu`: removed: `https://eu.example.com`",
    ),
    change(
        "region moved",
        Own,
        &[One("https://eu.example.com", "https://eu2.example.com")],
        Compatible,
        "region `Region::Eu`: address: `https://eu.example.com` → `https://eu2.example.com`",
    ),
    change(
        "region renamed",
        Own,
        &[One("x-region: Eu", "x-region: Europe")],
        Breaking,
        "region `Region::Europe`: renamed: `Eu` → `Europe`",
    ),
    change(
        "error code added",
        Own,
        &[One(
            "paths:\n",
            "  - {code: 200500, name: Broken, group: general, outcome: unknown, meaning: Broken.}\npaths:\n",
        )],
        Compatible,
        "error code `ErrorCode::Broken`: added: `200500`",
    ),
    change(
        "error code removed",
        Own,
        &[One(
            "  - code: 200403\n    name: NoPermission\n    group: general\n    outcome: refused\n    meaning: Not allowed.\n",
            "",
        )],
        Breaking,
        "error code `ErrorCode::NoPermission`: removed: `200403`",
    ),
    change(
        "error code renamed",
        Own,
        &[One("name: NoPermission", "name: Forbidden")],
        Breaking,
        "error code `ErrorCode::Forbidden`: renamed: `NoPermission` → `Forbidden`",
    ),
    change(
        "number of an error code",
        Own,
        &[One("code: 200403", "code: 200404")],
        Compatible,
        "error code `ErrorCode::NoPermission`: number: `200403` → `200404`",
    ),
    change(
        "group of an error code",
        Own,
        &[One(
            "    group: general\n    outcome: refused\n    meaning: Not allowed.",
            "    group: rights\n    outcome: refused\n    meaning: Not allowed.",
        )],
        Compatible,
        "error code `ErrorCode::NoPermission`: group: `general` → `rights`",
    ),
    change(
        "outcome of an error code",
        Own,
        &[One("    outcome: refused\n    meaning: Not allowed.", "    outcome: unknown\n    meaning: Not allowed.")],
        Compatible,
        "error code `ErrorCode::NoPermission`: outcome: `refused` → `unknown`",
    ),
    change(
        "meaning of an error code",
        Own,
        &[One("meaning: Not allowed.", "meaning: Not permitted.")],
        DocumentationOnly,
        "documentation `ErrorCode::NoPermission`: `meaning` `Not allowed.` → `Not permitted.`",
    ),
    change(
        "header of the token",
        Own,
        &[One("name: X-Token", "name: X-Key")],
        Compatible,
        "header `token`: `X-Token: …` → `X-Key: …`",
    ),
    change(
        "header of the request id",
        Own,
        &[One("{name: X-Request-Id,", "{name: X-Id,")],
        Compatible,
        "header `request id`: header: `X-Request-Id` → `X-Id`",
    ),
    change(
        "language given by callers",
        Own,
        &[One(" x-role: language,", "")],
        Breaking,
        "header `language`: removed: `X-Language`",
    ),
    unseen(
        "id of projects is a plain text",
        Own,
        &[All(
            "x-role: project, schema: {$ref: '#/components/schemas/ProjectId'}",
            "x-role: project, schema: {type: string}",
        )],
        "header `project`: type: `ProjectId` → `String`",
        "an id converts into a string",
    ),
    change(
        "title of the interface",
        Own,
        &[One("title: Depot", "title: Store")],
        DocumentationOnly,
        "documentation `info`: `title` `Depot` → `Store`",
    ),
];

/// All of them.
pub(crate) fn all() -> impl Iterator<Item = &'static Mutation> {
    let tables = [
        NOTHING,
        OPERATIONS,
        PARAMETERS,
        LIMITS,
        BODIES_AND_ANSWERS,
        TYPES,
        FIELDS,
        ENUMS_AND_UNIONS,
        FACTS,
        INTERFACE,
        CALLS,
    ];
    tables.into_iter().flatten()
}
