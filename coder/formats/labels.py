"""Who speaks: the labels by which transcripts and minutes name speakers.

A line that looks like a label is only a candidate: ``Note: ...`` and ``https://...`` look like labels
too. What is believed is decided for each document by evidence, and always by repetition.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from itertools import pairwise

from coder.formats.notes import is_deed
from coder.formats.stamps import BRACKETED, CLOCK, SECONDS, milliseconds


class Form(Enum):
    """How a label is written."""

    STAMP_THEN_NAME = auto()
    """``[00:01:02] Name: words``, ``00:03:40.5Name: words``, ``00:01:02<tab>Name<tab>words``"""
    STAMP_AND_NAME = auto()
    """``[00:01:02] Name`` on a line of its own, the words below"""
    NAME_THEN_STAMP = auto()
    """``Name [00:01:02] words``, ``Name: [00:01:02] words``, ``Speaker 1 (00:01:02): words``"""
    NAME_AND_CLOCK = auto()
    """``Name  0:04`` or ``[Name] 00:00:04`` on a line of its own"""
    COLON = auto()
    """``Name: words``, ``[SPEAKER_00]: words``"""
    BOLD = auto()
    """a name in bold type, on a line of its own or before the words"""
    STAMP = auto()
    """``[00:01:02] words``, or a stamp on a line of its own"""
    TAB = auto()
    """``Name<tab>words``, two cells of a table"""
    LINE = auto()
    """a name on a line of its own, right below a stamp"""
    LINE_ABOVE = auto()
    """a name on a line of its own, right above a stamp"""


@dataclass(frozen=True, slots=True)
class Label:
    """What a line may begin with. ``words`` is the position after the label.

    ``time`` and ``until`` are milliseconds from the start.

    ``after_stamp`` is the position after the time stamp alone, where the line begins with one. ``alone``
    says that nothing follows on the line; ``sure`` that the form can hardly be anything else.
    """

    form: Form
    words: int
    name: str | None = None
    time: int | None = None
    until: int | None = None
    after_stamp: int | None = None
    alone: bool = False
    sure: bool = False


_LEAD = r"[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]*(?:(?:[-*•–>]|\d{1,4}[.)]?)\s+)?"
"""What may stand before a label: marks without a width, as writing from right to left has them, a bullet or number."""
_MARK = r"(?:\*{1,3}|_{1,2})?"
_NAME = r"(?P<name>[^\W\d_][^:：\[\]{}<>\t\n*#]{0,58}?)"
_COLON_MARK = rf"\s?(?::{_MARK}(?=\s|$)|：{_MARK})"

_STAMP = re.compile(
    rf"{_LEAD}{_MARK}(?P<stamp>{BRACKETED}|{CLOCK}){_MARK}(?:\s*(?:-->|–|-)\s*(?P<until>{CLOCK}))?(?P<gap>\s*(?:[-–|]\s+)?)"
)
_DATED = re.compile(
    rf"{_LEAD}\[?(?:\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{2,4}})(?:,?\s+|T)"
    rf"(?P<stamp>{CLOCK})(?:\s?(?P<half>[AaPp])\.?[Mm]\b\.?)?\]?(?P<gap>\s+(?:[-–|]\s+)?)"
)
"""``2026-03-05 14:01:22 From Name to Everyone:``, ``[12/03/2026, 14:05:11] Name:``, as chats have them."""
_RANGE = re.compile(
    rf"{_LEAD}\[\s*(?P<stamp>{CLOCK}|{SECONDS})\s*(?:-{{1,2}}>?|–)\s*(?P<until>{CLOCK}|{SECONDS})\s*\](?P<gap>\s*)"
)
_NAME_COLON = re.compile(rf"{_LEAD}{_MARK}{_NAME}{_MARK}{_COLON_MARK}")
_IN_BRACKETS = re.compile(rf"\[{_NAME}\]\s?:(?=\s|$)")
_BRACKETS_ALONE = re.compile(rf"\[{_NAME}\]:?(?=\s)")
_NAME_STAMP = re.compile(
    rf"{_LEAD}{_MARK}{_NAME}{_MARK}\s?[:：]?{_MARK}"
    rf"(?:\s*(?P<stamp>{BRACKETED})\s?[:：]?{_MARK}(?=\s|$)|\t\s*(?P<cell>{CLOCK})(?=\t))"
)
_NAME_CLOCK = re.compile(
    rf"{_MARK}{_NAME}{_MARK}(?P<gap>,?\s+|\s*\|\s*|\s+[-–—•·]\s+){_MARK}(?P<stamp>{CLOCK}){_MARK}$"
)
_CALLER_CLOCK = re.compile(
    rf"(?P<name>[+@\d(]?(?:[\d*]|[^\x00-\x7f\w\s])[^:\[\]{{}}<>\t\n]{{0,58}}?)(?P<gap>\s{{2,}})(?P<stamp>{CLOCK})$"
)
"""Somebody who came by telephone, or whose name does not begin with a letter: ``+358 40 *****12   0:20``."""
_BRACKETED_NAME_CLOCK = re.compile(rf"\[{_NAME}\](?P<gap>\s+)(?P<stamp>{CLOCK})$")
_FULL_CLOCK = re.compile(r"[*_]{0,3}\d{1,3}:\d{2}:\d{2}[*_]{0,3}")
_NAME_TAB = re.compile(rf"{_NAME}\t\s*(?=\S)")
_FROM = re.compile(r"From\s+(\S.*?)(?:\s+[tT]o\s.*)?$")
"""``From Anna to Everyone``, as a chat names who writes."""
_CHAT = re.compile(
    r"From\s+(?P<from>\S[^\t\n]{0,60}?)\s+[tT]o\s[^\t\n]{1,60}?:(?=\s|$)|(?P<cell>[^\s:][^\t\n]{0,80}?)\s?:(?=\t|$)"
)
"""Who writes in a chat; an account may be called ``0xAda``, ``@ada`` or ``🌊 Ada``."""

_CLOCK_NEAR = re.compile(r"[\[({<#\t]\s*\d")
_NAME_ALONE = re.compile(rf"{_NAME}(?<![.,])$")
_NOT_A_NAME = re.compile(r"[?!…;\"“”„=\\]|//|https?$|\b(?!Prof|Mrs|Ing|Mag|Frau|Herr)\w{3,}\.\s", re.IGNORECASE)

AT_ONCE = re.compile(r"(?<!:)//[^\W\d_][^:/\n]{0,40}:\s")
"""``//S02: words//`` inside a turn: somebody else talking at the same time."""

