"""What each kind of proposal must and must not say, in small studies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from coder.refining.definitions import Judgement, disagreements, sharpenings, wilson
from coder.refining.drift import difference, drifts
from coder.refining.gaps import gaps
from coder.refining.material import Passages, Quotations, folds, in_one_space, unit
from coder.refining.merge import likeness, merges, told_apart
from coder.refining.misfits import misfits
from coder.refining.proposal import Kind, discoveries
from coder.refining.split import splits, two_parts
from coder.refining.words import own_words
from tests.refining.planted import study


def quotations(
    codes: list[int], documents: list[int], spans: list[tuple[int, int]], coders: list[int] | None = None
) -> Quotations:
    """Quotations whose vectors say nothing."""
    count = len(codes)
    vectors = unit(np.random.default_rng(0).normal(size=(count, 16)).astype(np.float32))
    return Quotations(
        [f"code {i}" for i in range(max(codes) + 1)],
        [f"coding {i}" for i in range(count)],
        vectors,
        np.array(codes),
        np.array(coders or [0] * count),
        np.array(documents),
        np.array([start for start, _ in spans]),
        np.array([end for _, end in spans]),
        np.arange(count, dtype=np.float64),
    )


NO_PASSAGES = Passages(
    [], [], np.zeros((0, 16), np.float32), np.zeros(0, np.int64), np.zeros(0, np.bool_), np.zeros(0, np.bool_)
)


@given(st.lists(st.floats(0, 1), max_size=30))
def test_false_discoveries_are_held_as_benjamini_and_hochberg_say(p: list[float]) -> None:
    expected = false_discovery_control(p, method="bh") <= 0.1 if p else np.zeros(0, np.bool_)
    # On the very edge the two differ by rounding.
    edge = np.isclose(false_discovery_control(p, method="bh"), 0.1) if p else expected
    assert ((discoveries(p) == expected) | edge).all()


@pytest.mark.parametrize("find", [merges, splits, drifts, lambda few: misfits(few, NO_PASSAGES)])
def test_too_few_quotations_give_no_proposal_but_the_reason(find) -> None:
    few = quotations([0, 0, 1, 1], [0, 1, 0, 1], [(0, 5), (0, 5), (9, 12), (9, 12)])
    found = find(few)
    assert found.proposals == ()
    assert {silence.code for silence in found.silences} == {"code 0", "code 1"}
    assert all("needed" in silence.reason for silence in found.silences)


def test_an_empty_study_gives_nothing_and_fails_nowhere() -> None:
    none = Quotations(
        [], [], np.zeros((0, 16), np.float32), *(np.zeros(0, np.int64) for _ in range(5)), np.zeros(0)
    )  # fmt: skip
    empty, passages = in_one_space(none, NO_PASSAGES)
    assert merges(empty).proposals == splits(empty).proposals == drifts(empty).proposals == ()
    assert misfits(empty, passages).proposals == gaps(empty, passages).proposals == ()
    assert sharpenings(empty, (), {}).proposals == ()


def test_codes_on_the_same_words_are_to_be_merged_whatever_they_mean() -> None:
    places = [(document, (100 * i, 100 * i + 50)) for document in range(5) for i in range(4)]
    codes = [code for code in (0, 1) for _ in places]
    both = quotations(codes, [d for d, _ in places] * 2, [span for _, span in places] * 2)
    (found,) = merges(both).proposals
    assert set(found.codes) == {"code 0", "code 1"}
    shared = next(figure for figure in found.figures if figure.name == "words under both")
    assert shared.value == pytest.approx(1.0)


def test_words_under_both_are_counted_as_jaccard_says() -> None:
    places = [(document, 100 * i) for document in range(5) for i in range(4)]
    spans = [(start, start + 50) for _, start in places] + [(start + 10, start + 50) for _, start in places]
    both = quotations([0] * 20 + [1] * 20, [d for d, _ in places] * 2, spans)
    (found,) = merges(both).proposals
    assert found.figures[-1].value == pytest.approx(0.8)


def test_the_smaller_code_goes_up_in_the_larger() -> None:
    made = study(3, codings=3200, documents=50)
    for found in merges(in_one_space(made.quotations, made.passages)[0]).proposals:
        gone, kept = (int((made.quotations.code == made.quotations.codes.index(code)).sum()) for code in found.codes)
        assert gone <= kept


def test_halves_of_one_code_are_alike_on_average_and_codes_that_only_resemble_each_other_are_not() -> None:
    chance = np.random.default_rng(1)
    middle = unit(chance.normal(size=(2, 32)).astype(np.float32))
    near = unit(middle[:1] + 0.8 * middle[1:])
    first, document = np.arange(160) < 80, np.arange(160) % 16
    noise = 0.4 * chance.normal(size=(160, 32)).astype(np.float32)
    halves = likeness(unit(middle[0] + noise), first, document)
    # Worked by hand: the cosine of the two middles, whatever the noise.
    other = likeness(unit(np.where(first[:, None], middle[0], near[0]) + noise), first, document)
    assert halves.low > 0.9
    assert halves.value == pytest.approx(1.0, abs=0.05)
    assert other.value == pytest.approx(float(middle[0] @ near[0]), abs=0.05)
    assert other.high < 0.9


def test_codes_whose_quotations_have_nothing_in_common_are_not_called_alike() -> None:
    chance = np.random.default_rng(2)
    x = unit(chance.normal(size=(80, 32)).astype(np.float32))
    assert likeness(x, np.arange(80) < 40, np.arange(80) % 8).low < 0.7


def test_between_two_codes_that_drift_nothing_is_said() -> None:
    made = study(3, codings=3200, documents=50)
    quotations = in_one_space(made.quotations, made.passages)[0]
    first = merges(quotations).proposals[0].codes
    assert first not in [found.codes for found in merges(quotations, first).proposals]
    assert first in [found.codes for found in merges(quotations, first[:1]).proposals]


def test_two_clouds_far_apart_are_told_apart_and_one_is_not() -> None:
    chance = np.random.default_rng(1)
    x = unit(chance.normal(size=(80, 32)).astype(np.float32))
    first, document = np.arange(80) < 40, np.arange(80) % 8
    assert told_apart(x, first, document).low < 0.5 < told_apart(x, first, document).high
    apart = x.copy()
    apart[first, 0] += 2
    assert told_apart(unit(apart), first, document).area > 0.95


def test_chance_alone_seldom_makes_a_difference() -> None:
    chance = np.random.default_rng(2)
    block = np.arange(120) // 10
    late = block >= 6
    p = []
    for _ in range(100):
        # What is said differs from document to document: that is no drift.
        x = unit((chance.normal(size=(12, 24))[block] + chance.normal(size=(120, 24))).astype(np.float32))
        p.append(difference(x, late, block, np.zeros(120, np.int64))[1])
    assert np.mean(np.array(p) < 0.1) < 0.2
    assert 0.35 < np.mean(p) < 0.65


def test_quotations_made_at_one_time_have_no_early_and_late() -> None:
    made = study(0, codings=800)
    at_once = replace(made.quotations, when=np.zeros(800))
    found = drifts(at_once)
    assert found.proposals == ()
    assert any("at one time" in silence.reason for silence in found.silences)


def test_two_coders_who_mean_different_things_by_a_code_are_shown_beside_each_other() -> None:
    made = study(0, codings=3200, documents=50, faults=0, mislabelled=0.0).quotations
    one, other = np.argsort(-np.bincount(made.code))[:2]
    # The second coder puts the first code on what is meant by the second.
    rows = made.code == other
    coder = np.where(rows, 1, 0)
    mixed = replace(made, code=np.where(rows, one, made.code), coder=coder, when=np.zeros(len(made)))
    found = drifts(mixed, ("Aino", "Birk {x}"))
    (drift,) = found.proposals
    assert drift.codes == (made.codes[one],)
    assert "Birk {x}" in drift.why.format("a code")
    assert [{mixed.coder[mixed.ids.index(id)] for id in side.quotations} for side in drift.sides] == [{0}, {1}]


def test_one_round_cloud_has_no_stable_parts() -> None:
    chance = np.random.default_rng(5)
    document = np.arange(80) % 8
    found = [two_parts(chance.normal(size=(80, 20)), document) for _ in range(10)]
    assert sum(parts.p < 0.05 and parts.stability >= 0.75 for parts in found) <= 1


def test_two_clouds_are_the_two_parts() -> None:
    chance = np.random.default_rng(5)
    x = chance.normal(size=(80, 20))
    x[:30] += 1.5
    parts = two_parts(x, np.arange(80) % 8)
    smaller = parts.second if parts.second.sum() < 40 else ~parts.second
    assert smaller[:30].mean() > 0.9
    assert smaller[30:].mean() < 0.1
    assert parts.p < 0.01


def test_a_misfit_is_never_between_codes_that_are_to_be_merged() -> None:
    made = study(1, codings=1600)
    space = in_one_space(made.quotations, made.passages)
    first = misfits(*space).proposals[0]
    again = misfits(*space, [frozenset(first.codes)]).proposals
    assert first.codes not in {found.codes for found in again}


def test_misfits_end_where_fewer_would_be_wrong() -> None:
    made = study(1, codings=3200, documents=50)
    found = misfits(*in_one_space(made.quotations, made.passages)).proposals
    assert len(found) >= 20
    assert np.mean([each.rests_on[0] in made.truth.mislabelled for each in found]) >= 0.8


def test_two_codes_that_always_lie_on_the_same_words_have_no_misfits() -> None:
    made = study(1, codings=100, codes=2, faults=0).quotations
    both = Quotations(
        made.codes,
        [f"{id} {time}" for time in range(2) for id in made.ids],
        np.concatenate([made.vectors, made.vectors]),
        np.concatenate([made.code, 1 - made.code]),
        *(np.tile(getattr(made, name), 2) for name in ("coder", "document", "start", "end", "when")),
    )
    assert misfits(*in_one_space(both, NO_PASSAGES)).proposals == ()


def test_what_the_same_words_carry_besides_is_no_alternative() -> None:
    made = study(1, codings=1600)
    first = next(found for found in misfits(*in_one_space(made.quotations, made.passages)).proposals if found.codes[1:])
    row, other = made.quotations.ids.index(first.rests_on[0]), made.quotations.codes.index(first.codes[1])
    # The same words get the other code, too.
    twice = np.append(np.arange(1600), row)
    both = Quotations(
        made.quotations.codes,
        [*made.quotations.ids, "twin"],
        made.quotations.vectors[twice],
        np.append(made.quotations.code, other),
        *(getattr(made.quotations, name)[twice] for name in ("coder", "document", "start", "end", "when")),
    )
    found = misfits(*in_one_space(both, made.passages)).proposals
    assert all(each.codes != first.codes or each.rests_on != first.rests_on for each in found)


def test_a_gap_is_named_by_its_own_words() -> None:
    texts = ["rain again today", "more rain and rain", "the bus was late"] * 10
    heap = np.array([0, 0, -1] * 10)
    ((first, *_),) = own_words([*texts, *["nothing much here"] * 200], np.append(heap, [-1] * 200), 1)
    assert first == "rain"


def test_what_is_coded_elsewhere_is_no_gap() -> None:
    made = study(2, codings=1600)
    space = in_one_space(made.quotations, replace(made.passages, covered=np.zeros(len(made.passages), np.bool_)))
    topics = [[made.truth.hidden.get(id) for id in found.rests_on] for found in gaps(space[0], space[1]).proposals]
    assert all(sum(topic is not None for topic in found) > len(found) / 2 for found in topics)


def test_a_quotation_that_another_has_read_and_left_is_a_disagreement() -> None:
    two = quotations([0, 0, 1], [0, 0, 0], [(0, 10), (20, 30), (0, 10)], [0, 0, 1])
    found, seen = disagreements(two, {(1, 0): 15})
    # The second quotation lies beyond what the other has read; the third is the other's, whom nobody has read.
    assert [(each.id, each.instead) for each in found] == [("coding 0", ("code 1",))]
    assert seen == {"code 0": 1}


@pytest.mark.parametrize(
    ("instead", "undefined", "field"),
    [(True, (), "when_to_use"), (False, (), "definition"), (True, ("code 0",), "definition")],
)
def test_the_field_to_sharpen_follows_from_what_was_done_instead(
    instead: bool, undefined: tuple[str, ...], field: str
) -> None:
    # On twenty places the two agree about code 2, and never about code 0.
    spans = [(100 * i, 100 * i + 50) for i in range(20)]
    codes, coders, places = [2] * 40, [0] * 20 + [1] * 20, [*spans, *spans]
    codes, coders, places = codes + [0] * 10, coders + [0] * 10, places + [(5000 + a, 5000 + b) for a, b in spans[:10]]
    if instead:
        codes, coders = codes + [1] * 10, coders + [1] * 10
        places += [(5000 + a, 5000 + b) for a, b in spans[:10]]
    two = quotations(codes, [0] * len(codes), places, coders)
    found = sharpenings(two, (), {(0, 0): 0, (1, 0): 99_999}, undefined)
    first = next(each for each in found.proposals if each.codes[0] == "code 0")
    assert first.field == field
    assert first.kind is Kind.DEFINITION
    if instead:
        assert first.codes == ("code 0", "code 1")


def test_refusals_call_for_when_not_to_use() -> None:
    some = quotations([0, 1], [0, 0], [(0, 10), (20, 30)])
    judged = [Judgement(f"a{i}", "code 0", True) for i in range(12)]
    judged += [Judgement(f"b{i}", "code 1", i < 5) for i in range(60)]
    (found,) = sharpenings(some, judged, {}).proposals
    assert (found.codes, found.field) == (("code 0",), "when_not_to_use")
    assert set(found.rests_on) == {f"a{i}" for i in range(12)}


def test_the_interval_of_a_share_is_wilsons() -> None:
    # Newcombe 1998, doi 10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E, table I: 81 of 263.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)


@given(st.lists(st.integers(0, 6), min_size=1, max_size=40), st.integers(1, 5))
def test_a_document_is_never_in_two_folds(documents: list[int], count: int) -> None:
    fold = folds(np.array(documents), count)
    for document in set(documents):
        assert len(set(fold[np.array(documents) == document])) == 1


def test_a_proposal_has_the_same_key_when_its_quotations_grow() -> None:
    made = study(0, codings=3200, documents=50)
    found = merges(in_one_space(made.quotations, made.passages)[0]).proposals
    assert len({each.key for each in found}) == len(found)
    assert found[0].key == replace(found[0], strength=0.1, rests_on=("x",)).key
