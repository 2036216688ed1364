from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.errors import CodingError, MalformedFile, TooLarge, UnknownFormat, UnreadableFile
from coder.formats import MAX_BYTES, READERS, read
from coder.model import DocumentKind, TurnKind
from tests.formats import marked_files, opendocument_files, pdf_files
from tests.formats.golden import as_json
from tests.formats.word_files import DOCUMENTS, made

FILES = Path(__file__).parent / "files"
SAMPLES = sorted(path for path in FILES.iterdir() if path.suffix in READERS and path.name.count(".") == 1)
SAMPLES.remove(FILES / "README.md")
TEXT_OF_OUR_OWN = {".vtt", ".srt", ".json", ".otr", ".cha", ".eaf"}
"""Formats of cues: what a person reads is put together here, so that its letters are not those of the file."""
SMALLEST = {
    ".txt": b"Anna: Hi.\nBen: Hello.\nAnna: Bye.\n",
    ".md": b"**Anna** [0:01] Hi.\n\n**Ben** [0:02] Hello.\n",
    ".markdown": b"# Title\n\nWords.\n",
    ".docx": made("Anna: Hi.", "Ben: Hello.", "Anna: Bye."),
    ".odt": opendocument_files.made("Anna: Hi.", "Ben: Hello.", "Anna: Bye."),
    ".pdf": pdf_files.made("Anna: Hi.", "Ben: Hello.", "Anna: Bye."),
    ".rtf": marked_files.as_rtf("Anna: Hi.", "Ben: Hello.", "Anna: Bye."),
    ".html": marked_files.as_html("Anna: Hi.", "Ben: Hello.", "Anna: Bye."),
    ".htm": b"<p>Anna: Hi.<p>Ben: Hello.<p>Anna: Bye.",
    ".vtt": b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v Anna>Hi.\n",
    ".srt": b"1\n00:00:01,000 --> 00:00:02,000\nHi.\n",
    ".json": b'{"segments": [{"start": 1, "end": 2, "text": "Hi."}]}',
    ".otr": b'{"text": "<p>Hi.</p>"}',
    ".cha": b"*ANN:\tHi.\n",
    ".eaf": b'<ANNOTATION_DOCUMENT><TIER TIER_ID="Anna"><ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a1">'
    b"<ANNOTATION_VALUE>Hi.</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER></ANNOTATION_DOCUMENT>",
}
NO_DOCUMENT = [b"", b"  \r\n\t ", b"\xef\xbb\xbf", b"\0\1\2\3", b"\x89PNG\r\n\x1a\n\0\0", b"%PDF-1.7\n"]
PIECES = st.sampled_from(
    [
        *("\n", "\n\n", "\r\n", "\r", "\t", "  ", "\u2028", "\x0b", "\x0c", "\x85", "\ufeff", "\x00"),
        *("Anna: ", "Ben:", "[00:01:02] ", "0:04\n", "**Anna** ", "**Anna**\n", "Anna  0:04\n", "ML: ", "Anna\t"),
        *("# ", "## Decisions\n", "* ", "- [ ] ", "> ", "---\n", "1. ", "| a | b |\n", "|---|\n", "__", "{: x}\n"),
        *("Present: ", "Date: 3.4.2021\n", "Attendees\n", "Decision: ", "AI: ", "SUMMARY KEYWORDS\n"),
        *("WEBVTT\n\n", "00:00:01.000 --> 00:00:02.000\n", "<v Anna>", "</v>", "NOTE ", "STYLE\n", "<[?]>"),
        *("#00:01:02-3#\n", "0:0:5.100 --> 0:0:8.250\n", "99:99:99 ", "00:01 -> 00:02\n", "1\n00:00:01,000 --> 0"),
        *("&#39;", "&#13;", "&#0;", "&lt;", "&#xD800;", "<script>", "=1+1", "a" * 200),
        *("words and words. ", "e\u0301", "👩‍👩‍👧", "שלום", "今日は。", "𝔘", "[laughs]", "(pause)\n", 'Reacted to "x"'),
        *("📝 Notes\n", "📖 Transcript\n", "Gemini's notes\n", "Transcribed by x\n", "x stopped transcription\n"),
    ]
)
texts = st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=200)


