//! Mutations of responses by status, headers of responses, styles, encodings, servers and credentials.

use flighthub2_generator::compare::Compatibility::{Breaking, Compatible, DocumentationOnly};

use super::Base::Foreign;
use super::Edit::One;
use super::{Mutation, change, unseen};

const NOT_FOUND: &str = "        '404': {description: No such tool., content: {application/json: \
                         {schema: {$ref: '#/components/schemas/Problem'}}}}\n";
const WAY: &str = "        '202': {description: It is on its way., content: {application/json: \
                   {schema: {$ref: '#/components/schemas/Place'}}}}\n";

const CSV: &str = "            text/csv: {schema: {type: string}}\n";

pub(super) const CALLS: &[Mutation] = &[
    change(
        "failure added",
        Foreign,
        &[One(
            "        default: {description: Any failure.",
            "        '409': {description: In use., content: {application/json: {schema: {type: string}}}}\n        \
             default: {description: Any failure.",
        )],
        Compatible,
        "failure response `FindToolFailure::Conflict`: added: `409`",
    ),
    change(
        "failure removed",
        Foreign,
        &[One(NOT_FOUND, "")],
        Breaking,
        "failure response `FindToolFailure::NotFound`: removed: `404`",
    ),
    change(
        "failure without a body",
        Foreign,
        &[One(NOT_FOUND, "        '404': {description: No such tool.}\n")],
        Breaking,
        "failure response `FindToolFailure::NotFound`: `Problem` → `()`",
    ),
    change(
        "failure of another type",
        Foreign,
        &[One(
            NOT_FOUND,
            "        '404': {description: No such tool., content: {text/plain: {schema: {type: string}}}}\n",
        )],
        Breaking,
        "failure response `FindToolFailure::NotFound`: `Problem` → `String`",
    ),
    change(
        "failure described differently",
        Foreign,
        &[One("description: No such tool.", "description: There is none.")],
        DocumentationOnly,
        "documentation `findTool`: `responses/404/description` `No such tool.` → `There is none.`",
    ),
    change(
        "one success of two removed",
        Foreign,
        &[One(WAY, "")],
        Breaking,
        "response `findTool`: `FindToolSuccess` → `Part`",
    ),
    change(
        "success added",
        Foreign,
        &[One(
            WAY,
            "        '202': {description: It is on its way., content: {application/json: \
                   {schema: {$ref: '#/components/schemas/Place'}}}}\n        '204': {description: It is here.}\n",
        )],
        Compatible,
        "response `FindToolSuccess::NoContent`: added: `204`",
    ),
    change(
        "response header added",
        Foreign,
        &[One(
            "            X-Note:",
            "            X-More: {description: More., schema: {type: string}}\n            X-Note:",
        )],
        Compatible,
        "response header `FindToolHeaders::x_more`: added: `X-More`",
    ),
    change(
        "response header removed",
        Foreign,
        &[One("            X-Note: {description: Anything about it., schema: {type: string}}\n", "")],
        Breaking,
        "response header `FindToolHeaders::x_note`: removed: `X-Note`",
    ),
    change(
        "response header of another type",
        Foreign,
        &[One(
            "{description: Anything about it., schema: {type: string}}",
            "{description: Anything about it., schema: {type: boolean}}",
        )],
        Breaking,
        "response header `FindToolHeaders::x_note`: `String` → `bool`",
    ),
    change(
        "response header optional",
        Foreign,
        &[One("{description: Calls that are left., required: true,", "{description: Calls that are left.,")],
        Breaking,
        "response header `FindToolHeaders::x_left`: optional now",
    ),
    change(
        "response header deprecated",
        Foreign,
        &[One("{description: Anything about it.,", "{description: Anything about it., deprecated: true,")],
        Compatible,
        "response header `FindToolHeaders::x_note`: deprecated",
    ),
    change(
        "media type of a response added",
        Foreign,
        &[One(
            CSV,
            "            text/csv: {schema: {type: string}}\n            application/xml: {schema: {type: string}}\n",
        )],
        Compatible,
        "response `GetReportContent::Xml`: added: `application/xml`",
    ),
    change(
        "media type of a response of another type",
        Foreign,
        &[One(CSV, "            text/csv: {schema: {type: string, format: binary}}\n")],
        Breaking,
        "response `GetReportContent::TextCsv`: `String` → `Vec<u8>`",
    ),
    change(
        "media type of a response replaced",
        Foreign,
        &[One(CSV, "            application/xml: {schema: {type: string}}\n")],
        Breaking,
        "response `GetReportContent::TextCsv`: removed: `text/csv`",
    ),
    change(
        "second media type of a response removed",
        Foreign,
        &[One(CSV, "")],
        Breaking,
        "response `getReport`: `GetReportContent` → `Place`",
    ),
    change(
        "other name of a media type",
        Foreign,
        &[One(
            CSV,
            "            text/csv: {schema: {type: string}}\n            \
             text/json: {schema: {$ref: '#/components/schemas/Place'}}\n",
        )],
        Compatible,
        "response `GetReportContent::Json`: `application/json` → `application/json, text/json`",
    ),
    change(
        "style of a path parameter",
        Foreign,
        &[One(
            "required: true, style: label, description: Which tool.",
            "required: true, style: matrix, description: Which tool.",
        )],
        Compatible,
        "parameter `findTool.tool`: style: `label` → `matrix`",
    ),
    change(
        "style of an object in the query",
        Foreign,
        &[One("in: query, style: deepObject, description: Where it is.", "in: query, description: Where it is.")],
        Compatible,
        "parameter `findTool.where`: style: `deepObject` → `form explode`",
    ),
    change(
        "media type of a part",
        Foreign,
        &[One("contentType: image/png", "contentType: image/jpeg")],
        Compatible,
        "request body `labelTool`: its properties are encoded differently",
    ),
    change(
        "servers of an operation",
        Foreign,
        &[One(
            "    get: {tags: [orders], operationId: ping,",
            "    get: {tags: [orders], servers: [{url: 'https://b.example'}], operationId: ping,",
        )],
        Compatible,
        "operation `ping`: servers: `those of the document` → `https://b.example`",
    ),
    change(
        "servers of the API",
        Foreign,
        &[One("paths:\n", "servers: [{url: 'https://{zone}.b.example', variables: {zone: {default: eu}}}]\npaths:\n")],
        Compatible,
        "servers `the API`: URLs: `none` → `https://{zone}.b.example (zone=eu)`",
    ),
    change(
        "variable of a server of an operation",
        Foreign,
        &[One("zone: {default: eu}", "zone: {default: us}")],
        Compatible,
        "operation `addPart`: servers: `https://{zone}.a.example (zone=eu)` → `https://{zone}.a.example (zone=us)`",
    ),
    change(
        "servers of a path",
        Foreign,
        &[One("  /ping:\n", "  /ping:\n    servers: [{url: 'https://b.example'}]\n")],
        Compatible,
        "operation `ping`: servers: `those of the document` → `https://b.example`",
    ),
    change(
        "scope required",
        Foreign,
        &[One("security: [{account: [tools]}]", "security: [{account: [tools, parts]}]")],
        Compatible,
        "operation `findTool`: scopes: `account: tools` → `account: parts tools`",
    ),
    change(
        "alternative credential",
        Foreign,
        &[One("security: [{account: [tools]}]", "security: [{account: [tools]}, {key: []}]")],
        Compatible,
        "operation `findTool`: credentials: `account` → `account, or key`",
    ),
    unseen(
        "second credential required",
        Foreign,
        &[One("security: [{account: [tools]}]", "security: [{account: [tools], key: []}]")],
        "operation `findTool`: credentials: `account` → `account and key`",
        "credentials are given to a client by their names",
    ),
    unseen(
        "credential required",
        Foreign,
        &[One(
            "    get: {tags: [orders], operationId: ping,",
            "    get: {tags: [orders], security: [{key: []}], operationId: ping,",
        )],
        "operation `ping`: the token is sent",
        "credentials are given to a client by their names",
    ),
    change(
        "credential in another place",
        Foreign,
        &[One("key: {type: apiKey, in: query, name: key}", "key: {type: apiKey, in: header, name: X-Key}")],
        Compatible,
        "security scheme `key`: `Query key: …` → `Header X-Key: …`",
    ),
    unseen(
        "credential renamed",
        Foreign,
        &[
            One("    key: {type: apiKey", "    other: {type: apiKey"),
            One("security: [{key: []}]", "security: [{other: []}]"),
        ],
        "security scheme `key`: no longer a credential of the client",
        "credentials are given to a client by their names",
    ),
    change(
        "address of a flow",
        Foreign,
        &[One("tokenUrl: https://a.example/token", "tokenUrl: https://b.example/token")],
        Compatible,
        "security scheme `account`: `clientCredentials` `https://a.example/token` → `https://b.example/token`",
    ),
    unseen(
        "token endpoint removed",
        Foreign,
        &[One("tokenUrl: https://a.example/token", "tokenUrl: ''")],
        "security scheme `account`: `clientCredentials` `https://a.example/token` → ``",
        "credentials are given to a client by their names",
    ),
    change(
        "scope of a flow",
        Foreign,
        &[One("scopes: {tools: See tools.}", "scopes: {tools: See tools., parts: See parts.}")],
        DocumentationOnly,
        "security scheme `account`: `clientCredentials` + `parts`",
    ),
];
