"""The plan: what differs, what is sent of it, and how it is shown."""

from __future__ import annotations

import pytest
from eh_connect.by_hand import steps
from hypothesis import given
from hypothesis import strategies as st

from eh_connect.change import ENVIRONMENT, FieldChange, InForce, Kind, Wanted, plan
from eh_connect.secret import Pair, Secret
from eh_connect.stackone.models import ConnectorProfile, ProfileFields
from tests.support.fakes import ACTIONS, OTHER_APPLICATION, A, B

PROFILE = ConnectorProfile("id-1", "Employment Hero", "employmenthero", default=False, updated_at="t1")
IN_FORCE = InForce(A, "t1")


def wanted(pair: Pair = A, *, name: str | None = None, default: bool | None = None) -> Wanted:
    return Wanted(pair, name or "Employment Hero", name is not None, default)


def test_a_profile_that_is_as_wanted_needs_nothing() -> None:
    change = plan(PROFILE, wanted(), IN_FORCE)
    assert (change.kind, change.fields, change.shown) == (Kind.NOTHING, ProfileFields(), ())
    assert not change.sends_pair


def test_no_profile_is_a_creation_with_every_field_that_is_known() -> None:
    change = plan(None, Wanted(A, "Ours", default=False, actions=ACTIONS), None)
    assert change.kind is Kind.CREATE
    assert change.fields == ProfileFields("Ours", None, ENVIRONMENT, A, default=False, actions=ACTIONS)
    assert change.shown == (
        FieldChange("name", None, "Ours"),
        FieldChange("client_id", None, A.client_id.fingerprint),
        FieldChange("client_secret", None, A.client_secret.fingerprint),
        FieldChange("default", None, "false"),
        FieldChange("actions", None, ", ".join(ACTIONS)),
    )


def test_a_creation_leaves_out_what_was_not_given() -> None:
    fields = plan(None, wanted(), None).fields
    assert (fields.default, fields.actions) == (None, None)


def test_another_secret_is_shown_against_the_one_in_force() -> None:
    change = plan(PROFILE, wanted(B), IN_FORCE)
    assert change.fields == ProfileFields(pair=B)
    assert change.shown == (
        FieldChange("client_secret", A.client_secret.fingerprint, B.client_secret.fingerprint),
    )


@pytest.mark.parametrize("in_force", [None, InForce(A, "t0"), InForce(A, None)])
def test_a_pair_that_may_not_be_in_force_is_sent_again_and_shown_as_unknown(in_force: InForce | None) -> None:
    change = plan(PROFILE, wanted(), in_force)
    assert change.fields == ProfileFields(pair=A)
    assert [(c.field, c.before) for c in change.shown] == [("client_id", None), ("client_secret", None)]


def test_a_name_that_was_not_given_is_not_touched() -> None:
    assert plan(PROFILE, Wanted(A, "Ours"), IN_FORCE).kind is Kind.NOTHING
    change = plan(PROFILE, wanted(name="Ours"), IN_FORCE)
    assert change.fields == ProfileFields(name="Ours")
    assert change.shown == (FieldChange("name", "Employment Hero", "Ours"),)


def test_a_default_is_sent_where_it_was_given_and_differs() -> None:
    assert plan(PROFILE, wanted(default=False), IN_FORCE).kind is Kind.NOTHING
    assert plan(PROFILE, wanted(default=True), IN_FORCE).shown == (FieldChange("default", "false", "true"),)


def test_actions_are_sent_where_they_were_given_and_are_not_known_to_be_in_force() -> None:
    one, two = ACTIONS[:1], ACTIONS[:2]
    in_force = InForce(A, "t1", one)
    assert plan(PROFILE, Wanted(A, "", actions=one), in_force).kind is Kind.NOTHING
    assert plan(PROFILE, Wanted(A, ""), in_force).kind is Kind.NOTHING
    assert plan(PROFILE, Wanted(A, "", actions=two), in_force).shown == (
        FieldChange("actions", one[0], ", ".join(two)),
    )
    touched = InForce(A, "t0", one)
    assert plan(PROFILE, Wanted(A, "", actions=one), touched).fields.actions == one


