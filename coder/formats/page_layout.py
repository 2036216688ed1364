"""From the lines of printed pages back to paragraphs: what a layout broke, and what it repeats on every page."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from statistics import median

from coder.formats.blocks import Block
from coder.formats.labels import Form, label_of, spelling
from coder.formats.paragraphs import BULLET


@dataclass(frozen=True, slots=True)
class Line:
    """One line on a page, without blanks around it; lengths in points, ``base`` grows upwards.

    ``first`` is where its first word ends, ``size`` the height of its letters from the lowest to the highest
    of the font, ``bold`` the number of bold characters it begins with; ``hyphen`` says that a hyphen at its
    end, no longer in the text, broke a word.
    """

    text: str
    left: float
    right: float
    base: float
    first: float
    size: float
    bold: int = 0
    hyphen: bool = False


Page = Sequence[Line]

_EDGE = 3
"""Lines at the top and at the bottom of a page among which running heads and feet are looked for."""
_OF = r"(?:/|of|von|von insgesamt|av|de|sur|di|van)"
_NUMBER_ALONE = re.compile(r"\d{1,5}")
_PAGE_NUMBER = re.compile(
    rf"[-–—]\s?(?P<dashed>\d{{1,5}})\s?[-–—]|(?:page|p\.|seite|s\.|sivu|sida|página|pagina)\s?(?P<named>\d{{1,5}})"
    rf"(?:\s?{_OF}\s?\d{{1,5}}|\s?\(\d{{1,5}}\))?|(?P<counted>\d{{1,5}})\s?(?:{_OF}\s?\d{{1,5}}|\(\d{{1,5}}\))",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_SPOKEN = frozenset({Form.STAMP_THEN_NAME, Form.NAME_THEN_STAMP, Form.NAME_AND_CLOCK, Form.COLON, Form.BOLD})


def rows(page: Page) -> list[Line]:
    """The lines of a page, those that stand beside each other at one height made one."""
    found: list[Line] = []
    for line in page:
        last = found[-1] if found else None
        if last is not None and abs(last.base - line.base) < 0.2 * last.size and line.left >= last.right:
            # Cells of a row in a table stand further apart than words.
            gap = "\t" if line.left - last.right > last.size else " "
            beside = replace(last, text=f"{last.text}{gap}{line.text}", right=line.right, hyphen=line.hyphen)
            found[-1] = beside
        else:
            found.append(line)
    return found


def without_margin(pages: Sequence[Page]) -> tuple[list[Page], list[str]]:
    """The pages without the numbers of lines or paragraphs in the left margin, and a warning if there were any."""
    reach: Counter[int] = Counter()
    for line in chain(*pages):
        reach[round(line.left)] += len(line.text)
    edge = max(reach, key=lambda left: reach[left], default=0)
    numbers = [line.text for line in chain(*pages) if _is_beside(line, edge)]
    if len(numbers) <= max(2, len(pages)):
        return [*pages], []
    kept: list[Page] = [[line for line in page if not _is_beside(line, edge)] for page in pages]
    return kept, [f"numbers in the margin were left out: {len(numbers)} ({numbers[0]!r} to {numbers[-1]!r})"]


def _is_beside(line: Line, edge: float) -> bool:
    return line.right <= edge and _NUMBER_ALONE.fullmatch(line.text) is not None


def without_running(pages: Sequence[Page]) -> tuple[list[Page], list[str]]:
    """The pages without page numbers, running heads and feet, and a warning of each kind that was left out."""
    edges = [(_edge(page, top=True), _edge(page, top=False)) for page in pages]
    counted = _counted(edges)
    repeated = _repeated(pages, edges)
    numbers: list[str] = []
    running: list[str] = []
    kept: list[Page] = []
    for index, (page, both) in enumerate(zip(pages, edges, strict=True)):
        left_out: set[int] = set()
        for edge in both:
            for line in edge:
                if id(line) in left_out:
                    continue
                if _is_number(line.text, index, counted):
                    numbers.append(line.text)
                elif _same(line.text) in repeated:
                    running.append(line.text)
                else:
                    break
                left_out.add(id(line))
        kept.append([line for line in page if id(line) not in left_out])
    return kept, [*_told("page numbers", numbers), *_told("running heads and feet", running)]


def _edge(page: Page, *, top: bool) -> list[Line]:
    """The outermost lines, from the edge of the page inwards."""
    return sorted(page, key=lambda line: line.base, reverse=top)[:_EDGE]


def _counted(edges: Sequence[tuple[Sequence[Line], ...]]) -> frozenset[int]:
    """What bare numbers at the edges differ by from the place of their page, where several differ by the same."""
    found: Counter[int] = Counter()
    for index, both in enumerate(edges):
        found.update({int(line.text) - index for line in chain(*both) if _NUMBER_ALONE.fullmatch(line.text)})
    return frozenset(offset for offset, count in found.items() if count > 1 and 3 * count >= len(edges))


def _is_number(text: str, index: int, counted: frozenset[int]) -> bool:
    if _NUMBER_ALONE.fullmatch(text):
        return int(text) - index in counted
    return _PAGE_NUMBER.fullmatch(text) is not None


def _repeated(pages: Sequence[Page], edges: Sequence[tuple[Sequence[Line], ...]]) -> frozenset[str]:
    """Lines, their digits aside, that stand at the edge of most pages (of odd or even ones) and hardly elsewhere."""
    at_edge: Counter[str] = Counter()
    for both in edges:
        at_edge.update({_same(line.text) for line in chain(*both)})
    anywhere = Counter(_same(line.text) for page in pages for line in page if _same(line.text) in at_edge)
    filled = sum(1 for page in pages if page)
    least = max(2, min(3, filled), 0.4 * filled)
    running = {text for text, count in at_edge.items() if count >= least and anywhere[text] <= count + 1}
    # A name before other words, too, is somebody who says the same again.
    lines = {_same(line.text): _label(line) for line in chain(*pages)}
    speakers = Counter(lines.values())
    return frozenset(text for text in running if lines[text] is None or speakers[lines[text]] == 1)


def _same(text: str) -> str:
    return _DIGITS.sub("0", " ".join(text.split()))


def _told(what: str, found: Sequence[str]) -> Iterator[str]:
    if found:
        kinds = list({_same(text): text for text in reversed(found)}.values())[::-1]
        more = ", ..." if len(kinds) > 3 else ""
        yield f"{what} were left out: {len(found)} ({', '.join(repr(text[:60]) for text in kinds[:3])}{more})"


def blocks(pages: Sequence[Page]) -> Iterator[Block]:
    """The paragraphs of all pages, words broken by a hyphen made whole; large letters make headings."""
    placed = [(index, line) for index, page in enumerate(pages) for line in page]
    layout = _Layout([line for _, line in placed])
    paragraph: list[Line] = []
    for (page_before, before), (page, line) in pairwise([(-1, None), *placed]):
        assert line is not None
        if before is not None and layout.begins(paragraph, line, new_page=page != page_before):
            yield layout.block(paragraph)
            paragraph = []
        paragraph.append(line)
    if paragraph:
        yield layout.block(paragraph)


class _Layout:
    """How one document is set: its margins, the usual step from line to line, its letters, its labels."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._margins = _margins(lines)
        self._blank = _BLANK
        sizes: Counter[float] = Counter()
        edges: Counter[int] = Counter()
        for line in lines:
            sizes[_rounded(line.size)] += len(line.text)
            edges[round(line.left)] += 1
        self._size = max(sizes, key=lambda size: sizes[size], default=1.0)
        self._left = max(edges, key=lambda left: edges[left], default=0)
        larger = sorted((size for size in sizes if size > 1.15 * self._size), reverse=True)
        self._levels = {size: min(rank, 6) for rank, size in enumerate(larger, 1)}
        steps = [
            (above.base - below.base) / below.size
            for above, below in pairwise(lines)
            if above.base > below.base and self._is_full(above, below)
        ]
        self._step = median(steps) if steps else 1.5
        apart = [
            (above.base - below.base) / below.size > 1.25 * self._step
            for above, below in pairwise(lines)
            if above.base > below.base
        ]
        # Where paragraphs stand apart, a line that is nearly full was not ended by anybody.
        self._blank = _NEARLY if sum(apart) > max(2, 0.1 * len(apart)) else _BLANK
        named = (_label(line) for line in lines)
        self._labels = Counter(name for name in named if name is not None)

    def begins(self, paragraph: Sequence[Line], line: Line, *, new_page: bool) -> bool:
        """Whether a line begins another paragraph than the one before it, which ``paragraph`` holds so far."""
        before = paragraph[-1]
        step = (before.base - line.base) / line.size
        near = new_page or step <= 1.25 * self._step
        if near and "\t" in paragraph[0].text and line.left > paragraph[0].left + line.size and _label(line) is None:
            # The words of a cell go on below it, however narrow it is.
            return False
        if abs(line.size - before.size) > 0.15 * before.size or not self._is_full(before, line):
            return True
        if not near:
            return True
        name = _label(line)
        if name is not None and (self._labels[name] > 1 or name == _STAMP):
            return True
        bulleted = BULLET.match(paragraph[0].text) is not None
        if bulleted and BULLET.match(line.text):
            return True
        hanging = bulleted or _label(paragraph[0]) is not None
        indent = 0.7 * line.size
        return not hanging and line.left > max(self._left, before.left) + indent

    def block(self, paragraph: Sequence[Line]) -> Block:
        """The paragraph that these lines are."""
        text = ""
        bold, all_bold = 0, True
        for line in paragraph:
            text = _continued(text, line) if text else line.text
            bold = len(text) - len(line.text) + line.bold if all_bold and line.bold else bold
            all_bold = all_bold and line.bold >= len(line.text)
            if line.hyphen:
                text += _HYPHEN
        text = text.removesuffix(_HYPHEN) + ("-" if text.endswith(_HYPHEN) else "")
        level = self._levels.get(_rounded(paragraph[0].size), 0)
        level = level if len(text.split()) <= 20 and _label(paragraph[0]) is None else 0
        return Block(text, level, item=not level and BULLET.match(text) is not None, bold=bold)

    def _is_full(self, line: Line, below: Line) -> bool:
        """Whether the first word of the line below had no room at the end of this one."""
        if line.hyphen:
            return True
        room = self._margins[round(line.left)] - line.right
        return below.first - below.left + self._blank * line.size > room


