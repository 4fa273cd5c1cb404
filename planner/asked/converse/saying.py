"""Whether a ticket, a person or a sprint stands in the asker's own words: found there by code and marked, or not there.

A ticket is named by its key or number, by words of its title that mean no other, or is *it* where that is spoken of.
Words in quotation marks are somebody else's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from models.ids import IssueKey, PersonId, SprintId
from models.work import Issue, SprintState
from planner.asked.converse.known import Known
from planner.asked.converse.orders import TARGET, TICKET
from planner.asked.talk.subjects import IT, Talk, subjects_of, title_words
from planner.facts.observe import is_ours
from planner.prompts.untrusted import cleaned
from planner.words.sprints import coming

LONGEST = 600
"""Characters of what was said that are looked at: as many as a model is shown."""

_LINK = re.compile(r"<https?://[^|>\s]*/browse/([A-Za-z][A-Za-z0-9_]*-\d+)[^>]*>")
_QUOTED = re.compile(r"“[^”]*”|„[^“”]*[“”]|‘[^’]*’|«[^»]*»|\"[^\"]*\"|```.*?```|`[^`]*`", re.DOTALL)
_CITED = re.compile(r"^\s*(?:>|&gt;).*$", re.MULTILINE)
_END = re.compile(r"(?<=[.!?])\s+|[\n;]+")
_KEY = re.compile(r"\b([a-z][a-z0-9_]{1,30}-\d{1,9})\b")
_KIND = r"(?:ticket|issue|story|bug|task)"


@lru_cache(maxsize=8)
def sentences(said: str) -> tuple[str, ...]:
    """Each sentence of the asker's own, on one line, as it was written; quotations are left out."""
    own = _CITED.sub(" ", _QUOTED.sub(" … ", _LINK.sub(r"\1", cleaned(said, LONGEST))))
    return tuple(line for each in _END.split(own) if (line := " ".join(each.split())))


@dataclass(frozen=True, slots=True)
class Marks:
    """How a ticket and what it shall become are named in somebody's words."""

    ticket: str
    """A regular expression; empty where it is not named."""
    it: bool
    """Whether *it* can only be this ticket."""
    target: str
    """A regular expression; empty where nothing is to be looked for."""
    sure: bool
    """Whether the words can mean no other ticket."""

    def marked(self, sentence: str) -> str:
        """The sentence in small letters with both marked."""
        said = _plain(sentence)
        said = re.sub(self.ticket, TICKET, said) if self.ticket else said
        said = _ITS.sub(f"{TICKET}'s", _IT.sub(TICKET, said)) if self.it else said
        return re.sub(self.target, TARGET, said) if self.target else said


