"""``--dry-run`` and ``--no-store``: runs that leave nothing here, or nothing anywhere."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.person import Person
from tests.support.stackone import ACTIONS, Fault
from tests.support.world import A, B, World, set_up


@pytest.mark.parametrize("given", [A, B, None])
def test_a_dry_run_reads_the_list_and_does_nothing_else(given: Any) -> None:
    world = set_up()
    result = world.run("setup", given, dry_run=True, exit_code=True)
    assert world.steps.taken == ["sends list", "got list"]
    assert (result.action, result.exit_code) == (("pending", 10) if given == B else ("unchanged", 0))
    assert (result.via, result.changed) == (None, False)


def test_a_dry_run_says_what_would_change_by_fingerprints() -> None:
    world = World()
    result = world.run("setup", A, dry_run=True, default=True, action=ACTIONS[:1])
    assert [(c.field, c.before, c.after) for c in result.plan] == [
        ("name", None, "Employment Hero"),
        ("client_id", None, A.client_id.fingerprint),
        ("client_secret", None, A.client_secret.fingerprint),
        ("default", None, "true"),
        ("actions", None, ACTIONS[0]),
    ]
    assert [step.command for step in result.next_steps] == [
        f"eh-connect setup --action {ACTIONS[0]} --default"
    ]
    assert (world.held, world.states.states, world.stackone.rows) == ({}, {}, {})
    assert world.code("setup", A, dry_run=True) == 0


def test_no_store_creates_and_leaves_nothing_here() -> None:
    world = World()
    result = world.run("setup", A, store=False)
    assert (result.action, world.in_force) == ("created", A)
    assert (world.keyring.entries, world.states.states) == ({}, {})
    assert result.secret is not None
    assert result.secret.stored_in is None
    assert world.run("setup", B, store=False, if_exists="update").action == "updated"


def test_no_store_finds_a_creation_whose_answer_was_lost_and_touches_nothing_saved() -> None:
    world = World()
    world.stackone.faults = [Fault("create", 500, effect="now")]
    assert world.run("setup", A, store=False).action == "created"
    assert (len(world.stackone.rows), world.keyring.entries) == (1, {})
    world = set_up()
    before = dict(world.keyring.entries), dict(world.states.states)
    assert world.run("setup", B, store=False).action == "updated"
    assert (world.keyring.entries, world.states.states) == before


def test_a_dry_run_asks_nobody_about_a_name_that_is_taken() -> None:
    world = World()
    world.stackone.make()
    assert world.code("setup", A, dry_run=True, person=Person()) == 6
    assert world.run("setup", A, dry_run=True, if_exists="update").action == "pending"


def test_a_dry_run_leaves_what_is_staged_and_what_is_under_way_alone() -> None:
    world = set_up()
    world.code("setup", B, kill_at=12)
    before = world.held
    assert world.run("setup", dry_run=True).action == "pending"
    assert (world.held, world.requests) == (before, ["list"])
    world = World()
    world.stackone.faults = [Fault("create", 500)]
    world.code("setup", A)
    began = world.clock()
    assert world.run("setup", A, dry_run=True).action == "pending"
    assert world.clock() == began
