"""What meeting notes are made of: who was there, what was decided, who does what, and when it was."""

from __future__ import annotations

import re

from coder.model import TurnKind

_WORDS = {
    TurnKind.ATTENDANCE: r"""
        present | attendees? | attendance | attending | participants? | in\ attendance | apologies | absent | absentees
        | regrets | excused | guests? | observers?
        | läsnä(?:olijat|\ olleet)? | paikalla | osallistujat | poissa(?:olijat)? | närvarande | deltagare | frånvarande
        | anwesend(?:e)? | teilnehmer(?:innen|\*innen|:innen)? | teilnehmende | entschuldigt | abwesend
        """,
    TurnKind.DECISION: r"""
        decisions? | decided | resolutions? | resolved | proposed\ resolution | agreed | interim\ decision | decisions?\ made
        | päätös | päätökset | päätettiin | beslut | beslutades | beschluss | beschlüsse | entscheidung(?:en)?
        """,
    TurnKind.ACTION: r"""
        actions? | action\ items? | action\ points? | ai | ais | to-?\ ?do | todos? | next\ steps? | suggested\ next\ steps
        | follow[-\ ]?ups?
        | toimenpide | toimenpiteet | tehtävä | tehtävät | jatkotoimet | åtgärd(?:er)? | att\ göra
        | aufgaben? | maßnahmen? | nächste\ schritte
        """,
    TurnKind.HEADER: r"""
        date | date\ and\ time | time | meeting\ date(?:/time)? | when | place | location | where | venue | meeting
        | meeting\ duration | duration | subject | title | chair(?:person|man|woman)? | facilitator | moderator | secretary
        | scribe | minutes | minutes\ (?:taken\ )?by | note-?\ ?taker | notes | notes\ by | bosun | interview(?:er|ee)?
        | recording | recorded | audio(?:\ file)? | video | transcri(?:bed|ber|ption)(?:\ by)? | language | project | version
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


def section_kind(heading: str) -> TurnKind | None:
    """What stands below a heading: attendance, decisions or actions; None for anything else."""
    return next((kind for kind, pattern in _SECTIONS.items() if pattern.match(heading[:90])), None)


def speaks_of_a_meeting(text: str) -> bool:
    """Whether a title or file name is one of meeting notes."""
    return _MEETING.search(text) is not None


_PERSON = re.compile(r"[^\W\d_][\w'’.-]*(?:\s+[^\W\d_][\w'’.-]*){0,3}")
_ALIAS = re.compile(r"\(@?\s*([^\W\d_][\w.-]{0,30})\s*\)")
_SEPARATOR = re.compile(r"[,;\n•]|\s(?:and|und|och|ja|&)\s|[–—]|\s-\s")


def people_in(attendance: str) -> frozenset[str]:
    """Names by which those in a list of attendance may be called, in small letters.

    ``Birgitta Ekman (BE), managing director`` gives ``birgitta ekman``, ``birgitta``, ``ekman`` and ``be``.
    """
    found: set[str] = set()
    for part in _SEPARATOR.split(attendance.partition(":")[2] if ":" in attendance[:60] else attendance):
        found.update(alias.casefold() for alias in _ALIAS.findall(part))
        person = _PERSON.match(part.strip().lstrip("*-~_@[ "))
        if person is None:
            continue
        words = [word for word in person.group().split() if not word[0].islower() or len(person.group().split()) == 1]
        if 0 < len(words) <= 4:
            found.add(" ".join(words).casefold())
            found.update((words[0].casefold(), words[-1].casefold()))
            if len(words) > 1:
                found.add("".join(word[0] for word in words).casefold())
    return frozenset(found)
