"""Projects that other programs keep in SQLite files."""

from __future__ import annotations

import sqlite3
import zipfile
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coder.errors import MalformedFile, TooLarge, UnreadableFile
from coder.formats import foreign_database
from coder.formats.foreign_database import ForeignDatabase
from coder.formats.gathering import ForeignText
from coder.formats.studies import STUDY_FORMATS, is_study, read_study
from coder.model import AttributeType, Membership, Received, Span
from tests.formats.databases import PAGE, TEXT, database, qualcoder, requal, rqda, span_of, taguette

FILES = {
    "study.rqda": rqda(),
    "data.qda": qualcoder(),
    "study.sqlite3": taguette(),
    "study.requal": requal(),
}
WHOLE = FILES["study.rqda"]


def texts(received: Received) -> dict[str, str]:
    return {found.document.id: found.document.text for found in received.study.documents}


def losses(received: Received) -> dict[str, int]:
    return {loss.what: loss.count for loss in received.losses}


def paths(received: Received) -> list[str]:
    codebook = received.study.codebook
    return sorted(codebook.path(code.id) for code in codebook.codes)


@pytest.mark.parametrize("name", FILES)
def test_each_is_recognised_and_only_as_what_it_is(name: str) -> None:
    assert is_study(name, FILES[name])
    recognising = [row.name for row in STUDY_FORMATS if row.recognises(FILES[name])]
    assert len(recognising) == 1


@pytest.mark.parametrize("name", FILES)
def test_every_quotation_stands_in_its_text(name: str) -> None:
    received = read_study(name, FILES[name])
    assert received.study.codings
    for coding in received.study.codings:
        text = texts(received)[coding.document]
        assert coding.span.of(text) == coding.quotation
        assert text[coding.span.end :].startswith(coding.anchor.after)
    assert "yhdessä 😀 kaikki" in {coding.quotation for coding in received.study.codings}


@pytest.mark.parametrize("name", FILES)
def test_what_is_said_of_the_study_comes_along(name: str) -> None:
    study = read_study(name, FILES[name]).study
    assert study.description == "An invented study."
    assert study.documents[0].turns
    assert study.origin


def test_rqda_gives_codes_cases_values_and_memos() -> None:
    received = read_study("study.rqda", rqda())
    study = received.study
    assert paths(received) == ["No time", "Paths", "Paths / Together"]
    together = study.codebook.at("Paths / Together")
    assert (together.colour, together.definition) == ("#0b57d0", "From the start.")
    assert not study.codebook.at("Paths").codable
    assert [(case.name, case.values) for case in study.cases] == [("Kartano", {"beds": 24})]
    assert study.documents[0].values == {"place": "library"}
    assert study.memberships == (Membership(study.documents[0].document.id, study.cases[0].id),)
    assert [(memo.about, memo.title, memo.text) for memo in study.memos] == [
        ("document", "", "Read twice."),
        ("document", "", "She laughs."),
        ("project", "Day one", "Began to read."),
    ]
    assert study.memos[1].anchor is not None
    assert study.memos[1].anchor.quotation == "y"
    assert study.codings[0].created == "2015-05-02T16:24:45.000Z"
    assert received.losses == ()


def test_what_was_deleted_in_rqda_stays_deleted_and_is_counted() -> None:
    gone = {"cid": 1, "fid": 1, "seltext": "Aino", "selfirst": 0, "selend": 4, "status": 0, "owner": "", "date": ""}
    received = read_study("study.rqda", rqda(coding=[gone | {"memo": None}]))
    assert received.study.codings == ()
    assert losses(received) == {"deleted rows of the table coding": 1}


@pytest.mark.parametrize("drift", [-30, -1, 1, 3, 1000])
def test_a_coding_that_drifted_is_found_by_its_quotation_and_counted(drift: int) -> None:
    start, end = span_of("Ei ollut aikaa")
    row = {"cid": 1, "fid": 1, "seltext": "Ei ollut aikaa", "status": 1, "owner": "Aino", "date": "", "memo": None}
    received = read_study("study.rqda", rqda(coding=[row | {"selfirst": start + drift, "selend": end + drift}]))
    assert received.study.codings[0].span == Span(start, end)
    assert "1 of 1 codings: found again by its quotation" in received.remarks


def test_a_drifted_coding_takes_the_nearest_of_several_places() -> None:
    text = "no time. " * 50
    row = {"cid": 1, "fid": 1, "seltext": "no time", "status": 1, "owner": "Aino", "date": "", "memo": None}
    received = read_study("study.rqda", rqda(text, coding=[row | {"selfirst": 182, "selend": 189}]))
    assert received.study.codings[0].span == Span(180, 187)


