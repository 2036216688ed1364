import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.errors import MalformedFile
from coder.formats import read


def vtt(*blocks, start="WEBVTT"):
    return read("x.vtt", "\n\n".join([start, *blocks]).encode())


def cue(start, words, seconds=1):
    return f"00:{start // 60:02d}:{start % 60:02d}.000 --> 00:{start // 60:02d}:{start % 60:02d}.900\n{words}"


def said(reading):
    return [(turn.speaker, turn.span.of(reading.text)) for turn in reading.turns]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Anna: Hi.\n", "line 1: a WebVTT file begins with the line WEBVTT"),
        ("WEBVTTX\n", "line 1"),
        ("WEBVTT\n\n", "holds no cues"),
        ("WEBVTT\n\nNOTE\nOnly a note.\n", "holds no cues"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n\n", "no words"),
        ("WEBVTT\n\n00:01.000 00:02.000\nHi.\n", "line 3: '00:01.000 00:02.000' has no arrow"),
        ("WEBVTT\n\n00:01.000 -> 00:02.000\nHi.\n", "line 3: '00:01.000 -> 00:02.000' has no arrow"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nHi.\n\n00:03.000\nHo.\n", "line 6: '00:03.000' has no arrow"),
        ("WEBVTT\n\n1\n00:01.000 -->\nHi.\n", "line 4: '00:01.000 -->' is no cue's times"),
        ("WEBVTT\n\na --> b\nHi.\n", "line 3: 'a --> b' is no cue's times"),
    ],
)
def test_a_broken_file_is_refused_with_the_line(text, words):
    with pytest.raises(MalformedFile) as caught:
        read("x.vtt", text.encode())
    assert words in str(caught.value)


def test_cues_of_one_speaker_become_one_turn_with_its_times():
    reading = vtt(cue(1, "<v Anna>So,"), cue(2, "<v Anna>tell me."), cue(5, "<v Ben>Well."), cue(9, "<v Anna>Yes?"))
    assert [(turn.speaker, turn.start_ms, turn.end_ms) for turn in reading.turns] == [
        ("Anna", 1000, 2900),
        ("Ben", 5000, 5900),
        ("Anna", 9000, 9900),
    ]
    assert reading.text == "Anna: So, tell me.\n\nBen: Well.\n\nAnna: Yes?\n"


def test_a_speaker_named_only_where_the_turn_begins_is_carried_and_this_is_told():
    reading = vtt(cue(1, "<v Anna>So,"), cue(2, "tell me."), cue(3, "<v Ben>Well."), cue(4, "It was long."))
    assert said(reading) == [("Anna", "So, tell me."), ("Ben", "Well. It was long.")]
    assert reading.warnings == (
        "cues that name no speaker: 2 (first in line 6); they were given to the speaker before",
    )


def test_a_lone_cue_without_a_voice_is_somebody_unknown_and_this_is_told():
    cues = [cue(i, f"<v {'Anna' if i % 2 else 'Ben'}>Words {i}.") for i in range(1, 30)]
    reading = vtt(*cues[:9], cue(10, "Hello?"), *cues[10:])
    assert (None, "Hello?") in said(reading)
    assert "1 (first in line 30) while nearly all others do; their speaker was left open" in reading.warnings[0]


def test_words_before_the_first_voice_have_no_speaker():
    assert said(vtt(cue(1, "Hm."), cue(2, "<v Anna>So."), cue(3, "and so"), cue(4, "on."))) == [
        (None, "Hm."),
        ("Anna", "So. and so on."),
    ]


def test_names_before_colons_are_believed_when_they_repeat():
    reading = vtt(
        cue(1, "Anna B: So?"), cue(2, "ben | dock: Note: well."), cue(3, "Anna B: Yes?"), cue(4, "ben | dock: No.")
    )
    assert said(reading)[1] == ("ben | dock", "Note: well.")
    assert reading.speakers == ("Anna B", "ben | dock")


def test_a_colon_in_captions_names_nobody():
    assert (
        vtt(cue(1, "Three things: ice,"), cue(2, "wind and"), cue(3, "rain."), cue(4, "Why: nobody knew.")).speakers
        == ()
    )


def test_two_speakers_in_one_cue_are_two_turns():
    reading = vtt(cue(1, "Anna: Hi.\nBen: Ho."), cue(3, "Anna: So.\nBen: Well."))
    assert said(reading) == [("Anna", "Hi."), ("Ben", "Ho."), ("Anna", "So."), ("Ben", "Well.")]


