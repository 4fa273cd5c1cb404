"""Who somebody is in Slack and whether they can be reached now."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from integrations.payloads import words
from models.ids import SlackUserId
from models.work import Absence

_AWAY_EMOJI = frozenset(
    {
        "palm_tree",
        "desert_island",
        "beach_with_umbrella",
        "umbrella_on_ground",
        "airplane",
        "camping",
        "face_with_thermometer",
        "sneezing_face",
        "thermometer",
        "pill",
        "hospital",
        "baby",
        "baby_bottle",
    }
)
_AWAY_WORDS = re.compile(
    r"\b(on vacation|vacationing|vacation|on holiday|holidays?|annual leave|parental leave|maternity|paternity|"
    r"on leave|sick( leave| day)?|ooo|out of office|out of the office|pto|day off|off today|away until|"
    r"urlaub|krank|abwesend|vacaciones|congés?|vacances)\b",
    re.IGNORECASE,
)
_HALF_A_YEAR = timedelta(days=182)
_HERE_WORDS = re.compile(r"\b(back from|planning|booking)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackMember:
    """What Slack says of one person. Instants are real time."""

    id: SlackUserId
    name: str
    tz: str | None
    deleted: bool = False
    bot: bool = False
    guest: bool = False
    """A guest, or somebody of another organisation."""
    email: str | None = None
    """``None`` when it is hidden, or the app has no ``users:read.email``."""
    status_text: str = ""
    status_emoji: str = ""
    status_expires: datetime | None = None
    dnd_from: datetime | None = None
    """Start of the current or next do-not-disturb window; ``None`` with ``dnd_until`` means it has begun."""
    dnd_until: datetime | None = None

    def elsewhere(self, zone: str, at: datetime) -> bool:
        """Whether their Slack shows another time of day than ``zone`` has, at ``at`` or half a year later."""
        if self.tz is None:
            return False
        try:
            theirs, ours = ZoneInfo(self.tz), ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            return self.tz != zone
        moments = (at, at + _HALF_A_YEAR)
        return any(m.astimezone(theirs).utcoffset() != m.astimezone(ours).utcoffset() for m in moments)

    def absence(self, now: datetime, real: datetime) -> Absence | None:
        """Why they cannot be reached now. ``until`` is company time, like ``now``; Slack counts in ``real``."""
        if self.deleted:
            return Absence(reason="no longer in Slack")
        away = _away(self, real)
        if away is not None:
            return Absence(reason=away, until=_in_company_time(self.status_expires, now, real))
        if self.dnd_until is not None and (self.dnd_from or real) <= real < self.dnd_until:
            return Absence(reason="do not disturb", until=_in_company_time(self.dnd_until, now, real))
        return None


def read_member(user: Mapping[str, Any], dnd: Mapping[str, Any], real: datetime) -> SlackMember:
    """Put ``users.info`` and ``dnd.info`` together."""
    profile = user["profile"] if isinstance(user.get("profile"), dict) else {}
    begin, end = _quiet_window(dnd, real)
    return SlackMember(
        id=SlackUserId(str(user.get("id", ""))),
        name=words(profile.get("display_name")) or words(user.get("real_name")) or words(user.get("name")),
        tz=words(user.get("tz")) or None,
        email=words(profile.get("email")) or None,
        deleted=bool(user.get("deleted")),
        bot=bool(user.get("is_bot")) or user.get("id") == "USLACKBOT",
        guest=any(user.get(flag) for flag in ("is_restricted", "is_ultra_restricted", "is_stranger")),
        status_text=words(profile.get("status_text")),
        status_emoji=words(profile.get("status_emoji")),
        status_expires=_instant(profile.get("status_expiration")),
        dnd_from=begin,
        dnd_until=end,
    )


def _quiet_window(dnd: Mapping[str, Any], real: datetime) -> tuple[datetime | None, datetime | None]:
    """A running snooze, else the scheduled window. ``dnd_enabled`` only says that a schedule exists."""
    snooze = _instant(dnd.get("snooze_endtime")) if dnd.get("snooze_enabled") else None
    begin, end = _instant(dnd.get("next_dnd_start_ts")), _instant(dnd.get("next_dnd_end_ts"))
    if snooze is not None and snooze > real:
        in_window = begin is not None and end is not None and begin <= snooze
        return None, max(snooze, end) if in_window and end is not None else snooze
    if begin is None or end is None or end <= begin:
        return None, None
    return begin, end


def _away(member: SlackMember, real: datetime) -> str | None:
    if member.status_expires is not None and member.status_expires <= real:
        return None
    words, emoji = member.status_text, member.status_emoji.strip(":")
    says_so = _AWAY_WORDS.search(words) is not None and _HERE_WORDS.search(words) is None
    shows_so = emoji in _AWAY_EMOJI and _HERE_WORDS.search(words) is None
    return (f"Slack status: {words}" if words else f"Slack status: {emoji}") if says_so or shows_so else None


def _instant(seconds: Any) -> datetime | None:
    """Unix seconds; Slack writes 0 or 1 for *none*."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 1 < seconds < 32_503_680_000:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def _in_company_time(at: datetime | None, now: datetime, real: datetime) -> datetime | None:
    return None if at is None else now + (at - real)
