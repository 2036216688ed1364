import zipfile
from io import BytesIO

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.errors import MalformedFile, TooLarge, UnreadableFile
from coder.formats import archives, blocks, read
from tests.formats.word_files import DOCUMENTS, made

MARKS = [b"<w:p>", b"</w:p>", b"<w:t>", b'"', b"&#13;", b"&#x202e;", b"w:", b"<w:tbl/>"]
SOUND = made("Anna: Hi.", "Ben: Hello.", "Anna: Bye.")


def repacked(content, changes, compression=zipfile.ZIP_DEFLATED):
    """The same archive with some members replaced, added, or (None) left out."""
    packed = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(packed, "w", compression) as new:
        for member in old.namelist():
            if member not in changes:
                new.writestr(member, old.read(member))
        for name, data in changes.items():
            if data is not None:
                new.writestr(name, data)
    return packed.getvalue()


def member(content, name="word/document.xml"):
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return archive.read(name)


def with_body(xml):
    document = member(SOUND).decode()
    head = document.partition("<w:body>")[0]
    return repacked(SOUND, {"word/document.xml": f"{head}<w:body>{xml}</w:body></w:document>"})


def refused(content, words, kind=MalformedFile):
    with pytest.raises(kind, match=words):
        read("x.docx", content)


def test_a_member_that_unpacks_to_very_much_more_is_refused():
    refused(repacked(SOUND, {"word/media/a.bmp": bytes(50_000_000)}), "packed more than 200 times", TooLarge)


def test_an_archive_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(archives, "MAX_UNPACKED", 1000)
    refused(SOUND, "refused as unsafe", TooLarge)


def test_an_archive_of_very_many_members_is_refused(monkeypatch):
    monkeypatch.setattr(archives, "MAX_MEMBERS", 5)
    refused(SOUND, "parts", TooLarge)


@pytest.mark.parametrize(
    "entities",
    [
        '<!ENTITY a "ha">',
        '<!ENTITY a SYSTEM "file:///etc/passwd">',
        '<!ENTITY z "ha">'
        + "".join(f'<!ENTITY {c} "{f"&{b};" * 10}">' for b, c in zip("zhgfedcb", "hgfedcba", strict=True)),
    ],
)
def test_entities_are_refused(entities):
    body = member(SOUND).decode().replace("Hi.", "&a;").replace("?>", f"?><!DOCTYPE x [{entities}]>", 1)
    refused(repacked(SOUND, {"word/document.xml": body}), "entit")


def test_a_document_in_the_old_format_and_a_locked_one_are_told_apart():
    refused(b"\xd0\xcf\x11\xe0" + bytes(600), "Office 97-2003")
    refused(b"\xd0\xcf\x11\xe0" + bytes(60) + "EncryptedPackage".encode("utf-16-le"), "protected by a password")


def test_an_encrypted_archive_is_refused():
    content = bytearray(SOUND)
    content[content.index(b"PK\x01\x02") + 8] |= 1
    refused(bytes(content), "protected by a password")


def test_another_office_file_is_named():
    content = BytesIO()
    openpyxl.Workbook().save(content)
    refused(content.getvalue(), "Excel workbook")


@pytest.mark.parametrize(
    "changes",
    [
        {"word/document.xml": None},
        {"[Content_Types].xml": None},
        {"_rels/.rels": None},
        {"word/document.xml": b"<w:document"},
        {"word/document.xml": b""},
        {"[Content_Types].xml": b"<Types/>"},
    ],
)
def test_a_broken_document_is_refused(changes):
    refused(repacked(SOUND, changes), "Word document")


@pytest.mark.parametrize("share", range(1, 10))
def test_a_document_cut_short_is_refused(share):
    refused(SOUND[: len(SOUND) * share // 10], "Word document")


@given(st.lists(st.tuples(st.integers(0, len(SOUND) - 1), st.integers(0, 255)), min_size=1, max_size=5))
def test_damage_anywhere_raises_only_our_own_errors(changes):
    content = bytearray(SOUND)
    for place, value in changes:
        content[place] = value
    try:
        read("x.docx", bytes(content))
    except UnreadableFile as error:
        assert str(error)


@given(st.lists(st.tuples(st.integers(0, 10_000), st.sampled_from(MARKS)), max_size=4))
def test_damage_to_the_text_raises_only_our_own_errors(changes):
    body = member(SOUND)
    for place, value in changes:
        at = place % len(body)
        body = body[:at] + value + body[at:]
    try:
        read("x.docx", repacked(SOUND, {"word/document.xml": body}, zipfile.ZIP_STORED))
    except UnreadableFile as error:
        assert str(error)


def test_a_document_without_words_is_refused():
    refused(made("", "  "), "holds no text")


def test_text_in_content_controls_and_links_is_read():
    content = with_body(
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>In a control.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        "<w:p><w:hyperlink><w:r><w:t>A link</w:t></w:r></w:hyperlink>"
        "<w:r><w:tab/><w:t>and</w:t><w:noBreakHyphen/><w:t>more</w:t></w:r></w:p>"
    )
    assert read("x.docx", content).text == "In a control.\n\nA link\tand-more"


@pytest.mark.parametrize(("based_on", "level"), [("Mine", 0), ("Heading2", 2), ("Nothing", 0)])
def test_a_style_is_a_heading_if_the_style_it_rests_on_is(based_on, level):
    mine = (
        f'<w:style w:type="paragraph" w:styleId="Mine"><w:name w:val="Mine"/><w:basedOn w:val="{based_on}"/></w:style>'
    )
    styles = member(SOUND, "word/styles.xml").decode().replace("</w:styles>", f"{mine}</w:styles>")
    body = with_body('<w:p><w:pPr><w:pStyle w:val="Mine"/></w:pPr><w:r><w:t>Words</w:t></w:r></w:p>')
    assert [turn.level for turn in read("x.docx", repacked(body, {"word/styles.xml": styles})).turns] == [level]


def test_a_transcript_in_a_table_has_its_speakers():
    rows = [["00:00:01", "Anna", "Hi."], ["00:00:05", "Ben", "Hello."], ["00:00:09", "Anna", "Bye."]]
    reading = read("x.docx", made(rows))
    assert [(turn.speaker, turn.start_ms, turn.span.of(reading.text)) for turn in reading.turns] == [
        ("Anna", 1000, "Hi."),
        ("Ben", 5000, "Hello."),
        ("Anna", 9000, "Bye."),
    ]


def test_a_table_within_a_table_is_read_once():
    def table(inside):
        return f"<w:tbl><w:tr><w:tc>{inside}</w:tc></w:tr></w:tbl>"

    words = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"
    content = with_body(table(words.format("out") + table(words.format("in"))))
    assert read("x.docx", content).text == "out in"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_reading_twice_gives_the_same(name):
    assert read("x.docx", DOCUMENTS[name]) == read("x.docx", DOCUMENTS[name])


def test_an_xml_part_beyond_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr(archives, "MAX_XML", 1000)
    refused(SOUND, "more than 1,000", TooLarge)


def test_paragraphs_without_end_are_refused(monkeypatch):
    monkeypatch.setattr(blocks, "MAX_PARAGRAPHS", 100)
    refused(with_body("<w:p/>" * 102), "paragraphs", TooLarge)


def test_a_warning_names_no_line_of_a_file_that_has_none():
    rows = ["Anna: Hi.", "Ben: Ho.", "Anna: So.", "Ben: No.", "And so on.", "And on.", "And more.", "Carla: Coffee?"]
    assert read("x.docx", made(*rows)).warnings == ("'Carla' looks like a speaker but stands too seldom; read as text",)
