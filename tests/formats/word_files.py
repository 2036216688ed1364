"""Word documents made for tests. All of it is invented."""

from io import BytesIO

import docx
from docx.oxml import OxmlElement


def made(*paragraphs):
    """A document of paragraphs; a pair is (style, text), a list a table; what stands in ``**`` first is bold."""
    document = docx.Document()
    for paragraph in paragraphs:
        if isinstance(paragraph, list):
            table = document.add_table(rows=0, cols=len(paragraph[0]))
            for row in paragraph:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = text
            continue
        style, text = paragraph if isinstance(paragraph, tuple) else (None, paragraph)
        added = document.add_paragraph(style=style)
        if text.startswith("**"):
            _, bold, text = text.split("**", 2)
            added.add_run(bold).bold = True
        for number, line in enumerate(text.split("\n")):
            if number:
                added.add_run().add_break()
            added.add_run(line)
    return saved(document)


def saved(document):
    content = BytesIO()
    document.save(content)
    return content.getvalue()


def with_tracked_changes():
    document = docx.Document()
    paragraph = document.add_paragraph("We met ")
    for tag, child, text in (("w:ins", "w:t", "twice "), ("w:del", "w:delText", "once ")):
        change, run, words = OxmlElement(tag), OxmlElement("w:r"), OxmlElement(child)
        words.text = text
        run.append(words)
        change.append(run)
        paragraph._p.append(change)
    paragraph.add_run("in spring.")
    return saved(document)


DOCUMENTS = {
    "teams": made(
        "Meeting with Ada-20260815_200732-Meeting Recording",
        "15 August 2026, 06:07pm",
        "27m 42s",
        "Ada Lind started transcription",
        "Ada Lind   0:04\nAnd it says recording.\nThat is a policy: we read it.",
        "Bo Ek   0:19\nYeah.",
        "+358 40 *****12   0:25\nThis is by telephone.",
        "Ada Lind   1:00:21\nOkay.",
        "Ada Lind stopped transcription",
    ),
    "teams-older": made(
        "Weekly",
        "0:0:5.100 --> 0:0:8.250",
        "Ada Lind",
        "So this is on.",
        "0:0:8.500 --> 0:0:12.0\nBo Ek\nYes it is.",
        "And one more.",
        "0:0:13.0 --> 0:0:14.5",
        "Ada Lind",
        "Fine.",
    ),
    "meet": made(
        ("Heading 1", "📝 Notes"),
        "Jun 16, 2026",
        "Crane testing",
        "Invited Ada Lind Bo Ek",
        ("Heading 3", "Summary"),
        "Ada will send the drawing, as was agreed (00:05:02).",
        ("Heading 3", "Suggested next steps"),
        "Ada Lind: will do it",
        "You should review Gemini's notes to make sure they're accurate.",
        ("Heading 1", "📖 Transcript"),
        "Jun 16, 2026",
        ("Heading 2", "Crane testing - Transcript"),
        ("Heading 3", "00:05:02"),
        " ",
        "Ada Lind: Hey Bo, how are you doing?",
        "Bo Ek: We're done.",
        ("Heading 3", "00:10:03"),
        "Bo Ek: Okay.",
        "Ada Lind: Bye.",
        "Transcription ended after 00:54:37",
        "This editable transcript was computer generated and might contain errors.",
    ),
    "meet-of-one": made(
        "📝 Notes",
        "Aug 15, 2026",
        "Summary",
        "A summary wasn't produced for this meeting.",
        "You should review Gemini's notes to make sure they're accurate.",
        "📖 Transcript",
        "Aug 15, 2026",
        "A talk - Transcript",
        "00:00:11",
        "Ada Lind: Okay. One thing: I only test it.",
        "Transcription ended after 00:00:39",
    ),
    "bold-names": made(
        ("Title", "Interview with a nurse"),
        "8 November 2022, staff room",
        "**Oskar:** It's on. Who are you?",
        "**Päivi:** Can it hear me over that thing?",
        "**Oskar:** Why nights?",
        "At night, I mean.",
        "**Päivi:** Because at night you can hear.",
    ),
    "bold-without-colons": made(
        "**Interviewer** Who are you?",
        "**P4** A nurse.",
        "And a mother.",
        "**Interviewer** Since when?",
        "**P4** Always.",
    ),
    "minutes": made(
        "Invented for a test.",
        ("Heading 1", "Network meeting 3"),
        "Date: 18 May 2022, 13.00",
        "Present: Jarmo K. (JK) and Reijo Salo, called Reiska (RS), Quay; Marko V. (MV), Gate",
        ("Heading 2", "1. Opening"),
        "JK opened. Quay: nothing.",
        "RS: not the driver, who has enough to do.",
        "Quay: the round is walked.",
        [["who", "what"], ["JK", "asks\nMV"]],
        "**Decision:** the round is walked on all shifts.",
        ("Heading 2", "2. Actions"),
        ("List Bullet", "JK and RS: message at every stop"),
        ("List Bullet", "MV: two men come"),
        ("Heading 2", "Other"),
        "**Coffee**",
        "It was cold.",
    ),
    "tracked-changes": with_tracked_changes(),
}
