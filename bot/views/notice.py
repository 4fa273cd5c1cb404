"""What somebody wants said in another channel, and word to the admins: their words, and nothing hidden in them."""

from __future__ import annotations

from collections.abc import Sequence

from bot.views.parts.items import rule_id, why_button
from bot.views.parts.message import Block, Message, actions, context, message, section
from bot.views.parts.mrkdwn import and_more, escape, preformatted
from bot.views.shadow import shadow_log
from models.actions import PostToOtherChannel, ShadowLog, TellAdmins
from models.proposals import Proposal

MOST_FACTS = 6


def channel_post(action: PostToOtherChannel, proposal: str, asker: str, editor: str = "") -> Message:
    """The post in a channel; ``asker`` is the name of whoever wanted it said, empty when nobody did.

    ``editor`` is the name of whoever has changed its words: nobody is made to have said what they did not.
    """
    by = f"Posted for {escape(asker, 60)}" if asker else "Posted by PM Agent"
    by += f", in the words of {escape(editor, 60)}" if editor else ""
    return message([*_body(action.headline, action.facts), *_foot([by], proposal)])


def admin_notice(action: TellAdmins, proposal: str, rule: str) -> Message:
    """The post in the ops channel, with the line of the constitution behind it."""
    diff = [section(preformatted(action.diff))] if action.diff else []
    return message([*_body(action.headline, action.facts), *diff, *_foot([f"rule {rule_id(rule)}"], proposal)])


def to_admins(action: TellAdmins | ShadowLog, proposal: Proposal) -> Message:
    """A word to those who run the agent, as it is sent first."""
    if isinstance(action, ShadowLog):
        return shadow_log(action, proposal.id, {})
    return admin_notice(action, proposal.id, proposal.rule)


def _body(headline: str, facts: Sequence[str]) -> list[Block]:
    blocks = [section(escape(headline, 2_000) or "–")]
    if facts:
        lines = [f"• {escape(fact)}" for fact in facts[:MOST_FACTS]]
        left = len(facts) - MOST_FACTS
        blocks.append(section("\n".join([*lines, *([and_more(left, "fact")] if left > 0 else [])])))
    return blocks


def _foot(notes: Sequence[str], proposal: str) -> list[Block]:
    return [context(" · ".join(notes)), actions(why_button(proposal))]
