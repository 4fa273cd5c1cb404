"""Read directives.yaml: either the whole constitution, or every complaint with its line and the nearest valid word."""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Iterator, Mapping, Set
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from reprlib import Repr
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from models.actions import FORESEEN
from models.consistency import findings, located, nearest
from models.directives import RULES, Allow, Ask, Directive, Directives, LookEvery, Never
from models.errors import Complaint, DirectivesError
from models.marked import Marked, Place, Step
from models.written import Text, Whole, Written, look_up, whole


def load(path: Path) -> Directives:
    """Read the constitution from a file or a folder. Raises ``DirectivesError``; ``OperatorError`` without a file."""
    return understand(look_up(path))


def parse(text: str, name: str) -> Directives:
    """Read the constitution from ``text``; ``name`` is what complaints call it. Raises ``DirectivesError``."""
    return understand(Written(name, (Text(name, text.encode("utf-8", "surrogatepass")),)))


@lru_cache(maxsize=4)
def understand(written: Written) -> Directives:
    """The constitution of what is written. Raises ``DirectivesError`` with every complaint, in its file and line.

    The same bytes are understood once: the clock looks at them every few seconds.
    """
    found = whole(written)
    marked = found.marked
    if marked.complaints:
        raise _error(written.name, found, marked.complaints)
    try:
        directives = Directives.model_validate(marked.value)
    except ValidationError as error:
        details = error.errors(include_url=False)
        misspelt = {place for d in details if (place := _meant(d))}
        kept = [d for d in details if not _echo(d) and (d["type"] != "missing" or tuple(d["loc"]) not in misspelt)]
        raise _error(written.name, found, [_complaint(d, marked) for d in kept]) from None
    complaints = [Complaint(marked.line(place), message) for place, message in findings(directives)]
    if complaints:
        raise _error(written.name, found, complaints)
    return directives.model_copy(update={"version": found.version})


def _error(name: str, found: Whole, complaints: list[Complaint]) -> DirectivesError:
    """In the order of the files."""
    ordered = sorted(set(complaints), key=lambda c: (c.line, c.message))
    return DirectivesError(name, [found.complaint(each.line, each.message) for each in ordered])


# --- from a pydantic error to a line and a sentence ---------------------------------------------------------


def _complaint(detail: ErrorDetails, marked: Marked) -> Complaint:
    place = _place(detail["loc"], marked)
    return Complaint(marked.line(place), f"{_spoken(place)}{_message(detail)}")


def _echo(detail: ErrorDetails) -> bool:
    """Pydantic also calls a list too short when its items were refused: the items say why."""
    return detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"]


def _meant(detail: ErrorDetails) -> tuple[Step, ...] | None:
    """Where the key should stand that a misspelt one was meant for: that it is missing goes without saying."""
    if detail["type"] != "extra_forbidden":
        return None
    *around, word = detail["loc"]
    model = _model_at(tuple(around))
    close = get_close_matches(str(word)[:80].lower(), sorted(model.model_fields), n=1) if model else []
    return (*around, close[0]) if close else None


def _place(loc: tuple[Step, ...], marked: Marked) -> Place:
    """The written place an error is about. ``loc`` also holds tags of the rule union, which are not written."""
    best: tuple[bool, int, Place] = (False, -1, ())
    for place, complete in _readings(loc, (), marked):
        best = max(best, (complete, len(place), place), key=lambda reading: reading[:2])
    return best[2]


def _readings(loc: tuple[Step, ...], place: Place, marked: Marked) -> Iterator[tuple[Place, bool]]:
    """Every way to walk ``loc``; a reading is complete when its last step is written down."""
    if not loc:
        yield place, False
        return
    step, rest = loc[0], loc[1:]
    if (*place, step) in marked.lines:
        yield (*place, step), not rest
        yield from _readings(rest, (*place, step), marked)
        if step not in RULES:
            return
    yield from _readings(rest, place, marked)


def _spoken(place: Place) -> str:
    words = [f"{step}" for step in place[-2:] if isinstance(step, str)]
    return f"{'.'.join(words)}: " if words else ""


def _message(detail: ErrorDetails) -> str:
    return _SENTENCES.get(detail["type"], _plain)(detail)


def _plain(detail: ErrorDetails) -> str:
    message = detail["msg"]
    return message[0].lower() + message[1:] + f", not {_short(detail['input'])}"