_BLANK, _NEARLY = 0.2, 0.5
"""Heights of a line: a blank, and what may be missing besides, for the margin is seen a little too far left."""
_STAMP = "\0"
_HYPHEN = "\u00ad"


def _label(line: Line) -> str | None:
    """The name that a line begins with as a label would, a mark for a time alone, or None."""
    label = label_of(line.text, 0, bold=line.bold)
    if label is None:
        return None
    if label.name is not None and label.form in _SPOKEN:
        return spelling(label.name)
    return _STAMP if label.form is Form.STAMP and label.sure else None


def _margins(lines: Sequence[Line]) -> Mapping[int, float]:
    """How far lines reach to the right, by where they begin: columns and quotations have margins of their own."""
    groups: defaultdict[int, list[Line]] = defaultdict(list)
    for line in lines:
        groups[round(line.left)].append(line)
    widest = _margin(lines)
    return {left: _margin(found) if len(found) >= _FEW else widest for left, found in groups.items()}


def _margin(lines: Sequence[Line]) -> float:
    """The margin that lines keep, but for one in twenty; beyond all of them where none can be seen."""
    ends = sorted(line.right for line in lines)
    margin = ends[-1 - len(ends) // 20] if ends else 0.0
    near = sum(line.right > margin - 4 * line.size for line in lines)
    least = _MEASURE if len(lines) < _FEW else _SHORTEST_MEASURE
    measured = any(line.right - line.left > least * line.size for line in lines)
    return margin if measured and near >= 0.1 * len(lines) else math.inf


_FEW = 8
"""Lines too few to show a margin unless they are long."""
_MEASURE, _SHORTEST_MEASURE = 30, 15
"""Heights of a line: a page wide, and some thirty letters, fewer than which no column holds."""


def _rounded(size: float) -> float:
    return round(2 * size) / 2


def _continued(text: str, line: Line) -> str:
    """The text with a further line: without a hyphen where small letters go on, without a blank after any other."""
    if text.endswith(_HYPHEN):
        return text[:-1] + ("" if line.text[:1].islower() else "-") + line.text
    return f"{text} {line.text}"
