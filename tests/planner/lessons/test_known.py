"""What somebody is told that is known of them says each thing once."""

from __future__ import annotations

from planner.lessons.known import known_of
from tests.planner.world import LAW


def test_how_much_was_put_off_is_a_number_and_not_how_often_it_was_seen() -> None:
    told = known_of(LAW.teams[0].members[3], (), (), 1, LAW)
    [put_off] = [each for each in told if "put off" in each.words]
    assert (put_off.words, put_off.times) == ("You have put off or muted 1 thing.", 0)
