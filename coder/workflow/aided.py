"""The assistant as a coder: how it agrees with a person, how that person takes what it proposes, what its help does.

Passages of the random slice (``coder.workflow.unaided``) are coded without help, the others with it. What would have
been suggested is known for both: it is asked of a learner that has not seen the document.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coder.agreement.coefficients import cohen_kappa
from coder.model import Outcome
from coder.store import Project
from coder.tables.contrasts import newcombe, wilson
from coder.workflow.suggestions import FLOOR, MOST, Snapshot
from coder.workflow.unaided import unaided

ALL = "all codes"
DRAWS = 1000
FEW = 30
"""Passages on either side under which a difference says little."""

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

SHARES = ("coded", "coded where suggested", "coded where not suggested")
COLUMNS = [
    "code path",
    *(f"{share}, {figure}" for share in SHARES for figure in (
        "aided", "of", "rate", "low", "high", "unaided", "of unaided", "unaided rate", "unaided low", "unaided high",
        "difference", "difference low", "difference high",
    )),
    "kappa aided", "kappa unaided",
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Aided:
    """What a coder did with help and without.

    ``codes``: one row for all codes and one a code (``COLUMNS``). ``documents``, ``with_help`` and ``without`` count
    what it rests on; ``left_out`` are documents begun before the slice was drawn. ``cautions`` are sentences.
    """

    codes: pd.DataFrame
    documents: int
    with_help: int
    without: int
    left_out: int
    cautions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Passages:
    """Passages that a coder has read: ``suggested`` and ``coded`` (n, c), ``helped`` (n,)."""

    suggested: Flags
    coded: Flags
    helped: Flags


def aided(project: Project, snapshot: Snapshot) -> Aided:
    """Aided against unaided coding of the coder of this snapshot, over the passages that they have read."""
    rows, coded, left_out = _read(project, snapshot)
    ground = snapshot.ground
    if ground is None or snapshot.learned is None or not len(rows):
        return Aided(pd.DataFrame(columns=COLUMNS), 0, 0, 0, left_out, ("Nothing to compare: code something first.",))
    helped = ~unaided(ground.corpus, snapshot.held_back)[rows]
    found = Passages(as_suggested(snapshot)[rows], coded, helped)
    paths = [project.codebook().path(code.id) if code.id in project.codebook() else code.name for code in ground.codes]
    documents = len({ground.corpus.segments[row].document for row in rows})
    with_help, without = int(helped.sum()), int((~helped).sum())
    return Aided(compared(found, paths), documents, with_help, without, left_out, _cautions(snapshot, found, left_out))


def as_suggested(snapshot: Snapshot) -> Flags:
    """(n, c): what would be suggested where nothing was held back and the document was not learned from."""
    assert snapshot.ground is not None
    quiet = np.array([code.id in snapshot.silent for code in snapshot.ground.codes], np.bool_)
    probability = np.where(quiet, 0.0, snapshot.probability)
    place = np.argsort(np.argsort(-probability, axis=1, kind="stable"), axis=1, kind="stable")
    found: Flags = (probability >= FLOOR) & (place < MOST)
    return found


def compared(found: Passages, paths: list[str]) -> pd.DataFrame:
    """The figures of all codes, then of each.

    Intervals are at 95 %: of shares after Wilson, of differences after Newcombe, both taking passages as independent;
    of the difference over all codes from ``DRAWS`` draws of passages, for codes of one passage hang together.
    """
    anything = np.ones_like(found.coded)
    masks = {SHARES[0]: anything, SHARES[1]: found.suggested, SHARES[2]: ~found.suggested}
    rows = []
    for column, path in enumerate(paths):
        row: dict[str, float | str] = {"code path": path}
        for share, mask in masks.items():
            here = mask[:, column]
            hits = found.coded[:, column] & here
            helped, alone = found.helped & here, ~found.helped & here
            row |= _figures(
                share, int((hits & found.helped).sum()), int(helped.sum()), int((hits & ~found.helped).sum()),
                int(alone.sum()),
            )  # fmt: skip
        for name, side in (("kappa aided", found.helped), ("kappa unaided", ~found.helped)):
            row[name] = _kappa(found.suggested[side, column], found.coded[side, column])
        rows.append(row)
    whole: dict[str, float | str] = {"code path": ALL}
    for share, mask in masks.items():
        hits, of = (found.coded & mask).sum(axis=1), mask.sum(axis=1)
        sides = [(int(hits[side].sum()), int(of[side].sum())) for side in (found.helped, ~found.helped)]
        whole |= _figures(share, *sides[0], *sides[1])
        low, high = _drawn(hits, of, found.helped)
        whole |= {f"{share}, difference low": low, f"{share}, difference high": high}
        for figure in ("low", "high", "unaided low", "unaided high"):
            whole[f"{share}, {figure}"] = float("nan")
    for name, side in (("kappa aided", found.helped), ("kappa unaided", ~found.helped)):
        whole[name] = _kappa(found.suggested[side].ravel(), found.coded[side].ravel())
    return pd.DataFrame([whole, *rows], columns=COLUMNS)


def in_words(found: Aided) -> tuple[str, ...]:
    """What the row of all codes says, a sentence for each share that both sides have."""
    if found.codes.empty:
        return ()
    whole = found.codes.iloc[0]
    told = []
    for share in SHARES:
        low, high = whole[f"{share}, difference low"], whole[f"{share}, difference high"]
        if np.isnan(low):
            continue
        where = share.removeprefix("coded").strip() or "on any passage"
        sure = "help makes no difference that shows" if low <= 0 <= high else "more" if low > 0 else "less"
        verdict = sure if sure.startswith("help") else f"with help {sure} is coded"
        told.append(
            f"A code {where}: coded in {whole[f'{share}, rate']:.1%} with help and "
            f"{whole[f'{share}, unaided rate']:.1%} without; the difference lies between {low * 100:+.1f} and "
            f"{high * 100:+.1f} points (95 %): {verdict}."
        )
    return tuple(told)


def acceptance(project: Project) -> pd.DataFrame:
    """One row a month and coder: suggestions taken and refused one by one, the share taken with its interval.

    What was taken many at once was not looked at one by one and is counted apart.
    """
    names = {person.id: person.name for person in project.coders()}
    decisions = project.decisions(removed_codes=True)
    counts: dict[tuple[str, str], list[int]] = {}
    for each in decisions:
        count = counts.setdefault((each.at[:7], names.get(each.coder, "")), [0, 0, 0])
        count[2 if each.probability is None else 0 if each.outcome is Outcome.TAKEN else 1] += 1
    rows = []
    for (month, name), (taken, refused, at_once) in sorted(counts.items()):
        share, low, high = _share(taken, taken + refused)
        rows.append((month, name, taken, refused, share, low, high, at_once))
    columns = ["month", "coder", "taken", "refused", "share taken", "low", "high", "taken many at once"]
    return pd.DataFrame(rows, columns=columns)


def _read(project: Project, snapshot: Snapshot) -> tuple[NDArray[np.int64], Flags, int]:
    """Rows of the passages read, whether each code was put there, and how many documents were begun too early."""
    ground = snapshot.ground
    if ground is None or snapshot.learned is None:
        return np.zeros(0, np.int64), np.zeros((0, 0), np.bool_), 0
    begun: dict[str, str] = {}
    for document, at in (
        *((coding.document, coding.created) for coding in project.codings(coder=snapshot.coder)),
        *((decision.document, decision.at) for decision in project.decisions(coder=snapshot.coder)),
    ):
        begun[document] = min(at, begun.get(document, at))
    rows, coded, left_out = [], [], 0
    for document, own in snapshot.own.items():
        here = ground.corpus.rows[document]
        read = own.read.copy()
        if not snapshot.switches.interviewer:
            read &= ~ground.corpus.interviewer[here.start : here.stop]
        if not read.any():
            continue
        if begun.get(document, snapshot.held_back.since) < snapshot.held_back.since:
            left_out += 1
            continue
        rows.append(np.flatnonzero(read) + here.start)
        coded.append(own.extent[read] > 0)
    if not rows:
        return np.zeros(0, np.int64), np.zeros((0, len(ground.codes)), np.bool_), left_out
    return np.concatenate(rows).astype(np.int64), np.concatenate(coded), left_out


def _figures(share: str, hits: int, of: int, hits_alone: int, of_alone: int) -> dict[str, float | str]:
    rate, low, high = _share(hits, of)
    alone, alone_low, alone_high = _share(hits_alone, of_alone)
    difference = newcombe(np.array([hits]), of, np.array([hits_alone]), of_alone)
    figures = (
        hits, of, rate, low, high, hits_alone, of_alone, alone, alone_low, alone_high,
        *(float(each[0]) for each in difference),
    )  # fmt: skip
    names = [name for name in COLUMNS if name.startswith(f"{share}, ")]
    return dict(zip(names, figures, strict=True))


def _share(hits: int, of: int) -> tuple[float, float, float]:
    if not of:
        return float("nan"), float("nan"), float("nan")
    low, high = wilson(np.array([hits]), of)
    return hits / of, float(low[0]), float(high[0])


def _kappa(suggested: Flags, coded: Flags) -> float:
    counts = np.bincount(2 * suggested.astype(np.int64) + coded, minlength=4).reshape(2, 2)
    return float(cohen_kappa(counts.astype(np.float64)))


def _drawn(hits: NDArray[np.int64], of: NDArray[np.int64], helped: Flags) -> tuple[float, float]:
    """95 % of the differences of two shares over passages drawn with replacement on either side."""
    if not of[helped].sum() or not of[~helped].sum():
        return float("nan"), float("nan")
    random = np.random.default_rng(1)
    shares = []
    for side in (np.flatnonzero(helped), np.flatnonzero(~helped)):
        times = random.multinomial(len(side), np.full(len(side), 1 / len(side)), size=DRAWS)
        below = times @ of[side]
        shares.append(np.where(below > 0, times @ hits[side] / np.maximum(below, 1), np.nan))
    low, high = np.nanpercentile(shares[0] - shares[1], [2.5, 97.5])
    return float(low), float(high)


def _cautions(snapshot: Snapshot, found: Passages, left_out: int) -> tuple[str, ...]:
    told = []
    if not snapshot.held_back.share:
        told.append("No passages are held back, so that nothing is known of coding without help.")
    else:
        smaller = min(int(found.helped.sum()), int((~found.helped).sum()))
        if smaller < FEW:
            told.append(f"Only {smaller} passages on one side: differences say little before there are {FEW}.")
    if snapshot.switches.own_pass or snapshot.held_back.own_pass:
        told.append(
            "Suggestions came only after the own pass: a difference is what was changed after that, not what help does "
            "to a first reading."
        )
    if left_out:
        told.append(f"{left_out} documents were begun before the slice was drawn and are left out.")
    if snapshot.beginning:
        told.append("Suggestions still rest on definitions alone.")
    return tuple(told)
