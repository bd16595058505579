"""Whatever happens to a profile in its life, in whatever order: what StackOne holds is kept here."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from eh_connect.errors import EhConnectError, InputError, LostAnswerError, NetworkError, StorageError
from eh_connect.errors import WriteRefusedError as Refused
from eh_connect.flows.keeping import Keeping
from eh_connect.flows.remove import RemoveRequest, remove
from eh_connect.ports import ProbeResult
from tests.support.fakes import Fault, Killed, World, pair

if TYPE_CHECKING:
    from eh_connect.secret import Pair

ERRORS: dict[str, list[tuple[BaseException, bool]]] = {  # and whether the call may have taken effect
    "*": [(Killed(), True), (Killed(), False)],
    "profiles": [(NetworkError("no answer"), False)],
    "may_update": [(NetworkError("no answer"), False)],
    "may_create": [(NetworkError("no answer"), False)],
    "create": [(LostAnswerError("lost"), True), (LostAnswerError("lost"), False), (Refused("no"), False)],
    "update": [(LostAnswerError("lost"), True), (LostAnswerError("lost"), False), (Refused("no"), False)],
    "write_pair": [(StorageError("full"), False), (StorageError("no answer"), True)],
    "delete": [(StorageError("locked"), False)],
    "write_state": [(StorageError("disk full"), False)],
}


@st.composite
def faults(draw: st.DrawFn) -> list[Fault]:
    """None, mostly; else one somewhere."""
    if draw(st.booleans()):
        return []
    call = draw(st.sampled_from(sorted(ERRORS)))
    error, after = draw(st.sampled_from(ERRORS[call]))
    return [Fault(call, error, draw(st.integers(1, 40 if call == "*" else 3)), after=after)]


class LifeOfAProfile(RuleBasedStateMachine):
    """Set-up, rotation, rollback, removal, and what others do at StackOne; each may fail or die anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.given = 0
        self.forgotten: set[Pair] = set()  # what others entered at StackOne, or was removed here knowingly

    @initialize()
    def set_up(self) -> None:
        self._run(self._new_pair(), [], "setup")

    def _new_pair(self) -> Pair:
        self.given += 1
        return pair(f"number-{self.given}")

    def _run(self, given: Pair | None, faults_to_come: list[Fault], purpose: str) -> None:
        self.world.start_again(*faults_to_come)
        with suppress(Killed, EhConnectError):
            self.world.run(given, purpose=purpose)
        self.world.start_again()

    @rule(of_this_run=faults())
    def set_up_with_a_new_secret(self, of_this_run: list[Fault]) -> None:
        self._run(self._new_pair(), of_this_run, "setup")

    @rule(of_this_run=faults())
    def set_up_with_what_is_kept(self, of_this_run: list[Fault]) -> None:
        self._run(None, of_this_run, "setup")

    @rule(of_this_run=faults())
    def rotate(self, of_this_run: list[Fault]) -> None:
        self._run(self._new_pair(), of_this_run, "rotate")

    @rule(of_this_run=faults())
    def take_up_a_rotation(self, of_this_run: list[Fault]) -> None:
        self._run(None, of_this_run, "rotate")

    @rule(of_this_run=faults())
    def roll_back(self, of_this_run: list[Fault]) -> None:
        self._run(None, of_this_run, "rollback")

    @property
    def is_asked_by_hand(self) -> bool:
        """Whether a person was asked to change the dashboard: an edit counts as that, nobody can tell."""
        state = self.world.folder.states.get("default")
        return state is not None and state.pending is not None and state.pending.via == "dashboard"

    @precondition(lambda self: self.is_asked_by_hand and "next" in self.world.keyring.pairs)
    @rule()
    def the_person_does_what_was_asked(self) -> None:
        stackone, staged = self.world.stackone, self.world.keyring.pairs["next"]
        if stackone.rows:
            stackone.change(next(iter(stackone.rows)), pair=staged)
        else:
            stackone.make("Employment Hero", staged)

    @precondition(lambda self: self.world.stackone.rows and not self.is_asked_by_hand)
    @rule()
    def somebody_edits_the_profile(self) -> None:
        self.world.stackone.change(next(iter(self.world.stackone.rows)))

    @precondition(lambda self: self.world.stackone.rows and not self.is_asked_by_hand)
    @rule()
    def somebody_enters_another_secret_by_hand(self) -> None:
        theirs = pair(f"by-others-{self.given}")
        self.forgotten.add(theirs)
        self.world.stackone.change(next(iter(self.world.stackone.rows)), pair=theirs)

    @precondition(lambda self: "next" in self.world.keyring.pairs)
    @rule()
    def employment_hero_rejects_what_is_staged(self) -> None:
        self.world.probe.results[self.world.keyring.pairs["next"]] = ProbeResult.REJECTED

    @rule(writes=st.booleans())
    def stackone_takes_its_calls_away_or_gives_them_back(self, writes: bool) -> None:
        self.world.stackone.says_it_creates = self.world.stackone.says_it_updates = writes

    @precondition(lambda self: self.world.folder.states)
    @rule()
    def the_state_folder_is_lost(self) -> None:
        self.world.folder.states.clear()

    @rule(of_this_run=faults())
    def what_is_kept_is_removed(self, of_this_run: list[Fault]) -> None:
        world = self.world
        world.start_again(*of_this_run)
        keeping = Keeping("default", world.secrets, world.states, writes=True, now=lambda: "2026-11-24")
        request = RemoveRequest(world.reads, "", "https://app", "https://portal", confirm=lambda _: None)
        before = set(world.keyring.pairs.values())
        with suppress(Killed, EhConnectError):
            keeping.load()
            remove(keeping, request)
            assert (world.keyring.pairs, world.folder.states) == ({}, {})
        self.forgotten |= before - set(world.keyring.pairs.values())
        world.start_again()

    @rule()
    def a_clean_run_brings_its_pair_into_force(self) -> None:
        stackone = self.world.stackone
        stackone.says_it_creates = stackone.says_it_updates = True
        wanted = self._new_pair()
        self.world.start_again()
        with suppress(EhConnectError):  # the name is taken, where the state was lost
            self.world.run(wanted, if_exists="update")
        assert self.world.in_force == wanted == self.world.keyring.pairs["current"]
        assert "next" not in self.world.keyring.pairs
        with suppress(InputError):
            assert self.world.run().action == "unchanged"

    @invariant()
    def what_stackone_holds_is_kept_here(self) -> None:
        assert len(self.world.stackone.rows) <= 1
        held = set(self.world.stackone.pairs.values()) - self.forgotten
        assert held <= set(self.world.keyring.pairs.values())


LifeOfAProfile.TestCase.settings = settings(max_examples=300, stateful_step_count=20, deadline=None)
TestLifeOfAProfile = LifeOfAProfile.TestCase