def test_a_coding_whose_words_are_gone_is_lost_by_name() -> None:
    row = {"cid": 1, "fid": 1, "seltext": "never said", "selfirst": 3, "selend": 9, "status": 1, "owner": "Aino"}
    received = read_study("study.rqda", rqda(coding=[row | {"date": "", "memo": None}]))
    (lost,) = received.losses
    assert (lost.what, lost.count, lost.examples) == ("codings", 1, ("Interview 1: never said",))
    assert "nowhere" in lost.why


def test_windows_line_ends_move_every_position() -> None:
    raw = TEXT.replace("\n", "\r\n")
    start, end = span_of("Ei ollut aikaa", raw)
    row = {"cid": 1, "fid": 1, "seltext": "Ei ollut aikaa", "selfirst": start, "selend": end, "status": 1}
    received = read_study("study.rqda", rqda(raw, coding=[row | {"owner": "", "date": "", "memo": None}]))
    assert texts(received)[received.study.documents[0].document.id] == TEXT
    assert received.study.codings[0].span == Span(*span_of("Ei ollut aikaa"))
    assert "exactly" in received.remarks[0]


def test_a_project_that_is_not_utf8_is_read_and_said() -> None:
    text = "Päivä oli pitkä, ei ollut aikaa. Höyry nousi järveltä, äiti söi."
    connection = sqlite3.connect(":memory:")
    connection.deserialize(rqda(text, coding=[_row("pitkä", 10, 15)]))
    connection.execute("UPDATE source SET file = CAST(? AS TEXT)", (text.encode("cp1252"),))
    connection.execute("UPDATE coding SET seltext = CAST(? AS TEXT)", ("pitkä".encode("cp1252"),))
    connection.commit()
    received = read_study("study.rqda", bytes(connection.serialize()))
    assert received.study.documents[0].document.text == text
    assert received.study.codings[0].quotation == "pitkä"
    assert any("cp1252" in remark for remark in received.remarks)


def _row(words: str, start: int, end: int) -> dict[str, object]:
    row = {"cid": 1, "fid": 1, "seltext": words, "selfirst": start, "selend": end}
    return row | {"status": 1, "owner": "Aino", "date": "", "memo": None}


def test_a_code_in_several_categories_stands_free_and_in_sets() -> None:
    live = {"status": 1, "owner": "", "date": "", "memo": None}
    received = read_study(
        "study.rqda",
        rqda(
            codecat=[live | {"name": "A", "catid": 1, "cid": None}, live | {"name": "B", "catid": 2, "cid": None}],
            treecode=[live | {"cid": 1, "catid": 1}, live | {"cid": 1, "catid": 2}],
        ),
    )
    assert paths(received) == ["A", "B", "No time", "Together"]
    together = received.study.codebook.at("Together").id
    assert [(each.name, each.members) for each in received.study.sets] == [
        ("A", (("code", together),)),
        ("B", (("code", together),)),
    ]


def test_qualcoder_keeps_coders_apart_and_folders_as_folders() -> None:
    received = read_study("data.qda", qualcoder())
    study = received.study
    names = {coder.id: coder.name for coder in study.coders}
    assert sorted((names[coding.coder], coding.quotation) for coding in study.codings) == [
        ("Aino", "ei ollut aikaa"),
        ("Aino", "yhdessä 😀 kaikki"),
        ("Ben", "yhdessä 😀 kaikki"),
    ]
    assert paths(received) == ["No time", "Paths", "Paths / Early", "Paths / Early / Together"]
    assert not study.codebook.at("Paths / Early").codable
    assert {(a.name, a.type) for a in study.attributes} == {
        ("beds", AttributeType.NUMBER),
        ("place", AttributeType.TEXT),
    }
    assert study.documents[0].values == {"place": "007"}
    (membership,) = study.memberships
    assert membership.span == Span(*span_of("yhdessä 😀 kaikki"))
    assert {(memo.about, memo.text) for memo in study.memos} == {
        ("document", "Read twice."),
        ("coding", "Said with a smile."),
        ("case", "A ward."),
        ("document", "She laughs."),
        ("project", "Began to read."),
    }
    assert losses(received) == {
        "images and recordings": 1,
        "codings of images": 1,
        "marks of importance on codings": 1,
    }


