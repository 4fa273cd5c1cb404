"""The table: what becomes of every operation under every fault. Read a row as a sentence."""

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
NONE = "-"
"""No cell: a response URL names its own address; ``tests/integrations/slack/test_responses.py`` has these."""

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
    "clock a year ahead":  (DONE,    DONE,    DONE,    DONE,  DONE,   DONE,    DONE,    DONE,    DONE,   DONE,    DONE),
    "clock a year behind": (DONE,    DONE,    DONE,    DONE,  DONE,   DONE,    DONE,    DONE,    DONE,   DONE,    DONE),
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

TELLING = (
    {(fault, operation) for fault in ("reset after", "one byte a second", "429, wait 0", "60 MB", "another object")
     for operation in OPERATIONS}
    | {(fault, operation) for fault in TABLE for operation in ("slack post", "jira comment", "bitbucket list")}
    | {("revoked", operation) for operation in OPERATIONS}
)  # fmt: skip
"""Cells of every test run; the others come with ``make faults``."""
