"""The project's documents, taken apart: fenced blocks, tables, inline code, command lines."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
FOR_USERS = (README, *sorted((ROOT / "docs").glob("*.md")))
ALL = (*FOR_USERS, *(ROOT / name for name in ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")))

_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A fenced block, without the indentation of the list that it may stand in."""

    language: str
    text: str


def blocks(document: Path, *languages: str) -> list[Block]:
    """The document's fenced blocks: all, or those of these languages."""
    found = _BLOCK.findall(document.read_text(encoding="utf-8"))
    blocks = [Block(language, textwrap.dedent(text).strip()) for _, language, text in found]
    return [block for block in blocks if not languages or block.language in languages]


def prose(document: Path) -> str:
    """The document without its fenced blocks."""
    return _BLOCK.sub("", document.read_text(encoding="utf-8"))


def inline_code(document: Path) -> list[str]:
    """What stands between single backticks, outside fenced blocks."""
    return re.findall(r"`([^`]+)`", prose(document))


def command_lines(document: Path) -> list[str]:
    """Every command line of ours, from ``eh-connect`` on, in blocks and in the text."""
    lines = [line for block in blocks(document) for line in block.text.splitlines()]
    found = (
        re.search(r"(?:^|[\s/])(eh-connect(?: [^&|>]*)?)$", re.split(r" [|>&]|; ", text)[0])
        for text in (*lines, *inline_code(document))
    )
    return [match[1].strip() for match in found if match]


def table(document: Path, *heads: str) -> list[list[str]]:
    """The rows of the one table with these column heads, cell by cell."""
    lines = document.read_text(encoding="utf-8").splitlines()
    start = lines.index("| " + " | ".join(heads) + " |") + 2
    rows: list[list[str]] = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def anchors(document: Path) -> set[str]:
    """What a link into the document may name: its headings, as GitHub spells them."""
    heads = re.findall(r"^#+ (.+)$", prose(document), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
