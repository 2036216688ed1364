"""What meeting notes are made of: who was there, what was decided, who does what, and when it was."""

from __future__ import annotations

import re

from coder.model import TurnKind

_WORDS = {
    TurnKind.ATTENDANCE: """
        present, not present, attendee, attendees, attendance, in attendance, attending, not attending, missing,
        participant, participants, apologies, absent, absentees, regrets, excused, guest, guests, observers,
        läsnä, läsnäolijat, läsnä olleet, paikalla, osallistujat, poissa, poissaolijat,
        närvarande, deltagare, frånvarande,
        anwesend, anwesende, abwesend, entschuldigt, teilnehmer, teilnehmerinnen, teilnehmende
        """,
    TurnKind.DECISION: """
        decision, decisions, decisions made, interim decision, decided, resolution, resolutions, proposed resolution,
        resolved, agreed, päätös, päätökset, päätettiin, beslut, beslutades, beschluss, beschlüsse, entscheidung
        """,
    TurnKind.ACTION: """
        action, actions, action item, action items, action point, action points, ai, ais, todo, todos, to do, to-do,
        next step, next steps, follow up, follow-up, toimenpide, toimenpiteet, tehtävä, tehtävät, jatkotoimet,
        åtgärd, åtgärder, att göra, aufgabe, aufgaben, maßnahme, maßnahmen, nächste schritte
        """,
    TurnKind.HEADER: """
        date, date and time, time, meeting date, meeting date/time, when, place, location, where, venue, meeting,
        meeting duration, duration, subject, title, chair, chairperson, chairman, chairwoman, facilitator, moderator,
        secretary, scribe, scribe(s), minutes, minutes by, minutes taken by, note taker, notetaker, notes, notes by,
        bosun, interviewer, interviewee, recording, recorded, audio, audio file, video, transcribed by, transcriber,
        transcription, language, project, version,
        aika, pvm, päivämäärä, paikka, puheenjohtaja, sihteeri, haastattelija, haastateltava,
        tid, datum, plats, ordförande, sekreterare, intervjuare,
        zeit, ort, vorsitz, protokoll, protokollant, protokollantin, moderation, interviewerin
        """,
}
_FIELDS = {word.strip(): kind for kind, words in _WORDS.items() for word in words.split(",")}
_MARKS = "*_-+•–>#[] \t"
_PARENTHESIS = re.compile(r"\([^()]*\)")
_NUMBER = re.compile(r"\d[\d.)]*\s+")
_ITS_NUMBER = re.compile(r"(?:\s+|\s*#\s?|-)\d{1,3}$")
_TASK = re.compile(r"\[[ xX]\]\s")
_MEETING = re.compile(
    r"minutes|meeting|steering group|notes\b|agenda|kokous|muistio|pöytäkirja|möte|protokoll|sitzung|besprechung",
    re.IGNORECASE,
)


def field_kind(line: str) -> TurnKind | None:
    """What a line is by its first words: ``Present: ...``, ``Decision: ...``, ``Action: ...``, ``Date: ...``."""
    word, colon, _ = line[:90].replace("：", ":").partition(":")
    if colon and (kind := _FIELDS.get(_bare(word)) or _numbered_kind(word)):
        return kind
    return TurnKind.ACTION if _TASK.match(line) else None


def _numbered_kind(word: str) -> TurnKind | None:
    """What ``Resolution #1`` or ``Action 2`` is."""
    bare = _bare(word)
    kind = _FIELDS.get(_ITS_NUMBER.sub("", bare))
    return kind if kind in (TurnKind.DECISION, TurnKind.ACTION) else None


def _bare(word: str) -> str:
    """The word in small letters, without marks around it or a parenthesis behind it."""
    word = word.strip(_MARKS).casefold()
    return word if word in _FIELDS or "(" not in word else _PARENTHESIS.sub("", word).strip(_MARKS)


def is_field(word: str) -> bool:
    """Whether a word before a colon begins a field of notes, and is nobody who speaks."""
    return _TOPICS.fullmatch(word) is not None or (field_kind(f"{word}:") is not None and not _ROLES.fullmatch(word))


def is_deed(word: str) -> bool:
    """Whether a word before a colon begins a decision or an action, whatever the document is."""
    return field_kind(f"{word}:") in (TurnKind.DECISION, TurnKind.ACTION)


_TOPICS = re.compile(r"(?:question|answer|comment|kysymys|vastaus|fråga|svar|frage|antwort)\w*", re.IGNORECASE)
_ROLES = re.compile(
    r"(?:chair|interview|moderat|facilitat|secretar|puheenjoht|haastatt|ordför|vorsitz)\w*", re.IGNORECASE
)


def section_kind(heading: str) -> TurnKind | None:
    """What stands below a heading: attendance, decisions or actions; None for anything else."""
    if len(heading) > 60:
        return None
    words = _NUMBER.sub("", _bare(heading.strip(_MARKS + ":：")))
    kinds = (_FIELDS.get(part) for part in (words, words.partition(" ")[2], *words.split("/")))
    return next((kind for kind in kinds if kind is not None and kind is not TurnKind.HEADER), None)


def speaks_of_a_meeting(text: str) -> bool:
    """Whether a title or file name is one of meeting notes."""
    return _MEETING.search(text) is not None


_PERSON = re.compile(r"[^\W\d_][\w'’.-]*(?:\s+[^\W\d_][\w'’.-]*){0,3}")
_ALIAS = re.compile(r"\(@?\s*([^\W\d_][\w.-]{0,30})\s*[),]|,\s([^\W\d_a-z]{2,4})\b")
_INITIALS = re.compile(r"[^\W\d_a-z]{2,4}")
_AND = re.compile(r"\s(?:and|und|och|ja|&)\s")


def people_in(attendance: str) -> frozenset[str]:
    """Names by which those in a list of attendance may be called, in small letters.

    ``Birgitta Ekman (BE), managing director`` gives ``birgitta ekman``, ``birgitta``, ``ekman`` and ``be``;
    so does the row ``| Birgitta Ekman | BE | Harbour |`` of a table.
    """
    if attendance.startswith("|") or "\t" in attendance:
        name, *others = (cell.strip() for cell in re.split(r"[|\t]", attendance.strip("|")))
        return frozenset(_callings(name)) | {cell.casefold() for cell in others if _INITIALS.fullmatch(cell)}
    field, colon, after = attendance.partition(":")
    inline = bool(colon) and len(field) < 60
    found = {alias.casefold() for pair in _ALIAS.findall(attendance) for alias in pair if alias}
    listed = _PARENTHESIS.sub("", after if inline else attendance)
    for entry in re.split(r"[;\n•]", listed):
        # What follows a comma is a person only in "Present: Anna, Ben, Carl"; else it is a title or a workplace.
        parts = entry.split(",") if inline and ";" not in listed else entry.split(",")[:1]
        for part in parts:
            for person in _AND.split(part):
                found.update(_callings(person))
    return frozenset(found)


def _callings(person: str) -> set[str]:
    found = _PERSON.match(person.strip(_MARKS + "~@"))
    words = found.group().split() if found else []
    if len(words) > 1:
        words = [word for word in words if not word[0].islower()]
    if not words:
        return set()
    names = {" ".join(words), words[0], words[-1]}
    if len(words) > 1:
        names.add("".join(word[0] for word in words))
    return {name.casefold() for name in names}
