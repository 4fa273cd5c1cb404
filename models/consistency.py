"""What no single line of the constitution can know: does what it names exist, and does it contradict itself?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches

from models.actions import ACTION_KINDS, FORESEEN
from models.directives import Allow, Ask, Directive, Directives, EscalateRule, Member, Never, Route, Team, Watch
from models.marked import Place
from models.signals import ABOUT_PEOPLE, SignalKind

Finding = tuple[Place, str]

IDENTITIES = ("slack", "jira", "bitbucket")
"""The fields of a member that say who it is elsewhere."""

WORDS = ACTION_KINDS | FORESEEN
"""Every action word the constitution may use."""


def nearest(word: object, known: Iterable[str]) -> str:
    """``; did you mean 'x'?`` when one of ``known`` looks like ``word``, else nothing."""
    close = get_close_matches(str(word)[:80].lower(), sorted(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def findings(directives: Directives) -> Iterator[Finding]:
    """Everything that does not fit together: where, and what was expected."""
    lines = list(located(directives))
    yield from _ids(directives, lines)
    yield from _contradictions(lines)
    for place, line in lines:
        yield from _words(place, line)
        yield from _names(place, line, directives.teams)
        yield from _privately(place, line, directives.teams)
        yield from _way_out(place, line, lines)
        yield from _marked(place, line, directives)
    yield from _teams(directives)


def located(directives: Directives) -> Iterator[tuple[Place, Directive]]:
    """Every line of the constitution with its place in the file."""
    sections: list[tuple[Place, tuple[Directive, ...]]] = [
        (("objectives", "primary"), directives.objectives.primary),
        (("objectives", "secondary"), directives.objectives.secondary),
        (("communication",), directives.communication),
        (("escalation",), directives.escalation),
        (("autonomy", "automatic"), directives.autonomy.automatic),
        (("autonomy", "needs_confirmation"), directives.autonomy.needs_confirmation),
        (("autonomy", "never"), directives.autonomy.never),
        (("uncertainty",), directives.uncertainty),
        (("learning",), directives.learning),
    ]
    sections += [(("urgency", name, "directives"), level.directives) for name, level in directives.urgency.items()]
    for place, lines in sections:
        for number, line in enumerate(lines):
            yield (*place, number), line


def _ids(directives: Directives, lines: list[tuple[Place, Directive]]) -> Iterator[Finding]:
    """Each id once, and ``kept_by`` names lines there are."""
    levels = {f"urgency-{name}" for name in directives.urgency}
    known = levels | {line.id for _, line in lines}
    yield from _twice((((*place, "id"), line.id) for place, line in lines), "directive id", levels)
    for place, line in lines:
        for other in line.kept_by:
            if other not in known or other == line.id:
                yield (*place, "kept_by"), f"there is no other line {other!r}{nearest(other, known - {line.id})}"


def _twice(named: Iterable[tuple[Place, str]], what: str, taken: Iterable[str] = ()) -> Iterator[Finding]:
    seen = set(taken)
    for place, name in named:
        if name in seen:
            yield place, f"{what} {name!r} is used twice"
        seen.add(name)


# --- actions ------------------------------------------------------------------------------------------------


def _spoken(line: Directive) -> tuple[str, tuple[str, ...]]:
    """The key of a rule about actions, and the action words it speaks of."""
    match line.rule:
        case Allow(allow=word):
            return "allow", (word,)
        case Ask(ask=word):
            return "ask", (word,)
        case Never(never=words):
            return "never", words
        case _:
            return "", ()


def _words(place: Place, line: Directive) -> Iterator[Finding]:
    key, words = _spoken(line)
    unknown = [word for word in words if word not in WORDS]
    for word in words:
        if word in unknown:
            known = ", ".join(sorted(WORDS))
            yield (
                (*place, "rule", key),
                f"{word!r} is not an action{nearest(word, WORDS) or '.'} The actions are: {known}",
            )
    if isinstance(line.rule, Allow) and line.rule.when and line.rule.allow not in ("transition_issue", *unknown):
        yield (*place, "rule", "when"), f"'when: {line.rule.when}' can only hold for transition_issue"


def _contradictions(lines: list[tuple[Place, Directive]]) -> Iterator[Finding]:
    """One action, one answer."""
    said: dict[str, Directive] = {}
    for place, line in lines:
        key, words = _spoken(line)
        for word in words:
            first = said.setdefault(word, line)
            if _clash(first, line):
                other = _spoken(first)[0]
                yield (*place, "rule", key), f"{word!r} is under {key!r} here but under {other!r} in line {first.id!r}"


def _clash(one: Directive, two: Directive) -> bool:
    """Two rules that answer differently. An ``allow ... when`` is the exception beside an ``ask``."""
    keys = {_spoken(one)[0], _spoken(two)[0]}
    exception = any(isinstance(line.rule, Allow) and line.rule.when for line in (one, two))
    return len(keys) > 1 and not (exception and keys == {"allow", "ask"})


def warnings(directives: Directives) -> Iterator[str]:
    """What is valid, and says less than it seems to."""
    lines = [line for _, line in located(directives)]
    stops = [line for line in lines if _spoken(line)[0] in ("never", "ask") and "close_issue" in _spoken(line)[1]]
    for line in lines:
        if stops and line.rule == Allow(allow="transition_issue"):
            yield (
                f"line {line.id!r} allows every change of status; into one that ends a ticket, line {stops[0].id!r} "
                "decides all the same. For what follows a merge write: when: pull_request_merged"
            )


# --- what a rule names must exist in every team -------------------------------------------------------------


def _names(place: Place, line: Directive, teams: tuple[Team, ...]) -> Iterator[Finding]:
    match line.rule:
        case Ask(of=role):
            yield from _missing((*place, "rule", "of"), role, teams, _roles, "nobody has the role")
        case Never(unless_approved_by=str(role)):
            yield from _missing((*place, "rule", "unless_approved_by"), role, teams, _roles, "nobody has the role")
        case Watch(tell=str(role)):
            yield from _missing((*place, "rule", "tell"), role, teams, _roles, "nobody has the role")
        case EscalateRule(to=str(to)):
            yield from _missing((*place, "rule", "to"), to, teams, _both, "there is no channel or role")
        case Route(to=to):
            yield from _missing((*place, "rule", "to"), to, teams, _channels, "there is no channel")


def _way_out(place: Place, line: Directive, lines: list[tuple[Place, Directive]]) -> Iterator[Finding]:
    """An escalation that names no place needs a line that routes escalations."""
    routed = any(isinstance(other.rule, Route) and other.rule.route == "escalations" for _, other in lines)
    if isinstance(line.rule, EscalateRule) and line.rule.to is None and not routed:
        yield (*place, "rule"), "names no 'to', and no line routes escalations; write for example 'to: leadership'"


def _marked(place: Place, line: Directive, directives: Directives) -> Iterator[Finding]:
    """Whoever is to hear that production is down needs a level that says by what that is known."""
    marks = [level.rule.production_down for level in directives.urgency.values()]
    known = any(each.priorities or each.labels for each in marks if each is not None)
    if isinstance(line.rule, Watch) and line.rule.watch is SignalKind.PRODUCTION_DOWN and not known:
        words = "no level of urgency has marks of it; write for example 'production_down: {labels: [incident]}'"
        yield (*place, "rule", "watch"), f"production_down is never found: {words}"


def _privately(place: Place, line: Directive, teams: tuple[Team, ...]) -> Iterator[Finding]:
    """What says something of a person goes to a person."""
    rule = line.rule
    if not isinstance(rule, EscalateRule) or rule.escalate not in ABOUT_PEOPLE:
        return
    if rule.to is None or any(rule.to in team.channels for team in teams):
        yield (*place, "rule", "escalate"), f"{rule.escalate} is told privately: name a role, for example 'to: pm'"


def _roles(team: Team) -> set[str]:
    return {role for role in team.roles if team.people_of(role)}


def _channels(team: Team) -> set[str]:
    return set(team.channels)


def _both(team: Team) -> set[str]:
    return _roles(team) | _channels(team)


def _missing(
    place: Place, word: str, teams: tuple[Team, ...], of: Callable[[Team], set[str]], what: str
) -> Iterator[Finding]:
    for team in teams:
        if word not in of(team):
            hint = nearest(word, of(team)) or _there_are(of(team))
            yield place, f"{what} {word!r} in team {team.id!r}{hint}"


def _there_are(known: Iterable[str]) -> str:
    """The first few words there are, for who is nowhere near one."""
    return f"; there are: {', '.join(sorted(known)[:8]) or 'none'}"


# --- teams --------------------------------------------------------------------------------------------------


def _teams(directives: Directives) -> Iterator[Finding]:
    teams = list(enumerate(directives.teams))
    yield from _twice(((("teams", n, "id"), team.id) for n, team in teams), "team id")
    yield from _owned_twice(owned for n, team in teams for owned in _scope(n, team))
    yield from _people(teams)
    for n, team in teams:
        yield from _members(("teams", n), team)
        yield from _places(("teams", n), team)
        yield from _modes(("teams", n, "modes"), team, {line.id: line for _, line in located(directives)})


def _scope(number: int, team: Team) -> Iterator[tuple[Place, str]]:
    """Everything only one team may own."""
    jira, bitbucket = ("teams", number, "jira"), ("teams", number, "bitbucket")
    for key in sorted(set(team.jira.projects)):
        yield (*jira, "projects"), f"Jira project {key!r}"
    for board in sorted(set(team.jira.boards)):
        yield (*jira, "boards"), f"board {board}"
    for name in sorted(set(team.bitbucket.repositories)):
        yield (*bitbucket, "repositories"), f"repository '{team.bitbucket.workspace}/{name}'"


def _owned_twice(owned: Iterable[tuple[Place, str]]) -> Iterator[Finding]:
    pairs = list(owned)
    count = Counter(name for _, name in pairs)
    for place, name in pairs:
        if count[name] > 1:
            yield place, f"{name} belongs to two teams; an event about it would have two owners"


def _people(teams: list[tuple[int, Team]]) -> Iterator[Finding]:
    """A member id is one person in every team, and a person has one: budgets and cards are kept by it."""
    first: dict[str, tuple[Team, Member]] = {}
    owners: dict[tuple[str, str], tuple[Team, Member]] = {}
    for n, team in teams:
        for m, member in enumerate(team.members):
            place = ("teams", n, "members", m)
            yield from _same_person(place, team, member, *first.setdefault(member.id, (team, member)))
            for field in IDENTITIES:
                if name := getattr(member, field):
                    owner_team, owner = owners.setdefault((field, name), (team, member))
                    if owner_team is not team and owner.id != member.id:
                        same = f"{owner.id!r} in team {owner_team.id!r}"
                        yield (*place, field), f"{field} id {name!r} is {same}; one person has one member id"


def _same_person(place: Place, team: Team, member: Member, other: Team, known: Member) -> Iterator[Finding]:
    """What two teams say differently of one member id."""
    for field in (*IDENTITIES, "zone"):
        if other is not team and getattr(member, field) != getattr(known, field):
            what = "zone" if field == "zone" else f"{field} id"
            yield (*place, field), f"{member.id!r} has another {what} in team {other.id!r}; a member id is one person"


_ONCE = {"id": "member id", **{field: f"{field} id" for field in IDENTITIES}, "email": "e-mail address"}
"""What no two members of a team share, and what a complaint calls it."""


def _members(place: Place, team: Team) -> Iterator[Finding]:
    members = list(enumerate(team.members))
    for field, what in _ONCE.items():
        pairs = (((*place, "members", n, field), getattr(member, field)) for n, member in members)
        yield from _twice(((p, value.casefold() if field == "email" else value) for p, value in pairs if value), what)
    known = {member.id for member in team.members}
    for role, people in team.roles.items():
        for person in people:
            if person not in known:
                hint = nearest(person, known) or _there_are(known)
                yield (*place, "roles", role), f"{person!r} is not a member of team {team.id!r}{hint}"


_ACTED_BY = (Watch, EscalateRule, Allow, Ask, Never)
"""Rules by which something is found worth doing, or is decided when a person asks for it."""


def _modes(place: Place, team: Team, lines: Mapping[str, Directive]) -> Iterator[Finding]:
    """Each mode of its own is of an action there is, or of a line something is done by; and of one of the two."""
    for name in team.modes:
        if name in lines and name in ACTION_KINDS:
            yield (*place, name), f"{name!r} is a line and an action as well; give the line another id"
        elif name not in lines and name not in ACTION_KINDS:
            hint = nearest(name, {*lines, *ACTION_KINDS}) or "; write the id of a line, or an action"
            yield (*place, name), f"{name!r} is neither a line nor an action{hint}"
        elif name in lines and not isinstance(lines[name].rule, _ACTED_BY):
            yield (*place, name), f"the line {name!r} neither finds nor allows anything: a mode changes nothing of it"


def _places(place: Place, team: Team) -> Iterator[Finding]:
    if "team" not in team.channels:
        yield (*place, "channels"), "the channel 'team' is missing: the daily digest goes there"
    codes: list[tuple[Place, str | None]] = [((*place, "holidays"), team.holidays)]
    codes += [((*place, "members", n, "holidays"), member.holidays) for n, member in enumerate(team.members)]
    for where, code in codes:
        if code is not None and (complaint := _holidays(code)):
            yield where, complaint


def _holidays(code: str) -> str | None:
    """What is wrong with a holiday code such as ``US-CA``, or ``None``."""
    from holidays import list_supported_countries  # 50 ms to import, wanted only while checking the file

    known = list_supported_countries(include_aliases=False)
    country, _, part = code.partition("-")
    if country not in known:
        return f"{code!r} is not a country whose holidays are known; write for example 'US' or 'DE-BY'"
    if part and part not in known[country]:
        options = ", ".join(known[country]) or "none"
        return f"{part!r} is not a part of {country} with holidays of its own; there are: {options}"
    return None
