"""Reads the body of an answer in bounded memory: as a whole, as an excerpt, or to throw it away."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, cast

import httpx

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator

MOST_BYTES = 10_000_000
"""A body is not read if its text may need more memory."""

_MOST_PASSED = 20_000_000  # bytes that are read if little or nothing of them is kept
_EXCERPT = 500_000  # bytes
_OVERLAP = 1_000  # bytes; a match may begin in one chunk and end in the next
_STEP = 65_536  # bytes that are decompressed at once


def body_text(response: httpx.Response, read: Callable[[Iterator[bytes]], str | None]) -> str | None:
    """Read the body of a streamed response; None if it can't be read.

    ``read`` reads the body of a success. An error's body is read as a whole. Raises httpx.HTTPError if the
    connection breaks in the body of a success.
    """
    try:
        return (read if response.is_success else read_whole)(_decoded(response))
    except (ValueError, zlib.error):
        return None
    except httpx.HTTPError:
        if response.is_success:
            raise
        return None  # the status of an error says enough


def read_whole(chunks: Iterator[bytes]) -> str | None:
    """Return the whole body. Raises ValueError if it is too long or no text."""
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > MOST_BYTES:
            raise ValueError("too long")
    bytes_a_character = 1 if body.isascii() else 4
    if len(body) * bytes_a_character > MOST_BYTES:
        raise ValueError("too long in memory")
    return body.decode("utf-8-sig")


def read_excerpt(start: re.Pattern[bytes], chunks: Iterator[bytes]) -> str | None:
    """Return 500 kB from the first match of ``start`` on; empty if nothing in 20 MB matches.

    ``start`` may match at most 1 kB.
    """
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


def discard(chunks: Iterator[bytes]) -> None:
    """Read the body to its end, or 20 MB of it, and keep nothing."""
    passed = 0
    for chunk in chunks:
        passed += len(chunk)
        if passed > _MOST_PASSED:
            return


def _decoded(response: httpx.Response) -> Iterator[bytes]:
    """Yield the body's bytes. We ask for no encoding, and accept one layer of gzip at most."""
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    chunks = iter(cast("httpx.SyncByteStream", response.stream))
    if encoding in {"", "identity"}:
        return chunks
    if encoding in {"gzip", "x-gzip"}:
        return _gunzipped(chunks)
    raise ValueError("an encoding that was not asked for")


def _gunzipped(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Decompress in small steps. httpx would decompress a whole chunk at once, however large it becomes."""
    gzip = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    for chunk in chunks:
        rest = chunk
        while rest:
            yield gzip.decompress(rest, _STEP)
            rest = gzip.unconsumed_tail
        if gzip.unused_data:
            raise ValueError("there is more after its end")
    yield gzip.flush()
    if not gzip.eof:
        raise ValueError("it is cut off")
