"""Answers as a model writes them, true ones and the same with something false put in: no code of the checker's.

The facts are strings with a number, as a prompt shows them. A false answer is a true one in which something was
planted that the facts do not carry; word lists and ways of lying are this module's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

FACTS: Mapping[str, str] = {
    "f1": "PAY-412 is blocked since Tue 14:20",
    "f2": "PAY-412 holds up 2 other tickets",
    "f3": "Sarah Chen has PAY-412",
    "f4": "PR api#41 waits for a review by Mike Okafor for 9 working hours",
    "f5": "PR api#41 is for PAY-420",
    "f6": "the sprint has 18 of 34 points done",
    "f7": "the sprint ends Fri 27 Nov 18:00",
    "f8": "nobody has PAY-431",
    "f9": "PAY-418 is due on Wed 25 Nov",
    "f10": "Dana Weber has 2 tickets in progress",
    "f11": "the build of PR api#44 has failed",
    "f12": "Mike Okafor asked for changes on PR api#44 on Mon 23 Nov 10:05",
}
PEOPLE = ("Sarah Chen", "Mike Okafor", "Dana Weber", "Li Wei", "Will Sommer", "Jae An")
KEYS = ("PAY-412", "PAY-420", "PAY-431", "PAY-418")


@dataclass(frozen=True, slots=True)
class Answer:
    """A model's text, whether it is shown as its own reading, and what was planted in it, if anything."""

    text: str
    inference: bool = False
    planted: str = ""
    how: str = ""


# --- true ones ------------------------------------------------------------------------------------------------------

LEADS = (
    "",
    "In short: ",
    "In short, ",
    "Also, ",
    "Here is what I found: ",
    "Here is what the facts say: ",
    "The facts say that ",
    "I see that ",
    "Please note that ",
    "The main thing is that ",
    "The main point is that ",
)
TOLD = (
    "{a}.",
    "{a}, and {b}.",
    "{a} and {b}.",
    "{a}, but {b}.",
    "{a}, {b}, and {c}.",
    "{a}; {b}; {c}.",
    "{a}. {b}.",
    "{a}. Also, {b}.",
    "{a}. I do not know why.",
    "{a}. The facts here do not say who.",
    "{a}, and {b}. The facts do not say why or when.",
    "{a}. The main thing is that {b}, and {c}.",
    "{a}\n- {b}\n- {c}",
)
"""What is told: facts, and what stands between and before them."""

READING = (
    "Since {a}, I would ask its owner what would help.",
    "{a}, so I would ask its owner what would help.",
    "I would start here, because {a}.",
    "I would ask the reviewer for a quick look, since {a}.",
    "As {a}, a short message to the reviewer could be enough.",
    "This matters most for the goal, because {a} and {b}.",
    "This is the place to start, since {a}.",
    "It could help to ask the author directly, because {a}.",
    "A short call with the owner could settle it, since {a}.",
    "I would split the ticket into smaller pieces so that it is easier to review. {a}.",
    "I suggest asking the owner before moving the ticket, since {a}.",
    "My suggestion is to bring this up at standup, since {a}.",
    "{a}, and {b}, so you could ask the team who could take it.",
    "Since {a} and {b}, this may hold up the goal.",
    "This seems more urgent, because {a}.",
    "This comes before the rest, since {a}.",
    "{a}. Talk to the owner about what would help.",
    "{a}. Ask the reviewer whether they could look at it, and offer help.",
    "{a}. Please ask its owner before moving it.",
    "{a}. Would it help to ask the reviewer?",
    "{a}. Could you ask the author for a short summary?",
    "{a}. Who could take it?",
    "{a}. Do you want me to prepare a reminder?",
    "To protect the goal, I would trim the scope, since {a}.",
    "I would keep the scope as it is, because {a}.",
    "I would leave the choice with its owner. {a}.",
    "A reminder would be the lighter step, since {a}.",
    "This saves time, since {a}.",
    "Leaves more room for the review, since {a}.",
    "You may want to check this with the reviewer, as {a}.",
    "I would look at the review before anything else, since {a}.",
    "Pairing with its owner could make it easier, since {a}.",
    "It would be useful to split this, since {a}.",
    "It might be worth asking the team lead, because {a}.",
    "This could wait, since {a}.",
    "I would look at this together with the author, because {a}.",
    "I would find somebody for this part, since {a}.",
    "Let the owner know early, since {a}.",
    "Agree on an owner, since {a}.",
    "Since {a}, I would write a short note to the author and the reviewer.",
    "Also, I would ask the team for help with the review, because {a}.",
    "What would help here? {a}.",
    "I would tell the team about it at standup, since {a}.",
    "In my reading, this is the main risk, because {a}.",
    "I think this matters more, since {a}.",
    "It looks like a question of order, since {a}.",
    "A quick check with the reviewer could be enough, as {a}.",
    "I would hand this to the team, because {a}.",
    "I would go through the list with the team, and decide what to move, since {a}.",
    "You could try asking in the thread of the pull request, as {a}.",
    "{a}, so a short talk with its owner could help.",
    "The author could describe the pull request to the reviewer, since {a}.",
)
"""What a model makes of it: most of the patterns were written before the forms that they have to fit."""


