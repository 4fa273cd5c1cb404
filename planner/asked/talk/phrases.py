"""Ways in which people put the questions we can answer: whole sentences, because half of one may mean anything.

Matched against ``tidy`` words: lower case, without politeness, contractions written out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from planner.asked.questions import (
    AskAll,
    AskBlockers,
    AskChanges,
    AskDigest,
    AskDirectives,
    AskHelp,
    AskLeft,
    AskMine,
    AskReviews,
    AskStatus,
    AskUnowned,
    AskWaiting,
    AskWhy,
    Question,
)
from planner.asked.quiet.hushing import AskHeld
from planner.asked.whatif import AskForecast, AskHitRate, without_of

SPRINT = (
    r"(?: (?:in|of|for|on|with|at|about))?(?: (?:the |our |this )?(?:current "
    r"|running )?sprint(?: (?P<sprint>[\w-]*\d[\w-]*))?)"
)
_NOW = (
    r"(?: (?:now|today|right now|so far|at the moment|currently|this week|this sprint|overall|with it"
    r"|still|all|here))*"
)
_WE = (
    r"(?:we|things|it|everything|the team|the work"
    r"|(?:the |our |this )?(?:current |running )?sprint(?: (?P<sprint>[\w-]*\d[\w-]*))?)"
)
_END = (
    r"(?: (?:it|this|that|all|all of it|everything|(?:by |until |before |on )?(?:the )?(?:end"
    r"|deadline|due date|release)"
    r"(?: of (?:the |this )?(?:sprint|week))?|(?:by |until |before |on )?(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|(?:by |until |before )?(?:tomorrow|tonight|today|next week|this week)|(?:in|on) time|work|in the sprint"
    r"|(?:the |this |our )?(?:current )?(?:sprint|goal|commitment)(?: (?P<sprint>[\w-]*\d[\w-]*))?))*"
)

_OUR = r"(?:(?:the |our |this )?(?:current |running )?sprint(?: (?P<sprint>[\w-]*\d[\w-]*))?|it)"

STATUS = (
    rf"how (?:are|is|do|does) {_WE}(?: (?:doing|going|looking|look|coming along|progressing|getting on"
    rf"|stand|standing))?{_NOW}",
    rf"where (?:are|is|do|does) {_WE}(?: (?:stand|standing|at))?{_NOW}",
    rf"(?:are|is) {_WE} (?:still )?(?:ok|okay|fine|good|on track|on time|on schedule|late|behind|ahead"
    rf"|at risk|healthy){_NOW}",
    rf"(?:what is|what) (?:the |our )?(?:status|state|progress|standing)(?: of)?(?:{SPRINT}| (?:us"
    rf"|things|the team))?{_NOW}",
    rf"(?:any |an |the |a )?(?:status )?(?:updates?|progress|status|news)(?: (?:report|update))?(?:{SPRINT})?{_NOW}",
    rf"how far (?:are|is) {_WE}(?: along)?{_NOW}",
    rf"(?:is )?everything (?:ok|okay|fine|on track|going well){_NOW}",
    rf"how much (?:is|work is) (?:left|done|open){_NOW}(?:{SPRINT})?",
    r"sprint (?P<sprint>\d[\w-]*)",
    rf"(?:how|where) {_WE} (?:are|is|stands?)(?: (?:doing|going|looking|standing))?{_NOW}",
)
FORECAST = (
    rf"(?:can|will|could|do|are|would|shall) we (?:going to )?(?:still )?(?:(?:all |actually |really )?"
    rf"(?:make|finish|manage|be (?:done|finished|ready|through)|get (?:it |this |everything |all of it )?done"
    rf"|deliver|complete|meet|hit|reach)){_END}",
    rf"(?:will|can|does|is) (?:it|the sprint|this sprint|everything|all of it|sprint (?P<sprint>[\w-]*\d[\w-]*))"
    rf"(?: going to)? (?:still )?(?:be (?:done|finished|ready|made)|make it|finish|work out|fit){_END}",
    rf"when (?:will|are|do) we (?:going to )?(?:be )?(?:done|finished|ready|through|finish){_END}",
    rf"(?:what are |what is |how are |how good are |any )?(?:the |our |your )?(?:odds|chances?)"
    rf"(?: (?:of|for) (?:making|finishing|success))?{_END}",
    rf"how (?:likely|realistic|probable) (?:is|are) (?:it|that|this|the sprint|we)(?: (?:(?:that )?we|to)"
    rf"(?: (?:will|can|could|do|still|all))* (?:make|finish|manage|deliver|meet|get (?:it |everything |all )*done))?"
    rf"{_END}",
    rf"what (?:would|could|can|will|might|does) (?:help|make it likelier|raise (?:the|our) (?:odds|chances?))"
    rf"(?: us)?(?: to)?(?: (?:make|finish|meet|reach|deliver))?{_END}",
    rf"(?:is|are) (?:it|this|that|the sprint|we) (?:still )?(?:realistic|feasible|doable|possible|likely){_END}",
    rf"(?:what is )?(?:the |your )?(?:forecast|prediction|outlook)(?: for)?{_END}",
    r"how (?:fast|quick) are we",
)
HIT_RATE = (
    r"(?:what is |how good is |what about )?(?:your |the )?(?:hit rate|track record|brier score)"
    r"(?: (?:so far|of forecasts))?",
    r"how often (?:we are|were|are|have|was|is|did|do) (?:you|your forecasts?|the forecasts?|it)"
    r"(?: (?:been|come|came|get it))? (?:right|wrong|correct|off|true|hold|held)(?: (?:so far|until now|before))?",
    r"how (?:good|accurate|reliable|precise|right|wrong|far off) (?:we are|are|were|is|was) (?:you|your|the|these)"
    r"(?: (?:last )?(?:forecasts?|predictions?|odds|chances|probabilit(?:y|ies)))?(?: (?:so far|until now|before))?",
    r"(?:can|should|may) (?:i|we) (?:trust|believe|rely on) (?:your|the|that|this)"
    r" (?:forecasts?|predictions?|odds|chances?)",
)
LEFT = (
    rf"when (?:does|do|will|is|are) (?:{_OUR}|we) (?:end|ends|ending|over|finish|finished|close|closed|due|up){_NOW}",
    rf"(?:when is |what is )?(?:the )?(?:end|last day|end date)(?: date)? of {_OUR}",
    rf"{_OUR} ends?(?: date| when)?",
    rf"how (?:many|much) (?:(?:working |business |story )?(?:days?|time|hours?|points?)|tickets?|issues?|stories|work)"
    rf"(?: (?:is|are|do we|have we|we|still|there|got|have))*(?: (?:left|remaining|open|to go|to do|not done|undone))"
    rf"{_NOW}(?:{SPRINT})?",
    rf"how (?:many|much) (?:days?|time|points?)(?: (?:do|does|are|is|have|we|the team"
    rf"|still))+ have(?: left)?{_NOW}(?:{SPRINT})?",
    rf"how (?:much|many) (?:is|are) (?:still )?left{_NOW}(?:{SPRINT})?",
    rf"(?:what is |how much )?(?:(?:working )?days?|time|points?|what is) (?:left|remaining){_NOW}(?:{SPRINT})?",
    rf"how long (?:until|till|to) {_OUR} (?:is over|ends?|is done|finishes){_NOW}",
    rf"how long (?:does|is|will) {_OUR} (?:still )?(?:last|go|run|go on|be|left){_NOW}",
)
_NO_OWNER = (
    r"(?:no (?:owner|assignee)|without an? (?:owner|assignee)|unassigned|unowned"
    r"|not assigned(?: to (?:anybody|anyone))?|nobody's)"
)
UNOWNED = (
    rf"(?:what|which (?:tickets?|issues?|stories|work)|how many (?:tickets?|issues?|stories)|anything"
    rf"|are there (?:any )?(?:tickets?|issues?)"
    rf"|is there anything|is anything|(?:open |any |the |all )?(?:tickets?|issues?|stories|work))"
    rf"(?: that)?(?: (?:is|are|has|have|still|with))* {_NO_OWNER}{_NOW}(?:{SPRINT})?",
    rf"{_NO_OWNER} (?:tickets?|issues?|stories|work){_NOW}(?:{SPRINT})?",
    rf"(?:what|which (?:tickets?|issues?|stories)) (?:needs?|lacks?|still needs?|belongs? to) (?:an? (?:owner"
    rf"|assignee)|nobody|no one){_NOW}",
    rf"(?:what|which (?:tickets?|issues?)) does (?:nobody|no one) (?:have|own){_NOW}",
)
BLOCKERS = (
    rf"(?:what|which (?:tickets?|issues?|work|things?)|who|anything|anybody|anyone|something|what all)"
    rf"(?: else)?(?: (?:is|are|of ours is))? (?:stuck|blocked|on hold|hanging){_NOW}(?:{SPRINT})?",
    rf"(?:is|are) (?:there )?(?:anything|anybody|anyone|something|we|any (?:tickets?|issues?)|someone)"
    rf"(?: else)? (?:stuck|blocked|on hold|hanging){_NOW}(?:{SPRINT})?",
    rf"(?:are there |do we have |is there |what are |list )?(?:any |the |our |a |all )*(?:blockers?"
    rf"|impediments?|obstacles?)"
    rf"(?: there)?{_NOW}(?:{SPRINT})?",
    rf"what (?:is |are |)(?:blocking|holding|stopping|slowing)(?: (?:us|the team|the sprint"
    rf"|everybody))?(?: (?:up|back|down))?{_NOW}",
    rf"what (?:is )?(?:standing )?in (?:the|our) way{_NOW}",
    rf"(?:where|why) are we stuck{_NOW}",
    r"what needs (?:unblocking|to be unblocked)",
)
MINE = (
    rf"what (?:should|shall|can|could|do|must) i (?:do|work on|take|pick up|start|look at"
    rf"|focus on)(?: (?:next|first))?{_NOW}",
    rf"what (?:is|comes) (?:next|first)(?: for me)?{_NOW}",
    rf"what (?:is|do i have|have i got) on my (?:plate|list|desk){_NOW}",
    rf"what (?:do i have|have i got)(?: (?:to do|open|going on))?{_NOW}",
    rf"(?:what|anything|is there anything|does anything)(?: that)? (?:needs?|wants?|waits? for"
    rf"|is waiting for|requires?) me{_NOW}",
    rf"what (?:am i|is) (?:working on|supposed to do|assigned to me|mine|there for me|my (?:next|work"
    rf"|job)(?: task)?){_NOW}",
    rf"(?:is there )?(?:anything|something) (?:to do )?for me{_NOW}",
    rf"(?:my|what are my|list my|all my) (?:open |current )?(?:tasks?|tickets?|issues?|work|todos?"
    rf"|to dos?|plate|reviews?){_NOW}",
    r"what needs (?:doing|my attention)(?: by me)?",
)
REVIEWS = (
    rf"(?:what|which (?:prs?|pull requests?|branches|changes)|anything|is there anything"
    rf"|are there any (?:prs?|pull requests?))"
    rf"(?: that)? (?:needs?|waits? for|is waiting for|are waiting for|is in|are in"
    rf"|to)(?: a)? reviews?(?:ing|ed)?{_NOW}",
    rf"(?:what|which|are there|any|list|how many)(?: any| the| all)? (?:open |pending |waiting )?"
    rf"(?:reviews?|prs?|pull requests?)(?: (?:are|is))?(?: (?:open|pending|waiting|there|to do|left|stuck))*{_NOW}",
    rf"(?:what|who) (?:should|can|could|has to|needs to|must) (?:i |we |)review(?: (?:next|what))?{_NOW}",
    rf"how (?:do|are|is) (?:the |our )?(?:reviews?|prs?|pull requests?)(?: (?:stand|doing|looking|going))?{_NOW}",
)
CHANGES = (
    rf"what (?:has |is |was )?(?:changed|happened|moved|new|different|going on)"
    rf"(?: (?:since (?:yesterday|then|monday|friday|last time)|yesterday|overnight|last night"
    rf"|while i was (?:away|out|gone)))?"
    rf"(?:{SPRINT})?{_NOW}",
    r"what did (?:i|we) miss(?: (?:yesterday|overnight|last night|while i was (?:away|out|gone)))?",
    rf"(?:any|anything) (?:changes?|new|news|movement)(?: since (?:yesterday|monday|friday))?{_NOW}",
)
WAITING = (
    r"who (?:waits|is waiting|is blocked|is stuck|depends)(?: on| for| by)? (?:whom|who|each other|someone|somebody)",
    r"who (?:is )?(?:waiting|waits|depends) (?:for|on) (?P<on>me|us|<@[a-z0-9]+>|[a-z][\w.-]*(?: [a-z][\w.-]*)?)",
    r"(?:is |does )?(?:anybody|anyone|someone|somebody) (?:waits?|waiting|blocked|stuck|depends?) "
    r"(?:for|on|because of|by) (?P<on>me|us|<@[a-z0-9]+>|[a-z][\w.-]*(?: [a-z][\w.-]*)?)",
    r"(?:who|whom) (?:am i|do i) (?:holding up|hold up|block|blocking)(?P<on>)",
)
ALL = (
    rf"(?:what|which (?:tickets?|issues?|stories)) (?:is|are|do we have)(?: all)?(?: in| part of)?{SPRINT}",
    rf"(?:list|show) (?:all |every |the |us |everything )*(?:tickets?|issues?|stories)?(?:{SPRINT})?",
    rf"(?:all|every) (?:the )?(?:tickets?|issues?|stories)(?:{SPRINT})?",
)
DIGEST = (
    r"(?:what is )?(?:a |the |today is |todays |your |our )?(?:daily |short |quick )?(?:summary"
    r"|digest|recap|standup|stand up)"
    r"(?: (?:of|for) (?:today|the (?:day|sprint|team)))?",
    r"(?:summari[sz]e|sum up)(?: (?:it|this|the (?:day|sprint)|today|everything))?",
)
DIRECTIVES = (
    r"(?:what are |which are |what )?(?:the|your|our) (?:rules?|directives?|constitution|laws?)(?:"
    r" (?:you )?(?:work|live|go) by)?",
    r"what (?:may|can|are) you (?:allowed to do|not do|not allowed to do|permitted to do)",
    r"(?:by )?(?:what|which) rules do you (?:follow|have|work by|go by)",
)
ALONE = (r"what (?:may|can|do|will) you do (?:by yourself|on your own|alone|without (?:asking|a yes|anybody))",)
HELP = (
    r"what (?:can|do|could) (?:you|i) (?:do|ask|ask you|answer|know|help with)(?: (?:for me|for us|here))?",
    r"how (?:do|can) (?:i|we) (?:use|talk to|ask) (?:you|this)",
    r"(?:who|what) are you",
    r"help(?: me)?",
    r"what (?:commands|questions)(?: (?:are there|do you know|do you have))?",
)
HELD = (
    r"what (?:have|did) (?:you|i) not (?:told|tell|said|say|heard|hear|been told)(?: (?:me|to me|of|about))?",
    r"what are you (?:holding back|keeping from me|not telling me)",
)
WHY_ME = (
    r"why (?:did|have|do|are) you (?:ping|pinged|write|writing|written|wrote|message|messaged|messaging|nudge|nudged"
    r"|remind|reminded|contact|contacted|tell|telling|told|ask|asked|dm|bother|bothering)(?:ed|ing)?(?: to)? me"
    r"(?: (?:today|yesterday|this|now|that|about (?:this|it)))*",
    r"why (?:me|this message|did i (?:get|hear|receive) (?:this|that|it))",
)

_FIXED: Mapping[tuple[str, ...], Question] = {
    BLOCKERS: AskBlockers(),
    MINE: AskMine(),
    REVIEWS: AskReviews(),
    DIGEST: AskDigest(),
    DIRECTIVES: AskDirectives(),
    ALONE: AskDirectives("by myself"),
    HELP: AskHelp(),
    HELD: AskHeld(),
    UNOWNED: AskUnowned(),
    WHY_ME: AskWhy(""),
    HIT_RATE: AskHitRate(),
}
_OF_SPRINT: Mapping[
    tuple[str, ...], type[AskStatus] | type[AskForecast] | type[AskChanges] | type[AskAll] | type[AskLeft]
] = {
    LEFT: AskLeft,
    FORECAST: AskForecast,
    STATUS: AskStatus,
    CHANGES: AskChanges,
    ALL: AskAll,
}


def phrase_of(tidy: str) -> Question | None:
    """The question that ``tidy`` words put; ``None`` when they put none of ours."""
    for phrases, question in _FIXED.items():
        if _fits(phrases, tidy) is not None:
            return question
    if (less := _without(tidy)) is not None:
        return less
    for phrases, kind in _OF_SPRINT.items():
        if (found := _fits(phrases, tidy)) is not None:
            return kind(_named(found), typed=_named(found) or "")
    if (found := _fits(WAITING, tidy)) is not None:
        on = found.groupdict().get("on")
        return AskWaiting("me" if on == "" else on or "")
    return None


_LEADS = re.compile(
    r"(?:(?:and|but|so|or|what|how|what about|how about|what happens|what would happen|suppose|imagine|forecast|then"
    r"|just|what (?:is|would) (?:it|that|the chance) be|what is it)\b ?)*"
)


def _without(tidy: str) -> AskForecast | None:
    """``will we make it without pay-7``, ``what if we drop pay-7 and pay-8``: a forecast that leaves tickets out."""
    less = without_of(tidy)
    if less is None:
        return None
    parts = (less.head, less.tail)
    asked = [_fits(FORECAST, part) or _fits(FORECAST, _LEADS.sub("", part, count=1)) for part in parts]
    if any(found is None and not _LEADS.fullmatch(part) for part, found in zip(parts, asked, strict=True)):
        return None
    if less.stated and asked[1] is None:
        return None
    sprint = next((named for found in asked if found is not None and (named := _named(found))), None)
    return AskForecast(sprint, typed=sprint or "", without=less.things)


def _fits(phrases: tuple[str, ...], tidy: str) -> re.Match[str] | None:
    return next((found for phrase in phrases if (found := _compiled(phrase).fullmatch(tidy))), None)


def _named(found: re.Match[str]) -> str | None:
    named = [value for name, value in found.groupdict().items() if name.startswith("sprint") and value]
    return named[0] if named else None


def _compiled(phrase: str) -> re.Pattern[str]:
    """``re`` keeps what it has compiled. A name may stand in several places of one phrase, and must differ there."""
    parts = phrase.split("(?P<sprint>")
    numbered = parts[0] + "".join(f"(?P<sprint{place}>{part}" for place, part in enumerate(parts[1:]))
    return re.compile(numbered)
