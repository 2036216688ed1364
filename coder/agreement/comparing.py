"""Coders compared: every coefficient with its interval, what it rests on, and where it says little."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

import numpy as np

from coder.agreement import coefficients
from coder.agreement.coefficients import Floats, Ints, ratio
from coder.agreement.continuum import UNREAD, Coded, Spans, Units
from coder.agreement.masi import apart, as_rows, quadratic
from coder.agreement.matching import matches
from coder.agreement.unitizing import Lengths

SAMPLES, SEED = 1000, 1960
"""How often documents are drawn anew for an interval, and the seed, so that the interval is the same each time."""

MIN_DOCUMENTS = 10
"""Documents below which an interval is rough."""

MIN_CODED = 10
"""Units with a code below which a coefficient hangs on single ones."""

RARE = 0.05
"""Share of units with a code below which (and above one less it) prevalence makes some coefficients say little."""

ONE_DOCUMENT = "One document: no interval."
"""Said where there is nothing to draw samples from."""

TOLERANCE = 20
"""Characters by which the ends of two codings may differ and still be the same stretch."""


class Unit(StrEnum):
    """What is counted."""

    PASSAGE = "passage"
    CHARACTER = "character"
    CODING = "coding"


class Coefficient(StrEnum):
    """What says how far coders agree."""

    PERCENT = "percent agreement"
    PRESENCE = "agreement on presence"
    KAPPA = "Cohen's kappa"
    FLEISS = "Fleiss' kappa"
    ALPHA = "Krippendorff's alpha"
    AC1 = "Gwet's AC1"
    MASI = "alpha with MASI"
    U_ALPHA = "unitizing alpha"
    CU_ALPHA = "unitizing alpha, codes only"
    F1 = "F1"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A coefficient with its 95 % interval by bootstrap over documents; NaN where it is not defined."""

    value: float
    low: float = np.nan
    high: float = np.nan

    @property
    def defined(self) -> bool:
        """Whether there is a value."""
        return bool(np.isfinite(self.value))


