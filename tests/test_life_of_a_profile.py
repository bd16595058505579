"""Whatever happens to a profile in its life, in whatever order: what StackOne has is saved here."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpx
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from eh_connect.errors import EhConnectError, StorageError
from eh_connect.flows.console import Console
from eh_connect.flows.remove import forget
from eh_connect.flows.status import Comparison, LabelSource
from tests.support.stackone import Fault, Killed
from tests.support.world import World, pair, texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from eh_connect.secret import Credentials

REQUESTS = ("list", "actions", "ask to create", "create", "ask to update", "update")
NEVER_DONE: list[Any] = [401, 404, 409, 422, 429, httpx.ConnectError]
PERHAPS_DONE: list[Any] = [408, 500, httpx.ReadTimeout, Killed]
whats = st.tuples(st.sampled_from(NEVER_DONE), st.just("none")) | st.tuples(
    st.sampled_from(PERHAPS_DONE), st.sampled_from(["none", "now", "late"])
)
faults = st.none() | st.builds(
    lambda request, what, times, skips: Fault(request, what[0], what[1], times, skips),
    st.sampled_from(REQUESTS),
    whats,
    st.sampled_from([1, 2, 9]),
    st.integers(0, 1),
)
deaths = st.just(0) | st.integers(1, 40)
storage = st.none() | st.sampled_from(
    ["writes next", "wrote next", "writes current", "writes state", "deletes next"]
)


class LifeOfAProfile(RuleBasedStateMachine):
    """Each run may fail or die anywhere; others change the profile, and the person does what was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.given = 0

    @initialize()
    def it_is_set_up(self) -> None:
        self.run("setup", self.new())

    def new(self) -> Credentials:
        self.given += 1
        return pair(f"number-{self.given}-")

    def run(
        self,
        purpose: str,
        credentials: Credentials | None = None,
        fault: Fault | None = None,
        death: int = 0,
        broken: str | None = None,
    ) -> None:
        world = self.world
        world.stackone.faults += [] if fault is None else [fault]
        world.keyring.step = world.states.step = self.stumbling(broken)
        with suppress(Killed, EhConnectError):
            world.run(purpose, credentials, kill_at=death)
        world.keyring.step = world.states.step = world.steps
        if fault is not None:
            world.stackone.faults.remove(fault)
        world.clock.now += 1

    def stumbling(self, broken: str | None) -> Callable[[str], None]:
        def step(name: str) -> None:
            self.world.steps(name)
            if name == broken:
                raise StorageError("it does not answer")

        return step

    @rule(purpose=st.sampled_from(["setup", "rotate"]), fault=faults, death=deaths, broken=storage)
    def a_new_secret_is_brought(self, purpose: str, fault: Any, death: int, broken: Any) -> None:
        self.run(purpose, self.new(), fault, death, broken)

    @precondition(lambda self: {"current", "next"} & self.world.held.keys())
    @rule(
        purpose=st.sampled_from(["setup", "rotate", "rollback"]), fault=faults, death=deaths, broken=storage
    )
    def what_is_saved_is_brought(self, purpose: str, fault: Any, death: int, broken: Any) -> None:
        self.run(purpose, None, fault, death, broken)

    @rule(can=st.booleans())
    def stackone_takes_its_calls_away_or_gives_them_back(self, can: bool) -> None:
        asks = [] if can else [Fault("ask to create", 404), Fault("ask to update", 501)]
        self.world.stackone.faults = asks

    @precondition(lambda self: self.is_waited_for and "next" in self.world.held)
    @rule()
    def the_person_does_in_the_dashboard_what_was_asked(self) -> None:
        stackone, staged = self.world.stackone, texts(self.world.held["next"])
        row = stackone.rows.get(self.world.state.profile_id or "")
        if row is None:
            row = stackone.make()
        stackone.change(row, secret=staged, ours=True)

    @property
    def is_waited_for(self) -> bool:
        state = self.world.states.states.get("default")
        return state is not None and state.pending is not None and state.pending.via == "dashboard"

    @precondition(lambda self: self.world.stackone.rows and not self.is_waited_for)
    @rule(theirs=st.booleans())
    def somebody_else_edits_the_profile(self, theirs: bool) -> None:
        row = next(iter(self.world.stackone.rows.values()))
        fields = {"secret": ("theirs", "theirs")} if theirs else {"ours": row.ours}
        self.world.stackone.change(row, **fields)

    @precondition(lambda self: "next" in self.world.held)
    @rule()
    def employment_hero_rejects_what_is_staged(self) -> None:
        self.world.rejects.add(self.world.held["next"])

    @rule()
    def time_passes(self) -> None:
        self.world.clock.now += 100

    @precondition(lambda self: self.world.states.states)
    @rule(death=deaths)
    def it_is_removed(self, death: int) -> None:
        world = self.world
        world.steps.revive(death)
        before = {texts(each) for each in world.held.values()}
        with suppress(Killed):
            local = world.local()
            console = Console(lambda *_: None, world.warnings.append)
            forget(local, LabelSource(local.label, local), world.values("remove"), console, None)
            assert (world.keyring.entries, world.states.states) == ({}, {})
        gone = before - {texts(each) for each in world.held.values()}
        for row in world.stackone.rows.values():
            row.ours = row.ours and row.secret not in gone

    @rule()
    def a_clean_run_brings_its_credentials_into_force_and_status_agrees(self) -> None:
        world = self.world
        world.stackone.faults.clear()
        world.clock.now += 100  # whatever was under way is over
        wanted = self.new()
        client, _ = world.client()
        world.run("setup", wanted, if_exists="update")
        profiles = client.profiles()
        seen = Comparison(world.local(), profiles, lambda *words: " ".join(words))
        assert seen.agrees is True
        assert [each.id for each in seen.due(world.now(), None)] == ["not_proven"]
        world.is_settled(wanted)
        assert world.run("setup").action == "unchanged"

    @invariant()
    def nothing_is_lost(self) -> None:
        self.world.is_safe()


LifeOfAProfile.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=15,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestLifeOfAProfile = LifeOfAProfile.TestCase
