"""Trouble at the press of a button: what networks, vendors and machines do to an app, each told in plain words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from integrations.simulator.atlassian.webhooks import Delivery, Webhooks
from integrations.simulator.claude.api import ClaudeApi
from integrations.simulator.slack.api import Limit, SlackApi
from integrations.simulator.slack.out import SlackOut
from integrations.simulator.slack.wire import NotThere
from integrations.simulator.traffic import Traffic


class Socket(Protocol):
    """The simulated Socket Mode; each act tells what it did and raises ``LookupError`` without a connection."""

    def drop(self) -> str:
        """Cut the connection."""
        ...

    def silence(self) -> str:
        """Leave it open and say nothing more on it."""
        ...

    def refresh(self) -> str:
        """Ask for a new one, as Slack does every few hours."""
        ...


class Unable(Exception):
    """This trouble cannot be made here; why, in words."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How much trouble: ``times`` and ``seconds`` as the button has them, ``channel`` where one is meant."""

    times: int
    seconds: int
    channel: str | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """One kind of trouble: its button, and what should be seen."""

    name: str
    title: str
    says: str
    act: Callable[[Troubles, Wish], Awaitable[str]]
    times: tuple[int, int] = (1, 1)
    """What its button asks for at first, and the most."""


@dataclass
class Troubles:
    """Makes trouble between the app and the simulated services."""

    slack: SlackApi
    out: SlackOut
    traffic: Traffic
    webhooks: Webhooks | None = None
    socket: Socket | None = None
    claude: ClaudeApi | None = None
    """None where the app was not told of it."""
    restart: Callable[[], Awaitable[str]] | None = None
    """Kills the app without a word and starts it again; only whoever started it can."""
    to_lose: int = field(default=0)
    """How many of the next webhooks get lost."""

    def shown(self) -> list[dict[str, Any]]:
        """What the page offers, and why something cannot be done."""
        return [
            {"name": t.name, "title": t.title, "says": t.says, "why_not": self._why_not(t.name), "times": t.times}
            for t in TROUBLES.values()
        ]

    async def make(self, name: str, wish: Wish) -> str:
        """Make it; what happened, in one sentence. Raises ``Unable``."""
        if why := self._why_not(name):
            raise Unable(why)
        try:
            told = await TROUBLES[name].act(self, wish)
        except LookupError as nothing:
            raise Unable(str(nothing.args[0])) from None
        self.traffic.say(told)
        return told

    def _why_not(self, name: str) -> str:
        if name.startswith("socket_") and self.socket is None:
            return "The agent is reached over HTTP. Start pm demo --socket to break a socket."
        if name.startswith("claude_") and self.claude is None:
            return "The agent works without Claude. Start pm demo without --no-claude to give it one."
        if name == "restart" and self.restart is None:
            return "Only pm demo can restart the agent."
        return ""

    def lose(self, delivery: Delivery) -> Sequence[Delivery]:
        """What is still sent of a webhook."""
        if not self.to_lose:
            return [delivery]
        self.to_lose -= 1
        self.traffic.say(f"The webhook “{delivery.words}” got lost on its way: nobody will send it again.")
        return []


async def _rate_limit(made: Troubles, wish: Wish) -> str:
    made.slack.limits.append(Limit("chat.postMessage", wish.seconds, wish.times, wish.channel))
    where = "in this channel" if wish.channel else "anywhere"
    return f"Slack answers the next {_times(wish.times, 'post')} {where} with 429, wait {wish.seconds} s."


async def _retry(made: Troubles, wish: Wish) -> str:
    taken = await made.out.redeliver(wish.times)
    return f"Slack sent its last event {_times(wish.times, 'more time')}; the agent took {taken} and must act on none."


async def _double_click(made: Troubles, wish: Wish) -> str:
    made.out.twice = wish.times
    return "The next button somebody presses arrives twice at the same moment."


async def _drop(made: Troubles, _wish: Wish) -> str:
    return _socket(made).drop()


async def _silence(made: Troubles, _wish: Wish) -> str:
    return _socket(made).silence()


