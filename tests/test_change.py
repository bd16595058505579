"""The plan: what differs, what is sent of it, and how it is shown."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eh_connect import inputs as i
from eh_connect.change import ENVIRONMENT, Change, plan
from eh_connect.local.profile import InForce
from eh_connect.secret import Credentials, Secret
from eh_connect.stackone.models import ConnectorProfile, ProfileFields
from eh_connect.values import Values

A, B = (Credentials(Secret("client-id"), Secret(f"client-secret-{name}")) for name in "ab")
OTHER_APPLICATION = Credentials(Secret("another-client-id"), Secret("client-secret-c"))
ACTIONS = ("employmenthero_list_employees", "employmenthero_list_teams")


def profile(**fields: Any) -> ConnectorProfile:
    usual = {"id": "id-1", "name": "Employment Hero", "connector_key": "employmenthero"}
    return ConnectorProfile.model_validate(usual | {"default": False, "updated_at": "t1"} | fields)


def shown(change: Change) -> tuple[tuple[str, str | None, str], ...]:
    return tuple((each.field, each.before, each.after) for each in change.shown)


PROFILE = profile()
IN_FORCE = InForce(A, "t1")


def told(**typed: Any) -> Values:
    """What a run was told by its flags."""
    return Values((i.NAME, i.DEFAULT, i.ACTIONS), typed, {}, lambda path, _: path)


NOTHING = told()


def test_a_profile_that_is_as_wanted_needs_nothing() -> None:
    change = plan(PROFILE, A, NOTHING, IN_FORCE)
    assert (change.is_nothing, change.fields, change.shown) == (True, ProfileFields(), ())


def test_no_profile_is_a_creation_with_every_field_that_is_known() -> None:
    change = plan(None, A, told(name="Ours", default=False, action=ACTIONS), None)
    assert change.profile is None
    assert change.fields == ProfileFields(
        name="Ours", environment=ENVIRONMENT, credentials=A, default=False, actions=ACTIONS
    )
    assert shown(change) == (
        ("name", None, "Ours"),
        ("client_id", None, A.client_id.fingerprint),
        ("client_secret", None, A.client_secret.fingerprint),
        ("default", None, "false"),
        ("actions", None, ", ".join(ACTIONS)),
    )


def test_a_creation_leaves_out_what_was_not_given() -> None:
    fields = plan(None, A, NOTHING, None).fields
    assert (fields.name, fields.default, fields.actions) == ("Employment Hero", None, None)


def test_another_secret_is_shown_against_the_one_in_force() -> None:
    change = plan(PROFILE, B, NOTHING, IN_FORCE)
    assert change.fields == ProfileFields(credentials=B)
    assert shown(change) == (("client_secret", A.client_secret.fingerprint, B.client_secret.fingerprint),)


@pytest.mark.parametrize("in_force", [None, InForce(A, "t0"), InForce(A, None)])
def test_credentials_that_may_not_be_in_force_are_sent_again_and_shown_as_unknown(
    in_force: InForce | None,
) -> None:
    change = plan(PROFILE, A, NOTHING, in_force)
    assert change.fields == ProfileFields(credentials=A)
    assert [(c.field, c.before) for c in change.shown] == [("client_id", None), ("client_secret", None)]


def test_a_name_that_was_not_given_is_not_touched() -> None:
    assert plan(profile(name="Theirs"), A, NOTHING, IN_FORCE).is_nothing
    change = plan(PROFILE, A, told(name="Ours"), IN_FORCE)
    assert change.fields == ProfileFields(name="Ours")
    assert shown(change) == (("name", "Employment Hero", "Ours"),)


def test_a_default_is_sent_where_it_was_given_and_differs() -> None:
    assert plan(PROFILE, A, told(default=False), IN_FORCE).is_nothing
    change = plan(PROFILE, A, told(default=True), IN_FORCE)
    assert shown(change) == (("default", "false", "true"),)


def test_actions_are_sent_where_they_were_given_and_are_not_known_to_be_in_force() -> None:
    one = ACTIONS[:1]
    in_force = InForce(A, "t1", one)
    assert plan(PROFILE, A, told(action=one), in_force).is_nothing
    assert plan(PROFILE, A, NOTHING, in_force).is_nothing
    assert shown(plan(PROFILE, A, told(action=ACTIONS), in_force)) == (
        ("actions", one[0], ", ".join(ACTIONS)),
    )
    assert plan(PROFILE, A, told(action=one), InForce(A, "t0", one)).fields.actions == one


@pytest.mark.parametrize(
    ("held", "sent", "changes"),
    [
        ((), A, None),
        ((A,), A, False),
        ((A,), B, False),
        ((A, B), B, False),
        ((A,), OTHER_APPLICATION, True),
        ((A, OTHER_APPLICATION), A, True),
        ((A, OTHER_APPLICATION), OTHER_APPLICATION, True),
    ],
)
def test_whether_the_application_changes_is_told_from_what_stackone_may_hold(
    held: tuple[Credentials, ...], sent: Credentials, changes: bool | None
) -> None:
    assert plan(PROFILE, sent, NOTHING, None).changes_application(held) is changes


def test_without_credentials_or_a_profile_no_application_changes() -> None:
    assert plan(None, OTHER_APPLICATION, NOTHING, None).changes_application((A,)) is False
    assert plan(PROFILE, A, told(name="Ours"), IN_FORCE).changes_application((B,)) is False


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
).map(lambda typed: told(**typed))
profiles = st.builds(profile, name=texts, default=st.none() | st.booleans(), updated_at=st.none() | texts)
last_writes = st.none() | st.builds(InForce, credentials, st.none() | texts)


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
    now = InForce(sent, "later", wish[i.ACTIONS])
    assert plan(after, sent, wish, now).is_nothing


@given(st.none() | profiles, credentials, wishes, last_writes)
def test_nothing_that_is_shown_has_a_secret_in_it(
    before: ConnectorProfile | None, sent: Credentials, wish: Values, in_force: InForce | None
) -> None:
    shown = repr(plan(before, sent, wish, in_force))
    assert sent.client_secret.reveal() not in shown
    assert sent.client_id.reveal() not in shown
