"""What decided where no line of the constitution did, in words: the names of such reasons tell people nothing."""

from __future__ import annotations

from collections.abc import Mapping

from planner.policy.law import BY_MODEL, CLOSED_WORLD, NOT_OURS, SHADOW, STEPPED_BACK, SUGGEST, UNGROUNDED, UNLISTED
from planner.policy.paused import PAUSED

NO_LINE: Mapping[str, str] = {
    UNLISTED: "no line of the constitution names this",
    SUGGEST: "this team asks for everything first",
    SHADOW: "in shadow mode",
    STEPPED_BACK: "it has stepped back and asks again",
    UNGROUNDED: "nothing is done without a finding",
    CLOSED_WORLD: "what is not listed cannot be done",
    NOT_OURS: "only members of the team are addressed",
    BY_MODEL: "a model chose this, the rules alone would not have",
    PAUSED: "/pm resume ends that",
}
