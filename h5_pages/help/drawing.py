"""A workflow as a picture that a phone can show: states in a column, arrows in lanes beside it.

Arrows that end in the same state share a lane on each side, like a bus: forward on the right, back on the
left. They carry numbers, which the list below the picture explains. All lengths are units of the picture.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from storage.texts import Gettext
from workflows.definition import Move, Workflow

WIDTH, MARGIN = 328.0, 2.0  # of a phone 360 wide without its margins
LANE, STUB = 15.0, 34.0  # between lanes; room for the numbers beside a box
PORT, BOX, GAP = 22.0, 44.0, 26.0  # between two arrows of a box; the least height of a box; between boxes
HEAD = 6.0  # length of an arrow's head
WIDE, NARROW = 14.0, 7.4  # advance of a Chinese character and the mean one of a Latin letter, 14 units tall
LINE = 18.0


@dataclass(frozen=True)
class Box:
    """A state."""

    lines: tuple[str, ...]
    y: float
    height: float
    final: bool

    def row(self, place: int) -> float:
        """The height of a line of its words."""
        return self.y + self.height / 2 + (place - (len(self.lines) - 1) / 2) * LINE


@dataclass(frozen=True)
class Arrow:
    """A line with its head, both as SVG paths, and the numbers of the steps that it stands for."""

    line: str
    head: str
    numbers: str
    x: float
    y: float
    automatic: bool


@dataclass(frozen=True)
class Drawing:
    """The picture; `left` and `width` are those of the boxes."""

    name: str
    left: float
    width: float
    height: float
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


@dataclass(frozen=True)
class _Link:
    source: str
    target: str
    numbers: str
    automatic: bool


def numbered(workflow: Workflow) -> Mapping[str, int]:
    """The number of every action that changes the state, in the order of the table."""
    actions = dict.fromkeys(move.action for move in workflow.moves if _changes(move))
    return {action: number for number, action in enumerate(actions, 1)}


def draw(workflow: Workflow, gettext: Gettext) -> Drawing:
    """The picture of a workflow in a reader's language."""
    return _Draft(workflow, gettext).drawing()


