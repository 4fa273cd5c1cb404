"""What a reply or the lack of one means, and how long a vendor wants us to wait."""

from __future__ import annotations

import socket
import ssl
from typing import Any

import pytest
import requests

from integrations.rest import answer, listing, mapping, meaning, part, retry_after
from models.errors import NotDone, Refused, Unclear, VendorError


def reply(status: int, body: bytes = b"", **headers: str) -> requests.Response:
    response = requests.Response()
    response.status_code, response._content = status, body
    response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return response


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "0"}, 0),
        ({"Retry-After": "2.5"}, 2.5),
        ({"Retry-After": "-4"}, 0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "inf"}, None),
        ({"Retry-After": "\u00b2"}, None),
        ({}, None),
        ({"Retry-After": "Mon, 02 Nov 2026 09:01:00 GMT", "Date": "Mon, 02 Nov 2026 09:00:00 GMT"}, 60),
        ({"Retry-After": "Mon, 02 Nov 2026 09:01:00 GMT", "Date": "Fri, 01 Jan 2099 00:00:00 GMT"}, 0),
        ({"Retry-After": "Mon, 02 Nov 2026 09:01:00 GMT"}, None),
    ],
)
def test_how_long_to_wait_is_read_from_what_the_vendor_said(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, Refused), (404, Refused), (408, NotDone), (425, NotDone), (429, NotDone), (500, Unclear), (503, Unclear)],
)
def test_a_status_is_a_no_for_good_a_no_for_now_or_unclear(status: int, kind: type[VendorError]) -> None:
    with pytest.raises(kind, match=f"comment: {'too many' if status == 429 else status}"):
        answer("comment", reply(status, b"<html>Bad gateway</html>"))


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":', b"<html>", b"1" * 5_000, b"\xff\xfe"])
def test_an_answer_that_cannot_be_read_is_unclear(body: bytes) -> None:
    with pytest.raises(Unclear, match="cannot be read"):
        answer("comment", reply(200, body))


@pytest.mark.parametrize(("read", "body"), [(mapping, b"[]"), (mapping, b"7"), (listing, b"{}"), (listing, b"")])
def test_an_answer_of_another_kind_is_unclear(read: Any, body: bytes) -> None:
    with pytest.raises(Unclear):
        read("read issues", reply(200, body))


@pytest.mark.parametrize("found", [{}, {"issues": None}, {"issues": {}}])
def test_a_list_that_is_missing_is_not_an_empty_one(found: dict[str, Any]) -> None:
    with pytest.raises(Unclear, match="the answer has no issues"):
        part("search", found, "issues")
    assert part("search", {"issues": []}, "issues") == []


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (socket.gaierror(-2, "Name or service not known"), "not known"),
        (ConnectionRefusedError(111, "refused"), "refused"),
        (TimeoutError("timed out"), "no connection in time"),
        (ssl.SSLError("WRONG_VERSION_NUMBER"), "no secure connection"),
        (ssl.SSLCertVerificationError("[SSL: CERTIFICATE_VERIFY_FAILED]"), "certificate is not trusted"),
        (OSError("no route to host"), "could not be made"),
    ],
)
def test_when_nothing_was_sent_nothing_has_happened_and_the_obstacle_is_named(cause: OSError, words: str) -> None:
    failure = requests.ConnectionError(str(cause))
    failure.__cause__ = cause
    told = meaning("comment", failure, sent=False)
    assert isinstance(told, NotDone)
    assert words in str(told)


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (requests.ReadTimeout(), "no complete answer in time"),
        (requests.ConnectionError("reset"), "the connection broke"),
        (requests.exceptions.SSLError("bad record"), "the connection broke"),
        (TimeoutError(), "no complete answer in time"),
    ],
)
def test_once_something_was_sent_it_may_have_happened(failure: Exception, words: str) -> None:
    told = meaning("comment", failure, sent=True)
    assert isinstance(told, Unclear)
    assert words in str(told)


def test_a_refusal_is_one_line_with_the_vendors_words_and_the_remedy() -> None:
    body = b'{"errorMessages": ["You may not\\n do that."], "errors": {"assignee": "is gone"}}'
    with pytest.raises(Refused) as told:
        answer("assign PAY-1", reply(403, body))
    words = "assign PAY-1: 403 You may not do that.; is gone. The token was accepted but may not do this"
    assert str(told.value).startswith(words)
