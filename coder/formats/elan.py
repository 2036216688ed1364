"""ELAN: annotations on tiers, with times in milliseconds."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from coder.errors import MalformedFile, TooLarge
from coder.formats.archives import MAX_XML
from coder.formats.building import Piece
from coder.formats.cues import Cue, talk
from coder.formats.dates import date_in
from coder.formats.decoding import decode
from coder.model import DocumentKind, Reading, TurnKind

MAX_TAGS = 4_000_000
"""Tags take most of the memory; half a million annotations have fewer."""

_DECLARATION = re.compile(r"\s*<\?xml[^<>]*\?>")


def read(content: bytes, name: str) -> Reading:
    """Read an ELAN document: who a tier belongs to speaks in it; tiers that refer to another hold notes on it.

    Raises MalformedFile, with the line where that is known, or TooLarge.
    """
    if len(content) > MAX_XML:
        raise TooLarge(f"the XML has {len(content):,} bytes, more than {MAX_XML:,}; split it into several documents")
    if content.count(b"<") > MAX_TAGS:
        raise TooLarge(f"the XML has more than {MAX_TAGS:,} tags; split it into several documents")
    text, said = decode(content)
    slots, tiers = _document(text)
    spoken = sorted(_spoken(tiers), key=lambda one: (slots.order(one.begin), slots.order(one.end)))
    if not spoken:
        raise MalformedFile("holds no annotation with words on a tier of its own")
    notes = _notes(tiers, spoken, slots, said)
    names = _speakers(tiers)
    items: list[Cue | Piece] = []
    for one in spoken:
        place = f"annotation {one.id}"
        items.append(Cue(place, one.words, names[one.tier], slots.times.get(one.begin), slots.times.get(one.end)))
        items.extend(Piece(f"[{tier}: {' '.join(words)}]", TurnKind.REMARK) for tier, words in notes[one.id].items())
    said.extend(_overlaps([item for item in items if isinstance(item, Cue)]))
    words, turns = talk(items, said)
    return Reading(words, turns, DocumentKind.INTERVIEW, tuple(said), date_in(name))


@dataclass(frozen=True, slots=True)
class _Annotation:
    """Words on a tier, between two time slots, or referring to another annotation."""

    id: str
    tier: str
    words: str
    begin: str = ""
    end: str = ""
    refers: str = ""


@dataclass(frozen=True, slots=True)
class _Tier:
    id: str
    participant: str
    parent: str
    annotations: Sequence[_Annotation]


@dataclass(frozen=True, slots=True)
class _Slots:
    """The times of the slots that have one, and where each stands in the order of all."""

    times: Mapping[str, int]
    places: Mapping[str, tuple[int, int]]

    def order(self, slot: str) -> tuple[int, int]:
        """What to sort by: a slot without a time comes right after the one before it."""
        return self.places.get(slot, (0, 0))


def _document(text: str) -> tuple[_Slots, Mapping[str, _Tier]]:
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise MalformedFile("holds a document type, which ELAN never writes; that is refused as unsafe")
    try:
        root = ET.fromstring(_DECLARATION.sub("", text, count=1))  # noqa: S314 (no document type, so no entities)
    except ET.ParseError as error:
        raise MalformedFile(f"not XML, or XML that breaks off: {error}", line=error.position[0]) from error
    if root.tag != "ANNOTATION_DOCUMENT":
        raise MalformedFile(f"not an ELAN document: it begins with <{root.tag[:40]}>, not <ANNOTATION_DOCUMENT>")
    tiers = (_tier(tier) for tier in root.iter("TIER"))
    return _slots(root), {tier.id: tier for tier in tiers}


def _slots(root: ET.Element) -> _Slots:
    times: dict[str, int] = {}
    places: dict[str, tuple[int, int]] = {}
    latest = 0
    for index, slot in enumerate(root.iter("TIME_SLOT")):
        name, value = slot.get("TIME_SLOT_ID", ""), slot.get("TIME_VALUE", "").strip()
        if value.isascii() and value.isdigit() and len(value) < 12:
            latest = times[name] = int(value)
        places[name] = (latest, index)
    return _Slots(times, places)


def _tier(tier: ET.Element) -> _Tier:
    name = tier.get("TIER_ID", "").strip()
    found = []
    for one in tier.iter():
        if one.tag in ("ALIGNABLE_ANNOTATION", "REF_ANNOTATION"):
            words = " ".join((one.findtext("ANNOTATION_VALUE") or "").split())
            keys = ("TIME_SLOT_REF1", "TIME_SLOT_REF2", "ANNOTATION_REF")
            begin, end, refers = (one.get(key, "") for key in keys)
            found.append(_Annotation(one.get("ANNOTATION_ID", ""), name, words, begin, end, refers))
    return _Tier(name, tier.get("PARTICIPANT", "").strip(), tier.get("PARENT_REF", ""), found)


def _spoken(tiers: Mapping[str, _Tier]) -> Iterator[_Annotation]:
    """What is said: annotations with words and times of their own on tiers that have no tier above them."""
    for tier in tiers.values():
        if tier.parent not in tiers:
            yield from (one for one in tier.annotations if one.words and not one.refers)


def _speakers(tiers: Mapping[str, _Tier]) -> Mapping[str, str]:
    """Who speaks in each tier: its participant, with the tier's name where the participant has several."""
    own = [tier for tier in tiers.values() if tier.parent not in tiers and tier.annotations]
    several = Counter(tier.participant for tier in own)
    return {
        tier.id: tier.participant
        if several[tier.participant] == 1 and tier.participant
        else f"{tier.participant} ({tier.id})"
        if tier.participant
        else tier.id
        for tier in own
    }


