"""*Is this you?*: one question with two buttons, what each would mean, and the line it becomes once it is answered."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.views.parts.items import account_line, rule_id, why_button
from bot.views.parts.message import Message, actions, button, context, message, section
from bot.views.parts.moments import dated
from bot.views.parts.mrkdwn import escape, link
from models.actions import AskIdentity
from models.people import Identity, Standing
from models.signals import Evidence

DOUBT = "Not certain: "
"""How the evidence begins that says why the question is asked."""

REASONS: Mapping[str, str] = {
    "Jira finds it by e-mail address, but hides the account's own": (
        "Your e-mail address leads to it, but the account hides its address, so I cannot be sure."
    ),
    "only Bitbucket finds it by e-mail address": (
        "Your e-mail address leads to it in Bitbucket, but Jira does not confirm that, so I cannot be sure."
    ),
    "by e-mail address Jira and Bitbucket find different accounts": (
        "Your e-mail address leads to one account in Jira and to another in Bitbucket, so I cannot be sure."
    ),
}
"""The planner's words for a doubt, as the person who is asked reads them."""


def identity_question(
    action: AskIdentity, proposal: str, evidence: Sequence[Evidence], notes: Sequence[str] = ()
) -> Message:
    """The question, why it is asked, and what Yes and No would change.

    ``evidence`` is the account's work, by which it can be recognised, and the doubt. One of ``notes`` may say how
    many messages a day are allowed. The account's id stands behind *Why?* alone.
    """
    work = [f"• {link(fact.url, fact.text, 200)}" for fact in evidence if not fact.text.startswith(DOUBT)]
    value = json.dumps({"p": action.person, "a": action.account})
    footer = [f"{escape(action.item.urgency, 20)} urgency", f"rule {rule_id(action.item.rule)}", *notes]
    return message(
        [
            section("\n".join([f"*Is this you?* {account_line(action.item, action.account)}", *work[:3]])),
            section("\n".join([_reason(evidence), *_choices(notes)])),
            context(" · ".join(footer)),
            actions(
                button("Yes, this is me", "identity_yes", value, style="primary", reads="Yes, this account is mine"),
                button("No", "identity_no", value, reads="No, this account is not mine"),
                why_button(proposal),
            ),
        ]
    )


def identity_answered(
    identity: Identity, zone: str, now: datetime, *, profile: str = "", admins: Sequence[str] = (), most: int = 1
) -> Message:
    """What was said and when (company time), in the reader's zone; what changes; and who can change it back.

    ``profile`` is the address of the account's page, ``admins`` are names, ``most`` is how many messages a day the
    constitution allows.
    """
    when = dated(identity.since or now, zone, now)
    which = link(profile, f"Atlassian account{f' “{identity.name}”' if identity.name else ''}", 90)
    if identity.standing is Standing.CONFIRMED:
        often = "at most one a day" if most == 1 else f"at most {most} a day"
        words = f"*Yes* {when} · the {which} is yours. From now on {_come(often)}"
    else:
        words = f"*No* {when} · the {which} is not yours. Nothing of it comes to you."
    who = " or ".join(escape(name, 60) for name in admins[:2]) or "An admin"
    reset = "" if identity.standing is Standing.CONFIRMED else " You are not asked about it again unless they reset it."
    return message([section(words), context(f"A mistake? {who} can put it right.{reset}")])


def _reason(evidence: Sequence[Evidence]) -> str:
    """Why it is asked, in plain words; a doubt nobody has words for is told as it is."""
    doubt = next((fact.text.removeprefix(DOUBT) for fact in evidence if fact.text.startswith(DOUBT)), "")
    told = f"I cannot be sure: {escape(doubt, 200)}." if doubt else "I cannot be sure."
    return REASONS.get(doubt, told)


def _choices(notes: Sequence[str]) -> tuple[str, str]:
    often = next((note for note in notes if note.startswith("at most")), "at most one a day")
    return f"*Yes:* {_come(often)}", "*No:* nothing of it comes to you, and the admins can see that you said no."


def _come(often: str) -> str:
    return f"reminders about its tickets and reviews come to you, {escape(often, 40)}, critical ones apart."
