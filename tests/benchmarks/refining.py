"""What proposals find and how long they take: ``python tests/benchmarks/refining.py [--geometry]`` prints the tables.

Faults planted in invented studies, ten seeds of each size: of the first ten proposals of a kind, how many are planted;
of what is planted, how much is found. Then the time for 20,000 codings. With ``--geometry`` also how quotations of the
corpus that ships lie, beside those of the invented studies. Time it on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[2]))

from coder.model import Codebook
from coder.suggest.encoders import default_encoder
from coder.workflow.assistant import Assistant
from coder.workflow.projects import create_sample
from coder.workflow.refining import Gathered, find, gather
from tests.refining.planted import study
from tests.refining.scoring import scored

SEEDS = range(10)
SIZES = ((1600, 40), (3200, 50), (6400, 80))
LARGE = {"codes": 150, "documents": 200, "codings": 20_000, "faults": 10}
GOAL_S = 10.0


def table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Print a table in Markdown."""
    print("| " + " | ".join(header) + " |")
    print("|" + "---|" * len(tuple(header)))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    print()


def planted() -> None:
    """Precision among the first ten and recall, by kind and size."""
    for codings, documents in SIZES:
        print(f"{codings:,} codings in {documents} documents, {len(SEEDS)} seeds\n")
        scores = scored(study(seed, codings=codings, documents=documents) for seed in SEEDS)
        table(
            ("kind", "planted among the first ten", "precision", "found of all planted", "recall", "seconds a study"),
            (
                (
                    kind.value,
                    f"{score.right} of {score.first}",
                    f"{score.precision:.2f}",
                    f"{score.found} of {score.planted}",
                    f"{score.recall:.2f}",
                    f"{score.seconds / len(SEEDS):.2f}",
                )
                for kind, score in scores.items()
            ),
        )


def large() -> None:
    """All proposals over many codings, through the function that the screen calls."""
    made = study(0, **LARGE)
    gathered = Gathered(
        0, made.quotations, made.passages, made.judgements, {}, Codebook("b", "Study"), ("Maija",), (), {}, 0, 0
    )  # fmt: skip
    told: list[float] = []
    began = perf_counter()
    found = find(gathered, lambda share, _: told.append(share))
    took = perf_counter() - began
    print(f"{LARGE['codings']:,} codings of {len(made.quotations.codes)} codes, {len(made.passages):,} passages")
    print(f"all proposals: {took:.1f} s (goal {GOAL_S:.0f} s), told of progress {len(told)} times")
    print({kind.value: len(each.proposals) for kind, each in found.items()}, "\n")


def geometry() -> None:
    """How quotations lie: the corpus that ships, and an invented study."""
    with tempfile.TemporaryDirectory() as folder, create_sample(Path(folder) / "sample.redthread") as project:
        assistant, encoder = Assistant(), default_encoder()
        assistant.embed(project)
        assistant.embed_quotations(project)
        shipped = gather(project, encoder.name).quotations
    invented = study(0).quotations
    table(
        ("", "one code", "two codes", "one document", "spread", "directions"),
        (
            _lie(name, each.vectors, each.code, each.document)
            for name, each in (("shipped", shipped), ("invented", invented))
        ),
    )


def _lie(
    name: str, vectors: NDArray[np.float32], code: NDArray[np.int64], document: NDArray[np.int64]
) -> tuple[str, ...]:
    x = vectors - vectors.mean(axis=0)
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    cosine = x @ x.T
    same, here = code[:, None] == code, document[:, None] == document
    values = np.linalg.eigvalsh(np.cov(x.T))
    figures = (cosine[same & ~here].mean(), cosine[~same & ~here].mean(), cosine[~same & here].mean())
    directions = values.sum() ** 2 / (values**2).sum()
    return (name, *(f"{figure:.3f}" for figure in figures), f"{cosine[~same & ~here].std():.3f}", f"{directions:.0f}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--geometry", action="store_true", help="also compare with the corpus that ships")
    asked = parser.parse_args()
    if asked.geometry:
        geometry()
    large()
    planted()


if __name__ == "__main__":
    main()
