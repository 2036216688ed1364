from coder.formats import read


def srt(*blocks):
    return read("x.srt", "\n\n".join(blocks).encode())


def said(reading):
    return [(turn.speaker, turn.span.of(reading.text)) for turn in reading.turns]


def test_a_block_that_lost_its_times_keeps_its_words_but_not_its_number_and_this_is_told():
    reading = srt("1\n00:00:01,000 --> 00:00:02,000\nOne.", "2\nTwo.", "3\n00:00:05,000 --> 00:00:06,000\nThree.")
    assert said(reading) == [(None, "One. Two."), (None, "Three.")]
    assert reading.warnings == ("line 5: words without times were added to what stands before",)


def test_a_first_block_without_times_is_told_too():
    reading = srt("1\nOne.", "2\n00:00:05,000 --> 00:00:06,000\nTwo.")
    assert said(reading) == [(None, "One."), (None, "Two.")]
    assert reading.warnings[0].startswith("line 1: words without times")


def test_a_number_that_is_said_stays():
    assert said(srt("1\n00:00:01,000 --> 00:00:02,000\nHow many?", "1984\nof them."))[0][1] == "How many? 1984 of them."


def test_marks_of_editors_are_no_words():
    block = '1\n00:00:01,000 --> 00:00:02,000 X1:0 X2:9\n{\\an8}<font color="red">One</font> &amp; <b>two</b>.'
    assert said(srt(block)) == [(None, "One & two.")]


def test_names_in_brackets_are_speakers_where_they_repeat():
    lines = ["[SPEAKER_00]: So?", "[SPEAKER_01]: Well.", "[SPEAKER_00]: Yes?", "[SPEAKER_01]: No."]
    reading = srt(*(f"{i}\n00:00:0{i},000 --> 00:00:0{i},900\n{line}" for i, line in enumerate(lines, 1)))
    assert said(reading)[:2] == [("SPEAKER_00", "So?"), ("SPEAKER_01", "Well.")]


def test_webvtt_under_the_ending_of_srt_is_read_as_what_it_is():
    assert said(srt("WEBVTT", "00:01.000 --> 00:02.000\n<v Anna>Hi.")) == [("Anna", "Hi.")]