def test_attributes_of_journal_entries_are_not_given_to_the_document_of_the_same_number() -> None:
    values = [{"name": "mood", "attr_type": "journal", "value": "tired", "id": 1}]
    received = read_study("data.qda", qualcoder(attribute=values, ris=[{"risid": 1, "tag": "TI", "value": "A book"}]))
    assert received.study.documents[0].values == {}
    lost = {loss.what: loss.examples for loss in received.losses}
    assert lost["attributes of journal entries"] == ("mood: tired",)
    assert "lines of bibliographic entries" in lost


def test_what_qualcoder_has_not_yet_put_into_its_file_is_told() -> None:
    held = BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("wards.qda/data.qda", qualcoder())
        archive.writestr("wards.qda/data.qda-wal", b"x" * 32)
    assert any("close QualCoder" in remark for remark in read_study("wards.zip", held.getvalue()).remarks)


def test_codes_of_codes_in_newer_qualcoder_files_are_a_tree() -> None:
    row = {"owner": "", "date": "", "memo": "", "catid": None, "color": ""}
    codes = [row | {"cid": 1, "name": "Above", "supercid": None}, row | {"cid": 2, "name": "Below", "supercid": 1}]
    assert paths(read_study("data.qda", qualcoder(code_name=codes)))[:2] == ["Above", "Above / Below"]


def test_folders_in_a_circle_do_not_hang_it() -> None:
    row = {"owner": "", "date": "", "memo": ""}
    circle = [row | {"catid": 1, "name": "A", "supercatid": 2}, row | {"catid": 2, "name": "B", "supercatid": 1}]
    received = read_study("data.qda", qualcoder(code_cat=circle))
    assert len(received.study.codebook.codes) == 4


def test_a_zipped_project_folder_is_a_project() -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("wards.qda/data.qda", qualcoder())
        archive.writestr("wards.qda/documents/interview.txt", TEXT)
    assert is_study("wards.zip", packed.getvalue())
    received = read_study("wards.zip", packed.getvalue())
    assert received.study.title == "wards"
    assert len(received.study.codings) == 3


def test_taguette_bytes_become_characters_and_blocks_become_lines() -> None:
    received = read_study("study.sqlite3", taguette())
    study = received.study
    (text,) = texts(received).values()
    assert text.splitlines() == [
        "Interview",
        "Aino: Aloitimme yhdessä 😀 kaikki, 👩‍👩‍👧 mukana.",
        "ومتى بدأتم معًا؟",
        "Cafe\u0301 & aika",
    ]
    assert "1 of 1 codings: exactly where it stood" in received.remarks
    assert {coder.name for coder in study.coders} == {"ben"}
    assert study.codings[0].created == "2022-02-16T14:26:16.000Z"


def test_a_dot_makes_a_tree_of_tags_only_below_a_tag() -> None:
    received = read_study("study.sqlite3", taguette())
    assert paths(received) == ["paths", "paths / together", "v1.2"]


def test_a_highlight_that_ends_with_its_paragraph_takes_no_line_end_along() -> None:
    received = read_study("study.sqlite3", taguette(("mukana.", "<p>mukana.</p>"), ("aika", "<p>aika</p>")))
    assert [coding.quotation for coding in received.study.codings] == ["mukana.", "aika"]


@given(st.data())
def test_any_stretch_of_a_page_keeps_its_words(data: st.DataObject) -> None:
    from coder.formats.markup_text import BodyText
    from tests.formats.databases import PLAIN

    start = data.draw(st.integers(0, len(PLAIN) - 1))
    end = data.draw(st.integers(start + 1, len(PLAIN)))
    body = BodyText(PAGE)
    first, last = (len(PLAIN[:at].encode()) for at in (start, end))
    found = body.text[body.position(first) : body.end_position(last)]
    assert found.replace("\n", "") == PLAIN[start:end]


def test_markup_of_a_page_is_not_text_and_text_is_not_markup() -> None:
    page = "<p>a<!-- no --><script>alert(1)</script> &lt;script&gt;x&lt;/script&gt;</p><style>p{}</style>"
    received = read_study("study.sqlite3", taguette(page=page, highlights=[_HIGHLIGHT], highlight_tags=[_LINK]))
    assert received.study.documents[0].document.text.strip() == "a <script>x</script>"


_HIGHLIGHT = {"id": 1, "document_id": 1, "start_offset": 0, "end_offset": 1, "snippet": "<p>a</p>"}
_LINK = {"highlight_id": 1, "tag_id": 2}