@pytest.mark.parametrize(
    ("held", "pair", "changes"),
    [
        ((), A, None),
        ((A,), A, False),
        ((A,), B, False),
        ((A, B), B, False),
        ((A,), OTHER_APPLICATION, True),
        ((A, B), OTHER_APPLICATION, True),
        ((A, OTHER_APPLICATION), A, True),
        ((A, OTHER_APPLICATION), OTHER_APPLICATION, True),
    ],
)
def test_whether_the_application_changes_is_told_from_what_stackone_may_hold(
    held: tuple[Pair, ...], pair: Pair, changes: bool | None
) -> None:
    assert plan(PROFILE, wanted(pair), None).changes_application(held) is changes


def test_without_a_pair_or_a_profile_no_application_changes() -> None:
    assert plan(None, wanted(OTHER_APPLICATION), None).changes_application((A,)) is False
    assert plan(PROFILE, wanted(name="Ours"), IN_FORCE).changes_application((B,)) is False


texts = st.text("abc-_", min_size=1, max_size=8)
pairs = st.builds(lambda one, two: Pair(Secret(f"id-{one}"), Secret(f"secret-{two}")), texts, texts)
wishes = st.builds(
    Wanted,
    pairs,
    texts,
    st.booleans(),
    st.none() | st.booleans(),
    st.none() | st.lists(texts, min_size=1, max_size=3).map(tuple),
)
profiles = st.builds(
    ConnectorProfile,
    texts,
    texts,
    st.just("employmenthero"),
    default=st.none() | st.booleans(),
    updated_at=st.none() | texts,
)
last_writes = st.none() | st.builds(InForce, pairs, st.none() | texts)


@given(profiles, wishes, last_writes)
def test_a_change_that_was_made_leaves_nothing_to_change(
    profile: ConnectorProfile, wish: Wanted, in_force: InForce | None
) -> None:
    fields = plan(profile, wish, in_force).fields
    after = ConnectorProfile(
        profile.id,
        fields.name or profile.name,
        profile.connector_key,
        default=profile.default if fields.default is None else fields.default,
        updated_at="later",
    )
    pair = fields.pair or (in_force.pair if in_force else wish.pair)
    assert plan(after, wish, InForce(pair, "later", wish.actions)).kind is Kind.NOTHING


@given(st.none() | profiles, wishes, last_writes)
def test_nothing_that_is_shown_has_a_secret_in_it(
    profile: ConnectorProfile | None, wish: Wanted, in_force: InForce | None
) -> None:
    change = plan(profile, wish, in_force)
    shown = "\n".join((repr(change), *steps(change, "https://app.stackone.com")))
    assert wish.pair.client_secret.reveal() not in shown
    assert wish.pair.client_id.reveal() not in shown


def test_a_creation_by_hand_names_every_step_of_the_form_and_what_was_given() -> None:
    change = plan(None, Wanted(A, "Ours", default=True, actions=ACTIONS[:2]), None)
    text = "\n".join(steps(change, "https://app.stackone.com"))
    for word in (
        "Open https://app.stackone.com/connector_profiles",
        "+ Connector Profile",
        "OAuth 2.0",
        "Client ID",
        "Client Secret",
        f"{ACTIONS[0]}, {ACTIONS[1]}",
        "Create profile",
        "default to: true",
    ):
        assert word in text


def test_an_update_by_hand_names_the_profile_and_only_what_changes() -> None:
    text = "\n".join(steps(plan(PROFILE, wanted(B), IN_FORCE), "https://app.stackone.com"))
    assert "id-1" in text
    assert B.client_secret.fingerprint in text
    assert "Client ID" not in text