@dataclass(frozen=True)
class Measured:
    """Agreement on one code (with the codes below it) or on all of them together.

    ``units`` is how many units of this kind at least two coders have read, ``put`` on how many each coder put the code,
    ``some`` on how many anybody did, ``all`` on how many everybody did who read them. For codings, ``put`` counts
    codings, ``some`` those of all coders and ``all`` those with a match.
    """

    unit: Unit
    units: float
    documents: int
    put: tuple[float, ...]
    some: float
    all: float
    estimates: Mapping[Coefficient, Estimate] = field(default_factory=dict)
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Comparison:
    """Some coders compared on one unit; ``tolerance`` is in characters and for codings alone."""

    coded: Coded
    unit: Unit
    tolerance: int = TOLERANCE

    def between(self, coders: Sequence[int]) -> Comparison:
        """Some of the coders alone."""
        return replace(self, coded=self.coded.between(coders))

    def within(self, stretches: Spans) -> Comparison:
        """These stretches of documents alone."""
        return replace(self, coded=self.coded.within(stretches))

    @cached_property
    def units(self) -> Units:
        """What is counted; empty for codings."""
        return Units.passages(self.coded) if self.unit is Unit.PASSAGE else Units.characters(self.coded)

    @cached_property
    def _read(self) -> Ints:
        """Numbers of the documents of which two coders have read something."""
        return np.flatnonzero((self.coded.shared > 0).any(0))

    @cached_property
    def _samples(self) -> Floats:
        """(1 + samples, d), every document once, then as often as it is drawn; one row for a single document."""
        samples = np.zeros((1 if len(self._read) < 2 else 1 + SAMPLES, len(self.coded.length)))
        samples[0] = 1
        if len(samples) > 1:
            drawn = np.random.default_rng(SEED).multinomial(
                len(self._read), np.full(len(self._read), 1 / len(self._read)), SAMPLES
            )
            samples[1:, self._read] = drawn
        return samples

    def on(self, codes: frozenset[int]) -> Measured:
        """How far coders agree on where these codes, taken as one, are and are not."""
        if self.unit is Unit.CODING:
            return self._of_codings([codes])
        units, gave = self.units, self.units.gave(codes)
        yes, coders = (gave > 0).sum(1), self.units.coders
        most = self.coded.coders + 1
        patterns = np.array([(no, yes) for no in range(most) for yes in range(most)], np.int64)
        weight = _by_document(units, (coders - yes) * most + yes, most**2)
        several = patterns.sum(1) >= 2
        patterns, samples = patterns[several], self._samples @ weight[:, several]
        kinds: dict[Coefficient, Callable[[Ints, Floats], Floats]] = {
            Coefficient.PERCENT: coefficients.percent,
            Coefficient.PRESENCE: coefficients.presence,
            Coefficient.FLEISS: coefficients.fleiss_kappa,
            Coefficient.ALPHA: coefficients.krippendorff_alpha,
            Coefficient.AC1: coefficients.gwet_ac1,
        }
        found = {kind: _estimate(how(patterns, samples)) for kind, how in kinds.items()}
        found[Coefficient.KAPPA] = _estimate(self._kappa(gave))
        if self.unit is Unit.CHARACTER:
            lengths = Lengths.of_one(units, yes, self.coded, codes)
            found[Coefficient.U_ALPHA] = _estimate(lengths.alpha(self._samples))
        measured = Measured(
            self.unit,
            float(units.weight.sum()),
            len(np.unique(units.document)),
            tuple(float(units.weight @ (gave[:, j] > 0)) for j in range(self.coded.coders)),
            float(units.weight @ (yes > 0)),
            float(units.weight @ (yes == coders)),
            {kind: found[kind] for kind in Coefficient if kind in found},
        )
        return replace(
            measured, cautions=_cautions(measured, float(ratio(units.weight @ (yes / coders), units.weight.sum())))
        )

    def together(self, codes: Sequence[frozenset[int]]) -> Measured:
        """How far coders agree on the sets of these codes that each unit carries."""
        if self.unit is Unit.CODING:
            return self._of_codings(codes)
        units = self.units.narrowed(frozenset().union(*codes))
        counts = _by_document(units, np.zeros(len(units.document), np.int64), 1, units.coders.astype(np.float64))[:, 0]
        values, same = np.zeros((units.documents, len(units.sets))), np.zeros(units.documents)
        differ, rows = np.zeros(units.documents), as_rows(units.sets)
        for i in range(self.coded.coders):
            read = units.said[:, i] != UNREAD
            np.add.at(values, (units.document[read], units.said[read, i]), units.weight[read])
            for j in range(i + 1, self.coded.coders):
                pair = read & (units.said[:, j] != UNREAD)
                one, other, where = units.said[pair, i], units.said[pair, j], units.document[pair]
                share = 2 * units.weight[pair] / (units.coders[pair] - 1)
                differ += np.bincount(where, share * _apart(rows, one, other), units.documents)
                same += np.bincount(where, share * (one == other) / units.coders[pair], units.documents)
        samples, products = self._samples, quadratic(values, rows)
        total = samples @ counts
        expected = ((samples @ products) * samples).sum(-1)
        weight = _by_document(units, np.zeros(len(units.document), np.int64), 1)[:, 0]
        found = {
            Coefficient.PERCENT: _estimate(ratio(samples @ same, samples @ weight)),
            Coefficient.MASI: _estimate(1 - ratio((total - 1) * (samples @ differ), expected)),
        }
        if self.unit is Unit.CHARACTER:
            wanted = np.isin(self.coded.codings.code, list(frozenset().union(*codes)))
            everything, both = Lengths.of_sets(units, replace(self.coded, codings=self.coded.codings.only(wanted)))
            found[Coefficient.U_ALPHA] = _estimate(everything.alpha(samples))
            found[Coefficient.CU_ALPHA] = _estimate(both.alpha(samples))
        marked = units.said > 0
        measured = Measured(
            self.unit,
            float(units.weight.sum()),
            len(np.unique(units.document)),
            tuple(float(units.weight @ marked[:, j]) for j in range(self.coded.coders)),
            float(units.weight @ marked.any(1)),
            float(units.weight @ (marked.sum(1) == units.coders)),
            found,
        )
        return replace(measured, cautions=_cautions(measured, 0.5))

    def _kappa(self, gave: Ints) -> Floats:
        """Cohen's kappa, for more than two coders the mean over pairs (Light 1971)."""
        total, pairs = np.zeros(len(self._samples)), np.zeros(len(self._samples))
        for i in range(self.coded.coders):
            for j in range(i + 1, self.coded.coders):
                pair = (gave[:, i] != UNREAD) & (gave[:, j] != UNREAD)
                cell = np.where(pair, 2 * gave[:, i] + gave[:, j], 4)
                table = (self._samples @ _by_document(self.units, cell, 5)[:, :4]).reshape(-1, 2, 2)
                kappa = coefficients.cohen_kappa(table)
                total, pairs = total + np.where(np.isfinite(kappa), kappa, 0), pairs + np.isfinite(kappa)
        return ratio(total, pairs)

    def _of_codings(self, codes: Sequence[frozenset[int]]) -> Measured:
        counts = matches(self.coded, codes, self.tolerance)
        matched, made = counts.sum(0).tolist()
        place, wanted = self.coded.codings.place, np.isin(self.coded.codings.code, list(frozenset().union(*codes)))
        put = tuple(
            float(
                (wanted & (self.coded.codings.coder == j) & (place.end <= self.coded.shared[j][place.document])).sum()
            )
            for j in range(self.coded.coders)
        )
        found = {Coefficient.F1: _estimate(ratio(self._samples @ counts[:, 0], self._samples @ counts[:, 1]))}
        measured = Measured(self.unit, made, len(self._read), put, made, matched, found)
        return replace(measured, cautions=_cautions(measured, 0.5))


