"""Texts with labelled spans: Label Studio, doccano, WebAnno, UIMA. Every text is invented."""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.errors import MalformedFile, UnreadableFile
from coder.formats.counting import counting_of
from coder.formats.studies import STUDY_FORMATS, is_study, read_study
from coder.model import Received, Utf16Map
from tests.formats.databases import TEXT, span_of

WORDS = "ei ollut aikaa"


def units(text: str, words: str) -> tuple[int, int]:
    start, end = span_of(words, text)
    to = Utf16Map(text).to_utf16
    return to(start), to(end)


def region(start: Any, end: Any, words: str | None, *labels: str, **more: Any) -> dict[str, Any]:
    value = {"start": start, "end": end, "labels": list(labels)} | ({} if words is None else {"text": words})
    return {"id": f"{start}", "type": "labels", "from_name": "label", "to_name": "text", "value": value} | more


def task(*results: dict[str, Any], data: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    annotation = {"completed_by": {"id": 1, "email": "aino@example.org"}, "created_at": "2022-11-04T18:50:53.017134Z"}
    return {"id": 1, "data": data or {"text": TEXT}, "annotations": [annotation | {"result": list(results)}]} | more


def studio(*tasks: dict[str, Any]) -> Received:
    content = json.dumps(tasks).encode()
    assert is_study("export.json", content)
    return sound(read_study("export.json", content))


def sound(received: Received) -> Received:
    texts = {found.document.id: found.document.text for found in received.study.documents}
    for coding in received.study.codings:
        assert coding.span.of(texts[coding.document]) == coding.quotation
    return received


def codings(received: Received) -> list[tuple[str, str]]:
    codebook = received.study.codebook
    return [(codebook.path(coding.code), coding.quotation) for coding in received.study.codings]


@pytest.mark.parametrize("count", [span_of, lambda words: units(TEXT, words)], ids=["code points", "UTF-16"])
def test_label_studio_regions_fit_however_they_were_counted(count: Callable[[str], tuple[int, int]]) -> None:
    received = studio(task(*(region(*count(words), words, "Time") for words in (WORDS, "Cafe\u0301", "😀"))))
    assert codings(received) == [("Time", WORDS), ("Time", "Cafe\u0301"), ("Time", "😀")]
    assert received.remarks == ("3 of 3 codings: exactly where it stood",)
    assert [coder.name for coder in received.study.coders] == ["aino@example.org"]
    assert received.study.codings[0].created == "2022-11-04T18:50:53.017Z"


def test_a_drifted_region_is_found_by_its_words_or_lost() -> None:
    start, end = span_of(WORDS)
    received = studio(task(region(start + 7, end + 7, WORDS, "Time"), region(0, 4, "never said", "Time")))
    assert codings(received) == [("Time", WORDS)]
    assert received.remarks == ("1 of 1 codings: found again by its quotation",)
    assert [(loss.what, loss.count) for loss in received.losses] == [("codings", 1)]


def test_a_choice_on_a_task_codes_its_whole_text() -> None:
    choice = {"id": "a", "type": "choices", "from_name": "mood", "to_name": "text", "value": {"choices": ["Calm"]}}
    ((path, quotation),) = codings(studio(task(choice, data={"site": "Kartano", "text": "We began."})))
    assert (path, quotation) == ("Calm", "We began.")


def test_a_taxonomy_is_a_tree_and_two_sets_of_labels_are_two_folders() -> None:
    start, end = span_of(WORDS)
    taxonomy = region(start, end, WORDS) | {"type": "taxonomy", "from_name": "themes"}
    taxonomy["value"]["taxonomy"] = [["Paths", "Early"]]
    received = studio(task(region(start, end, WORDS, "Early"), taxonomy))
    assert sorted(path for path, _ in codings(received)) == ["label / Early", "themes / Paths / Early"]


def test_a_dialogue_becomes_a_transcript_with_speakers() -> None:
    talk = [{"author": "Maija", "text": "How did it begin? 😀"}, {"author": "Aino", "text": "Nobody had time."}]
    value = {
        "start": "1",
        "end": "1",
        "startOffset": 7,
        "endOffset": 15,
        "text": "had time",
        "paragraphlabels": ["Time"],
    }
    result = {"id": "a", "type": "paragraphlabels", "from_name": "label", "to_name": "talk", "value": value}
    received = studio(task(result, data={"talk": talk}))
    (found,) = received.study.documents
    assert found.document.text == "Maija: How did it begin? 😀\n\nAino: Nobody had time.\n\n"
    assert [turn.speaker for turn in found.turns] == ["Maija", "Aino"]
    assert codings(received) == [("Time", "had time")]


def test_words_written_on_a_region_are_a_memo_and_what_a_model_said_is_left_out() -> None:
    start, end = span_of(WORDS)
    note = region(start, end, None) | {"type": "textarea", "from_name": "why"}
    note["value"]["text"] = ["She sighs."]
    received = studio(
        task(
            region(start, end, WORDS, "Time"),
            note,
            predictions=[{}],
            data={"text": TEXT, "site": "Kartano", "beds": 24},
        )
    )
    (memo,) = received.study.memos
    assert (memo.about, memo.target, memo.text) == ("coding", received.study.codings[0].id, "She sighs.")
    assert received.study.documents[0].values == {"site": "Kartano", "beds": 24}
    assert [loss.what for loss in received.losses] == ["predictions"]


def test_recordings_and_skipped_tasks_are_named_as_lost() -> None:
    sound_region = region(1.5, 3.0, None, "Noise") | {"original_length": 60.0}
    sound_region["value"]["channel"] = 0
    skipped = task(data={"text": "Skipped."}) | {"id": 2}
    skipped["annotations"][0]["was_cancelled"] = True
    received = studio(task(sound_region, data={"audio": "https://example.org/a.wav"}), skipped)
    assert {loss.what for loss in received.losses} == {"tasks without text", "skipped tasks"}


def test_the_short_export_of_label_studio_is_read_too() -> None:
    start, end = span_of(WORDS)
    row = {"id": 1, "text": TEXT, "annotator": 3, "annotation_id": 9, "lead_time": 4.0}
    row["label"] = [{"start": start, "end": end, "text": WORDS, "labels": ["Time"]}]
    received = studio(row, row | {"annotator": 4})
    assert codings(received) == [("Time", WORDS)] * 2
    assert len(received.study.documents) == 1
    assert [coder.name for coder in received.study.coders] == ["coder 3", "coder 4"]


@pytest.mark.parametrize("count", [span_of, lambda words: units(TEXT, words)], ids=["code points", "UTF-16"])
@pytest.mark.parametrize("shape", ["label", "entities"])
def test_doccano_in_both_shapes(shape: str, count: Callable[[str], tuple[int, int]]) -> None:
    stretches = [(*count(words), name) for words, name in ((WORDS, "Time"), ("Aloitimme", "Begin"))]
    row: dict[str, Any] = {"id": 7, "text": TEXT, "meta": {"site": "Kartano"}, "Comments": ["She sighs."]}
    if shape == "label":
        row["label"] = [list(stretch) for stretch in stretches]
    else:
        row["entities"] = [
            {"id": i, "start_offset": s, "end_offset": e, "label": n} for i, (s, e, n) in enumerate(stretches)
        ]
        row["relations"] = [{"id": 0, "from_id": 0, "to_id": 1, "type": "then"}]
    content = (json.dumps(row) + "\n" + json.dumps({"text": "All of it.", "label": ["Whole"]}, indent=2)).encode()
    assert is_study("export.jsonl", content)
    received = sound(read_study("export.jsonl", content))
    assert codings(received) == [("Time", WORDS), ("Begin", "Aloitimme"), ("Whole", "All of it.")]
    assert [found.document.name for found in received.study.documents] == ["export 7", "export 2"]
    assert received.study.documents[0].values == {"site": "Kartano"}
    assert [memo.text for memo in received.study.memos] == ["She sighs."]
    assert [loss.count for loss in received.losses if loss.what == "relations"] == ([1] if shape == "entities" else [])


@given(st.text(st.sampled_from("aé😀\u0301م \n"), min_size=1, max_size=60), st.data())
def test_positions_of_a_browser_are_told_from_code_points(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    to = Utf16Map(text).to_utf16
    words = text[start:end]
    position = counting_of(text, [(to(start), to(end), words)])
    assert text[position(to(start)) : position(to(end))] == words
    position = counting_of(text, [(start, end, words)])
    assert text[position(start) : position(end)] == words


TSV = """#FORMAT=WebAnno TSV 3.3
#T_SP=de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Lemma|value
#T_SP=webanno.custom.Theme|kind|note
#T_RL=webanno.custom.Leads|role|BT_webanno.custom.Theme


#Text=Aino 😀 sanoi ei ei
1-1\t0-4\tAino\tAino\tPerson\t_\t_\t_
1-2\t5-7\t😀\t_\tMood[1]|Emoji[2]\t*[1]|*[2]\t_\t_
1-3\t8-13\tsanoi\tsanoa\tMood[1]\t*[1]\t_\t_
1-4\t14-16\tei\t_\t_\t_\t_\t_
1-5\t17-19\tei\t_\tNo\t\\[sic\\]\t_\t_

#Text=Ei aikaa .
2-1\t20-22\tEi\t_\tTime[3]\t*[3]\t_\t_
2-2\t23-28\taikaa\t_\tTime[3]\t*[3]\t_\t_
2-2.1\t23-26\taik\t_\tPart\t*\t_\t_
2-3\t29-30\t.\t_\t*\t*\t_\t_
"""


def test_webanno_words_become_stretches_with_their_values() -> None:
    assert is_study("notes.tsv", TSV.encode())
    received = sound(read_study("notes.tsv", TSV.encode()))
    assert received.study.documents[0].document.text == "Aino 😀 sanoi ei ei\nEi aikaa ."
    assert sorted(codings(received)) == [
        ("Theme", "."),
        ("Theme / Emoji", "😀"),
        ("Theme / Mood", "😀 sanoi"),
        ("Theme / No", "ei"),
        ("Theme / Part", "aik"),
        ("Theme / Person", "Aino"),
        ("Theme / Time", "Ei aikaa"),
        ("Theme / [sic]", "ei"),
    ]
    second = next(coding for coding in received.study.codings if coding.quotation == "ei")
    assert second.span.start == 16
    assert {loss.what: loss.count for loss in received.losses} == {
        "words, sentences and parts of speech": 2,
        "layers of relations and chains": 1,
    }


def test_a_word_that_is_not_in_its_sentence_is_refused_with_its_line() -> None:
    with pytest.raises(MalformedFile, match="line 12"):
        read_study("notes.tsv", TSV.replace("17-19\tei", "17-19\tnever").encode())


CAS = {
    "%TYPES": {
        "custom.Theme": {
            "%NAME": "custom.Theme",
            "%SUPER_TYPE": "uima.tcas.Annotation",
            "kind": {"%NAME": "kind", "%RANGE": "uima.cas.String"},
        }
    },
    "%FEATURE_STRUCTURES": [
        {"%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaNum": 1, "sofaID": "_InitialView", "sofaString": TEXT},
        {
            "%ID": 2,
            "%TYPE": "custom.Theme",
            "@sofa": 1,
            "begin": units(TEXT, WORDS)[0],
            "end": units(TEXT, WORDS)[1],
            "kind": "Time",
        },
        {"%ID": 3, "%TYPE": "uima.tcas.DocumentAnnotation", "@sofa": 1, "begin": 0, "end": 3, "language": "fi"},
    ],
    "%VIEWS": {"_InitialView": {"%SOFA": 1, "%MEMBERS": [2, 3]}},
}
TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<typeSystemDescription xmlns="http://uima.apache.org/resourceSpecifier"><types><typeDescription>
<name>custom.Theme</name><supertypeName>uima.tcas.Annotation</supertypeName><features><featureDescription>
<name>kind</name><rangeTypeName>uima.cas.String</rangeTypeName></featureDescription></features>
</typeDescription></types></typeSystemDescription>"""
XMI = f"""<?xml version="1.0" encoding="UTF-8"?><xmi:XMI xmlns:custom="http:///custom.ecore"
xmlns:cas="http:///uima/cas.ecore" xmlns:xmi="http://www.omg.org/XMI" xmi:version="2.0">
<custom:Theme xmi:id="2" sofa="1" begin="{units(TEXT, WORDS)[0]}" end="{units(TEXT, WORDS)[1]}" kind="Time"/>
<cas:Sofa xmi:id="1" sofaNum="1" sofaID="_InitialView" mimeType="text" sofaString="{TEXT.replace(chr(10), "&#10;")}"/>
<cas:View sofa="1" members="2"/></xmi:XMI>"""


def packed(**files: str | bytes) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), data)
    return content.getvalue()


def test_a_cas_in_json_comes_with_code_points() -> None:
    content = json.dumps(CAS).encode()
    assert is_study("cas.json", content)
    received = sound(read_study("cas.json", content))
    assert codings(received) == [("Theme / Time", WORDS)]
    assert not received.study.codebook.at("Theme").codable


def test_cases_of_one_document_by_two_coders_meet_on_one_text() -> None:
    content = packed(annotation__doc1__aino_dot_xmi=XMI, annotation__doc1__ben_dot_xmi=XMI, TypeSystem_dot_xml=TYPES)
    assert is_study("inception.zip", content)
    received = sound(read_study("inception.zip", content))
    assert [found.document.name for found in received.study.documents] == ["doc1"]
    assert codings(received) == [("Theme / Time", WORDS)] * 2
    assert [coder.name for coder in received.study.coders] == ["aino", "ben"]


def test_archives_within_the_archive_are_opened_once() -> None:
    inner = packed(ben_dot_xmi=XMI, TypeSystem_dot_xml=TYPES)
    content = packed(annotation__doc1__ben_dot_zip=inner, curation__doc2_dot_xmi=XMI, TypeSystem_dot_xml=TYPES)
    received = sound(read_study("inception.zip", content))
    assert len(codings(received)) == 2


def test_xmi_alone_is_refused_with_what_would_work() -> None:
    assert is_study("cas.xmi", XMI.encode())
    with pytest.raises(MalformedFile, match=r"TypeSystem\.xml"):
        read_study("cas.xmi", XMI.encode())


def test_entities_are_refused() -> None:
    bomb = XMI.replace("<xmi:XMI", '<!DOCTYPE x [<!ENTITY a "b">]><xmi:XMI', 1)
    with pytest.raises(MalformedFile, match="unsafe"):
        read_study("x.zip", packed(a_dot_xmi=bomb, TypeSystem_dot_xml=TYPES))


def test_without_cassis_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cassis", None)
    with pytest.raises(MalformedFile, match=r"redthread\[cas\]"):
        read_study("cas.json", json.dumps(CAS).encode())


SEEDS = {
    "a.json": json.dumps([task(region(*span_of(WORDS), WORDS, "Time"))]).encode(),
    "a.jsonl": json.dumps({"text": TEXT, "label": [[0, 4, "Aino"]]}).encode(),
    "a.tsv": TSV.encode(),
    "cas.json": json.dumps(CAS).encode(),
    "cas.zip": packed(a_dot_xmi=XMI, TypeSystem_dot_xml=TYPES),
}


@pytest.mark.parametrize("name", SEEDS)
def test_each_seed_is_recognised_once(name: str) -> None:
    suffix = "." + name.rpartition(".")[2]
    assert sum(row.recognises(SEEDS[name]) for row in STUDY_FORMATS if suffix in row.suffixes) == 1


@pytest.mark.parametrize("name", SEEDS)
@given(data=st.data())
def test_damaged_files_give_our_own_errors_or_sound_studies(name: str, data: st.DataObject) -> None:
    content = bytearray(SEEDS[name])
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        piece = data.draw(
            st.sampled_from([b"", b"[", b"null", b"-1", b'"', b"\xff", b"{}", b"1e999", b"|", b"\t", b"\n"])
        )
        content[at : at + data.draw(st.integers(0, 5))] = piece
    damaged = bytes(content)
    suffix = "." + name.rpartition(".")[2]
    for row in STUDY_FORMATS:
        if suffix in row.suffixes and row.recognises(damaged):
            try:
                sound(row.read(damaged, name))
            except UnreadableFile as error:
                assert str(error)


@pytest.mark.parametrize(
    "content",
    [
        b'{"text": "Hi.", "segments": [{"text": "Hi.", "label": "SPEAKER_00"}]}',
        b'{"text": {"label": []}}',
        b'[{"text": "Hi.", "start": 0}]',
        b'{"text": "Hi.", "label": ',
        b"\xff\xfe{",
        b"",
    ],
)
def test_other_json_is_no_study(content: bytes) -> None:
    assert not is_study("x.json", content)