def true_ones(count: int, seed: int = 7) -> list[Answer]:
    """So many different answers in which every fact is cited: half of them a model's own reading."""
    dice, made = Random(seed), dict[Answer, None]()
    while len(made) < count:
        is_reading = len(made) % 2 == 1
        pattern = dice.choice(READING) if is_reading else dice.choice(LEADS) + dice.choice(TOLD)
        made[Answer(_filled(pattern, dice), is_reading)] = None
    return list(made)


def _filled(pattern: str, dice: Random) -> str:
    a, b, c = dice.sample(list(FACTS), 3)
    for blank, fact in (("{a}", a), ("{b}", b), ("{c}", c)):
        pattern = pattern.replace(blank, f"{{{fact}}}")
    return pattern


# --- lies -----------------------------------------------------------------------------------------------------------

Lie = Callable[[Random], str]
_NUMBER_WORDS = ("Two", "Three", "A dozen", "Half", "Twice as many", "Both", "Seventeen", "A couple of", "Another two")
_STATES = ("done", "merged", "blocked", "in progress", "approved", "overdue", "closed", "failing", "ready for review")
_DAYS = (
    "since Monday",
    "on Thursday",
    "yesterday",
    "tomorrow",
    "last week",
    "in an hour",
    "since 12 November",
    "in May",
)
_DENIALS = (
    "It is not true that {f1}",
    "{f1} no longer",
    "It is false that {f4}",
    "Nobody but the lead knows that {f1}",
    "I doubt that {f6}",
    "{f1} is wrong",
    "They used to say that {f9}",
    "The opposite is so: {f6}",
    "Never mind this: {f1}",
    "If {f1}, the goal would be in danger",
    "{f1}, unless Jira is mistaken",
    "Supposedly {f11}",
    "Only {f10}",
    "It could be that {f8}",
    "Perhaps {f8}",
    "{f6}, or so it seems",
    "{f9}, I guess",
    "My wish: {f6}",
    "The plan: {f8}",
    "{f8}, and the other ticket too",
    "Either {f1} or {f2}",
    "{f6}?",
    "Without this: {f7}",
    "I would say this hardly holds: {f7}",
    "It is rumoured that {f10}",
)
_PLAIN_LIES = (
    "The deploy pipeline exploded",
    "The owner has left the company",
    "The reviewer is on vacation",
    "The customer signed the contract",
    "The team is exhausted",
    "Everything is fine",
    "Every review is on time",
    "All tickets have an owner",
    "None of this is urgent",
    "The reviewer approved it",
    "The author ignored the reviewer",
    "The release went out",
    "The sprint was extended",
    "The owner is the reviewer",
    "The tests pass",
    "It is already merged",
    "They finished it",
    "The goal is safe",
    "The ticket has an owner",
    "The reviewers are waiting",
    "The lead agreed to it",
    "There are more tickets than the board shows",
    "This ticket is the oldest",
    "The author is the slowest on the team",
    "The work is nearly complete",
    "The pull request is off the table",
    "The owner knows about it and is back",
    "The reviewer said yes",
    "The client called and was angry",
    "I have already told the owner",
    "Remember that the owner is the reviewer",
    "I would wait as the owner is the lead",
    "The reviewer is more careful than the author",
    "Please note that the team depends on the other team",
)


def off_by_one(dice: Random) -> str:
    return dice.choice(
        ("The sprint has {} of 34 points done", "It holds up {} other tickets", "{} reviews wait")
    ).format(dice.choice((1, 3, 17, 19)))


def wrong_issue(dice: Random) -> str:
    return f"{dice.choice(PEOPLE)} has {dice.choice(KEYS)}"


def bare_name(dice: Random) -> str:
    name = dice.choice(PEOPLE)
    part = dice.choice((name, name.split()[0], name.split()[1], name.lower(), name.split()[1].lower(), name.upper()))
    part = part if part.lower() != "an" else "Jae"
    return dice.choice(("I would ask {} about it", "{}'s review could help", "Perhaps {} can take it")).format(part)


