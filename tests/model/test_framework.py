"""What lies beneath a cell, and what has changed there."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from coder.model import Anchor, Code, Coding, Document, DocumentKind, Span, text_hash
from coder.model.framework import Basis, Changes, RowKind, basis_of, cell_id, changes_since

TEXT = "We began together, and there was no time."
DOCUMENT = Document("d", "talk", DocumentKind.INTERVIEW, text_hash(TEXT), 8, len(TEXT), text=TEXT)
CODE = Code("together", "Together", definition="Began at one table.")
FIRST = Coding("one", "d", Anchor.on(TEXT, Span(0, 17)), "together", "aino")
SECOND = Coding("two", "d", Anchor.on(TEXT, Span(19, 30)), "together", "aino")
BASIS = basis_of([FIRST, SECOND], [CODE], [DOCUMENT])

PAIRS = st.dictionaries(st.text("abc", min_size=1, max_size=2), st.text("xy", min_size=1, max_size=1), max_size=5).map(
    lambda found: tuple(found.items())
)
BASES = st.builds(Basis, PAIRS, PAIRS, PAIRS)


def test_nothing_has_changed_where_everything_is_as_it_was() -> None:
    assert not changes_since(BASIS, basis_of([SECOND, FIRST], [CODE], [DOCUMENT]))


def test_codings_added_removed_and_changed_are_told_apart() -> None:
    wider = replace(FIRST, anchor=Anchor.on(TEXT, Span(0, 30)))
    third = replace(SECOND, id="three")
    found = changes_since(BASIS, basis_of([wider, third], [CODE], [DOCUMENT]))
    assert found == Changes(added=("three",), removed=("two",), changed=("one",))
    assert found.sentences() == ("1 coding added", "1 coding removed", "1 coding changed")


def test_a_coding_put_on_another_code_of_the_theme_has_changed() -> None:
    moved = replace(FIRST, code="elsewhere")
    assert changes_since(BASIS, basis_of([moved, SECOND], [CODE], [DOCUMENT])).changed == ("one",)


def test_another_definition_is_a_change_another_colour_is_none() -> None:
    redefined = replace(CODE, when_not_to_use="Not for dinners.")
    assert changes_since(BASIS, basis_of([FIRST, SECOND], [redefined], [DOCUMENT])).redefined == ("together",)
    assert not changes_since(BASIS, basis_of([FIRST, SECOND], [replace(CODE, colour="#0b57d0")], [DOCUMENT]))


def test_a_text_corrected_come_or_gone_is_a_change() -> None:
    corrected = replace(DOCUMENT, sha256=text_hash("other"))
    other = replace(DOCUMENT, id="e")
    assert changes_since(BASIS, basis_of([FIRST, SECOND], [CODE], [corrected])).sentences() == ("text corrected",)
    found = changes_since(BASIS, basis_of([FIRST, SECOND], [CODE], [other]))
    assert (found.joined, found.left) == (("e",), ("d",))


@given(BASES, BASES)
def test_two_bases_differ_both_ways_or_not_at_all(one: Basis, other: Basis) -> None:
    there, back = changes_since(one, other), changes_since(other, one)
    assert (there.added, there.removed, there.joined, there.left) == (back.removed, back.added, back.left, back.joined)
    assert sorted(there.changed + there.corrected) == sorted(back.changed + back.corrected)
    assert not changes_since(one, one)


def test_a_place_has_one_id_however_its_parts_are_spelt() -> None:
    ids = {cell_id(kind, row, code) for kind in RowKind for row, code in (("a", "b/c"), ("a/b", "c"), ('a","b', "c"))}
    assert len(ids) == 9
