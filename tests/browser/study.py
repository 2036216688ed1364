"""Projects to drive in the browser; everybody in them is invented."""

from __future__ import annotations

import random
from pathlib import Path

from coder.model import (
    Anchor,
    Code,
    Codebook,
    Coder,
    Coding,
    Document,
    DocumentKind,
    Memo,
    Span,
    Turn,
    TurnKind,
    new_id,
    now,
    text_hash,
)
from coder.model.codebook import PALETTE
from coder.segmenting import SEGMENTER, passages
from coder.store import Project

SENTENCES = (
    "We heard about the pilot only when it was already finished.",
    "The binder stood on the shelf, and nobody knew who had written it.",
    "Then the night shift asked whether they could try it their own way.",
    "I mean, it was not that people were against it, they just had no time.",
    "My supervisor said that the money would come later, and it never did.",
    "What helped was that two of us went and stood beside them for a week.",
    "After that meeting we changed the whole round, and it stuck.",
    "Honestly, I do not think that it can be copied.",
    "You have to build it with the people who do the work.",
    "The consultants left in spring and the forms stayed behind.",
    "We still meet every second Thursday, without anybody telling us to.",
    "The other plant sent six people, and they asked better questions than we had.",
    "It felt strange at first to say such things with the director in the room.",
    "Someone from the union asked who would be paid for the hours.",
)
QUESTIONS = (
    "Could you tell me how it began?",
    "What happened after that?",
    "And who was in the room?",
    "How would you describe it to somebody from another site?",
    "Was there anything that got in the way?",
)
CODES = {
    "Transfer": ("Pilot as model", "Handing over documents", "Waiting for money"),
    "Co-creation": ("Building together", "Learning side by side", "Own initiative"),
    "Forums": ("Regular meetings", "Voices in the room"),
    "Obstacles": ("No time", "Ownership unclear", "Pay and hours"),
}
HOSTILE = 'She typed <script>window.hostile=1</script><img src=x onerror="window.hostile=2"> & then 😀 laughed.'
EMOJI = "Then 👩‍👩‍👧 came 😀😀 and naïve café talk began with Åke."


def codebook(codes: int = 0) -> Codebook:
    """A small codebook of two levels; ``codes`` more for tests of size."""
    made: list[Code] = []
    digit = iter("123456789")
    for group, names in CODES.items():
        parent = Code(new_id(), group, colour=PALETTE[len(made) % len(PALETTE)], codable=False)
        made.append(parent)
        for name in names:
            brief = f"The speaker tells of {name.lower()} in the network."
            colour = PALETTE[len(made) % len(PALETTE)]
            made.append(Code(new_id(), name, parent.id, colour, key=next(digit, None), brief=brief))
    made += [Code(new_id(), f"Theme {number}", colour=PALETTE[number % len(PALETTE)]) for number in range(codes)]
    return Codebook(new_id(), "Study of an invented network", tuple(made))


def interview(turns: int, words: int, seed: int = 7) -> tuple[str, list[Turn]]:
    """An invented interview of so many turns and about so many words."""
    chance = random.Random(seed)
    text, found = "", []
    left = words
    for index in range(turns):
        asked = index % 2 == 0
        speaker = "Interviewer" if asked else ("Maria" if index % 4 == 1 else "Pekka")
        share = left // (turns - index)
        said = [chance.choice(QUESTIONS)] if asked else []
        while not asked and sum(len(sentence.split()) for sentence in said) < share * chance.uniform(1.0, 2.4):
            said.append(chance.choice(SENTENCES))
        if index == 3:
            said.insert(0, HOSTILE)
        if index == 5:
            said.insert(0, EMOJI)
        spoken = " ".join(said) or "Yes."
        left -= len(spoken.split())
        text += f"{speaker}: "
        found.append(Turn(Span(len(text), len(text) + len(spoken)), TurnKind.SPEECH, speaker, index * 9000))
        text += spoken + "\n\n"
    return text, found


def notes() -> tuple[str, list[Turn]]:
    """Invented meeting notes with every kind of turn, a long word, and a language written from right to left."""
    parts = [
        (TurnKind.HEADING, "Network meeting, 4 March", 1),
        (TurnKind.ATTENDANCE, "Present: Maria, Pekka, Åke (invented persons)", 0),
        (TurnKind.HEADING, "1. What was tried", 2),
        (TurnKind.PARAGRAPH, " ".join(SENTENCES[:4]), 0),
        (TurnKind.DECISION, "The night shift tries its own round until May.", 0),
        (TurnKind.ACTION, "Pekka asks the director about the hours.", 0),
        (TurnKind.PARAGRAPH, "Donaudampfschifffahrtsgesellschaftskapitän" * 6 + " said it.", 0),
        (TurnKind.PARAGRAPH, "هذا نص تجريبي عن العمل المشترك بين الناس في الشبكة.", 0),
        (TurnKind.SUMMARY, "The meeting discussed the round and the hours.", 0),
        (TurnKind.REMARK, "(laughter)", 0),
    ]
    text, found = "", []
    for kind, words, level in parts:
        found.append(Turn(Span(len(text), len(text) + len(words)), kind, level=level))
        text += words + "\n\n"
    return text, found


def add(project: Project, name: str, text: str, turns: list[Turn], kind: DocumentKind) -> str:
    """Put a document into the project; its id."""
    words = len(text.split())
    document = Document(new_id(), name, kind, text_hash(text), words, len(text), added=now(), text=text)
    with project.change("import document", coder=project.coders()[0].id) as change:
        change.add_document(document, turns, passages(text, turns), SEGMENTER)
    return document.id


def code_at_random(project: Project, document: str, codings: int, seed: int = 11) -> None:
    """So many codings of two invented coders all over a document, many of them overlapping."""
    chance = random.Random(seed)
    text = project.document(document).text
    turns = project.turns(document)
    codes = [code.id for code in project.codebook().codes if code.takes_codings]
    first, second = project.coders()[:2]
    with project.change("code", coder=first.id) as change:
        for number in range(codings):
            turn = turns[chance.randrange(1, len(turns))]
            start = chance.randrange(turn.span.start, max(turn.span.start + 1, turn.span.end - 20))
            start = text.rfind(" ", 0, start) + 1 if start > turn.span.start else start
            end = min(turn.span.end, start + chance.randrange(25, 160))
            coder = first if chance.random() < 0.8 else second
            anchor = Anchor.on(text, Span(start, end))
            coding = Coding(new_id(), document, anchor, chance.choice(codes), coder.id, created=now(), modified=now())
            change.save_coding(coding)
            if number % 25 == 0:
                change.save_memo(
                    Memo(new_id(), "coding", coding.id, coder.id, "Compare with the second site.", now(), now())
                )


def make(path: Path, *, turns: int = 40, words: int = 1200, codings: int = 0, codes: int = 0) -> None:
    """A project with an interview and meeting notes, coded at random or not at all."""
    with Project.create(path, title="Invented network", coder="Aino Koodaaja") as project:
        with project.change("set up", coder=None) as change:
            change.save_codebook(codebook(codes))
            change.save_coder(Coder(new_id(), "Bo Andrasson"))
        text, found = interview(turns, words)
        document = add(project, "Interview.txt", text, found, DocumentKind.INTERVIEW)
        add(project, "Notes.txt", *notes(), DocumentKind.MEETING_NOTES)
        if codings:
            code_at_random(project, document, codings)
