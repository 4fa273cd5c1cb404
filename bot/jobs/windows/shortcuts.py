"""What both shortcuts on a message need: who used it, what the message names, and a private word of what was done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.app import App
from bot.jobs.presses.acting import may_act, memberships
from bot.jobs.saying import say_once
from bot.views.reply import reply_message
from models.directives import Member, Team
from models.ids import named
from models.mailbox import Job
from planner.asked.talk.mentioned import MOST, Named, named_in, one_named
from planner.words.replies import Reply

NOT_ONE_OF_US = "Only members of a team that directives.yaml names can use this. Nothing was done."
NOTHING_NAMED = "This message names no ticket or pull request that I know of your team. Use its key, for example PAY-7."
GONE = "That ticket or pull request is no longer in what I know of your team, so nothing was done."


@dataclass(frozen=True, slots=True)
class Meant:
    """One thing of a team, and who of that team speaks of it."""

    named: Named
    team: Team
    who: Member


async def refusal(app: App, user: str) -> str | None:
    """Why whoever used it may not; asked when it is opened, and again when it is filled in."""
    if not memberships(app.directives, user) or not await may_act(app, user):
        return NOT_ONE_OF_US
    return None


async def all_named(app: App, user: str, message: Mapping[str, Any]) -> tuple[Meant, ...]:
    """What the message names of the teams of ``user``."""
    text, found = " ".join(_texts(message)), list[Meant]()
    for team, who in memberships(app.directives, user):
        facts = await app.store.facts_about(team.id)
        found += [Meant(each, team, who) for each in named_in(text, facts, app.directives)]
    return tuple({each.named.subject: each for each in found}.values())[:MOST]


async def meant(app: App, user: str, subject: object) -> Meant | None:
    """The one that came back, if it is still one of theirs: what a form says is looked up, not believed."""
    for team, who in memberships(app.directives, user):
        found = one_named(str(subject), await app.store.facts_about(team.id), app.directives)
        if found is not None:
            return Meant(found, team, who)
    return None


async def tell(app: App, job: Job, user: str, who: Member, reply: Reply) -> None:
    """In their direct messages, once: a window has no place of its own. Raises ``VendorError`` to be tried again."""
    if app.slack is None:
        return
    channel, marker = await app.slack.open_dm(user), named("window", job.payload["inbox"])
    said = reply_message(reply, zone=who.zone, now=app.clock.real(), company_now=app.clock.now())
    await say_once(app, job, channel, said, marker=marker)


def _texts(node: object) -> Iterator[str]:
    """Every text of a message: its own, and those of its blocks and attachments."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            if isinstance(value, str) and key in {"text", "url", "fallback", "title_link"}:
                yield value
            elif key in {"text", "blocks", "elements", "fields", "attachments", "accessory"}:
                yield from _texts(value)
    elif isinstance(node, list):
        for each in node[:100]:
            yield from _texts(each)
