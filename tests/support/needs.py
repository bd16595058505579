"""Parts of the machine that a test needs: skipped with a reason where missing, a failure under CI."""

from __future__ import annotations

import os

import pytest

from tests.support.secret_service import MISSING


def needs(part: str, present: bool) -> pytest.MarkDecorator:
    """A mark that skips where ``part`` is missing; under ``CI=true`` the tests run, and fail."""
    missing = not present and os.environ.get("CI") != "true"
    return pytest.mark.skipif(missing, reason=f"this machine lacks {part}")


needs_secret_service = needs(f"the Secret Service ({', '.join(MISSING)})", not MISSING)