_HEAD = 110
"""Characters of a line in which a label must end."""

_RANGE_NEAR = 12
"""Characters at the beginning of a line in which a range of times in brackets opens."""


def label_of(
    line: str, start: int, *, bold: int = 0, below_stamp: bool = False, above_stamp: bool = False
) -> Label | None:
    """The label that a line (without blanks around it) may begin with; ``start`` is its place in the text.

    ``bold`` is the number of characters at its beginning that are set in bold; ``below_stamp`` and
    ``above_stamp`` say that the line before or after holds a time stamp and nothing else.
    """
    head = line[:_HEAD]
    colon = head.find(":")
    if "[" in head[:_RANGE_NEAR] and (stamp := _RANGE.match(head)):
        return _after_stamp(line, start, stamp)
    if colon < 0 and "：" not in head:
        own = _on_own_line(line, start, above=not below_stamp) if below_stamp or above_stamp else None
        return _bold(line, start, bold) or own or _before_tab(line, start)
    if head[colon - 1 : colon].isdigit() and head[colon + 1 : colon + 2].isdigit():
        if stamp := _STAMP.match(head) or _DATED.match(head):
            return _after_stamp(line, start, stamp)
        if len(line) < _HEAD and (found := _NAME_CLOCK.match(line)) and not _ends_small(found["name"]):
            sure = found["gap"].count(" ") > 1 or "\t" in found["gap"]
            return _label(Form.NAME_AND_CLOCK, found, line, start, time=milliseconds(found["stamp"]), sure=sure)
        if len(line) < _HEAD and (found := _BRACKETED_NAME_CLOCK.match(line) or _CALLER_CLOCK.match(line)):
            return _label(Form.NAME_AND_CLOCK, found, line, start, time=milliseconds(found["stamp"]), sure=True)
    # "Name [0:04]" and "Name: [0:04]": the clock stands right behind the name or its colon.
    if found := _NAME_STAMP.match(head) if _CLOCK_NEAR.search(head, max(0, colon - 4)) else None:
        time = milliseconds(found["stamp"] or found["cell"])
        return _label(Form.NAME_THEN_STAMP, found, line, start, time=time, sure=True)
    if found := _NAME_COLON.match(head) or _IN_BRACKETS.match(head):
        return _label(Form.COLON, found, line, start, sure=below_stamp)
    return _bold(line, start, bold)


