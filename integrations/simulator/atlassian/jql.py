"""Jira's query language over the simulated company: what it does not know it refuses, as Jira does."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from integrations.simulator.atlassian.jql_fields import FIELDS, FUNCTIONS, SIGNS, BadQuery, Field, Holds, compare
from integrations.simulator.company import Company
from integrations.simulator.nouns import Issue

__all__ = ["BadQuery", "Query", "parse"]

MOST_ORDERS = 7
"""Fields in ORDER BY (Jira refuses more)."""


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query: what it keeps, and in which order."""

    holds: Holds
    order: Callable[[Sequence[Issue]], list[Issue]]

    def over(self, company: Company) -> list[Issue]:
        """The issues it finds."""
        return self.order([issue for issue in company.issues.values() if self.holds(issue)])


def parse(text: str, company: Company, me: str) -> Query:
    """Read a query asked by the account ``me``. Raises ``BadQuery``."""
    body, _, order = _split_order(text)
    if not body.strip():
        raise BadQuery("Unbounded JQL queries are not allowed here. Please add a search restriction to your query.")
    parser = _Parser(_tokens(body), company, me)
    holds = parser.either()
    parser.end()
    return Query(holds, _ordering(order, company))


def _split_order(text: str) -> tuple[str, str, str]:
    match = re.search(r"\border\s+by\b(?=(?:[^\"']*[\"'][^\"']*[\"'])*[^\"']*$)", text, re.IGNORECASE)
    return (text, "", "") if match is None else (text[: match.start()], match[0], text[match.end() :])


_TOKEN = re.compile(
    r"""\s*(?:(?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<sign>!=|>=|<=|!~|[=<>~(),])|(?P<word>[^\s=<>~!(),"']+))"""
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str

    def says(self, *words: str) -> bool:
        return self.kind != "quoted" and self.text.lower() in words


_END = _Token("end", "")


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise BadQuery(f"Error in the JQL Query: The character '{text[at]}' is a reserved JQL character.")
        kind = str(match.lastgroup)
        value = match[kind]
        found.append(_Token(kind, re.sub(r"\\(.)", r"\1", value[1:-1]) if kind == "quoted" else value))
        at = match.end()
    return found


class _Parser:
    """Recursive descent: either (OR) of both (AND) of one (NOT, parentheses, a clause)."""

    def __init__(self, tokens: list[_Token], company: Company, me: str) -> None:
        self._tokens, self._at = tokens, 0
        self._company, self._me = company, me

    def either(self) -> Holds:
        parts = [self._both()]
        while self._next_is("or", "||", "|"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else lambda issue: any(part(issue) for part in parts)

    def end(self) -> None:
        if self._peek() is not _END:
            raise BadQuery(f"Error in the JQL Query: Expecting operator or end but got '{self._peek().text}'.")

    def _both(self) -> Holds:
        parts = [self._one()]
        while self._next_is("and", "&&", "&"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else lambda issue: all(part(issue) for part in parts)

    def _one(self) -> Holds:
        if self._next_is("not", "!"):
            inner = self._one()
            return lambda issue: not inner(issue)
        if self._next_is("("):
            inside = self.either()
            self._expect(")")
            return inside
        return self._clause()

    def _clause(self) -> Holds:
        name = self._take("word", "quoted").text
        field = FIELDS.get(name.lower())
        if field is None:
            raise BadQuery(f"Field '{name}' does not exist or you do not have permission to view it.")
        sign = self._operator()
        if sign not in field.signs:
            raise BadQuery(f"The operator '{sign}' is not supported by the '{name}' field.")
        values = self._list(field, name) if sign.endswith("in") else [self._value(field, name)]
        return compare(field, sign, values, self._company)

    def _operator(self) -> str:
        first = self._take("word", "sign").text.lower()
        if first == "not":
            self._expect("in")
            return "not in"
        if first == "is":
            return "is not" if self._next_is("not") else "is"
        if first not in SIGNS:
            raise BadQuery(f"Error in the JQL Query: Expecting operator but got '{first}'.")
        return first

    def _list(self, field: Field, name: str) -> list[Any]:
        if self._peek().kind == "word" and not self._peek().says("empty", "null"):
            return _several(self._value(field, name))
        self._expect("(")
        values = _several(self._value(field, name))
        while self._next_is(","):
            values += _several(self._value(field, name))
        self._expect(")")
        return values

    def _value(self, field: Field, name: str) -> Any:
        token = self._take("word", "quoted")
        if token.says("empty", "null"):
            return None
        if token.kind == "word" and self._next_is("("):
            argument = "" if self._peek().says(")") else self._take("word", "quoted").text
            self._expect(")")
            return self._function(token.text, argument, name)
        return field.read(self._company, token.text, name)

    def _function(self, function: str, argument: str, name: str) -> Any:
        known = FUNCTIONS.get(function.lower())
        if known is None:
            raise BadQuery(f"Unable to find JQL function '{function}({argument})'.")
        return known(self._company, self._me, argument)

    # --- tokens -------------------------------------------------------------------------------------------

    def _peek(self) -> _Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else _END

    def _take(self, *kinds: str) -> _Token:
        token = self._peek()
        if token.kind not in kinds:
            got = f"'{token.text}'" if token is not _END else "the end of the query"
            raise BadQuery(f"Error in the JQL Query: Expecting either a value, list or function but got {got}.")
        self._at += 1
        return token

    def _next_is(self, *words: str) -> bool:
        if self._peek().says(*words):
            self._at += 1
            return True
        return False

    def _expect(self, word: str) -> None:
        if not self._next_is(word):
            got = self._peek().text or "the end of the query"
            raise BadQuery(f"Error in the JQL Query: Expecting '{word}' but got '{got}'.")


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


# --- order -------------------------------------------------------------------------------------------------


def _ordering(text: str, company: Company) -> Callable[[Sequence[Issue]], list[Issue]]:
    """Sort by the last field first: Python's sort is stable. Without ORDER BY, newest first."""
    keys = [_order_key(part) for part in text.split(",")] if text.strip() else [(FIELDS["created"], True)]
    if len(keys) > MOST_ORDERS:
        raise BadQuery(f"The number of fields in the order by clause exceeds the limit of {MOST_ORDERS}.")

    def order(issues: Sequence[Issue]) -> list[Issue]:
        found = sorted(issues, key=lambda i: i.id)
        for field, down in reversed(keys):
            found.sort(key=lambda i: _sortable(field.of(company, i)), reverse=down)
        return found

    return order


def _order_key(text: str) -> tuple[Field, bool]:
    words = text.split()
    name = words[0].strip("\"'") if words else ""
    field = FIELDS.get(name.lower()) or (FIELDS["created"] if name.lower() == "rank" else None)
    if field is None or len(words) > 2 or (len(words) == 2 and words[1].lower() not in ("asc", "desc")):
        raise BadQuery(f"Not able to sort using field '{name}'.")
    return field, words[-1].lower() == "desc" and len(words) == 2


def _sortable(value: Any) -> tuple[int, Any]:
    if value is None or value == ():
        return (1, "")
    if isinstance(value, str) and (key := re.fullmatch(r"([A-Z][A-Z0-9_]*)-(\d+)", value)):
        return (0, f"{key[1]}-{int(key[2]):09d}")
    return (0, value)
