"""For those who run the agent: modes, spending, sources, what was missed, the constitution, and one button to pause."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from bot.views.parts.message import Block, actions, button, context, header, section
from bot.views.parts.mrkdwn import and_more, escape, plain

MOST_TEAMS, MOST_SOURCES, MOST_STEPS = 8, 4, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceData:
    """How one source of a team is read."""

    name: str
    age: str
    """``2 min``; empty when it was never read in full."""
    error: str = ""
    """What went wrong since."""
    untold: str = ""
    """``5 of the last 9 changes came without a webhook``; empty where nothing seems to be missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SteppedData:
    """One kind of action that needs a yes again."""

    team: str
    """The team's id."""
    kind: str
    words: str
    """The word of the action, and since what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamData:
    """One team and how it is worked for."""

    name: str
    mode: str
    """``shadow``, ``suggest`` or ``act``."""
    modes: tuple[str, ...] = ()
    """A sentence for each mode of single lines and actions that differs."""
    stepped: tuple[SteppedData, ...] = ()
    paused: str = ""
    """Who has paused it and until when, in a sentence; empty while it is not."""
    sources: tuple[SourceData, ...] = ()
    own_wishes: int = 0
    """How many of its people have said themselves how they may be contacted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningData:
    """How the agent does, as far as its reader runs it."""

    teams: tuple[TeamData, ...]
    """The teams they are an admin of."""
    spend: str
    """``$0.00: no model is used``."""
    dead: int
    """Pieces of work that were given up."""
    unseen: int
    """Deliveries that no look has accounted for yet."""
    version: str
    trouble: str = ""
    """Why the constitution's file is not in force as it stands."""


def running(data: RunningData, less: int = 1) -> list[Block]:
    """The section with its one button."""
    blocks: list[Block] = [header("Running the agent")]
    most = max(MOST_TEAMS // less, 1)
    for place, team in enumerate(data.teams[:most]):
        blocks += [section("\n".join(_team(team))), *_given_back(team.stepped, place)]
    left = len(data.teams) - most
    if left > 0:
        blocks.append(context(and_more(left, "team")))
    blocks.append(section("\n".join(_agent(data))))
    return [*blocks, actions(*_buttons(data.teams))]


def _team(team: TeamData) -> list[str]:
    lines = [f"*{escape(team.name, 80)}* · {_MODES.get(team.mode, escape(team.mode, 20))}"]
    lines += [escape(said, 200) for said in (*team.modes, *(step.words for step in team.stepped[:MOST_STEPS]))]
    lines += [f"*{escape(team.paused, 200)}*"] if team.paused else []
    lines += _sources(team.sources[:MOST_SOURCES]) or ["No source has been read yet."]
    if team.own_wishes:
        who = "One person has" if team.own_wishes == 1 else f"{team.own_wishes} people have"
        lines.append(f"{who} said how they may be contacted; `pm people show` tells it.")
    return lines


def _given_back(stepped: Sequence[SteppedData], place: int) -> list[Block]:
    """A button for each kind of action that asks again: only an admin ends that."""
    made = [
        button(
            plain(f"Let {step.kind.replace('_', ' ')} act again", 75),
            f"trust_again:{place}-{number}",
            json.dumps({"t": step.team, "k": step.kind}),
            confirm=_sure("Let it act again?", "The constitution decides on it again.", [step.kind], "Let it act"),
        )
        for number, step in enumerate(stepped[:MOST_STEPS])
    ]
    return [actions(*made)] if made else []


_MODES = {
    "shadow": "Shadow: it records what it would do",
    "suggest": "Suggest: it asks for everything",
    "act": "Act: the constitution decides",
}


def _sources(sources: Sequence[SourceData]) -> list[str]:
    """Those that are well and equally old on one line, each of the others by itself."""
    ages: dict[str, list[str]] = {}
    for each in sources:
        if each.age and not each.error and not each.untold:
            ages.setdefault(each.age, []).append(escape(each.name, 30))
    well = [f"{', '.join(names)}: read {age} ago" for age, names in ages.items()]
    return well + [_source(each) for each in sources if not each.age or each.error or each.untold]


def _source(source: SourceData) -> str:
    words = f"{escape(source.name, 30)}: {f'read {source.age} ago' if source.age else 'not read'}"
    words += f" · *trouble:* {escape(source.error, 120)}" if source.error else ""
    return f"{words} · *webhooks:* {escape(source.untold, 120)}" if source.untold else words


def _agent(data: RunningData) -> list[str]:
    missed = "Nothing was missed" if not data.dead and not data.unseen else "Missed"
    counts = [f"{data.dead} given up (`pm dead-letters list`)"] if data.dead else []
    counts += [f"{data.unseen} deliver{'y' if data.unseen == 1 else 'ies'} not looked at yet"] if data.unseen else []
    lines = [f"Spent today: {escape(data.spend, 80)}", f"{missed}{': ' if counts else ''}{', '.join(counts)}."]
    lines.append(f"Constitution: version {escape(data.version, 20) or 'unknown'}")
    if data.trouble:
        lines.append(f"*The file is not in force as it stands:* {escape(data.trouble, 300)}")
    return lines


def _buttons(teams: Sequence[TeamData]) -> list[Block]:
    """One of the two, or both where some teams are paused and some are not."""
    running_now = [team.name for team in teams if not team.paused]
    halted = [team.name for team in teams if team.paused]
    made = []
    if running_now:
        what = "Nothing unasked leaves until an admin resumes. Answers, and what people ask for, go on."
        sure = _sure("Pause everything?", what, running_now, "Pause")
        made.append(button("Pause everything", "pause_all", "{}", style="danger", confirm=sure))
    if halted:
        sure = _sure("Resume?", "I look at once, and what was held back is decided anew.", halted, "Resume")
        made.append(button("Resume", "resume_all", "{}", confirm=sure, reads="Resume every paused team"))
    return made


def _sure(title: str, what: str, names: Sequence[str], yes: str) -> Block:
    shown = ", ".join(plain(name, 30) for name in names[:4])
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return {
        "title": {"type": "plain_text", "text": title},
        "text": {"type": "plain_text", "text": f"{shown}{more}. {what}"[:300]},
        "confirm": {"type": "plain_text", "text": yes},
        "deny": {"type": "plain_text", "text": "Cancel"},
    }
