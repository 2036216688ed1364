from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from coder.errors import MalformedFile, TooLarge
from coder.formats import codebook_yaml, read_codebook, write_codebook
from coder.model import Code, Codebook, CodeStatus, Source
from coder.model.codebook import PALETTE

FILES = Path(__file__).parent / "files"
SHIPPED = Path(__file__).parents[2] / "codebooks"
LEAST = b"format: redthread-codebook/1\ntitle: Small\ncodes:\n  - name: No time\n"
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
AWKWARD = [
    "no",
    "1.0",
    "null",
    "~",
    "- a",
    "a: b",
    "# a",
    " a",
    "a ",
    "a\nb",
    "\n",
    "'",
    '"',
    "é\u2028",
    "[x]",
    "*a",
    "&a",
]
NAMES = st.text(st.characters(categories=["L", "N", "P", "S"], exclude_characters="/"), min_size=1, max_size=12)


@st.composite
def codebooks(draw):
    texts = TEXT | st.sampled_from(AWKWARD) | st.text("ab ", max_size=400)
    lists = st.lists(texts, max_size=3).map(tuple)
    codes = []

    def grow(parent, depth):
        names = draw(st.lists(NAMES, max_size=3, unique_by=str.casefold))
        for name in names:
            code = Code(
                id=f"id-{len(codes)}",
                name=name,
                parent=parent,
                colour=draw(st.sampled_from(PALETTE)),
                codable=draw(st.booleans()),
                brief=draw(texts),
                definition=draw(texts),
                when_to_use=draw(texts),
                when_not_to_use=draw(texts),
                examples=draw(lists),
                counter_examples=draw(lists),
                sources=draw(lists),
                memo=draw(texts),
                status=draw(st.sampled_from(CodeStatus)),
            )
            codes.append(code)
            if depth < 3:
                grow(code.id, depth + 1)

    grow(None, 1)
    filled = texts.filter(str.strip)
    return Codebook(
        id=draw(filled),
        title=draw(filled),
        codes=tuple(codes),
        version=draw(filled),
        authors=draw(lists),
        licence=draw(texts),
        language=draw(st.sampled_from(["en", "no", "fi"])),
        description=draw(texts),
        sources=tuple(
            Source(key, reference) for key, reference in draw(st.lists(st.tuples(filled, filled), max_size=3))
        ),
    )


@given(codebooks())
def test_a_codebook_comes_back_as_it_went(codebook):
    content = write_codebook("book.yaml", codebook)
    assert read_codebook("book.yml", content) == codebook
    assert write_codebook("book.yaml", read_codebook("book.yaml", content)) == content


@given(codebooks())
def test_any_yaml_reader_can_read_what_is_written(codebook):
    read = yaml.safe_load(write_codebook("book.yaml", codebook))
    assert read["format"] == "redthread-codebook/1"
    assert read["title"] == codebook.title


def test_what_is_written_reads_well_in_a_diff(golden):
    words = (
        "A practice is developed in one place, and only then passed on to those who are expected to take it as it is. "
    )
    codebook = Codebook(
        id="7a3b2b5e-11f1-4a0e-9f3c-0a8a6f1d2c3b",
        title="How practices travel: an example",
        version="1.0.0",
        authors=("Ada Lind", "Bo Ek"),
        licence="CC-BY-4.0",
        language="no",
        description="Invented for a test.",
        sources=(Source("lind2020", "Lind, A. (2020). On travelling. Journal of Journeys, 1(2), 3-4."),),
        codes=(
            Code("c1", "Paths", codable=False, brief="How it came.", colour="#65201a"),
            Code(
                "c2",
                "Handed over",
                parent="c1",
                key="1",
                definition=(words * 2).strip(),
                when_to_use="Two lines:\nthe second.",
                examples=('"They gave us the folder."', "=1+1"),
                sources=("lind2020",),
                status=CodeStatus.RETIRED,
            ),
            Code("c3", "Yes", memo="Ääkköset 👩‍🔬"),
        ),
    )
    golden(FILES / "codebook.yaml", write_codebook("book.yaml", codebook).decode())
    assert read_codebook("codebook.yaml", (FILES / "codebook.yaml").read_bytes()) == codebook


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.name)
def test_the_codebooks_that_ship_are_read_and_keep_everything(path):
    codebook = read_codebook(path.name, path.read_bytes())
    assert len(codebook.codes) > 10
    assert write_codebook(path.name, codebook) == path.read_bytes()


def test_ids_and_colours_that_are_missing_are_made():
    codebook = read_codebook("small.yaml", LEAST + b"  - name: No money\n")
    assert len({code.id for code in codebook.codes}) == 2
    assert [code.colour for code in codebook.codes] == list(PALETTE[:2])


def test_words_are_taken_as_they_are_written():
    codebook = read_codebook("small.yaml", LEAST.replace(b"title: Small", b"title: yes\nversion: 1.10\nlanguage: no"))
    assert (codebook.title, codebook.version, codebook.language) == ("yes", "1.10", "no")


