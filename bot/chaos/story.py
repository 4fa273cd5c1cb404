"""One story of eighty events: a team works for four days while its agent may die at any moment."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import aiohttp

from bot.chaos.people import TICK, Flow, Missed
from models.database import Database
from models.visits import Visits

FORM = re.compile(r'name="form" value="([^"]+)"')
"""What each form of the dashboard carries."""


CROWD = 14
"""Questions in one channel at once: more than the checker's rule of the pace lets through in its stretch."""

DAYS = 6
"""After which any question has lapsed, a weekend included."""


async def the_start(flow: Flow) -> None:
    """The first look, while people are already at work and Jira is too busy at first."""
    flow.simulator.faults.add("GET /jira/rest/agile", status=429, retry_after=0.3)
    flow.work(2)
    await flow.until("an answer of the product", lambda: flow.product.log.exists())
    await flow.ask("dana", "help")
    await flow.quiet()


async def a_burst(flow: Flow) -> None:
    """Everything at once: changes, commands, a mention, an opened Home. Two tickets get stuck, three lose an owner."""
    flow.block("mike")
    flow.block("li")
    for _ in range(3):
        flow.lose_an_owner()
    flow.work(6)
    flow.mention("li", "status")
    flow.simulator.slack_out.open_home(flow.slack_id("dana"))
    await asyncio.gather(*(flow.ask(person) for person in ("mike", "li", "noor")))
    await flow.quiet()


async def the_digest(flow: Flow) -> None:
    """09:30 has come; meanwhile Slack is slow, so that a lease has to be renewed."""
    flow.simulator.faults.add("chat.postMessage", delay=1.6)
    await flow.later(timedelta(minutes=6))
    await flow.until("the digest", lambda: any(m.channel == flow.channel() for m in flow.said()))
    await flow.quiet()


async def a_question(flow: Flow) -> None:
    """Three tickets have had no owner for long enough: their approver is asked on one card, while others work."""
    await flow.later(timedelta(minutes=20))
    flow.work(6)
    await flow.ask("sam", "status")
    await flow.until("three questions for the approver", lambda: len(flow.buttons()) == 3)
    await flow.quiet()


async def the_answers(flow: Flow) -> None:
    """One yes, pressed twice, with a no at the same moment; a no to the second question."""
    first, second, _ = sorted(flow.buttons())
    presses = ((first, "approve"), (first, "approve"), (first, "reject"), (second, "reject"))
    await asyncio.gather(*(flow.press("dana", ask, button) for ask, button in presses), flow.ask("noor"))
    flow.work(3)
    await flow.until("two questions answered", lambda: len(flow.buttons()) == 1)
    await flow.quiet()


async def an_edit(flow: Flow) -> None:
    """The third question is answered by a yes to somebody else; then one more ticket loses its owner."""
    await flow.edit("dana", next(iter(flow.buttons())))
    await flow.until("every button gone", lambda: not flow.buttons())
    flow.lose_an_owner()
    await flow.quiet()


async def another_day(flow: Flow) -> None:
    """Wednesday: a digest, reminders, a question nobody will answer; Slack wants less for a moment."""
    flow.simulator.faults.add("chat.postMessage", status=429, retry_after=1)
    await flow.later(timedelta(days=1, minutes=30))
    await flow.until("a question", lambda: len(flow.buttons()) >= 1)
    await flow.quiet()


async def more_work(flow: Flow) -> None:
    """An hour in which everybody wants to know something, more than a channel takes at once."""
    flow.work(8)
    for _ in range(CROWD):
        flow.mention("mike", "status sprint 24")
    await asyncio.gather(*(flow.ask(person) for person in ("dana", "sam", "noor", "mike")))
    await flow.quiet()
    await flow.later(timedelta(hours=1))
    await flow.quiet()


async def some_wishes(flow: Flow) -> None:
    """An admin pauses it and lets it go on, one wants peace and takes that back, one wants to be forgotten."""
    await asyncio.gather(flow.ask("dana", "pause"), flow.ask("li", "snooze everything until tomorrow"))
    company = flow.simulator.company
    lost = next(i for i in reversed(company.active()) if flow.may_lose(i))
    company.delete(lost.key, by=str(lost.assignee))
    await flow.quiet()
    words = (flow.ask("dana", "resume"), flow.ask("li", "unsnooze everything"))
    await asyncio.gather(*words, flow.tap("noor", "known_forget", "forget me"))
    await flow.quiet()


async def a_visit(flow: Flow) -> None:
    """Somebody signs in to the dashboard by a link made on the host, looks, and signs out."""

    async def once() -> bool:
        jar = aiohttp.CookieJar(unsafe=True)  # the product is at an address, not at a name
        async with aiohttp.ClientSession(cookie_jar=jar, timeout=aiohttp.ClientTimeout(total=10)) as browser:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                return await _visited(flow, browser)
        return False

    await flow.insist("a visit of the dashboard", once)
    await flow.quiet()


async def _visited(flow: Flow, browser: aiohttp.ClientSession) -> bool:
    """Whether all of it worked; a link is used up by whoever gets in, also when they never hear of it."""
    link = f"{flow.product.url}/dashboard/link/{await _link(flow)}"
    async with browser.get(link) as door:
        form = FORM.search(await door.text())
    if form is None:
        return False
    async with browser.post(link, data={"form": form[1]}) as page:
        form = FORM.search(await page.text())
    if form is None:
        return False
    async with browser.post(f"{flow.product.url}/dashboard/sign-out", data={"form": form[1]}) as left:
        return left.status == 200


async def _link(flow: Flow) -> str:
    database = Database(flow.database, flow.clock)
    try:
        return (await Visits(database, flow.clock).make_link())[0]
    finally:
        await database.close()


async def a_reminder(flow: Flow) -> None:
    """Thursday: whoever has not answered is reminded, once."""
    await flow.later(timedelta(days=1))
    flow.work(2)
    await flow.quiet()
    await asyncio.sleep(TICK)
    await flow.quiet()


async def a_deputy(flow: Flow) -> None:
    """In the afternoon the question is put to somebody else as well."""
    await flow.later(timedelta(hours=4))
    await flow.ask("mike", "mine")
    await flow.quiet()
    await asyncio.sleep(TICK)
    await flow.quiet()


async def a_lapse(flow: Flow) -> None:
    """Friday: the question has lapsed, what is still stuck goes on to others.

    A deputy who had their one message of Thursday already was asked later, and has time of their own: it lapses later.
    """
    asked, jump = set(flow.buttons()), timedelta(hours=21)
    for _ in range(DAYS):
        await flow.later(jump)
        await flow.quiet()
        if not asked & set(flow.buttons()):
            break
        jump = timedelta(days=1)
    else:
        raise Missed("the question never lapsed")
    flow.work(3)
    await flow.ask("dana")
    await flow.quiet()
    await asyncio.sleep(TICK)
    await flow.quiet()


Step = Callable[[Flow], Awaitable[None]]

STEPS: Sequence[Step] = (
    the_start,
    a_burst,
    the_digest,
    a_question,
    the_answers,
    an_edit,
    another_day,
    more_work,
    some_wishes,
    a_visit,
    a_reminder,
    a_deputy,
    a_lapse,
)
"""The whole story, in order."""
