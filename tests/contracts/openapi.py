"""Is this what the vendor's own description says? Checks one recorded request or reply of Jira or Bitbucket.

    check_request("POST", "http://127.0.0.1:1/jira/rest/api/3/search/jql", {...}, b"{...}")
    check_response("POST", same_url, 200, {...}, b"{...}")

Both raise ``NotTheContract`` with every complaint. A deprecated operation is a complaint, and so is a query parameter
nobody described. The descriptions lie in ``shared/contracts`` beside the checkout and are never copied here; without
them ``AVAILABLE`` is false.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import jsonschema

CONTRACTS = Path(__file__).resolve().parents[2].parent / "shared" / "contracts"
AVAILABLE = CONTRACTS.is_dir()
MISSING = "the vendors' descriptions (folder shared/contracts beside the checkout) are absent"

SERVERS = {
    "jira-platform-v3.openapi.json": "https://your-domain.atlassian.net",
    "jira-software.openapi.json": "https://your-domain.atlassian.net",
    "bitbucket-cloud.openapi.json": "https://api.bitbucket.org/2.0",
}

UNDESCRIBED = (
    r"/rest/webhooks/1\.0/webhook(/\d+)?",  # Jira's admin webhooks: in no published description
    r"/rest/dev-status/(1\.0|latest)/.*",  # internal to Jira
    r"/rest/api/2/serverInfo",  # version 2 is Data Center's, asked only to name it
)
"""Paths that are real and in no description: passed unchecked, named here one by one."""

BITBUCKET_EVERYWHERE = frozenset({"fields", "page", "pagelen", "q", "sort"})
"""Query parameters Bitbucket documents once for all its addresses and not per operation."""

MISDESCRIBED_QUERY = {("jira-software.openapi.json", "state")}
"""Query parameters with a wrong type in the description: board sprints' ``state`` is text, not an object."""


NULL_IN_WORDS = {r"/rest/api/3/issue/[^/]+/assignee": "accountId"}
"""Properties that may be null by the words of their operation, where its schema forgets to say so."""

INCOMPLETE_REPLIES = {"jira-software.openapi.json", "bitbucket-cloud.openapi.json"}
"""Descriptions that leave out properties real sites send (recorded in shared/payloads/api): more is no complaint."""

_JIRA_DATE = re.compile(r"(\d{4}-\d\d-\d\dT[\d:.]+[+-]\d\d)(\d\d)")
"""How real Jira writes every date (``+0000``); its description asks for ``+00:00``. Both pass."""


class NotTheContract(AssertionError):
    """The request or reply is not what the vendor describes."""


@dataclass(frozen=True)
class Place:
    """Where in which description an address belongs."""

    file: str
    path: str
    """Below the description's server address."""


def check_request(method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> None:
    """Raise ``NotTheContract`` unless the vendor describes this request, and does not call it deprecated."""
    place = _place(url)
    if place is None:
        return
    operation, body = _operation(place, method), _without_nulls(place, body)
    complaints = [] if not operation.get("deprecated") else ["the operation is deprecated"]
    complaints += _unknown_query(place, method, url)
    request = _request(place, method, url, headers, body)
    errors = _quietly(_api(place.file).iter_request_errors(request))
    complaints += [_told(error) for error in errors if not _misdescribed(place, error)]
    complaints += adf_complaints(json.loads(body)["body"]) if body and _is_comment(place, method) else []
    _raise(method, url, complaints)


def check_response(method: str, url: str, status: int, headers: Mapping[str, str], body: bytes | None = None) -> None:
    """Raise ``NotTheContract`` unless the vendor describes this reply to that request."""
    place = _place(url)
    if place is None:
        return
    from openapi_core.testing import MockResponse

    described = _operation(place, method)["responses"]
    if str(status) not in described and "default" not in described:
        # The descriptions leave out most failures; only a success must be told.
        return _raise(method, url, [f"{status} is not described"] if status < 400 else [])
    if not body or not described.get(str(status), described.get("default", {})).get("content"):
        return None
    request = _request(place, method, url, {}, None)
    response = MockResponse(
        json.dumps(_as_described(json.loads(body))).encode(),
        status,
        headers=dict(headers),
        content_type=_content_type(headers),
    )
    but = "additionalProperties" if place.file in INCOMPLETE_REPLIES else ""
    errors = _quietly(_api(place.file).iter_response_errors(request, response))
    _raise(method, url, [told for error in errors if (told := _told(error, but=but))])
    return None


def adf_complaints(document: Any) -> list[str]:
    """What Atlassian's own schema says against a rich text document: nothing, when it is valid."""
    return [f"ADF: {error.message[:200]}" for error in _adf().iter_errors(document)]


@cache
def _api(file: str) -> Any:
    from openapi_core import Config, OpenAPI

    # The strict check of the description itself rejects both Jira files over bad default values.
    return OpenAPI.from_dict(_description(file), config=Config(spec_validator_cls=None))


@cache
def _description(file: str) -> Any:
    return json.loads((CONTRACTS / file).read_text())


@cache
def _adf() -> Any:
    return jsonschema.Draft4Validator(json.loads((CONTRACTS / "adf.schema.json").read_text()))


def _place(url: str) -> Place | None:
    """The description an address belongs to; ``None`` for real but undescribed ones. Any base address will do."""
    path = urlsplit(url).path
    if jira := re.search(r"/rest/(api|agile|software|webhooks|dev-status)/.*", path):
        if any(re.fullmatch(known, jira[0]) for known in UNDESCRIBED):
            return None
        return Place(f"jira-{'platform-v3' if jira[1] == 'api' else 'software'}.openapi.json", jira[0])
    if "/2.0/" in path:
        return Place("bitbucket-cloud.openapi.json", "/" + path.partition("/2.0/")[2])
    raise NotTheContract(f"{path} belongs to no vendor we know")


@cache
def _templates(file: str) -> list[tuple[re.Pattern[str], str]]:
    """Path templates, those with the fewest variables first, as the more exact ones win."""
    paths = sorted(_description(file)["paths"], key=lambda path: (path.count("{"), path))
    return [(re.compile("/?" + re.sub(r"\\{.*?\\}", "[^/]+", re.escape(p.strip("/"))) + "/?"), p) for p in paths]


def _template(place: Place) -> str:
    for pattern, path in _templates(place.file):
        if pattern.fullmatch(place.path):
            return path
    raise NotTheContract(f"{place.path} is not in {place.file}")


def _operation(place: Place, method: str) -> Any:
    operations = _description(place.file)["paths"][_template(place)]
    if method.lower() not in operations:
        raise NotTheContract(f"{method} {place.path} is not in {place.file}")
    return operations[method.lower()]


def _unknown_query(place: Place, method: str, url: str) -> list[str]:
    operations = _description(place.file)["paths"][_template(place)]
    described = [*operations.get("parameters", []), *_operation(place, method).get("parameters", [])]
    names = {_resolved(place.file, each).get("name") for each in described}
    if place.file.startswith("bitbucket"):
        names |= BITBUCKET_EVERYWHERE
    given = {name for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)}
    return [f"query parameter {name!r} is not described" for name in sorted(given - names)]


