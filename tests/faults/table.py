"""The table: what becomes of every operation under every fault. Read a row as a sentence.

``matrix.py`` folds it into 7 dependencies x 18 faults, which is the page ``docs/faults.md``.
"""

from __future__ import annotations

from collections.abc import Mapping

DONE = "done"
"""Nothing was noticed: done once, at the first try."""
AGAIN = "again"
"""Surely not done: tried again, done once."""
LOOKED = "looked"
"""Perhaps done: looked for at the vendor, not there, done once."""
FOUND = "found"
"""Perhaps done: looked for at the vendor, found, not sent again."""
REFUSED = "refused"
"""Not done and told why, with the remedy; done once when the operator has put it right and asks for it."""
OLD = "old"
"""Could not be read: the facts stay as they were, with their age and the reason; right again at the next reading."""
TOLD = "told"
"""Perhaps shown, and nobody can look: the asker is told that an answer may be missing."""
LOST = "lost"
"""Slack will not have this answer: not tried again, its asker hears that none comes, the operator reads why."""
MOVED = "moved"
"""Slack will not have it there: it comes as a direct message, the operator reads why."""
RULES = "rules"
"""No model answers, and surely nothing is paid: rules and templates do it, in time."""
PAID = "perhaps paid"
"""No model answers, and nobody knows what it cost: the worst counts as spent, once; rules and templates do it."""
REST = "rest"
"""Whoever asked is answered over REST, in time; the server is asked again later."""
WITHOUT = "without"
"""Not waited for: work is found by polling within a second, each process keeps Slack's pace by itself."""
NONE = "-"
"""No cell: a response URL names its own address; ``tests/integrations/slack/test_responses.py`` has these."""

UNREAD = "cannot matter"
"""Not played, as no play could fail: nobody reads the clock of whoever answers. Counted apart."""

OPERATIONS = (
    "slack post",  # the digest in the team's channel
    "slack message",  # a reminder in somebody's direct messages
    "slack reply",  # an answer in the thread of a mention
    "slack answer",  # an answer to a command through its response URL
    "slack people",  # who is there today
    "jira comment",
    "jira assign",
    "jira sprints",  # sprints of a board
    "jira issues",  # issues of a sprint
    "jira history",  # since when an issue is in its state
    "bitbucket list",  # open pull requests
)

