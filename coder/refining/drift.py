"""A code that has come to mean something else, or that two coders use differently."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from coder.refining.material import Array, Flags, Numbers, Quotations, by_value, drawn
from coder.refining.proposal import Figure, Found, Kind, OnCode, Proposal, Side, Silence, discoveries

ENOUGH = 10
"""Quotations on either side."""

DOCUMENTS = 4
"""Documents on either side: what is said differs from document to document, and only among several can this be told
from a change of use."""

MOST = 300
SHUFFLES = (99, 1999)
"""How often documents are shuffled: a first look, and a longer one where it leaves a doubt."""

DOUBT = 0.2
QUOTATIONS = 12


def drifts(quotations: Quotations, coders: tuple[str, ...] = (), on_code: OnCode | None = None) -> Found:
    """Codes whose early quotations differ from their late ones, or one coder's from another's.

    ``coders`` are names by number. A two-sample test on the kernel distance of both sides (maximum mean discrepancy:
    Gretton et al. 2012, JMLR 13, 723-773), between documents only, with whole documents of a coder shuffled; false
    discoveries held over all codes and comparisons.
    """
    silences, compared = [], []
    for code, rows in enumerate(quotations.rows):
        if on_code is not None:
            on_code(code, len(quotations.codes))
        questions = [_early_and_late(quotations, rows), *_coders(quotations, rows)]
        asked = [question for question in questions if isinstance(question, _Question)]
        if not asked:
            silences.append(Silence(Kind.DRIFT, quotations.codes[code], str(questions[0])))
        for question in asked:
            far, p = difference(quotations.vectors[question.rows], question.second, question.block, question.exchanged)
            compared.append((question, far, p))
    stands = discoveries([p for _, _, p in compared])
    proposals = [
        _proposal(quotations, question, far, p, coders)
        for (question, far, p), real in zip(compared, stands, strict=True)
        if real
    ]
    return Found(tuple(sorted(proposals, key=lambda found: -found.strength)), tuple(silences))


def difference(x: Array, second: Flags, block: Numbers, exchanged: Numbers) -> tuple[float, float]:
    """How far two sides of vectors (k, d) lie apart, and the p-value of a permutation test.

    ``second`` (k,) is the same within a block (k,); blocks change sides only within equal numbers of ``exchanged``
    (k,). The distance is the squared maximum mean discrepancy with a Gaussian kernel whose width is the
    median distance; pairs within a block do not count. Where a few shuffles show nothing remarkable, no more are drawn
    (Besag and Clifford 1991, doi 10.1093/biomet/78.2.301).
    """
    _, block = np.unique(block, return_inverse=True)
    count = int(block.max()) + 1
    first_row = np.array([rows[0] for rows in by_value(block)])
    side, stratum = second[first_row], exchanged[first_row]
    member = np.eye(count)[block]
    apart = np.maximum(0.0, 2 - 2 * (x @ x.T).astype(np.float64))
    kernel = np.exp(-apart / max(1e-9, float(np.median(apart))))
    likeness, size = member.T @ kernel @ member, member.sum(axis=0)
    np.fill_diagonal(likeness, 0.0)
    pairs = np.outer(size, size)
    np.fill_diagonal(pairs, 0.0)
    for shuffles in SHUFFLES:
        sides = np.concatenate([side[None], _shuffled(side, stratum, shuffles)])
        far = _discrepancy(likeness, pairs, sides.astype(np.float64))
        p = float((far >= far[0] - 1e-12).mean())
        if p > DOUBT:
            break
    return float(far[0]), p


@dataclass(frozen=True, eq=False)
class _Question:
    rows: Numbers
    second: Flags
    block: Numbers
    exchanged: Numbers
    coders: tuple[int, int] | None = None


def _shuffled(side: Flags, stratum: Numbers, times: int) -> Flags:
    chance = np.random.default_rng(0)
    shuffled = np.tile(side, (times, 1))
    for blocks in by_value(stratum):
        shuffled[:, blocks] = chance.permuted(shuffled[:, blocks], axis=1)
    return shuffled


def _discrepancy(likeness: NDArray[np.float64], pairs: NDArray[np.float64], second: NDArray[np.float64]) -> Array:
    def sums(m: NDArray[np.float64]) -> tuple[Array, Array, Array]:
        """Over pairs within the first side, within the second, and between them: one product gives all three."""
        reached = second @ m
        within, all_of_second = (reached * second).sum(axis=1), reached.sum(axis=1)
        return m.sum() - 2 * all_of_second + within, within, all_of_second - within

    first, other, between = (
        found / np.maximum(met, 1e-9) for found, met in zip(sums(likeness), sums(pairs), strict=True)
    )
    return np.asarray(first + other - 2 * between)


def _early_and_late(quotations: Quotations, rows: Numbers) -> _Question | str:
    """Documents of a coder, cut in two by when they were coded."""
    rows = drawn(rows, MOST)
    block = _of_coder_and_document(quotations, rows)
    timed = [(median(quotations.when[rows[part]].tolist()), part) for part in by_value(block)]
    timed.sort(key=lambda one: one[0])
    times, blocks = [time for time, _ in timed], [part for _, part in timed]
    coded = np.cumsum([len(part) for part in blocks])
    cuts = [i for i in range(1, len(blocks)) if times[i] > times[i - 1]]
    if not cuts:
        return "all its quotations were coded at one time"
    cut = min(cuts, key=lambda i: abs(int(coded[i - 1]) * 2 - len(rows)))
    late = np.zeros(len(rows), np.bool_)
    late[np.concatenate(blocks[cut:])] = True
    if (reason := _too_few(quotations, rows, late)) is not None:
        return f"{reason} before and after the middle of its coding"
    return _Question(rows, late, block, np.zeros(len(rows), np.int64))


def _coders(quotations: Quotations, rows: Numbers) -> list[_Question | str]:
    """Every two coders who used the code enough."""
    parts = by_value(quotations.coder[rows])
    found: list[_Question | str] = []
    for i, one in enumerate(parts):
        for other in parts[i + 1 :]:
            both = rows[np.sort(np.concatenate([drawn(one, MOST // 2), drawn(other, MOST // 2)]))]
            pair = int(quotations.coder[rows[one[0]]]), int(quotations.coder[rows[other[0]]])
            second = quotations.coder[both] == pair[1]
            if _too_few(quotations, both, second) is None:
                document = quotations.document[both]
                shared = np.isin(document, np.intersect1d(document[second], document[~second]))
                # In a document that both coded, what they coded is exchanged; other documents are exchanged whole.
                exchanged = np.where(shared, document, -1)
                found.append(_Question(both, second, _of_coder_and_document(quotations, both), exchanged, pair))
    return found


def _of_coder_and_document(quotations: Quotations, rows: Numbers) -> Numbers:
    return quotations.document[rows] * (int(quotations.coder.max(initial=0)) + 1) + quotations.coder[rows]


def _too_few(quotations: Quotations, rows: Numbers, second: Flags) -> str | None:
    counts = int(min(second.sum(), (~second).sum()))
    documents = min(len(np.unique(quotations.document[rows[side]])) for side in (second, ~second))
    if counts < ENOUGH or documents < DOCUMENTS:
        return f"{counts} quotations in {documents} documents; at least {ENOUGH} in {DOCUMENTS} are needed"
    return None


def _proposal(quotations: Quotations, question: _Question, far: float, p: float, coders: tuple[str, ...]) -> Proposal:
    rows, second = question.rows, question.second
    titles = ("early", "late")
    why = "The late quotations of {0} speak of something else than the early ones, more than documents differ anyway."
    if question.coders is not None:
        one, other = titles = coders[question.coders[0]], coders[question.coders[1]]
        why = f"{_kept(one)} and {_kept(other)} use {{0}} for different things, more than documents differ anyway."
    return Proposal(
        Kind.DRIFT,
        (quotations.codes[int(quotations.code[rows[0]])],),
        1 - p,
        why,
        "Nothing by itself: read both sides, then sharpen the definition of {0} or split it.",
        (Figure("by chance", p), Figure("apart", far)),
        tuple(
            Side(_kept(title), quotations.named(_telling(quotations, rows[side], rows[~side]), QUOTATIONS))
            for title, side in zip(titles, (~second, second), strict=True)
        ),
        quotations.named(rows),
    )


def _telling(quotations: Quotations, rows: Numbers, other: Numbers) -> Numbers:
    towards = quotations.vectors[rows].mean(axis=0) - quotations.vectors[other].mean(axis=0)
    return rows[np.argsort(-(quotations.vectors[rows] @ towards), kind="stable")]


def _kept(name: str) -> str:
    """A name in a sentence whose braces stand for codes."""
    return name.replace("{", "{{").replace("}", "}}")
