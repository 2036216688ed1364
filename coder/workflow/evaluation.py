"""How good the suggestions are, measured on this coder's own coding, and how that has grown."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np
import pandas as pd

from coder.errors import InvalidValue
from coder.model import now
from coder.store import Project
from coder.suggest.learner import Learned
from coder.workflow.permission import change_by
from coder.workflow.suggestions import FLOOR, Snapshot
from coder.workflow.track_record import BANDS

VERB = "evaluate suggestions"
"""What the journal calls an evaluation that was recorded."""

_KEY = "suggestions.evaluation"
FIGURES = ("examples", "precision", "recall", "average precision", "by definition alone")
_TYPES = dict.fromkeys(FIGURES[1:], "float64") | {"examples": "int64"}


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Figures from documents that were left out of learning.

    ``codes``: one row a code. ``calibration``: one row a band of probability, with what was coded and what this coder
    took. ``confusion``: coded so, but another code would have been suggested first; most often first.
    """

    codes: pd.DataFrame
    calibration: pd.DataFrame
    confusion: pd.DataFrame


def evaluate(project: Project, snapshot: Snapshot) -> Evaluation:
    """The figures of a snapshot."""
    paths = project.codebook().path
    return Evaluation(_codes(snapshot, paths), _calibration(snapshot), _confusion(snapshot, paths))


def record_evaluation(project: Project, snapshot: Snapshot, *, coder: str) -> int:
    """Keep the figures of this moment in the project and its journal; the number of this evaluation, from 1.

    Raises UnknownItem, NotAllowed for a reader, or InvalidValue while a round of blind coding is sealed: what is kept
    is read by everybody, and counts what was coded there.
    """
    if project.sealed:
        raise InvalidValue("a round of blind coding is sealed; keep the figures when it is revealed")
    figures = _codes(snapshot, lambda code: code)
    content = {
        "at": now(),
        "coder": coder,
        "codes": {row["code path"]: [_json(row[name]) for name in FIGURES] for row in figures.to_dict("records")},
    }
    with change_by(project, coder, VERB, summary=f"{VERB}: {int(figures['examples'].sum())} examples") as change:
        number = len(_recorded(project)) + 1
        change.set_setting(f"{_KEY} {number}", json.dumps(content, sort_keys=True))
    return number


def recorded_evaluations(project: Project) -> pd.DataFrame:
    """Every evaluation recorded, one row an evaluation and code, oldest first: how the figures grew with examples."""
    codebook = project.codebook()
    names = {coder.id: coder.name for coder in project.coders()}
    rows = [
        {
            "evaluation": number,
            "at": content["at"],
            "coder": names.get(content["coder"], ""),
            "code path": codebook.path(code),
            **dict(zip(FIGURES, figures, strict=True)),
        }
        for number, content in enumerate(_recorded(project), 1)
        for code, figures in content["codes"].items()
        if code in codebook
    ]
    frame = pd.DataFrame(rows, columns=["evaluation", "at", "coder", "code path", *FIGURES])
    return frame.astype(_TYPES | {"evaluation": "int64"})


def _codes(snapshot: Snapshot, path: Callable[[str], str]) -> pd.DataFrame:
    rows = []
    if snapshot.ground is not None and snapshot.learned is not None:
        for column, (code, skill) in enumerate(zip(snapshot.ground.codes, snapshot.learned.skill, strict=True)):
            precision, recall = _as_suggested(snapshot.learned, column)
            figures = (skill.examples, precision, recall, skill.average_precision, skill.told_average_precision)
            state = snapshot.silent.get(code.id, "by its definition" if snapshot.beginning else "suggested")
            rows.append({"code path": path(code.id), **dict(zip(FIGURES, figures, strict=True)), "state": state})
    return pd.DataFrame(rows, columns=["code path", *FIGURES, "state"]).astype(_TYPES)


def _as_suggested(learned: Learned, column: int) -> tuple[float, float]:
    """Precision and recall of a code among what would be suggested; NaN where nothing would, or nothing is coded so."""
    judgements, held = learned.judgements, learned.out_of_fold[:, column]
    known = judgements.known[:, column] & np.isfinite(held)
    suggested, coded = held[known] >= FLOOR, judgements.extent[known, column] > 0
    hits = float((suggested & coded).sum())
    return (
        hits / suggested.sum() if suggested.any() else float("nan"),
        hits / coded.sum() if coded.any() else float("nan"),
    )


def _calibration(snapshot: Snapshot) -> pd.DataFrame:
    shown, share, passages = np.full(BANDS, np.nan), np.full(BANDS, np.nan), np.zeros(BANDS, np.int64)
    if snapshot.learned is not None and len(snapshot.learned.judgements.rows):
        judgements, held = snapshot.learned.judgements, snapshot.learned.out_of_fold
        known = judgements.known & np.isfinite(held)
        probability, truth = held[known], judgements.extent[known] > 0
        band = np.minimum((probability * BANDS).astype(np.int64), BANDS - 1)
        passages = np.bincount(band, minlength=BANDS)
        with np.errstate(invalid="ignore"):
            shown = np.bincount(band, probability, BANDS) / passages
            share = np.bincount(band, truth, BANDS) / passages
    return pd.DataFrame(
        {
            "from": [band.low for band in snapshot.record],
            "to": [band.high for band in snapshot.record],
            "passages left out": passages,
            "said": shown,
            "coded so": share,
            "own decisions": [band.decided for band in snapshot.record],
            "taken": [band.taken for band in snapshot.record],
            "taken if right": [band.expected for band in snapshot.record],
        }
    )


def _confusion(snapshot: Snapshot, path: Callable[[str], str]) -> pd.DataFrame:
    columns = ["coded", "suggested", "times"]
    if snapshot.ground is None or snapshot.learned is None or not len(snapshot.learned.judgements.rows):
        return pd.DataFrame(columns=columns).astype({"times": "int64"})
    held, judgements = snapshot.learned.out_of_fold, snapshot.learned.judgements
    coded = judgements.extent > 0
    first = np.where(coded | ~np.isfinite(held), 0.0, held)
    suggested = first.argmax(axis=1)
    pairs: Counter[tuple[int, int]] = Counter()
    for row, code in zip(*np.nonzero(coded), strict=True):
        other = int(suggested[row])
        if first[row, other] >= FLOOR and first[row, other] > held[row, code]:
            pairs[int(code), other] += 1
    codes = snapshot.ground.codes
    rows = [(path(codes[a].id), path(codes[b].id), times) for (a, b), times in pairs.most_common()]
    return pd.DataFrame(rows, columns=columns).astype({"times": "int64"})


def _recorded(project: Project) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while (content := project.setting(f"{_KEY} {len(found) + 1}")) is not None:
        found.append(json.loads(content))
    return found


def _json(figure: float) -> float | None:
    # JSON has no word for "not a number".
    return None if isnan(figure) else figure
