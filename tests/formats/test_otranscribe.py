import json

import pytest

from coder.errors import MalformedFile, UnknownFormat
from coder.formats import read


def otr(html, **more):
    return read("x.otr", json.dumps({"text": html, **more}).encode())


def stamp(seconds, shown="00:00"):
    return f'<span class="timestamp" data-timestamp="{seconds}">{shown}</span>'


def said(reading):
    return [(turn.speaker, turn.start_ms, turn.span.of(reading.text)) for turn in reading.turns]


def test_a_paragraph_begins_when_its_time_stamp_says():
    assert said(otr(f"<p>{stamp(1.5)} So?</p><p>{stamp(2.25)}Well.<br>{stamp(9)}&nbsp;No.</p>")) == [
        (None, 1500, "So?"),
        (None, 2250, "Well."),
        (None, 9000, "No."),
    ]


def test_a_name_may_stand_before_or_behind_the_stamp():
    html = f"<p>Aino: {stamp(1)} So?</p><p>{stamp(2)} Bo: Well.</p><p>Aino: Yes?</p><p>Bo: No.</p>"
    assert said(otr(html)) == [
        ("Aino", 1000, "So?"),
        ("Bo", 2000, "Well."),
        ("Aino", None, "Yes?"),
        ("Bo", None, "No."),
    ]


def test_stamps_inside_a_paragraph_are_no_words_and_told():
    reading = otr(f"<p>{stamp(1)}So it {stamp(2)}goes {stamp(3)}on.</p>")
    assert said(reading) == [(None, 1000, "So it goes on.")]
    assert reading.warnings == (
        "time stamps inside paragraphs: 2 (first in paragraph 1); a turn keeps the first in it",
    )


def test_paragraphs_without_a_stamp_are_told():
    warnings = otr(f"<p>{stamp(1)}So?</p><p>Well.</p>").warnings
    assert warnings == ("words without times: 1 (first in paragraph 2); they stand where the file has them",)


def test_a_stamp_may_hold_its_time_only_in_what_it_shows():
    assert said(otr('<p><span class="timestamp">01:05</span> So?</p>')) == [(None, 65_000, "So?")]


def test_a_stamp_that_holds_no_time_stays_in_the_text_and_is_told():
    reading = otr(f'<p><span class="timestamp">soon</span> So?</p><p>{stamp(1)}Well.</p>')
    assert said(reading)[0] == (None, None, "soon So?")
    assert reading.warnings[0] == (
        "time stamps that hold no time: 1 (first 'soon' in paragraph 1); they were left in the text"
    )


def test_markup_is_read_and_never_kept():
    reading = otr("<p>a &lt;b&gt; <b>c</b><i>d</i></p><script>alert(1)</script><style>p {}</style><div>1 < 2</div>")
    assert [words for *_, words in said(reading)] == ["a <b> cd", "1 < 2"]


def test_the_recording_may_tell_the_day():
    assert otr("<p>So?</p>", media="quay 2024-06-12.mp3").date == "2024-06-12"


@pytest.mark.parametrize("value", [[], {}, {"text": 3}, {"segments": []}, "words"])
def test_json_that_is_no_transcript_of_otranscribe_is_refused(value):
    with pytest.raises(UnknownFormat, match="oTranscribe"):
        read("x.otr", json.dumps(value).encode())


@pytest.mark.parametrize("html", ["", "<p><br></p>", stamp(1)])
def test_a_transcript_without_words_is_refused(html):
    with pytest.raises(MalformedFile, match="no words"):
        otr(html)
