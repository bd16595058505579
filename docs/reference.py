"""Write the parts of the documentation that are made from the code: ``python -m docs.reference``.

The tables of inputs (setup.md) and of cards and presets (employment-hero.md), and docs/schema/*.json.
``tests/test_reference.py`` compares them with the code, and with what commands print.
"""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from eh_connect import inputs
from eh_connect.change import WriteResult
from eh_connect.cli.commands import COMMANDS
from eh_connect.cli.output import Common, Error
from eh_connect.cli.parser import default_text
from eh_connect.cli.sandbox import SandboxResult
from eh_connect.employment_hero.scopes import BOXES, PRESETS, by_card
from eh_connect.guide_document import GuideResult, WrittenResult
from eh_connect.person.hand_over import PageResult
from eh_connect.results import DoctorResult, RemoveResult, Result, SessionResult, StatusResult, View
from eh_connect.values import Input

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DOCS = Path(__file__).parent
SCHEMA = DOCS / "schema"

RESULTS: dict[str, tuple[type[Result], ...]] = {
    "setup": (WriteResult,),
    "rotate": (WriteResult,),
    "verify": (SessionResult,),
    "link": (SessionResult,),
    "status": (StatusResult,),
    "doctor": (DoctorResult,),
    "guide": (GuideResult, PageResult, WrittenResult),
    "remove": (RemoveResult,),
    "sandbox": (SandboxResult,),
}
"""The results that each command can print."""


class Failure(Common, frozen=True, kw_only=True):
    """A failure. What the command found before it failed is beside ``error``."""

    ok: Literal[False]
    error: Error


def schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schemas, by the name of their file."""
    models = {model for each in RESULTS.values() for model in each}
    parts = msgspec.json.schema_components((*models, Common, Failure), ref_template="#/$defs/{name}")[1]
    for view in _views(View):
        its = parts.get(view.__name__, {"properties": {}})
        its["properties"] = {name: of for name, of in its["properties"].items() if name not in view.hidden}
    found = {
        name: _schema(f"eh-connect {name} --json", parts, *(model.__name__ for model in models))
        for name, models in RESULTS.items()
    }
    return {**found, "failure": _schema("A failure of eh-connect --json", parts, "Failure")}


def _views(view: type[View]) -> Iterator[type[View]]:
    yield view
    for each in view.__subclasses__():
        yield from _views(each)


def _schema(title: str, parts: dict[str, Any], *names: str) -> dict[str, Any]:
    """The schema of an object: the common fields, and those of one of the named results."""
    made = []
    for name in names:
        properties = parts["Common"]["properties"] | parts[name]["properties"]
        made.append(parts[name] | {"properties": properties, "required": [*properties]})
    body = made[0] if len(made) == 1 else {"anyOf": made}
    used: dict[str, Any] = {}
    while more := {*re.findall(r"#/\$defs/(\w+)", json.dumps([body, used]))} - used.keys():
        used |= {name: parts[name] for name in more}
    for each in used.values():
        if "properties" in each:
            each["required"] = [*each["properties"]]
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title}
    its = {"$defs": {name: _open(used[name]) for name in sorted(used)}} if used else {}
    return {**head, **its, **{key: value for key, value in _open(body).items() if key != "title"}}


def _open(schema: Any) -> Any:
    """Allow new fields in a schema, as later versions may add some. Drop its titles, which say nothing."""
    if isinstance(schema, list):
        return [_open(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if isinstance(text := schema.get("description"), str):
        schema = schema | {"description": inspect.cleandoc(text)}
    kinds = [each.get("type") for each in schema.get("anyOf", ()) if each.keys() == {"type"}]
    if kinds and len(kinds) == len(schema["anyOf"]):  # such as a text or null
        schema = {key: value for key, value in schema.items() if key != "anyOf"} | {"type": kinds}
    kept = {key: value for key, value in schema.items() if key != "additionalProperties" or value}
    return {
        key: {name: _open(each) for name, each in value.items()} if key == "properties" else _open(value)
        for key, value in kept.items()
        if not (key == "title" and isinstance(value, str)) and key != "default"
    }


def declared() -> list[Input[Any]]:
    """All inputs, in the order of their declaration."""
    return [each for each in vars(inputs).values() if isinstance(each, Input)]


def values_table() -> str:
    """The table of the inputs that have a variable."""
    rows = [
        (
            _said(each),
            _code(f"{each.flag} {each.kind.metavar}") if each.flag else "none",
            _code(each.variable),
        )
        for each in declared()
        if each.variable
    ]
    return _table(("value", "flag", "variable"), rows)


def flags_table() -> str:
    """The table of the flags that have no variable."""
    rows = []
    for each in declared():
        if each.variable or not each.flag:
            continue
        flags = f"{each.flag} {each.kind.metavar}".strip()
        shown = ", ".join(_code(flag) for flag in (flags, each.off) if flag)
        takers = [name for name in COMMANDS if each in COMMANDS[name].all_inputs]
        of = "every command" if each in inputs.COMMON else ", ".join(map(_code, takers))
        rows.append((shown, of, _said(each)))
    return _table(("flag", "of", "does"), rows)


def _said(wanted: Input[Any]) -> str:
    default = default_text(wanted)
    return (wanted.help or wanted.title) + (f"; default {_code(default)}" if default else "")


def presets_table() -> str:
    """The table of the presets, and the cards that each ticks."""
    rows = []
    for name, preset in PRESETS.items():
        names = [boxes[0].card for boxes in preset.cards]
        few = ", ".join(names) if len(names) < len(PRESETS["all-read"].cards) else f"{len(names)} cards"
        rows.append((_code(name), few))
    return _table(("preset", "Read on"), rows)


def cards_table() -> str:
    """The table of the cards in the portal's form."""
    rows = [
        (its[0].card, its[0].section, ", ".join(box.name for box in its), "yes" * its[0].is_sensitive)
        for its in by_card(BOXES)
    ]
    return _table(("card", "section", "boxes", "sensitive"), rows)


def _code(text: str | None) -> str:
    return f"`{text}`".replace("|", "\\|")


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join(f"| {' | '.join(row)} |".replace("|  |", "| |") for row in lines)


TABLES = {
    "setup.md": {"values": values_table, "flags": flags_table},
    "employment-hero.md": {"presets": presets_table, "cards": cards_table},
}


def with_tables(document: str) -> str:
    """The text of a document, with its tables made anew."""
    text = (DOCS / document).read_text("utf-8")
    for name, make in TABLES[document].items():
        begin, end = f"<!-- {name}: made by docs/reference.py -->", f"<!-- end of {name} -->"
        before, _, rest = text.partition(begin)
        after = rest.partition(end)[2]
        text = f"{before}{begin}\n\n{make()}\n\n{end}{after}"
    return text


def made() -> dict[Path, str]:
    """The text of each file, as it should be."""
    found = {DOCS / document: with_tables(document) for document in TABLES}
    for name, schema in schemas().items():
        found[SCHEMA / f"{name}.json"] = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    return found


def main() -> None:
    """Write all these files."""
    for path, text in made().items():
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
