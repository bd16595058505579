"""What the servers of the rehearsal are made of: routes, JSON, plain HTML with every value escaped."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any, ClassVar

from markupsafe import Markup
from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Map, Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping
    from wsgiref.types import StartResponse, WSGIEnvironment

_PAGE = Markup("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title} - {product}</title><link rel="icon" href="data:,">
<style>
body {{ margin: 0; font: 16px/1.5 system-ui, sans-serif; background: #f4f4f6 }}
main {{ max-width: 54em; margin: 2em auto; padding: 1em 2em; background: #fff; border-radius: 8px }}
#rehearsal {{ margin: 0; padding: .5em; text-align: center; font-weight: bold; background: #ffd54d }}
#problems, .warning {{ padding: .5em 1em; background: #fde8e8; border-left: 4px solid #c33 }}
input:not([type=checkbox]), select {{ width: 75%; padding: .4em; font: inherit }}
fieldset {{ display: inline-block; vertical-align: top; border: 1px solid #ccc }}
fieldset label {{ padding-right: 1em }}
</style></head><body>
<p id="rehearsal">Rehearsal: a stand-in on this machine. This is not {product}; all data is made up.</p>
<main><h1>{title}</h1>{problems}{body}</main></body></html>
""")
_PROBLEMS = Markup('<div id="problems" role="alert">{}</div>')
_BOX = Markup('<label><input type="checkbox" name="{}" value="{}"{}> {}</label>')
_BOXES = Markup("<fieldset><legend>{}</legend>{}</fieldset>")

LINK = Markup('<a href="{}">{}</a>')  # URL, text
FORM = Markup('<form method="{}" action="{}">{}<p><button>{}</button></p></form>')  # fields, then the button
FIELD = Markup(  # name, label, value, `text` or `password`
    '<p><label for="{0}">{1}</label><br>'
    '<input id="{0}" name="{0}" value="{2}" type="{3}" autocomplete="off"></p>'
)
HIDDEN = Markup('<input type="hidden" name="{}" value="{}">')
COPYABLE = Markup(  # ID, label, value
    '<p><label for="{0}">{1}</label><br><input id="{0}" value="{2}" readonly> <button type="button"'
    ' aria-label="Copy {1}" onclick="navigator.clipboard.writeText({0}.value)'
    """.then(() => textContent = 'Copied')">Copy</button></p>"""
)


class Site:
    """A WSGI application.

    Args:
        rules: method, path, and what answers when called with the request and the path's variables.
    """

    def __init__(self, *rules: tuple[str, str, Callable[..., Response]]) -> None:
        self._routes = Map([Rule(path, methods=[method], endpoint=answer) for method, path, answer in rules])

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
        answer: Response = endpoint(request, **arguments)
        return answer

    def _refusal(self, exc: HTTPException) -> Response:
        return Response(exc.name, exc.code)


class Pages(Site):
    """What a person meets of ``product``."""

    product: ClassVar[str]

    def _refusal(self, exc: HTTPException) -> Response:
        return self.page(exc.name, status=exc.code or 500)

    def page(self, title: str, *body: str, problems: Iterable[str] = (), status: int = 200) -> Response:
        """A whole page; with problems (status 422) it asks to fill in its form again."""
        shown = _PROBLEMS.format(listed(problems)) if problems else ""
        html = _PAGE.format(title=title, product=self.product, problems=shown, body=joined(*body))
        return Response(html, 422 if problems else status, mimetype="text/html")


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


def joined(*parts: str) -> Markup:
    """The parts in a row; what is not Markup is escaped."""
    return Markup("\n").join(parts)


def listed(texts: Iterable[str]) -> Markup:
    """A list of texts."""
    return Markup("<ul>{}</ul>").format(joined(*(Markup("<li>{}</li>").format(text) for text in texts)))


def boxes(legend: str, name: str, options: Mapping[str, str], ticked: Container[str]) -> Markup:
    """Boxes to tick: ``options`` has a label for each value."""
    states = {value: Markup(" checked") if value in ticked else "" for value in options}
    shown = (_BOX.format(name, value, states[value], label) for value, label in options.items())
    return _BOXES.format(legend, joined(*shown))
