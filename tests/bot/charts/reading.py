"""An SVG read back: its texts and their places, its corners, and every place it uses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

from bot.charts.drawing import SIZE
from bot.charts.letters import width

_NS = "{http://www.w3.org/2000/svg}"
_STEP = re.compile(r"([MLhvZz])([^MLhvZz]*)")


@dataclass(frozen=True)
class Text:
    """One piece of text."""

    words: str
    left: float
    top: float
    right: float
    bottom: float

    def on(self, other: Text) -> bool:
        """Whether they share room, half a unit of rounding aside."""
        across = self.left < other.right - 0.5 and other.left < self.right - 0.5
        return across and self.top < other.bottom - 0.5 and other.top < self.bottom - 0.5


class Read:
    """One drawing. Raises ``ParseError`` where it is no XML."""

    def __init__(self, svg: str) -> None:
        self.root = ElementTree.fromstring(svg.encode())
        _, _, self.width, self.height = map(float, self.root.attrib["viewBox"].split())

    def all(self, tag: str) -> list[ElementTree.Element]:
        return list(self.root.iter(_NS + tag))

    def tags(self) -> set[str]:
        return {element.tag.removeprefix(_NS) for element in self.root.iter()}

    def texts(self) -> list[Text]:
        return [text for element in self.all("text") for text in _texts(element)]

    def words(self) -> list[str]:
        return [text.words for text in self.texts()]

    def places(self) -> Iterator[tuple[float, float]]:
        """Every corner, edge and letter."""
        for path in self.all("path"):
            yield from corners(path.attrib["d"])
        for circle in self.all("circle"):
            x, y, r = (float(circle.attrib[name]) for name in ("cx", "cy", "r"))
            yield from ((x - r, y - r), (x + r, y + r))
        for rect in self.all("rect"):
            x, y, w, h = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
            yield from ((x, y), (x + w, y + h))
        for text in self.texts():
            yield from ((text.left, text.top), (text.right, text.bottom))


def corners(d: str) -> list[tuple[float, float]]:
    """The corners of a path."""
    made: list[tuple[float, float]] = []
    x = y = 0.0
    for letter, rest in _STEP.findall(d):
        numbers = [float(number) for number in rest.split()]
        if letter in "ML":
            x, y = numbers
        x, y = x + numbers[0] if letter == "h" else x, y + numbers[0] if letter == "v" else y
        made.append((x, y))
    return made


def _texts(element: ElementTree.Element) -> Iterator[Text]:
    y, anchor = float(element.attrib["y"]), element.attrib.get("text-anchor", "start")
    for part in element.findall(_NS + "tspan") or [element]:
        places, words = part.attrib["x"].split(), part.text or ""
        pieces = list(words) if len(places) > 1 else [words]
        for x, piece in zip(places, pieces, strict=True):
            wide = width(piece, SIZE) * (1.12 if "font-weight" in element.attrib else 1)
            left = float(x) - wide * {"start": 0, "middle": 0.5, "end": 1}[anchor]
            yield Text(piece, left, y - 0.95 * SIZE, left + wide, y + 0.24 * SIZE)
