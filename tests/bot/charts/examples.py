"""Charts of every kind and in every plight; as a page to look at: ``python -m tests.bot.charts.examples page.html``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random

from bot.charts import (
    BurnUp,
    Chance,
    Chart,
    Cone,
    Group,
    Heard,
    Load,
    Point,
    Trend,
    burn_up,
    calibration,
    figure,
    grouped,
    load,
    trend,
)

MONDAY = date(2026, 11, 16)
FRIDAY = date(2026, 11, 27)
HOSTILE = "</svg><script>alert(1)</script>\u202e\x00\ud800 " + "W" * 300 + "Z\u0301\u0301\u0301\u0301\u0301"
NAMES = ("Ada Okonkwo", "Björn Å", "Chidi Anagonye-Featherstonehaugh", "Dana", "Li Wei", "Noor", "田中 太郎", "Zoë")


def days(count: int, start: date = MONDAY) -> tuple[date, ...]:
    return tuple(start + timedelta(days=i) for i in range(count))


def working(count: int, start: date = MONDAY) -> tuple[date, ...]:
    return tuple(day for day in days(2 * count, start) if day.weekday() < 5)[:count]


def points(*values: float, start: date = MONDAY) -> tuple[Point, ...]:
    return tuple(map(Point, days(len(values), start), values))


CONE = Cone(0.62, 36, {50: (33, 37), 80: (29, 38), 95: (24, 41)})
TARGET = points(34, 34, 34, 37, 37, 37, 37, 37, 37, 37, 37, 37)
DONE = points(0, 3, 3, 8, 12, 12, 12, 18, 21, 23, 30, 34)


def sprint(**more: object) -> BurnUp:
    usual = {
        "sprint": "Sprint 24", "unit": "points", "starts": MONDAY, "ends": FRIDAY, "today": date(2026, 11, 23),
        "target": TARGET[:8], "done": DONE[:8], "cone": CONE,
    }  # fmt: skip
    return BurnUp(**(usual | more))  # type: ignore[arg-type]


def years(count: int, size: float = 1.0) -> BurnUp:
    noise, when = Random(7), days(count)
    target = tuple(Point(day, size * (100 + noise.randint(0, 40))) for day in when)
    done = tuple(Point(day, size * (i / count * 90 + noise.randint(0, 9))) for i, day in enumerate(when))
    today = when[count // 2]
    cone = Cone(0.4, 95 * size, {50: (90 * size, 100 * size), 80: (70 * size, 130 * size)})
    return sprint(starts=when[0], ends=when[-1], today=today, target=target, done=done, cone=cone)


def heard(people: int, span: tuple[date, ...], most: int = 1, every: int = 4) -> Load:
    noise = Random(11)
    names = [NAMES[i] if i < len(NAMES) else f"Person {i}" for i in range(people)]
    those = ({d: noise.randint(1, most) for d in span if not noise.randrange(every)} for _ in names)
    return Load(span, tuple(map(Heard, names, those)), 1)


def went(*chances: float | None, **more: object) -> Trend:
    told = tuple(map(Chance, days(len(chances)), chances))
    return Trend(**({"sprint": "Sprint 24", "starts": MONDAY, "ends": FRIDAY, "chances": told} | more))  # type: ignore[arg-type]


def _random(count: int) -> list[tuple[float, bool]]:
    noise = Random(3)
    return [(chance, noise.random() < chance) for chance in (noise.random() for _ in range(count))]


NOTHING = sprint(target=(), done=(), cone=None)
EXAMPLES: dict[str, Callable[[], Chart]] = {
    "a running sprint": lambda: burn_up(sprint()),
    "what became of it": lambda: burn_up(sprint(target=TARGET, done=DONE, mark="half time")),
    "no forecast": lambda: burn_up(sprint(cone=None)),
    "over": lambda: burn_up(sprint(today=FRIDAY, target=TARGET, done=DONE)),
    "not begun": lambda: burn_up(sprint(today=date(2026, 11, 10), target=points(34), done=(), cone=None)),
    "begins today": lambda: burn_up(sprint(today=MONDAY, target=points(34), done=points(0))),
    "the last day but one": lambda: burn_up(sprint(today=date(2026, 11, 26), target=TARGET[:11], done=DONE[:11])),
    "nothing counted": lambda: burn_up(NOTHING),
    "one point": lambda: burn_up(sprint(target=points(5), done=points(2), cone=None, today=MONDAY)),
    "all zeros": lambda: burn_up(sprint(target=points(0, 0, 0), done=points(0, 0, 0), cone=Cone(1, 0, {80: (0, 0)}))),
    "one day": lambda: burn_up(sprint(starts=MONDAY, ends=MONDAY, today=MONDAY)),
    "ends before it starts": lambda: burn_up(sprint(starts=FRIDAY, ends=MONDAY, today=date(2026, 11, 30))),
    "negative": lambda: burn_up(sprint(target=points(-5, -3), done=points(-9, 4), cone=Cone(0, -2, {80: (-30, 9)}))),
    "huge": lambda: burn_up(years(12, 1e11)),
    "beyond all": lambda: burn_up(years(12, 1e250)),
    "tiny": lambda: burn_up(years(12, 1e-12)),
    "500 days": lambda: burn_up(years(500)),
    "5000 days": lambda: burn_up(years(5000)),
    "hostile": lambda: burn_up(sprint(sprint=HOSTILE, unit="\"><script>\x07\u202e's")),
    "all the same": lambda: burn_up(sprint(done=points(*[37.0] * 8), cone=Cone(1, 37, {80: (37, 37), 95: (37, 37)}))),
    "calibrated": lambda: calibration(grouped(_random(60)), 0.17),
    "too sure": lambda: calibration([Group(0.8, 6, 14), Group(0.35, 2, 9), Group(0.95, 4, 4)], 0.31),
    "few forecasts": lambda: calibration([Group(0.8, 1, 2), Group(0.55, 1, 1)]),
    "no forecasts": lambda: calibration([]),
    "a thousand forecasts": lambda: calibration(grouped(_random(1000), 10), 0.16),
    "all at one place": lambda: calibration([Group(0.5, 5, 9)] * 9),
    "edges": lambda: calibration([Group(0, 0, 40), Group(1, 40, 40)]),
    "a sprint of messages": lambda: load(heard(8, working(10))),
    "more than may be": lambda: load(heard(8, working(10), most=3)),
    "three sprints of messages": lambda: load(heard(12, working(30), most=2)),
    "a year of messages": lambda: load(heard(8, working(250), most=2)),
    "forty years": lambda: load(heard(2, working(10400)[::50], every=1)),
    "a company": lambda: load(heard(80, working(10), most=3)),
    "a company's quarter": lambda: load(heard(500, working(60), most=12, every=2)),
    "the worst page": lambda: load(heard(24, working(31), most=30, every=1)),
    "the worst figures": lambda: load(heard(24, working(20), most=9, every=1)),
    "hundreds a day": lambda: load(heard(24, working(5), most=999, every=1)),
    "no message": lambda: load(Load(working(10), tuple(Heard(name, {}) for name in NAMES), 1)),
    "nobody": lambda: load(Load(working(10), (), 1)),
    "no days": lambda: load(Load((), (Heard("Ada", {}),), 1)),
    "hostile names": lambda: load(
        Load(working(5), tuple(Heard(n, {MONDAY: 1}) for n in (HOSTILE, "", "\x07", "👩‍👩‍👧" * 30)), 1)
    ),
    "a trend": lambda: trend(went(0.81, 0.78, 0.74, 0.7, 0.71, 0.71, 0.7, 0.62)),
    "a trend with a hole": lambda: trend(went(None, None, 0.4, 0.45, None, 0.9, 1.0)),
    "nearly sure at the end": lambda: trend(went(*[0.9] * 11, 0.999)),
    "one chance": lambda: trend(went(0.62)),
    "no chance": lambda: trend(went(None, None)),
    "never and always": lambda: trend(went(0, 1, 0, 1, 0.999, 0.001)),
    "a trend of 500 days": lambda: trend(went(*[i % 7 / 6 for i in range(500)], ends=MONDAY + timedelta(days=500))),
    "a trend of 5000 days": lambda: trend(went(*[i % 7 / 6 for i in range(5000)], ends=MONDAY + timedelta(days=5000))),
}

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Charts</title><style>
:root { color-scheme: light dark; font: 16px/1.45 system-ui, sans-serif }
body { margin: 1rem auto; max-width: 70rem; padding: 0 1rem; background: #fff; color: #1c1c1e }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 30rem), 1fr)); gap: 2rem }
figure { margin: 0; max-width: 34rem; min-width: 0 } figcaption { font-weight: 600; overflow-wrap: anywhere }
figure p { font-size: .9rem } td, th { padding: 0 .5rem; text-align: left } details { overflow-x: auto }
@media (prefers-color-scheme: dark) { body { background: #121212; color: #e8e8ea } }
</style><main>CHARTS</main></html>"""


def page(names: list[str]) -> str:
    """The page with these examples, or all."""
    sections = (f"<section><h2>{name}</h2>{figure(EXAMPLES[name]())}</section>" for name in names or EXAMPLES)
    return PAGE.replace("CHARTS", "".join(sections))


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(sys.argv[2:]), encoding="utf-8")
