"""How citations and clauses may stand beside one another, so that none turns a true fact into a false sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from planner.claims import vocabulary as words
from planner.claims.kinds import Miss
from planner.claims.sentences import Clause, Sentence

_JOINTS = frozenset({"and", "but", "while", "also", "plus"})
_ADVISES = words.words("would should could can suggest recommend propose prefer please let let's i'd we'd you'd")

_LEADS = re.compile(
    r"(?:as|given that|seeing that|considering that|with that"
    r"|(?:i|you|we|the facts)(?: can| could)?(?: also)? (?:see|find|note|say|show|tell us)(?: here)? that"
    r"|(?:please )?(?:note|see|remember|consider|keep in mind|bear in mind) (?:also )?that"
    r"|what i can (?:see|say|tell you)(?: here)? is that|the main thing(?: to (?:know|see))? is that"
    r"|(?:what|the (?:point|thing|fact) that) (?:stands out|matters|counts)(?: most| here)* is(?: that)?"
    r"|(?:another|the main|the key|my main) (?:point|fact|reason) is(?: that)?"
    r"|it is (?:also )?(?:worth|useful|helpful|good) (?:noting|knowing|to know|to note) that"
    r"|(?:in short|overall|meanwhile|besides|also|and here|here))?"
)
"""What may run into a citation without a pause."""


def misbuilt(sentence: Sentence, inference: bool) -> Miss | None:
    """What is wrong with how a sentence is put together."""
    if sentence.is_frame:
        return None
    if sentence.cites and sentence.asks:
        return Miss("?", "doubt")
    if sentence.cites and (doubt := {"if", "unless"} & {word.lower() for word in sentence.words}):
        return Miss(min(doubt), "doubt")
    for place, clause in enumerate(sentence.clauses):
        told_next = place + 1 < len(sentence.clauses) and sentence.clauses[place + 1]
        bare_next = bool(told_next and told_next.cites and not set(told_next.words) - _JOINTS)
        miss = _misjoined(sentence, place, inference) or (bare_next and not clause.cites and _doubting(clause)) or None
        behind = place > 0 and sentence.clauses[place - 1].cites
        miss = miss or (behind and _trailing(clause, sentence, place)) or _of_people(clause)
        miss = miss or _standing(clause) or _untimely(clause, sentence, inference)
        miss = miss or _claiming(clause, sentence, inference)
        if miss:
            return miss
    return None


def _misjoined(sentence: Sentence, place: int, inference: bool) -> Miss | None:
    """A citation that does not stand as a clause of its own."""
    clause = sentence.clauses[place]
    said = clause.words
    joints = _JOINTS | (words.CAUSAL | {"as"} if inference else frozenset())
    if clause.follows and said and said[0] not in joints:
        follows_advice = said[0] in words.CAUSAL and not clause.cites and _ADVISES & set(said)
        if not follows_advice:
            return Miss(" ".join(said[:3]), "cause" if said[0] in words.CAUSAL else "doubt")
    if not clause.cites:
        return None
    lead = said[1:] if said and said[0] in joints else said
    if _LEADS.fullmatch(" ".join(lead)) or _gives_reason(sentence, place):
        return None
    return _led(lead, inference)


_REASONS = frozenset({"because", "since", "as"})


def _gives_reason(sentence: Sentence, place: int) -> bool:
    """``Since {f1}, I would …`` or ``I would …, since {f1}``: the reason of an advice, and the only fact there."""
    reason, rest = sentence.clauses[place], [each for each in sentence.clauses if each is not sentence.clauses[place]]
    alone = len(reason.words) == 1 and reason.words[0] in _REASONS and not any(clause.cites for clause in rest)
    beside = sentence.clauses[1] if place == 0 and rest else sentence.clauses[place - 1]
    return alone and bool(rest) and _advises(beside.words) and not words.DOUBT & set(beside.words)


def _led(lead: tuple[str, ...], inference: bool) -> Miss | None:
    """Words that run into a citation: advice and its reason, or in an inference what follows from it."""
    if lead[-1] not in _REASONS | ({"so", "therefore", "while", "and", "but"} if inference else set()):
        return Miss(" ".join(lead), "cause" if lead[-1] in words.CAUSAL else "doubt")
    before = lead[:-1]
    if words.DOUBT & set(before) or (before and before[-1] in {"be", *words.SAYING_SO} and not inference):
        return Miss(" ".join(lead), "doubt")
    if not inference and not (_ADVISES & set(before) or _is_imperative(before)):
        return Miss(" ".join(lead), "cause")
    return None


_UNREAL = re.compile(
    r"(?:and |but |also )*(?:(?:my|the|a|an|our|your|their|one) )?(?:\w+ )?(?:plan|goal|suggestion|proposal|option"
    r"|alternative|example|exception|expectation|assumption|wish|idea|impression|opinion"
    r"|guess|need|interest|theme|attempt|try)s?"
)
"""A label that would make the fact behind it a wish or a plan."""


def _doubting(clause: Clause) -> Miss | None:
    """A clause right before a fact that makes it sound like a guess, a wish or a plan."""
    said = set(clause.words)
    if _UNREAL.fullmatch(" ".join(clause.words)):
        return Miss(" ".join(clause.words), "doubt")
    if doubt := words.DOUBT & said:
        return Miss(min(doubt), "doubt")
    could = re.search(r"\b(?:could|should|can|ought to) be\b", " ".join(clause.words))
    return Miss(could.group(), "doubt") if could else None


_STATES = re.compile(
    r"\b(?:is|are|be|being|it's|that's|has|have) (?:\w+ly |just |also |even |too |quite )?"
    r"(?:off|out|back|down|up|ahead|over|through|along|on|in)\b"
    r"(?! to| of| the| this| that| a| an| its| their| your| my| jira| slack| bitbucket)"
)


_LIKEWISE = re.compile(r"\b(?:so|as) (?:is|are|does|do|has|have)\b")


def _standing(clause: Clause) -> Miss | None:
    """``is off``: small words that tell a state behind a verb of being."""
    found = _STATES.search(" ".join(clause.words)) or _LIKEWISE.search(" ".join(clause.words))
    return Miss(found.group(), "state") if found else None


def _untimely(clause: Clause, sentence: Sentence, inference: bool) -> Miss | None:
    """A word of order, or of what changes a ticket's state, outside advice."""
    said = clause.words
    month = re.search(r"\b(?:in|by|since|on|from|of|this|late|early|mid|of|to) may\b", " ".join(said))
    if month:
        return Miss(month.group(), "date")
    late = (words.ADVICE - words.SEQUENCE if inference and not clause.cites else words.ADVICE) & set(said)
    if not late:
        return None
    advised = _advises(said) or (not _asserted(said) and any(_advises(each.words) for each in sentence.clauses))
    return None if advised and not clause.cites else Miss(min(late), "date")


