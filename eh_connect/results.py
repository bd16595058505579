"""What a command found or did: as fields of its JSON object, and as lines for a person."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar, Literal, Self

import msgspec

from eh_connect import dates, lines
from eh_connect.errors import NextStep  # noqa: TC001  # the JSON Schema is made of the annotations
from eh_connect.lines import Line, Sign
from eh_connect.record import Record


class View(Record, frozen=True, kw_only=True):
    """A part of a result. All its fields but the ``hidden`` ones are in the JSON object (docs/schema)."""

    hidden: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def sharing(cls, source: object, **more: Any) -> Self:
        """Make one from ``more``, and from the attributes of ``source`` that have the names of fields."""
        shared = {name: getattr(source, name) for name in cls.__struct_fields__ if hasattr(source, name)}
        return cls(**shared | more)

    def body(self) -> dict[str, Any]:
        """Return the fields of the JSON object."""
        names = zip(self.__struct_fields__, self.__struct_encode_fields__, strict=True)
        return {name: _json(getattr(self, field)) for field, name in names if field not in self.hidden}


def _json(value: Any) -> Any:
    if isinstance(value, View):
        return value.body()
    return [_json(each) for each in value] if isinstance(value, tuple) else msgspec.to_builtins(value)


class Result(View, frozen=True, kw_only=True):
    """The base class of what a command returns."""

    hidden = frozenset({"next_steps", "exit_code"})
    next_steps: tuple[NextStep, ...] = ()
    exit_code: int = 0

    def lines(self) -> list[Line]:
        """Return the result as lines for a person."""
        raise NotImplementedError


class SecretView(View, frozen=True, kw_only=True):
    """A Client Secret as it may be shown. ``stored_in`` is ``module.Class`` of the keyring."""

    fingerprint: str
    stored_in: str | None
    set_at: str | None


class LocalView(View, frozen=True, kw_only=True):
    """What is saved here of a label. A field is null where nothing is saved, or it can't be read."""

    id: str | None
    name: str | None
    fingerprint: str | None
    set_at: str | None
    proven: str | None
    scopes_checked_at: str | None
    scopes_missing: tuple[str, ...]
    via: str | None
    staged: bool | None
    previous: str | None
    api_key_kept: bool | None
    stackone_url: str | None
    org_id: str | None
    app_name: str | None
    scopes: str | None


class RemoteView(View, frozen=True, kw_only=True):
    """The profile as StackOne lists it."""

    id: str
    name: str
    active: bool | None
    default: bool | None
    created_at: str | None
    updated_at: str | None


class Due(View, frozen=True, kw_only=True):
    """Something to do: its ID, the reason, and the command that does it, ready to run."""

    id: str
    why: str
    command: str


class ProfileStatus(View, frozen=True, kw_only=True):
    """One label; ``local`` is null where its state can't be read."""

    hidden = frozenset({"why_not", "secret", "keyring", "roll_back", "check_scopes"})
    label: str
    local: LocalView | None = None
    remote: RemoteView | None = None
    agree: bool | None = None
    due: tuple[Due, ...] = ()
    why_not: str = ""
    secret: SecretView | None = None
    keyring: str | None = None
    roll_back: str = ""
    check_scopes: str = ""

    def lines(self) -> list[Line]:
        """A paragraph."""
        local = self.local
        if local is None:
            return [lines.title(f"Label {self.label}"), lines.fail("What is saved can't be read", indent=2)]
        name = f'"{local.name}" (label: {self.label})' if local.name else f"Label {self.label}"
        found = [lines.title(name)]
        if local.id:
            found += [lines.exact(local.id), self._remote()]
        if local.fingerprint:
            where = self.keyring or ("not in the keyring" if local.staged is not None else "keyring not read")
            since = f"set {dates.moment(local.set_at)}, " if local.set_at else ""
            sign = Sign.OK if self.keyring else Sign.WARN
            found.append(lines.row("Client Secret", f"{local.fingerprint}, {since}{where}", sign))
        if local.previous:
            found.append(lines.row("Previous", f"{local.previous}, for {self.roll_back}", Sign.OK))
        if local.staged:
            found.append(lines.row("New credentials", "saved here, not known to be in use", Sign.WARN))
        if local.proven:
            found.append(lines.row("Sign-in test", f"passed {dates.moment(local.proven)}", Sign.OK))
            found.append(self._scopes(local))
        for each in self.due:
            said = lines.from_text(each.why, partial(lines.warn, indent=2))
            if each.id == "not_proven":
                said = [lines.row("Sign-in test", "not done with this secret", Sign.WARN)]
            found += [*said, lines.todo(each.command, indent=4)]
        return found if self.due else [*found, lines.ok("Nothing to do", indent=2)]

    def _remote(self) -> Line:
        if self.remote is None and self.agree is False:
            return lines.row("StackOne", "not there", Sign.FAIL)
        if self.remote is None:
            return lines.row("StackOne", f"not checked: {self.why_not}", Sign.UNSURE)
        enabled = {True: "enabled", False: "disabled", None: "there"}[self.remote.active]
        sign, text = {
            True: (Sign.OK, f"not changed by others since {dates.moment(self.remote.updated_at)}"),
            False: (Sign.WARN, "changed by others"),
            None: (Sign.UNSURE, "can't be compared"),
        }[self.agree]
        return lines.row("StackOne", f"{enabled}, {text}", sign)

    def _scopes(self, local: LocalView) -> Line:
        if local.scopes_checked_at is None:
            return lines.row("Scopes", f"not checked: {self.check_scopes}", Sign.UNSURE)
        checked = dates.moment(local.scopes_checked_at)
        if local.scopes_missing:
            return lines.row(
                "Scopes", f"missing: {', '.join(local.scopes_missing)}; checked {checked}", Sign.FAIL
            )
        return lines.row("Scopes", f"none found missing, checked {checked}", Sign.OK)


