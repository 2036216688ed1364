import json

import pytest

from coder.errors import MalformedFile, TooLarge, UnknownFormat
from coder.formats import read, recognised


def reading_of(value):
    return read("x.json", json.dumps(value).encode())


def segment(start, spoken, **more):
    return {"start": start, "end": start + 1, "text": spoken, **more}


def said(reading):
    return [(turn.speaker, turn.start_ms, turn.end_ms, turn.span.of(reading.text)) for turn in reading.turns]


def test_segments_without_speakers_become_paragraphs():
    assert said(reading_of({"text": "all", "segments": [segment(0.5, " So."), segment(1.5, " Well.")]})) == [
        (None, 500, 2500, "So. Well.")
    ]


def test_labels_are_called_by_the_names_of_the_file():
    segments = [segment(0, "So?", speakerLabel="spk_0"), segment(1, "Well.", speakerLabel="spk_1")]
    reading = reading_of({"speakers": {"spk_0": "Aino"}, "segments": segments})
    assert reading.speakers == ("Aino", "spk_1")


def test_words_of_two_speakers_in_one_segment_are_two_turns():
    words = [
        {"word": "Really?", "start": 0.1, "end": 0.4, "speaker": "A"},
        {"word": "Yes.", "start": 0.5, "end": 0.9, "speaker": "B"},
    ]
    assert said(reading_of({"segments": [segment(0, "Really? Yes.", speaker="A", words=words)]})) == [
        ("A", 100, 400, "Really?"),
        ("B", 500, 900, "Yes."),
    ]


def test_words_that_are_not_the_text_do_not_replace_it():
    words = [{"word": "Yes", "speaker": "A"}, {"word": "no", "speaker": "B"}]
    assert said(reading_of({"segments": [segment(0, "Something else.", speaker="A", words=words)]})) == [
        ("A", 0, 1000, "Something else.")
    ]


@pytest.mark.parametrize(
    "value",
    [
        [{"start": 1, "end": 2, "text": "Hi."}],
        {"chunks": [{"timestamp": [1.0, 2.0], "text": " Hi."}]},
        {"transcription": [{"offsets": {"from": 1000, "to": 2000}, "text": " Hi."}]},
        {"version": "1.0.0", "segments": [{"startTime": 1, "endTime": 2, "body": "Hi."}]},
        {"segments": [{"start": "00:00:01.000", "end": "00:00:02.000", "text": "Hi."}]},
        {"segments": [{"text": "Hi.", "words": [{"word": "Hi.", "start": 1, "end": 2}]}]},
    ],
)
def test_kin_of_whisper_write_the_same_in_other_words(value):
    assert said(reading_of(value)) == [(None, 1000, 2000, "Hi.")]


@pytest.mark.parametrize(
    "value",
    [
        {},
        [],
        7,
        "words",
        {"segments": 3},
        {"text": "only text"},
        [{"id": 1, "data": {"text": "Hi."}, "annotations": []}],
        {"segments": [{"text": "Hi."}]},
        {"segments": ["Hi."]},
        {"segments": [{"start": True, "text": "Hi."}]},
    ],
)
def test_json_that_is_no_transcript_is_refused_with_what_was_expected(value):
    with pytest.raises(UnknownFormat, match=r"no transcript.* expected a list of segments"):
        reading_of(value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"segments": [\n{"start": 1', "line 2: not JSON, or JSON that breaks off"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"segments": [{"start": 1' + b"0" * 5000 + b', "text": "x"}]}', "a number too long"),
        (b'{"segments": [{"start": 1, "text": " "}]}', "no words"),
    ],
)
def test_broken_json_is_refused(content, words):
    with pytest.raises(MalformedFile, match=words):
        read("x.json", content)


@pytest.mark.parametrize("limit", ["MAX_JSON", "MAX_PARTS"])
def test_json_beyond_its_limit_is_refused(limit, monkeypatch):
    monkeypatch.setattr(recognised, limit, 1)
    with pytest.raises(TooLarge, match="split it"):
        reading_of({"segments": []})


def test_times_that_can_be_none_are_told_with_their_place():
    segments = [segment(0, "So."), {"start": -1, "end": 1e300, "text": "Well."}, {"start": None, "text": "No."}]
    reading = reading_of({"segments": segments})
    assert said(reading) == [(None, 0, 1000, "So. Well. No.")]
    assert reading.warnings == ("words without times: 2 (first in segment 2); they stand where the file has them",)


def test_a_recogniser_that_got_stuck_is_told():
    reading = reading_of({"segments": [segment(i, " We got some.") for i in range(7)]})
    assert reading.warnings == ("segment 1: the same words 7 times in a row; perhaps the recogniser got stuck",)


def test_what_no_text_can_hold_is_replaced():
    reading = read("x.json", rb'{"segments": [{"start": 1, "text": "a\ud800b\u0000c\r\nd", "speaker": "A\nB"}]}')
    assert said(reading) == [("A B", 1000, None, "a\ufffdb\ufffdc d")]
    assert reading.text.encode("utf-8")
