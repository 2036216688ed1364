from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from coder.suggest.encoder import Encoder
from coder.suggest.learner import Learned, Prepared, learn, prepare
from coder.suggest.material import CodeText, Judgements
from tests.suggest.study import CODES, Encode, passages, read_through, sentences


@pytest.fixture(scope="module")
def encode(word_encoder: type[Encoder]) -> Encode:
    return word_encoder().encode


@pytest.fixture(scope="module")
def prepared(encode: Encode) -> Prepared:
    texts, document, _ = sentences()
    return prepare(passages(texts, encode, document), CODES, encode)


TRUTH = sentences()[2]
DOCUMENT = sentences()[1]
FIRST_HALF = np.flatnonzero(DOCUMENT < 4)
UNSEEN = np.flatnonzero(DOCUMENT >= 4)


@pytest.fixture(scope="module")
def learned(prepared: Prepared) -> Learned:
    return learn(prepared, read_through(FIRST_HALF, TRUTH))


def means_something(learned: Learned, shape: tuple[int, ...]) -> bool:
    """Probabilities of this shape, each of them finite and between nought and one."""
    p = learned.probability
    return p.shape == shape and bool(np.isfinite(p).all()) and p.min() >= 0 and p.max() <= 1


def test_definitions_speak_before_anything_is_coded(prepared: Prepared) -> None:
    learned = learn(prepared, Judgements.of(len(CODES)))
    assert means_something(learned, TRUTH.shape)
    coded = TRUTH.any(axis=1)
    assert (TRUTH[coded, :][np.arange(coded.sum()), learned.probability[coded].argmax(axis=1)]).mean() > 0.6
    assert not any(skill.skilled for skill in learned.skill)
    assert learned.warnings == ("Nothing is coded yet: only the codebook speaks.",)


def test_what_was_coded_is_found_in_documents_not_read_yet(learned: Learned) -> None:
    p, truth = learned.probability[UNSEEN], TRUTH[UNSEEN]
    assert p[truth].mean() > 0.6
    assert p[~truth].mean() < 0.2
    assert all(skill.skilled for skill in learned.skill)
    assert learned.warnings == ()


def test_a_probability_is_about_as_often_right_as_it_says(learned: Learned) -> None:
    p, truth = learned.probability[UNSEEN], TRUTH[UNSEEN]
    assert abs(p.mean() - truth.mean()) < 0.1


def test_the_same_judgements_give_the_same_answer(prepared: Prepared, learned: Learned, encode: Encode) -> None:
    again = learn(prepare(prepared.passages, CODES, encode), read_through(FIRST_HALF, TRUTH))
    np.testing.assert_array_equal(again.probability, learned.probability)


def test_an_example_raises_passages_like_it(prepared: Prepared) -> None:
    few = FIRST_HALF[:6]
    before = learn(prepared, read_through(few, TRUTH)).probability
    example = next(int(row) for row in FIRST_HALF[6:] if TRUTH[row, 0])
    after = learn(prepared, read_through([*few, example], TRUTH)).probability
    alike = [row for row in UNSEEN if TRUTH[row, 0]]
    assert after[alike, 0].mean() > before[alike, 0].mean()


def test_refusals_lower_the_probability_of_passages_like_them(prepared: Prepared, learned: Learned) -> None:
    refused = [row for row in UNSEEN[:24] if TRUTH[row, 0]]
    judged = read_through(FIRST_HALF, TRUTH)
    codings = [(int(judged.rows[i]), int(c), 1.0) for i, c in zip(*np.nonzero(judged.extent), strict=True)]
    after = learn(
        prepared,
        Judgements.of(3, codings=codings, refusals=[(int(row), 0) for row in refused], read=FIRST_HALF.tolist()),
    )
    lost = learned.probability[UNSEEN[24:]] - after.probability[UNSEEN[24:]]
    alike, others = TRUTH[UNSEEN[24:], 0], TRUTH[UNSEEN[24:], 1]
    assert lost[alike, 0].mean() > 0.1
    # Nothing was said about the other codes on those passages.
    assert abs(lost[others, 1].mean()) < lost[alike, 0].mean() / 3