def check(reading):
    """What holds for every reading."""
    text, turns = reading.text, reading.turns
    assert turns
    assert "\r" not in text
    for before, after in pairwise(turns):
        assert before.span.end <= after.span.start
    for turn in turns:
        assert turn.span.end <= len(text)
        words = turn.span.of(text)
        assert words == words.strip()
        assert (turn.level > 0) == (turn.kind is TurnKind.HEADING)
        assert turn.speaker is None or (turn.speaker and turn.speaker == turn.speaker.strip())
        assert turn.start_ms is None or turn.start_ms >= 0
    assert reading.date is None or len(reading.date) == 10


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_what_is_read_is_what_a_person_would_read(path, golden):
    reading = read(path.name, path.read_bytes())
    check(reading)
    golden(path.with_name(f"{path.name}.json"), as_json(reading))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_word_documents_are_read_as_a_person_would_read_them(name, golden):
    reading = read(f"{name}.docx", DOCUMENTS[name])
    check(reading)
    golden(FILES / f"{name}.docx.json", as_json(reading))


@pytest.mark.parametrize("path", [p for p in SAMPLES if p.suffix not in TEXT_OF_OUR_OWN], ids=lambda path: path.name)
def test_nothing_of_the_text_is_lost(path):
    """Outside the turns stand only labels, stamps and marks."""
    reading = read(path.name, path.read_bytes())
    outside, last = [], 0
    for turn in reading.turns:
        outside.append(reading.text[last : turn.span.start])
        last = turn.span.end
    outside.append(reading.text[last:])
    labels = {speaker for speaker in reading.speakers if speaker}
    rest = " ".join(outside).replace("```text", " ")
    for label in sorted(labels, key=len, reverse=True):
        rest = rest.replace(label, " ")
    assert not any(character.isalpha() for character in rest)


@pytest.mark.parametrize("suffix", READERS)
def test_every_reader_reads_its_smallest_file(suffix):
    check(read(f"x{suffix.upper()}", SMALLEST[suffix]))


@pytest.mark.parametrize("suffix", READERS)
@pytest.mark.parametrize("content", NO_DOCUMENT)
def test_every_reader_refuses_what_is_no_document(suffix, content):
    with pytest.raises(MalformedFile):
        read(f"x{suffix}", content)


@pytest.mark.parametrize("suffix", READERS)
def test_every_reader_refuses_a_file_beyond_the_limit(suffix):
    with pytest.raises(TooLarge, match="split it"):
        read(f"x{suffix}", bytes(MAX_BYTES + 1))


@pytest.mark.parametrize("suffix", READERS)
@given(content=st.binary(max_size=300))
def test_every_reader_raises_only_our_own_errors(suffix, content):
    try:
        check(read(f"x{suffix}", content))
    except UnreadableFile as error:
        assert str(error)


@pytest.mark.parametrize("suffix", [suffix for suffix in READERS if suffix != ".docx"])
@given(content=texts)
def test_any_text_is_read_or_refused(suffix, content):
    content = f"WEBVTT\n\n{content}" if suffix == ".vtt" else content
    try:
        check(read(f"x{suffix}", content.encode()))
    except CodingError as error:
        assert str(error)


@given(texts)
def test_plain_text_is_kept_letter_by_letter(content):
    try:
        reading = read("x.txt", content.encode())
    except MalformedFile:
        return
    if reading.turns[0].start_ms is None or "-->" not in content:
        assert reading.text == content.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")


