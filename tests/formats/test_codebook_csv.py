"""Codebooks as tables of other programs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.errors import MalformedFile, UnreadableFile
from coder.formats import read_codebook


def paths(content: str) -> list[str]:
    codebook = read_codebook("book.csv", content.encode())
    return [codebook.path(code.id) for code in codebook.codes]


def test_a_table_of_taguette_gives_names_and_definitions() -> None:
    content = 'tag,description,number of highlights\nNo time,"Hours, missing.",185\nTogether,,3\n'
    codebook = read_codebook("codebook.csv", content.encode())
    assert [(code.name, code.definition) for code in codebook.codes] == [
        ("No time", "Hours, missing."),
        ("Together", ""),
    ]
    assert codebook.title == "codebook"


def test_a_table_of_atlas_ti_in_another_language_below_a_title_is_a_tree() -> None:
    head = "Tabela 1\nCódigo;Comentário;Grupo de Códigos 1\n"
    content = head + "Paths;How it began.;\nPaths: Early: at once;;Themes\nWhy: x;;\n"
    assert paths(content) == ["Paths", "Paths / Early: at once", "Why: x"]


def test_a_path_makes_the_codes_above_it() -> None:
    content = "Code,Memo,Colour\nPaths > Early > Together,Began so.,#0B57D0\nPaths,,\nObstacles\\Time,,\n"
    codebook = read_codebook("book.csv", content.encode())
    assert sorted(codebook.path(code.id) for code in codebook.codes) == [
        "Obstacles",
        "Obstacles / Time",
        "Paths",
        "Paths / Early",
        "Paths / Early / Together",
    ]
    together = codebook.at("Paths / Early / Together")
    assert (together.definition, together.colour) == ("Began so.", "#0b57d0")
    assert codebook.at("Paths").codable
    assert not codebook.at("Obstacles").codable


def test_a_column_of_parents_is_a_tree_in_any_order() -> None:
    assert sorted(paths("name\tparent\nc\tb\nb\ta\na\t\n")) == ["a", "a / b", "a / b / c"]


def test_a_parent_is_told_by_name_by_path_or_by_id_and_names_may_come_back_elsewhere() -> None:
    assert sorted(paths("id,name,parent\n1,a,\n2,b,1\n3,b,2\n")) == ["a", "a / b", "a / b / b"]
    assert sorted(paths("name,parent\na,\nb,a\nc,a > b\nd,z\n")) == ["a", "a / b", "a / b / c", "z", "z / d"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("name,parent\nx,\na,b\nb,a\n", "row 3, parent: 'a' stands under itself ('a', 'b', 'a')"),
        ("name,parent\na,a\n", "row 2, parent: 'a' stands under itself"),
        ("id,name,parent\n1,a,\n1,b,\n", "row 3, id: 1 stands in row 2 too"),
        ("name,parent\na,\nb,a\nB,a\n", "row 4, code: 'B' stands in row 3 too"),
        ("name,parent\na,\nb,a\nb,\nc,b\n", "row 5, parent: 'b' may be the code of row 3 and 4"),
        ("code,comment\na,first\n\na,second\n", "row 4, code: 'a' stands in row 2 too"),
    ],
)
def test_a_broken_tree_is_refused_with_row_and_field(content: str, words: str) -> None:
    with pytest.raises(MalformedFile) as caught:
        read_codebook("book.csv", content.encode())
    assert words in str(caught.value)


def test_highlights_are_no_codebook_and_it_is_said_what_to_do() -> None:
    with pytest.raises(MalformedFile, match="SQLite3"):
        read_codebook("book.csv", b"id,document,tag,content\n1,a,b,c\n")


@pytest.mark.parametrize("content", ["x,y\n1,2\n", "code,comment\n", "code\n" + "a > " * 3000 + "b\n"])
def test_what_holds_no_codes_is_refused(content: str) -> None:
    with pytest.raises(MalformedFile):
        read_codebook("book.csv", content.encode())


@given(st.text(st.sampled_from('code,name;\t\n"=+-@> \\:.aä😀/parent'), max_size=200))
def test_any_table_gives_a_codebook_or_our_own_error(content: str) -> None:
    try:
        codebook = read_codebook("book.csv", ("name,parent\n" + content).encode())
    except UnreadableFile:
        return
    assert all(code.name for code in codebook.codes)
