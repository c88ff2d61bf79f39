"""Checks of the mock server for schemathesis, in addition to its built-in checks.

FlightHub reports errors under HTTP 200: the result of a call is in `code`, not in the status. Built-in checks that
read the result from the status would see every request accepted. They are disabled in schemathesis.toml, and replaced
by checks of the code:

    positive_data_acceptance, use_after_free, ensure_resource_availability    valid_requests_succeed
    negative_data_rejection                                                   invalid_requests_are_rejected
    missing_required_header, ignored_auth                                     unauthorized_requests_are_rejected, token_is_required

All other built-in checks remain enabled. With MOCK_STATELESS=1 the server returns examples only.
"""

import copy
import json
import os
from urllib.parse import parse_qs, urlsplit

import requests
import schemathesis
from schemathesis.specs.openapi import checks as built_in

TOKEN = "PLACEHOLDER_ORGANIZATION_KEY"
PROJECT = "5f0c7a1e-2b34-4c56-8d78-9e0f1a2b3c4d"
STATELESS = os.environ.get("MOCK_STATELESS") == "1"

DONE = 0
BAD_PARAMETER = 200101
TOKEN_INVALID = 200401
NO_PERMISSION = 200403
NO_CONVERTER = 212056
NO_TRACK = 219017
NO_TASK = 219021
NOT_CONTROLLED = 228402
TOO_MANY_CONVERTERS = 233317

# --- Accessors of requests and responses ------------------------------------------------------------------------------