def test_a_coding_of_a_corner_of_a_passage_says_less(prepared: Prepared) -> None:
    rows = [int(row) for row in FIRST_HALF if TRUTH[row, 0]]
    read = FIRST_HALF.tolist()
    whole = learn(prepared, Judgements.of(3, codings=[(row, 0, 1.0) for row in rows], read=read))
    corner = learn(prepared, Judgements.of(3, codings=[(row, 0, 0.1) for row in rows], read=read))
    alike = [row for row in UNSEEN if TRUTH[row, 0]]
    assert corner.probability[alike, 0].mean() < whole.probability[alike, 0].mean()


def test_what_was_read_is_shown_as_it_would_be_had_it_not_been(prepared: Prepared, learned: Learned) -> None:
    forgotten = int(next(row for row in FIRST_HALF if TRUTH[row, 2]))
    truth = TRUTH.copy()
    truth[forgotten] = False
    found = learn(prepared, read_through(FIRST_HALF, truth))
    assert found.probability[forgotten, 2] > 0.4


def test_codes_in_another_order_give_the_same_answer_in_that_order(
    prepared: Prepared, learned: Learned, encode: Encode
) -> None:
    order = [2, 0, 1]
    other = prepare(prepared.passages, [CODES[i] for i in order], encode)
    permuted = learn(other, read_through(FIRST_HALF, TRUTH[:, order]))
    np.testing.assert_allclose(permuted.probability, learned.probability[:, order], atol=2e-3)
    assert [skill.examples for skill in permuted.skill] == [learned.skill[i].examples for i in order]


def test_passages_in_another_order_give_the_same_answer_in_that_order(
    prepared: Prepared, learned: Learned, encode: Encode
) -> None:
    order = np.random.default_rng(1).permutation(len(TRUTH))
    p = prepared.passages
    shuffled = replace(
        p,
        vectors=p.vectors[order],
        texts=[p.texts[i] for i in order],
        document=p.document[order],
        order=p.order[order],
        speaker=p.speaker[order],
        interviewer=p.interviewer[order],
    )
    rows = np.flatnonzero(np.isin(order, FIRST_HALF))
    again = learn(prepare(shuffled, CODES, encode), read_through(rows, TRUTH[order]))
    np.testing.assert_allclose(again.probability, learned.probability[order], atol=5e-3)


def test_a_code_put_at_random_has_no_skill_and_one_with_few_examples_neither(prepared: Prepared) -> None:
    truth = TRUTH.copy()
    truth[:, 0] = np.random.default_rng(3).random(len(truth)) < 0.2
    truth[:, 1] = False
    truth[FIRST_HALF[:2], 1] = True
    skill = learn(prepared, read_through(FIRST_HALF, truth)).skill
    assert not skill[0].skilled
    assert not skill[1].skilled and skill[1].examples == 2
    assert skill[2].skilled


def test_examples_in_the_codebook_teach(encode: Encode) -> None:
    texts, document, truth = sentences()
    silent = [CodeText(f"Code {i}") for i in range(3)]
    shown = [replace(code, examples=tuple(np.array(texts)[truth[:, i]][:4])) for i, code in enumerate(silent)]
    few = read_through(FIRST_HALF[:4], truth)
    without, with_examples = (
        learn(prepare(passages(texts, encode, document), codes, encode), few).score for codes in (silent, shown)
    )
    gap = [(s[truth].mean() - s[~truth].mean()) / s.std() for s in (without, with_examples)]
    assert gap[1] > gap[0]


def test_when_not_to_use_a_code_counts_against_it(encode: Encode) -> None:
    texts, document, truth = sentences()
    warned = [replace(CODES[0], when_not="retired moved away knowledge departure gone"), *CODES[1:]]
    few = read_through(FIRST_HALF[:12], truth)
    plain, careful = (
        learn(prepare(passages(texts, encode, document), codes, encode), few).score for codes in (CODES, warned)
    )
    left = truth[:, 2]
    assert careful[left, 0].mean() < plain[left, 0].mean()


