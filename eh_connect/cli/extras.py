"""Optional parts of the package."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eh_connect.errors import UsageError

if TYPE_CHECKING:
    from types import ModuleType


def sandbox_source() -> ModuleType:
    """The rehearsal, or how to install it."""
    try:
        import werkzeug  # noqa: F401  # the extra's own library: its absence is what has to be told
    except ModuleNotFoundError:
        raise UsageError(
            "The rehearsal is not installed.",
            detail="It is an extra of this package, which a real set-up does not need.",
            hint="Install it: pip install 'eh-connect[sandbox]' (or: pipx install 'eh-connect[sandbox]')",
        ) from None
    from eh_connect.sandbox import source

    return source