TABLE: Mapping[str, tuple[str, ...]] = {
    #                       post     message  reply    answer people  comment  assign   sprints issues history list
    # --- the way there: nothing can be sent ---------------------------------------------------------
    "no such name":        (AGAIN,   AGAIN,   AGAIN,   NONE,  OLD,    AGAIN,   AGAIN,   OLD,     OLD,    OLD,     OLD),
    "refused connection":  (AGAIN,   AGAIN,   AGAIN,   AGAIN, OLD,    AGAIN,   AGAIN,   OLD,     OLD,    OLD,     OLD),
    "no connection":       (AGAIN,   AGAIN,   AGAIN,   AGAIN, OLD,    AGAIN,   AGAIN,   OLD,     OLD,    OLD,     OLD),
    "no TLS":              (AGAIN,   AGAIN,   AGAIN,   NONE,  OLD,    AGAIN,   AGAIN,   OLD,     OLD,    OLD,     OLD),
    "wrong certificate":   (AGAIN,   AGAIN,   AGAIN,   NONE,  OLD,    AGAIN,   AGAIN,   OLD,     OLD,    OLD,     OLD),
    # --- the connection, once the request is sent -----------------------------------------------------
    "no answer":           (LOOKED,  LOOKED,  LOOKED,  TOLD,  OLD,    LOOKED,  LOOKED,  OLD,     OLD,    OLD,     OLD),
    "answer lost":         (FOUND,   FOUND,   FOUND,   TOLD,  OLD,    FOUND,   FOUND,   OLD,     OLD,    OLD,     OLD),
    "done late":           (FOUND,   FOUND,   FOUND,   TOLD,  OLD,    FOUND,   FOUND,   OLD,     OLD,    OLD,     OLD),
    "reset before":        (LOOKED,  LOOKED,  LOOKED,  TOLD,  OLD,    LOOKED,  LOOKED,  OLD,     OLD,    OLD,     OLD),
    "reset after":         (FOUND,   FOUND,   FOUND,   TOLD,  OLD,    FOUND,   FOUND,   OLD,     OLD,    OLD,     OLD),
    "half-closed":         (FOUND,   FOUND,   FOUND,   TOLD,  OLD,    FOUND,   FOUND,   OLD,     OLD,    OLD,     OLD),
    "one byte a second":   (FOUND,   FOUND,   FOUND,   TOLD,  OLD,    FOUND,   FOUND,   OLD,     OLD,    OLD,     OLD),
    "torn answer":         (FOUND,   FOUND,   FOUND,   TOLD,  OLD,    FOUND,   FOUND,   OLD,     OLD,    OLD,     OLD),
    # --- the vendor says no -----------------------------------------------------------------------------
    "429":                 (AGAIN,   AGAIN,   AGAIN,   AGAIN, OLD,    AGAIN,   AGAIN,   OLD,     OLD,    OLD,     OLD),
    "429, wait 0":         (AGAIN,   AGAIN,   AGAIN,   AGAIN, OLD,    AGAIN,   AGAIN,   OLD,     OLD,    OLD,     OLD),
    "429, wait 1":         (AGAIN,   AGAIN,   AGAIN,   AGAIN, OLD,    AGAIN,   AGAIN,   OLD,     OLD,    OLD,     OLD),
    "429, wait 3600":      (AGAIN,   AGAIN,   AGAIN,   AGAIN, OLD,    AGAIN,   AGAIN,   OLD,     OLD,    OLD,     OLD),
    "429, wait soon":      (AGAIN,   AGAIN,   AGAIN,   AGAIN, OLD,    AGAIN,   AGAIN,   OLD,     OLD,    OLD,     OLD),
    "429, wait until":     (AGAIN,   AGAIN,   AGAIN,   AGAIN, OLD,    AGAIN,   AGAIN,   OLD,     OLD,    OLD,     OLD),
    "500":                 (LOOKED,  LOOKED,  LOOKED,  TOLD,  OLD,    LOOKED,  LOOKED,  OLD,     OLD,    OLD,     OLD),
    "500, done":           (FOUND,   FOUND,   FOUND,   TOLD,  OLD,    FOUND,   FOUND,   OLD,     OLD,    OLD,     OLD),
    "502 HTML":            (LOOKED,  LOOKED,  LOOKED,  TOLD,  OLD,    LOOKED,  LOOKED,  OLD,     OLD,    OLD,     OLD),
    "502 HTML, done":      (FOUND,   FOUND,   FOUND,   TOLD,  OLD,    FOUND,   FOUND,   OLD,     OLD,    OLD,     OLD),
    "503":                 (LOOKED,  LOOKED,  LOOKED,  TOLD,  OLD,    LOOKED,  LOOKED,  OLD,     OLD,    OLD,     OLD),
    "revoked":             (REFUSED, REFUSED, LOST,    MOVED, OLD,    REFUSED, REFUSED, OLD,     OLD,    OLD,     OLD),
    # --- the vendor says yes, in a way nobody can read ------------------------------------------------
    "cut JSON":            (FOUND,   FOUND,   FOUND,   DONE,  OLD,    FOUND,   FOUND,   OLD,     OLD,    OLD,     OLD),
    "a list":              (FOUND,   FOUND,   FOUND,   DONE,  OLD,    FOUND,   DONE,    OLD,     OLD,    OLD,     OLD),
    "a number":            (FOUND,   FOUND,   FOUND,   DONE,  OLD,    FOUND,   DONE,    OLD,     OLD,    OLD,     OLD),
    "a word":              (FOUND,   FOUND,   FOUND,   DONE,  OLD,    FOUND,   DONE,    OLD,     OLD,    OLD,     OLD),
    "null":                (FOUND,   FOUND,   FOUND,   DONE,  OLD,    FOUND,   DONE,    OLD,     OLD,    OLD,     OLD),
    "another object":      (FOUND,   FOUND,   FOUND,   DONE,  OLD,    FOUND,   DONE,    OLD,     OLD,    OLD,     OLD),
    "60 MB":               (FOUND,   FOUND,   FOUND,   TOLD,  OLD,    FOUND,   FOUND,   OLD,     OLD,    OLD,     OLD),
    "60 MB in pieces":     (FOUND,   FOUND,   FOUND,   TOLD,  OLD,    FOUND,   FOUND,   OLD,     OLD,    OLD,     OLD),
    # --- odd, but right -----------------------------------------------------------------------------------
    "answered twice":      (DONE,    DONE,    DONE,    DONE,  DONE,   DONE,    DONE,    DONE,    DONE,   DONE,    DONE),
    "clock a year ahead":  (UNREAD,) * 11,
    "clock a year behind": (UNREAD,) * 11,
}  # fmt: skip

