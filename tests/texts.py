"""Every text that a person can read, in one list: ``python -m tests.texts``."""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
DOCUMENTS = ("README.md", "SECURITY.md", "docs/*.md")
FOR_DEVELOPERS = {"docs/architecture.md"}
PROSE = re.compile(r"[A-Za-z']{2,}[,;:.]? +(\{…\} +)?[A-Za-z']{2,}")
"""Two words beside each other, or with a value between them."""

NO_PROSE = re.compile(r"\(\?|\\[wdsb]|\[\^|^(GET|POST|PATCH|SELECT) |^[a-z]+=")
"""Patterns, and what is for machines."""


@dataclass(frozen=True)
class Text:
    """A text, and where it stands; ``{…}`` is a value."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


def texts() -> Iterator[Text]:
    """All of them, file by file."""
    for path in sorted((ROOT / "eh_connect").rglob("*.py")):
        yield from _of_code(path)
    for path in sorted((ROOT / "eh_connect").rglob("*.html")):
        yield from _of_page(path)
    for pattern in DOCUMENTS:
        for path in sorted(ROOT.glob(pattern)):
            if _name(path) not in FOR_DEVELOPERS:
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
            yield Text(_name(path), node.lineno, _one_line(text))


def _of_page(path: Path) -> Iterator[Text]:
    source = re.sub(r"<(style|script).*?</\1>", _blank, path.read_text("utf-8"), flags=re.DOTALL)
    return _of_lines(path, re.sub(r"<[^>]*>|\{[{%].*?[}%]\}", _blank, source))


def _of_document(path: Path) -> Iterator[Text]:
    source = re.sub(r"^```.*?^```$", _blank, path.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    return _of_lines(path, re.sub(r"\]\([^)]*\)", "]", re.sub(r"`[^`]*`", "`…`", source)))


def _of_lines(path: Path, source: str) -> Iterator[Text]:
    for number, line in enumerate(source.splitlines(), 1):
        if PROSE.search(line):
            yield Text(_name(path), number, _one_line(line))


def _blank(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n") or " "


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


if __name__ == "__main__":
    sys.stdout.writelines(f"{text}\n" for text in texts())
