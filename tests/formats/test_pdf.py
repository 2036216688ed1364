import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coder.errors import CodingError, MalformedFile, TooLarge
from coder.formats import pdf, read
from coder.model import TurnKind
from tests.formats import word_files
from tests.formats.opendocument_files import made as open_document
from tests.formats.pdf_files import Put, laid_out, made, packed, with_pages
from tests.formats.test_opendocument import INTERVIEWS
from tests.formats.test_readers import check

ANNA = "Anna: " + "So this went on for a very long while and nobody knew why. " * 9
BEN = "Ben: " + "I knew it well, and told them all the time. " * 20
LONG = [ANNA.strip(), BEN.strip(), "And a mother."] * 4
WORDS = "we then tried it with the others who came over from a second Site and Nobody had time to ask why".split()  # noqa: SIM905
WIDE = "We found that the harbour is a place where everybody knew the"


def said(reading):
    return [(turn.kind, turn.speaker, turn.start_ms, turn.span.of(reading.text)) for turn in reading.turns]


def outline(content):
    reading = read("x.pdf", content)
    return [(turn.kind.value, turn.level, turn.span.of(reading.text)) for turn in reading.turns]


def column(*lines, start=500, step=14, **how):
    return [Put(line, start - step * number, **how) for number, line in enumerate(lines)]


def refused(content, words, kind=MalformedFile):
    with pytest.raises(kind, match=words):
        read("x.pdf", content)


@pytest.mark.parametrize("rows", [*INTERVIEWS, LONG])
def test_the_same_interview_has_the_same_turns_as_in_every_written_format(rows):
    as_pdf = said(read("x.pdf", made(*rows)))
    assert as_pdf == said(read("x.docx", word_files.made(*rows)))
    assert as_pdf == said(read("x.odt", open_document(*rows)))
    as_text = said(read("x.txt", "\n\n".join(row.replace("**", "") for row in rows).encode()))
    assert [turn for turn in as_pdf if turn[0] is TurnKind.SPEECH] == as_text


SETTINGS = [{"apart": 0}, {"apart": 0, "indent": 20}, {"apart": 0, "step": 24}, {"apart": 14}, {"step": 12, "apart": 3}]


@pytest.mark.parametrize("setting", SETTINGS)
def test_paragraphs_are_found_however_they_are_set(setting):
    assert said(read("x.pdf", made(*LONG, **setting))) == said(read("x.docx", word_files.made(*LONG)))


def _once(number):
    """A word for a number."""
    return "".join("bdfglmnrst"[int(digit)] + "aeiouaeiou"[int(digit)] for digit in str(number))


@settings(max_examples=25)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=11), st.sampled_from(SETTINGS))
def test_paragraphs_of_any_length_come_back_as_they_were(lengths, setting):
    # Every fifth word stands only once, for a line that comes on every page is a running head.
    rows = [
        " ".join(WORDS[(7 * place + n) % len(WORDS)] if n % 5 else _once(60 * place + n) for n in range(length))
        for place, length in enumerate([60, *lengths])
    ]
    rows = [f"{name}: {row}." for row, name in zip(rows, ["Anna", "Ben"] * 6, strict=False)]
    assert said(read("x.pdf", made(*rows, **setting))) == said(read("x.docx", word_files.made(*rows)))


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_pages_that_are_turned_are_read_as_they_are_looked_at(turn):
    page = column(f"Anna: {WIDE}", "net.", "Ben: Yes, we did.", f"Anna: {WIDE}", "other.")
    assert said(read("x.pdf", with_pages([page], rotate=turn))) == said(read("x.pdf", with_pages([page])))
    assert len(said(read("x.pdf", with_pages([page])))) == 3


def test_a_speaker_on_a_line_of_its_own_speaks_below_and_beside():
    names = ["Dan:", "Eve:"] * 3
    below = [line for name in names for line in (name, "Words.")]
    beside = [
        put for n, name in enumerate(names) for put in (Put(name, 500 - 14 * n), Put("Words.", 500 - 14 * n, 150))
    ]
    for page in (column(*below), beside):
        found = said(read("x.pdf", with_pages([page])))
        assert [(speaker, words) for _, speaker, _, words in found] == [("Dan", "Words."), ("Eve", "Words.")] * 3


def test_words_broken_at_the_end_of_a_line_are_made_whole_where_small_letters_go_on():
    page = column(f"{WIDE} net-", "work and went along with what they had called the old Anglo-", "Saxon way.")
    assert read("x.pdf", with_pages([page])).text == (
        f"{WIDE} network and went along with what they had called the old Anglo-Saxon way."
    )


def test_rows_of_a_table_are_turns_however_narrow_their_cells_are():
    rows = [
        ("00:00:05", "Ida", ["How was it", "in the ward", "then?"]),
        ("00:01:05", "Bo", ["Good, and", "so it went on."]),
    ]
    rows += [("00:02:05", "Ida", ["Why?"]), ("00:03:05", "Bo", ["Because of us,", "I think."])]
    lines, top = [], 700
    for time, name, words in rows:
        lines += [Put(time, top, 72), Put(name, top, 172)]
        lines += [Put(word, top - 14 * number, 272) for number, word in enumerate(words)]
        top -= 14 * len(words) + 6
    reading = read("x.pdf", with_pages([lines]))
    assert [(turn.speaker, turn.start_ms, turn.span.of(reading.text)) for turn in reading.turns] == [
        ("Ida", 5_000, "How was it in the ward then?"),
        ("Bo", 65_000, "Good, and so it went on."),
        ("Ida", 125_000, "Why?"),
        ("Bo", 185_000, "Because of us, I think."),
    ]