def _own(detail: ErrorDetails) -> str:
    """A complaint one of our own validators has raised."""
    return str(detail["ctx"]["error"])


def _absent(detail: ErrorDetails) -> str:
    return f"{detail['loc'][-1]!r} is missing"


_NOT_WRITTEN = frozenset({"version", "stepped"})
"""What is filled in by code: no key of the file."""


def _unknown_key(detail: ErrorDetails) -> str:
    word, model = detail["loc"][-1], _model_at(detail["loc"][:-1])
    fields = [name for name in model.model_fields if name not in _NOT_WRITTEN] if model else []
    if word in RULES and "rule" in detail["loc"][:-1]:
        return f"a line has one rule: {word!r} belongs into a line of its own"
    hint = nearest(word, fields)
    stop = "" if hint else "."
    listed = f"{stop} The keys here are: {', '.join(fields)}" if fields else ""
    return f"unknown key {word!r}{hint}{listed}"


def _not_one_of(detail: ErrorDetails) -> str:
    expected = re.findall(r"'([^']+)'", detail["ctx"]["expected"]) or [detail["ctx"]["expected"]]
    given = detail["input"]
    if isinstance(given, bool):
        return f"{_YES_NO}, or write one of: {', '.join(expected)}"
    return f"{_short(given)} is not one of: {', '.join(expected)}{nearest(given, expected)}"


def _unknown_rule(detail: ErrorDetails) -> str:
    given = detail["input"]
    keys = [str(key) for key in given] if isinstance(given, dict) else [str(given)]
    hint = next(filter(None, (nearest(key, RULES) for key in keys)), "")
    shape = "" if isinstance(given, dict) else ", for example {watch: blocked_too_long, after: 1 business day}"
    return f"a rule begins with one of: {', '.join(RULES)}{hint}{shape}"


def _not_text(detail: ErrorDetails) -> str:
    given = detail["input"]
    if isinstance(given, bool):
        return _YES_NO
    if given is None:
        return "is empty; a word that begins with # must be in quotes"
    if isinstance(given, list | dict):
        return f"must be one word or text, not {_short(given)}"
    return f"must be text, not {_short(given)}: put it in quotes"


_YES_NO = "YAML reads this word as yes/no: put it in quotes"


def _not_a_list(detail: ErrorDetails) -> str:
    given = detail["input"]
    if isinstance(given, dict):
        return "must be a list: begin each of its entries with '- '"
    return f"must be a list, not {_short(given)}: write [{given}]" if given else "must be a list: write []"


def _not_a_number(detail: ErrorDetails) -> str:
    whole = "whole " if detail["type"].startswith("int") else ""
    return f"{_short(detail['input'])} is not a {whole}number"


def _beyond(detail: ErrorDetails) -> str:
    """Too small or too large: ``must be at most 20, not 100``."""
    ((bound, most),) = detail["ctx"].items()
    return f"must be {_BOUNDS.get(bound, bound)} {most:g}, not {_short(detail['input'])}"


_BOUNDS = {"ge": "at least", "le": "at most", "gt": "more than", "lt": "less than"}


def _misshapen(detail: ErrorDetails) -> str:
    if detail["loc"][-1] == "email":
        return f"{_short(detail['input'])} is not an e-mail address"
    return f"{_short(detail['input'])} must begin with a small letter and hold only small letters, digits and hyphens"


_SENTENCES: dict[str, Callable[[ErrorDetails], str]] = {
    "value_error": _own,
    "missing": _absent,
    "extra_forbidden": _unknown_key,
    "enum": _not_one_of,
    "literal_error": _not_one_of,
    "unknown_rule": _unknown_rule,
    "string_type": _not_text,
    "string_pattern_mismatch": _misshapen,
    "model_type": lambda detail: f"must be a mapping of keys to values, not {_short(detail['input'])}",
    "tuple_type": _not_a_list,
    "bool_parsing": lambda detail: f"{_short(detail['input'])} is neither true nor false",
    "bool_type": lambda detail: f"{_short(detail['input'])} is neither true nor false",
    **dict.fromkeys(("int_parsing", "int_type", "int_from_float", "float_parsing", "float_type"), _not_a_number),
    **dict.fromkeys(
        ("greater_than_equal", "less_than_equal", "greater_than", "less_than"),
        _beyond,
    ),
    "string_too_short": lambda detail: f"{_short(detail['input'])} says too little",
}


