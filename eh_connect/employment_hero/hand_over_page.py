"""The hand-over page as HTML: one file that needs no network and makes no request."""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from html import escape
from importlib import resources
from itertools import groupby
from string import Template
from typing import TYPE_CHECKING

from eh_connect.lines import Kind, Sign

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from eh_connect.employment_hero.hand_over import HandOverKey
    from eh_connect.employment_hero.scopes import Box
    from eh_connect.lines import Line


def page(
    key: HandOverKey,
    *,
    steps: Sequence[Line],
    scopes: Iterable[Box],
    values: Mapping[str, str],
    asked_by: str,
) -> str:
    """The page, with the public half of a key, for ``asked_by``, who wants the credentials.

    ``steps`` are the guide's, preconditions and warnings too; the exact values among them get copy buttons.
    Of ``values``, by name, those that no step has are shown in front of the steps.
    """
    script, style = _part("hand_over.js"), _part("hand_over.css")
    in_steps = {line.text for line in steps if line.kind is Kind.EXACT}
    return Template(_part("hand_over.html")).substitute(
        script=script,
        style=style,
        policy=f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        asked_by=escape(asked_by),
        values="\n".join(
            _value(name, text, titled=True) for name, text in values.items() if text not in in_steps
        ),
        steps="\n".join(_steps(steps, {text: name for name, text in values.items()})),
        scopes="\n".join(_scopes(scopes)),
        check_phrase=key.check_phrase,
        key=escape(json.dumps({**key.public_jwk, "kid": key.thumbprint})),
    )


def _part(name: str) -> str:
    return resources.files("eh_connect.employment_hero").joinpath(name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _value(name: str, text: str, *, titled: bool = False) -> str:
    head = f"<span>{escape(name)}</span>" if titled else ""
    shown = escape(text)
    if text.startswith("https://") and not name.endswith("URI"):  # a redirect URI is not to be opened
        shown = f'<a href="{shown}" target="_blank" rel="noopener noreferrer">{shown}</a>'
    return (
        f'<div class="value">{head}<code>{shown}</code>'
        f'<button type="button" data-copy="{escape(text)}" data-name="{escape(name)}" '
        f'aria-label="Copy {escape(name)}">Copy</button></div>'
    )


def _steps(steps: Sequence[Line], names: Mapping[str, str]) -> Iterator[str]:
    for line in steps:
        text, head = escape(line.text), escape(line.head)
        if line.kind is Kind.EXACT:
            yield _value(names.get(line.text, "Address"), line.text)
        elif line.kind is Kind.TITLE:
            yield f"<h3>{text}</h3>"
        elif text or head:
            sign = f"{line.sign.value} " if line.sign is not Sign.NONE else ""
            kind = "warning" if line.sign is Sign.WARN else "step" if head else "more"
            yield f'<p class="{kind}">{sign}{f"<b>{head}</b> " if head else ""}{text}</p>'


def _scopes(scopes: Iterable[Box]) -> Iterator[str]:
    for section, boxes in groupby(scopes, key=lambda box: box.section):
        labels = "\n".join(
            f'<label><input type="checkbox" autocomplete="off"> {box.card} &rsaquo; {box.name}</label>'
            for box in boxes
        )
        yield f"<fieldset><legend>{section}</legend>\n{labels}\n</fieldset>"
