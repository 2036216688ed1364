"""The codebook as a value: every change gives a new one and keeps the rules."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.errors import CodebookConflict, UnknownCode
from coder.model import Code, Codebook, CodeStatus


def book(*codes: Code) -> Codebook:
    return Codebook(id="b", title="Test", codes=codes)


OBSTACLES = Code("o", "Obstacles", codable=False)
TIME = Code("t", "No time", parent="o", examples=("no hours for it",))
TRUST = Code("r", "No trust", parent="o")
SMALL = book(OBSTACLES, TIME, TRUST, Code("f", "Forums"))


def test_paths_name_every_level_and_are_found_in_any_case() -> None:
    assert SMALL.path("t") == "Obstacles / No time"
    assert SMALL.at("obstacles / NO TIME") is TIME
    with pytest.raises(UnknownCode, match="no code at 'Elsewhere'"):
        SMALL.at("Elsewhere")


def test_the_tree_is_walked_parents_first() -> None:
    assert [(depth, code.id) for depth, code in SMALL.walk()] == [(0, "o"), (1, "t"), (1, "r"), (0, "f")]
    assert SMALL.branch("o") == ("o", "t", "r")


def test_merging_moves_children_and_examples_too() -> None:
    nested = SMALL.with_code(Code("n", "Night shifts", parent="t"))
    merged = nested.merged("t", into="r")
    assert "t" not in merged
    assert merged.code("n").parent == "r"
    assert merged.code("r").examples == ("no hours for it",)


def test_merging_a_code_into_one_below_it_is_refused() -> None:
    with pytest.raises(CodebookConflict, match="itself or a code below"):
        SMALL.merged("o", into="t")


def test_moving_under_a_code_below_is_refused() -> None:
    with pytest.raises(CodebookConflict, match="under itself"):
        SMALL.moved("o", under="t")


def test_moving_before_a_sibling_keeps_the_others_in_order() -> None:
    assert [c.id for c in SMALL.moved("r", under="o", before="t").children("o")] == ["r", "t"]
    assert [c.id for c in SMALL.moved("f", under="o").children("o")] == ["t", "r", "f"]


def test_a_retired_code_stays_but_takes_no_codings() -> None:
    retired = SMALL.retired("t")
    assert retired.code("t").status is CodeStatus.RETIRED
    assert not retired.code("t").takes_codings
    assert retired.restored("t") == SMALL


def test_a_code_with_others_below_is_not_removed() -> None:
    with pytest.raises(CodebookConflict, match="codes below it"):
        SMALL.without("o")
    assert "t" not in SMALL.without("t")


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        ((TIME,), "parent of 'No time'"),
        ((OBSTACLES, replace(OBSTACLES, name="Twin")), "same id|have the id"),
        ((OBSTACLES, TIME, replace(TRUST, name="no TIME")), "same parent"),
        ((replace(OBSTACLES, key="1"), Code("x", "X", key="1"), Code("y", "Y", key="1")), "key 1"),
        ((Code("x", "A / B"),), "separates levels"),
        ((Code("x", " "),), "needs a name"),
        ((Code("x", "X", colour="red"),), "colour"),
        ((Code("x", "X", parent="y"), Code("y", "Y", parent="x")), "under itself"),
    ],
)
def test_a_codebook_that_breaks_a_rule_cannot_be_made(codes: tuple[Code, ...], words: str) -> None:
    with pytest.raises(CodebookConflict, match=words):
        book(*codes)


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(-1, 7)), max_size=30))
def test_any_run_of_moves_keeps_every_code_exactly_once(moves: list[tuple[int, int]]) -> None:
    codebook = book(*(Code(str(n), f"Code {n}") for n in range(8)))
    for code, under in moves:
        try:
            codebook = codebook.moved(str(code), under=None if under < 0 else str(under))
        except CodebookConflict:
            continue
    assert sorted(code.id for _, code in codebook.walk()) == [str(n) for n in range(8)]
