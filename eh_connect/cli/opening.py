"""A label, opened: its lock, what is kept of it, where its secrets may go. The cheapest checks come first."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, nullcontext
from typing import TYPE_CHECKING, TypeVar

from eh_connect.cli import parts
from eh_connect.cli.setup_inputs import STACKONE_APP_URL, STACKONE_URL
from eh_connect.employment_hero.portal import OAUTH_URL
from eh_connect.errors import BusyError, StorageError
from eh_connect.flows.keeping import Keeping
from eh_connect.judging import origin, url
from eh_connect.state import StateFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from eh_connect.cli.session import Session
    from eh_connect.cli.setup_inputs import Given
    from eh_connect.inputs import Inputs

T = TypeVar("T")


class Urls:
    """Where things go: given, else as at the last success, else the real ones."""

    def __init__(self, given: Given, keeping: Keeping) -> None:
        self.stackone = given.stackone_url or _stored(keeping.state.stackone_url) or STACKONE_URL
        self.oauth = given.oauth_url or _stored(keeping.state.oauth_url) or OAUTH_URL
        self.dashboard = given.app_url or STACKONE_APP_URL
        self.origins = (origin(self.stackone), origin(self.oauth))
        self.default_origins = (origin(STACKONE_URL), origin(OAUTH_URL))


@contextmanager
def opened(
    session: Session,
    inputs: Inputs,
    given: Given,
    gather: Callable[[Keeping], T],
    *,
    writes: bool,
    dry_run: bool | None = None,
    asks: bool = False,
) -> Iterator[tuple[Keeping, Urls, T]]:
    """Open a label for the length of a block.

    Args:
        session: the run.
        inputs: has what is wrong so far, and what ``gather`` adds to it.
        given: from flags and variables.
        gather: takes what is needed out of what is kept; notes what is missing in ``inputs``.
        writes: whether keyring and folder will be written: then they are locked and tried first.
        dry_run: a keyring that can't be read counts as empty. None: the command has neither this flag nor
            ``--no-store``; where it has both, the hint of what only keeping fails with names the latter.
        asks: what is missing will be asked for: it is no error.

    Raises:
        InputError: all that is missing or invalid; or kept secrets would go to other hosts.
        StorageError: keyring, folder or lock.
    """
    folder = session.folder
    states = StateFolder(folder)
    keeping = Keeping(given.label, parts.keyring(session, given.label), states, writes=writes, now=parts.now)
    with ExitStack() as stack:
        # A folder that exists is locked before it is read; a new one is made once nothing is missing.
        locked = writes and (asks or is_there(folder)) and not inputs.invalid
        offer = _no_store_offered if writes and dry_run is not None else nullcontext
        if locked:
            with offer():
                stack.enter_context(states.lock(given.label))
        keeping.load()
        gathered = gather(keeping)
        if not inputs.invalid:  # what is missing may be in there
            _check_known(keeping, dry_run=bool(dry_run))
        if not asks or inputs.invalid:
            inputs.stop_on_problems()
        if writes and not locked:
            with offer():
                stack.enter_context(states.lock(given.label))
            keeping.load()
        with offer():
            _check_keyring(session, keeping, dry_run=bool(dry_run))
            keeping.trial()
        urls = Urls(given, keeping)
        keeping.check_origins(urls.origins, urls.default_origins)
        yield keeping, urls, gathered


@contextmanager
def _no_store_offered() -> Iterator[None]:
    try:
        yield
    except BusyError:
        raise  # to go on beside another run is no way out
    except StorageError as exc:
        exc.hint = f"{(exc.hint or 'Mend it').rstrip('.')}; or use --no-store, which keeps nothing."
        raise


def is_there(folder: Path) -> bool:
    """Whether there is a folder to lock in."""
    try:
        return folder.is_dir()
    except OSError:
        return False  # what is wrong with it is told when it is made


def _stored(base_url: str | None) -> str | None:
    """A URL from the state file is judged like any other: the file may be damaged."""
    try:
        return base_url and url(base_url)
    except ValueError as exc:
        raise StorageError(
            "The state file holds a URL that can't be used.",
            detail=f"{exc}.",
            hint="Restore the file, or give --stackone-url and EMPLOYMENT_HERO_OAUTH_URL.",
        ) from None


def _check_known(keeping: Keeping, *, dry_run: bool) -> None:
    is_known = keeping.state.profile_id is not None or keeping.state.pending is not None
    if keeping.unreadable is not None and is_known and not dry_run:
        raise keeping.unreadable


def _check_keyring(session: Session, keeping: Keeping, *, dry_run: bool) -> None:
    if keeping.unreadable is None:
        return
    if dry_run:
        session.output.warn(f"The keyring can't be read and counts as empty. {keeping.unreadable.sentence}")
    elif keeping.writes:
        raise keeping.unreadable
