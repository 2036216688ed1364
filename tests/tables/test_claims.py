"""Claims against the material: how cases stand to one, and what may speak against it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.errors import UnknownItem
from coder.model import Anchor, Segment, Span
from coder.model.claim import CaseGroup, Claim, Judgement, Verdict
from coder.tables.claims import Candidate, Passages, Standing, Why, coded_against, near_against, standing
from coder.tables.nearness import closest_pairs, likeness, words_shared
from tests.tables.test_contrasts import READ, SMALL, study

TRUST = Claim("c", "Small homes trust.", "m", SMALL, about=("r",), contrary=("t",))


def stands(claim: Claim, *places: tuple[int, int, int, str], reached: dict[str, int] | None = None) -> list[str]:
    return standing(study(*places, documents=8, reached=reached), claim).sort_values("case")["standing"].tolist()


def test_cases_stand_to_a_claim_by_their_codes() -> None:
    # Small are K0 and K2, large K1 and K3; two documents each.
    places = (0, 0, 10, "r"), (1, 0, 10, "t"), (2, 0, 10, "r")
    assert stands(TRUST, *places) == [Standing.DIVIDED, Standing.OUTSIDE, Standing.ABSENT, Standing.OUTSIDE]
    only = Claim("c", "Only they.", "m", SMALL, about=("r",), contrary=("t",), only=True)
    assert stands(only, *places) == [Standing.DIVIDED, Standing.AGAINST, Standing.ABSENT, Standing.OUTSIDE]


def test_a_case_not_yet_read_is_no_negative_case() -> None:
    half = {f"d{n}": READ for n in range(8)} | {"d5": 10}
    assert stands(TRUST, (0, 0, 10, "r"), reached=half)[2] == Standing.UNKNOWN
    assert stands(TRUST, (0, 0, 10, "r"))[2] == Standing.ABSENT


def test_without_codes_no_case_is_said_to_lack_them() -> None:
    assert stands(Claim("c", "They trust.", "m")) == [Standing.NOT_CODED] * 4


def test_the_cases_of_the_claim_stand_first() -> None:
    frame = standing(study(documents=8), TRUST)
    assert frame["case"].tolist() == ["K0", "K2", "K1", "K3"]
    assert frame["inside"].tolist() == [True, True, False, False]


def test_codings_speak_against_a_claim_where_they_should_not_be() -> None:
    made = study((4, 0, 30, "t"), (0, 0, 30, "r"), (1, 5, 9, "t"), (1, 5, 9, "t"), (2, 0, 30, "r"), (3, 0, 9, "t"))
    only = Claim("c", "Only they.", "m", SMALL, about=("r",), contrary=("t",), only=True)

    def told(claim: Claim) -> list[tuple[str, Why, tuple[str, ...]]]:
        return [(each.document, each.why, each.cases) for each in coded_against(made, claim)]

    contrary = [("d1", Why.CONTRARY, ("K0",)), ("d4", Why.CONTRARY, ("K2",))]
    assert told(TRUST) == contrary
    assert told(only) == [contrary[0], ("d2", Why.ELSEWHERE, ("K1",)), contrary[1]]


def test_a_group_that_is_gone_is_told() -> None:
    with pytest.raises(UnknownItem, match="chosen cases are gone"):
        coded_against(study(), Claim("c", "They trust.", "m", CaseGroup(cases=("k9",))))


def passages(vectors: list[tuple[float, float]]) -> Passages:
    """One passage a document, d0, d1, ...; the last one is the interviewer's."""
    asks = np.zeros(len(vectors), np.bool_)
    asks[-1] = True
    return Passages(
        [Segment(f"d{n}", 0, Span(0, 50), 0) for n in range(len(vectors))],
        ["a passage of some length"] * len(vectors),
        np.array(vectors, np.float32),
        asks,
    )


def near(claim: Claim, opposite: list[tuple[float, float]], *places: tuple[int, int, int, str]) -> list[Candidate]:
    shown = passages([(1, 0), (0.9, 0.1), (1, 0), (1, 0), (0.2, 1), (1, 0)])
    contrary = np.array(opposite, np.float32).reshape(-1, 2)
    made, said = study(*places), np.array([[1, 0]], np.float32)
    return near_against(made, claim, standing(made, claim), shown, said, contrary, 5)


def test_meaning_is_looked_at_where_the_codes_of_the_claim_are_missing() -> None:
    found = near(TRUST, [], (0, 0, 10, "r"))
    # K0 has the code, K1 is outside, d5 is the interviewer's: K2 is left with d4.
    assert [(each.document, each.why, each.cases) for each in found] == [("d4", Why.MISSING, ("K2",))]


def test_what_is_like_the_opposite_comes_first_and_not_what_is_coded_so() -> None:
    found = near(TRUST, [(0, 1)], (4, 40, 60, "t"))
    assert [(each.document, each.why) for each in found] == [("d1", Why.LIKE_CONTRARY), ("d0", Why.LIKE_CONTRARY)]
    assert near(TRUST, [(0, 1)])[0].document == "d4"


def test_without_codes_what_is_near_is_told_to_be_no_more() -> None:
    found = near(Claim("c", "Small homes trust.", "m", SMALL), [])
    assert [(each.document, each.why) for each in found] == [("d0", Why.NEAR), ("d1", Why.NEAR), ("d4", Why.NEAR)]
    assert found[0].near == pytest.approx(1.0)


# --- nearness ---

VECTORS = st.lists(st.tuples(*[st.integers(-5, 5)] * 3).filter(any), max_size=7)


@given(VECTORS, VECTORS, st.integers(1, 5))
def test_pairs_are_those_of_taking_the_nearest_again_and_again(
    first: list[tuple[int, ...]], second: list[tuple[int, ...]], most: int
) -> None:
    here, there = (np.array(each, np.float32).reshape(-1, 3) for each in (first, second))
    pairs = closest_pairs(here, there, most)
    left = {(i, j) for i in range(len(here)) for j in range(len(there))}
    expected = []
    while left and len(expected) < most:
        best = max(here[i] @ there[j] / np.linalg.norm(here[i]) / np.linalg.norm(there[j]) for i, j in left)
        i, j, _ = pairs[len(expected)]
        expected.append(best)
        left = {(a, b) for a, b in left if a != i and b != j}
    assert [cosine for _, _, cosine in pairs] == pytest.approx(expected, abs=1e-5)


def test_likeness_is_the_mean_of_the_nearest() -> None:
    found = likeness(np.array([[2, 0], [0, 3]], np.float32), np.array([[1, 0], [1, 0], [0, 1]], np.float32), nearest=2)
    assert found.tolist() == [1.0, 0.5]


def test_shared_words_are_those_of_the_shorter_text() -> None:
    assert words_shared("No time, none!", "there is no time for us") == pytest.approx(2 / 3)
    assert words_shared("…", "words") == 0


# --- judgements ---


@given(st.text("ab", max_size=6), st.text("ab", min_size=1, max_size=3), st.text("ab", max_size=6))
def test_a_judgement_finds_its_words_after_a_shift(before: str, added: str, after: str) -> None:
    text = before + "Words that were judged." + after
    span = Span(len(before), len(before) + 23)
    made = Judgement("j", "c", "d", Anchor.on(text, span), Verdict.AGAINST, "m")
    assert made.on(text) == span
    assert made.on(added + text) == Span(span.start + len(added), span.end + len(added))
    assert made.on(text.replace("judged", "said")) is None
