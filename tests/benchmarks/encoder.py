"""How fast passages become vectors: ``python tests/benchmarks/encoder.py [--passages 600] [--rounds 5]``.

Every encoder embeds the same passages, quotations of the invented sample corpus, in the same run and by turns, each
in a process of its own. Run it on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import psutil
from numpy.typing import NDArray

from coder.suggest.encoder import EmbeddedEncoder, Encoder, embedded_folder
from coder.suggest.onnx_encoder import OnnxEncoder

CODINGS = Path(__file__).parents[2] / "corpora" / "learning-networks" / "codings.csv"
ENCODERS = {"sentence-transformers, torch fp32": EmbeddedEncoder, "ONNX Runtime, int8": OnnxEncoder}
GOAL = 1.8
"""How many times as fast as the first the others have to be."""


def passages(number: int) -> list[str]:
    """So many quotations of the sample corpus, from the first again where there are too few."""
    with CODINGS.open(encoding="utf-8-sig", newline="") as file:
        found = list(dict.fromkeys(row["quotation"] for row in csv.DictReader(file)))
    return [found[i % len(found)] for i in range(number)]


def tokens(texts: Sequence[str]) -> int:
    """How many tokens an encoder reads, the two at the ends of every text included."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(embedded_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return sum(len(encoding.ids) for encoding in tokenizer.encode_batch(list(texts)))


class Runner:
    """An encoder in a process of its own, which embeds when it is told to."""

    def __init__(self, name: str, number: int, vectors: Path) -> None:
        self.vectors = vectors
        self.seconds: list[float] = []
        command = [sys.executable, str(Path(__file__).resolve()), "--serve", name, str(number), str(vectors)]
        began = time.perf_counter()
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._answer()
        self.loaded = time.perf_counter() - began
        self.memory = psutil.Process(self._process.pid).memory_info().rss / 2**20

    def round(self) -> None:
        """Embed all passages once more."""
        assert self._process.stdin
        print(file=self._process.stdin, flush=True)
        self.seconds.append(self._answer())

    def end(self) -> NDArray[np.float32]:
        """End the process; the vectors that it made."""
        self._process.communicate()
        found: NDArray[np.float32] = np.load(self.vectors)
        return found

    def _answer(self) -> float:
        assert self._process.stdout
        return float(json.loads(self._process.stdout.readline()))


def serve(name: str, number: int, vectors: Path) -> None:
    """Load an encoder and answer one text; then, for every line that comes in, embed all passages and say how long."""
    encoder: Encoder = ENCODERS[name]()
    encoder.encode(["We meet twice a year."])
    print(0, flush=True)
    texts = passages(number)
    for _ in sys.stdin:
        began = time.perf_counter()
        found = encoder.encode(texts)
        print(time.perf_counter() - began, flush=True)
        np.save(vectors, found)


def run(number: int = 600, rounds: int = 5) -> None:
    """Print the table."""
    total = tokens(passages(number))
    OnnxEncoder()  # builds the graph, which is done once on a machine and not at every start
    with tempfile.TemporaryDirectory() as folder:
        runners = [Runner(name, number, Path(folder) / f"{i}.npy") for i, name in enumerate(ENCODERS)]
        for runner in runners * rounds:
            runner.round()
        vectors = [runner.end() for runner in runners]
    print(f"{number} passages, {total / number:.0f} tokens each, {rounds} rounds; goal {GOAL} x the first row")
    print(f"{'':36}{'tokens/s':>10}{'times':>8}{'cosine':>9}{'least':>8}{'first answer':>14}{'memory':>10}")
    slow = statistics.median(runners[0].seconds)
    for name, runner, found in zip(ENCODERS, runners, vectors, strict=True):
        cosines = (found * vectors[0]).sum(1)
        seconds = statistics.median(runner.seconds)
        print(
            f"{name:36}{total / seconds:10.0f}{slow / seconds:8.2f}{cosines.mean():9.4f}{cosines.min():8.4f}"
            f"{runner.loaded:12.2f} s{runner.memory:7.0f} MB"
        )


if __name__ == "__main__":
    if "--serve" in sys.argv:
        serve(sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
    else:
        parser = argparse.ArgumentParser(description=__doc__)
        parser.add_argument("--passages", type=int, default=600)
        parser.add_argument("--rounds", type=int, default=5)
        asked = parser.parse_args()
        run(asked.passages, asked.rounds)
