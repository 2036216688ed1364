import pytest

from coder.errors import MalformedFile, TooLarge
from coder.formats import elan, read


def tier(name, *annotations, **attributes):
    more = "".join(f' {key}="{value}"' for key, value in attributes.items())
    body = "".join(f"<ANNOTATION>{annotation}</ANNOTATION>" for annotation in annotations)
    return f'<TIER TIER_ID="{name}"{more}>{body}</TIER>'


def said_at(id, begin, end, words):
    return (
        f'<ALIGNABLE_ANNOTATION ANNOTATION_ID="{id}" TIME_SLOT_REF1="{begin}" TIME_SLOT_REF2="{end}">'
        f"<ANNOTATION_VALUE>{words}</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION>"
    )


def note_on(id, other, words):
    return (
        f'<REF_ANNOTATION ANNOTATION_ID="{id}" ANNOTATION_REF="{other}">'
        f"<ANNOTATION_VALUE>{words}</ANNOTATION_VALUE></REF_ANNOTATION>"
    )


def eaf(*tiers, times=(1000, 2000, 3000, 4000), before=""):
    slots = "".join(
        f'<TIME_SLOT TIME_SLOT_ID="t{number}"' + (f' TIME_VALUE="{time}"/>' if time is not None else "/>")
        for number, time in enumerate(times, 1)
    )
    text = f"{before}<ANNOTATION_DOCUMENT><TIME_ORDER>{slots}</TIME_ORDER>{''.join(tiers)}</ANNOTATION_DOCUMENT>"
    return read("x.eaf", text.encode())


def said(reading):
    return [(turn.kind.value, turn.speaker, turn.start_ms, turn.span.of(reading.text)) for turn in reading.turns]


def test_annotations_of_all_tiers_stand_in_the_order_of_their_times():
    reading = eaf(
        tier("A", said_at("a1", "t1", "t2", "So?"), said_at("a2", "t3", "t4", "And?")),
        tier("B", said_at("b1", "t2", "t3", "Well.")),
    )
    assert said(reading) == [
        ("speech", "A", 1000, "So?"),
        ("speech", "B", 2000, "Well."),
        ("speech", "A", 3000, "And?"),
    ]
    assert reading.warnings == ()


def test_the_participant_speaks_and_where_one_has_two_tiers_they_stay_apart():
    reading = eaf(
        tier("x", said_at("a1", "t1", "t2", "So?"), PARTICIPANT="Aino"),
        tier("speech", said_at("a2", "t2", "t3", "Well."), PARTICIPANT="Bo"),
        tier("hands", said_at("a3", "t3", "t4", "points"), PARTICIPANT="Bo"),
    )
    assert reading.speakers == ("Aino", "Bo (speech)", "Bo (hands)")


def test_talk_at_once_is_told():
    reading = eaf(tier("A", said_at("a1", "t1", "t3", "So?")), tier("B", said_at("b1", "t2", "t4", "Well.")))
    assert [turn.start_ms for turn in reading.turns] == [1000, 2000]
    assert reading.warnings == (
        "annotations that overlap the one before: 1 (first annotation b1); they stand one after the other",
    )


def test_a_slot_without_a_time_keeps_its_place_and_is_told():
    reading = eaf(
        tier("A", said_at("a1", "t1", "t2", "One.")),
        tier("B", said_at("b1", "t2", "t3", "Two.")),
        tier("C", said_at("c1", "t3", "t4", "Three.")),
        times=(1000, None, 3000, 4000),
    )
    assert [(turn.start_ms, turn.end_ms) for turn in reading.turns] == [(1000, None), (None, 3000), (3000, 4000)]
    assert reading.warnings == ("words without times: 1 (first in annotation b1); they stand where the file has them",)


def test_what_refers_to_an_annotation_is_a_note_below_it():
    reading = eaf(
        tier("A", said_at("a1", "t1", "t3", "Kissa istuu."), said_at("a2", "t3", "t4", "Niin.")),
        tier("gloss", note_on("g1", "w1", "cat"), note_on("g2", "w2", "sits"), PARENT_REF="words"),
        tier("words", said_at("w1", "t1", "t2", "kissa"), said_at("w2", "t2", "t3", "istuu"), PARENT_REF="A"),
        tier("English", note_on("e2", "a2", "Yes."), PARENT_REF="A"),
    )
    assert said(reading) == [
        ("speech", "A", 1000, "Kissa istuu."),
        ("remark", None, None, "[gloss: cat sits]"),
        ("remark", None, None, "[words: kissa istuu]"),
        ("speech", "A", 3000, "Niin."),
        ("remark", None, None, "[English: Yes.]"),
    ]
    assert reading.warnings == ("tiers that refer to others were read as notes: gloss, words, English",)


def test_notes_that_go_round_in_circles_or_nowhere_are_left_out_and_told():
    reading = eaf(
        tier("A", said_at("a1", "t1", "t2", "So.")),
        tier("B", note_on("b1", "b2", "x"), note_on("b2", "b1", "y"), note_on("b3", "no", "z"), PARENT_REF="B"),
    )
    assert reading.warnings == ("notes that refer to nothing that is said were left out: 3",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<ANNOTATION_DOCUMENT>\n<TIER", "line 2: not XML"),
        ("<html><p>So.</p></html>", "not an ELAN document: it begins with <html>"),
        ("<ANNOTATION_DOCUMENT/>", "no annotation with words"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><ANNOTATION_DOCUMENT/>', "refused as unsafe"),
    ],
)
def test_what_is_no_elan_document_is_refused(text, words):
    for encoding in ("utf-8", "utf-16"):
        with pytest.raises(MalformedFile, match=words):
            read("x.eaf", text.encode(encoding))


@pytest.mark.parametrize("limit", ["MAX_XML", "MAX_TAGS"])
def test_a_document_beyond_the_limit_is_refused(limit, monkeypatch):
    monkeypatch.setattr(elan, limit, 10)
    with pytest.raises(TooLarge, match="split it"):
        eaf(tier("A", said_at("a1", "t1", "t2", "So?")))