LINES: Mapping[str, str] = {
    "no such name": "its name is not known",
    "refused connection": "the connection was refused",
    "no connection": "no connection in time",
    "no TLS": "no secure connection could be made",
    "wrong certificate": "its certificate is not trusted",
    "no answer": "no complete answer in time",
    "answer lost": "no complete answer in time",
    "done late": "no complete answer in time",
    "reset before": "the connection broke",
    "reset after": "the connection broke",
    "half-closed": "the connection broke",
    "one byte a second": "no complete answer in time",
    "torn answer": "the connection broke",
    "429": "too many calls|slow down",
    "500": "500",
    "502": "502",
    "503": "503",
    "revoked": "token",
    "cut JSON": "cannot be read|unreadable",
    "a list": "not an object|not a list|cannot be read|unreadable",
    "a number": "not an object|not a list|cannot be read|unreadable",
    "a word": "not an object|not a list|cannot be read|unreadable",
    "null": "not an object|not a list|cannot be read|unreadable",
    "another object": "names no|has no|not a list|not an object|unreadable|does not|is not",
    "60 MB": "too large",
    "60 MB in pieces": "too large",
}
"""What is said of a fault, in words somebody can act on; by the fault's name or its first word."""

# --- the other four: one name of a fault, one fault, whatever words the dependency has for it ---------------------

ASKED_FOR_ANSWERS = ("claude thought", "mcp search")

ASKED: Mapping[str, tuple[str, ...]] = {
    #                       claude   mcp
    "no such name":        (RULES,   REST),
    "refused connection":  (RULES,   REST),
    "no connection":       (RULES,   REST),
    "no TLS":              (RULES,   REST),
    "wrong certificate":   (RULES,   REST),
    "no answer":           (PAID,    REST),
    "answer lost":         (PAID,    REST),
    "done late":           (PAID,    REST),
    "reset before":        (PAID,    REST),
    "reset after":         (PAID,    REST),
    "half-closed":         (PAID,    REST),
    "one byte a second":   (PAID,    REST),
    "torn answer":         (PAID,    REST),
    "429":                 (AGAIN,   REST),
    "429, wait 0":         (AGAIN,   REST),
    "429, wait 1":         (AGAIN,   REST),
    "429, wait 3600":      (RULES,   REST),
    "429, wait soon":      (AGAIN,   REST),
    "429, wait until":     (RULES,   REST),
    "500":                 (AGAIN,   REST),
    "500, done":           (AGAIN,   REST),
    "502 HTML":            (AGAIN,   REST),
    "502 HTML, done":      (AGAIN,   REST),
    "503":                 (AGAIN,   REST),
    "revoked":             (RULES,   REST),
    "cut JSON":            (PAID,    REST),
    "a list":              (PAID,    REST),
    "a number":            (PAID,    REST),
    "a word":              (PAID,    REST),
    "null":                (PAID,    REST),
    "another object":      (PAID,    REST),
    "60 MB":               (PAID,    REST),
    "60 MB in pieces":     (PAID,    REST),
    "answered twice":      (DONE,    DONE),
    "clock a year ahead":  (UNREAD,) * 2,
    "clock a year behind": (UNREAD,) * 2,
}  # fmt: skip
"""*again* of a thought: an error costs nothing, so it is asked once more in the same call, and paid once."""