@given(st.lists(texts, max_size=8))
def test_word_documents_of_any_text_are_read(paragraphs):
    printable = ["".join(c for c in text if c.isprintable() or c in "\n\t") for text in paragraphs]
    try:
        check(read("x.docx", made(*(text for text in printable if not text.startswith("**")))))
    except CodingError as error:
        assert str(error)


@pytest.mark.parametrize("name", ["x", "x.ppt", ".txt", "x.TXT.exe", "../../etc/passwd", "<script>.exe"])
def test_an_unknown_format_is_refused_with_those_known(name):
    with pytest.raises(UnknownFormat, match=r"\.txt, \.md, \.markdown, \.docx, \.odt"):
        read(name, b"words")


@pytest.mark.parametrize("name", ["../../a.txt", "C:\\notes\\a.txt", "<b>a</b>.txt", "ä\u202etxt.txt", "a\nb.txt"])
def test_a_file_name_is_only_a_name(name):
    assert read(name, b"Words and words.").text == "Words and words."


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("2022-05-19 notes.txt", "2022-05-19"),
        ("GMT20211215-100000.txt", "2021-12-15"),
        ("meeting 5.12.2023.txt", "2023-12-05"),
        ("meeting 12-18-2018.txt", "2018-12-18"),
        ("meeting 3-4-2021.txt", None),
        ("12th of May 2020.txt", "2020-05-12"),
        ("muistio 3. toukokuuta 2021.txt", "2021-05-03"),
        ("Protokoll 3. März 2021.txt", "2021-03-03"),
        ("2022-05.txt", None),
        ("31.2.2021.txt", None),
    ],
)
def test_the_date_is_taken_from_the_file_name_where_the_text_has_none(name, date):
    assert read(name, b"Words and words.").date == date


def test_a_year_of_meetings_has_no_single_date():
    reading = read("2021.md", (FILES / "year-of-meetings.md").read_bytes())
    assert reading.date is None
    assert "holds 3 dated meetings, 2021-01-14 to 2021-03-04" in reading.warnings[0]


NO_SPEAKERS = ["Note: a.\nNote: b.\nNote: c.\n", "http://a.b\nhttp://c.d\n", "Anna: once.\nAnd more.\n"]


@pytest.mark.parametrize("text", NO_SPEAKERS)
def test_a_word_before_a_colon_is_not_a_speaker_without_evidence(text):
    reading = read("x.txt", text.encode())
    assert reading.speakers == ()
    assert reading.kind is DocumentKind.OTHER


def test_names_are_kept_as_they_are_spelled_and_likeness_is_told():
    reading = read("x.txt", b"ANNA: Hi.\nBen: Yes.\nAnna: So.\nANNA: Well.\nAnna: Hm.\nBen: No.\n")
    assert reading.speakers == ("ANNA", "Ben", "Anna")
    assert "'ANNA' and 'Anna'" in reading.warnings[0]


def test_who_speaks_once_where_everything_is_labelled_is_a_speaker():
    text = "Anna: So?\nBen: Well.\nAnna: Yes?\nBen: No.\nCarla: Coffee?\nAnna: Thanks.\n"
    assert read("x.txt", text.encode()).speakers == ("Anna", "Ben", "Carla")


NAMES = ["Anna", "P-07", "Dr. Salo", "Speaker 1", "S01", "I.", "Ääninen", "van Dyck", "SPEAKER_00", "O'Neill"]


@pytest.mark.parametrize("label", NAMES)
def test_any_common_name_can_speak(label):
    text = f"{label}: So?\nBen: Well.\n{label}: Yes?\nBen: No.\n{label}: Good.\n"
    assert read("x.txt", text.encode()).speakers == (label, "Ben")


