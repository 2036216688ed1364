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
    "Zoom chat, dated": lambda name, time, words: f"2026-03-05 {full(time)} From {name} to Everyone:\n\t{words}",
    "WhatsApp": lambda name, time, words: f"[05/03/2026, {full(time)}] {name}: {words}",
    "WhatsApp on Android": lambda name, time, words: f"5.3.2026, {full(time)} - {name}: {words}",
    "Whisper, printed": lambda name, time, words: f"[{full(time)}.000 --> {full(time + 2)}.500] [{name}] {words}",
    "Temi": lambda name, time, words: f"{name}:\t{full(time)}\t{words}",
    "a table with the time second": lambda name, time, words: f"{name}\t{full(time)}\t{words}",
    "Dovetail": lambda name, time, words: f"{name}\n{full(time)}\n{words}",
    "with frames": lambda name, time, words: f"[{full(time)}:24] {name}: {words}",
    "Fireflies": lambda name, time, words: f"{name} - {short(time)}\n{words}",
    "numbered lines": lambda name, time, words: f"{time + 1} {name} [{full(time)}] {words}",
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


def test_seconds_in_brackets_are_times():
    reading = read("x.txt", b"[0.00s -> 5.12s]  How was it?\n[5.12s -> 9.00s]  Good.\n[9.00s -> 12.00s]  Why?\n")
    assert [(turn.start_ms, turn.end_ms) for turn in reading.turns] == [(0, 5_120), (5_120, 9_000), (9_000, 12_000)]


def test_half_a_day_is_added_in_the_afternoon():
    text = "[3/5/26, 2:05:11 PM] Ida: So.\n[3/5/26, 2:06:00 PM] Bo: Well.\n[3/5/26, 12:07:00 AM] Ida: Good.\n"
    times = [turn.start_ms for turn in read("x.txt", text.encode()).turns]
    assert times == [50_711_000, 50_760_000, 420_000]


def test_who_writes_in_a_chat_may_be_called_anything():
    names = ["0xAda", "@bo", "🌊 Cai", "3rd floor", "Dag [host]", "Eva: the one"]
    text = "".join(f"00:00:1{number}\t{name}:\tso it is\n" for number, name in enumerate(names))
    assert [turn.speaker for turn in read("chat.txt", text.encode()).turns] == names


def test_messages_to_one_person_are_told():
    text = (
        "10:00:01 From Ida to Everyone:\n\tSo.\n10:00:05 From Bo to Ida (Direct Message):\n\tWell.\n"
        "10:00:09 From Ida to Everyone:\n\tGood.\n"
    )
    reading = read("chat.txt", text.encode())
    assert [turn.speaker for turn in reading.turns] == ["Ida", "Bo", "Ida"]
    assert reading.warnings == ("messages that were not for everybody: 1",)


@pytest.mark.parametrize("apart", ["\n", "\n\n"])
def test_where_questions_alone_are_labelled_the_answers_are_not_the_interviewers(apart):
    talk = ["I: How was it?", "It was good.", "I: And why?", "Because of them.", "I: And then?", "I moved."]
    reading = read("x.txt", apart.join(talk).encode())
    assert [turn.speaker for turn in reading.turns] == ["I", None] * 3
    assert {turn.kind for turn in reading.turns} == {TurnKind.SPEECH}
    assert reading.warnings == ("only 'I' is named; who speaks was left open where no name stands: 3",)


def test_times_in_a_form_that_is_not_known_are_told():
    text = "{1:01|a} So it began.\n{1:09|a} Then it went on.\n{2:11|b} And ended.\n"
    (warning,) = read("x.txt", text.encode()).warnings
    assert warning.startswith("lines begin with what may be times, in a form that is not known: 3 (first in line 1)")


