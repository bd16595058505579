"""The base of the sandbox's servers: routes, JSON answers, and pages from templates."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar

import msgspec
from markupsafe import Markup, escape
from werkzeug import Request, Response, routing
from werkzeug.exceptions import HTTPException, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from wsgiref.types import StartResponse, WSGIEnvironment

    from eh_connect.sandbox.records import Records

    Answer = tuple[dict[str, Any], int]
    Data = dict[str, Any]
    Rule = tuple[str, str, Callable[..., Any]]

Text = Annotated[str, msgspec.Meta(pattern=r"\S")]  # not blank
_Body = TypeVar("_Body", bound=msgspec.Struct)
_PAGES = Path(__file__).with_name("pages")
_PART = re.compile(r"<!-- each (\w+) -->\n?(.*?)<!-- end \1 -->\n?|\{\{(\w+)\}\}", re.DOTALL)


class RefusedError(HTTPException):
    """An error answer of StackOne's API. ``more`` are further fields of its body."""

    def __init__(self, status: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.code = status
        self.more = {name: value for name, value in more.items() if value}


class Site:
    """A WSGI application of one of the two servers. It answers one request at a time."""

    server: ClassVar = "stackone"
    product: ClassVar = "StackOne"
    rules: ClassVar[tuple[Rule, ...]] = ()
    """Each rule has a method, a path, and the function that answers.

    The function gets the site, the request, the server's data and the variables of the path. A variable that is
    named like a kind of records is replaced by the record of that ID. The function returns a response, or JSON,
    or JSON and its status.
    """

    def __init__(self, records: Records) -> None:
        self.records = records
        self._routes = routing.Map(
            [routing.Rule(path, methods=[method], endpoint=answer) for method, path, answer in self.rules]
        )

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        request.get_data()  # reading may be slow, so it comes before the lock
        with self.records.change(self.server) as data:
            try:
                answer = self._answer(request, data)
            except HTTPException as exc:
                answer = self._refusal(exc)
        answer.headers["Cache-Control"] = "no-store"
        return answer(environ, start_response)

    def _answer(self, request: Request, data: Data) -> Response:
        endpoint, named = self._routes.bind_to_environ(request.environ).match()
        found = {name: by_id(data, name, named[name]) for name in named if f"{name}s" in data}
        answer = endpoint(self, request, data, **{**named, **found})
        if isinstance(answer, Response):
            return answer
        return json_response(*answer) if isinstance(answer, tuple) else json_response(answer)

    def _refusal(self, exc: HTTPException) -> Response:
        return self.message(exc.name, status=exc.code or 500)

    def page(
        self, template: str, title: str, values: Mapping[str, Any], problems: Sequence[str] = ()
    ) -> Response:
        """Make a page from its template. With problems, it shows them and has status 422."""
        body = fill_in((_PAGES / f"{template}.html").read_text("utf-8"), values)
        common = {"title": title, "product": self.product, "problems": problems, "body": body}
        html = fill_in((_PAGES / "page.html").read_text("utf-8"), common)
        return Response(html, 422 if problems else 200, mimetype="text/html")

    def message(self, title: str, text: str = "", *, status: int = 200) -> Response:
        """Make a page that only has a title and a text."""
        page = self.page("message", title, {"text": text})
        page.status_code = status
        return page


def fill_in(template: str, values: Mapping[str, Any]) -> Markup:
    """Fill in a template: each ``{{name}}`` becomes that value, escaped.

    The part between ``<!-- each name -->`` and ``<!-- end name -->`` is repeated for each item of a list. If the
    item is a dict, its values can be used there, else the item is ``{{it}}``.
    """

    def part(found: re.Match[str]) -> str:
        if found[3]:
            return escape(values[found[3]])
        inner = (each if isinstance(each, dict) else {"it": each} for each in values[found[1]])
        return "".join(fill_in(found[2], {**values, **each}) for each in inner)

    return Markup(_PART.sub(part, template))  # noqa: S704  # our own template; values are escaped


def json_response(body: Any, status: int = 200) -> Response:
    """Make an answer of JSON."""
    return Response(json.dumps(body), status, mimetype="application/json")


def validated(body: type[_Body], fields: Data, *, status: int = 422) -> _Body:
    """Convert the fields of a request to ``body``. RefusedError: they are not exactly what that takes."""
    try:
        return msgspec.convert(fields, body)
    except msgspec.ValidationError as exc:
        raise RefusedError(status, "Validation failed", errors=[str(exc)]) from exc


def first(found: Iterable[Data]) -> Data:
    """Return the first item. NotFound: there is none."""
    for each in found:
        return each
    raise NotFound


def by_id(data: Data, kind: str, wanted: str) -> Data:
    """Find the ``profile``, ``account``, ``session`` or ``application`` of an ID. NotFound: there is none."""
    ids = ((each["shown"]["id"] if "shown" in each else each["client_id"], each) for each in data[f"{kind}s"])
    return first(each for known, each in ids if str(known) == wanted.removesuffix(".0"))


def challenge_of(verifier: str) -> str:
    """The PKCE challenge of a verifier (S256, RFC 7636)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