def test_page_numbers_and_running_heads_are_left_out_and_told():
    reading = read("x.pdf", made(*LONG, head=lambda n: "Interview 7, the harbour", foot=lambda n: f"{n}/2"))
    assert said(reading) == said(read("x.pdf", made(*LONG)))
    assert reading.warnings == (
        "page numbers were left out: 2 ('1/2')",
        "running heads and feet were left out: 2 ('Interview 7, the harbour')",
    )


@pytest.mark.parametrize(
    "form", ["{}", "- {} -", "Page {} of 9", "Seite {} von 9", "{} / 9", "{} (9)", "sivu {}", "{}/9"]
)
def test_page_numbers_are_known_in_many_forms(form):
    reading = read("x.pdf", made(*LONG, foot=lambda n: form.format(n + 3)))
    assert said(reading) == said(read("x.pdf", made(*LONG)))
    assert len(reading.warnings) == 1


def test_what_is_said_on_top_of_a_page_stays():
    pages = [column("Anna: Mm.", f"Ben: {n} {WIDE}", "Anna: Mm.", "Ben: 12") for n in range(4)]
    reading = read("x.pdf", with_pages(pages))
    assert len(reading.turns) == 16
    assert not reading.warnings


def test_numbers_in_the_margin_and_what_is_drawn_beyond_the_page_are_left_out():
    page = column("Anna: Yes.", "Ben: No.", "Anna: Oh.") + column(*"123", x=30) + column("Off.", start=-90)
    reading = read("x.pdf", with_pages([page]))
    assert reading.text == "Anna: Yes.\n\nBen: No.\n\nAnna: Oh."
    assert reading.warnings == ("numbers in the margin were left out: 3 ('1' to '3')",)


def test_large_letters_are_headings_bold_lines_are_and_lists_are_lists():
    assert outline(made((24, "The harbour"), (16, "Before"), "We met.", "**After all**", "1. One", "2. Two")) == [
        ("heading", 1, "The harbour"),
        ("heading", 2, "Before"),
        ("paragraph", 0, "We met."),
        ("heading", 3, "After all"),
        ("paragraph", 0, "1. One"),
        ("paragraph", 0, "2. Two"),
    ]
    assert "1. One\n2. Two" in read("x.pdf", made("1. One", "2. Two")).text


def test_columns_are_read_one_after_the_other():
    lines = ["These words were set in a column", "that is narrow, as in a leaflet", "of the harbour."] * 4
    found = outline(with_pages([column(*lines) + column(*lines, x=320)]))
    assert [words for _, _, words in found] == [" ".join(lines[:3])] * 8


def test_ligatures_and_letters_beyond_ascii_are_letters():
    assert read("x.pdf", made("Sörén said – naïvely – “yes”.")).text == "Sörén said – naïvely – “yes”."


def test_a_scan_is_refused_with_what_would_work():
    refused(with_pages([[], []]), r"no text.*text recognition \(OCR\)")


PASSWORD = "/Encrypt<</Filter/Standard/V 1/R 2/P -4/O({0})/U({0})>>/ID[(a)(a)]".format("x" * 32)


def test_a_protected_file_is_refused_with_what_would_work():
    refused(with_pages([column("Words.")], security=PASSWORD), "password; save it without")
    other = PASSWORD.replace("Standard", "Adobe.PubSec")
    refused(with_pages([column("Words.")], security=other), "not known here; print it anew")


@pytest.mark.parametrize("content", [b"%PDF-1.7\n", b"PK\x03\x04", b"words", packed(["<<>>"])])
def test_a_broken_file_is_refused_with_what_would_work(content):
    refused(content, "fetch it once more, or print it anew")


def test_more_pages_than_anyone_reads_are_refused():
    kids = " ".join(["3 0 R"] * 100_000)
    tree = f"<</Type/Pages/Count 100000/Kids[{kids}]>>"
    page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"
    refused(packed(["<</Type/Catalog/Pages 2 0 R>>", tree, page]), "100,000 pages.*split it", TooLarge)


def test_text_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(pdf, "MAX_CHARACTERS", 500)
    refused(made(*LONG), "500 characters; split it", TooLarge)


def test_what_would_unpack_to_more_than_a_machine_bears_is_refused_before():
    bomb = zlib.compress(b" " * 30_000_000)
    content = made("Words.") + b"9 0 obj\n<</Filter/FlateDecode>>stream\n" + bomb + b"\nendstream\nendobj\n"
    refused(content, "refused as unsafe", TooLarge)
    twice = zlib.compress(bomb)
    content = made("Words.") + b"9 0 obj\n<</Filter[/FlateDecode/Fl]>>stream\n" + twice + b"\nendstream\nendobj\n"
    refused(content, "refused as unsafe", TooLarge)


def test_a_page_without_text_among_others_is_told():
    content = with_pages([column("Words and words."), column(" ")])
    assert read("x.pdf", content).warnings == (
        "pages without text, perhaps pictures from a scanner, were left out: 1 (first page 2)",
    )
    assert read("x.pdf", with_pages([column("Words and words."), []])).warnings == ()


def test_many_files_at_once_are_read_as_one_by_one():
    content = made(*LONG)
    with ThreadPoolExecutor(8) as pool:
        readings = list(pool.map(lambda _: read("x.pdf", content), range(16)))
    assert all(reading == readings[0] for reading in readings)


@settings(max_examples=30)
@given(st.lists(st.lists(st.builds(Put, st.text(max_size=40), st.integers(-50, 900), st.integers(-50, 700)))))
def test_any_lines_anywhere_are_read_or_refused(pages):
    try:
        check(read("x.pdf", with_pages(pages)))
    except CodingError as error:
        assert str(error)


def test_pages_are_laid_out_as_the_tests_think():
    assert len(laid_out(*LONG)) == 2
