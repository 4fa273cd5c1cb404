"""One SVG as it is put together: every text escaped, every number short, and where each text stands remembered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Literal

from bot.charts.letters import clean, width

WIDTH = 400.0
"""Units across. A phone shows 0.85 pixels for one, a page of 34 em 1.4: its letters are readable on both."""
SIZE = 13.0
"""Of letters, in units: 11 pixels on a phone."""
_BOLD = 1.12
"""How much wider bold letters are."""
LINE = 17.0
"""From one line of text to the next."""
BLUE, ORANGE = "#3a7fc1", "#c4701a"
"""At least 3 to 1 against white and against #121212, and apart for every kind of colour blindness."""
Anchor = Literal["start", "middle", "end"]
Place = tuple[float, float]
Attributes = Mapping[str, float | str]
"""Of an element, by name; ``_`` stands for ``-``."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where something stands."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether they share any room."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


def around(x: float, y: float, text: str, anchor: Anchor, *, bold: bool = False) -> Box:
    """The room of a text that stands on the line ``y``."""
    wide = width(text, SIZE * (_BOLD if bold else 1.0))
    left = x - wide * {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
    return Box(left, y - 0.95 * SIZE, left + wide, y + 0.24 * SIZE)


@dataclass(slots=True)
class Drawing:
    """What is drawn so far, first below."""

    height: float
    parts: list[str] = field(default_factory=list)
    texts: list[Box] = field(default_factory=list)
    taken: list[Box] = field(default_factory=list)
    """Room that a text which may stand elsewhere should leave."""

    def put(self, tag: str, attributes: Attributes, told: str = "") -> None:
        """One element; ``told`` is what a pointer that rests on it reads."""
        inside = f"><title>{escape(clean(told), quote=False)}</title></{tag}>" if told else "/>"
        self.parts.append(f"<{tag}{_written(attributes)}{inside}")

    def line(self, x1: float, y1: float, x2: float, y2: float, **attributes: float | str) -> None:
        """A straight line in the colour of the text, thin and faint unless told otherwise."""
        d = f"M{_value(x1)} {_value(y1)}L{_value(x2)} {_value(y2)}"
        self.put("path", {"d": d, "stroke": "currentColor", "stroke_opacity": 0.2, **attributes})

    def path(self, points: Sequence[Place], closed: bool = False, **attributes: float | str) -> None:
        """A line through ``points``, or the area they enclose; less than two points draw nothing."""
        if len(points) > 1:
            d = "M" + "L".join(f"{_value(x)} {_value(y)}" for x, y in points) + ("Z" if closed else "")
            self.put("path", {"d": d, "fill": "none", **attributes})

    def text(self, x: float, y: float, text: str, anchor: Anchor = "start", **attributes: float | str) -> None:
        """Letters that stand on the line ``y``."""
        shown = clean(text)
        if not shown:
            return
        self.texts.append(around(x, y, shown, anchor, bold="font_weight" in attributes))
        held = {} if anchor == "start" else {"text_anchor": anchor}
        where = _written({"x": x, "y": y, **held, **attributes})
        self.parts.append(f"<text{where}>{escape(shown, quote=False)}</text>")

    def row(self, y: float, middles: Sequence[tuple[float, str]]) -> None:
        """Figures on the line ``y``, each around its place; those of one letter share one list of places."""
        self.texts += [around(x, y, told, "middle") for x, told in middles]
        single = [(x, told) for x, told in middles if len(told) == 1]
        together = [(" ".join(_value(x) for x, _ in single), "".join(told for _, told in single))] if single else []
        parts = together + [(_value(x), told) for x, told in middles if len(told) > 1]
        inside = "".join(f'<tspan x="{x}">{told}</tspan>' for x, told in parts)
        if inside:
            self.parts.append(f'<text y="{_value(y)}" text-anchor="middle">{inside}</text>')

    def free(self, box: Box) -> bool:
        """Whether ``box`` lies inside, on no text and on nothing that is taken."""
        inside = box.left >= 0 and box.top >= 0 and box.right <= WIDTH and box.bottom <= self.height
        return inside and not any(box.meets(other) for other in (*self.texts, *self.taken))

    def try_text(self, x: float, y: float, text: str, anchor: Anchor = "start", **attributes: float | str) -> bool:
        """Draw it where there is room; whether it was drawn."""
        room = around(x, y, clean(text), anchor, bold="font_weight" in attributes)
        if fits := self.free(room):
            self.text(x, y, text, anchor, **attributes)
        return fits

    def svg(self, title: str, says: str) -> str:
        """The whole, with its name and its description for whoever does not see it."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {_value(WIDTH)} {_value(self.height)}"'
            f' width="100%" fill="none" font-family="system-ui, sans-serif" font-size="{_value(SIZE)}">'
        )
        named = f"<title>{escape(clean(title), quote=False)}</title><desc>{escape(clean(says), quote=False)}</desc>"
        return f'{head}{named}<g fill="currentColor">{"".join(self.parts)}</g></svg>'


def _written(attributes: Attributes) -> str:
    return "".join(f' {name.replace("_", "-")}="{_value(value)}"' for name, value in attributes.items())


def _value(value: float | str) -> str:
    if isinstance(value, str):
        return escape(value)
    return f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) < 2 else f"{value:.1f}".removesuffix(".0")