def _after_stamp(line: str, start: int, stamp: re.Match[str]) -> Label | None:
    parts = stamp.groupdict()
    until = milliseconds(parts["until"]) if parts.get("until") else None
    time = milliseconds(stamp["stamp"])
    if half := parts.get("half"):
        time = time % _HALF_A_DAY + (_HALF_A_DAY if half in "Pp" else 0)
    # More blanks may follow than a label holds.
    words = len(line) - len(line[stamp.end() :].lstrip())
    label = Label(
        Form.STAMP,
        start + words,
        time=time,
        until=until,
        after_stamp=start + words,
        alone=words == len(line),
        sure=until is not None or not stamp["stamp"][0].isdigit() or stamp.re is _DATED or _is_alone(line),
    )
    head = line[:_HEAD]
    if (chat := _CHAT.match(head, stamp.end())) and (chat["from"] or "\t" in stamp["gap"]):
        words = len(line) - len(line[chat.end() :].lstrip())
        name = (chat["from"] or chat["cell"]).strip()
        return Label(
            Form.STAMP_THEN_NAME,
            start + words,
            name,
            time,
            after_stamp=label.after_stamp,
            alone=words == len(line),
            sure=True,
        )
    found = (
        _NAME_COLON.match(head, stamp.end())
        or ("\t" in stamp["gap"] and _NAME_TAB.match(head, stamp.end()))
        or _BRACKETS_ALONE.match(head, stamp.end())
    )
    named = _label(Form.STAMP_THEN_NAME, found, line, start) if found else None
    if named is not None:
        name = _FROM.sub(r"\1", named.name or "")
        return replace(label, form=named.form, words=named.words, name=name, alone=named.alone)
    found = _NAME_ALONE.match(line, stamp.end()) if stamp["gap"] and len(line) < _HEAD else None
    named = _label(Form.STAMP_AND_NAME, found, line, start) if found else None
    if named is not None and named.name and _is_name_like(named.name):
        return replace(label, form=named.form, words=named.words, name=named.name, alone=True)
    return label if label.alone or stamp["gap"] else None


_HALF_A_DAY = 12 * 3_600_000


def _ends_small(name: str) -> bool:
    """Whether several words end in one without a capital, as in "Let's begin at" but not in "Ada van Dyck"."""
    words = name.split()
    return len(words) > 1 and words[-1][0].islower()


def _before_tab(line: str, start: int) -> Label | None:
    found = _NAME_TAB.match(line[:_HEAD]) if "\t" in line[:_HEAD] else None
    return _label(Form.TAB, found, line, start) if found else None


def _is_alone(line: str) -> bool:
    """Whether a line holds hours, minutes and seconds, and nothing else."""
    return _FULL_CLOCK.fullmatch(line) is not None


def _on_own_line(line: str, start: int, *, above: bool) -> Label | None:
    found = _NAME_ALONE.match(line)
    return _label(Form.LINE_ABOVE if above else Form.LINE, found, line, start) if found else None


def _label(
    form: Form, found: re.Match[str], line: str, start: int, *, time: int | None = None, sure: bool = False
) -> Label | None:
    name = found["name"].strip()
    if not _may_be_a_name(name):
        return None
    rest = line[found.end() :]
    words = start + len(line) - len(rest.lstrip())
    return Label(form, words, name, time, alone=not rest.strip(), sure=sure)