ODD = {
    "one code": ([CodeText("Only", definition="together at a table")], None),
    "no definition": ([CodeText("A"), CodeText("B"), CodeText("C")], None),
    "the same text twice": ([CodeText("A", definition="a table"), CodeText("B", definition="a table")], None),
    "three hundred codes": ([CodeText(f"Code {i}", definition=f"about {i}") for i in range(300)], None),
    "names of emoji": ([CodeText("😀"), CodeText("🧵🧵")], None),
    "a passage of one word": (CODES, "yes"),
    "a passage of two thousand words": (CODES, "table hours gone " * 667),
    "a passage of emoji": (CODES, "😀😀 🧵"),
    "a passage in another script": (CODES, "会議は踊る、されど進まず。"),
    "a passage of white space": (CODES, "   "),
}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("coded", ["nothing", "as it is", "all the same", "nothing on anything", "by chance"])
def test_odd_codebooks_passages_and_codings_give_probabilities(odd: str, coded: str, encode: Encode) -> None:
    codes, text = ODD[odd]
    texts, document, truth = sentences(documents=3, rounds=2)
    if text is not None:
        texts[5] = text
    chance = np.random.default_rng(0).random((len(texts), len(codes))) < 0.3
    by_theme = np.zeros_like(chance)
    by_theme[:, : truth.shape[1]] = truth[:, : len(codes)]
    coding = {"as it is": by_theme, "all the same": np.ones_like(chance), "by chance": chance}
    put = coding.get(coded, np.zeros_like(chance))
    rows = [] if coded == "nothing" else range(16)
    learned = learn(prepare(passages(texts, encode, document), codes, encode), read_through(rows, put))
    assert means_something(learned, chance.shape)
    assert len(learned.skill) == len(codes)


@pytest.mark.parametrize("texts", [["yes"], ["yes", "yes"], ["😀"], [""], ["", "  "], ["one", "two", "three"]])
def test_the_smallest_projects_give_probabilities(texts: list[str], encode: Encode) -> None:
    ready = prepare(passages(texts, encode), CODES, encode)
    assert means_something(learn(ready, Judgements.of(3)), (len(texts), 3))
    judged = Judgements.of(3, codings=[(0, 1, 1.0)], refusals=[(0, 2)])
    assert means_something(learn(ready, judged), (len(texts), 3))


def test_refusals_alone_give_probabilities(prepared: Prepared) -> None:
    learned = learn(prepared, Judgements.of(3, refusals=[(0, 0), (1, 2)]))
    assert means_something(learned, TRUTH.shape)


def test_contradictory_codings_give_probabilities_and_a_warning(encode: Encode) -> None:
    texts = ["we drew it together at the table", "there were no hours left"] * 20
    truth = np.zeros((40, 3), np.bool_)
    truth[::4, 0] = True
    ready = prepare(passages(texts, encode, np.repeat(np.arange(4), 10)), CODES, encode)
    learned = learn(ready, read_through(range(40), truth))
    assert means_something(learned, truth.shape)
    assert any("coded differently" in warning for warning in learned.warnings)


@pytest.mark.parametrize(
    ("codes", "put", "said"),
    [
        (CODES[:1], [0], "only one code"),
        ([CodeText("A", definition="same"), CodeText("B", definition="Same")], [0], "A, B"),
        (CODES, [0, 1, 2, 3], "on every passage read"),
        (CODES, [], "none is coded"),
        (CODES, [0], "about one document"),
    ],
)
def test_where_the_answer_means_little_it_says_so(
    codes: list[CodeText], put: list[int], said: str, encode: Encode
) -> None:
    texts, document, _ = sentences(documents=2, rounds=1)
    judged = Judgements.of(len(codes), codings=[(row, 0, 1.0) for row in put], read=range(4))
    learned = learn(prepare(passages(texts, encode, document), codes, encode), judged)
    assert any(said in warning for warning in learned.warnings)


def test_nothing_to_learn_about_is_refused(encode: Encode) -> None:
    with pytest.raises(ValueError, match="at least one passage"):
        prepare(passages(["a"], encode), [], encode)
