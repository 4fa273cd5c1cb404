"""What one constitution says differently from another: in plain words, and which way each difference leans."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Any, NamedTuple

from models.actions import FORESEEN
from models.consistency import located
from models.directives import RULES, Allow, Ask, Directive, Directives, Hours, Member, Mode, Never, Team
from models.directives_file import explain, written
from models.scalars import Node
from models.spans import Span


class Group(StrEnum):
    """Which way a difference leans. Stricter: the agent may do less, or finds something sooner."""

    STRICTER = "stricter"
    LOOSER = "looser"
    CHANGED = "changed"
    NEW = "new"
    GONE = "gone"
    PEOPLE = "people"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same: ``review-8-hours`` and ``waits 8 -> 4 business hours``."""

    group: Group
    subject: str
    """Id of a line, an action, a team or a person."""
    text: str
    enforced: bool
    """Whether code acts differently for it. Advice and plain words do not count."""


Found = Iterator[Difference]


def differences(old: Directives, new: Directives) -> tuple[Difference, ...]:
    """Everything that is not the same, one entry each, in the order of ``Group``; empty when nothing is."""
    found = [*_role(old, new), *_standings(old, new), *_lines(old, new), *_order_of_rules(old, new), *_teams(old, new)]
    order = list(Group)
    return tuple(sorted(found, key=lambda difference: order.index(difference.group)))


def _role(old: Directives, new: Directives) -> Found:
    for field, before, after in _changes(_leaves(old.role), _leaves(new.role)):
        yield Difference(Group.WORDS, "role", f"{field}: {_arrow(before, after)}", False)


# --- lines --------------------------------------------------------------------------------------------------


class _Line(NamedTuple):
    """A line, or a level of urgency, which is one too."""

    section: str
    says: str
    rule: Node | None
    kept_by: tuple[str, ...]
    kept: str
    """What keeps it, as ``pm directives check`` says it."""

    @property
    def enforced(self) -> bool:
        return self.kept.startswith("enforced by")


def _lines_of(directives: Directives) -> dict[str, _Line]:
    kept = {line.id: line.kept for line in explain(directives)}
    lines = {
        line.id: _Line(".".join(map(str, place[:-1])), line.says, line.rule, line.kept_by, kept[line.id])
        for place, line in located(directives)
    }
    for name, level in directives.urgency.items():
        lines[f"urgency-{name}"] = _Line("urgency", level.says, level.rule, (), kept[f"urgency-{name}"])
    return lines


def _lines(old: Directives, new: Directives) -> Found:
    before, after = _lines_of(old), _lines_of(new)
    moved = {difference.subject for difference in _standings(old, new)}
    for name, line in after.items():
        if name not in before:
            yield Difference(Group.NEW, name, f"{line.says} [{line.kept}]", line.enforced)
        else:
            yield from _line(name, before[name], line, moved)
    for name, line in before.items():
        if name not in after:
            yield Difference(Group.GONE, name, f"{line.says} [{line.kept}]", line.enforced)


def _line(name: str, old: _Line, new: _Line, moved: set[str]) -> Found:
    if old.says != new.says:
        yield Difference(Group.WORDS, name, f"{_quoted(old.says)} -> {_quoted(new.says)}", False)
    if old.section != new.section:
        text = f"moves from {old.section} to {new.section}"
        yield Difference(Group.CHANGED, name, text, old.rule is not None or new.rule is not None)
    if old.kept_by != new.kept_by:
        yield Difference(Group.CHANGED, name, f"kept by {_arrow(old.kept_by, new.kept_by)}", False)
    if old.rule == new.rule:
        return
    if old.rule is not None and type(old.rule) is type(new.rule) and not isinstance(old.rule, PERMISSIONS):
        yield from _thresholds(name, old, new)
    elif not moved & (_actions(old.rule) | _actions(new.rule)):
        yield Difference(Group.CHANGED, name, f"[{old.kept}] -> [{new.kept}]", old.enforced or new.enforced)


