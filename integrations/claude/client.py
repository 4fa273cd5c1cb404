"""Ask Claude: one prompt in, one thought out, within its deadline; a failure is told with who must act.

The vendor's library is loaded at the first call, in a thread: it takes half a second, and most processes never ask.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
from typing import TYPE_CHECKING, Any

from integrations.claude.asking import Body, request_of
from integrations.claude.hearing import label, reply_of, thought_of, unreadable
from integrations.health import Check
from integrations.mcp.breaker import Breaker
from models.clock import Clock
from models.errors import NotThought, Silence
from models.thoughts import Prompt, Thought

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic, AsyncAPIResponse

log = logging.getLogger(__name__)

OFFICIAL = "https://api.anthropic.com"

LONGEST = 300.0
"""Seconds: what the longest patience may be; a worker's lease is renewed meanwhile, a person waits."""

TRIES = 2
"""Calls at most for one prompt; the second only where the first surely cost nothing."""

SHORT_WAIT = 2.0
"""Seconds we wait for a second try. Longer ones are the caller's to plan: a header can ask for weeks."""


class Claude:
    """One account with Claude. Raises ``NotThought`` from ``ask``, and nothing else."""

    def __init__(self, key: str, base_url: str, clock: Clock, *, pause: float = 0.5) -> None:
        """``base_url`` empty for Claude's own; ``pause`` is the least wait in seconds before a second try."""
        self._key, self._base = key, base_url or OFFICIAL
        self._clock, self._pause = clock, pause
        self._client: AsyncAnthropic | None = None
        self._loading = asyncio.Lock()
        self.breaker = Breaker(clock)
        """After failures in a row nobody is kept waiting."""
        self.trouble: NotThought | None = None
        """Why the last call was not answered; ``None`` when it was."""
        self._answered = False

    async def ask(self, prompt: Prompt, model: str, effort: str = "low") -> Thought:
        """What ``model`` says, whatever it stopped for; its price is not settled.

        Whether it may be used says ``hearing.unusable``, after it was paid for.
        """
        began = self._clock.monotonic()
        body, request = await self._guarded(request_of(prompt, model, effort), prompt)
        thought = thought_of(body, prompt, request, self._clock.monotonic() - began)
        log.info("claude answered", extra=_logged(prompt, thought))
        return thought

    async def count(self, prompt: Prompt, model: str) -> int:
        """How many tokens ``prompt`` has, by the vendor's count; costs nothing. Raises ``NotThought``."""
        asked = request_of(prompt, model, "")
        asked.pop("max_tokens")
        body, request = await self._guarded(asked, prompt, counting=True)
        tokens = body.get("input_tokens") if isinstance(body, dict) else None
        if not isinstance(tokens, int):
            raise unreadable("it does not say how many tokens", request)
        return tokens

    def standing(self) -> Check:
        """How the last call of this process ended; asks nobody."""
        if self.trouble is None:
            told = "answered when it was last asked" if self._answered else "a key is set; not asked since the start"
            return Check("model", True, told)
        return Check("model", False, str(self.trouble.args[0]), self.trouble.hint, grave=False)

    async def close(self) -> None:
        """Close the connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    # --- one call, within its time ---------------------------------------------------------------------------

    async def _guarded(self, asked: Body, prompt: Prompt, *, counting: bool = False) -> tuple[Any, str]:
        if not self.breaker.admits():
            wait = self.breaker.wait()
            raise NotThought(Silence.AWAY, f"Claude did not answer lately; next try in {wait:.0f} s", retry_after=wait)
        try:
            answered = await self._in_time(asked, prompt, counting)
        except NotThought as failure:
            self._note(failure)
            raise
        except BaseException:  # cancelled, or a bug of ours: the turn must be given back
            self.breaker.unknown()
            raise
        self.breaker.worked()
        self.trouble, self._answered = None, True
        return answered

    def _note(self, failure: NotThought) -> None:
        """An answer we do not like is an answer; only silence opens the breaker."""
        self.trouble = failure
        if failure.why is Silence.AWAY:
            self.breaker.failed(failure.retry_after)
        else:
            self.breaker.worked()

    async def _in_time(self, asked: Body, prompt: Prompt, counting: bool) -> tuple[Any, str]:
        patience = min(prompt.patience, LONGEST)
        client = await self._open()  # loading the library is no fault of the vendor's
        try:
            async with asyncio.timeout(patience):
                return await self._tried(client, asked, prompt, counting)
        except TimeoutError:
            raise NotThought(Silence.AWAY, f"Claude gave no answer within {patience:g} s", charged=True) from None

    async def _tried(self, client: AsyncAnthropic, asked: Body, prompt: Prompt, counting: bool) -> tuple[Any, str]:
        for left in reversed(range(TRIES)):
            try:
                return await _once(client, asked, prompt, counting)
            except NotThought as failure:
                wait = max(failure.retry_after or 0.0, self._pause)
                if failure.why is not Silence.AWAY or failure.charged or not left or wait > SHORT_WAIT:
                    raise
            await asyncio.sleep(wait)
        raise AssertionError("the last try returns or raises")

    async def _open(self) -> AsyncAnthropic:
        async with self._loading:
            if self._client is None:
                await asyncio.to_thread(_load)
                self._client = self._connected()
            return self._client

    def _connected(self) -> AsyncAnthropic:
        import anthropic

        from integrations.claude import wire

        _quiet()
        return anthropic.AsyncAnthropic(
            api_key=self._key,
            base_url=self._base,
            max_retries=0,  # it would wait as long as any Retry-After says; we try again ourselves
            timeout=LONGEST,
            open_telemetry=False,  # spans may hold what was asked
            http_client=wire.client(),
        )


async def _once(client: AsyncAnthropic, asked: Body, prompt: Prompt, counting: bool) -> tuple[Any, str]:
    """One request. The library's own errors hold it, so none of them leaves here, not even as a cause."""
    failing = importlib.import_module("integrations.claude.failing")  # loads the library, which is there by now
    asked = asked | {"timeout": failing.timeout(prompt.patience)}
    try:
        whole = client.messages.with_streaming_response
        async with whole.count_tokens(**asked) if counting else whole.create(**asked) as response:
            return await _read(response)
    except failing.FAILURES as error:
        meant: NotThought = failing.understood(error, prompt)
        raise meant from None


def _load() -> None:
    """Everything of the library that a first call needs."""
    for name in ("anthropic.resources.messages", "integrations.claude.failing"):
        importlib.import_module(name)


def _quiet() -> None:
    """Keep the library at WARNING: at DEBUG it logs whole requests, and a variable of its own can set that."""
    for name in ("anthropic", "httpx2", "httpcore2"):
        logging.getLogger(name).setLevel(logging.WARNING)


async def _read(response: AsyncAPIResponse[Any]) -> tuple[Any, str]:
    """The body and the request's id. Raises ``ValueError`` for what is not JSON; the connection bounds its length."""
    return reply_of(await response.read()), label(response.headers.get("request-id", ""))


def _logged(prompt: Prompt, thought: Thought) -> dict[str, object]:
    """What the logs may know of a call: never its words."""
    used = thought.usage
    return {
        "action": "claude_answered",
        "prompt": prompt.name,
        "model": thought.model,
        "stop": thought.stop.value,
        "request": thought.request,
        "read": used.read,
        "written": used.written,
        "cached": used.cached,
        "kept": used.kept + used.kept_long,
        "seconds": round(thought.seconds, 3),
    }
