"""The plan: what differs, what is sent of it, and how it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eh_connect import inputs as i
from eh_connect.change import ENVIRONMENT, Change, plan
from eh_connect.local.profile import InForce
from eh_connect.secret import Credentials, Secret
from eh_connect.stackone.models import ConnectorProfile, ProfileFields
from tests.support.memory import told

if TYPE_CHECKING:
    from eh_connect.values import Values

A, B = (Credentials(Secret("client-id"), Secret(f"client-secret-{name}")) for name in "ab")
OTHER_APPLICATION = Credentials(Secret("another-client-id"), Secret("client-secret-c"))
ACTIONS = ("employmenthero_list_employees", "employmenthero_list_teams")
ONE = ACTIONS[:1]


def profile(**fields: Any) -> ConnectorProfile:
    usual: dict[str, Any] = {"id": "id-1", "name": "Employment Hero", "connector_key": "employmenthero"}
    return ConnectorProfile(**usual | {"default": False, "updated_at": "t1"} | fields)


PROFILE = profile()
IN_FORCE = InForce(A, "t1", ONE)


def shown(change: Change) -> list[tuple[str, str | None, str]]:
    return [(each.field, each.before, each.after) for each in change.shown]


@pytest.mark.parametrize(
    ("flags", "credentials", "in_force", "sent"),
    [
        ({}, A, IN_FORCE, {}),
        ({"default": False, "action": ONE}, A, IN_FORCE, {}),
        ({"name": "Ours"}, A, IN_FORCE, {"name": "Ours"}),
        ({"default": True}, A, IN_FORCE, {"default": True}),
        ({"action": ACTIONS}, A, IN_FORCE, {"actions": ACTIONS}),
        ({}, B, IN_FORCE, {"credentials": B}),
        ({}, A, None, {"credentials": A}),
        ({}, A, InForce(A, None), {"credentials": A}),
        ({"action": ONE}, A, InForce(A, "t0", ONE), {"credentials": A, "actions": ONE}),
    ],
)
def test_what_was_given_and_is_not_known_to_be_in_force_is_sent(
    flags: dict[str, Any], credentials: Credentials, in_force: InForce | None, sent: dict[str, Any]
) -> None:
    change = plan(PROFILE, credentials, told(flags), in_force)
    assert (change.fields, change.is_nothing) == (ProfileFields(**sent), not sent)


def test_a_change_is_shown_against_what_is_known_of_before() -> None:
    wish = told({"name": "Ours", "default": True, "action": ACTIONS})
    rest = [("name", "Employment Hero", "Ours"), ("default", "false", "true")]
    ids = [("client_id", None, A.client_id.fingerprint), ("client_secret", None, A.client_secret.fingerprint)]
    secret = ("client_secret", A.client_secret.fingerprint, B.client_secret.fingerprint)
    all_actions = ", ".join(ACTIONS)
    known = [rest[0], secret, rest[1], ("actions", ONE[0], all_actions)]
    assert shown(plan(PROFILE, B, wish, IN_FORCE)) == known
    assert shown(plan(PROFILE, A, wish, None)) == [rest[0], *ids, rest[1], ("actions", None, all_actions)]


def test_a_creation_has_every_field_that_is_known() -> None:
    fields: Any = {"environment": ENVIRONMENT, "credentials": A}
    change = plan(None, A, told({"name": "Ours", "default": False, "action": ACTIONS}), None)
    assert change.fields == ProfileFields(name="Ours", default=False, actions=ACTIONS, **fields)
    assert [before for _, before, _ in shown(change)] == [None] * 5
    assert plan(None, A, told(), None).fields == ProfileFields(name="Employment Hero", **fields)


@pytest.mark.parametrize(
    ("before", "sent", "in_force", "held", "changes"),
    [
        (PROFILE, A, None, (), None),
        (PROFILE, A, None, (A,), False),
        (PROFILE, B, None, (A,), False),
        (PROFILE, B, None, (A, B), False),
        (PROFILE, OTHER_APPLICATION, None, (A,), True),
        (PROFILE, A, None, (A, OTHER_APPLICATION), True),
        (PROFILE, OTHER_APPLICATION, None, (A, OTHER_APPLICATION), True),
        (PROFILE, A, IN_FORCE, (OTHER_APPLICATION,), False),
    ],
)
def test_whether_the_application_changes_is_told_from_what_is_sent_and_what_stackone_may_hold(
    before: ConnectorProfile,
    sent: Credentials,
    in_force: InForce | None,
    held: tuple[Credentials, ...],
    changes: bool | None,
) -> None:
    assert plan(before, sent, told(), in_force).changes_application(held) is changes


texts = st.text("abc-_", min_size=1, max_size=8)
credentials = st.builds(
    lambda one, two: Credentials(Secret(f"id-{one}"), Secret(f"secret-{two}")), texts, texts
)
wishes = st.fixed_dictionaries(
    {},
    optional={
        "name": texts,
        "default": st.booleans(),
        "action": st.lists(st.sampled_from(ACTIONS), min_size=1, unique=True).map(tuple),
    },
).map(told)
profiles = st.builds(profile, name=texts, default=st.none() | st.booleans(), updated_at=st.none() | texts)
last_writes = st.none() | st.tuples(credentials, st.none() | texts).map(lambda both: InForce(*both))


@given(profiles, credentials, wishes, last_writes)
def test_a_change_that_was_made_leaves_nothing_to_change(
    before: ConnectorProfile, sent: Credentials, wish: Values, in_force: InForce | None
) -> None:
    fields = plan(before, sent, wish, in_force).fields
    after = profile(
        name=fields.name or before.name,
        default=before.default if fields.default is None else fields.default,
        updated_at="later",
    )
    assert plan(after, sent, wish, InForce(sent, "later", wish[i.ACTIONS])).is_nothing
