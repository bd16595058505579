"""The body of an answer, in bounded memory: as text, as an read_excerpt, or read and thrown away."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator

MOST_BYTES = 10_000_000
"""A body whose text may need more in memory is not read."""

_MOST_PASSED = 20_000_000  # bytes read where little or nothing of them is kept
_EXCERPT = 500_000  # bytes
_OVERLAP = 1_000  # bytes; a match may begin in one chunk and end in the next
_STEP = 65_536  # bytes of what is undone at once


def body_text(response: httpx.Response, read: Callable[[Iterator[bytes]], str | None]) -> str | None:
    """The text of a body that was not read so far (``Client.send(…, stream=True)``); None: it can't be read.

    ``read`` makes it of the body of a success; that of an error is kept whole. httpx.HTTPError: the
    connection broke, in the body of a success.
    """
    try:
        return (read if response.is_success else read_whole)(_decoded(response))
    except (ValueError, zlib.error):
        return None
    except httpx.HTTPError:
        if response.is_success:
            raise
        return None  # the status says enough


def read_whole(chunks: Iterator[bytes]) -> str | None:
    """All of it. ValueError: it is too long, or no text."""
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > MOST_BYTES:
            raise ValueError("too long")
    widest = 1 if body.isascii() else 4  # bytes a character
    if len(body) * widest > MOST_BYTES:
        raise ValueError("too long in memory")
    return body.decode("utf-8-sig")


def read_excerpt(start: re.Pattern[bytes], chunks: Iterator[bytes]) -> str | None:
    """The 500 kB that begin where ``start`` first matches, in up to 20 MB; empty where it never does.

    ``start`` matches at most 1 kB.
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
    """Nothing: it is read to its end, or to 20 MB."""
    passed = 0
    for chunk in chunks:
        passed += len(chunk)
        if passed > _MOST_PASSED:
            return


def _decoded(response: httpx.Response) -> Iterator[bytes]:
    """We ask for no encoding. One layer of gzip is undone; more, or another one, is not worth the risk."""
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if response.is_stream_consumed:
        return iter((response.content,))  # by a transport that makes answers in memory
    if encoding in {"", "identity"}:
        return response.iter_raw()
    if encoding in {"gzip", "x-gzip"}:
        return _gunzipped(response.iter_raw())
    raise ValueError("an encoding that was not asked for")


def _gunzipped(chunks: Iterator[bytes]) -> Iterator[bytes]:
    undone = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    for chunk in chunks:
        rest = chunk
        while rest:
            yield undone.decompress(rest, _STEP)
            rest = undone.unconsumed_tail
        if undone.unused_data:
            raise ValueError("more behind its end")
    yield undone.flush()
    if not undone.eof:
        raise ValueError("cut off")
