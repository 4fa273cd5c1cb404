"""Bodies nobody who means well would send: bombs, lies about encodings, depth, size; and JSON by grammar."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

LARGE = 1_100_000
"""Bytes: just more than any door takes."""

BOMBS: Mapping[str, bytes] = {
    "nothing": b"",
    "a gzip bomb": gzip.compress(b" " * 5_000_000, mtime=0),
    "a deflate bomb": zlib.compress(b"[" * 2_000_000),
    "lists in lists": b"[" * 100_000,
    "lists in lists, closed": b"[" * 40_000 + b"]" * 40_000,
    "objects in objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "just within the depth": b'{"a":' * 99 + b"{}" + b"}" * 99,
    "a number of 5,000 digits": b'{"id": ' + b"9" * 5_000 + b"}",
    "a number of 400 digits": b'{"id": ' + b"9" * 400 + b', "event": {"ts": ' + b"9" * 400 + b"}}",
    "an exponent": b'{"id": 1e999999}',
    "minus an exponent": b'{"id": -1e-999999, "timestamp": 1e18}',
    "not a number": b'{"id": NaN}',
    "infinity": b'{"id": -Infinity}',
    "a key twice": b'{"event": 1, "event": {"type": "app_mention"}}',
    "a lone surrogate": b'{"type": "\\ud800", "event": {"type": "app_mention", "text": "\\udfff", "user": "U1"}}',
    "nulls inside": b'{"event": {"type": "app_mention", "text": "\\u0000", "user": "U\\u0000"}}',
    "a raw null": b'{"type": "a\x00b"}',
    "UTF-16": '{"type": "event_callback"}'.encode("utf-16"),
    "UTF-32": '{"type": "event_callback"}'.encode("utf-32"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "overlong UTF-8": b'{"a": "\xc0\xaf"}',
    "Latin-1": '{"a": "ü"}'.encode("latin-1"),
    "a list": b"[1, 2]",
    "a string": b'"payload"',
    "null": b"null",
    "larger than any door takes": b'{"x": "' + b"a" * LARGE + b'"}',
    "many keys": json.dumps({f"k{n}": n for n in range(20_000)}).encode(),
    "keys that collide in a form": b"&".join(b"payload=%7B%7D" for _ in range(300)),
    "a form without an end": b"payload=%7B%22type%22%3A" + b"%22a" * 5_000,
    "a form of broken percents": b"command=%&text=%zz&user_id=%ff%fe",
    "a form in a form": b"payload=payload%3D%257B%257D",
    "a form of semicolons": b"command=/pm;text=status;user_id=U1",
    "XML": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
    "a pickle": b"cposix\nsystem\n(S'id'\ntR.",
}
"""By what they are."""

WORDS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            *("", " ", "\x00", "\ud800", "a\x00b", "\u202e", "﷽" * 20, "🙂" * 100, "x" * 5_000, "9" * 400),
            *("PAY-1", "-1", "1e400", "U07DANAW3K1", "../../etc/passwd", "<!channel>", "%s%n", "{0}", "'; DROP --"),
            *("2026-11-17T10:00:00.000+0000", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "null"),
        ]
    ),
)
NUMBERS = st.one_of(
    st.integers(-(2**70), 2**70),
    st.sampled_from([0, -1, 2**31, 2**53 + 1, 2**63, 10**18, 10**300, 253_402_300_800_000, -62_135_596_800_001]),
    st.floats(allow_nan=False, allow_infinity=False),
)
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, WORDS)


def json_of(keys: st.SearchStrategy[str], most: int = 14) -> st.SearchStrategy[Any]:
    """Any JSON value whose objects use ``keys``."""
    return st.recursive(
        SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=6), max_leaves=most
    )


def bent(value: Any, junk: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """``value`` with some of its parts replaced by ``junk`` or left out: nearly right is where parsers stumble."""
    if isinstance(value, dict):
        parts = {name: bent(inner, junk) for name, inner in value.items()}
        whole: st.SearchStrategy[Any] = st.fixed_dictionaries({}, optional=parts)
        return st.one_of(whole, st.fixed_dictionaries(parts), st.just(value), junk)
    if isinstance(value, list):
        return st.one_of(st.just(value), st.tuples(*(bent(inner, junk) for inner in value)).map(list), junk)
    return st.one_of(st.just(value), st.just(value), junk)


def encoded(value: Any) -> bytes:
    """As a sender would write it, lone surrogates escaped."""
    return json.dumps(value).encode()


RAW = st.one_of(st.sampled_from(sorted(BOMBS)).map(BOMBS.__getitem__), st.binary(max_size=300))