def test_a_short_transcript_of_otter_is_no_title_page():
    text = "Ida 0:00\nGood morning.\n\nBo 0:05\nMorning.\n\nIda 0:10\nSo.\n\nTranscribed by https://otter.ai\n"
    reading = read("x.txt", text.encode())
    assert [turn.speaker for turn in reading.turns] == ["Ida", "Bo", "Ida", None]
    assert reading.turns[-1].kind is TurnKind.FOOTER


def test_lines_that_end_with_their_sentences_were_not_broken_to_a_width():
    text = (
        "Haastattelija: Mitä teet työksesi?\nHaastateltava: Olen sairaanhoitaja, yövuorossa.\n"
        "Haastattelija: Kauanko olet ollut?\nHaastateltava: Yhdeksän vuotta.\nH: Entä sitten?\nV: No, sitten muutin.\n"
    )
    assert len(read("x.txt", text.encode()).speakers) == 4


def test_capitals_do_not_make_two_people_of_one():
    text = "1\n00:00:01,000 --> 00:00:03,000\nIda: So.\n\n2\n00:00:04,000 --> 00:00:05,000\nBO: Well.\n\n3\n" + (
        "00:00:06,000 --> 00:00:07,000\n{\\an8}IDA: Good.\n\n4\n00:00:08,000 --> 00:00:09,000\nBo: Bye.\n"
    )
    reading = read("x.srt", text.encode())
    assert [turn.speaker for turn in reading.turns] == ["Ida", "BO", "IDA", "Bo"]


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
        "Meeting notes\nGenerated by AI. Be sure to check for accuracy.\nAnna: will write.\n",
    ],
)
def test_a_machines_summary_above_the_talk_is_never_speech(summary):
    text = f"{summary}\nTranscript\nAnna: So.\nBen: Well.\nAnna: Good.\nBen: Bye.\n"
    reading = read("x.txt", text.encode())
    assert [turn.span.of(reading.text) for turn in reading.turns if turn.speaker] == ["So.", "Well.", "Good.", "Bye."]
    assert TurnKind.SUMMARY in {turn.kind for turn in reading.turns}


@pytest.mark.parametrize(
    "above", ["SUMMARY KEYWORDS\nplan\n\nSPEAKERS\nAnna, Ben\n\nOutline\n", "AI summary\nThey spoke of ships.\n"]
)
def test_a_machines_outline_ends_where_somebody_speaks(above):
    text = f"{above}- [ ] Ben: write\n- Ben: is late\n\nAnna  0:01\nSo.\n\nBen  0:05\nWell.\n\nAnna  0:09\nGood.\n"
    reading = read("x.txt", text.encode())
    assert [turn.span.of(reading.text) for turn in reading.turns if turn.kind.is_content] == ["So.", "Well.", "Good."]
    assert TurnKind.SUMMARY in {turn.kind for turn in reading.turns}


def test_a_resolution_among_what_is_said_is_nobodys_speech():
    text = "Ida: So.\n\nBo: Well.\n\nIda: Good.\n\nBo: Yes.\n\nACTION-12: Bo to write\n\nRESOLUTION: We begin.\n"
    reading = read("x.txt", text.encode())
    assert [turn.kind for turn in reading.turns[4:]] == [TurnKind.ACTION, TurnKind.DECISION]
    assert (reading.speakers, reading.warnings) == (("Ida", "Bo"), ())


def test_items_of_an_agenda_are_headings():
    text = "Protokoll der Sitzung vom 12. März 2026\nAnwesend: Ida, Bo\n\nTOP 1: Begrüßung\nIda begrüßt alle.\n"
    assert [turn.kind for turn in read("x.txt", text.encode()).turns[2:]] == [TurnKind.HEADING, TurnKind.PARAGRAPH]


def test_a_question_of_the_moderator_is_no_line_about_the_meeting():
    text = "The first task was read.\n\nMODERATOR: Could you please start with it?\n\nAlright, I have it here.\n"
    assert {turn.kind for turn in read("x.txt", text.encode()).turns} == {TurnKind.PARAGRAPH}
