"""What of the planted faults is found: for the tests and for the benchmark."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import perf_counter

from coder.refining.definitions import sharpenings
from coder.refining.drift import drifts
from coder.refining.gaps import gaps
from coder.refining.material import in_one_space
from coder.refining.merge import merges
from coder.refining.misfits import misfits
from coder.refining.proposal import Found, Kind, Proposal
from coder.refining.split import splits
from tests.refining.planted import Study

FIRST = 10


@dataclass
class Score:
    """Right ones among the first ten, how many these were, planted ones found, and planted; seconds."""

    right: int = 0
    first: int = 0
    found: int = 0
    planted: int = 0
    seconds: float = 0.0
    all: int = 0

    @property
    def precision(self) -> float:
        return self.right / max(1, self.first)

    @property
    def recall(self) -> float:
        return self.found / max(1, self.planted)


def scored(studies: Iterable[Study]) -> dict[Kind, Score]:
    """Every kind of proposal over these studies. A shifted code means two things, so that splitting it is right too."""
    scores = {kind: Score() for kind in Kind}
    for study in studies:
        _score(study, scores)
    return scores


def _score(study: Study, scores: dict[Kind, Score]) -> None:
    truth = study.truth
    quotations, passages = in_one_space(study.quotations, study.passages)

    def look(kind: Kind, find: Callable[[], Found], fault: Callable[[Proposal], object], planted: int) -> Found:
        began = perf_counter()
        found = find()
        score = scores[kind]
        score.seconds += perf_counter() - began
        hits = [fault(each) for each in found.proposals]
        score.right += sum(hit is not None for hit in hits[:FIRST])
        score.first += len(hits[:FIRST])
        score.all += len(hits)
        score.found += len({hit for hit in hits if hit is not None})
        score.planted += planted
        return found

    def among(codes: frozenset[str]) -> Callable[[Proposal], str | None]:
        return lambda proposal: proposal.codes[0] if proposal.codes[0] in codes else None

    def twins(proposal: Proposal) -> object:
        return frozenset(proposal.codes) if frozenset(proposal.codes) in truth.duplicated else None

    def wrong(proposal: Proposal) -> str | None:
        (id,) = proposal.rests_on
        return id if id in truth.mislabelled else None

    def topic(proposal: Proposal) -> int | None:
        topics = [truth.hidden.get(id, -1) for id in proposal.rests_on]
        most = max(set(topics), key=topics.count)
        return most if most >= 0 and topics.count(most) * 2 > len(topics) else None

    drifted = look(Kind.DRIFT, lambda: drifts(quotations), among(truth.shifted), len(truth.shifted))
    drifting = frozenset(each.codes[0] for each in drifted.proposals)
    merged = look(Kind.MERGE, lambda: merges(quotations, drifting), twins, len(truth.duplicated))
    alike = [frozenset(each.codes) for each in merged.proposals]
    two = truth.merged | truth.shifted
    look(Kind.SPLIT, lambda: splits(quotations), among(two), len(two))
    look(Kind.MISFIT, lambda: misfits(quotations, passages, alike), wrong, len(truth.mislabelled))
    look(Kind.GAP, lambda: gaps(quotations, passages), topic, truth.topics)
    unclear = truth.unclear
    look(Kind.DEFINITION, lambda: sharpenings(quotations, study.judgements, {}), among(unclear), len(unclear))
