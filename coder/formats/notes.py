"""What meeting notes are made of: who was there, what was decided, who does what, and when it was."""

from __future__ import annotations

import re

from coder.model import TurnKind

_WORDS = {
    TurnKind.ATTENDANCE: r"""
        (?:not\ )?present | attendees? | attendance | (?:not\ )?attending | missing | participants? | in\ attendance
        | apologies | absent | absentees | regrets | excused | guests? | observers?
        | läsnä(?:olijat|\ olleet)? | paikalla | osallistujat | poissa(?:olijat)? | närvarande | deltagare | frånvarande
        | anwesend(?:e)? | teilnehmer(?:innen|\*innen|:innen)? | teilnehmende | entschuldigt | abwesend
        """,
    TurnKind.DECISION: r"""
        decisions? | decided | (?:proposed\ )?resolutions? | resolved | agreed | interim\ decision | decisions\ made
        | päätös | päätökset | päätettiin | beslut | beslutades | beschluss | beschlüsse | entscheidung(?:en)?
        """,
    TurnKind.ACTION: r"""
        actions? | action\ items? | action\ points? | ais? | to-?\ ?do | todos? | (?:suggested\ )?next\ steps?
        | follow[-\ ]?ups? | toimenpide | toimenpiteet | tehtävä | tehtävät | jatkotoimet | åtgärd(?:er)? | att\ göra
        | aufgaben? | maßnahmen? | nächste\ schritte
        """,
    TurnKind.HEADER: r"""
        date | date\ and\ time | time | meeting\ date(?:/time)? | when | place | location | where | venue | meeting
        | meeting\ duration | duration | subject | title | chair(?:person|man|woman)? | facilitator | moderator
        | secretary | scribe(?:\(s\))? | minutes | minutes\ (?:taken\ )?by | note-?\ ?taker | notes | notes\ by | bosun
        | interview(?:er|ee)? | recording | recorded | audio(?:\ file)? | video | transcri(?:bed|ber|ption)(?:\ by)?
        | language | project | version
        | aika | pvm | päivämäärä | paikka | puheenjohtaja | sihteeri | haastattelija | haastateltava
        | tid | datum | plats | ordförande | sekreterare | intervjuare
        | zeit | ort | vorsitz | protokoll | protokollant(?:in)? | moderation | interviewer(?:in)?
        """,
}

_EDGE = r"[\W_]*"
_FIELDS = {
    kind: re.compile(
        rf"{_EDGE}(?:{words})\s*(?:\([^()\n]{{0,40}}\)\s*)?[*_]{{0,3}}\s?[:：]", re.IGNORECASE | re.VERBOSE
    )
    for kind, words in _WORDS.items()
}
_SECTIONS = {
    kind: re.compile(rf"{_EDGE}(?:\d[\d.)]*\s+)?(?:\w+\s+)?(?:{words}){_EDGE}$", re.IGNORECASE | re.VERBOSE)
    for kind, words in _WORDS.items()
    if kind is not TurnKind.HEADER
}
_TASK = re.compile(r"\[[ xX]\]\s")
_MEETING = re.compile(
    r"minutes|meeting|steering group|notes\b|agenda|kokous|muistio|pöytäkirja|möte|protokoll|sitzung|besprechung",
    re.IGNORECASE,
)


def field_kind(line: str) -> TurnKind | None:
    """What a line is by its first word: ``Present: ...``, ``Decision: ...``, ``Action: ...``, ``Date: ...``."""
    head = line[:90]
    if _TASK.match(head):
        return TurnKind.ACTION
    if ":" not in head and "：" not in head:
        return None
    return next((kind for kind, pattern in _FIELDS.items() if pattern.match(head)), None)


def is_field(word: str) -> bool:
    """Whether a word before a colon begins a field of notes, and is nobody who speaks."""
    return _TOPICS.fullmatch(word) is not None or (field_kind(f"{word}:") is not None and not _ROLES.fullmatch(word))


_TOPICS = re.compile(r"(?:question|answer|comment|kysymys|vastaus|fråga|svar|frage|antwort)\w*", re.IGNORECASE)
_ROLES = re.compile(
    r"(?:chair|interview|moderat|facilitat|secretar|puheenjoht|haastatt|ordför|vorsitz)\w*", re.IGNORECASE
)


def section_kind(heading: str) -> TurnKind | None:
    """What stands below a heading: attendance, decisions or actions; None for anything else."""
    return next((kind for kind, pattern in _SECTIONS.items() if pattern.match(heading[:90])), None)


def speaks_of_a_meeting(text: str) -> bool:
    """Whether a title or file name is one of meeting notes."""
    return _MEETING.search(text) is not None


_PERSON = re.compile(r"[^\W\d_][\w'’.-]*(?:\s+[^\W\d_][\w'’.-]*){0,3}")
_ALIAS = re.compile(r"\(@?\s*([^\W\d_][\w.-]{0,30})\s*[),]|,\s([^\W\d_a-z]{2,4})\b")
_PARENTHESIS = re.compile(r"\([^()]*\)")
_AND = re.compile(r"\s(?:and|und|och|ja|&)\s")


def people_in(attendance: str) -> frozenset[str]:
    """Names by which those in a list of attendance may be called, in small letters.

    ``Birgitta Ekman (BE), managing director`` gives ``birgitta ekman``, ``birgitta``, ``ekman`` and ``be``.
    """
    field, colon, after = attendance.partition(":")
    inline = bool(colon) and len(field) < 60
    found = {alias.casefold() for pair in _ALIAS.findall(attendance) for alias in pair if alias}
    listed = _PARENTHESIS.sub("", after if inline else attendance)
    for entry in re.split(r"[;\n•]", listed):
        # What follows a comma is a person only in "Present: Anna, Ben, Carl"; else it is a title or a workplace.
        several = inline and ";" not in listed
        for part in _AND.split(entry):
            for person in part.split(",") if several else part.split(",")[:1]:
                found.update(_callings(person))
    return frozenset(found)


def _callings(person: str) -> set[str]:
    found = _PERSON.match(person.strip(" \t*-~_@["))
    words = found.group().split() if found else []
    if len(words) > 1:
        words = [word for word in words if not word[0].islower()]
    if not words:
        return set()
    names = {" ".join(words), words[0], words[-1]}
    if len(words) > 1:
        names.add("".join(word[0] for word in words))
    return {name.casefold() for name in names}