def _by_document(units: Units, number: Ints, width: int, times: Floats | None = None) -> Floats:
    """(d, width), the weights of units by document and number."""
    weight = units.weight if times is None else units.weight * times
    flat = np.bincount(units.document * width + number, weight, units.documents * width)
    return np.asarray(flat, np.float64).reshape(units.documents, width)


def _apart(rows: Floats, one: Ints, other: Ints) -> Floats:
    """MASI distances of pairs of sets, each different pair computed once."""
    pairs, number = np.unique(np.column_stack([one, other]), axis=0, return_inverse=True)
    first, second = rows[pairs[:, 0]], rows[pairs[:, 1]]
    return apart((first * second).sum(1), first.sum(1), second.sum(1))[number.ravel()]


def _estimate(samples: Floats) -> Estimate:
    """The first of the samples, with the middle 95 % of the others."""
    others = samples[1:][np.isfinite(samples[1:])]
    if not len(others) or not np.isfinite(samples[0]):
        return Estimate(float(samples[0]))
    low, high = np.percentile(others, [2.5, 97.5])
    return Estimate(float(samples[0]), float(low), float(high))


def _cautions(found: Measured, prevalence: float) -> tuple[str, ...]:
    """What a number does not say, in plain words."""
    noun = f"{found.unit}s"
    if not found.units:
        nothing = (
            "no codings here that the other has read"
            if found.unit is Unit.CODING
            else "nothing here that two of them have read"
        )
        return (f"There are {nothing}." if found.unit is Unit.CODING else f"There is {nothing}.",)
    if not found.some:
        return ("Nobody put it: there is nothing to agree on.",)
    said = []
    never = sum(not each for each in found.put)
    if never:
        said.append(f"{never} of {len(found.put)} coders never put it here.")
    if found.unit is not Unit.CHARACTER and found.some < MIN_CODED:
        said.append(f"It rests on {found.some:,.0f} {noun if found.some != 1 else found.unit}: read them instead.")
    if prevalence < RARE:
        said.append(
            f"Rare: on {prevalence:.1%} of the {noun}. Coders agree nearly everywhere that it is absent, so percent "
            "agreement and AC1 are high whatever they do with it, and kappa and alpha hang on few places. "
            "Look at agreement on presence."
        )
    elif prevalence > 1 - RARE:
        said.append(
            f"Nearly everywhere: on {prevalence:.1%} of the {noun}. Percent agreement and AC1 are high "
            "whatever coders do, and kappa and alpha hang on the few places without it."
        )
    if found.documents < 2:
        said.append(ONE_DOCUMENT)
    elif found.documents < MIN_DOCUMENTS:
        said.append(f"The interval comes from {found.documents} documents and is rough.")
    return tuple(said)
