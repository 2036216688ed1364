"""Places in an order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from coder.store.order import places

NAMES = [f"code {number}" for number in range(12)]


@given(order=st.permutations(NAMES), known=st.dictionaries(st.sampled_from(NAMES), st.floats(-1e6, 1e6)))
def test_places_rise_in_the_wanted_order(order: list[str], known: dict[str, float]) -> None:
    found = places(order, known)
    assert sorted(order, key=found.__getitem__) == order
    assert len(set(found.values())) == len(order)


@given(order=st.permutations(NAMES), name=st.sampled_from(NAMES), to=st.integers(0, len(NAMES) - 1))
def test_moving_one_item_gives_one_new_place(order: list[str], name: str, to: int) -> None:
    before = places(order, {})
    moved = [other for other in order if other != name]
    moved.insert(to, name)
    after = places(moved, before)
    assert sum(after[item] != before[item] for item in order) <= 1


def test_neighbours_that_come_too_close_are_numbered_anew() -> None:
    found = places(["a", "new", "b"], {"a": 1.0, "b": 1.0 + 1e-9})
    assert found == {"a": 1.0, "new": 2.0, "b": 3.0}


def test_thousands_of_moves_to_one_place_keep_the_order() -> None:
    order, known = list(NAMES), places(NAMES, {})
    for turn in range(2000):
        name = order.pop()
        order.insert(1 + turn % 2, name)
        known = places(order, known)
        assert sorted(order, key=known.__getitem__) == order