class _Draft:
    """Places boxes and lanes, then draws the arrows."""

    def __init__(self, workflow: Workflow, gettext: Gettext) -> None:
        self._workflow = workflow
        self._order = {state: place for place, state in enumerate(workflow.states)}
        self._links = _links(workflow)
        self._lanes = {back: self._lanes_of(back) for back in (True, False)}
        self._left = self._room(back=True)
        self._width = WIDTH - self._left - self._room(back=False)
        self._boxes = self._stack(gettext)

    def drawing(self) -> Drawing:
        arrows = [self._down(link) for link in self._links if self._is_next(link)]
        for state in self._order:
            for back in (True, False):
                leaving = [link for link in self._sideways(back) if link.source == state]
                arrows += [self._around(link, port, len(leaving)) for port, link in enumerate(leaving)]
        last = list(self._boxes.values())[-1]
        return Drawing(
            self._workflow.name,
            self._left,
            self._width,
            last.y + last.height + MARGIN,
            tuple(self._boxes.values()),
            (*self._beginning(), *arrows),
        )

    def _is_next(self, link: _Link) -> bool:
        return bool(link.source) and self._order[link.target] == self._order[link.source] + 1

    def _is_back(self, link: _Link) -> bool:
        return self._order[link.target] < self._order[link.source]

    def _sideways(self, back: bool) -> list[_Link]:
        return [
            link
            for link in self._links
            if link.source and not self._is_next(link) and self._is_back(link) is back
        ]

    def _lanes_of(self, back: bool) -> Mapping[str, int]:
        """The lane of every target, the shorter way nearer to the boxes."""
        reach: dict[str, int] = {}
        for link in self._sideways(back):
            length = abs(self._order[link.source] - self._order[link.target])
            reach[link.target] = max(length, reach.get(link.target, 0))
        return {target: lane for lane, target in enumerate(sorted(reach, key=lambda t: reach[t]))}

    def _room(self, *, back: bool) -> float:
        lanes = len(self._lanes[back])
        return MARGIN + STUB + lanes * LANE if lanes else MARGIN

    def _stack(self, gettext: Gettext) -> dict[str, Box]:
        boxes, y = {}, MARGIN + GAP
        for state, label in self._workflow.states.items():
            lines = folded(gettext(label), self._width - 16)
            ports = max(len([k for k in self._sideways(b) if k.source == state]) for b in (True, False))
            height = max(BOX, len(lines) * LINE + 16, ports * PORT + 14)
            boxes[state] = Box(lines, y, height, state in self._workflow.final)
            y += height + GAP
        return boxes

    def _beginning(self) -> Iterator[Arrow]:
        middle = self._left + self._width / 2
        for state, found in groupby([k for k in self._links if not k.source], key=lambda k: k.target):
            numbers, y = ", ".join(link.numbers for link in found), self._boxes[state].y
            yield Arrow(
                _path((middle, y - GAP), (middle, y)),
                _down_head(middle, y),
                numbers,
                middle + 14,
                y - 11,
                False,
            )

    def _down(self, link: _Link) -> Arrow:
        box, x = self._boxes[link.source], self._left + self._width / 2
        top, bottom = box.y + box.height, self._boxes[link.target].y
        return Arrow(
            _path((x, top), (x, bottom)),
            _down_head(x, bottom),
            link.numbers,
            x + 14,
            bottom - 10,
            link.automatic,
        )

    def _around(self, link: _Link, port: int, ports: int) -> Arrow:
        """Out of the box, along the lane of its target, and into that from the side, above what leaves it."""
        back = self._is_back(link)
        lane = STUB + self._lanes[back][link.target] * LANE + LANE / 2
        edge = self._left if back else self._left + self._width
        x = edge - lane if back else edge + lane
        box, target = self._boxes[link.source], self._boxes[link.target]
        y = box.y + box.height / 2 + (port - (ports - 1) / 2) * PORT + 3
        into = target.y + 6
        head = _side_head(edge, into, -1 if back else 1)
        label = edge - STUB / 2 if back else edge + STUB / 2
        return Arrow(
            _path((edge, y), (x, y), (x, into), (edge, into)), head, link.numbers, label, y, link.automatic
        )


def folded(text: str, width: float) -> tuple[str, ...]:
    """The words in lines that fit, broken at spaces or between Chinese characters."""
    lines, line = [], ""
    for part in re.findall(r"[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+", text):
        if line and _advance(line + part.rstrip()) > width:
            lines.append(line.strip())
            line = ""
        line += part
    return (*lines, line.strip())


def _advance(text: str) -> float:
    return sum(WIDE if char >= "\u2e80" else NARROW for char in text)


def _changes(move: Move) -> bool:
    return move.target is not None and move.target != move.source


def _links(workflow: Workflow) -> list[_Link]:
    """One link for each pair of states, with the numbers of all actions that lead that way."""
    numbers = numbered(workflow)
    found: dict[tuple[str, str], list[Move]] = {}
    for move in workflow.moves:
        if move.target is not None and _changes(move):
            found.setdefault((move.source or "", move.target), []).append(move)
    return [
        _Link(source, target, _listed(numbers[move.action] for move in moves), _automatic(moves))
        for (source, target), moves in found.items()
    ]


def _listed(numbers: Iterator[int]) -> str:
    return ", ".join(str(number) for number in sorted(set(numbers)))


def _automatic(moves: Sequence[Move]) -> bool:
    """Does the system alone go this way?"""
    return all(move.by.system and not (move.by.roles or move.by.parts or move.by.anybody) for move in moves)


def _path(*points: tuple[float, float]) -> str:
    return "M" + " L".join(f"{x:g} {y:g}" for x, y in points)


def _down_head(x: float, y: float) -> str:
    return _path((x, y), (x - HEAD * 0.7, y - HEAD), (x + HEAD * 0.7, y - HEAD)) + " Z"


def _side_head(x: float, y: float, side: int) -> str:
    return _path((x, y), (x + side * HEAD, y - HEAD * 0.7), (x + side * HEAD, y + HEAD * 0.7)) + " Z"