def _short(value: Any) -> str:
    shown = Repr()
    shown.maxother = shown.maxstring = 40
    return shown.repr(value)


def _model_at(loc: tuple[Step, ...]) -> type[BaseModel] | None:
    """The kind of value that is expected at ``loc``, when it is a mapping with fixed keys."""
    kind: Any = Directives
    for step in loc:
        kind = _inside(kind, step)
    models = list(_models(kind))
    return models[0] if len(models) == 1 else None


def _inside(kind: Any, step: Step) -> Any:
    models = list(_models(kind))
    if len(models) > 1:
        return RULES.get(str(step))
    if models:
        field = models[0].model_fields.get(str(step))
        return field.annotation if field else None
    arguments = get_args(kind)
    return {tuple: arguments[:1], dict: arguments[1:]}.get(get_origin(kind), (None,))[0]


def _models(kind: Any) -> Iterator[type[BaseModel]]:
    """The mappings a type stands for: itself, or the members of a union."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    elif get_origin(kind) is Annotated:
        yield from _models(get_args(kind)[0])
    elif get_origin(kind) in (Union, types.UnionType):
        for member in get_args(kind):
            yield from _models(member)


# --- what is enforced, and what is only advice --------------------------------------------------------------


class Explained(NamedTuple):
    """One line of the constitution and what keeps it."""

    id: str
    says: str
    kept: str
    """``enforced by: ...``, ``enforced: no such action exists`` or ``advice: only the model reads it``."""


ADVICE = "advice: only the model reads it"
NO_SUCH_ACTION = "enforced: no such action exists"


def explain(directives: Directives) -> list[Explained]:
    """For each line, honestly: does code enforce it, and by which rule?"""
    lines = [Explained("role", f"{directives.role.title}. {directives.role.says}", ADVICE)]
    known = {line.id: line for _, line in located(directives)}
    lines += [Explained(line.id, line.says, _kept(line, known)) for _, line in located(directives)]
    for name, level in directives.urgency.items():
        lines.append(Explained(f"urgency-{name}", level.says, _enforced(level.rule)))
    return lines


def _kept(line: Directive, known: Mapping[str, Directive]) -> str:
    if line.rule is None:
        return _kept_elsewhere(line, known)
    match line.rule:
        case Never(never=words) if set(words) <= FORESEEN:
            return f"{NO_SUCH_ACTION} in this version: {', '.join(words)}"
        case Allow(allow=word) | Ask(ask=word) if word in FORESEEN:
            return f"{NO_SUCH_ACTION} in this version: {word}"
    return _enforced(line.rule)


def _kept_elsewhere(line: Directive, known: Mapping[str, Directive]) -> str:
    """By the rules of which other lines, as far as code keeps those."""
    if not line.kept_by:
        return ADVICE
    kept = [name for name in line.kept_by if _is_kept(name, known, {line.id})]
    rest = [name for name in line.kept_by if name not in kept]
    parts = [f"enforced by: {', '.join(kept)}"] if kept else []
    return "; ".join(parts + ([f"advice only: {', '.join(rest)}"] if rest else []))


def _is_kept(name: str, known: Mapping[str, Directive], seen: Set[str]) -> bool:
    """Whether code keeps that line, by its own rule or another's. What is no line is a level of urgency."""
    line = known.get(name)
    if line is None:
        return True
    if line.rule is not None:
        return True
    return any(_is_kept(other, known, seen | {name}) for other in line.kept_by if other not in seen)


def _enforced(rule: BaseModel) -> str:
    return f"enforced by: {_told(rule)}"


def _told(rule: BaseModel) -> str:
    """A rule in the words of the file, leaving out what is not set."""
    given = {key: value for key, value in rule if value not in (None, ())}
    if isinstance(rule, LookEvery):
        when = ", ".join(key for key in given if key != "look_every")
        return f"look_every: {rule.look_every}" + (f" when {when}" if when else "")
    return ", ".join(f"{key}: {written(value)}" for key, value in given.items())


def written(value: Any) -> str:
    """A value of a rule in the words of the file: a share as ``60%``, a list with commas."""
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value)
    return f"{value:.0%}" if isinstance(value, float) else str(value)