def _thresholds(name: str, old: _Line, new: _Line) -> Found:
    """One entry for each key of a rule that has another value."""
    for key, before, after in _changes(_leaves(old.rule), _leaves(new.rule)):
        enforced = old.enforced or new.enforced
        words, sense = MEANING.get(key, (f"{key.replace('_', ' ')}:", 0))
        yield Difference(_leaning(before, after, sense), name, f"{words} {_arrow(before, after)}", enforced)


MEANING: Mapping[str, tuple[str, int]] = {
    "after": ("waits", -1),
    "days_before_end": ("working days before the end:", 1),
    "done_below": ("share done below", 1),
    "chance_below": ("chance below", 1),
    "more_than": ("more than", -1),
    "to": ("goes to", 0),
    "tell": ("tells", 0),
    "watch": ("finds", 0),
    "escalate": ("takes on", 0),
    "per_person_per_day": ("reminders per person and day:", -1),
    "critical_per_person_per_day": ("critical reminders per person and day:", -1),
    "hours": ("hours in which people are reached:", -1),
    "days": ("days on which people are reached:", -1),
    "route": ("topic", 0),
    "require": ("every message carries", 1),
    "learn": ("learns", 0),
    "look_every": ("looks every", -1),
    "answer_within": ("waits for an answer", -1),
    "try_first": ("tries it with the people concerned first for", 1),
    "repeat_after": ("says the same again after", 1),
    "production_down.priorities": ("priorities of production down:", 1),
    "production_down.labels": ("labels of production down:", 1),
    "days_left": ("working days left:", 1),
    "blocker_of": ("tickets held up by one blocker:", -1),
    "blocked_for": ("blocked for", -1),
    "review_waiting": ("a review waits", -1),
    "review_priorities": ("priorities whose reviews count:", 1),
}
"""For each key of a rule: its plain words, and what a greater value makes it: 1 stricter, -1 looser, 0 neither."""


def _order_of_rules(old: Directives, new: Directives) -> Found:
    """Where two lines have a rule about one thing, the first counts, or is the first step of the ladder."""
    before, after = _rivals(old), _rivals(new)
    for topic in before.keys() & after.keys():
        shared = set(before[topic]) & set(after[topic])
        first, then = ([name for name in names if name in shared] for names in (before[topic], after[topic]))
        if first != then:
            yield Difference(Group.CHANGED, topic, f"order of the lines: {_arrow(tuple(first), tuple(then))}", True)


def _rivals(directives: Directives) -> dict[str, list[str]]:
    """The lines about one thing, in their order, under what they are about: ``watch: review_overdue``."""
    found: dict[str, list[str]] = {}
    for line in directives.lines():
        if line.rule is not None and not isinstance(line.rule, PERMISSIONS):
            key = _first_key(line.rule)
            topic = key if isinstance(line.rule, Hours) else f"{key}: {written(getattr(line.rule, key))}"
            found.setdefault(topic, []).append(line.id)
    return found


def _first_key(rule: Node) -> str:
    """The word a rule begins with."""
    return next(key for key in type(rule).model_fields if key in RULES)


# --- what an action needs -----------------------------------------------------------------------------------

PERMISSIONS = (Allow, Ask, Never)
"""Rules that several lines may give about one action: the strongest counts, so they are compared together."""


def _actions(rule: Node | None) -> set[str]:
    match rule:
        case Allow(allow=word) | Ask(ask=word):
            return {word}
        case Never(never=words):
            return set(words)
        case _:
            return set()


class _Standing(NamedTuple):
    """What an action needs, from 0 (it never happens) to 4 (nothing)."""

    freedom: int
    words: str


UNNAMED = _Standing(2, "not named, so asked of pm")


def _standings(old: Directives, new: Directives) -> Found:
    named = {word for each in (old, new) for line in each.lines() for word in _actions(line.rule)}
    for word in sorted(named):
        before, after = _standing(word, old), _standing(word, new)
        if before != after:
            group = _towards(before.freedom - after.freedom)
            later = " (no such action exists)" if word in FORESEEN else ""
            yield Difference(group, word, f"{before.words} -> {after.words}{later}", word not in FORESEEN)