async def _refresh(made: Troubles, _wish: Wish) -> str:
    return _socket(made).refresh()


async def _restart(made: Troubles, _wish: Wish) -> str:
    if made.restart is None:
        raise NotThere("nobody here can restart the agent")
    return await made.restart()


async def _lose_webhooks(made: Troubles, wish: Wish) -> str:
    if made.webhooks is None:
        raise NotThere("no webhooks are sent yet")
    made.to_lose = wish.times
    made.webhooks.post = made.lose
    return f"The next {_times(wish.times, 'webhook')} of Jira and Bitbucket will get lost."


def _claude(mode: str, what: str) -> Callable[[Troubles, Wish], Awaitable[str]]:
    """Trouble with the simulated Claude: its next answers are like that."""

    async def act(made: Troubles, wish: Wish) -> str:
        if made.claude is None:
            raise NotThere("there is no Claude")
        wait = float(wish.seconds) if mode == "rate_limit" else None
        made.claude.modes.add(mode, wish.times, retry_after=wait)
        return f"{_times(wish.times, 'question')} to Claude from now on: {what}"

    return act


async def _clear(made: Troubles, _wish: Wish) -> str:
    made.slack.limits.clear()
    if made.claude is not None:
        made.claude.modes.clear()
    made.out.twice = made.to_lose = 0
    return "Everything works again."


def _socket(made: Troubles) -> Socket:
    if made.socket is None:
        raise NotThere("there is no socket")
    return made.socket


def _times(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


TROUBLES: Mapping[str, Trouble] = {
    t.name: t
    for t in (
        Trouble(
            "rate_limit",
            "Slack says: too many messages",
            "The next posts are answered with 429. Nothing may be lost, doubled or out of order.",
            _rate_limit,
            (2, 20),
        ),
        Trouble(
            "retry",
            "Slack repeats itself",
            "The last event is delivered again. The agent must act once.",
            _retry,
            (3, 5),
        ),
        Trouble(
            "double_click",
            "Somebody presses twice",
            "The next press of a button arrives twice at once. It must count once.",
            _double_click,
        ),
        Trouble(
            "lose_webhooks",
            "Webhooks get lost",
            "The next changes in Jira and Bitbucket are not told. The agent finds out when it reads everything anew.",
            _lose_webhooks,
            (3, 50),
        ),
        Trouble(
            "restart",
            "The machine goes down",
            "The agent is killed in the middle of whatever it does, and started again. It must go on where it was.",
            _restart,
        ),
        Trouble("socket_drop", "The socket breaks", "The connection is cut. The agent connects anew.", _drop),
        Trouble("socket_silence", "The socket falls silent", "It stays open, but nothing comes any more.", _silence),
        Trouble("socket_refresh", "Slack wants a new socket", "As it does every few hours.", _refresh),
        Trouble(
            "claude_overloaded",
            "Claude is overloaded",
            "It answers 529. The agent goes on by its rules and templates, and nobody waits for it.",
            _claude("overloaded", "overloaded, 529."),
            (5, 50),
        ),
        Trouble(
            "claude_silent",
            "Claude falls silent",
            "It takes the question and says nothing. The agent gives up at its own deadline.",
            _claude("silent", "taken, and never answered."),
            (1, 10),
        ),
        Trouble(
            "claude_no_credit",
            "Claude wants to be paid",
            "It answers 402. Everything but Claude goes on, and the log says where to add credit.",
            _claude("no_credit", "refused for lack of credit, 402."),
            (5, 50),
        ),
        Trouble(
            "claude_garbage",
            "Claude talks nonsense",
            "Its reply cannot be read. Nothing of it may reach anybody.",
            _claude("garbage", "answered with something that cannot be read."),
            (2, 50),
        ),
        Trouble(
            "claude_refusal",
            "Claude declines",
            "It answers, but refuses to help. The agent says what it knows by itself.",
            _claude("refusal", "declined."),
            (2, 50),
        ),
        Trouble("clear", "Make everything work again", "Ends the trouble that is still to come.", _clear),
    )
}
"""By name, in the order of the page's buttons."""