def _bold(line: str, start: int, bold: int) -> Label | None:
    name = line[:bold].strip("*_ \t\n")
    if not name[:1].isalpha() or len(name) > 60 or ":" in name or not _may_be_a_name(name):
        return None
    rest = line[bold:].lstrip()
    return Label(Form.BOLD, start + len(line) - len(rest), name, alone=not rest)


def _may_be_a_name(name: str) -> bool:
    return len(name.split()) <= 6 and not _NOT_A_NAME.search(name) and name.count(",") <= 1


@dataclass(frozen=True)
class Convention:
    """What counts as a label in one document: the names believed in each form, and whether stamps are."""

    names: Mapping[Form, frozenset[str]]
    stamps: bool = False
    doubted: tuple[str, ...] = ()

    @property
    def names_speakers(self) -> bool:
        """Whether any name is believed."""
        return any(self.names.values())

    @property
    def only_one(self) -> bool:
        """Whether a single name is believed, and stands before a colon or in bold type, where no time is told."""
        names = {spelling(name) for found in self.names.values() for name in found}
        return len(names) == 1 and any(self.names[form] for form in (Form.COLON, Form.TAB, Form.BOLD))

    def share(self, evidence: Evidence) -> float:
        """The share of all paragraphs that begin with a name that is believed."""
        named = sum(label.name is not None and label.name in self.names[label.form] for label in evidence.labels)
        return named / max(1, evidence.paragraphs)

    def reads(self, label: Label | None) -> Label | None:
        """The label as this document means it, or None where the line has none."""
        if label is None:
            return None
        if label.name is not None and label.name in self.names[label.form]:
            return label
        if label.after_stamp is not None and self.stamps:
            return replace(label, form=Form.STAMP, name=None, words=label.after_stamp)
        return None


@dataclass(frozen=True, slots=True)
class Evidence:
    """All candidates of one document, in order, for the ``paragraphs`` that could be speech.

    ``people`` are names and initials of those present, ``fields`` the first words of lines such as
    ``Decision: ...``, both in small letters; ``notes`` says that the document is meeting notes, where
    single remarks are labelled, and not a transcript, where nearly all is.
    """

    labels: Sequence[Label]
    paragraphs: int
    people: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    notes: bool = False

    def names(self, form: Form) -> Counter[str]:
        """How often each name stands in a label of this form."""
        return Counter(label.name for label in self.labels if label.form is form and label.name)


def convention(evidence: Evidence) -> Convention:
    """What to believe of one document."""
    names = {
        Form.STAMP_THEN_NAME: _after_stamps(evidence),
        Form.STAMP_AND_NAME: _beside_stamps(evidence),
        Form.NAME_THEN_STAMP: _before_stamps(evidence),
        Form.NAME_AND_CLOCK: _before_clocks(evidence),
        Form.LINE: _on_own_lines(evidence, Form.LINE),
        Form.LINE_ABOVE: _on_own_lines(evidence, Form.LINE_ABOVE),
        Form.TAB: frozenset() if evidence.notes else _by_repetition(evidence, Form.TAB),
    }
    believed = sum(evidence.names(form)[name] for form, found in names.items() for name in found)
    names[Form.BOLD] = names_in_bold(evidence.labels, evidence.paragraphs)
    colons = evidence.names(Form.COLON)
    # A transcript with stamped labels has no other; a few colons in it are speech.
    strict = believed > sum(colons.values())
    known = frozenset().union(*names.values()) & colons.keys()
    by_colon = _in_notes(evidence) if evidence.notes else _by_repetition(evidence, Form.COLON)
    trusted = known if strict else known | by_colon | _below_stamps(evidence)
    # Somebody who typed "i:" or "INTERVIEWER:" once meant no other words than the line before.
    spelt = {spelling(name) for name in trusted}
    names[Form.COLON] = trusted | {name for name in colons if spelling(name) in spelt}
    doubted = () if strict or evidence.notes or not names[Form.COLON] else tuple(
        name for name in colons if name not in names[Form.COLON] and _is_name_like(name) and not is_deed(name)
    )  # fmt: skip
    return Convention(names, _stamps(evidence, named=any(names.values())), doubted)


