"""Judges every request of our client and every answer of the stand-in by StackOne's published OpenAPI.

``stackone-openapi.json`` restates the slice that matters; ``x-source`` marks what nobody has published
(``assumed_writes``), and what is published in words only. A ``Violation`` fails the test.
"""

from __future__ import annotations

import base64
import io
import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlsplit

import httpx
from openapi_schema_validator import OAS30Validator, oas30_format_checker
from referencing import Registry, Specification
from werkzeug import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

DOCUMENT = json.loads(Path(__file__).with_name("stackone-openapi.json").read_text("utf-8"))
_PATHS: dict[str, dict[str, Any]] = DOCUMENT["paths"]
_REGISTRY: Registry[Any] = Registry().with_resource(
    "urn:stackone", Specification.OPAQUE.create_resource(DOCUMENT)
)
_ROOMS = {"connector_profiles", "auth_configs", "connect_sessions", "actions", "accounts", "v2"}


class Violation(AssertionError):  # noqa: N818  # it says what it is
    """A request or an answer that StackOne's OpenAPI forbids."""


def is_call(path: str) -> bool:
    """Whether a path (or URL) belongs to StackOne's API, not to a page or an OAuth server beside it."""
    return urlsplit(path).path.strip("/").split("/")[0] in _ROOMS


def check_request(
    method: str, url: str, headers: Mapping[str, str] | Iterable[tuple[str, str]], body: bytes | str | None
) -> None:
    """Raise a Violation unless StackOne's API would take the request; ``url`` may be a path and its query."""
    parts = urlsplit(url)
    what = f"{method} {parts.path}"
    held = {key.lower(): value for key, value in dict(headers).items()}
    _check_headers(held)
    content: Any = json.loads(body) if body else None
    if content is not None and not held.get("content-type", "").startswith("application/json"):
        raise Violation(f"{what}: a body without its Content-Type")
    query = parse_qsl(parts.query, keep_blank_values=True)
    template = _template(method, parts.path)
    operation = _PATHS[template][method.lower()]
    _check_parameters(template, method, operation, query, held)
    if "requestBody" not in operation:
        _require(content is None, f"{what} takes no body")
        return
    pointer = ("paths", template, method.lower(), "requestBody", "content", "application/json", "schema")
    _validate(_at(*pointer), content, f"body of {what}")


def check_answer(method: str, path: str, status: int, body: bytes | str) -> None:
    """Raise a Violation unless StackOne's API would answer so."""
    path, what = urlsplit(path).path, f"answer {status} to {method} {path}"
    if status >= 400:
        content = _read(body, what)
        _validate("#/components/schemas/Error", content, what)
        _require(content["statusCode"] == status, f"{what}: statusCode is {content['statusCode']}")
        return
    template = _template(method, path)
    answers = _PATHS[template][method.lower()]["responses"]
    _require(str(status) in answers, f"{what}: documented is {sorted(answers)}")
    if "content" in answers[str(status)]:
        pointer = ("responses", str(status), "content", "application/json", "schema")
        _validate(_at("paths", template, method.lower(), *pointer), _read(body, what), what)
    else:
        _require(not body, f"{what} has no body")


class JudgedTransport(httpx.BaseTransport):
    """Judges each request, then lets ``handler`` answer it, with whatever a test wants to be answered."""

    def __init__(self, handler: Callable[[httpx.Request], httpx.Response]) -> None:
        self._handler = handler

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        check_request(request.method, str(request.url), request.headers, request.read())
        return self._handler(request)


class JudgedApp:
    """A WSGI application, judged: our client's requests, and every answer; at the end see ``violations``."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self.violations: list[str] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        method, path = request.method, quote(request.path)
        if not is_call(path):
            return self._app(environ, start_response)
        body = request.get_data()
        environ["wsgi.input"] = io.BytesIO(body)
        if request.user_agent.string.startswith("eh-connect/"):
            url = f"{path}?{request.query_string.decode()}"
            self._judge(lambda: check_request(method, url, request.headers, body))
        answer = Response.from_app(self._app, environ, buffered=True)
        self._judge(lambda: check_answer(method, path, answer.status_code, answer.get_data()))
        return answer(environ, start_response)

    def _judge(self, check: Callable[[], None]) -> None:
        try:
            check()
        except Violation as exc:
            self.violations.append(str(exc))


def _check_headers(headers: Mapping[str, str]) -> None:
    _require(bool(headers.get("user-agent")), "no User-Agent: a documented cause of 403")
    if authorization := headers.get("authorization"):  # doctor asks without a key whether StackOne answers
        basic = re.fullmatch(r"Basic ((?:[\w+/=]{4})+)", authorization)
        key = base64.b64decode(basic[1]).decode() if basic else ""
        _require(key.find(":") == len(key) - 1 > 0, "not the key as user name, with an empty password")


def _check_parameters(
    template: str,
    method: str,
    operation: dict[str, Any],
    query: list[tuple[str, str]],
    headers: Mapping[str, str],
) -> None:
    declared = operation.get("parameters", [])
    places = {(each["in"], each["name"]): number for number, each in enumerate(declared)}
    for each in declared:
        if each["required"] and each["in"] == "header":
            _require(bool(headers.get(each["name"])), f"{method} {template}: no header {each['name']}")
    for key, value in query:
        name, inner = re.fullmatch(r"([^\[]+)(?:\[(\w+)\])?", key).groups()  # type: ignore[union-attr]  # any text fits
        _require(("query", name) in places, f"{method} {template}: unknown parameter {key}")
        schema = declared[places["query", name]]["schema"]
        typed: Any = {inner: value} if inner else [value] if schema["type"] == "array" else value
        if schema["type"] in {"number", "boolean"}:
            typed = json.loads(value)
        _require(inner is None or inner in schema["properties"], f"{method} {template}: unknown {key}")
        pointer = ("parameters", str(places["query", name]), "schema")
        _validate(_at("paths", template, method.lower(), *pointer), typed, f"{key} of {method} {template}")


def _template(method: str, path: str) -> str:
    for template in sorted(_PATHS, key=lambda each: each.count("{")):
        if method.lower() in _PATHS[template] and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
            return template
    raise Violation(f"{method} {path} is no call of StackOne's API")


def _at(*steps: str) -> str:
    return "#" + "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)


@cache
def _validator(pointer: str) -> Any:
    schema = {"$ref": f"urn:stackone{pointer}"}
    return OAS30Validator(schema, registry=_REGISTRY, format_checker=oas30_format_checker)


def _validate(pointer: str, content: Any, what: str) -> None:
    for error in _validator(pointer).iter_errors(content):
        raise Violation(f"{what}: {error.json_path}: {error.message}")


def _read(body: bytes | str, what: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        raise Violation(f"{what} is no JSON") from None


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise Violation(what)
