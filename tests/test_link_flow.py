"""``link`` as a flow: a customer's link, which nothing is kept of."""

from __future__ import annotations

import pytest

from eh_connect.errors import ActionNeededError, RejectedError, StackOneRefusedError
from tests.support.sign_in_fakes import LINK, Scene


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_the_session_is_the_customers(scene: Scene) -> None:
    scene.link(expires_in=60)
    (request,) = scene.sessions.requests
    assert (request.profile_id, request.kind) == (scene.profile_id, "PRODUCTION")
    assert (request.owner_id, request.owner_name) == ("customer-1", "Customer One")
    assert (request.label, request.expires_in) == ("Label", 60)


def test_the_link_is_said_to_be_a_bearer_token(scene: Scene) -> None:
    result = scene.link()
    assert result.status == "pending"
    assert f"{LINK}1" in result.as_text().splitlines()
    for words in ("bearer token", "whoever has it", "Customer One", "10:29:58", "administrator only"):
        assert words in result.as_text()


def test_nothing_is_kept(scene: Scene) -> None:
    scene.console.after(3, lambda: scene.sessions.ends("authenticated", account="account-1"))
    scene.link(wait=60)
    scene.link()
    assert scene.tape.writes == []
    assert "lock" not in scene.tape.calls
    assert scene.state == scene.start


def test_a_linked_account_is_told_and_not_asked_about(scene: Scene) -> None:
    scene.console.after(3, lambda: scene.sessions.ends("authenticated", account="account-1"))
    result = scene.link(wait=60)
    assert "Linked: an Employment Hero account of “Customer One”" in result.as_text()
    assert "account-1" in result.as_text()
    assert scene.console.asked == []
    assert result.as_json()["status"] == "authenticated"


@pytest.mark.parametrize(
    ("status", "kind", "command"),
    [
        ("error", RejectedError, "eh-connect rotate"),
        ("cancelled", ActionNeededError, "eh-connect link"),
        ("pending", ActionNeededError, "eh-connect link"),
    ],
)
def test_a_link_that_was_not_used_well_fails_with_its_session(
    scene: Scene, status: str, kind: type[Exception], command: str
) -> None:
    error = {"error": "invalid_client"} if status == "error" else {}
    scene.console.after(3, lambda: scene.sessions.ends(status, **error))  # type: ignore[arg-type]  # a Status
    with pytest.raises(kind) as caught:
        scene.link(wait=60)
    assert isinstance(caught.value, ActionNeededError | RejectedError)
    assert [step.command for step in caught.value.next_steps] == [command]
    assert caught.value.body["session_id"] == 1
    assert caught.value.body["status"] == status


def test_without_a_profile_there_is_nothing_to_link_through(scene: Scene) -> None:
    scene.kept(profile_id=None)
    with pytest.raises(StackOneRefusedError, match="No profile is known"):
        scene.link()
