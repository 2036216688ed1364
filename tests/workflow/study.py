"""An invented study large enough to learn from: interviews whose every passage is plainly about one thing."""

from __future__ import annotations

from coder.model import Code, Codebook, CodeStatus, Segment
from coder.store import Project
from coder.workflow.codings import code_span
from coder.workflow.documents import Source, import_documents

THEMES = {
    "together": (
        "We began together with all nine homes and drew the model jointly around one shared table number {n}.",
        "Everybody had a hand in drawing it from the first evening on, side by side, in workshop {n}.",
    ),
    "time": (
        "There was never time, the substitutes were missing and every hour of shift {n} was already spent.",
        "Too busy, always too busy: the calendar full, the corridors short of people, week {n} like the others.",
    ),
    "left": (
        "The nurse who carried it retired and left, and with her departure went the knowledge of year {n}.",
        "Then Pirkko moved to Oulu and nobody could say any more what had been agreed in room {n}.",
    ),
    "none": (
        "The bus goes past the lake and the coffee here is good, they have cardamom buns on day {n}.",
        "Snow lay on the yard till May, the ferry did not run and the cat slept on chair {n}.",
    ),
}
"""Two ways of speaking about each theme; definitions know the words of the first only."""

BOOK = Codebook(
    id="b",
    title="Study",
    codes=(
        Code("paths", "Paths", codable=False),
        Code(
            "together",
            "Together",
            parent="paths",
            definition="They began together. The homes drew the model jointly.",
            when_to_use="Use it for a shared table.",
        ),
        Code("time", "No time", brief="Missing substitutes, hours spent, never time.", key="1"),
        Code("left", "Key person leaves", definition="Somebody retired and left; the knowledge went with her."),
        Code("old", "Old", definition="They began together at a shared table.", status=CodeStatus.RETIRED),
    ),
)


def fill(project: Project, coder: str, documents: int = 6) -> None:
    """Take in the codebook and some interviews of twelve answers each, with as many questions between them."""
    with project.change("load codebook", coder=coder) as change:
        change.save_codebook(BOOK)
    sources = []
    for number in range(documents):
        turns = []
        for place, theme in enumerate([*THEMES.values()] * 3):
            turns.append(f"Interviewer: How was it then, could you tell more of matter {place}?")
            turns.append(f"Aino: {theme[(number + place // 4) % 2].format(n=number * 12 + place)}")
        sources.append(Source(f"interview {number}.txt", "\n\n".join(turns).encode))
    import_documents(project, sources, coder=coder)


def passages_about(project: Project, document: str, theme: str) -> list[Segment]:
    """The passages of a document on this theme."""
    beginnings = tuple(words[:12] for words in THEMES[theme])
    text = project.document(document).text
    return [segment for segment in project.segments(document) if segment.span.of(text).startswith(beginnings)]


def code_document(project: Project, document: str, coder: str) -> None:
    """Read a document to its end and put every code where it belongs."""
    for theme in ("together", "time", "left"):
        for segment in passages_about(project, document, theme):
            code_span(project, document, segment.span, theme, coder=coder)
    text = project.document(document).text
    with project.change("mark read", coder=coder) as change:
        change.mark_read(document, coder, len(text))