def stranger(dice: Random) -> str:
    return (
        f"I would ask {dice.choice(('Bernd', 'Priya', 'O’Brien', 'Zoë', 'McKenzie', 'Ana-Maria', 'DeShawn'))} about it"
    )


def spelled_key(dice: Random) -> str:
    key = dice.choice(KEYS)
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in key)
    forms = (
        key.lower(),
        key.replace("-", " "),
        key.replace("-", ""),
        wide,
        key.replace("A", "А"),
        key.replace("-", "‑"),
    )
    more = (key.replace("-", "\u200b-"), key.lower().replace("-", "_"), f"#{key[4:]}", key.replace("-", " - "))
    return f"I would start with {dice.choice((*forms, *more))}"


def number_word(dice: Random) -> str:
    return f"{dice.choice(_NUMBER_WORDS)} of the tickets could move"


def moved_date(dice: Random) -> str:
    return f"The review could come {dice.choice(_DAYS)}"


def swapped_state(dice: Random) -> str:
    what = dice.choice(("The ticket is", "It should be", "The pull request might be", "That makes it"))
    return f"{what} {dice.choice(_STATES)}"


def tail(dice: Random) -> str:
    """A lie hung behind a fact that is cited as it should be."""
    ends = ("and it is done", "and the owner is away", "which is late", "as of today", "again", "and so is the other")
    return f"{{{dice.choice(list(FACTS))}}}{dice.choice((', ', ' '))}{dice.choice(ends)}"


def denial(dice: Random) -> str:
    return dice.choice(_DENIALS)


def plain_lie(dice: Random) -> str:
    return dice.choice(_PLAIN_LIES)


def false_cause(dice: Random) -> str:
    a, b = dice.sample(list(FACTS), 2)
    return dice.choice(
        (f"{{{a}}} because {{{b}}}", f"{{{a}}}, so {{{b}}}", f"{{{a}}} since {{{b}}}", f"{{{a}}} due to {{{b}}}")
    )


def invented_link(dice: Random) -> str:
    links = (
        "https://jira.example/PAY-1",
        "www.pay.example",
        "jira.example/x",
        "[here](https://x.example)",
        "<@U07SARAH>",
    )
    return (
        f"See {dice.choice((*links, 'evil.com', 'mailto:me@x.example', '<!channel>', '@sarah', 'hxxp://x'))} for more"
    )


def forged_citation(dice: Random) -> str:
    forms = (
        "{f99}",
        "{f0}",
        "{{f1}}",
        "{f1",
        "f1}",
        "[f1]",
        "{F1}",
        "{f1, f2}",
        "{ f1 }",
        "{f1.text}",
        "{f1}{f2}",
        "x{f1}",
    )
    return f"Here it is: {dice.choice((*forms, '{f٣}', '{fl}', '{f01}', '(f1)', '{}'))}"


def hidden(dice: Random) -> str:
    word = dice.choice(("ticket", "review", "owner"))
    odd = dice.choice(
        ("\u200b", "\u202e", "\x07", "\u2066", "\U000e0041", "\ufeff", "\u00ad", "*", "`", "~", "_", "|", "“")
    )
    return f"The {word[:2]}{odd}{word[2:]} could help"


LIES: tuple[Lie, ...] = (
    off_by_one,
    wrong_issue,
    bare_name,
    stranger,
    spelled_key,
    number_word,
    moved_date,
    swapped_state,
    tail,
    denial,
    denial,
    plain_lie,
    plain_lie,
    plain_lie,
    false_cause,
    invented_link,
    forged_citation,
    hidden,
)


def false_ones(count: int, seed: int = 11) -> list[Answer]:
    """So many different answers with one lie in each: at the front, at the end, in the middle, or alone."""
    dice, made = Random(seed), dict[Answer, None]()
    while len(made) < count:
        lie = LIES[len(made) % len(LIES)]
        planted = lie(dice)
        whole = _plant(planted, dice)
        made[Answer(whole, planted=planted, how=lie.__name__)] = None
    return list(made)


def _plant(lie: str, dice: Random) -> str:
    sentence = lie if lie.endswith("?") else f"{lie}."
    true = _filled(dice.choice(TOLD), dice)
    first, dot, rest = true.partition(". ")
    if dice.random() < 0.2:
        return sentence
    if dot and dice.random() < 0.4:
        return f"{first}. {sentence} {rest}"
    return f"{sentence} {true}" if dice.random() < 0.5 else f"{true.rstrip('.')}. {sentence}"
