"""What a failed call to Slack means: nothing happened, it may have happened, or no for good and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from integrations.rest import retry_after
from integrations.slack.wire import TooLarge
from models.errors import NotDone, Refused, Unclear, VendorError

FAILURES = (
    SlackClientError,
    aiohttp.ClientError,
    OSError,
    ValueError,  # bytes that are not UTF-8
    AttributeError,  # the SDK takes a 200 that is text or a list for a dict
    RecursionError,  # JSON nested absurdly deep
)
"""All a call through slack_sdk can raise (``TimeoutError`` is an ``OSError``)."""

UNREACHED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
"""No connection came about: not a byte of the request has left."""

BLOCK_FAULTS = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "block_mismatch"})
"""Refusals of the blocks, not of the message: the same words go again as plain text."""

VIEW_FAULTS = BLOCK_FAULTS | {"invalid_arguments", "view_too_large"}
"""The same for a Home: Slack names a fault in its blocks by the first of these words."""

_SLOW_DOWN = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
_UNSURE = frozenset(
    {
        "fatal_error",
        "internal_error",
        "service_unavailable",
        "request_timeout",
        "update_failed",
        "duplicate_message_not_found",  # our client_msg_id is known: an earlier try did arrive
        "duplicate_channel_not_found",
    }
)
_NEW_TOKEN = "install the app again and put the new token in SLACK_BOT_TOKEN"  # noqa: S105 - advice, not a secret
SIGNED_OUT = frozenset({"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"})
"""Slack knows the token no longer: every call is refused alike, until an operator has put it right."""

_REMEDIES: Mapping[str, str] = {
    "channel_not_found": "check the name in directives.yaml; a private channel needs /invite for the app",
    "not_in_channel": "invite the app to the channel with /invite",
    "is_archived": "the channel is archived; unarchive it or name another in directives.yaml",
    "invalid_auth": _NEW_TOKEN,
    "not_authed": "set SLACK_BOT_TOKEN",
    "account_inactive": _NEW_TOKEN,
    "token_revoked": _NEW_TOKEN,
    "token_expired": _NEW_TOKEN,
    "missing_scope": "add the scope to the app, then install it again",
    "no_permission": "the workspace does not let this app do that; ask a workspace admin",
    "restricted_action": "a workspace setting forbids posting there; ask a workspace admin",
    "restricted_action_read_only_channel": "only some people may post there; ask a workspace admin",
    "messages_tab_disabled": "switch the Messages tab on under App Home of the Slack app",
    "user_not_found": "check the person's slack id in directives.yaml",
    "user_not_visible": "check the person's slack id in directives.yaml",
    "user_disabled": "the account is deactivated; take the person out of directives.yaml",
    "cannot_dm_bot": "the slack id in directives.yaml is a bot's",
    "message_not_found": "the message has been deleted",
    "not_enabled": "switch the Home tab on under App Home of the Slack app",
}
_FAULTS = 3
_PAUSE = 30.0
"""Seconds to pause when Slack says *ratelimited* without saying how long."""


def understand(failure: BaseException, method: str) -> VendorError:
    """The error of our own tree that ``failure`` of ``method`` amounts to."""
    if isinstance(failure, UNREACHED):
        return NotDone(f"Slack cannot be reached for {method}: {obstacle(failure)}")
    if isinstance(failure, SlackApiError):
        return _said_no(failure, method)
    return Unclear(f"Slack's answer to {method} was lost: {_how(failure)}")


def obstacle(failure: BaseException) -> str:
    """Why no connection came about, in words an operator can act on."""
    if isinstance(failure, TimeoutError):
        return "no connection in time"
    if isinstance(failure, aiohttp.ClientConnectorDNSError):
        return "its name is not known (DNS)"
    if isinstance(failure, aiohttp.ClientConnectorCertificateError):
        return "its certificate is not trusted. Check SLACK_API_URL and this machine's clock"
    if isinstance(failure, aiohttp.ClientSSLError):
        return "no secure connection could be made. Check SLACK_API_URL"
    if isinstance(getattr(failure, "os_error", None), ConnectionRefusedError):
        return "the connection was refused"
    return "the connection could not be made"


def pause(headers: Mapping[str, str]) -> float:
    """Seconds Slack wants us to wait; ``_PAUSE`` when it does not say, or not in a way anybody could read."""
    asked = retry_after(headers)
    return _PAUSE if asked is None else asked


def _how(failure: BaseException) -> str:
    if isinstance(failure, TimeoutError):
        return "no complete answer in time"
    if isinstance(failure, TooLarge):
        return f"it is too large ({failure})"
    if isinstance(failure, aiohttp.ClientError | OSError):
        return "the connection broke before the answer was complete"
    return "it cannot be read"


def _said_no(failure: SlackApiError, method: str) -> VendorError:
    response: Any = failure.response
    data = getattr(response, "data", None)
    said: Mapping[str, Any] = data if isinstance(data, dict) else {}
    code = str(said.get("error", ""))
    status = getattr(response, "status_code", 0)
    if status == 429 or code in _SLOW_DOWN:
        return NotDone(f"Slack asked {method} to slow down", retry_after=pause(response.headers))
    if status >= 500 or not code or code in _UNSURE:
        return Unclear(f"Slack may or may not have done {method}: {code or f'HTTP {status}, unreadable'}")
    return Refused(_refusal(method, code, said), code=code)


def _refusal(method: str, code: str, data: Mapping[str, Any]) -> str:
    needed = f" {data['needed']}" if code == "missing_scope" and data.get("needed") else ""
    remedy = _REMEDIES.get(code)
    found = f" ({faults})" if code in VIEW_FAULTS and (faults := _faults(data)) else ""
    return f"Slack refused {method}: {code}{needed}{found}" + (f"; {remedy}" if remedy else "")


def _faults(data: Mapping[str, Any]) -> str:
    """The first faults Slack found, with its pointers to them; in objects or, as it did before, in words."""
    metadata = data.get("response_metadata")
    listed = data.get("errors") or (metadata.get("messages") if isinstance(metadata, dict) else None)
    some = listed[:_FAULTS] if isinstance(listed, list) else []
    said = (f"{f.get('message', '')} [{f.get('pointer', '')}]" if isinstance(f, dict) else str(f) for f in some)
    return "; ".join(" ".join(each.split())[:200] for each in said)
