"""YAML as plain values that remember their line; refuses what a constitution does not need.

Never builds anything but mappings, lists, words, numbers and yes/no: no aliases, no tags, no merge keys.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import yaml

from models.errors import Complaint
from models.illegible import told

Step = str | int
Place = tuple[Step, ...]

_TAG = "tag:yaml.org,2002:"
_PLAIN = frozenset(_TAG + word for word in ("str", "int", "float", "bool", "null", "timestamp"))


@dataclass
class Marked:
    """What a text says, where it says it, and what is wrong with how it is written."""

    value: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    """First line of the item at a place; for a value in a mapping, the line of its key."""
    complaints: list[Complaint] = field(default_factory=list)

    def line(self, place: Iterable[Step]) -> int:
        """The line of ``place``, or of the nearest thing around it that is written down."""
        steps = tuple(place)
        while steps and steps not in self.lines:
            steps = steps[:-1]
        return self.lines.get(steps, 1)

    def complain(self, line: int, message: str) -> None:
        """Note one thing that is wrong."""
        self.complaints.append(Complaint(line, message))


def read(text: str) -> Marked:
    """Read one YAML document. Never raises: what cannot be read is in ``complaints``."""
    marked = Marked()
    try:
        node = _compose(text)
        if node is None:
            marked.complain(1, "the file is empty")
        else:
            marked.lines[()] = node.start_mark.line + 1
            marked.value = _value(node, (), marked)
    except yaml.reader.ReaderError as error:
        marked.complain(text.count("\n", 0, error.position) + 1, f"not readable: {error.reason}")
    except yaml.MarkedYAMLError as error:
        marked.complain(*told(error, text))
    except RecursionError:
        marked.complain(1, "not readable: nested too deeply")
    return marked


def _compose(text: str) -> yaml.Node | None:
    loader = _Loader(text)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


class _Loader(yaml.SafeLoader):
    """Refuses aliases while composing: they can describe endless and exponential values."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """See ``yaml.composer.Composer``."""
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(
                problem=f"'*{event.anchor}': write the value out again, or put it in quotes",
                problem_mark=event.start_mark,
            )
        return super().compose_node(parent, index)


def _value(node: yaml.Node, place: Place, marked: Marked) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, place, marked)
    if isinstance(node, yaml.SequenceNode):
        return _sequence(node, place, marked)
    return _scalar(node, marked)


def _mapping(node: yaml.MappingNode, place: Place, marked: Marked) -> dict[str, Any]:
    _refuse_tag(node, "map", marked)
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode) or key_node.tag != _TAG + "str":
            marked.complain(line, f"{_shown(key_node)} cannot be a key; put it in quotes or choose a word")
            continue
        key = key_node.value
        if key in found:
            marked.complain(line, f"{key!r} is written twice; it already stands in line {marked.lines[(*place, key)]}")
            continue
        marked.lines[(*place, key)] = line
        found[key] = _value(value_node, (*place, key), marked)
    return found


def _sequence(node: yaml.SequenceNode, place: Place, marked: Marked) -> list[Any]:
    _refuse_tag(node, "seq", marked)
    found = []
    for number, item in enumerate(node.value):
        marked.lines[(*place, number)] = item.start_mark.line + 1
        found.append(_value(item, (*place, number), marked))
    return found


def _scalar(node: yaml.Node, marked: Marked) -> Any:
    line = node.start_mark.line + 1
    if node.tag not in _PLAIN:
        said = repr(node.tag) if node.tag.startswith("!") else _shown(node)
        marked.complain(line, f"{said}: tags and special words are not understood; put it in quotes")
        return None
    try:
        return yaml.SafeLoader("").construct_object(node)
    except (ValueError, OverflowError, LookupError):
        marked.complain(line, f"{_shown(node)} looks like a number or a date but is none; put it in quotes")
        return None


def _refuse_tag(node: yaml.Node, expected: str, marked: Marked) -> None:
    if node.tag != _TAG + expected:
        marked.complain(node.start_mark.line + 1, f"the tag {node.tag!r} is not understood; leave it out")


def _shown(node: yaml.Node) -> str:
    return repr(node.value[:40]) if isinstance(node, yaml.ScalarNode) else "a list or mapping"