def test_only_tags_are_removed():
    words = "<v Anna><i>So</i> <b.loud>it</b> <00:01.500>is <c.yellow>x<[?]></c> <lang fi>ei</lang>"
    words += " &lt;b&gt; a<b and <script>.</v>"
    assert said(vtt(cue(1, words))) == [("Anna", "So it is x<[?]> ei <b> a<b and <script>.")]


def test_a_blank_line_inside_a_cue_does_not_lose_the_words_below_it():
    reading = vtt(cue(1, "<v Anna>So"), "it goes on.", "And on.")
    assert said(reading) == [("Anna", "So it goes on. And on.")]
    assert reading.warnings == ("line 6 and 1 more: words without times were added to what stands before",)


def test_captions_that_roll_are_read_once():
    rows = ["when the moon", "hits the crane", "at the quay", "in the night", "and all is still"]
    cues = [cue(i, "\n".join(rows[max(0, i - 1) : i + 1])) for i in range(5)]
    reading = vtt(*cues)
    assert reading.text.split() == " ".join(rows).split()
    assert "roll" in reading.warnings[0]


def test_one_person_may_say_the_same_in_many_rows():
    cues = [cue(i, "<v Anna>Yes.\nYes.") for i in range(6)]
    assert said(vtt(*cues)) == [("Anna", "Yes. " * 11 + "Yes.")]


def test_somebody_may_say_the_same_twice():
    assert said(vtt(*(cue(i, words) for i, words in enumerate(["Yes.", "Yes.", "No.", "So?", "Well."]))))[0][
        1
    ].startswith("Yes. Yes.")


def test_cues_without_a_blank_line_between_them_are_told_apart():
    assert said(vtt("1\n" + cue(1, "<v Anna>One.") + "\n2\n" + cue(2, "<v Ben>Two."))) == [
        ("Anna", "One."),
        ("Ben", "Two."),
    ]


def test_captions_without_speakers_become_paragraphs():
    cues = [
        cue(i, "a few words and more of them here." if i % 4 == 3 else "and then some words in a row")
        for i in range(40)
    ]
    sizes = [len(words.split()) for _, words in said(vtt(*cues))]
    assert len(sizes) > 2
    assert max(sizes) < 120


def test_a_long_speech_goes_on_in_a_new_paragraph_of_the_same_speaker():
    reading = vtt(*(cue(i, "<v Anna>" + "word " * 29 + "end.") for i in range(20)))
    assert reading.speakers == ("Anna",)
    assert [turn.start_ms for turn in reading.turns] == [0, 10_000]


def test_times_that_cannot_be_right_are_kept_and_told():
    reading = vtt("00:05.000 --> 00:04.000\nOne.", "00:01.000 --> 00:02.000\nTwo.")
    assert [warning.partition(":")[0] for warning in reading.warnings] == ["line 3", "line 6"]


def test_notes_are_remarks_and_styles_are_left_out():
    reading = vtt("NOTE invented", "STYLE\n::cue { }", cue(1, "Words."), "NOTE\nthe end", start="WEBVTT - A talk")
    assert [(turn.kind.value, words) for turn, (_, words) in zip(reading.turns, said(reading), strict=True)] == [
        ("header", "- A talk"),
        ("remark", "invented"),
        ("speech", "Words."),
        ("remark", "the end"),
    ]


@pytest.mark.parametrize(
    "change", [lambda t: "\ufeff" + t, lambda t: t.replace("\n", "\r\n"), lambda t: t.replace(".", ",")]
)
def test_byte_order_marks_line_ends_and_commas_do_not_matter(change):
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Anna>Hi\n"
    reading = read("x.vtt", change(text).encode())
    assert (said(reading), reading.turns[0].end_ms) == ([("Anna", "Hi")], 2000)


@given(
    st.lists(
        st.tuples(st.sampled_from("ABC"), st.text("ab .é👩‍🔬", min_size=1).filter(str.strip)), min_size=1, max_size=20
    )
)
def test_every_word_is_in_the_turn_of_its_speaker(rows):
    reading = vtt(*(cue(i, f"<v {name}>{words}") for i, (name, words) in enumerate(rows)))
    expected = {name: " ".join(w for n, w in rows if n == name).split() for name, _ in rows}
    found = {name: " ".join(w for n, w in said(reading) if n == name).split() for name in reading.speakers}
    assert found == expected


def test_marks_beside_a_voice_are_no_part_of_the_name():
    reading = vtt(cue(1, "<v Anna:>So."), cue(2, "<v //Ben>Well.//"), cue(3, "<v Ben>Yes."), cue(4, "<v Anna>Good."))
    assert [turn.speaker for turn in reading.turns] == ["Anna", "Ben", "Anna"]
