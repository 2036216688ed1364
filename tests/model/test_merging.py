"""Two codebooks that come from one become one again: nothing is lost in silence, and the result is always sound."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from coder.errors import CodebookConflict
from coder.model import Code, Codebook, CodeStatus, Source
from coder.model.merging import ConflictKind, Side, merge, merged_list, version_order

WORDS = st.sampled_from(["", "one", "two", "three"])
LISTS = st.lists(st.sampled_from("abcd"), unique=True, max_size=3).map(tuple)


def book(*codes: Code, **values: object) -> Codebook:
    return Codebook(**{"id": "b", "title": "Book", "codes": codes, **values})  # type: ignore[arg-type]


BASE = book(
    Code("paths", "Paths", codable=False),
    Code("together", "Together", "paths", definition="All of them.", key="1"),
    Code("transfer", "Transfer", "paths"),
    Code("obstacles", "Obstacles", codable=False),
    Code("time", "No time", "obstacles", examples=("a", "b")),
)


def names(codebook: Codebook) -> list[str]:
    return [codebook.path(code.id) for _, code in codebook.walk()]


def walked(codebook: Codebook) -> Codebook:
    return replace(codebook, codes=tuple(code for _, code in codebook.walk()))


@st.composite
def codebooks(draw: st.DrawFn, prefix: str = "") -> Codebook:
    found = book()
    for number in range(draw(st.integers(0, 7))):
        parent = draw(st.sampled_from([None, *(code.id for code in found.codes)]))
        code = Code(
            f"{prefix}{number}",
            f"{prefix}{number}",
            parent,
            key=draw(st.sampled_from([None, str(number + 1)])),
            definition=draw(WORDS),
            examples=draw(LISTS),
        )
        found = found.with_code(code)
    return found


@st.composite
def edited(draw: st.DrawFn, start: Codebook, by: str, only: frozenset[str] | None = None) -> Codebook:
    """The codebook after some edits by one side, of the codes in ``only`` where that is given."""
    found = start
    for number in range(draw(st.integers(0, 5))):
        ids = [code.id for code in found.codes if only is None or code.id in only]
        parents = [None, *(code.id for code in found.codes)]
        act = draw(st.sampled_from(["add", "change", "rename", "move", "remove", "retire", "title"]))
        if act == "add":
            name = draw(st.sampled_from([f"{by} {number}", "Same" if only is None else f"{by} {number}!"]))
            new = Code(f"{by}{number}", name, draw(st.sampled_from(parents)), key=draw(st.sampled_from([None, "9"])))
            if only is not None:
                new = replace(new, key=None)
            found = _tried(found, lambda at, new=new: at.with_code(new))
        elif act == "title":
            found = replace(found, title=draw(WORDS) if only is None else found.title, authors=(*found.authors, by))
        elif ids:
            id = draw(st.sampled_from(ids))
            under, before = draw(st.sampled_from(parents)), None
            if only is None and (there := found.children(under)):
                before = draw(st.sampled_from([None, *(code.id for code in there)]))
            word, items = draw(WORDS), draw(LISTS)
            acts: dict[str, Callable[[Codebook], Codebook]] = {
                "change": lambda at, id=id, word=word, items=items: at.changed(id, definition=word, examples=items),  # type: ignore[misc]
                "rename": lambda at, id=id: at.changed(id, name=f"{by} names {id}"),  # type: ignore[misc]
                "retire": lambda at, id=id: at.retired(id),  # type: ignore[misc]
                "remove": lambda at, id=id: at.without(id),  # type: ignore[misc]
                "move": lambda at, id=id, under=under, before=before: at.moved(id, under=under, before=before),  # type: ignore[misc]
            }
            if act == "move" and only is not None and found.code(id).parent == under:
                continue
            found = _tried(found, acts[act])
    return found


def _tried(codebook: Codebook, edit: Callable[[Codebook], Codebook]) -> Codebook:
    try:
        return edit(codebook)
    except CodebookConflict:
        return codebook


@st.composite
def three(draw: st.DrawFn) -> tuple[Codebook, Codebook, Codebook]:
    start = draw(codebooks())
    return start, draw(edited(start, "x")), draw(edited(start, "y"))


@given(three())
def test_what_only_one_side_changed_is_taken_as_it_is(books: tuple[Codebook, Codebook, Codebook]) -> None:
    start, x, y = books
    for ours, theirs, wanted in ((x, start, x), (start, y, y), (x, x, x)):
        merged = merge(start, ours, theirs)
        assert merged.codebook == wanted
        assert merged.conflicts == ()


@given(three(), st.data())
def test_merging_always_gives_a_sound_codebook_and_merging_again_changes_nothing(
    books: tuple[Codebook, Codebook, Codebook], data: st.DataObject
) -> None:
    start, x, y = books
    used = data.draw(st.frozensets(st.sampled_from([code.id for code in x.codes]))) if x.codes else frozenset()
    merged = merge(start, x, y, used=used)
    for _ in range(30):
        if not merged.open:
            break
        first = merged.open[0]
        merged = merged.settled({first.key: data.draw(st.sampled_from(first.sides))})
    assert merged.open == ()
    assert used <= {code.id for code in merged.codebook.codes}
    assert set(merged.kept) <= used
    assert merge(y, merged.codebook, y, used=used).codebook == merged.codebook
    added = {code.id for side in (x, y) for code in side.codes} - {code.id for code in start.codes}
    assert added <= {code.id for code in merged.codebook.codes}
    if not merged.conflicts and not merged.kept:
        assert walked(merge(start, merged.codebook, y).codebook) == walked(merged.codebook)


@given(codebooks(), st.data())
def test_the_order_of_independent_edits_does_not_matter(start: Codebook, data: st.DataObject) -> None:
    ids = [code.id for code in start.codes]
    mine = frozenset(data.draw(st.lists(st.sampled_from(ids), unique=True))) if ids else frozenset()
    x = data.draw(edited(start, "x", mine))
    y = data.draw(edited(start, "y", frozenset(ids) - mine))
    one, other = merge(start, x, y), merge(start, y, x)
    assume(not one.conflicts)
    assert other.conflicts == ()
    assert walked(one.codebook) == walked(other.codebook)
    for side in (x, y):
        for code in side.codes:
            before = start.code(code.id) if code.id in start else None
            if code != before:
                assert one.codebook.code(code.id) == code


@given(LISTS, LISTS, LISTS)
def test_lists_keep_what_either_added_and_lose_what_either_took_away(
    base: tuple[str, ...], ours: tuple[str, ...], theirs: tuple[str, ...]
) -> None:
    merged = merged_list(base, ours, theirs)
    assert set(merged) == {i for i in {*ours, *theirs} if i not in base or (i in ours and i in theirs)}
    assert len(set(merged)) == len(merged)


def test_different_fields_of_one_code_both_come_in() -> None:
    ours = BASE.changed("time", definition="None was given.", examples=("a", "b", "c"))
    theirs = BASE.changed("time", name="Too little time", examples=("b", "d")).moved("time", under="paths")
    merged = merge(BASE, ours, theirs)
    assert merged.conflicts == ()
    time = merged.codebook.code("time")
    assert merged.codebook.path("time") == "Paths / Too little time"
    assert (time.definition, time.examples) == ("None was given.", ("b", "c", "d"))


def test_one_field_changed_on_both_sides_is_a_conflict_with_three_values() -> None:
    ours, theirs = (BASE.changed("together", definition=words) for words in ("Most of them.", "Everybody."))
    merged = merge(BASE, ours, theirs)
    (conflict,) = merged.open
    assert str(conflict) == (
        "conflict: Paths / Together, definition\n  ours: Most of them.\n  theirs: Everybody.\n  base: All of them."
    )
    found = {side: merged.settled({conflict.key: side}) for side in conflict.sides}
    assert {side: merge.codebook.code("together").definition for side, merge in found.items()} == {
        Side.OURS: "Most of them.",
        Side.THEIRS: "Everybody.",
        Side.BASE: "All of them.",
    }
    assert all(merge.open == () for merge in found.values())


def test_removed_here_but_changed_there_is_a_conflict() -> None:
    ours, theirs = BASE.changed("time", definition="New."), BASE.without("time")
    (conflict,) = merge(BASE, ours, theirs).open
    assert (conflict.kind, conflict.ours, conflict.theirs) == (ConflictKind.REMOVED, "changed", "removed")
    assert "time" in merge(BASE, ours, theirs).codebook
    assert "time" not in merge(BASE, ours, theirs).settled({conflict.key: Side.THEIRS}).codebook
    (conflict,) = merge(BASE, theirs, ours).open
    assert "time" not in merge(BASE, theirs, ours).codebook
    assert merge(BASE, theirs, ours).settled({conflict.key: Side.THEIRS}).codebook.code("time").definition == "New."


def test_a_code_with_codings_that_was_removed_there_is_kept_and_retired() -> None:
    theirs = BASE.without("time").without("obstacles")
    merged = merge(BASE, BASE, theirs, used=frozenset({"time"}))
    assert merged.conflicts == ()
    assert merged.kept == ("time",)
    assert merged.codebook.path("time") == "Obstacles / No time"
    assert merged.codebook.code("time").status is CodeStatus.RETIRED


def test_moved_under_something_removed_keeps_the_place_or_goes_up() -> None:
    ours = BASE.moved("transfer", under="obstacles")
    theirs = BASE.without("time").without("obstacles")
    (conflict,) = merge(BASE, ours, theirs).open
    assert (conflict.code, conflict.ours, conflict.theirs) == ("obstacles", "codes stand below it", "removed")
    assert "Obstacles / Transfer" in names(merge(BASE, ours, theirs).codebook)
    gone = merge(BASE, ours, theirs).settled({conflict.key: Side.THEIRS}).codebook
    assert names(gone) == ["Paths", "Paths / Together", "Transfer"]
    assert "Transfer" in names(merge(BASE, theirs, ours).codebook)


def test_two_siblings_of_one_name_are_told_apart() -> None:
    ours = BASE.with_code(Code("m1", "Money", "obstacles"))
    theirs = BASE.with_code(Code("m2", "money", "obstacles"))
    merged = merge(BASE, ours, theirs)
    (conflict,) = merged.open
    assert (conflict.kind, conflict.ours) == (ConflictKind.NAME, "the code from ours keeps the name")
    assert names(merged.codebook)[-2:] == ["Obstacles / Money", "Obstacles / money (2)"]
    chosen = merged.settled({conflict.key: Side.THEIRS})
    assert chosen.open == ()
    assert sorted(names(chosen.codebook)[-2:]) == ["Obstacles / Money (2)", "Obstacles / money"]


def test_a_key_given_twice_stays_with_the_side_that_is_chosen() -> None:
    ours, theirs = BASE.changed("time", key="2"), BASE.changed("transfer", key="2")
    merged = merge(BASE, ours, theirs)
    (conflict,) = merged.open
    assert (conflict.kind, conflict.theirs) == (ConflictKind.KEY, "Paths / Transfer has the key 2")
    assert [merged.codebook.code(id).key for id in ("time", "transfer")] == ["2", None]
    chosen = merged.settled({conflict.key: Side.THEIRS}).codebook
    assert [chosen.code(id).key for id in ("time", "transfer")] == [None, "2"]


def test_two_moves_that_make_a_circle_are_a_conflict() -> None:
    ours = BASE.moved("paths", under="obstacles")
    theirs = BASE.moved("obstacles", under="paths")
    merged = merge(BASE, ours, theirs)
    (conflict,) = merged.open
    assert (conflict.kind, conflict.field) == (ConflictKind.CYCLE, "parent")
    assert conflict.ours == "Obstacles under the top; Paths under Obstacles"
    assert names(merged.codebook)[0] == "Obstacles"
    assert names(merged.settled({conflict.key: Side.THEIRS}).codebook)[0] == "Paths"


def test_siblings_stand_as_the_side_that_ordered_them_wants_with_new_ones_in_their_place() -> None:
    ours = BASE.moved("obstacles", under=None, before="paths")
    theirs = BASE.with_code(Code("new", "New")).moved("new", under=None, before="obstacles")
    merged = merge(BASE, ours, theirs)
    assert [code.name for code in merged.codebook.children()] == ["Obstacles", "Paths", "New"]
    assert merged.conflicts == ()


def test_what_a_codebook_says_of_itself_is_merged_too() -> None:
    start = replace(BASE, sources=(Source("r", "Rogers"), Source("e", "Engeström")), authors=("Ada",))
    ours = replace(start, authors=("Ada", "Bo"), sources=(*start.sources, Source("n", "New")), version="0.9.0")
    theirs = replace(
        start, title="Another", authors=("Ada", "Cy"), sources=(Source("r", "Rogers 2003"),), version="0.10.0"
    )
    merged = merge(start, ours, theirs)
    assert merged.conflicts == ()
    assert merged.codebook.authors == ("Ada", "Bo", "Cy")
    assert merged.codebook.sources == (Source("r", "Rogers 2003"), Source("n", "New"))
    assert (merged.codebook.title, merged.codebook.version) == ("Another", "0.10.0")
    both = merge(start, replace(ours, sources=(Source("r", "Rogers 1962"),)), theirs)
    assert [(conflict.code, conflict.field) for conflict in both.open] == [("", "source r")]


@pytest.mark.parametrize(("lower", "higher"), [("1.9.0", "1.10.0"), ("0.1.0", "1"), ("1.0", "1.0.1"), ("a", "b")])
def test_versions_are_ordered_by_their_numbers(lower: str, higher: str) -> None:
    assert version_order(lower) < version_order(higher)