def _standing(word: str, directives: Directives) -> _Standing:
    found = [standing for line in directives.lines() if (standing := _stands(word, line)) is not None]
    law = min((s for s in found if s.freedom != _CONDITIONAL), key=lambda s: s.freedom, default=UNNAMED)
    freed = next((s for s in found if s.freedom == _CONDITIONAL), None)
    if freed is None or law.freedom == 0:
        return law
    return _Standing(_CONDITIONAL, f"{freed.words}, otherwise {law.words}")


_CONDITIONAL = 3
_FOUR_EYES = ", with four eyes"


def _stands(word: str, line: Directive) -> _Standing | None:
    """What one line says of the action ``word``."""
    match line.rule:
        case Never(never=words, unless_approved_by=None) if word in words:
            return _Standing(0, "never")
        case Never(never=words, unless_approved_by=role, four_eyes=four) if word in words:
            return _Standing(1, f"never without a yes of {role}{_FOUR_EYES if four else ''}")
        case Ask(ask=asked, of=role, four_eyes=four) if asked == word:
            return _Standing(2, f"asked of {role}{_FOUR_EYES if four else ''}")
        case Allow(allow=allowed, when=str(when)) if allowed == word:
            return _Standing(_CONDITIONAL, f"allowed without asking when {when.replace('_', ' ')}")
        case Allow(allow=allowed) if allowed == word:
            return _Standing(4, "allowed without asking")
        case _:
            return None


# --- teams and people ---------------------------------------------------------------------------------------

ONLY_WORDS = frozenset({"name", "response", "notes"})
"""What is written about a team or a person and changes nothing that code does."""

MODES = {mode.value: freedom for freedom, mode in enumerate((Mode.SHADOW, Mode.SUGGEST, Mode.ACT))}


def _teams(old: Directives, new: Directives) -> Found:
    before, after = {team.id: team for team in old.teams}, {team.id: team for team in new.teams}
    for name, team in after.items():
        if name in before:
            yield from _team(before[name], team)
        else:
            people = written(tuple(member.id for member in team.members))
            yield Difference(Group.PEOPLE, name, f"the team joins, mode {team.mode}, with {people}", True)
    for name in before:
        if name not in after:
            yield Difference(Group.PEOPLE, name, "the team leaves", True)


def _team(old: Team, new: Team) -> Found:
    if old.mode != new.mode:
        group = _towards(MODES[old.mode] - MODES[new.mode])
        yield Difference(group, f"mode of {new.id}", f"{old.mode} -> {new.mode}", True)
    yield from _own_modes(old, new)
    for key, before, after in _changes(_leaves(old), _leaves(new)):
        if key not in ("members", "mode", "stepped") and not key.startswith("modes."):
            group = _leaning(before, after, TEAM_SENSE[key]) if key in TEAM_SENSE else Group.PEOPLE
            yield _about(group, str(new.id), key, before, after)
    yield from _members(old, new)


def _own_modes(old: Team, new: Team) -> Found:
    """A line or an action with a mode of its own; without one it has the team's."""
    for name in sorted({*old.modes, *new.modes}):
        if (before := old.modes.get(name)) != (after := new.modes.get(name)):
            group = _towards(MODES[before or old.mode] - MODES[after or new.mode])
            told = f"{before or 'as the team'} -> {after or 'as the team'}"
            yield Difference(group, f"mode of {name} in {new.id}", told, True)


TEAM_SENSE = {"daily_cap_usd": -1, "daily_cap_per_person_usd": -1, "bitbucket.approvals": 1}
"""Figures of a team that lean: what a greater one makes it, as in ``MEANING``."""


def _members(old: Team, new: Team) -> Found:
    before, after = {each.id: each for each in old.members}, {each.id: each for each in new.members}
    for person, member in after.items():
        if person in before:
            yield from _member(new, before[person], member)
        else:
            yield Difference(Group.PEOPLE, str(new.id), f"{person} joins", True)
    for person in before:
        if person not in after:
            yield Difference(Group.PEOPLE, str(new.id), f"{person} leaves", True)


