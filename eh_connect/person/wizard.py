"""The wizard of ``setup``. It asks what is missing, in steps 1 to 4; the driver does step 5."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from eh_connect import dates
from eh_connect import inputs as i
from eh_connect.employment_hero.credentials import judge_api_key
from eh_connect.errors import StackOneAuthError, StoppedError
from eh_connect.flows.application import count_accounts
from eh_connect.flows.find import known_profile
from eh_connect.lines import BLANK, Line, counted, fail, ok, prose, row, title, todo, warn
from eh_connect.person import words
from eh_connect.person.application import ApplicationSteps
from eh_connect.person.asking import ask_for, ask_secret, region
from eh_connect.person.terminal import STOP, Choice

if TYPE_CHECKING:
    from collections.abc import Callable

    from eh_connect.secret import Secret
    from eh_connect.stackone.client import Client
    from eh_connect.stackone.models import ConnectorProfile

_MOST_SHOWN = 10
"""Profiles of a project; each costs a request that counts its accounts."""


@dataclass
class Wizard(ApplicationSteps):
    """Asks what is missing.

    Args:
        connect: makes the client for an API key.
        command: the command line of this run.
        linked: the number of accounts of each profile that was shown; None if it is not known.
    """

    connect: Callable[[Secret], Client]
    command: str
    linked: dict[str, int | None] = field(default_factory=dict)

    def gather(self) -> None:
        """Ask everything. Raises KeyboardInterrupt if the person stops."""
        self._intro()
        self.terminal.show(words.step(1, "StackOne"))
        self.ask_application(exists=self._choose_profile(self.ask_key()))

    def stopped(self) -> StoppedError:
        """The error for a run that the person stopped. It says what is saved, and how to go on."""
        may_exist = self.local.state.pending is not None
        return StoppedError(
            f"Stopped. {'The profile may exist at' if may_exist else 'Nothing was changed at'} StackOne.",
            detail=self._saved(),
            hint=f"{self.command}    {self._where_it_goes_on()}",
        )

    def _where_it_goes_on(self) -> str:
        local = self.local
        if local.state.pending is not None:
            return "looks for it first and won't create a second one"
        if local.state.profile_id is not None:
            return "goes on with them" if local.staged is not None else "starts again"
        if local.staged is not None:
            return f"goes on at step {words.STEPS}"
        if local.awaits_locked_text:
            return "goes on at step 4, with the text that you receive"
        return "goes on at step 3" if local.state.scopes else "starts again"

    def _intro(self) -> None:
        state, show = self.local.state, self.terminal.show
        if self.local.known or self.local.staged:
            if state.profile_id is None:
                when = f" on {dates.moment(state.begun_at)}" if state.begun_at else ""
                show(ok(f"Going on with what you saved{when}"))
            return
        show(title("Connect Employment Hero to StackOne"), BLANK, prose(words.INTRO), BLANK)
        show(*(row(head, text) for head, text in words.NEEDS), prose(words.BEFORE), BLANK)
        if self.local.writes:
            show(ok(f"Secrets will be saved in {self.local.keyring.display_name}"))
        else:
            show(warn("Nothing will be saved on this computer (--no-store)"))

    def ask_key(self) -> list[ConnectorProfile]:
        """Ask for an API key, unless there is one, until it works. Returns the project's profiles."""
        terminal, key = self.terminal, self.values[i.API_KEY]
        if key is None:
            terminal.show(prose(words.KEY_WHERE))
        while True:
            if key is None:
                while (key := ask_secret(terminal, "StackOne API key", words.API_KEY, judge_api_key)) is None:
                    terminal.show(*words.FIRST)
                self.values.answer(i.API_KEY, key)
            try:
                with terminal.working("Checking the key"):
                    reads = self.connect(key)
                    profiles = reads.profiles()
            except StackOneAuthError as exc:
                is_pasted = self.values.source(i.API_KEY) == "answer"
                pasted = f" You pasted {key.length} characters." if is_pasted else ""
                terminal.show(
                    fail(f"{exc.title}.{pasted}"),
                    *([prose(exc.detail)] if exc.detail else []),
                    todo("Paste it again, or create one: StackOne › Project Settings › API Keys"),
                )
                key = None
            else:
                terminal.show(*self._about_project(key, profiles, reads))
                return profiles

    def _about_project(self, key: Secret, profiles: list[ConnectorProfile], reads: Client) -> list[Line]:
        where = region(key)
        accepted = f"Key accepted{f' (region {where})' if where else ''}."
        if not profiles:
            return [ok(f"{accepted} Its project has no Employment Hero profile.")]
        if self.local.state.profile_id is not None:
            return [ok(accepted)]
        many = "an Employment Hero profile"
        if len(profiles) > 1:
            many = f"{len(profiles)} Employment Hero profiles"
        shown = profiles[:_MOST_SHOWN]
        self.linked = {profile.id: count_accounts(profile, reads) for profile in shown}
        described = [prose(_described(profile, self.linked[profile.id])) for profile in shown]
        return [ok(f"{accepted} Its project has {many}:"), *described]

    def _choose_profile(self, profiles: list[ConnectorProfile]) -> bool:
        """Ask which profile this is about. Returns whether it keeps its application."""
        state, values = self.local.state, self.values
        if known_profile(profiles, values, self.local) is not None:
            return False
        if not profiles or state.pending or values.require(i.IF_EXISTS) != "ask" or values.source(i.NAME):
            return False
        one = profiles[0] if len(profiles) == 1 else None
        which = "it" if one else "one of them"
        count = self.linked.get(one.id) if one else None
        accounts = "its accounts" if count is None else counted(count, "account")
        warning = "" if count == 0 else f"disconnects {accounts}"
        answer = self.terminal.choose(
            "What would you like to do?",
            (
                Choice("secret", f"Give {which} a new Client Secret of the same application"),
                Choice("other", f"Give {which} another application", warning=warning),
                Choice("second", "Create a profile with another name"),
                STOP,
            ),
            words.PROFILES,
        )
        if answer == "second":
            named = ask_for(self.terminal, i.NAME, values, taken=[profile.name for profile in profiles])
            return False if named else self._choose_profile(profiles)
        choices = [Choice(profile.id, profile.name, profile.id) for profile in profiles]
        values.answer(
            i.PROFILE_ID, one.id if one else self.terminal.choose("Which one?", choices, words.WHICH)
        )
        if answer == "other":
            values.answer(i.REPLACE_APPLICATION, True)
        return answer == "secret"

    def _saved(self) -> str:
        """What is saved of this run, in words."""
        if not self.local.writes:
            return "Nothing is saved, because of --no-store."
        if self.local.staged is not None:
            return f"Saved in {self.local.keyring.display_name}: Client ID, Client Secret"
        is_begun = self.local.state.scopes and self.local.state.profile_id is None
        return "Your answers about the application are saved." if is_begun else ""


def _described(profile: ConnectorProfile, count: int | None) -> str:
    enabled = {True: "enabled", False: "disabled", None: "state unknown"}[profile.active]
    created = f", created {dates.moment(profile.created_at)}" if profile.created_at else ""
    accounts = "" if count is None else f", {counted(count, 'linked account')}"
    return f'"{profile.name}", {enabled}{created}{accounts}'
