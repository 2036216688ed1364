"""What real REFI-QDA files do that the standard does not foresee."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from coder.errors import MalformedFile, TooLarge
from coder.formats import archives, read_codebook
from coder.formats.refi_codebook import invalid as invalid_codebook
from coder.formats.refi_codebook import write as write_codebook
from coder.formats.studies import is_study, read_study, write_study
from coder.model import Case, Code, Codebook, Coding, Membership, Memo, Received
from coder.model.choices import Target
from tests.formats.refi_files import (
    BOOK,
    CASE,
    CODE,
    NOTE,
    SELECTION,
    SOURCE,
    TEXT,
    USER,
    USERS,
    coding,
    packed,
    selection,
    source,
    xml,
)

TOGETHER = TEXT.index("We began"), TEXT.index("We began") + len("We began together")
TIME = TEXT.index("Then"), TEXT.index(" at all")


def read(content: bytes) -> Received:
    return read_study("study.qdpx", content)


def only_coding(received: Received) -> Coding:
    (found,) = received.study.codings
    return found


def test_the_qde_may_have_any_name() -> None:
    assert read(packed(xml(source()), qde="My Study.QDE")).study.title == "Study"


def test_two_qde_files_are_refused() -> None:
    with pytest.raises(MalformedFile, match="holds 2"):
        read(packed(xml(), {"other.qde": xml()}))


@pytest.mark.parametrize("member", ["Sources/A.TXT", "sources/a.txt", "SOURCES/A.txt"])
def test_sources_are_found_in_any_case_of_letters(member: str) -> None:
    assert len(read(packed(xml(source()), {member: TEXT.encode()})).study.documents) == 1


def test_junk_members_and_empty_texts_are_no_documents() -> None:
    files = {"sources/.root": b"", "sources/a.txt": b" "}
    received = read(packed(xml(source()), files))
    assert not received.study.documents
    assert any("nothing to read" in loss.why for loss in received.losses)


@pytest.mark.parametrize("path", ["a.txt", "internal:/a.txt", "internal://a.txt", "sources/a.txt", "internal:///a.txt"])
def test_paths_without_a_scheme_are_found(path: str) -> None:
    assert len(read(packed(xml(source(path=path)))).study.documents) == 1


@pytest.mark.parametrize("path", ["relative:///a.txt", "absolute:///C:/a.txt", "file:///etc/passwd"])
def test_files_outside_are_listed_and_never_opened(path: str) -> None:
    received = read(packed(xml(source(path=path))))
    assert not received.study.documents
    assert received.losses[0].why == "their text is not in the file"


@pytest.mark.parametrize("namespace", ["urn:QDA-XML:project:0:10", "urn:QDA-XML:project:1.0", "urn:other:QDA"])
def test_older_namespaces_are_read(namespace: str) -> None:
    assert read(packed(xml(source(), namespace=namespace))).study.codebook.codes[0].name == "Together"


def test_an_empty_container_is_read_and_never_written() -> None:
    content = (
        b'<CodeBook xmlns="urn:QDA-XML:codebook:0:4"><Codes><Code guid="{11111111-1111-4111-8111-111111111111}"'
        b' name="a.b" isCodable="true"/></Codes><Sets/></CodeBook>'
    )
    book = read_codebook("tags.qdc", content)
    assert [code.id for code in book.codes] == [CODE]
    assert invalid_codebook(write_codebook(book)) == []


@pytest.mark.parametrize(
    ("colour", "expected"),
    [("rgb(255, 0, 16)", "#ff0010"), ("#F00", "#ff0000"), ("#11223344", "#112233"), ("red", "#b3261e")],
)
def test_colours_in_any_notation(colour: str, expected: str) -> None:
    book = BOOK.replace("isCodable", f'color="{colour}" isCodable')
    assert read(packed(xml(before=book))).study.codebook.codes[0].colour == expected


def test_the_same_name_under_different_parents_stays_two_codes() -> None:
    inner = "".join(
        f'<Code guid="{n * 8}-0000-4000-8000-000000000000" name="{name}" isCodable="false">'
        f'<Code guid="{n * 8}-0000-4000-8000-000000000001" name="Time" isCodable="true"/></Code>'
        for n, name in (("a", "Before"), ("b", "After"))
    )
    book = read(packed(xml(before=f"<CodeBook><Codes>{inner}</Codes></CodeBook>"))).study.codebook
    assert [book.path(code.id) for code in book.codes] == ["Before", "Before / Time", "After", "After / Time"]
    assert [code.codable for code in book.codes] == [False, True, False, True]


def test_a_folder_with_codings_becomes_a_code() -> None:
    before = USERS + BOOK.replace('"true"', '"false"')
    received = read(packed(xml(source(selection(*TOGETHER)), before=before)))
    assert received.study.codebook.codes[0].codable
    assert "the folder Together has codings, so it became a code" in received.remarks


def test_a_selection_without_a_code_is_a_memo_on_its_passage() -> None:
    received = read(packed(xml(source(selection(*TOGETHER, "<Description>why?</Description>", guid=SELECTION)))))
    (memo,) = received.study.memos
    assert memo.anchor is not None
    assert (memo.text, memo.anchor.quotation, memo.id) == ("why?", "We began together", SELECTION)


def test_a_note_that_a_link_joins_to_a_selection_is_a_memo_on_it() -> None:
    after = (
        f'<Notes><Note guid="{NOTE}" name="Idea" creatingUser="{USER}"><PlainTextContent>why?</PlainTextContent></Note>'
        f'</Notes><Links><Link guid="{NOTE[:-1]}6" originGUID="{SELECTION}" targetGUID="{NOTE}"/></Links>'
    )
    received = read(packed(xml(source(selection(*TOGETHER, "", guid=SELECTION)), after=after)))
    (memo,) = received.study.memos
    assert memo.anchor is not None
    assert (memo.title, memo.text, memo.anchor.quotation) == ("Idea", "why?", "We began together")
    assert not received.losses


def test_a_passage_coded_with_a_case_belongs_to_it() -> None:
    before = f'{USERS}{BOOK}<Cases><Case guid="{CASE}" name="Kartano"/></Cases>'
    (membership,) = read(packed(xml(source(selection(*TOGETHER, coding(CASE))), before=before))).study.memberships
    assert membership.case == CASE
    assert membership.span is not None
    assert membership.span.of(TEXT) == "We began together"


def test_variables_come_from_cases_and_from_sources() -> None:
    variable = "77777777-7777-4777-8777-777777777777"

    def value(number: int) -> str:
        inside = f'<VariableRef targetGUID="{variable}"/><IntegerValue>{number}</IntegerValue>'
        return f"<VariableValue>{inside}</VariableValue>"

    before = (
        f'{USERS}{BOOK}<Variables><Variable guid="{variable}" name="Age" typeOfVariable="Integer"/></Variables>'
        f'<Cases><Case guid="{CASE}" name="Aino">{value(31)}</Case></Cases>'
    )
    study = read(packed(xml(source(value(44)), before=before))).study
    assert study.cases[0].values == {"Age": 31}
    assert study.documents[0].values == {"Age": 44}


def test_a_thousand_small_sources_are_a_thousand_documents() -> None:
    sources = "".join(
        f'<TextSource guid="{n:08x}-0000-4000-8000-000000000000" name="Answer"><PlainTextContent>Yes {n}.'
        "</PlainTextContent></TextSource>"
        for n in range(1_000)
    )
    assert len(read(packed(xml(sources), {})).study.documents) == 1_000


def test_codings_of_a_pdf_page_are_listed_as_lost() -> None:
    pdf = f'<PDFSource guid="{SOURCE}" name="a.pdf"><PDFSelection name="area">{coding()}</PDFSelection></PDFSource>'
    losses = read(packed(xml(pdf))).losses
    assert [(loss.what, loss.count, loss.examples) for loss in losses] == [
        ("codings", 1, ("area",)),
        ("documents", 1, ("a.pdf",)),
    ]


def test_codings_without_anybody_or_a_time_are_somebodys_of_now() -> None:
    bare = f'<Coding><CodeRef targetGUID="{CODE}"/></Coding>'
    received = read(packed(xml(source(selection(*TOGETHER, bare)), before=BOOK)))
    assert received.study.coders[0].name == "Unknown coder"
    assert only_coding(received).created


def test_doubled_codings_come_once_and_are_told() -> None:
    received = read(packed(xml(source(selection(*TOGETHER) * 4))))
    assert only_coding(received).quotation == "We began together"
    assert any(remark.startswith("3 codings stood there twice") for remark in received.remarks)


def test_selections_out_of_range_or_of_no_length_are_mended_and_told() -> None:
    received = read(packed(xml(source(selection(6, 9_999) + selection(8, 8) + selection(10, 6)))))
    assert len(received.study.codings) == 3
    assert all(coding.span.end <= len(TEXT) for coding in received.study.codings)
    assert sum("1 selections" in remark for remark in received.remarks) == 3


def test_documents_may_share_a_name_and_hold_slashes() -> None:
    other = source(name="a/b").replace(SOURCE, CASE)
    names = [each.document.name for each in read(packed(xml(source(name="a/b") + other))).study.documents]
    assert names == ["a/b", "a/b"]


def test_a_name_that_repeats_the_words_settles_how_positions_are_counted() -> None:
    start, end = TIME
    raw = b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode()
    shift = TEXT.count("\n", 0, start)
    units = selection(start + shift, end + shift + 1, name="Then there was no time 😀")
    received = read(packed(xml(source(units)), {"sources/a.txt": raw}))
    assert only_coding(received).quotation == "Then there was no time 😀"
    assert "UTF-16 units, a line end counts two" in received.remarks[0]


def test_ends_between_words_settle_it_where_names_are_empty() -> None:
    words = " ".join(f"word{n} 😀 next\n" for n in range(40))
    raw = words.replace("\n", "\r\n")
    places = [raw.index(f"word{n} ") for n in range(40)]

    def wide(position: int) -> int:
        return len(raw[:position].encode("utf-16-le")) // 2

    held = "".join(selection(wide(at), wide(raw.index(" ", at))) for at in places)
    received = read(packed(xml(source(held)), {"sources/a.txt": raw.encode()}))
    assert [coding.quotation for coding in received.study.codings] == [f"word{n}" for n in range(40)]


def test_line_numbers_as_names_do_not_disturb() -> None:
    received = read(packed(xml(source(selection(*TOGETHER, name="line:1")))))
    assert only_coding(received).quotation == "We began together"
    assert not received.study.memos


# --- what would do harm -----------------------------------------------------------------------------------


def test_entities_are_refused() -> None:
    bomb = b'<!DOCTYPE Project [<!ENTITY a "ha"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    content = xml(source()).replace(b"?>", b"?>" + bomb, 1)
    with pytest.raises(MalformedFile, match="document type"):
        read(packed(content))


def test_a_bomb_is_refused() -> None:
    with pytest.raises(TooLarge):
        read(packed(xml(source()), {"sources/a.txt": b"a" * 40_000_000}))


def test_recordings_beside_the_texts_do_not_make_a_project_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_UNPACKED", 10_000)
    files = {"sources/a.txt": TEXT.encode(), "sources/b.mp4": bytes(20_000)}
    assert len(read(packed(xml(source()), files)).study.documents) == 1
    with pytest.raises(TooLarge):
        read(packed(xml(source()), {"sources/a.txt": b"a\n" * 10_000}))


def test_a_survey_of_six_thousand_answers_in_files_of_their_own_is_read() -> None:
    numbers = range(6_000)
    sources = "".join(
        f'<TextSource guid="{n:08x}-0000-4000-8000-000000000000" name="{n}" plainTextPath="internal://{n}.txt"/>'
        for n in numbers
    )
    files = {f"sources/{n}.txt": f"Answer {n}".encode() for n in numbers}
    assert len(read(packed(xml(sources), files)).study.documents) == 6_000


def test_the_shadows_that_a_mac_packs_are_no_members() -> None:
    files = {"sources/a.txt": TEXT.encode(), "__MACOSX/._project.qde": b"\0\5", "__MACOSX/sources/._a.txt": b"\0\5"}
    assert read(packed(xml(source()), files)).study.documents[0].document.text == TEXT


def test_what_lies_on_a_picture_or_recording_is_listed_and_its_description_is_read() -> None:
    text = f'<TextDescription guid="{SOURCE}" name="What is seen"><PlainTextContent>{TEXT}</PlainTextContent>'
    seen = f"{text}{selection(0, 4)}</TextDescription>{coding()}"
    picture = f'<PictureSource guid="{CASE}" name="ward.png">{seen}</PictureSource>'
    received = read(packed(xml(picture), {}))
    assert only_coding(received).quotation == "Aino"
    assert {(loss.what, loss.why) for loss in received.losses} == {
        ("pictures", "Redthread codes words"),
        ("codings", "they lie on pictures"),
    }


def test_a_coding_of_all_of_the_text_of_a_pdf_covers_it() -> None:
    text = f'<Representation guid="{SOURCE}"><PlainTextContent>Words.</PlainTextContent>{coding()}</Representation>'
    received = read(packed(xml(f'<PDFSource guid="{CASE}" name="a.pdf">{text}</PDFSource>'), {}))
    assert only_coding(received).quotation == "Words."


def test_a_member_that_climbs_out_is_a_name_and_nothing_else() -> None:
    received = read(packed(xml(source(path="internal://../../a.txt")), {"../../a.txt": TEXT.encode()}))
    assert [each.document.text for each in received.study.documents] == [TEXT]


def test_script_in_a_name_is_text() -> None:
    received = read(packed(xml(source(name="&lt;script&gt;x&lt;/script&gt;=1+1"))))
    assert received.study.documents[0].document.name == "<script>x</script>=1+1"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"<Project", b"\0\xff" * 100, b"{}"])
def test_what_is_no_project_is_not_taken_for_one(content: bytes) -> None:
    assert not is_study("study.qdpx", content)


def test_a_broken_archive_or_xml_is_an_error_in_words() -> None:
    whole = packed(xml(source()))
    for broken in (whole[: len(whole) // 2], packed(b"<Project")):
        with pytest.raises(MalformedFile):
            read(broken)


def test_what_a_description_folds_comes_apart_again() -> None:
    code = Code(
        CODE,
        "Together",
        brief="short",
        definition="When to use:\nnot a heading\n",
        when_to_use="a\n\nKey:\nb",
        when_not_to_use="\\Memo:",
        examples=("one\ntwo", "- three", ""),
        counter_examples=("Status:",),
        memo="m",
        key="3",
    )
    assert read_codebook("a.qdc", write_codebook(Codebook("b", "B", (code,)))).codes == (code,)


@pytest.mark.parametrize("target", [Target.NVIVO, Target.MAXQDA])
def test_what_programs_lose_between_them_is_written_so_that_it_stays(target: Target) -> None:
    """Memos hang on what they speak of, cases are no codes, and a text that came from a PDF is a text source."""
    received = read(packed(xml(source(selection(*TOGETHER), name="interview.pdf"))))
    study = received.study
    (found,) = study.codings
    me, document = study.coders[0].id, study.documents[0].document.id
    study = replace(
        study,
        cases=(Case(CASE, "Satama"),),
        memberships=(Membership(document, CASE),),
        memos=(Memo(NOTE, "coding", found.id, me, "Look at this again."),),
    )
    content, _ = write_study("study.qdpx", study, target)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        project = ElementTree.fromstring(archive.read("project.qde"))
    name = "{urn:QDA-XML:project:1.0}"
    assert [each.get("guid") for each in project.iter(f"{name}Code")] == [CODE]
    (case,) = project.iter(f"{name}Case")
    assert case.get("name") == "Satama"
    assert [each.get("targetGUID") for each in case.iter(f"{name}SourceRef")] == [document]
    (text,) = project.iter(f"{name}TextSource")
    assert [each.get("targetGUID") for each in text.iter(f"{name}NoteRef")] == [NOTE]
    assert not list(project.iter(f"{name}PDFSource"))


def test_a_project_that_comes_again_has_the_same_ids() -> None:
    first = read(packed(xml(source(selection(*TOGETHER, guid=SELECTION))))).study
    content, _ = write_study("study.qdpx", first, Target.STRICT)
    again = read(content).study
    assert again.codings == first.codings
    assert [each.document.id for each in again.documents] == [SOURCE]


def test_the_slip_in_the_example_of_the_standard_is_told_with_its_line() -> None:
    content = xml(source(), after="\n<Description>A study<Description>\n")
    with pytest.raises(MalformedFile, match=r"line \d+: .*not sound XML"):
        read(packed(content))
