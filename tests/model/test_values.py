"""Readings, attribute values and the hash chain of the journal."""

import pytest

from coder.model import AttributeType, Reading, RowChange, Span, Turn, TurnKind
from coder.model.case import attribute_type, parse_value
from coder.model.journal import entry_hash


def test_a_reading_with_overlapping_turns_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="overlap"):
        Reading("one two", (Turn(Span(0, 4)), Turn(Span(3, 7))))
    with pytest.raises(ValueError, match="ends at 9"):
        Reading("one two", (Turn(Span(0, 9)),))
    with pytest.raises(ValueError, match="LF"):
        Reading("one\r\ntwo", ())


def test_only_what_people_said_or_decided_is_content() -> None:
    assert {kind for kind in TurnKind if kind.is_content} == {
        TurnKind.SPEECH, TurnKind.PARAGRAPH, TurnKind.DECISION, TurnKind.ACTION,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "2.5", ""], AttributeType.NUMBER),
        (["yes", "No"], AttributeType.BOOLEAN),
        (["2021-03-04", "2022-01-31"], AttributeType.DATE),
        (["9", "nine"], AttributeType.TEXT),
        (["", " "], AttributeType.TEXT),
        (["nan"], AttributeType.TEXT),
        (["007", "012"], AttributeType.TEXT),
        (["1_000"], AttributeType.TEXT),
    ],
)
def test_an_attribute_takes_the_narrowest_type_that_fits(values: list[str], kind: AttributeType) -> None:
    assert attribute_type(values) is kind


def test_values_are_read_by_type() -> None:
    assert parse_value("12", AttributeType.NUMBER) == 12
    assert parse_value("12.5", AttributeType.NUMBER) == 12.5
    assert parse_value("Yes", AttributeType.BOOLEAN) is True
    assert parse_value(" ", AttributeType.NUMBER) is None
    with pytest.raises(ValueError, match="not a date"):
        parse_value("4.3.2021", AttributeType.DATE)


def test_any_change_of_an_entry_changes_its_hash() -> None:
    changes = (RowChange("coding", "1", None, {"start": 1}),)
    entry = {"id": "e", "at": "now", "coder": "c", "verb": "code", "summary": "", "operation": None, "undoes": None}
    whole = entry_hash("", changes=changes, **entry)
    assert whole != entry_hash("0", changes=changes, **entry)
    assert whole != entry_hash("", changes=(RowChange("coding", "1", None, {"start": 2}),), **entry)
    assert whole != entry_hash("", changes=changes, **(entry | {"coder": "d"}))
    assert whole == entry_hash("", changes=changes, **entry)


def test_the_inverse_of_a_change_swaps_before_and_after() -> None:
    change = RowChange("coding", "1", None, {"start": 1}, "d")
    assert change.inverse() == RowChange("coding", "1", {"start": 1}, None, "d")
    assert change.inverse().inverse() == change
