"""The forms of a sentence in which a model's words are shown; what fits none of them is not shown.

A telling is facts, and the few words that join them or lead to them: it can state nothing but its facts. A reading is
advice, or a judgement of a matter, in which a fact stands as the reason. The rules say what may be said, word by word;
nothing here looks for what is wrong.
"""

from __future__ import annotations

from functools import cache

from planner.claims import vocabulary as words
from planner.claims.grammar import Grammar

TELLING = """
telling = [<lead>] <facts> [.] | <label> : | <unknown>
unknown = <frame> [.]
facts = {f} [<joint> <facts>]
joint = , | , and | and | , but | but | ;
lead = <label> (, | :) | <opening> that
label = in short | also | here is what i found | here is what the facts say | the facts say
opening = the facts say | i see | please note | the main thing is | the main point is
frame = <unsaid> [<asked> [or <asked>]] | i (do not | cannot) (know | tell | say) <asked> [or <asked>]
unsaid = the facts [here | i have] do not (say | tell)
asked = why | who | when | how | where | more
"""
"""What is shown as plain fact. No word in it says anything of a fact but that it matters, or that one is missing."""

READING = """
reading = [<why> <reasons> ,] <said> [.] | <reasons> , so <said> [.] | <said> [,] <why> <reasons> [.]
    | [<why> <reasons> ,] <question> ?
reasons = {f} [(, | , and | and) <reasons>]
why = since | because | as
said = (<advice> | <turning> | <judgement>) [(, | , and | and | , but | but | ; | , or | , then) <said>]
advising = [<why> <reasons> ,] <advised> [.] | <reasons> , so <advised> [.] | <advised> [,] <why> <reasons> [.]
    | [<why> <reasons> ,] <question> ?
advised = <turning> [(, | , and | and | , but | but | ; | , or | , then) <advised>]

turning = [<first> [,]] (<i> <would> <acts> | you (might | may want to | might want to) <acts>
    | [please | let us] <acts> | (<person> | they) could <acts>
    | (<doing> | <new> [<beside>]) <could> <gain>
    | i (suggest | recommend | propose) (<doing> | <new> [<beside>])
    | my (suggestion | advice | proposal) (is | would be) to <acts>
    | it (is | would be | could be | might be) [more | most] (<fitting> | worth it) to <acts>)
advice = [<first> [,]] (<matter> <could> (<gain> | <effect>) | <several> <could> (<gain> | <effect>))
several = these | those | (these | those) <plural>
first = also | then | perhaps | maybe | instead | if you agree | to <act>
i = i | we | you
would = would | could | should
could = (could | might | may | would | should) [also | perhaps | well]
gain = help [<objects> | to <acts> | here | most | more] | settle it | move it | save [more] time
    | be (enough | <fitting> | <worth>) [here | for <thing>] | (make | keep) (it | this | <named>) <easy>
    | be (the | a) (<fitting> | lighter | simple | simpler) <kind>
effect = wait | be (<rated> | (the | a) <rated> <kind>) [here | to <act> | for <thing>]
    | hold up (more work | the goal)
    | (come before | wait behind) (the rest | <named>) | cost [more] time
question = (could | can | would | should | shall) <i> <acts> | would it help [<objects>] [to <acts>]
    | (would | could) (<doing> | <new> [<beside>] | this) help | do you want me to <acts> | <open>

judgement = [<mine> [,]] <matter> <does> | <does>
    | [<mine> [,]] <matter> (is | seems | looks) (<rated> [here | for the goal | for the sprint]
    | (the | a | an) <rated> <kind> [here | to <act> | for <thing>] | (the | a) <point>
    | [like] a question of <about>
    | where i would (start | look) | what i would <settle> [before anything else])
    | <doing> [<when>] (saves time | makes it easier | helps the (goal | sprint | review))
mine = i think | to me | in my reading
does = <worth> | matters [more | most] [here] [for the (goal | sprint)] | comes before the rest | adds to it
    | (leaves | gives) (more | less | little) room [for (it | this | the goal | the review)] | leaves room for it
    | (saves | costs) time | costs (a hand-over | a conversation | a message)
    | spreads the (work | load) | helps the (goal | sprint | review) [more | most]
    | keeps the (work | choice | plan) (small | simple | as it is | where it is | with its owner)
point = place to start | question to ask | thing to settle | main (risk | question | point)
about = priority | order
settle = raise | settle | ask | look at | start with
kind = way | step | option | choice | place | question | point | risk | order | next step
worth = worth (a try | the time | <doing> | <new> [<beside>])
rated = [more | most | less | least | too | quite | very | rather] <judged>

acts = <act> [(, and | and | , or | or | , then | and then) <acts>]
act = [<how>] <deed> [<behind>]
deed = (<addressing> <people> | <giving> <people> <gift> | <verb> <things> | <loose> | <phrase>) [<besides>] [<when>]
doing = (<addressings> <people> | <givings> <people> <gift> | <verbings> <things> | <looses>) [<besides>] [<behind>]
gift = a hand | help | time | <new>
besides = <beside> [<beside> [<beside>]]
beside = (with | together with | to | for) <objects> | between <people>
    | (at | into | in | on | out of | before | after | over | through) <things> | about (it | this | that | <named>)
behind = [about] <open> | to <deed> | (before | after | by | about) <doing>
    | so that it is <easy> [to (review | settle | split)]
phrase = (leave | keep) (the <definite> | (the | these | those) <plural>) as (it is | they are) | go through <things>
    | focus on <things> | leave (it | this | the work | the choice | the ticket) (to | with) <person>
    | agree on (an owner | a time [for <things>])
    | (leave | keep) (it | this | the plan | the scope | the order) as it is | let <person> know [early]
    | keep (it | this | the scope | the message | the review) (short | small | simple | open)
    [and (short | small | simple)]
    | make (it | this | <named>) <easy> | try <doing> | bring (it | this) up | hand (it | this) over
    | take (it | this | <named>) on | find out | offer (help | a hand)
open = what (would | could) (help [here] | move it | settle it | be enough | make it easier)
    | (how | where | what) to <deed> | what to <verb> | who could <deed>
    | (whether | when) (they | <person>) could <deed>
    | whether (this | it | <new>) (could | would) (help | wait | be enough)
fitting = good | useful | helpful | sensible | reasonable | natural | important
how = also | simply | directly | gently | quickly | rather | perhaps | together
when = directly | together | early | here | instead | first | before anything else | at standup
easy = easier | smaller | shorter | simpler | clearer | lighter | quicker | visible

matter = this | that | it | (this | that | the other) (way | option | step | choice | order)
objects = <object> [(and | or) <object>]
object = <person> | <thing> | you | us | me
people = <person> [(and | or) <person>] | you | us | me
person = (the | its | this | an | a) <who> [of <named>] | the team [lead] | them | somebody | someone
things = <thing> [(and | or) <thing>]
thing = <named> | (the | a) <half> of <named> | <new> | [smaller | shorter | separate] <plural>
    | the (smallest | largest | biggest) (<plural> | ticket | task | step) | the next sprint | these | those
    | it | this | that | advice | help | time | standup | jira | slack | bitbucket
half = goal | thread | scope | order | description | part | piece | review | list | summary
named = (the | this | that | these | those | its) [other] <known>
known = pull request | pull requests | pr | prs | <definite> | <plural>
new = (a | an | another) [<plain> [<plain>]] (<indefinite> | pull request)
"""
"""What is shown as a model's own reading. A statement has no form here, whatever it is put into: no verb says what is
but of *this*, *that* and *it*, a thing has a name only as what something could be done with, and a person only as whom
to turn to or as who could do something."""


_DOUBLED, _KEPT = {"cut", "drop", "plan", "put", "split", "swap", "trim"}, {"agree"}


def _ing(verbs: frozenset[str]) -> frozenset[str]:
    doubled = {f"{verb}{verb[-1]}ing" for verb in verbs & _DOUBLED}
    bare = {verb.removesuffix("e") if verb not in _KEPT else verb for verb in verbs - _DOUBLED}
    return frozenset(doubled | {f"{verb}ing" for verb in bare})


@cache
def grammar() -> Grammar:
    """All of it."""
    classes = {
        "verb": words.VERBS,
        "addressing": words.ADDRESSING,
        "giving": words.GIVING,
        "loose": words.LOOSE,
        "verbings": _ing(words.VERBS),
        "addressings": _ing(words.ADDRESSING),
        "givings": _ing(words.GIVING),
        "looses": _ing(words.LOOSE),
        "definite": words.DEFINITE,
        "indefinite": words.INDEFINITE,
        "plural": words.PLURALS,
        "who": words.PEOPLE,
        "plain": words.PLAIN,
        "judged": words.JUDGED,
    }
    return Grammar(TELLING + READING, classes)