def _notes(
    tiers: Mapping[str, _Tier], spoken: Sequence[_Annotation], slots: _Slots, said: list[str]
) -> Mapping[str, Mapping[str, list[str]]]:
    """For each annotation that is spoken, the notes on it, by tier."""
    found: dict[str, dict[str, list[str]]] = {one.id: {} for one in spoken}
    known = {one.id: one for tier in tiers.values() for one in tier.annotations}
    by_tier: dict[str, list[_Annotation]] = {}
    for one in spoken:
        by_tier.setdefault(one.tier, []).append(one)
    starts = {tier: [slots.order(one.begin) for one in those] for tier, those in by_tier.items()}
    targets: dict[str, str] = {}
    read: dict[str, None] = {}
    lost = 0
    for note in known.values():
        if not note.words or note.id in found:
            continue
        target = known.get(_target(note, known, targets))
        place = target.id if target is not None else ""
        if target is not None and not target.refers and place not in found:
            # Words of an utterance have times of their own: they belong to what is spoken then on the tier above.
            top = _top(tiers, target.tier)
            index = bisect_right(starts.get(top, []), slots.order(target.begin)) - 1
            place = by_tier[top][index].id if index >= 0 else ""
        if place in found:
            found[place].setdefault(note.tier, []).append(note.words)
            read[note.tier] = None
        else:
            lost += 1
    if read:
        said.append(f"tiers that refer to others were read as notes: {', '.join(read)}")
    if lost:
        said.append(f"notes that refer to nothing that is said were left out: {lost}")
    return found


def _target(note: _Annotation, known: Mapping[str, _Annotation], targets: dict[str, str]) -> str:
    """The annotation with times of its own that a note refers to in the end, or nothing; ``targets`` remembers."""
    way: list[str] = []
    name = note.id
    while name in known and known[name].refers and name not in targets:
        way.append(name)
        targets[name] = ""
        name = known[name].refers
    target = targets.get(name, name)
    targets.update(dict.fromkeys(way, target))
    return target


def _top(tiers: Mapping[str, _Tier], name: str) -> str:
    """The tier that stands above all those above this one."""
    seen = {name}
    while tiers[name].parent in tiers and tiers[name].parent not in seen:
        name = tiers[name].parent
        seen.add(name)
    return name


def _overlaps(cues: Sequence[Cue]) -> Iterator[str]:
    timed = [(cue.place, cue.start, cue.end) for cue in cues if cue.start is not None and cue.end is not None]
    both = [place for (_, _, end), (place, start, _) in pairwise(timed) if start < end]
    if both:
        yield f"annotations that overlap the one before: {len(both)} (first {both[0]}); they stand one after the other"