_TAILS = words.DOUBT | words.words("so it i we you would say could be that is quite rather at least though as well")


def _trailing(clause: Clause, sentence: Sentence, place: int) -> Miss | None:
    """Right behind a fact: a guess that hangs on it (``or so it seems``), or what would say the same of another."""
    said = set(clause.words)
    begins = sentence.clauses[place - 1].words[:1] in {("because",), ("since",), ("as",), ("given",)}
    if not clause.words or clause.cites:
        return None
    if said <= _TAILS | {"or"} and said & (words.DOUBT | {"rather"}):
        return Miss(" ".join(clause.words), "doubt")
    bare = not _asserted(clause.words) and not _advises(clause.words) and not begins
    another = said & {"too", "also", "well", "other", "others", "another", "same", "like"}
    joined = clause.words[0] in {"and", "but", "plus", "as", "like", "with", "or"}
    advised = any(_advises(each.words) for each in sentence.clauses)
    return Miss(" ".join(clause.words), "claim") if bare and (another or joined and not advised) else None


_PERSON = (
    r"(?:owner|author|reviewer|person|lead|manager|colleague|teammate|assignee|developer|engineer|tester|designer"
    r"|expert|specialist)s?"
)
_OF_WORTH = (
    r"(?:better|best|good|difficult|hard|harder|risky|riskier|wise|wiser|careful|quick|quicker|quickest|useful|helpful"
    r"|able|sensible|reasonable|simple|enough|fair|safer)"
)
_JUDGED = re.compile(
    rf"\b{_OF_WORTH} {_PERSON}\b"
    rf"|\b{_PERSON} (?:is|are|seems?|looks?|appears?) (?:the |a |too )?(?:more |most |less |least )?{_OF_WORTH}\b"
)


def _of_people(clause: Clause) -> Miss | None:
    """A judgement of somebody, or a comparison between people."""
    found = _JUDGED.search(" ".join(clause.words))
    return Miss(found.group(), "person") if found else None


def _claiming(clause: Clause, sentence: Sentence, inference: bool) -> Miss | None:
    """A clause that says what is, where only a fact may; what may run into a citation has been looked at."""
    said = clause.words
    if sentence.asks or clause.cites or not said:
        return None
    if inference:
        return _reported(said)
    beside = not _asserted(said) and any(_advises(each.words) for each in sentence.clauses)
    advised = _advises(said) or _is_purpose(said, sentence)
    presents = _PRESENTS.match(" ".join(said))
    if not advised and not beside and not presents and (judging := words.JUDGING & set(_bases(said))):
        return Miss(min(judging), "cause" if judging & {"cause", "lead", "mean", "make"} else "claim")
    if not advised and (causal := words.CAUSAL & set(said)):
        return Miss(min(causal), "cause")
    if not presents and (verb := next(filter(None, map(_unadvised, _parts(said))), None)):
        return None if _is_purpose(said, sentence) else Miss(f"{verb} in: {' '.join(said)}", "claim")
    return None


_OF_SOMETHING = words.words("the a an its their our your my there others another")


