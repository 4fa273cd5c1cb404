"""One message for each condition: after a while, once, edited when it ends or returns; quiet ones share one."""

from __future__ import annotations

from datetime import timedelta, timezone

from bot.operations.conditions import CONDITIONS, Found
from bot.operations.flapping import ALIKE, CALM, COMES_BACK, GATHERS, QUIET, REDRAWN, SELDOM, turn
from bot.operations.telling import told
from bot.views.notice import MOST_FACTS
from models.running import Alert
from tests.bot.operations.standings import NOW

MINUTE = timedelta(minutes=1)


class Watch:
    """The rows as minutes pass, and what was said."""

    def __init__(self) -> None:
        self.now, self.rows = NOW, dict[tuple[str, str], Alert]()
        self.sent: list[str] = []
        self.edits: list[str] = []

    def live(self, minutes: float, *found: Found) -> Watch:
        """So long a time in which this holds, looked at every minute."""
        for _ in range(round(minutes)):
            self.now += MINUTE
            follows = turn(list(self.rows.values()), found, self.now)
            self.rows |= {each.key: each for each in follows.keep}
            for key in follows.forget:
                del self.rows[key]
            self.sent += follows.tell
            self.edits += follows.redraw
        return self

    def text(self, message: str) -> tuple[str, tuple[str, ...]]:
        """What that message says now."""
        return told([row for row in self.rows.values() if row.message == message], timezone(timedelta(hours=1)))


def dead(number: int = 1) -> Found:
    return Found(name="dead_letters", words=f"{number} jobs were given up")


COSTS = Found(name="money_nearly_spent", subject="pay", words="pay has used $0.90")
TOKEN = Found(name="token_ends", subject="jira", words="The Jira token ends soon")
SOON = CONDITIONS["dead_letters"].after / MINUTE


def test_what_holds_for_too_short_a_time_is_never_told_however_often() -> None:
    watch = Watch()
    for _ in range(30):
        watch.live(SOON, dead()).live(1)
    assert watch.sent == [] and watch.edits == [] and watch.rows == {}


def test_what_holds_is_told_once_and_not_again_for_a_day() -> None:
    watch = Watch().live(24 * 60, dead())
    assert len(watch.sent) == 1 and watch.edits == []


def test_it_is_over_by_an_edit_after_a_calm_while() -> None:
    watch = Watch().live(10, dead()).live(CALM / MINUTE - 1)
    assert watch.edits == []
    watch.live(2)
    assert watch.edits == watch.sent
    headline, facts = watch.text(watch.sent[0])
    assert headline == "Over since 11:10 on Mon 23 Nov: 1 jobs were given up." and facts == ()


def test_what_flaps_slowly_is_one_message_that_is_edited() -> None:
    watch = Watch()
    for _ in range(8):
        watch.live(15, dead()).live(30)
    assert len(watch.sent) == 1 and len(watch.edits) == 15
    watch.live(5, dead())
    assert "It has come back 8 times." in watch.text(watch.sent[0])[1]


def test_what_comes_back_much_later_is_a_new_message() -> None:
    watch = Watch().live(10, dead()).live((COMES_BACK + CALM) / MINUTE + 1).live(10, dead())
    assert len(set(watch.sent)) == 2


def test_its_figures_are_put_right_by_edits_that_are_far_apart() -> None:
    watch = Watch().live(3, dead())
    for number in range(2, 62):
        watch.live(1, dead(number))
    assert len(watch.edits) == 3, "the first soon, then each when it is twice as old"
    assert REDRAWN < SELDOM < timedelta(days=1)


def stale(number: int, minutes: int = 31) -> Found:
    words = f"Jira has not been read for {minutes} minutes for team {number}"
    return Found(name="mirror_stale", subject=f"t{number} jira", words=words)


def test_an_outage_of_twenty_teams_is_one_message_and_a_few_edits_a_day() -> None:
    watch = Watch()
    for minute in range(24 * 60):
        watch.live(1, *(stale(n, 31 + minute) for n in range(20) if minute >= n))
    assert len(watch.sent) == 1 and len(watch.edits) < 40
    headline, facts = watch.text(watch.sent[0])
    assert headline.startswith("Jira has not been read for") and headline.endswith(", and 19 more like it.")
    assert len(facts) <= MOST_FACTS and facts[-2] == "Look first with: pm test-connections"
    watch.live(CALM / MINUTE + 1, *(stale(n) for n in range(19)))
    assert "Over for 1 of 20." in watch.text(watch.sent[0])[1]
    watch.live(CALM / MINUTE + 1)
    assert watch.text(watch.sent[0])[0].startswith("Over since ")


def test_one_that_falls_ill_hours_later_is_told_by_a_message_of_its_own() -> None:
    watch = Watch().live(10, stale(1)).live(ALIKE / MINUTE, stale(1)).live(10, stale(1), stale(2))
    assert len(watch.sent) == 2


def test_what_a_clock_that_was_ahead_has_written_hides_nothing() -> None:
    ahead, told_ahead = Watch(), Watch()
    ahead.now = told_ahead.now = NOW + timedelta(hours=6)
    ahead.live(1, dead())
    told_ahead.live(5, dead())
    ahead.now = told_ahead.now = NOW
    assert len(ahead.live(5, dead()).sent) == 1
    assert len(told_ahead.live(5, dead()).sent) == 2
    assert told_ahead.live(CALM / MINUTE + 1).rows["dead_letters", ""].ended is not None


def test_quiet_ones_share_one_message_a_day() -> None:
    watch = Watch().live(40, COSTS).live(60, COSTS, TOKEN)
    assert len(watch.sent) == 1 and watch.sent[0].startswith(QUIET) and watch.edits == watch.sent
    headline, facts = watch.text(watch.sent[0])
    assert headline == "2 things to look at when there is time." and len(facts) == 2
    watch.live(CALM / MINUTE + 1, TOKEN)
    assert watch.text(watch.sent[0])[1][1].startswith("Over since ")
    watch.live(GATHERS / MINUTE, TOKEN).live(40, TOKEN, COSTS)
    assert len(watch.sent) == 2


def test_a_grave_one_has_a_message_of_its_own_that_says_what_to_do() -> None:
    watch = Watch().live(40, COSTS, dead())
    alone = next(name for name in watch.sent if not name.startswith(QUIET))
    headline, facts = watch.text(alone)
    assert headline == "1 jobs were given up."
    assert facts[1:] == ("Look first with: pm dead-letters list", "More: docs/operations.md#dead-letters")


def test_after_a_time_in_which_nobody_looked_its_patience_begins_anew() -> None:
    watch = Watch().live(1, dead())
    watch.now += timedelta(hours=1)
    assert watch.live(SOON, dead()).sent == []
    assert len(watch.live(1, dead()).sent) == 1
