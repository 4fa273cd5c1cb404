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

PLAIN = (
    "{a}. I would ask its owner what is in the way and offer a hand.",
    "Start with this: {a}. After that, look at the review: {b}.",
    "Here is what stands out: {a}, and {b}.",
    "In short: {a}; {b}; {c}.",
    "{a}, so a short conversation with its owner would be worth the time.",
    "{a}. It might help to ask the reviewer directly, in the thread of the pull request.",
    "{a}, while {b}. You could ask whether they want to swap.",
    "The facts I have do not say why. The main thing to know is that {a}.",
    "Here is the picture: {a}. On top of that, {b}.",
    "{a}. Please ask before moving anything, as the owner may know the details.",
    "What matters most for the goal: {a}. On top of that: {b}.",
    "A way to start would be to split the ticket, or to ask somebody to pair with its owner: {a}.",
    "{a}. Would it help to have a message for the reviewer?",
    "I suggest talking to the owner before changing the scope, since {a}.",
    "Let me know if I should propose a new owner. For now: {a}.",
    "{a}. If you want, I can prepare a reminder for your approval.",
    "On the sprint: {a}. On reviews: {b}.",
    "- {a}\n- {b}\n- {c}\nI would start at the top of this list.",
    "{a}. That is why I would ask for help with it rather than add more work.",
    "{a}, but {b}. A quick check with the team lead should settle which of these comes before the other.",
    "Worth a look: {a}. Also worth a look: {b}.",
    "I can only tell you what is in Jira: {a}.",
    "{a}. Its owner would be the right person to ask.",
    "To keep the goal in reach, I would focus the team on this: {a}.",
    "My suggestion is to bring this up at standup: {a}.",
    "Good question. {a}, and {b}.",
    "Thanks for asking. Here is where things stand: {a}.",
    "{a}. The decision is yours; I can prepare it for approval.",
    "{a}. You may want to check this with the reviewer.",
    "Perhaps the work can be cut into smaller pieces, so that the review is easier. {a}.",
    "Look at the pull request together with the author: {a}.",
    "I see that {a}. It would be best to ask the author what comes next.",
    "Before taking it out of the sprint, talk to the product owner: {a}.",
    "It depends on what you want to protect. To protect the goal, cut scope; to protect the date, add help. {a}.",
    "{a}. Since {b}, a small nudge could be enough.",
    "The main thing to know is that {a}.",
    "{a}. I would keep it short: what do you need, and from whom?",
    "{a}, and {b}. I would raise this in the same message.",
    "If it were up to me, I would take this piece of work out of the sprint and tell the customer early. {a}.",
    "{a}. Ask for a review from somebody who knows this part of the code.",
    "Here is what a list can show: {a}; {b}. For more, I would talk to the people involved.",
    "Please note that {a}. A word with the reviewer might settle it.",
    "{a}.\n\nWhat I would do next: ask in the thread, then check with the team lead.",
    "As {a}, I would look there before anything else.",
    "I would hold off on adding work and look to the review: {a}.",
    "Overall: {a}. The thing to watch would be the review: {b}.",
    "{a} and {b}. You could handle this in a short call.",
    "{a}. To move it along, the author could point the reviewer to the part that needs attention.",
    "I would leave the plan as it is, and ask the owner for a short update. {a}.",
    "Here are the facts I would bring to the meeting: {a}; {b}; {c}.",
    "{a}. Who would be able to take it? Perhaps somebody who knows the topic.",
    "I would go in this order: {a}, and a look at the backlog.",
    "You could try this: ask the author to explain the change in the thread, so that the review is quicker. {a}.",
    "{a}. I do not know why. The owner would be able to say more.",
    "Keep in mind that {a}. I would plan with care.",
    "Meanwhile, {a}. That could wait until the review moves.",
    "For the standup I would suggest this point: {a}.",
    "{a}. Consider asking the team who could help, and agree on an owner.",
    "Given that {a}, I would share the work between more people.",
    "What stands out is that {a}. I would write to the owner and offer to take something off their list.",
)

READING = (
    "This matters for the goal because {a}, and {b}.",
    "My reading is that the review is the bottleneck here: {a}.",
    "{a}, so the goal may be at risk.",
    "It looks like a question of priorities, since {a}.",
    "My order would be this: {a}, therefore this goes before the other ticket.",
    "A pairing session would probably cost less than a long thread.",
    "The upside of asking in the thread is that others see the answer; the downside is more noise.",
    "Keeps the work with the person who knows it.",
    "Spreads the load: {a}.",
    "Costs a hand-over.",
    "Needs time from somebody who has to learn the code.",
    "Because {a}, helping here helps the others too.",
    "More people depend on this than on the other ticket: {a}.",
    "A reminder is the lighter step, and it leaves the choice with the owner.",
    "This seems less urgent, as {a}.",
    "Knows the area: {a}.",
    "Has more room than the others: {a}.",
    "Gets the answer where the work is.",
    "Moves the question to the person who can decide.",
    "The risk here is that the review holds up the goal: {a}.",
)


def true_ones(count: int, seed: int = 7) -> list[Answer]:
    """So many different answers in which every fact is cited: a quarter of them a model's own reading."""
    dice, made = Random(seed), dict[Answer, None]()
    while len(made) < count:
        is_reading = len(made) % 4 == 3
        pattern = dice.choice(READING if is_reading else PLAIN)
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
    true = _filled(dice.choice(PLAIN), dice)
    first, dot, rest = true.partition(". ")
    if dice.random() < 0.2:
        return sentence
    if dot and dice.random() < 0.4:
        return f"{first}. {sentence} {rest}"
    return f"{sentence} {true}" if dice.random() < 0.5 else f"{true.rstrip('.')}. {sentence}"