KEPT = ("database accept", "database settle")
"""A delivery is kept with its job; it is written down that an effect was sent."""

DATABASE: Mapping[str, tuple[str, ...]] = {
    #                        accept   settle      what the first try came to; when all is over each is done once
    "no such name":          (AGAIN,  AGAIN),
    "refused connection":    (AGAIN,  AGAIN),
    "no connection":         (AGAIN,  AGAIN),
    "no TLS":                (AGAIN,  AGAIN),
    "wrong certificate":     (AGAIN,  AGAIN),
    "no answer":             (AGAIN,  AGAIN),
    "answer lost":           (FOUND,  FOUND),
    "reset before":          (AGAIN,  AGAIN),
    "reset after":           (FOUND,  FOUND),
    "half-closed":           (FOUND,  FOUND),
    "cut between two calls": (DONE,   DONE),
    "one byte a second":     (FOUND,  FOUND),
    "too many connections":  (AGAIN,  AGAIN),
    "server error":          (AGAIN,  AGAIN),
    "a page":                (AGAIN,  AGAIN),
    "starting up":           (AGAIN,  AGAIN),
    "password changed":      (AGAIN,  AGAIN),
    "torn answer":           (FOUND,  FOUND),
    "another message":       (FOUND,  FOUND),
    "a gigabyte":            (FOUND,  FOUND),
    "clock a year ahead":    (DONE,   DONE),
    "clock a year behind":   (DONE,   DONE),
}  # fmt: skip
"""*again*: not committed. *found*: committed, though the caller was told otherwise."""

RUNG = ("redis tell", "redis pace", "redis hear")

REDIS: Mapping[str, tuple[str, ...]] = {
    #                       tell     pace     hear
    "no such name":        (WITHOUT, WITHOUT, WITHOUT),
    "refused connection":  (WITHOUT, WITHOUT, WITHOUT),
    "no connection":       (WITHOUT, WITHOUT, WITHOUT),
    "no TLS":              (WITHOUT, WITHOUT, WITHOUT),
    "wrong certificate":   (WITHOUT, WITHOUT, WITHOUT),
    "no answer":           (WITHOUT, WITHOUT, WITHOUT),
    "answer lost":         (WITHOUT, WITHOUT, WITHOUT),
    "reset before":        (WITHOUT, WITHOUT, WITHOUT),
    "reset after":         (WITHOUT, WITHOUT, WITHOUT),
    "half-closed":         (WITHOUT, WITHOUT, WITHOUT),
    "one byte a second":   (WITHOUT, WITHOUT, WITHOUT),
    "too many connections": (WITHOUT, WITHOUT, WITHOUT),
    "server error":        (WITHOUT, WITHOUT, WITHOUT),
    "a page":              (WITHOUT, WITHOUT, WITHOUT),
    "starting up":         (WITHOUT, WITHOUT, WITHOUT),
    "password changed":    (WITHOUT, WITHOUT, WITHOUT),
    "torn answer":         (WITHOUT, WITHOUT, WITHOUT),
    "another message":     (DONE,    WITHOUT, WITHOUT),
    "a gigabyte":          (WITHOUT, WITHOUT, WITHOUT),
    "answered twice":      (DONE,    DONE,    WITHOUT),
    "clock a year ahead":  (UNREAD,) * 3,
    "clock a year behind": (UNREAD,) * 3,
}  # fmt: skip

