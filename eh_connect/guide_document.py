"""The guide as a document: text, Markdown or JSON. A value to copy has a line of its own at any width."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from eh_connect import inputs as i
from eh_connect.change import Change
from eh_connect.guide import PRECONDITIONS, dashboard_section, organisation_pattern, portal_section
from eh_connect.guide_steps import Form, Guide, Section, Step, Value
from eh_connect.lines import BLANK, Line, exact, ok, prose, title
from eh_connect.results import Result
from eh_connect.stackone.models import ProfileFields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eh_connect.values import Values

_CREDENTIALS = Section(
    "Give the credentials to eh-connect",
    (
        Step(
            "Copy the Client ID and the Client Secret with the Copy buttons. Give them to eh-connect: it "
            "asks for them and saves them in the keyring of your computer.",
            values=(Value("Command", "eh-connect setup"),),
            see="Each probably has 43 characters: so it was in the one application that was looked at.",
            mistake="leaving it for later. The application's page should show both again, but copy them now.",
        ),
        Step(
            "Does someone else run eh-connect? Lock the values for sending: eh-connect guide --format html "
            "makes a page that does it. Or send the secret by a password manager's one-time share.",
            mistake="chat, mail or a ticket for the plain secret: copies stay there. Two messages are not "
            "safer than one.",
        ),
    ),
    ordered=False,
)

_TOKENS = Section(
    "Good to know: tokens",
    (
        Step("An access token lives 15 minutes."),
        Step(
            "Refresh tokens do not expire, but each refresh returns a new one, which must replace the "
            "stored one."
        ),
        Step(
            "Employment Hero demands PKCE (S256). Accounts that were connected without it probably must "
            "connect again. Whether StackOne's connector sends it is not documented: if every sign-in fails "
            "though all values are right, ask StackOne."
        ),
        Step(
            "Whoever connects an account must be an administrator of that organisation, or have the rights "
            "of the modules. Only scopes of the section User do without."
        ),
    ),
    ordered=False,
)

_LINKING = Value("Documentation", "docs.stackone.com › Linking accounts", Form.ROW)
_AFTERWARDS = Section(
    "Afterwards",
    (
        Step(
            "Test the profile: sign in to Employment Hero with a test account.",
            values=(Value("Command", "eh-connect verify"),),
        ),
        Step("Connect your customers' accounts.", values=(_LINKING,)),
    ),
)


def build(values: Values) -> Guide:
    """Return the guide for what this run was told."""
    portal = portal_section(values)
    if not values[i.ORG_ID]:
        finding = Step(
            "Find the organisation's ID: it is in the address of most pages once you have signed in. With "
            "it, eh-connect guide --org-id ID shows the portal's address.",
            values=(Value("Address", organisation_pattern(values)),),
        )
        portal = Section(portal.title, (finding, *portal.steps))
    creation = Change(None, ProfileFields(name=values.require(i.NAME), actions=values[i.ACTIONS]), ())
    dashboard = dashboard_section(values, creation)
    return Guide(
        "Connect Employment Hero to StackOne",
        "Values to copy stand alone on their lines. eh-connect setup leads through all of this, and does the "
        "part at StackOne where its API allows it.",
        (PRECONDITIONS, portal, _CREDENTIALS, dashboard, _TOKENS, _AFTERWARDS),
    )


class GuideResult(Result, frozen=True, kw_only=True):
    """``guide``; ``form`` is the format that the person wants."""

    hidden = Result.hidden | {"form"}
    guide: Guide
    form: str = "text"

    def lines(self) -> list[Line]:
        """The guide as text, or its Markdown line by line."""
        if self.form == "markdown":
            return [exact(line) for line in markdown(self.guide).splitlines()]
        found = [title(self.guide.title), prose(self.guide.note)]
        for section in self.guide.sections:
            found += [BLANK, *section.lines(document=True)]
        return found


class WrittenResult(Result, frozen=True, kw_only=True):
    """The file that the guide was written to."""

    path: str

    def lines(self) -> list[Line]:
        """Where it is."""
        return [ok("Wrote the guide:"), exact(self.path)]


def markdown(guide: Guide) -> str:
    """Return the guide as CommonMark. Each value is in a fence longer than any run of backticks in it."""
    blocks = [f"# {guide.title}", guide.note]
    for section in guide.sections:
        blocks.append(f"## {section.title}")
        for number, step in enumerate(section.steps, 1):
            blocks += _blocks(step, f"**{number}.** " if section.ordered else "")
    return "\n\n".join(blocks) + "\n"


def _blocks(step: Step, mark: str) -> Iterator[str]:
    """Yield the blocks of a step; it is no list item, because a fence in one would end with the item."""
    yield f"{mark}{f'{step.field}: ' if step.field else ''}{step.do}"
    rows = [f"{value.label}: {value.value}" for value in step.of(Form.ROW)]
    fenced = [*([value.value] for value in step.of(Form.COPY)), [step.compared], rows]
    yield from (_fenced(*values) for values in fenced if any(values))
    yield from (*step.more, *step.notes)


def _fenced(*values: str) -> str:
    longest = max(len(run) for value in values for run in re.findall(r"`*", value))
    fence = "`" * max(3, longest + 1)
    return "\n".join((f"{fence}text", *values, fence))