def _reported(said: Sequence[str]) -> Miss | None:
    """In an inference: that something is so of *the ticket*, *the owner*, with no word that makes it a judgement."""
    judging = words.MODAL | words.JUDGING - {"has", "new", "right", "early", "long"}
    for part in _parts(said):
        if (told := _told_as_so(part)) and not (judging - words.MODAL) & set(_bases(part)):
            return Miss(f"{told} in: {' '.join(said)}", "claim")
        of_something = bool(part) and (part[0] in _OF_SOMETHING or part[0] in words.plurals())
        if of_something and (verb := _asserted(part)) and not judging & set(_bases(part)):
            return Miss(f"{verb} in: {' '.join(said)}", "claim")
    return None


def _advises(said: Sequence[str]) -> bool:
    return bool(words.MODAL & set(said)) or _is_imperative(said) or bool(_IN_MY_VIEW.search(" ".join(said)))


_IN_MY_VIEW = re.compile(r"\b(?:in my (?:view|reading|opinion)|to my mind|as i (?:see|read) it)\b")


def _is_purpose(said: Sequence[str], sentence: Sentence) -> bool:
    """``… so that the review is easier``, behind advice."""
    return said[:2] == ("so", "that") and _advises(sentence.clauses[0].words)


_SPLITS = frozenset({"and", "but", "because", "since", "so", "therefore", "while", "though", "although", "plus"})


def _parts(said: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """What stands between the joints of a clause: advice on one side makes none of what stands on the other."""
    part: list[str] = []
    for place, word in enumerate(said):
        tells_why = word == "as" and said[place + 1 : place + 2] and said[place + 1] in _BEGINS
        if (word in _SPLITS or tells_why) and part:
            yield tuple(part)
            part = []
        else:
            part.append(word)
    yield tuple(part)


_BEGINS = words.words("the its their our your this that there these those")
_FACTIVE = words.words(
    "note remember see know consider mind mention understand learn find notice show tell say explain believe think"
)


def _told_as_so(part: Sequence[str]) -> str | None:
    """``Remember that the owner is …``: what stands behind such a *that* is told as so."""
    for place in range(1, len(part)):
        if part[place] == "that" and part[place - 1] in _FACTIVE and not words.MODAL & set(part[place + 1 :]):
            return _asserted(part[place + 1 :])
    return None


_EMBEDS = frozenset(
    [
        "what",
        "who",
        "whom",
        "which",
        "how",
        "where",
        "why",
        "whether",
        "if",
        "whatever",
        "anything",
        "something",
        "that",
    ]
)


def _unadvised(part: Sequence[str]) -> str | None:
    """The verb by which it says that something is so, unless it advises, or leaves open what it says."""
    if told := _told_as_so(part):
        return told
    if _advises(part):
        return None
    verb = _asserted(part)
    if verb is None:
        return None
    before = part[: list(part).index(verb)]
    return None if len(before) > 1 and _EMBEDS & set(before[1:]) else verb


_PRESENTS = re.compile(
    r"(?:and |but |so )?(?:here (?:is|are)|here's|this is (?:what|how|where)|that is (?:what|how|where)"
    r"|these are the facts|what (?:stands out|i see|i find|i know)(?: here| is)*\Z|what to know"
    r"|(?:it|that|the choice|the decision)(?:'s| is) (?:up to|for) (?:you|the team|them)"
    r"|it is (?:your|the team's) (?:call|decision|choice)"
    r"|(?:the|this|that) (?:decision|choice|call) is yours|it (?:all )?depends on"
    r"|(?:my|the) (?:suggestion|advice|proposal|recommendation|choice|idea|question)s? (?:is|are|would be)(?: to)?\b"
    r"|what matters(?: most| more)?\b"
    r"|(?:this|that) is (?:the|a|an) (?:\w+ )?(?:place|way|question|choice|point|step) (?:to|for)"
    r"|(?:that|this|it)(?:'s| is) (?:only )?(?:my|a) (?:reading|view|opinion|suggestion|judgement|judgment|impression)"
    r"|the facts (?:i have |here )?(?:are|say|show)(?: this| these)?\Z)"
)
"""How a clause begins that presents what follows, and says nothing by itself."""


def _bases(said: Sequence[str]) -> Iterator[str]:
    for word in said:
        yield word
        yield word.removesuffix("'s").removesuffix("s")
        yield word.removesuffix("ing")


def _is_imperative(said: Sequence[str]) -> bool:
    while said and said[0] in _JOINTS | {"so", "or", "then", "instead", "to"}:
        said = said[1:]
    if not said or said[0] not in words.VERBS:
        return False
    behind = said[1] if len(said) > 1 else ""
    if behind in words.SAYING_SO or behind in words.MODAL and behind not in {"whether", "if"}:
        return False
    noun = words.NOUNS | words.plurals() | words.third_person()
    return not (said[0] in words.NOUNS and behind in noun)


def _asserted(said: Sequence[str]) -> str | None:
    """The verb by which a clause says that something is so."""
    before = ""
    for word in said:
        plural = before in words.plurals() | {"they", "these", "those", "we", "which", "who", "that"}
        one = before in words.NOUNS | {"it", "this", "that", "which", "who"}
        is_third = word in words.third_person() and (one or word not in words.plurals())
        if word in words.SAYING_SO or is_third or (plural and word in words.VERBS | {"have"}):
            return word
        before = word
    return None