DEPENDENCIES: Mapping[str, tuple[tuple[str, ...], Mapping[str, tuple[str, ...]]]] = {
    "slack": (OPERATIONS, TABLE),
    "jira": (OPERATIONS, TABLE),
    "bitbucket": (OPERATIONS, TABLE),
    "claude": (ASKED_FOR_ANSWERS, ASKED),
    "mcp": (ASKED_FOR_ANSWERS, ASKED),
    "database": (KEPT, DATABASE),
    "redis": (RUNG, REDIS),
}
"""Where a dependency's operations stand; each of them begins with the dependency's name."""

EIGHTEEN: Mapping[str, tuple[str, ...]] = {
    "connect timeout": ("refused connection", "no connection"),
    "read timeout": ("no answer", "answer lost", "done late"),
    "DNS failure": ("no such name",),
    "TLS failure": ("no TLS", "wrong certificate"),
    "reset before commit": ("reset before",),
    "reset after commit": ("reset after",),
    "half-closed": ("half-closed", "cut between two calls"),
    "1 byte/s": ("one byte a second",),
    "429": (
        "429", "429, wait 0", "429, wait 1", "429, wait 3600", "429, wait soon", "429, wait until",
        "too many connections",
    ),
    "500": ("500", "500, done", "server error"),
    "502 HTML": ("502 HTML", "502 HTML, done", "a page"),
    "503": ("503", "starting up"),
    "cut JSON": ("cut JSON", "torn answer"),
    "wrong JSON": ("a list", "a number", "a word", "null", "another object", "another message"),
    "huge JSON": ("60 MB", "60 MB in pieces", "a gigabyte"),
    "401 revoked": ("revoked", "password changed"),
    "answered twice": ("answered twice",),
    "wrong clock": ("clock a year ahead", "clock a year behind"),
}  # fmt: skip
"""The faults of the programme, each with the rows it is played as."""

NOT_APPLICABLE: Mapping[tuple[str, str], str] = {
    ("database", "answered twice"): "PostgreSQL's answers have no names to be repeated under: TCP hands each on once.",
}
"""Cells that are not played, and why."""

_BY_NO_CLOCK = (
    "Of its answers no date is read but that of a 429 that asks to wait until then, by its own clock: see 429."
)

CANNOT_MATTER: Mapping[str, str] = {
    "slack": "The one date read is that of a look-up, in tests/integrations/slack/test_wire.py.",
    "jira": _BY_NO_CLOCK,
    "bitbucket": _BY_NO_CLOCK,
    "claude": _BY_NO_CLOCK,
    "mcp": "Of its answers no date is read.",
    "redis": "Turns are given out in Redis' own time, and everything else is measured, not dated.",
}
"""Why a wrong clock cannot matter to a dependency: nothing of it is read."""

TELLING = (
    {(fault, operation) for fault in ("reset after", "one byte a second", "429, wait 0", "60 MB", "another object")
     for operation in OPERATIONS}
    | {(fault, operation) for fault in TABLE for operation in ("slack post", "jira comment", "bitbucket list")}
    | {("revoked", operation) for operation in OPERATIONS}
)  # fmt: skip
"""Cells of every test run; the others come with ``make faults``."""

TELLING_ELSEWHERE = {
    "claude": ("reset after", "429, wait 0", "revoked"),
    "mcp": (
        "reset after", "one byte a second", "429, wait 0", "502 HTML", "a list", "60 MB in pieces", "revoked",
        "answered twice",
    ),
    "database": (
        "refused connection", "starting up", "too many connections", "password changed", "no answer", "answer lost",
        "reset before", "reset after", "half-closed", "one byte a second", "cut between two calls",
    ),
    "redis": ("reset after",),
}  # fmt: skip
"""The same by dependency and fault."""
