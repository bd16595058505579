"""Every text that a person can read speaks the same plain language."""

from __future__ import annotations

import re
from functools import cache

import pytest

from tests.texts import Text, texts

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


@cache
def everything() -> list[Text]:
    return list(texts())


@pytest.mark.parametrize("word", NOT)
def test_no_text_has_a_word_that_we_do_not_say(word: str) -> None:
    pattern = re.compile(rf"(?<![\w-])({word})(?![\w-])", re.IGNORECASE)
    found = [str(text) for text in everything() if pattern.search(NO_WORDS.sub("…", text.text))]
    assert not found, f"say instead: {NOT[word]}\n" + "\n".join(found)


def test_quotes_are_straight() -> None:
    assert not [str(text) for text in everything() if re.search("[“”„]", text.text)]


def test_the_list_has_texts_of_each_kind() -> None:
    kinds = ("eh_connect/flows/", "eh_connect/cli/", "eh_connect/person/", ".html", "README.md", "docs/")
    assert all(any(kind in text.file for text in everything()) for kind in kinds)
