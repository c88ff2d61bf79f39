"""What schemathesis asks of the mock server, besides its own checks.

FlightHub refuses under HTTP 200: what became of a call stands in `code`, not in the status. Checks of schemathesis that
read a refusal off the status would find that everything is accepted. They are switched off in schemathesis.toml, and
stand here as checks of the code:

    positive_data_acceptance, use_after_free, ensure_resource_availability    what_fits_is_done
    negative_data_rejection                                                   what_does_not_fit_is_refused
    missing_required_header, ignored_auth                                     strangers_are_refused, token_is_needed

All others stay as they are. MOCK_STATELESS=1 says that the server answers examples only.
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
INTERNAL_ERROR = 200500
TOKEN_INVALID = 200401
NO_PERMISSION = 200403
NO_CONVERTER = 212056
OFFLINE = 212015
NOT_BOUND = 210900
NO_TRACK = 219017
NO_TASK = 219021
NOT_HELD = 228402
TOO_MANY_CONVERTERS = 233317

# --- What a request and its answer say --------------------------------------------------------------------------------


def answered(response):
    """The answer as JSON; empty if it is none."""
    try:
        body = json.loads(response.content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def code_of(response):
    """The code under HTTP 200; none where the server speaks HTTP instead."""
    return answered(response).get("code") if response.status_code == 200 else None


def header(response, name):
    """A header as it was sent; none if it was not."""
    value = response.request.headers.get(name)
    value = value.decode("latin-1") if isinstance(value, bytes) else value
    return None if value is None else value.strip(" \t")


def is_valid(case):
    """Whether schemathesis made the case so that it fits the specification."""
    return case.meta is None or case.meta.generation.mode.is_positive


def operation_id(case):
    return case.operation.definition.raw["operationId"]


def parameter(case, place, name):
    """A parameter that the specification describes; none if there is no such."""
    return getattr(case.operation, place).get(name)


def stranger(response, case):
    """The code for somebody who may not ask; none if they may."""
    if header(response, "X-User-Token") != TOKEN:
        return TOKEN_INVALID
    known = parameter(case, "headers", "X-Project-Uuid")
    project = header(response, "X-Project-Uuid")
    if known is None or project == PROJECT or (project is None and not known.is_required):
        return None
    return NO_PERMISSION


# --- Strangers --------------------------------------------------------------------------------------------------------


@schemathesis.check
def strangers_are_refused(ctx, response, case):
    """Who has no token or no project is told so, whatever else is wrong; and nobody else is."""
    code, wanted = code_of(response), stranger(response, case)
    if code is not None:
        told = code if code in (TOKEN_INVALID, NO_PERMISSION) else None
        assert told == wanted, f"code {wanted or 'of something else'} was due, and it is {code}"


@schemathesis.check
class token_is_needed:
    """The same call without the token, or with another, is refused. Asked once for each operation."""

    def __init__(self):
        self.asked = set()

    def after_response(self, ctx, response, case):
        if code_of(response) != DONE or operation_id(case) in self.asked:
            return
        self.asked.add(operation_id(case))
        for token in [None, "", "another"]:
            request = response.request.copy()
            request.headers["X-User-Token"] = token
            if token is None:
                del request.headers["X-User-Token"]
            with requests.Session() as session:
                again = session.send(request, timeout=10, allow_redirects=False)
            code = json.loads(again.content).get("code")
            assert (again.status_code, code) == (200, TOKEN_INVALID), f"with the token {token!r} the code is {code}"


# --- What does not fit ------------------------------------------------------------------------------------------------


def as_http(response):
    """The answer as a service would give it that says with the status whether it refuses."""
    if code_of(response) in (None, DONE):
        return response
    made = copy.copy(response)
    made.status_code = 400
    return made


@schemathesis.check
def what_does_not_fit_is_refused(ctx, response, case):
    # The specification says of this header, in words, that it may be empty. OpenAPI has no key for it.
    if header(response, "X-Request-Id") != "":
        built_in.negative_data_rejection(ctx, as_http(response), case)
    if code_of(response) != DONE:
        return
    # Many servers take what nobody described, so schemathesis lets it pass. This one must not.
    query = parse_qs(urlsplit(response.request.url).query, keep_blank_values=True)
    unknown = [name for name in query if parameter(case, "query", name) is None]
    assert not unknown, f"query parameters that the specification does not know are taken: {unknown}"
    if response.request.body:
        kind = (header(response, "Content-Type") or "").split(";")[0].strip().lower()
        assert kind == "application/json", f"a body of the type {kind!r} is taken"
        assert case.operation.body, "a body is taken where there is none"


@schemathesis.check
def refusals_are_those_of_the_specification(ctx, response, case):
    """A refusal has a code that is listed for the operation, and no data. Other statuses are for methods, and for a route
    file that cannot be read."""
    if response.status_code == 500:
        code = answered(response).get("code")
        assert operation_id(case) == "finishWaylineUpload" and code == INTERNAL_ERROR, "the server fails"
        return
    if response.status_code != 200:
        methods = {method.upper() for method in case.operation.schema[case.operation.path]}
        is_other = response.request.method not in methods
        assert response.status_code == 405 and is_other, "HTTP refuses, and not the service"
        return
    answer = answered(response)
    code = answer.get("code")
    if code == DONE:
        return
    # What does not fit has a code of its own, also where there is little that could not fit.
    listed = {BAD_PARAMETER, *case.operation.definition.raw["x-error-codes"]}
    assert code in listed, f"code {code} is not among {sorted(listed)}"
    assert answer.get("message") and "data" not in answer, "a refusal has a message, and no data"


# --- What fits --------------------------------------------------------------------------------------------------------

# Where an id comes from, and where it can be used: links that the specification has no need of.
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


class Memory:
    """The state that the service must have, derived from its responses."""

    EXAMPLES = {"0de1a0de-1111-4222-8333-444455556666"}

    def __init__(self):
        # It begins with the things of the examples.
        self.task = "d15ea5e0-1111-4222-8333-444455556666"
        self.tasks = {self.task}
        self.waylines = {"c0ffee00-1111-4222-8333-444455556666"}
        self.converters = {"CONVERTEREXAMPLE0001"}
        self.held = set()
        self.resource = "ba5eba11-1111-4222-8333-444455556666"
        self.resources = {self.resource}
        self.models = {"0de1a0de-1111-4222-8333-444455556666"}
        self.online = {"7CTEXAMPLE0001", "1581FEXAMPLE00000001"}
        self.offline = {"7CTEXAMPLE0002", "1581FEXAMPLE00000002"}

    def codes(self, operation, path, body):
        """What a call that fits may be answered."""
        unknown = {
            "task_uuid": (self.tasks, NO_TASK),
            "wayline_id": (self.waylines, BAD_PARAMETER),
            "converter_id": (self.converters, NO_CONVERTER),
            "resource_uuid": (self.resources, BAD_PARAMETER),
            "model_uuid": (self.models, BAD_PARAMETER),
        }
        for name, (known, code) in unknown.items():
            if name in path and path[name] not in known:
                return {code}
        match operation:
            # Tasks of the example never change; others depend on their time.
            case "updateFlightTaskStatus" if path["task_uuid"] != self.task:
                return {DONE, BAD_PARAMETER}
            case "getFlightTaskTrack" if path["task_uuid"] != self.task:
                return {DONE, NO_TRACK}
            case "getDeviceState" if path["device_sn"] not in self.online:
                return {OFFLINE if path["device_sn"] in self.offline else NOT_BOUND}
            # Serial numbers of docks only: the mock server does not know other devices as docks.
            case "createFlightTask" if body["sn"] == "7CTEXAMPLE0002":
                return {OFFLINE}
            # Other resources need the callback_param of their credentials, and files that were uploaded.
            case "openModelUploadCallback" | "startOpenModelReconstruction" if body["resource_uuid"] != self.resource:
                return {DONE, BAD_PARAMETER}
            case "createStreamConverter" if len(self.converters) >= 20:
                return {TOO_MANY_CONVERTERS}
            case "releaseControl" if not controls(body) <= self.held:
                return {NOT_HELD}
        return {DONE}

    def learn(self, operation, path, body, data):
        """Takes in a call that was done; says what is wrong with its answer."""
        match operation:
            case "createFlightTask":
                self.tasks.add(data["task_uuid"])
            case "finishWaylineUpload":
                self.waylines.add(data["uuid"])
            case "createStreamConverter":
                self.converters.add(data["converter_id"])
            case "obtainOpenModelUploadToken":
                self.resources.add(data["store_path"].split("/")[-2])
            case "startOpenModelReconstruction":
                self.models |= {model["uuid"] for model in data.values()}
            case "deleteOpenModel" if path["model_uuid"] not in self.EXAMPLES:
                self.models.discard(path["model_uuid"])
            case "deleteStreamConverter":
                self.converters.discard(path["converter_id"])
            case "acquireControl":
                self.held |= controls(body)
            case "releaseControl":
                self.held -= controls(body)
            case "getFlightTask" if data["uuid"] != path["task_uuid"]:
                return "it is another task"
            case "getWayline" if data["id"] != path["wayline_id"]:
                return "it is another route"
            case "listWaylines" if listed(data, "id") != self.waylines:
                return "these are not the routes that there are"
            case "listStreamConverters" if listed(data, "converter_id") != self.converters:
                return "these are not the converters that there are"
        return None


def listed(data, name):
    return {entry[name] for entry in data["list"] or []}


def controls(body):
    return {(body["drone_sn"], payload) for payload in body["payload_index"]}


@schemathesis.check
class what_fits_is_done:
    """A call that fits is done, unless what was called before explains why not."""

    def __init__(self):
        self.memory = Memory()

    def after_response(self, ctx, response, case):
        code, operation = code_of(response), operation_id(case)
        if code is None or stranger(response, case):
            return
        path = case.path_parameters or {}
        body = json.loads(response.request.body) if response.request.body and (is_valid(case) or code == DONE) else None
        if is_valid(case):
            wanted = {DONE} if STATELESS else self.memory.codes(operation, path, body)
            assert code in wanted, f"it fits, and the code is {code}, not {sorted(wanted)}"
        if code == DONE and not STATELESS:
            try:
                wrong = self.memory.learn(operation, path, body, answered(response).get("data"))
            except (KeyError, TypeError):
                wrong = "it was done, and it or its answer is not of the form that it should be"
            assert wrong is None, wrong
