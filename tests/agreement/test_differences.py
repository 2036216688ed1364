"""Places where coders agree and differ."""

from __future__ import annotations

from coder.agreement import Kind, Place, places
from coder.model import Anchor, Coding, Span

READ = {("d", coder): 1000 for coder in "ABC"}


def put(coder: str, code: str, start: int, end: int) -> Coding:
    anchor = Anchor(Span(start, end), "x" * (end - start), "", "")
    return Coding(f"{coder}{code}{start}", "d", anchor, code, coder)


def found(*codings: Coding, coders: str = "AB", reached: dict[tuple[str, str], int] | None = None) -> list[Place]:
    return places(codings, READ if reached is None else reached, coders, tolerance=5)


def test_ends_within_the_tolerance_agree() -> None:
    (place,) = found(put("A", "x", 0, 50), put("B", "x", 5, 47))
    assert (place.kind, place.span, place.missing) == (Kind.AGREED, Span(0, 50), ())


def test_ends_beyond_it_differ_in_extent() -> None:
    assert [place.kind for place in found(put("A", "x", 0, 50), put("B", "x", 6, 50))] == [Kind.EXTENT]
    several = found(put("A", "x", 0, 50), put("B", "x", 0, 20), put("B", "x", 25, 50))
    assert [(place.kind, len(place.codings)) for place in several] == [(Kind.EXTENT, 3)]


def test_what_the_other_read_and_left_is_missing() -> None:
    (place,) = found(put("A", "x", 0, 50))
    assert (place.kind, place.coders, place.missing) == (Kind.MISSING, ("A",), ("B",))


def test_what_nobody_else_has_read_is_no_difference() -> None:
    (place,) = found(put("A", "x", 0, 50), reached={("d", "A"): 100, ("d", "B"): 40})
    assert place.kind is Kind.ALONE
    assert not place.kind.differs


def test_two_codes_on_much_the_same_words_are_one_difference() -> None:
    (place,) = found(put("A", "x", 0, 50), put("B", "y", 20, 60))
    assert (place.kind, place.codes, place.span, place.missing) == (Kind.CODE, ("x", "y"), Span(0, 60), ())
    apart = found(put("A", "x", 0, 50), put("B", "y", 45, 90))
    assert [place.kind for place in apart] == [Kind.MISSING, Kind.MISSING]


def test_two_codes_of_one_coder_are_two_differences() -> None:
    kinds = [place.kind for place in found(put("A", "x", 0, 50), put("A", "y", 0, 50))]
    assert kinds == [Kind.MISSING, Kind.MISSING]


def test_three_coders_differ_where_one_left_it() -> None:
    (place,) = found(put("A", "x", 0, 50), put("B", "x", 0, 50), coders="ABC")
    assert (place.kind, place.missing) == (Kind.MISSING, ("C",))


def test_the_key_is_that_of_the_codings() -> None:
    one, other = put("A", "x", 0, 50), put("B", "x", 0, 30)
    assert found(one, other)[0].key == found(other, one)[0].key