def response_json(response):
    """The response body as a JSON object; empty if it is not one."""
    try:
        body = json.loads(response.content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def code_of(response):
    """The code under HTTP 200; None for other statuses."""
    return response_json(response).get("code") if response.status_code == 200 else None


def header(response, name):
    """A header of the request, as sent; None if it was not sent."""
    value = response.request.headers.get(name)
    value = value.decode("latin-1") if isinstance(value, bytes) else value
    return None if value is None else value.strip(" \t")


def is_valid(case):
    """Whether schemathesis generated the case as valid."""
    return case.meta is None or case.meta.generation.mode.is_positive


def operation_id(case):
    return case.operation.definition.raw["operationId"]


def parameter(case, place, name):
    """A parameter of the operation; None if the specification does not have it."""
    return getattr(case.operation, place).get(name)


def authorization_error(response, case):
    """The expected authorization error of a request; None if it is authorized."""
    if header(response, "X-User-Token") != TOKEN:
        return TOKEN_INVALID
    known = parameter(case, "headers", "X-Project-Uuid")
    project = header(response, "X-Project-Uuid")
    if known is None or project == PROJECT or (project is None and not known.is_required):
        return None
    return NO_PERMISSION


# --- Authorization ----------------------------------------------------------------------------------------------------


@schemathesis.check
def unauthorized_requests_are_rejected(ctx, response, case):
    """Exactly the requests without a valid token or project get an authorization error, whatever else is invalid."""
    code, wanted = code_of(response), authorization_error(response, case)
    if code is not None:
        actual = code if code in (TOKEN_INVALID, NO_PERMISSION) else None
        assert actual == wanted, f"expected code {wanted or 'other than an authorization error'}, got {code}"


@schemathesis.check
class token_is_required:
    """The same request is rejected without the token, or with another. Tested once for each operation."""

    def __init__(self):
        self.tested = set()

    def after_response(self, ctx, response, case):
        if code_of(response) != DONE or operation_id(case) in self.tested:
            return
        self.tested.add(operation_id(case))
        for token in [None, "", "another"]:
            request = response.request.copy()
            request.headers["X-User-Token"] = token
            if token is None:
                del request.headers["X-User-Token"]
            with requests.Session() as session:
                again = session.send(request, timeout=10, allow_redirects=False)
            code = json.loads(again.content).get("code")
            assert (again.status_code, code) == (200, TOKEN_INVALID), f"with the token {token!r} the code is {code}"


# --- Invalid requests -------------------------------------------------------------------------------------------------


def as_http(response):
    """The response of a service that would report errors by the status."""
    if code_of(response) in (None, DONE):
        return response
    made = copy.copy(response)
    made.status_code = 400
    return made


@schemathesis.check
def invalid_requests_are_rejected(ctx, response, case):
    # According to its description, this header may be empty. OpenAPI has no key for that.
    if header(response, "X-Request-Id") != "":
        built_in.negative_data_rejection(ctx, as_http(response), case)
    if code_of(response) != DONE:
        return
    # schemathesis allows undocumented query parameters, because many servers accept them. This server must reject them.
    query = parse_qs(urlsplit(response.request.url).query, keep_blank_values=True)
    unknown = [name for name in query if parameter(case, "query", name) is None]
    assert not unknown, f"undocumented query parameters are accepted: {unknown}"
    if response.request.body:
        kind = (header(response, "Content-Type") or "").split(";")[0].strip().lower()
        assert kind == "application/json", f"a body of the type {kind!r} is accepted"
        assert case.operation.body, "an undocumented body is accepted"


@schemathesis.check
def error_codes_match_the_specification(ctx, response, case):
    """An error has a code that the operation lists, and no data. Only an unsupported method has another status."""
    if response.status_code != 200:
        methods = {method.upper() for method in case.operation.schema[case.operation.path]}
        is_other = response.request.method not in methods
        assert response.status_code == 405 and is_other, "the request is rejected by the HTTP status, not by the code"
        return
    body = response_json(response)
    code = body.get("code")
    if code == DONE:
        return
    # An invalid request has the code BAD_PARAMETER, which an operation without a query or a body does not list.
    listed = {BAD_PARAMETER, *case.operation.definition.raw["x-error-codes"]}
    assert code in listed, f"code {code} is not among {sorted(listed)}"
    assert body.get("message") and "data" not in body, "an error has a message, and no data"


# --- Valid requests ---------------------------------------------------------------------------------------------------

# OpenAPI links: the source of an id, and the operations that take it. The specification does not need them.
LINKS = {
    "createFlightTask": (
        "path.task_uuid",
        "$response.body#/data/task_uuid",
        ["getFlightTask", "updateFlightTaskStatus", "listFlightTaskMedia", "getFlightTaskTrack"],
    ),
    "finishWaylineUpload": ("path.wayline_id", "$response.body#/data/uuid", ["getWayline"]),
    "createStreamConverter": (
        "path.converter_id",
        "$response.body#/data/converter_id",
        ["setStreamConverter", "deleteStreamConverter"],
    ),
    "deleteStreamConverter": ("path.converter_id", "$request.path.converter_id", ["setStreamConverter"]),
}


@schemathesis.hook
def before_load_schema(context, raw_schema):
    operations = [value for path in raw_schema["paths"].values() for value in path.values() if isinstance(value, dict)]
    for operation in operations:
        links = operation["responses"]["200"].setdefault("links", {})
        name, value, targets = LINKS.get(operation["operationId"], (None, None, []))
        for target in targets:
            links[target] = {"operationId": target, "parameters": {name: value}}
        if operation["operationId"] == "acquireControl":
            links["releaseControl"] = {"operationId": "releaseControl", "requestBody": "$request.body"}


class ExpectedState:
    """The expected state of the service, derived from its responses."""

    def __init__(self):
        # The initial state is that of the examples.
        self.task = "d15ea5e0-1111-4222-8333-444455556666"
        self.tasks = {self.task}
        self.waylines = {"c0ffee00-1111-4222-8333-444455556666"}
        self.converters = {"CONVERTEREXAMPLE0001"}
        self.controlled = set()

    def codes(self, operation, path, body):
        """The possible codes of a valid request."""
        unknown = {
            "task_uuid": (self.tasks, NO_TASK),
            "wayline_id": (self.waylines, BAD_PARAMETER),
            "converter_id": (self.converters, NO_CONVERTER),
        }
        for name, (known, code) in unknown.items():
            if name in path and path[name] not in known:
                return {code}
        match operation:
            # The task of the example never changes; the state of others depends on the time.
            case "updateFlightTaskStatus" if path["task_uuid"] != self.task:
                return {DONE, BAD_PARAMETER}
            case "getFlightTaskTrack" if path["task_uuid"] != self.task:
                return {DONE, NO_TRACK}
            case "createStreamConverter" if len(self.converters) >= 20:
                return {TOO_MANY_CONVERTERS}
            case "releaseControl" if not controls(body) <= self.controlled:
                return {NOT_CONTROLLED}
        return {DONE}

    def record(self, operation, path, body, data):
        """Records a successful call; returns the error in its response, if there is one."""
        match operation:
            case "createFlightTask":
                self.tasks.add(data["task_uuid"])
            case "finishWaylineUpload":
                self.waylines.add(data["uuid"])
            case "createStreamConverter":
                self.converters.add(data["converter_id"])
            case "deleteStreamConverter":
                self.converters.discard(path["converter_id"])
            case "acquireControl":
                self.controlled |= controls(body)
            case "releaseControl":
                self.controlled -= controls(body)
            case "getFlightTask" if data["uuid"] != path["task_uuid"]:
                return "the response has another task"
            case "getWayline" if data["id"] != path["wayline_id"]:
                return "the response has another route"
            case "listWaylines" if listed(data, "id") != self.waylines:
                return "the list differs from the existing routes"
            case "listStreamConverters" if listed(data, "converter_id") != self.converters:
                return "the list differs from the existing converters"
        return None


def listed(data, name):
    return {entry[name] for entry in data["list"] or []}


def controls(body):
    return {(body["drone_sn"], payload) for payload in body["payload_index"]}


@schemathesis.check
class valid_requests_succeed:
    """A valid request succeeds, unless previous calls explain its error code."""

    def __init__(self):
        self.state = ExpectedState()

    def after_response(self, ctx, response, case):
        code, operation = code_of(response), operation_id(case)
        if code is None or authorization_error(response, case):
            return
        path = case.path_parameters or {}
        body = json.loads(response.request.body) if response.request.body and (is_valid(case) or code == DONE) else None
        if is_valid(case):
            wanted = {DONE} if STATELESS else self.state.codes(operation, path, body)
            assert code in wanted, f"the request is valid; expected one of the codes {sorted(wanted)}, got {code}"
        if code == DONE and not STATELESS:
            try:
                wrong = self.state.record(operation, path, body, response_json(response).get("data"))
            except (KeyError, TypeError):
                wrong = "the call succeeded, and its request or response does not have the expected schema"
            assert wrong is None, wrong