def test_requal_counts_from_one() -> None:
    received = read_study("study.requal", requal())
    study = received.study
    assert "1 of 1 codings: exactly where it stood" in received.remarks
    assert paths(received) == ["Early", "No time", "Paths", "Paths / Together"]
    assert study.codebook.at("Paths / Together").colour == "#0b57d0"
    assert {(memo.about, memo.text) for memo in study.memos} == {("coding", "On the coding."), ("project", "Free.")}
    assert [(case.name, case.values) for case in study.cases] == [("Kartano", {"beds": 24})]
    assert [coder.name for coder in study.coders] == ["Aino"]


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_damaged_file_is_refused_in_our_own_words_or_read(name: str, data: st.DataObject) -> None:
    content = bytearray(FILES[name])
    for _ in range(data.draw(st.integers(1, 30))):
        content[data.draw(st.integers(16, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    for damaged in (bytes(content), bytes(content[:cut])):
        row = next(row for row in STUDY_FORMATS if f".{name.rpartition('.')[2]}" in row.suffixes)
        row.recognises(damaged)
        try:
            received = row.read(damaged, name)
        except UnreadableFile:
            continue
        for coding in received.study.codings:
            assert coding.span.of(texts(received)[coding.document]) == coding.quotation


def test_a_view_in_the_place_of_a_table_is_never_run() -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS id, 'x' AS name FROM n"
    tables = {"freecode": [{"id": 1}], "treecode": [{"cid": 1}], "caselinkage": [{"caseid": 1}]}
    received = read_study("study.rqda", database(tables, f"CREATE VIEW source AS {endless}"))
    assert received.study.documents == ()


def test_a_table_with_more_rows_than_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign_database, "MAX_ROWS", 3)
    content = database({"a": [{"x": number} for number in range(5)]})
    with pytest.raises(TooLarge, match="more than 3 rows"):
        ForeignDatabase(content, "project").rows("a", "x")


def test_a_table_without_a_column_gives_none_for_it() -> None:
    content = database({"a": [{"x": 1}]})
    assert ForeignDatabase(content, "project").rows("A", "X", "y", '"; DROP') == [{"X": 1, "y": None, '"; DROP': None}]
    assert ForeignDatabase(content, "project").rows("b", "x") == []
    assert [ForeignDatabase(content, "project").count(table) for table in ("a", "b")] == [1, 0]


def test_a_file_in_write_ahead_mode_is_read() -> None:
    content = bytearray(WHOLE)
    content[18:20] = b"\x02\x02"
    assert read_study("study.rqda", bytes(content)).study.codings


def test_what_is_no_database_is_refused() -> None:
    with pytest.raises(MalformedFile, match="no SQLite file"):
        ForeignDatabase(b"Anna: Hi.", "RQDA project")


@pytest.mark.parametrize("words", ["notes.txt", "https://example.org/x", "/tmp/x"])
def test_words_that_look_like_an_address_are_words(words: str) -> None:
    highlight = _HIGHLIGHT | {"end_offset": len(words), "snippet": words}
    received = read_study("study.sqlite3", taguette(page=words, highlights=[highlight], highlight_tags=[_LINK]))
    assert [coding.quotation for coding in received.study.codings] == [words]


def test_a_page_nested_beyond_reason_is_read_or_refused() -> None:
    page = "<div>" * 1500 + "deep"
    try:
        received = read_study("study.sqlite3", taguette(page=page, highlights=[_HIGHLIGHT], highlight_tags=[_LINK]))
    except MalformedFile:
        return
    assert received.study.documents[0].document.text.strip() == "deep"


@settings(max_examples=300)
@given(st.text(st.sampled_from("ab 😀\u0301م\r\n\ufeff\x00"), min_size=1, max_size=50), st.data())
def test_any_stretch_of_any_text_keeps_its_words(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    raw = ForeignText(text)
    kept = ForeignText(text[start:end]).text
    found = raw.text[raw.position(start) : raw.position(end)]
    assert found.strip("\n\ufeff") == kept.strip("\n\ufeff")
    assert "\r" not in raw.text
    assert not raw.text.startswith("\ufeff")
    assert "\x00" not in raw.text


def test_a_project_of_ten_thousand_codings_that_all_drifted_is_found_again() -> None:
    text = "\n".join(f"Word {number} was said here and there." for number in range(10_000))
    rows = [_row(f"Word {number} was", 0, 5) for number in range(10_000)]
    received = read_study("study.rqda", rqda(text, coding=rows))
    assert len(received.study.codings) == 10_000
    assert received.remarks[-1].endswith("found again by its quotation")
