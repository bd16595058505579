"""The body of an answer, in bounded memory: as text, as an excerpt, or read and thrown away."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

MOST_BYTES = 10_000_000
"""A body whose text may need more in memory is not read."""

_MOST_PASSED = 20_000_000  # bytes read where little or nothing of them is kept
_EXCERPT = 500_000  # bytes
_OVERLAP = 1_000  # bytes; a match may begin in one chunk and end in the next
_STEP = 65_536  # bytes of what is undone at once


class _Unreadable(Exception):  # noqa: N818  # it never leaves this module
    pass


def body_text(
    response: httpx.Response, *, keep: bool = True, start: re.Pattern[bytes] | None = None
) -> str | None:
    """The text of a body that was not read so far; None where it can't be read or was thrown away.

    Args:
        response: of ``Client.send(…, stream=True)``.
        keep: False: the body of a success is thrown away.
        start: only what begins with its match is kept.

    Raises:
        httpx.HTTPError: the connection broke, in the body of a success.
    """
    try:
        if start is not None:
            return _excerpt(_decoded(response), start)
        if not keep and response.is_success:
            _throw_away(_raw(response))
            return None
        return _all(_decoded(response))
    except _Unreadable:
        return None
    except httpx.HTTPError:
        if response.is_success:
            raise
        return None  # the status says enough


def _all(chunks: Iterator[bytes]) -> str | None:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    widest = 1 if body.isascii() else 4  # bytes a character
    if len(body) * widest > MOST_BYTES:
        return None
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _excerpt(chunks: Iterator[bytes], start: re.Pattern[bytes]) -> str | None:
    kept, passed, is_found = bytearray(), 0, False
    for chunk in chunks:
        kept += chunk
        passed += len(chunk)
        if not is_found:
            found = start.search(kept)
            del kept[: found.start() if found else -_OVERLAP]
            is_found = found is not None
        if is_found and len(kept) >= _EXCERPT:
            break
        if passed > _MOST_PASSED:
            return None
    return kept[:_EXCERPT].decode("utf-8", "ignore") if is_found else ""


def _throw_away(chunks: Iterator[bytes]) -> None:
    passed = 0
    for chunk in chunks:
        passed += len(chunk)
        if passed > _MOST_PASSED:
            return


def _raw(response: httpx.Response) -> Iterator[bytes]:
    # A transport that makes answers in memory has read them already, and undone their encoding.
    return iter((response.content,)) if response.is_stream_consumed else response.iter_raw()


def _decoded(response: httpx.Response) -> Iterator[bytes]:
    """We ask for no encoding. One layer of gzip is undone; more, or another one, is not worth the risk."""
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding in {"", "identity"} or response.is_stream_consumed:
        return _raw(response)
    if encoding in {"gzip", "x-gzip"}:
        return _gunzipped(_raw(response))
    raise _Unreadable


def _gunzipped(chunks: Iterator[bytes]) -> Iterator[bytes]:
    undone = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        for chunk in chunks:
            rest = chunk
            while rest:
                yield undone.decompress(rest, _STEP)
                rest = undone.unconsumed_tail
            if undone.unused_data:
                raise _Unreadable
        yield undone.flush()
    except zlib.error:
        raise _Unreadable from None
    if not undone.eof:
        raise _Unreadable
