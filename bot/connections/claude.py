"""Claude: does it know the key, is there credit, and may the key use both models?"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from bot.connections.company import ClaudePort, WorkerPort
from bot.connections.probes import Probe, off
from bot.doors.readiness import Dependency, switched_off
from integrations.claude import prices
from integrations.health import Check
from models.errors import NotThought, Silence
from models.thoughts import Prompt, Purpose, Size, Turn

MODEL, LARGER, WORKER = "model", "model, the larger", "claude code"

TRIAL = Prompt(
    purpose=Purpose.TRIAL,
    size=Size.SMALL,
    name="trial/1",
    fixed=("Answer with one word.",),
    turns=(Turn(ours=True, text="Ready?"),),
    most=16,
    patience=15.0,
)
"""The cheapest question there is: some twenty tokens, a few millionths of a dollar."""

LOOK = "See Claude's console, and docs/costs.md"
REACH = "Check that api.anthropic.com (or ANTHROPIC_BASE_URL) can be reached from here"


def probes(claude: ClaudePort | None, why_off: str) -> list[Probe]:
    """What is asked about Claude; one line that it is off where there is no key."""
    if claude is None:
        return [off(MODEL, why_off)]
    return [Probe(MODEL, partial(answers, claude)), Probe(LARGER, partial(larger, claude), (MODEL,))]


def worker(program: WorkerPort | None, why_off: str) -> Probe:
    """What delegated tasks are worked on with: its version, which costs nothing to ask."""
    return off(WORKER, why_off) if program is None else Probe(WORKER, program.check)


def quick(claude: ClaudePort | None, why_off: Mapping[str, str]) -> Dependency:
    """For ``/ready``: how the last call ended. No call is made: each would cost."""
    if claude is None:
        return switched_off(MODEL, why_off.get("claude", "not configured"))

    async def ask() -> Check:
        return claude.standing()

    return Dependency(MODEL, ask)


async def answers(claude: ClaudePort) -> Check:
    """The smaller model answers a question of one word: that shows key, credit and access."""
    model = prices.CHOICES[Size.SMALL].model
    try:
        thought = await claude.ask(TRIAL, model, "low")
    except NotThought as silent:
        return _silent(MODEL, silent)
    cost = prices.cost(thought.model, thought.usage, model)
    return Check(MODEL, True, f"{model} answers in {thought.seconds:.1f} s; asking cost {cost}")


async def larger(claude: ClaudePort) -> Check:
    """The key may use the larger one: its tokens are counted, which is free."""
    model = prices.CHOICES[Size.LARGE].model
    try:
        await claude.count(TRIAL, model)
    except NotThought as silent:
        return _silent(LARGER, silent)
    return Check(LARGER, True, f"{model} may be used")


def _silent(name: str, silent: NotThought) -> Check:
    """Nothing is lost but judgement and wording, so a busy Claude is a warning; what somebody must mend is not."""
    hint = silent.hint or (REACH if silent.why is Silence.AWAY else LOOK)
    return Check(name, False, str(silent.args[0]), hint, grave=silent.why is Silence.REJECTED)
