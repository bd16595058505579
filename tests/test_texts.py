"""Every text that a person can read speaks the same plain language. ``python -m tests.test_texts`` lists them."""

from __future__ import annotations

import ast
import re
import sys
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.support.documents import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOT = {
    "so far": "say what is known",
    "nobody": "say what is known",
    "somebody": "a person, you",
    "it is told": "say who says what",
    "is asked of": "say who asks",
    "all the same": "still",
    "proof": "sign-in test, verified",
    "prove|proves|proven|proved": "sign-in test, verified",
    "staged": "not sent yet",
    "pairs?": "credentials",
    "rehears(e|es|ed|al|als)": "sandbox, simulated",
    "stand-ins?": "sandbox, simulated",
    "kept": "saved",
    "via": "by, through, with",
    "could not tell": "could not check",
    "that StackOne does not document": "StackOne doesn't document this call",
}
"""Words that no text has, and what to say instead."""

NO_WORDS = re.compile(r"--\w[\w-]*|\b[\w/]+(_|\.)[\w./]+\b|EH_\w+")
"""Flags, variables, names of files and identifiers, which are named as they are."""

DOCUMENTS = ("README.md", "SECURITY.md", "docs/*.md")
PROSE = re.compile(r"[A-Za-z']{2,}[,;:.]? +(\{…\} +)?[A-Za-z']{2,}")
"""Two words beside each other, or with a value between them."""

NO_PROSE = re.compile(r"\(\?|\\[wdsb]|\[\^|^(GET|POST|PATCH|SELECT) |^[a-z]+=")
"""Patterns, and what is for machines."""


class Text(NamedTuple):
    """A text, and where it stands; ``{…}`` is a value."""

    file: str
    line: int
    text: str


def texts() -> Iterator[Text]:
    """All of them, file by file."""
    for path in sorted((ROOT / "eh_connect").rglob("*.py")):
        yield from _of_code(path)
    for path in sorted((ROOT / "eh_connect").rglob("*.html")):
        yield from _of_page(path)
    for pattern in DOCUMENTS:
        for path in sorted(ROOT.glob(pattern)):
            if path.name != "architecture.md":  # for developers
                yield from _of_document(path)


def _of_code(path: Path) -> Iterator[Text]:
    """The strings of a module that are no docstrings."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"), str(path))))
    inner = {node.value for node in nodes if isinstance(node, ast.Expr)}
    inner |= {part for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            text = "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{…}" for part in node.values
            )
        elif isinstance(node, ast.Constant) and node not in inner:
            text = str(node.value)
        else:
            continue
        if PROSE.search(text) and not NO_PROSE.search(text):
            yield _text(path, node.lineno, text)


def _of_page(path: Path) -> Iterator[Text]:
    source = re.sub(r"<(style|script).*?</\1>", _blank, path.read_text("utf-8"), flags=re.DOTALL)
    return _of_lines(path, re.sub(r"<[^>]*>|\{[{%].*?[}%]\}", _blank, source))


def _of_document(path: Path) -> Iterator[Text]:
    source = re.sub(r"^```.*?^```$", _blank, path.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    return _of_lines(path, re.sub(r"\]\([^)]*\)", "]", re.sub(r"`[^`]*`", "`…`", source)))


def _of_lines(path: Path, source: str) -> Iterator[Text]:
    for number, line in enumerate(source.splitlines(), 1):
        if PROSE.search(line):
            yield _text(path, number, line)


def _blank(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n") or " "


def _text(path: Path, line: int, text: str) -> Text:
    return Text(path.relative_to(ROOT).as_posix(), line, " ".join(text.split()))


@cache
def everything() -> list[Text]:
    return list(texts())


@pytest.mark.parametrize("word", NOT)
def test_no_text_has_a_word_that_we_do_not_say(word: str) -> None:
    pattern = re.compile(rf"(?<![\w-])({word})(?![\w-])", re.IGNORECASE)
    found = [text for text in everything() if pattern.search(NO_WORDS.sub("…", text.text))]
    assert found == [], f"say instead: {NOT[word]}"


def test_quotes_are_straight() -> None:
    assert not [text for text in everything() if re.search("[“”„]", text.text)]


def test_the_list_has_texts_of_each_kind() -> None:
    kinds = ("eh_connect/flows/", "eh_connect/cli/", "eh_connect/person/", ".html", "README.md", "docs/")
    assert all(any(kind in text.file for text in everything()) for kind in kinds)


if __name__ == "__main__":
    sys.stdout.writelines(f"{text.file}:{text.line}: {text.text}\n" for text in texts())
