"""What the sandbox's servers are made of: routes, JSON, and pages from templates that escape every value."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from markupsafe import Markup, escape
from werkzeug import Request, Response, routing
from werkzeug.exceptions import HTTPException, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from wsgiref.types import StartResponse, WSGIEnvironment

    Rule = tuple[str, str, Callable[..., Any]]

_PART = re.compile(r"<!-- each (\w+) -->\n?(.*?)<!-- end \1 -->\n?|\{\{(\w+)\}\}", re.DOTALL)


class Site:
    """A WSGI application.

    Args:
        rules: method, path, and what answers, by a response or by JSON, when called with the request and the
            path's variables.
    """

    def __init__(self, *rules: Rule) -> None:
        self._routes = routing.Map(
            [routing.Rule(path, methods=[method], endpoint=answer) for method, path, answer in rules]
        )

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        try:
            answer = self._answer(Request(environ))
        except HTTPException as exc:
            answer = self._refusal(exc)
        answer.headers["Cache-Control"] = "no-store"
        return answer(environ, start_response)

    def _answer(self, request: Request) -> Response:
        endpoint, arguments = self._routes.bind_to_environ(request.environ).match()
        answer = endpoint(request, **arguments)
        return answer if isinstance(answer, Response) else answered(answer)

    def _refusal(self, exc: HTTPException) -> Response:
        return answered({"error": exc.name}, exc.code or 500)


class RefusedError(HTTPException):
    """An error as StackOne's API words it; ``more`` are further fields of its body."""

    def __init__(self, status: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.code = status
        self.more = {name: value for name, value in more.items() if value}


class Pages(Site):
    """What a person meets of ``product``."""

    product: ClassVar[str]

    def _refusal(self, exc: HTTPException) -> Response:
        return self.message(exc.name, status=exc.code or 500)

    def page(
        self,
        template: str,
        title: str,
        values: Mapping[str, Any],
        *,
        problems: Sequence[str] = (),
        status: int = 200,
    ) -> Response:
        """A page from its template; with problems (status 422) it asks to fill in its form again."""
        body = filled(_template(template), values)
        common = {"title": title, "product": self.product, "problems": problems, "body": body}
        html = filled(_template("page"), common)
        return Response(html, 422 if problems else status, mimetype="text/html")

    def message(self, title: str, text: str = "", *, status: int = 200) -> Response:
        """A page that says something."""
        return self.page("message", title, {"text": text}, status=status)


def filled(template: str, values: Mapping[str, Any]) -> Markup:
    """A template with its values, escaped: each stands at its ``{{name}}``.

    What is between ``<!-- each name -->`` and ``<!-- end name -->`` comes once for each of a list, with that
    one's own values if it is a dict, else as ``it``.
    """

    def part(found: re.Match[str]) -> str:
        if found[3]:
            return escape(values[found[3]])
        inner = (each if isinstance(each, dict) else {"it": each} for each in values[found[1]])
        return "".join(filled(found[2], {**values, **each}) for each in inner)

    return Markup(_PART.sub(part, template))  # noqa: S704  # our own template; values are escaped


@cache
def _template(name: str) -> str:
    return (Path(__file__).parent / "pages" / f"{name}.html").read_text("utf-8")


def answered(body: Any, status: int = 200) -> Response:
    """JSON."""
    return Response(json.dumps(body), status, mimetype="application/json")


def the(found: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The first of what was found; NotFound where that is nothing."""
    for each in found:
        return each
    raise NotFound


def challenge_of(verifier: str) -> str:
    """What an authorize request says of the verifier that the token request will show: S256 of RFC 7636."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