_IT = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(map(re.escape, IT), key=len)[::-1])})(?![\w'])")
_ITS = re.compile(r"\bits\b")


def marks_of(issue: Issue | None, phrases: Sequence[str], known: Known, said: str) -> Marks:
    """How ``issue``, and what is called by one of ``phrases``, stand in what was said."""
    target = "|".join(map(_phrase, sorted(phrases, key=len)[::-1]))
    if issue is None:
        return Marks("", False, target, sure=True)
    whole = _plain(" ".join(sentences(said)))
    keys = {*_KEY.findall(whole)} - {issue.key.casefold()}
    others = {key for key in keys if is_ours(IssueKey(key.upper()), known.team)}
    by_key = _by_key(issue)
    keyed = re.search(by_key, whole) is not None
    title, sure = ("", False) if keyed else _by_title(whole, issue, known)
    it = not others and (keyed or sure or (not title and known.spoken_of == issue.key))
    alone = it and not keys and not _speaks_of_another(whole, issue, known)
    return Marks(by_key if keyed else _phrase(title) if title else "", it, target, sure=keyed or sure or alone)


_SOME_ONE = re.compile(rf"\b(?:the|that|our|my|another) (?:[\w-]+ ){{1,4}}?{_KIND}\b")


def _speaks_of_another(said: str, issue: Issue, known: Known) -> bool:
    """Whether *it* may be another ticket: one that is called by two words of its title, or as *the ... ticket*."""
    own, words = frozenset(title_words(issue.title.casefold())), frozenset(re.findall(r"[\w'-]+", said))
    others = (frozenset(title_words(each.title.casefold())) - own for each in known.facts.issues if each != issue)
    return _SOME_ONE.search(said) is not None or any(len(each & words) > 1 for each in others)


def _plain(text: str) -> str:
    said = re.sub("[’‘`´]", "'", text.casefold())
    return re.sub("[‐-‒―−]", "-", said)


def _phrase(words: str) -> str:
    """``sprint 2`` is not the beginning of ``sprint 25``, nor ``ann`` that of ``ann's``."""
    if words.startswith("<@"):
        return rf"{re.escape(words[:-1])}(?:\|[^>]*)?>"
    return rf"(?<!\w){re.escape(words)}(?![\w'])(?! ?\d)"


def _by_key(issue: Issue) -> str:
    project, _, number = issue.key.casefold().rpartition("-")
    return rf"(?:(?:the |this |that )?{_KIND} )?(?<![\w-]){re.escape(project)} ?-? ?{number}(?![\w-])"


def _by_title(said: str, issue: Issue, known: Known) -> tuple[str, bool]:
    """The words of the title in what was said, where they fit no other ticket; and whether they are enough for it."""
    own = frozenset(title_words(issue.title.casefold()))
    runs = list(_runs(said, own))
    words, kind = max(runs, key=lambda run: len(title_words(run[0])), default=("", ""))
    talk = Talk(known.facts, known.directives, known.asker, known.spoken_of)
    if not words or subjects_of(words, talk) != (issue.key,):
        return "", False
    most = len(title_words(words)) > 1 and 2 * len(title_words(words)) > len(title_words(issue.title.casefold()))
    return f"{words}{kind}", bool(kind) or most


def _runs(said: str, own: Collection[str]) -> Iterator[tuple[str, str]]:
    """What may be words of a title, each with the word for a ticket behind it: ``the refund webhooks``, `` ticket``."""
    for found in re.finditer(r"[\w' -]+", said):
        run: list[str] = []
        for word in [*found[0].split(), ""]:
            if word and (_is_of(word, own) or (run and word in _GLUE)):
                run.append(word)
                continue
            while run and run[-1] in _GLUE:
                run.pop()
            if run:
                yield _with_article(found[0], " ".join(run)), f" {word}" if re.fullmatch(f"{_KIND}|one", word) else ""
            run = []


def _with_article(said: str, words: str) -> str:
    found = re.search(rf"\b(?:the|this|that|our|my) {re.escape(words)}", said)
    return found[0] if found else words


_GLUE = frozenset({"for", "of", "on", "in", "the", "a", "an", "and", "with", "about", "to", "from"})


def _is_of(word: str, own: Collection[str]) -> bool:
    return word in own or (len(word) > 3 and any(each.startswith(word) for each in own))


# --- what it shall become ---------------------------------------------------------------------------------------


def names_of(person: PersonId, known: Known) -> tuple[str, ...]:
    """Everything a member is called: by name, id, mention, and *me* where it is the asker."""
    member = known.team.member(person)
    names = (member.name.casefold(), member.id.casefold(), *member.name.casefold().split())
    unique = [name for name in names if known.person(name) == person]
    mention = [f"<@{member.slack.casefold()}>"] if member.slack else []
    return tuple(dict.fromkeys([*unique, *mention, *(("me", "myself") if person == known.asker else ())]))


def owner_names(issue: Issue | None, known: Known) -> tuple[str, ...]:
    """Everything the owner of a ticket is called."""
    person = known.snapshot.person(issue.assignee) if issue is not None else None
    members = {member.id for member in known.team.members}
    theirs = names_of(person.id, known) if person is not None and person.id in members else ()
    return (*theirs, "the owner", "the assignee", "its owner", "its assignee")


def sprint_names(value: str, known: Known) -> tuple[str, ...]:
    """Everything the sprint ``id:25``, the next one or the backlog is called."""
    if not value.startswith("id:"):
        return ("the backlog", "backlog") if "backlog" in value.casefold() else _NEXT
    sprint = next((each for each in known.facts.sprints if each.id == SprintId(int(value[3:]))), None)
    if sprint is None:
        return ()
    number = re.search(r"\d+", sprint.name)
    names = (sprint.name.casefold(), *((f"sprint {number[0]}",) if number else ()))
    if sprint.state is SprintState.ACTIVE:
        return (*names, *_RUNNING)
    return (*names, *_NEXT) if sprint == coming(known.facts.sprints) else names


_NEXT = ("next sprint", "next one")
_RUNNING = ("this sprint", "current sprint", "running sprint", "the sprint")