def _resolved(file: str, node: Any) -> Any:
    if "$ref" not in node:
        return node
    found = _description(file)
    for step in node["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found


def _request(place: Place, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Any:
    from openapi_core.testing import MockRequest
    from werkzeug.datastructures import ImmutableMultiDict

    server = urlsplit(SERVERS[place.file])
    request = MockRequest(
        f"{server.scheme}://{server.netloc}",
        method.lower(),
        server.path + unquote(place.path),
        headers={**dict(headers), "Authorization": "Basic eDp4"},
        data=body,
        content_type=_content_type(headers),
    )
    request.parameters.query = ImmutableMultiDict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    return request


def _quietly(errors: Iterable[Exception]) -> list[Exception]:
    """All of them, without the library's warning about Bitbucket's OAuth scheme."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return list(errors)


def _as_described(value: Any) -> Any:
    """Real replies where the descriptions are wrong about them: Jira's dates, and null for what is absent."""
    if isinstance(value, str):
        return f"{date[1]}:{date[2]}" if (date := _JIRA_DATE.fullmatch(value)) else value
    if isinstance(value, list):
        return [_as_described(each) for each in value]
    if isinstance(value, dict):
        return {name: _as_described(each) for name, each in value.items() if each is not None}
    return value


def _content_type(headers: Mapping[str, str]) -> str:
    given = {name.lower(): value for name, value in headers.items()}
    return given.get("content-type", "application/json").partition(";")[0].strip()


def _without_nulls(place: Place, body: bytes | None) -> bytes | None:
    named = next((name for path, name in NULL_IN_WORDS.items() if re.fullmatch(path, place.path)), None)
    if not body or named is None:
        return body
    given = json.loads(body)
    return json.dumps({k: v for k, v in given.items() if k != named or v is not None}).encode()


def _is_comment(place: Place, method: str) -> bool:
    """A comment's body has no type in the description, so a plain string would pass."""
    return method.upper() in {"POST", "PUT"} and bool(
        re.fullmatch(r"/rest/api/3/issue/[^/]+/comment(/\d+)?", place.path)
    )


def _misdescribed(place: Place, error: Any) -> bool:
    return (place.file, getattr(error, "name", None)) in MISDESCRIBED_QUERY


def _told(error: Any, *, but: str = "") -> str:
    """An error by where it is and what is wrong there; nothing when all of it is of the kind ``but``."""
    inner = [*getattr(error.__cause__, "schema_errors", ()), *getattr(error, "schema_errors", ())]
    told = [f"{'/'.join(map(str, e.path))}: {e.message[:200]}" for e in inner if e.validator != but]
    if inner and not told:
        return ""
    return f"{type(error).__name__}: {'; '.join(told) or f'{error} {error.__cause__ or str()}'}"[:2000]


def _raise(method: str, url: str, complaints: list[str]) -> None:
    if complaints:
        raise NotTheContract("\n".join([f"{method} {url}", *complaints]))