class StatusResult(Result, frozen=True, kw_only=True):
    """``status``; ``secret`` is that of the only label, null where there are several."""

    hidden = Result.hidden | {"set_up"}
    profiles: tuple[ProfileStatus, ...]
    secret: SecretView | None
    set_up: str = ""

    def lines(self) -> list[Line]:
        """A paragraph for each label."""
        if not self.profiles:
            return [lines.unsure("Nothing is set up on this computer"), lines.todo(self.set_up)]
        return [line for profile in self.profiles for line in (lines.BLANK, *profile.lines())][1:]


class RemovedView(View, frozen=True, kw_only=True):
    """The label, and the ID of its profile at StackOne."""

    label: str
    id: str | None


class RemoveResult(Result, frozen=True, kw_only=True):
    """``remove``; ``by_hand`` says what remains to be done elsewhere."""

    hidden = Result.hidden | {"was_shown"}
    action: Literal["removed", "unchanged"]
    profile: RemovedView
    by_hand: tuple[str, ...]
    was_shown: bool = False

    def lines(self) -> list[Line]:
        """What happened, and what remains, unless it was shown before."""
        label = self.profile.label
        if self.action == "unchanged":
            return [lines.unsure(f"Nothing was saved here under the label {label}")]
        remains = () if self.was_shown else self.by_hand
        shown = [line for text in remains for line in lines.from_text(text, lines.todo)]
        return [lines.ok(f"Removed from this computer: label {label}"), *shown]


class ActionView(View, frozen=True, kw_only=True):
    """One action that was run; ``missing_scope`` is the section, card and box of the portal if they are known.

    ``not_chosen``: it is refused for want of a scope that this set-up left out by choice.
    """

    id: str
    result: Literal["works", "scope_missing", "not_chosen", "not_checked"] = "not_checked"
    http_status: int | None
    missing_scope: str | None = None


class SessionResult(Result, frozen=True, kw_only=True):
    """``verify`` and ``link``, also where they fail. The link is null where an earlier run made it."""

    hidden = Result.hidden | {"found"}
    session_id: int | str
    auth_link_url: str | None
    expires_at: str | None
    status: str
    oauth_error: str | None
    actions: tuple[ActionView, ...] | None = None
    found: tuple[Line, ...] = ()

    def lines(self) -> list[Line]:
        """What was found, in that order."""
        return list(self.found)


class CheckView(View, frozen=True, kw_only=True):
    """One check of ``doctor``; ``name`` is its ID in words."""

    hidden = frozenset({"name"})
    id: str
    result: Literal["pass", "warn", "fail", "skip"]
    detail: str
    remedy: str | None
    name: str


_SIGNS = {"pass": Sign.OK, "warn": Sign.WARN, "fail": Sign.FAIL, "skip": Sign.UNSURE}


class DoctorResult(Result, frozen=True, kw_only=True):
    """``doctor``."""

    checks: tuple[CheckView, ...]

    @property
    def summary(self) -> str:
        """``1 problem, 2 warnings``."""
        counts = [sum(each.result == kind for each in self.checks) for kind in ("fail", "warn")]
        words = [lines.counted(n, word) for n, word in zip(counts, ("problem", "warning"), strict=True) if n]
        return ", ".join(words) or "No problem found"

    def lines(self) -> list[Line]:
        """The rows, and the summary."""
        return [*self.rows(), lines.prose(self.summary, indent=0)]

    def rows(self) -> list[Line]:
        """A row for each check, with its remedy below."""
        found = []
        for each in self.checks:
            found.append(lines.row(each.name, each.detail, _SIGNS[each.result]))
            found += [lines.todo(each.remedy, indent=4)] if each.remedy else []
        return [*found, lines.BLANK]