def spelling(name: str) -> str:
    """The name without what differs where somebody types it again: capitals, blanks and a full stop at its end."""
    return " ".join(name.casefold().split()).rstrip(".")


def _after_stamps(evidence: Evidence) -> frozenset[str]:
    names = evidence.names(Form.STAMP_THEN_NAME)
    total = sum(names.values())
    without = sum(_has_words(label) for label in evidence.labels)
    sure = any(label.sure for label in evidence.labels if label.form is Form.STAMP_THEN_NAME)
    if total > without and (_repeats(names) or (sure and total > 1)):
        return frozenset(names)
    return _often(names, 3)


def _has_words(label: Label) -> bool:
    """Whether words, and perhaps no name, follow a stamp on its line."""
    return label.form is Form.STAMP_AND_NAME or (label.form is Form.STAMP and not label.alone)


def _beside_stamps(evidence: Evidence) -> frozenset[str]:
    """Names beside a stamp without a colon: short answers look alike, so nearly all stamps must have one, often."""
    names = evidence.names(Form.STAMP_AND_NAME)
    total = sum(names.values())
    stamps = sum(label.after_stamp is not None for label in evidence.labels)
    return frozenset(names) if total > 2 and total >= 0.9 * stamps and 3 * len(names) <= 2 * total else frozenset()


def _before_stamps(evidence: Evidence) -> frozenset[str]:
    names = evidence.names(Form.NAME_THEN_STAMP)
    if sum(names.values()) < 2 and evidence.paragraphs > 3:
        return frozenset()
    return frozenset(name for name, count in names.items() if count > 1 or not name[0].islower())


def _before_clocks(evidence: Evidence) -> frozenset[str]:
    names = evidence.names(Form.NAME_AND_CLOCK)
    total = sum(names.values())
    sure = any(label.sure for label in evidence.labels if label.form is Form.NAME_AND_CLOCK)
    often = _repeats(names) and total > 2 and total >= 0.15 * evidence.paragraphs
    return frozenset(names) if total and (sure or often) else frozenset()


def _on_own_lines(evidence: Evidence, form: Form) -> frozenset[str]:
    names = evidence.names(form)
    ranges = sum(label.form is Form.STAMP and label.alone for label in evidence.labels)
    if form is Form.LINE_ABOVE:
        # The last words above a stamp look like a name, too: nearly all must be names, and come again.
        named = (
            sum(names[name] for name in names if _is_name_like(name)) >= 0.9 * ranges and 3 * len(names) <= 2 * ranges
        )
    else:
        named = sum(names.values()) > ranges / 2 and (_repeats(names) or ranges <= 3)
    return frozenset(names) if named else frozenset()


def names_in_bold(labels: Sequence[Label], paragraphs: int) -> frozenset[str]:
    """Names that stand in bold type where somebody speaks; titles in bold type seldom come twice."""
    names = Counter(label.name for label in labels if label.form is Form.BOLD and label.name)
    total = sum(names.values())
    if not _repeats(names) or total < 3 or total < 0.2 * paragraphs:
        return frozenset()
    return _often(names, 2) | frozenset(filter(_is_name_like, names))


def _below_stamps(evidence: Evidence) -> frozenset[str]:
    """Names before a colon right below a line with a stamp, where that is how the document is made."""
    stamps = sum(label.form is Form.STAMP and label.alone for label in evidence.labels)
    named = [label.name for label in evidence.labels if label.form is Form.COLON and label.sure and label.name]
    return frozenset(filter(_is_name_like, named)) if len(named) > stamps / 2 else frozenset()


