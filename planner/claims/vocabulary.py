"""The words a model may use between facts: plain words of advice, none of which says how something stands.

A closed list is the safe side of a choice: a word nobody has thought of is refused, not let through. No past tense is
among them, no name of a state, no number, no day. ``docs/claims.md`` says what that costs and what it leaves.
"""

from __future__ import annotations

from functools import cache


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


FUNCTION = words("""
    a an the this that these those it its they them their theirs i me my mine you your yours we us our ours who whom
    whose which what where why how there here and but or as at by for from in into of on onto to with about between
    toward towards over beside along across through via like than is are be being am do does have having
    can could may would should might ought if whether though although while rather instead also too even just
    else either well quite really simply mainly mostly directly openly together aside ahead back out up down off
    anything something anybody anyone somebody someone please thanks thank sorry hello let's it's that's here's what's
    i'd you'd we'd they'd it'd itself themselves yourself myself plus beyond within among perhaps maybe probably
    possibly likely otherwise meanwhile overall anyway namely briefly especially besides because so since therefore
    hence thus how's below above indeed given
    """)
"""Articles, pronouns, prepositions, modals and the small words that join them."""

VERBS = words("""
    ask look see check read think believe guess suggest recommend propose advise start begin go take give get bring
    put keep hold make let help talk speak discuss agree decide choose pick pair share split divide hand pass offer
    move plan try test sort order rank weigh compare consider note mention remember name point show tell say explain
    describe answer reply write call ping message nudge remind raise settle clear clarify confirm find learn know
    understand follow watch focus spend save lighten lower reduce limit narrow shorten simplify protect support
    cover swap trade leave push pull draw turn set lay stand sit stay come work deal handle tackle address cut
    need want prefer seem appear sound feel matter count depend mean suit fit serve lead cause
    avoid prevent untangle loosen ease return revisit rethink reconsider review summarise summarize outline
    list add include use reach join meet listen invite involve prepare prioritise prioritize trim scope steer shift
    balance align aim hesitate worry care spread smooth speed drive arrange organise organize schedule book bundle
    combine group separate postpone deserve extend shrink negotiate escalate delegate reassign assign sketch explore
    investigate change mark gather collect trace notice respect trust repeat
    """)
"""In their base form, and ending in -ing; the third person only where a judgement may stand."""

NOUNS = words("""
    ticket issue pr item task story work piece part thing point question answer reply reason risk option choice way
    path step move start place side line list order plan goal scope sprint board team owner author reviewer person
    colleague teammate lead manager assignee review change request branch build test code fix bug feature
    dependency link conversation chat talk word note message comment thread channel meeting call standup summary report
    picture view look detail context background fact finding date time moment help hand
    support capacity room load balance focus attention priority urgency decision judgement judgment opinion guess
    impression sense idea suggestion proposal recommendation advice pro con trade-off tradeoff benefit cost effort
    result outcome effect consequence cause problem trouble concern worry difficulty bottleneck obstacle hurdle chain
    need wish interest expectation assumption alternative exception example case situation position pattern sign hint
    clue source record evidence information knowledge experience skill area topic subject matter theme
    attempt bit kind sort type size share other top bottom middle head beginning overview explanation
    backlog roadmap customer user service system product company project module component
    rule constitution access permission conflict relationship connection difference reading reminder approval session
    upside downside noise reader group pairing schedule handover nudge criterion wording pace rhythm direction
    people folk folks trust clarity pressure stakeholder partner expert specialist tester designer
    developer engineer admin department demo incident document page file environment mind update
    """)
"""With their plural and their genitive."""

ADJECTIVES = words("""
    able worth useful helpful sensible reasonable natural obvious simple easy plain direct short brief
    gentle careful quick light small large big main key important urgent relevant related similar different
    own good better best closer possible sure certain fair safer risky riskier wise wiser enough practical concrete
    specific general common usual extra further additional particular separate smaller shorter easier simpler harder
    hard difficult lighter clearer higher lower heavier visible familiar suitable interesting notable more less most
    least carefully gently quickly clearly
    new right early long quicker quickest lightest friendly fresh central nice handy involved needed sensibly
    politely kindly openly privately publicly regular joint technical
    """)
"""What advice is made of; how something stands (*late*, *busy*, *free*) is not among them."""

