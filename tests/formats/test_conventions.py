"""One invented interview, written as the programs and people write that researchers get transcripts from."""

import pytest

from coder.formats import read
from coder.model import TurnKind

TALK = [
    ("Aino Lehto", 3, "So let us go, and see."),
    ("Bo Nyman", 74, "Yes. I see: there is more."),
    ("Aino Lehto", 145, "Good, then we begin with the crane."),
    ("Bo Nyman", 216, "It was drawn here."),
    ("Aino Lehto", 3600, "By whom?"),
    ("Bo Nyman", 3671, "By us."),
]


def full(seconds):
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def short(seconds):
    return f"{seconds // 60}:{seconds % 60:02d}"


CONVENTIONS = {
    "Rev": lambda name, time, words: f"{name} ({full(time)}):\n{words}",
    "Rev, shorter": lambda name, time, words: f"{name}: ({short(time)})\n{words}",
    "Trint": lambda name, time, words: f"[{full(time)}] {name}: {words}",
    "Trint, name first": lambda name, time, words: f"{name} [{full(time)}] {words}",
    "Trint, words below": lambda name, time, words: f"{name} [{full(time)}]\n{words}",
    "Descript": lambda name, time, words: f"[{full(time)}] **{name}:** {words}",
    "Descript, name first": lambda name, time, words: f"**{name}:** [{full(time)}] {words}",
    "podcasts": lambda name, time, words: f"**{name}** [{full(time)}] {words}",
    "Sonix": lambda name, time, words: f"{name}: [{full(time)}] {words}",
    "Sonix, words below": lambda name, time, words: f"[{full(time)}] {name}\n{words}",
    "Happy Scribe": lambda name, time, words: f"[{full(time)}.00] - {name}\n{words}",
    "Otter": lambda name, time, words: f"{name}  {short(time)}\n{words}",
    "noScribe": lambda name, time, words: f"{name}: [{full(time)}] {words}",
    "MAXQDA": lambda name, time, words: f"{full(time)}.0{name}: {words}",
    "f4, stamps first": lambda name, time, words: f"#{full(time)}-0# {name}: {words}",
    "ATLAS.ti, stamps above": lambda name, time, words: f"#{full(time)}.0#\n{name}: {words}",
    "NVivo": lambda name, time, words: f"{full(time)}\t{name}\t{words}",
    "Teams": lambda name, time, words: f"{full(time)} --> {full(time + 2)}\n{name}\n{words}",
    "Zoom captions": lambda name, time, words: f"[{name}] {full(time)}\n{words}",
    "Zoom chat": lambda name, time, words: f"{full(time)}\t{name}:\t{words}",
    "Zoom chat to everyone": lambda name, time, words: f"{full(time)}\t From {name} to Everyone:\n\t{words}",
    "Zoom chat, older": lambda name, time, words: f"{full(time)}\t From {name} : {words}",
    "by hand": lambda name, time, words: f"({short(time)}) {name}: {words}",
}


def written(convention, apart="\n\n"):
    return apart.join(CONVENTIONS[convention](*turn) for turn in TALK).encode()


def said(reading):
    return [(turn.speaker, turn.start_ms, turn.span.of(reading.text)) for turn in reading.turns]


@pytest.mark.parametrize("suffix", [".txt", ".md"])
@pytest.mark.parametrize("convention", CONVENTIONS)
def test_the_same_interview_is_read_from_every_convention(convention, suffix):
    reading = read(f"x{suffix}", written(convention))
    assert said(reading) == [(name, time * 1000, words) for name, time, words in TALK]
    assert {turn.kind for turn in reading.turns} == {TurnKind.SPEECH}
    assert reading.warnings == ()


@pytest.mark.parametrize("stamp", ["#00:01:02-3#", "#00:01:02.3#", "[00:01:02.3]"])
def test_a_stamp_at_the_end_of_a_paragraph_tells_when_it_ends(stamp):
    later = stamp.replace("01", "02")
    reading = read("x.txt", f"I: How was it? {stamp}\n\nB: Good. {later}\n\nI: Why?\n\nB: So.\n".encode())
    assert [(turn.speaker, turn.start_ms, turn.end_ms) for turn in reading.turns[:2]] == [
        ("I", None, 62_300),
        ("B", 62_300, 122_300),
    ]


def test_short_answers_beside_stamps_are_no_names():
    rows = ["Yes", "So it began", "Yes", "Nobody knew of it then", "No", "That is so"]
    text = "\n\n".join(f"[00:00:{10 + number}] {row}" for number, row in enumerate(rows))
    reading = read("x.txt", text.encode())
    assert reading.speakers == ()
    assert [turn.span.of(reading.text) for turn in reading.turns] == rows


def test_any_number_of_blanks_may_stand_beside_a_stamp():
    blanks = "\u2028" * 300
    text = f"[00:00:01]{blanks}So.{blanks}[00:00:02]\n\n[00:00:03]{blanks}Well.{blanks}[00:00:04]\n"
    reading = read("x.txt", text.encode())
    assert [turn.span.of(reading.text) for turn in reading.turns] == ["So.", "Well."]


def test_stamps_left_in_the_text_are_told_with_their_line():
    text = "Anna: So.\nBen: Well [00:01:00] yes.\nAnna: Good.\nBen: Bye.\n"
    assert read("x.txt", text.encode()).warnings == (
        "time stamps inside the text were left there: 1 (first in line 2)",
    )


def test_words_said_at_the_same_time_stay_where_they_stand_and_are_told():
    told = "words said at the same time by another were left inside the turn: 1"
    text = "S01: [00:00:01] So it is. //S00: Yes. // And on.\n\nS00: [00:00:05] Well.\n\nS01: [00:00:09] Good.\n"
    assert read("x.txt", text.encode()).warnings == (f"{told} (first in line 1)",)
    cues = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v S01>So it is. //S00: Yes. // And on.\n"
    assert read("x.vtt", cues.encode()).warnings == (f"{told} (first in line 3)",)


@pytest.mark.parametrize(
    "summary",
    [
        "Summary\nAI-generated content may be incorrect\nAnna: spoke of ships.\nBen: agreed to write.\n",
        "Notes\nNotes by Gemini\nAnna: will write.\n",
    ],
)
def test_a_machines_summary_above_the_talk_is_never_speech(summary):
    text = f"{summary}\nTranscript\nAnna: So.\nBen: Well.\nAnna: Good.\nBen: Bye.\n"
    reading = read("x.txt", text.encode())
    assert [turn.span.of(reading.text) for turn in reading.turns if turn.speaker] == ["So.", "Well.", "Good.", "Bye."]
    assert TurnKind.SUMMARY in {turn.kind for turn in reading.turns}


def test_a_question_of_the_moderator_is_no_line_about_the_meeting():
    text = "The first task was read.\n\nMODERATOR: Could you please start with it?\n\nAlright, I have it here.\n"
    assert {turn.kind for turn in read("x.txt", text.encode()).turns} == {TurnKind.PARAGRAPH}