def _member(team: Team, old: Member, new: Member) -> Found:
    for key, before, after in _changes(_leaves(old), _leaves(new)):
        yield _about(Group.PEOPLE, f"{new.id} in {team.id}", key, before, after)


def _about(group: Group, subject: str, key: str, before: Any, after: Any) -> Difference:
    words = key in ONLY_WORDS
    before, after = (f"{value:g}" if isinstance(value, float) else value for value in (before, after))
    text = f"{key.replace('_', ' ').replace('.', ' ')}: {_arrow(before, after)}"
    return Difference(Group.WORDS if words else group, subject, text, not words)


# --- values -------------------------------------------------------------------------------------------------


def _leaves(node: Node | Mapping[str, Any] | None, above: str = "") -> dict[str, Any]:
    """Every value below ``node`` by its path of keys: ``jira.projects``."""
    found: dict[str, Any] = {}
    for key, value in node.items() if isinstance(node, Mapping) else node or ():
        if isinstance(value, Node | Mapping):
            found |= _leaves(value, f"{above}{key}.")
        else:
            found[f"{above}{key}"] = value
    return found


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for key in dict.fromkeys((*old, *new)):
        if old.get(key) != new.get(key):
            yield key, old.get(key), new.get(key)


def _arrow(old: Any, new: Any) -> str:
    """``8 -> 4 business hours``, ``dm -> jira``; ``not set`` stands for nothing."""
    if isinstance(old, Span) and isinstance(new, Span) and (old.unit, old.business) == (new.unit, new.business):
        return f"{old.count} -> {new}"
    return f"{_shown(old)} -> {_shown(new)}"


def _shown(value: Any) -> str:
    if value in (None, (), ""):
        return "not set"
    if isinstance(value, float):
        return f"{100 * value:.12g}%"
    return f"{value:%H:%M}" if isinstance(value, time) else written(value)


def _quoted(text: str) -> str:
    return f'"{text}"'


def _towards(stricter: int) -> Group:
    return Group.STRICTER if stricter > 0 else Group.LOOSER if stricter < 0 else Group.CHANGED


def _leaning(old: Any, new: Any, sense: int) -> Group:
    """``sense`` as in ``MEANING``. What was not set before, or is not now, leans neither way."""
    compare = next((how for kind, how in ORDERS.items() if isinstance(old, kind) and isinstance(new, kind)), None)
    return _towards(sense * compare(old, new)) if sense and compare else Group.CHANGED


def _by_length(old: Span, new: Span) -> int:
    """How many business hours a business day has is each person's own: such lengths cannot be told apart here."""
    if old.business or new.business:
        return new.count - old.count if (old.unit, old.business) == (new.unit, new.business) else 0
    return (new.elapsed > old.elapsed) - (new.elapsed < old.elapsed)


def _by_number(old: float, new: float) -> int:
    return (new > old) - (new < old)


def _by_content(old: tuple[Any, ...], new: tuple[Any, ...]) -> int:
    """An empty list often stands for everything, so it leans neither way."""
    if not old or not new:
        return 0
    return (set(new) > set(old)) - (set(new) < set(old))


def _by_hours(old: str, new: str) -> int:
    """``09:00-18:00`` is less than ``08:00-18:00``; hours that only move are neither."""
    first, then = Hours(hours=old), Hours(hours=new)
    wider = then.begin <= first.begin and then.end >= first.end
    narrower = then.begin >= first.begin and then.end <= first.end
    return wider - narrower


ORDERS: Mapping[type | tuple[type, ...], Callable[[Any, Any], int]] = {
    Span: _by_length,
    (int, float): _by_number,
    tuple: _by_content,
    str: _by_hours,
}
"""For each kind of value: 1 when the new one is greater, -1 when it is less, 0 when that cannot be said."""