def _by_repetition(evidence: Evidence, form: Form) -> frozenset[str]:
    names = evidence.names(form)
    counts: Counter[str] = Counter()
    for name, count in names.items():
        if name.casefold() not in NOT_SPEAKERS and not is_deed(name):
            counts[spelling(name)] += count
    repeated = {name: count for name, count in counts.items() if count > 1}
    covered = sum(repeated.values())
    share = covered / max(1, evidence.paragraphs)
    leading = sorted(repeated.values(), reverse=True)[:2]
    talk = len(repeated) > 1 and (share >= 0.3 or (leading[-1] >= 5 and share >= 0.08))
    monologue = len(repeated) == 1 and share >= 0.5 and (covered > 2 or sum(names.values()) == evidence.paragraphs)
    if not (talk or monologue):
        return frozenset()
    return frozenset(
        name
        for name in names
        if repeated.get(spelling(name), 0) >= max(3, 0.005 * covered)
        or (_is_name_like(name) and (spelling(name) in repeated or (share >= 0.6 and not is_deed(name))))
        or (_is_handle(name) and share >= 0.9)
    )


def _in_notes(evidence: Evidence) -> frozenset[str]:
    found = evidence.names(Form.COLON)
    names = Counter({name: count for name, count in found.items() if name.casefold() not in evidence.fields})
    present = frozenset(name for name in names if name.casefold() in evidence.people)
    initials = frozenset(filter(_INITIALS.fullmatch, _often(names, 1)))
    if sum(names[name] for name in present & initials) > 1:
        return present | (initials & _often(names, 2))
    # Without a list of those present, only what is said over and over can be a name: sites and topics stand there too.
    others = frozenset(name for name in _often(names, 2 if not present else 3) if _is_name_like(name))
    if not present and sum(names[name] for name in others | initials) < 0.15 * evidence.paragraphs:
        return frozenset()
    return present | others


def _stamps(evidence: Evidence, *, named: bool) -> bool:
    stamps = [label for label in evidence.labels if label.after_stamp is not None]
    times = [label.time or 0 for label in stamps]
    forward = sum(before <= after for before, after in pairwise(times))
    if not stamps or forward < 0.8 * (len(stamps) - 1):
        return False
    if all(label.sure for label in stamps):
        return len(stamps) > 1 or named
    alone = sum(label.alone for label in stamps)
    share = 0.2 if alone > len(stamps) / 2 else 0.5
    return len(stamps) > 1 and not evidence.notes and len(stamps) >= share * evidence.paragraphs


def _often(names: Counter[str], least: int) -> frozenset[str]:
    return frozenset(name for name, count in names.items() if count >= least and name.casefold() not in NOT_SPEAKERS)


def _repeats(names: Counter[str]) -> bool:
    return max(names.values(), default=0) > 1


def _is_name_like(name: str) -> bool:
    """Whether every word begins with a capital, a digit or a letter of a script without capitals."""
    words = name.split()
    return len(words) <= 4 and name.casefold() not in NOT_SPEAKERS and not any(w[0].islower() for w in words)


def _is_handle(name: str) -> bool:
    """Whether it can be the name of an account: ``nixo``, ``Iván | ethrex``."""
    return name.casefold() not in NOT_SPEAKERS and (len(name.split()) == 1 or not name.replace(" ", "").isalpha())


_INITIALS = re.compile(r"[^\W\d_a-z]{2,4}")

_ORDINARY = """
abstract action actions addendum advantage advantages agenda agreed ai aim also and appendix but background
challenge challenges cons conclusion context date decided decision decisions definition description disadvantage
disadvantages discussion duration edit email eg e.g. example examples exception fact figure from fyi goal hint
however http https i.e. idea important info issue issues keywords language lesson lessons location meeting
method nb next note notes ok options or other outcome p.s. place plan please pr problem problems absent
apologies attendees participants present pro pros ps purpose quote re reason reasons recording result results
risk risks see so solution source sources status step subject summary table task tasks that then there this time
tip title to todo topic topics tbd update updates url vs warning website why huom huomio huomautus esim
esimerkki aika paikka päivämäärä aihe päätös päätökset toimenpide toimenpiteet tehtävä liite lähde yhteenveto
tavoite ongelma ratkaisu obs anm exempel tid plats datum ämne beslut åtgärd bilaga källa sammanfattning
anmerkung hinweis beispiel z.b. zeit ort thema beschluss aufgabe anhang quelle zusammenfassung ziel fazit
questions proposal option conclusions motion vote speaker speakers name who what role
"""

NOT_SPEAKERS = frozenset(_ORDINARY.split())
"""What stands before a colon in ordinary text, in small letters."""