JUDGING = words("""
    more less most least better best closer safer riskier wiser smaller shorter easier simpler harder lighter clearer
    higher lower heavier risk trouble problem bottleneck obstacle hurdle conflict enough urgent
    important risky difficult hard key priority urgency why reason mostly mainly cause consequence result effect
    outcome lead mean make explain new right has early long quicker quickest lightest central upside downside
    """)
"""Only where a judgement may stand: in an inference, or in advice."""

SEQUENCE = words("then next before after same")
ORDER = SEQUENCE | words("now later until soon")
CHANGING = words("finish merge approve wait resolve unblock ship pause")
ADVICE = ORDER | CHANGING
"""Only in advice, where they order what is to be done or say what to do; elsewhere they would say what is."""

TINY = words("an so to do in he you my is be on at it as by or for the and but we us me i am")
"""Names of people as well, in some places: there they are names with a capital only."""

CAUSAL = words("because so since therefore hence thus")
"""What ties two things together: between two facts only in an inference."""

MODAL = words("""
    would could should might may can ought perhaps maybe probably possibly likely please suggest recommend propose think
    believe guess prefer if whether let let's worth i'd we'd you'd they'd it'd
    """)
"""One of these makes a clause advice, a guess or a question: it says what may be done, not what is."""

DOUBT = words("""
    might may perhaps maybe probably possibly likely whether if guess believe think seem seems appear appears sound
    sounds like instead otherwise
    """)
"""What would make a fact that comes right behind it sound like a guess, or like the wrong one of two."""

SAYING_SO = words("is are does do it's that's here's what's how's am")
"""Verbs that say what is."""

CAPITALS = frozenset({"Jira", "Slack", "Bitbucket", "I", "PR", "PRs", "I'd"})
"""What may stand with a capital inside a sentence."""


@cache
def plurals() -> frozenset[str]:
    """Of the nouns."""
    return frozenset(_with_s(noun) for noun in NOUNS)


@cache
def third_person() -> frozenset[str]:
    """Of the verbs: ``helps``."""
    return frozenset(_with_s(verb) for verb in VERBS)


@cache
def everything() -> frozenset[str]:
    """Every word in every form that may be written, in lower case."""
    nouns = NOUNS | plurals()
    genitives = {f"{noun}'s" for noun in NOUNS} | {f"{noun}'" for noun in plurals()}
    verbs = VERBS | third_person() | {_with_ing(verb) for verb in VERBS - _TELLING_A_STATE}
    names = {word.lower() for word in CAPITALS}
    return FUNCTION | nouns | genitives | verbs | ADJECTIVES | ADVICE | names | {"has"}


@cache
def participles() -> frozenset[str]:
    """Of the verbs: *handed*, *split*. Only behind a modal and *be*, where they say what may be done."""
    return frozenset(_IRREGULAR.get(verb) or _with_ed(verb) for verb in VERBS)


_PAIRS = """
    begin:begun go:gone take:taken give:given get:got bring:brought put:put keep:kept hold:held make:made let:let
    speak:spoken choose:chosen split:split show:shown tell:told say:said write:written find:found know:known
    understand:understood spend:spent leave:left draw:drawn set:set lay:laid stand:stood sit:sat come:come
    deal:dealt cut:cut feel:felt fit:fit fall:fallen lead:led rethink:rethought think:thought read:read see:seen
    meet:met shrink:shrunk drive:driven mean:meant
"""
_IRREGULAR = dict(pair.split(":") for pair in _PAIRS.split())


def _with_ed(verb: str) -> str:
    if verb.endswith("e"):
        return f"{verb}d"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return f"{verb[:-1]}ied"
    return f"{verb}{verb[-1]}ed" if verb in _DOUBLED else f"{verb}ed"


def _with_s(word: str) -> str:
    if word.endswith(("s", "x", "ch", "sh")) or word == "go":
        return f"{word}es"
    if word.endswith("y") and word[-2] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}s"


_TELLING_A_STATE = frozenset({"work", "pass"})
"""Their form in -ing says how something stands."""

_DOUBLED = words("get put let begin split plan swap cut set sit fit trim")
_KEPT_E = frozenset({"see", "agree"})


def _with_ing(verb: str) -> str:
    if verb in _DOUBLED:
        return f"{verb}{verb[-1]}ing"
    return f"{verb[:-1]}ing" if verb.endswith("e") and verb not in _KEPT_E else f"{verb}ing"