def test_letters_are_not_guessed():
    with pytest.raises(MalformedFile, match=r"line 2: not UTF-8.* save it as UTF-8"):
        read_codebook("s.yaml", LEAST.replace(b"Small", "Små".encode("cp1252")))


def with_line(line):
    return LEAST + line.encode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"# nothing\n", "holds no codebook"),
        (b"a: [\n", "line 2: not YAML"),
        (b"\tx: 1", "line 1: not YAML"),
        (b"- a\n- b\n", "line 1: the codebook must be fields"),
        (b"title: x\ncodes: []\n", "format is ''; a codebook says 'redthread-codebook/1'"),
        (LEAST.replace(b"book/1", b"book/2"), "line 1: format is 'redthread-codebook/2', of a newer Redthread"),
        (LEAST.replace(b"book/1", b"book/x"), "line 1: format is"),
        (LEAST.replace(b"book/1", "book/²".encode()), "line 1: format is"),
        (LEAST.replace(b"book/1", b"book/" + b"9" * 5000), "line 1: format is"),
        (LEAST.replace(b"No time", b'"No\\ntime"'), "line 4: a code's name stands in one line"),
        (LEAST.replace(b"title: Small\n", b""), "line 1: the codebook has no title"),
        (with_line("    colour: red\n"), "line 5: the colour of 'No time' is 'red'"),
        (with_line("    key: x\n"), "line 5: the key of 'No time'"),
        (
            with_line("    color: '#b3261e'\n"),
            "line 5: unknown field 'color' in an item of 'codes'; known: id, name, colour",
        ),
        (with_line("    codable: perhaps\n"), "line 5: codable is 'perhaps'; it may be true or false"),
        (with_line("    status: gone\n"), "line 5: status is 'gone'; it may be active or retired"),
        (with_line("    examples: one\n"), "line 5: examples must be a list"),
        (with_line("    brief: [a]\n"), "line 5: brief must be a text"),
        (with_line("    name: x\n"), "line 5: the field 'name' stands twice"),
        (with_line("  - brief: x\n"), "line 5: an item of 'codes' has no name"),
        (with_line("  - NO TIME\n"), "line 5: an item of 'codes' must be fields"),
        (with_line("  - name: NO TIME\n"), "line 5: name 'NO TIME' stands in line 4 under the same parent"),
        (with_line("    id: a\n  - name: b\n    id: a\n"), "line 7: id a stands in line 4 too"),
        (with_line("    id: a\n    codes:\n      - name: b\n        id: a\n"), "line 8: id a stands in line 4 too"),
        (with_line("    key: 1\n  - name: b\n    key: 1\n"), "line 7: key 1 stands in line 4 too"),
        (with_line("  - name: a / b\n"), "line 5: ' / ' separates levels"),
        (with_line("    brief: &a x\n    memo: *a\n"), "line 6: aliases"),
        (with_line("    brief: !!python/object/apply:os.system [ls]\n"), "line 5: brief must be a text"),
        (b"PK\x03\x04", "looks like"),
    ],
)
def test_a_broken_codebook_is_refused_with_line_and_field(content, words):
    with pytest.raises(MalformedFile) as caught:
        read_codebook("book.yaml", content)
    assert words in str(caught.value)


def test_codes_are_read_fifty_levels_deep_and_no_deeper():
    def nested(depth):
        codes = "codes: [{name: a, " * depth + "examples: [b]" + "}]" * depth
        return read_codebook("book.yaml", f"format: redthread-codebook/1\ntitle: x\n{codes}".encode())

    assert len(nested(50).codes) == 50
    for depth in (51, 5000):
        with pytest.raises(MalformedFile, match="line 3: codes stand more than 50 levels deep"):
            nested(depth)


def test_an_alias_bomb_is_refused():
    bomb = "a: &a [x]\n" + "".join(f"{c}: &{c} [*{b}, *{b}]\n" for b, c in zip("abcdefgh", "bcdefghi", strict=True))
    with pytest.raises(MalformedFile, match="line 2: aliases"):
        read_codebook("book.yaml", bomb.encode())


def test_a_codebook_beyond_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr(codebook_yaml, "MAX_BYTES", 10)
    with pytest.raises(TooLarge, match="may have 10"):
        read_codebook("book.yaml", LEAST)


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_anything_else_raises_only_our_own_errors(content):
    content = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    for start in (b"", LEAST):
        try:
            read_codebook("book.yaml", start + content)
        except MalformedFile as error:
            assert str(error)


def test_a_word_more_in_one_sentence_changes_the_lines_of_that_sentence_alone() -> None:
    sentences = [
        f"This is sentence {n}, which says what belongs here and what does not, at some length." for n in "abcdef"
    ]
    before = Codebook("b", "Book", (Code("c", "Code", definition=" ".join(sentences)),))
    sentences[1] = sentences[1].replace("which says", "which now says plainly")
    after = Codebook("b", "Book", (Code("c", "Code", definition=" ".join(sentences)),))
    old, new = (write_codebook("b.yaml", book).decode().split("\n") for book in (before, after))
    assert len(old) == len(new)
    assert sum(one != other for one, other in zip(old, new, strict=True)) == 1
