"""``verify`` as a flow: what is proven, what is noted, and what each failure says and carries."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from eh_connect.errors import (
    ActionNeededError,
    EhConnectError,
    NetworkError,
    RejectedError,
    StackOneAuthError,
    StackOneRefusedError,
    StoppedError,
    StorageError,
)
from eh_connect.flows.verify import OWNER_ID, OWNER_NAME
from eh_connect.sign_in import CAUSES
from eh_connect.stackone.models import REDIRECT_URI
from tests.support.fakes import Fault
from tests.support.sign_in_fakes import LINK, NOW, Scene, outage

if TYPE_CHECKING:
    from collections.abc import Callable

LOCKED = StorageError("Another run of eh-connect holds the lock for 'default'")


@pytest.fixture
def scene() -> Scene:
    return Scene()


def signs_in(scene: Scene, *, after: float = 20.0) -> None:
    scene.console.after(after, lambda: scene.sessions.ends("authenticated", account="account-1"))


def ends(scene: Scene, status: Any, **said: str) -> None:
    scene.console.after(3.0, lambda: scene.sessions.ends(status, **said))


def failure(scene: Scene, kind: type[EhConnectError], wait: float = 60.0) -> EhConnectError:
    with pytest.raises(kind) as caught:
        scene.verify(wait=wait)
    assert type(caught.value).code == kind.code
    return caught.value


def commands(error: EhConnectError) -> list[str]:
    return [step.command for step in error.next_steps]


def test_without_patience_the_link_is_left_with_no_claim_of_proof(scene: Scene) -> None:
    result = scene.verify()
    assert result.as_json() == {
        "session_id": 1,
        "auth_link_url": f"{LINK}1",
        "expires_at": "2026-11-23T10:29:58+00:00",
        "status": "pending",
        "oauth_error": None,
    }
    assert f"{LINK}1" in result.as_text().splitlines()
    assert "Nothing is proven yet" in result.as_text()
    assert [step.command for step in result.next_steps] == ["eh-connect verify"]
    assert (scene.state.session_id, scene.state.proven_at) == ("1", None)
    assert scene.console.pauses == []


def test_the_session_is_a_recognisable_test_for_this_profile(scene: Scene) -> None:
    scene.verify()
    (request,) = scene.sessions.requests
    assert (request.profile_id, request.kind) == (scene.profile_id, "TEST")
    assert (request.owner_id, request.owner_name) == (OWNER_ID, OWNER_NAME)
    assert request.expires_in == 1800


@pytest.mark.parametrize("said", [None, "yesterday", "9999-12-31T23:59:59Z", "2026-13-45T00:00:00Z"])
def test_without_stackones_time_ours_tells_when_the_link_ends(scene: Scene, said: str | None) -> None:
    scene.sessions.created_at = said
    assert scene.verify().expires_at == "2026-11-23T10:30:00+00:00"


@pytest.mark.parametrize("said", ["2026-11-23T20:29:58+10:30", "2026-11-23T09:59:58"])
def test_stackones_time_is_taken_in_any_zone(scene: Scene, said: str) -> None:
    scene.sessions.created_at = said
    assert scene.verify().expires_at == "2026-11-23T10:29:58+00:00"


def test_a_sign_in_proves_the_profile(scene: Scene) -> None:
    signs_in(scene)
    result = scene.verify(wait=600)
    assert (result.status, result.exit_code) == ("authenticated", 0)
    assert result.as_json()["auth_link_url"] == f"{LINK}1"
    assert (scene.state.proven_at, scene.state.session_id) == (NOW, None)
    text = result.as_text()
    assert "Proven: somebody signed in to Employment Hero through the profile “Employment Hero”" in text
    assert "whether the scopes are enough" in text


def test_the_link_is_shown_before_anybody_is_waited_for(scene: Scene) -> None:
    signs_in(scene)
    scene.verify(wait=600)
    ((about, link, waits),) = scene.console.shown
    assert (link, waits) == (f"{LINK}1", True)
    assert "2026-11-23T10:29:58+00:00" in about
    assert "keep it to yourself" in about


def test_patience_grows_from_two_seconds_to_ten(scene: Scene) -> None:
    failure(scene, ActionNeededError, wait=200)
    pauses = scene.console.pauses
    assert pauses[0] == 2.0
    assert pauses[:-1] == sorted(pauses[:-1])
    assert max(pauses) == 10.0
    assert sum(pauses) == pytest.approx(200)


def test_each_look_has_all_the_networks_time(scene: Scene) -> None:
    failure(scene, ActionNeededError, wait=100)
    assert scene.renewals == scene.tape.count("look") == len(scene.console.pauses)


@pytest.mark.parametrize(
    ("code", "word", "command"),
    [
        ("invalid_client", "the secret is mistyped", "eh-connect rotate"),
        ("access_denied", "did not allow the access", "eh-connect verify"),
        ("invalid_grant", "did not take the code", "eh-connect verify"),
        ("unauthorized_client", "may not be used in this way", "eh-connect verify"),
        ("invalid_request", "it is not your fault", "eh-connect verify"),
        ("invalid_scope", "Scopes are fixed", "eh-connect guide"),
        ("server_error", "a problem of its own", "eh-connect verify"),
        ("temporarily_unavailable", "down for a while", "eh-connect verify"),
        ("brand_new_code", "not known here", "eh-connect verify"),
    ],
)
def test_an_error_is_put_into_words_with_the_command(
    scene: Scene, code: str, word: str, command: str
) -> None:
    ends(scene, "error", error=code, says="as the server says")
    error = failure(scene, RejectedError)
    assert f"“{code}”" in str(error.detail)
    assert word in str(error.detail)
    assert "“as the server says”" in str(error.detail)
    assert error.hint
    assert commands(error) == [command]
    assert (error.body["status"], error.body["oauth_error"]) == ("error", code)
    assert (scene.state.session_id, scene.state.proven_at) == (None, None)


def test_an_error_without_a_code_is_told_as_such(scene: Scene) -> None:
    ends(scene, "error")
    assert "no reason" in str(failure(scene, RejectedError).detail)


def test_access_denied_is_answered_by_allowing_it(scene: Scene) -> None:
    ends(scene, "error", error="access_denied")
    assert "press Allow" in str(failure(scene, RejectedError).hint)


def test_a_long_code_is_cut(scene: Scene) -> None:
    ends(scene, "error", error="x" * 500)
    assert "x" * 100 not in str(failure(scene, RejectedError).detail)


def test_cancelling_says_nothing_about_the_credentials(scene: Scene) -> None:
    ends(scene, "cancelled")
    error = failure(scene, ActionNeededError)
    assert "cancelled" in error.title
    assert "nothing about the credentials" in str(error.detail)
    assert (error.body["status"], commands(error)) == ("cancelled", ["eh-connect verify"])
    assert scene.state.session_id is None


def test_nobody_within_the_wait_is_told_with_what_can_not_be_seen_from_here(scene: Scene) -> None:
    error = failure(scene, ActionNeededError, wait=60)
    assert "60 s" in str(error.detail)
    assert REDIRECT_URI in str(error.detail)
    assert "Client ID" in str(error.detail)
    assert commands(error) == ["eh-connect verify"]
    assert error.body["session_id"] == 1
    assert error.body["auth_link_url"] == f"{LINK}1"
    assert error.body["expires_at"] == "2026-11-23T10:29:58+00:00"
    assert (error.body["status"], error.body["oauth_error"]) == ("pending", None)
    assert scene.state.session_id == "1", "a later run looks at it"


def test_a_link_that_ends_before_the_wait_is_told_as_expired(scene: Scene) -> None:
    error = failure(scene, ActionNeededError, wait=86_400)
    assert "expired" in error.title
    assert sum(scene.console.pauses) == pytest.approx(1800)
    assert scene.state.session_id == "1", "somebody may be signing in at this moment"


@pytest.mark.parametrize("status", [404, 410])
def test_a_session_that_stackone_forgets_is_told_as_expired(scene: Scene, status: int) -> None:
    scene.tape.faults = [Fault("look", StackOneRefusedError("Gone.", http_status=status), at=2)]
    error = failure(scene, ActionNeededError)
    assert "expired" in error.title
    assert error.body["session_id"] == 1


@pytest.mark.parametrize("refusal", [StackOneAuthError("No."), StackOneRefusedError("No.", http_status=422)])
def test_a_refusal_while_waiting_ends_it_and_carries_the_session(
    scene: Scene, refusal: EhConnectError
) -> None:
    scene.tape.faults = [Fault("look", refusal, at=2)]
    error = failure(scene, type(refusal))
    assert error.body["auth_link_url"] == f"{LINK}1"


def test_a_passing_network_error_is_looked_past(scene: Scene) -> None:
    scene.tape.faults = [Fault("look", outage(), at=at) for at in (1, 2, 3)]
    signs_in(scene)
    assert scene.verify(wait=60).status == "authenticated"
    assert scene.console.said.count(f"{outage().title} Looking again.") == 1, "told once"


def test_what_was_not_seen_in_the_end_is_not_called_pending(scene: Scene) -> None:
    scene.tape.faults = [Fault("look", outage(), at=at) for at in range(4, 40)]
    error = failure(scene, NetworkError, wait=60)
    assert error.title == outage().title
    assert error.body["session_id"] == 1
    assert scene.state.session_id == "1"


def test_a_session_that_could_not_be_made_has_nothing_to_carry(scene: Scene) -> None:
    scene.tape.faults = [Fault("create_session", outage())]
    assert failure(scene, NetworkError).body == {}
    assert scene.state == scene.start


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), EOFError()])
def test_ctrl_c_while_waiting_leaves_the_session_to_the_next_run(scene: Scene, stop: BaseException) -> None:
    scene.tape.faults = [Fault("look", stop, at=3)]
    error = failure(scene, StoppedError)
    assert (error.body["session_id"], commands(error)) == (1, ["eh-connect verify"])
    scene.sessions.ends("authenticated")
    scene.tape.faults = []
    assert scene.verify().status == "authenticated"
    assert scene.state.proven_at == NOW


# An earlier run's session


def test_a_sign_in_after_an_earlier_run_proves_without_a_new_session(scene: Scene) -> None:
    scene.verify()
    scene.sessions.ends("authenticated", account="account-1")
    result = scene.verify()
    assert len(scene.sessions.requests) == 1
    assert result.as_json() == {
        "session_id": 1,
        "auth_link_url": None,
        "expires_at": None,
        "status": "authenticated",
        "oauth_error": None,
    }
    assert (scene.state.proven_at, scene.state.session_id) == (NOW, None)


def test_a_failed_sign_in_after_an_earlier_run_is_told_once(scene: Scene) -> None:
    scene.verify()
    scene.sessions.ends("error", error="invalid_client")
    error = failure(scene, RejectedError, wait=0)
    assert error.body["session_id"] == 1
    assert scene.verify().session_id == "2"


@pytest.mark.parametrize(("status", "open_ones"), [("pending", "2, 1"), ("cancelled", "2")])
def test_a_link_that_led_nowhere_gets_a_new_one_beside_it(scene: Scene, status: Any, open_ones: str) -> None:
    scene.verify()
    scene.sessions.ends(status)
    assert scene.verify().session_id == "2"
    assert scene.state.session_id == open_ones


def test_a_session_that_stackone_has_forgotten_is_replaced(scene: Scene) -> None:
    scene.kept(session_id="99")
    assert scene.verify().session_id == "1"


def test_a_session_of_another_profile_proves_nothing(scene: Scene) -> None:
    scene.verify()
    scene.sessions.ends("authenticated")
    scene.sessions.rows["1"] = replace(scene.sessions.rows["1"], profile_id="another")
    assert scene.verify().status == "pending"
    assert scene.state.proven_at is None


def test_an_outage_does_not_lose_an_earlier_session(scene: Scene) -> None:
    scene.verify()
    scene.tape.faults = [Fault("look", outage())]
    failure(scene, NetworkError, wait=0)
    assert scene.state.session_id == "1"


# What happens meanwhile


def test_a_pair_that_was_replaced_meanwhile_is_not_proven(scene: Scene) -> None:
    scene.console.after(5, lambda: scene.kept(fingerprint="sha256:22222222", session_id=None))
    signs_in(scene)
    result = scene.verify(wait=60)
    assert result.status == "authenticated"
    assert scene.state.proven_at is None
    assert "replaced meanwhile" in " ".join(scene.console.warnings)
    assert "Noted          no" in result.as_text()


def test_a_label_that_was_removed_meanwhile_is_not_brought_back(scene: Scene) -> None:
    scene.console.after(5, scene.states.states.clear)
    signs_in(scene)
    assert scene.verify(wait=60).status == "authenticated"
    assert scene.states.states == {}


def test_with_a_staged_pair_it_is_not_known_which_one_was_proven(scene: Scene) -> None:
    scene.console.after(5, lambda: scene.kept(staged_by="rotate"))
    signs_in(scene)
    scene.verify(wait=60)
    assert (scene.state.proven_at, scene.state.session_id) == (None, None)
    assert "staged" in " ".join(scene.console.warnings)


def test_notes_of_other_runs_are_kept(scene: Scene) -> None:
    scene.console.after(5, lambda: scene.kept(app_name="Changed meanwhile"))
    signs_in(scene)
    scene.verify(wait=60)
    assert (scene.state.app_name, scene.state.proven_at) == ("Changed meanwhile", NOW)


def test_every_note_is_made_under_the_lock(scene: Scene) -> None:
    signs_in(scene)
    scene.verify(wait=60)
    calls = scene.tape.calls
    assert calls.count("lock") == calls.count("write_state") == 2
    assert all(
        calls[n - 2 : n] == ["lock", "read_state"] for n, call in enumerate(calls) if call == "write_state"
    )


def test_a_proof_that_can_not_be_noted_is_no_success_and_is_not_lost(scene: Scene) -> None:
    signs_in(scene)
    scene.tape.faults = [Fault("lock", LOCKED, at=2)]
    error = failure(scene, StorageError)
    assert "could not be noted" in error.title
    assert LOCKED.title in str(error.detail)
    assert error.body["status"] == "authenticated"
    scene.tape.faults.clear()
    assert scene.verify().status == "authenticated"
    assert len(scene.sessions.requests) == 1, "nobody had to sign in again"
    assert scene.state.proven_at == NOW


def test_a_session_that_can_not_be_noted_is_warned_about(scene: Scene) -> None:
    scene.tape.faults = [Fault("lock", LOCKED)]
    signs_in(scene)
    assert scene.verify(wait=60).status == "authenticated"
    assert LOCKED.title in " ".join(scene.console.warnings)
    assert scene.state.proven_at == NOW


def test_a_profile_that_others_changed_is_proven_as_it_is_now(scene: Scene) -> None:
    scene.stackone.change(scene.profile_id, name="Changed")
    signs_in(scene)
    scene.verify(wait=60)
    assert "may not be the pair that is kept here" in " ".join(scene.console.warnings)
    assert scene.state.proven_at == NOW


def test_an_old_secret_may_be_revoked_after_the_proof(scene: Scene) -> None:
    scene.kept(old_secret="sha256:00000000")
    signs_in(scene)
    commands = [step.command for step in scene.verify(wait=60).next_steps]
    assert commands == ["eh-connect rotate --old-revoked"]


# Which profile


def test_without_a_profile_there_is_nothing_to_prove(scene: Scene) -> None:
    scene.states.states.clear()
    error = failure(scene, StackOneRefusedError)
    assert commands(error) == ["eh-connect setup"]
    assert scene.tape.requests == []


@pytest.mark.parametrize(
    "prepare",
    [
        lambda scene: scene.kept(profile_id="gone"),
        lambda scene: scene.stackone.remove(scene.profile_id),
    ],
)
def test_a_profile_that_is_not_there_is_refused(scene: Scene, prepare: Callable[[Scene], None]) -> None:
    prepare(scene)
    error = failure(scene, StackOneRefusedError)
    assert "is not at StackOne" in error.title
    assert scene.sessions.requests == []


def test_an_unknown_id_is_refused(scene: Scene) -> None:
    with pytest.raises(StackOneRefusedError, match="no Employment Hero profile with the ID other"):
        scene.verify(profile_id="other")


def test_another_profile_than_the_labels_is_refused(scene: Scene) -> None:
    other = scene.stackone.make("Other")
    with pytest.raises(StackOneRefusedError, match="belongs to another profile"):
        scene.verify(profile_id=other)


@pytest.mark.parametrize("is_known", [True, False])
def test_a_profile_that_is_not_kept_here_is_proven_without_a_note(scene: Scene, is_known: bool) -> None:
    if is_known:
        scene.kept(profile_id=None)
    else:
        scene.states.states.clear()
    signs_in(scene)
    result = scene.verify(wait=60, profile_id=scene.profile_id)
    assert result.status == "authenticated"
    assert "nothing is kept here" in result.as_text()
    assert scene.tape.writes == []


def test_without_notes_the_next_command_waits(scene: Scene) -> None:
    scene.states.states.clear()
    result = scene.verify(profile_id=scene.profile_id)
    assert [step.command for step in result.next_steps] == ["eh-connect verify --wait 600"]


def test_nothing_is_written_where_nothing_may_be(scene: Scene) -> None:
    signs_in(scene)
    scene.verify(wait=60, writes=False)
    assert scene.tape.writes == []
    assert scene.state == scene.start


# The test account


def test_unattended_the_test_account_stays_and_the_result_says_so(scene: Scene) -> None:
    signs_in(scene)
    result = scene.verify(wait=60)
    assert scene.sessions.deleted == []
    assert "account-1" in result.as_text()
    assert any("account-1" in w and "DELETE /accounts/" in w for w in scene.console.warnings)


def test_at_a_yes_the_test_account_is_deleted(scene: Scene) -> None:
    signs_in(scene)
    scene.console.deletes = True
    assert "deleted again" in scene.verify(wait=60).as_text()
    assert scene.sessions.deleted == ["account-1"]
    calls = scene.tape.calls
    assert calls.index("delete_account") > max(n for n, c in enumerate(calls) if c == "write_state")


def test_at_a_no_it_stays(scene: Scene) -> None:
    signs_in(scene)
    scene.console.deletes = False
    assert "is kept" in scene.verify(wait=60).as_text()
    assert scene.sessions.deleted == []


def test_with_keep_account_nothing_is_asked(scene: Scene) -> None:
    signs_in(scene)
    scene.console.deletes = True
    result = scene.verify(wait=60, keep_account=True)
    assert "delete account" not in scene.console.asked
    assert scene.console.warnings == []
    assert "account-1" in result.as_text()


@pytest.mark.parametrize(
    "fault", [StackOneAuthError("No rights."), StackOneRefusedError("Conflict."), NetworkError("No answer.")]
)
def test_an_account_that_could_not_be_deleted_does_not_undo_the_proof(
    scene: Scene, fault: EhConnectError
) -> None:
    signs_in(scene)
    scene.console.deletes = True
    scene.tape.faults = [Fault("delete_account", fault)]
    result = scene.verify(wait=60)
    assert (result.status, result.exit_code) == ("authenticated", 0)
    assert any("not deleted" in warning and fault.title in warning for warning in scene.console.warnings)


def test_an_account_that_stackone_does_not_name_is_not_asked_about(scene: Scene) -> None:
    scene.console.after(3, lambda: scene.sessions.ends("authenticated"))
    assert "StackOne names none" in scene.verify(wait=60).as_text()
    assert "delete account" not in scene.console.asked


# What only the browser shows


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.name)
def test_what_the_browser_shows_is_the_reason_then(scene: Scene, cause: Any) -> None:
    scene.console.looks = [cause.name]
    error = failure(scene, ActionNeededError)
    assert cause.means in str(error.detail)
    assert error.hint == cause.advice
    assert cause.exact is None or cause.exact in str(error.detail)
    assert commands(error) == ["eh-connect verify"]
    assert error.body["status"] == "pending"
    assert scene.state.session_id == "1"


def test_the_exact_redirect_uri_is_there_to_compare() -> None:
    assert [cause.exact for cause in CAUSES if cause.name == "redirect"] == [REDIRECT_URI]


def test_an_error_after_the_sign_in_may_be_stackones_lack_of_pkce() -> None:
    (after,) = (cause for cause in CAUSES if cause.name == "after")
    assert "PKCE" in after.means
    assert "not your fault" in after.means


def test_waiting_on_goes_on_to_the_proof(scene: Scene) -> None:
    scene.console.looks = [None]
    signs_in(scene, after=80)
    assert scene.verify(wait=60).status == "authenticated"


def test_a_key_looks_at_once_and_asks_only_if_nothing_is_there(scene: Scene) -> None:
    scene.console.key_after(0.5)
    scene.console.after(0.2, lambda: scene.sessions.ends("authenticated"))
    scene.verify(wait=600)
    assert scene.console.pauses == [0.5]
    assert "what shows" not in scene.console.asked


def test_a_key_before_the_end_asks_what_shows(scene: Scene) -> None:
    scene.console.key_after(5)
    scene.console.looks = ["redirect"]
    failure(scene, ActionNeededError, wait=600)
    assert sum(scene.console.pauses) == pytest.approx(5)


def test_waiting_on_does_not_outlive_the_link(scene: Scene) -> None:
    scene.console.looks = [None] * 100
    error = failure(scene, ActionNeededError, wait=600)
    assert "expired" in error.title
    assert sum(scene.console.pauses) == pytest.approx(1800)


def test_an_earlier_link_that_is_used_after_a_later_run_is_noticed(scene: Scene) -> None:
    for _ in range(3):
        assert scene.verify().status == "pending"
    scene.sessions.ends("error", error="invalid_grant", session="3")
    scene.sessions.ends("authenticated", account="acc-1", session="1")
    result = scene.verify()
    assert (result.session_id, result.status) == ("1", "authenticated")
    assert scene.state.proven_at is not None
    assert scene.state.session_id is None
    assert len(scene.sessions.rows) == 3


def test_no_more_than_the_latest_three_links_are_looked_at(scene: Scene) -> None:
    for _ in range(5):
        scene.verify()
    assert scene.state.session_id == "5, 4, 3"