LABELS = [
    *("{}:", "{} :", "{}：", "**{}:**", "**{}**:", "__{}__:", "- {}:"),
    *("[00:01:02] {}:", "(1:02) {}:", "<00:01:02> {}:", "#00:01:02-3# {}:"),
    *("00:01:02 {}:", "00:01:02.5{}:", "00:01:02\t{}:\t", "00:01:02\t{}\t"),
    *("{} [00:01:02]", "{}: [00:01:02]", "{} (00:01:02):", "**{}** [00:01:02]"),
    *("{}\t0:04\n", "{}  1:00:04\n", "{}, 0:04\n"),
]


LAID_OUT = {
    ".docx": made,
    ".odt": opendocument_files.made,
    ".rtf": marked_files.as_rtf,
    ".html": marked_files.as_html,
}
"""How a document of paragraphs is made in each format that has them."""


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("suffix", [".txt", ".md", *LAID_OUT])
def test_every_way_of_labelling_is_read_in_every_written_format(suffix, label):
    rows = [
        f"{label.format(name)} {words}" for name, words in (("Ann Lee", "So?"), ("Ben", "Well."), ("Ann Lee", "Ah."))
    ]
    if suffix in LAID_OUT:
        reading = read(f"x{suffix}", LAID_OUT[suffix](*(row.replace("**", "") for row in rows)))
    else:
        reading = read(f"x{suffix}", "\n\n".join(rows).encode())
    said = [(turn.speaker, turn.span.of(reading.text)) for turn in reading.turns]
    assert said == [("Ann Lee", "So?"), ("Ben", "Well."), ("Ann Lee", "Ah.")]
    assert all((turn.start_ms is not None) == ("0" in label) for turn in reading.turns)


def test_more_paragraphs_than_anyone_wrote_are_refused():
    with pytest.raises(TooLarge, match="paragraphs"):
        read("x.txt", b"a\n" * 600_000)


PIECE = ["x", "word ", ": ", "*", "[1:00 ", "&#39;", "( ", "<v ", "a:b\t", "-", "# ", "Anna: x. Ben: y. ", "\u0301"]


@pytest.mark.parametrize("piece", PIECE)
@pytest.mark.parametrize("suffix", [".txt", ".md"])
def test_long_lines_of_one_thing_are_read_or_refused(suffix, piece):
    try:
        check(read(f"x{suffix}", (piece * (2_000_000 // len(piece))).encode()))
    except MalformedFile as error:
        assert "marks" in str(error)


def test_numbered_decisions_and_actions_are_what_they_say():
    text = "# Meeting\n\n> ***Resolution #1: We go on.***\n\nDecision 2: Later.\n\n- Action 12: Ada asks.\n"
    reading = read("meeting.md", text.encode())
    kinds = {turn.span.of(reading.text).strip("*"): turn.kind for turn in reading.turns}
    assert kinds["Resolution #1: We go on."] is TurnKind.DECISION
    assert kinds["Decision 2: Later."] is TurnKind.DECISION
    assert kinds["Action 12: Ada asks."] is TurnKind.ACTION


def test_a_list_of_actions_ends_where_an_outer_list_goes_on():
    text = "# Meeting\n\nPresent: Ada\n\n* Web\n    * Next steps:\n        * Ask Cai\n    * Open a page\n* It rained.\n"
    reading = read("meeting.md", text.encode())
    kinds = {turn.span.of(reading.text): turn.kind for turn in reading.turns}
    assert kinds["Next steps:"] is kinds["Ask Cai"] is kinds["Open a page"] is TurnKind.ACTION
    assert kinds["It rained."] is TurnKind.PARAGRAPH


def test_an_answer_in_a_chat_has_the_time_of_its_message():
    text = '00:09:01\tAda:\tReplying to "Where?"\n\nAt the gate.\n00:09:03\tBen:\tReacted to At the... with "👍"\n' * 3
    reading = read("chat.txt", text.encode())
    assert [(turn.kind, turn.start_ms) for turn in reading.turns[:3]] == [
        (TurnKind.REMARK, 541_000),
        (TurnKind.SPEECH, 541_000),
        (TurnKind.REMARK, 543_000),
    ]
