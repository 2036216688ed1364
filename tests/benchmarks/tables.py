"""How fast cases are counted against codes: ``python tests/benchmarks/tables.py`` prints a table.

Invented codings over invented documents; beside each figure what a pandas groupby over the same codings takes, from a
list of rows as one would write it first.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from collections.abc import Callable
from dataclasses import replace

import pandas as pd

from coder.model import (
    Anchor,
    Case,
    Code,
    Codebook,
    Coder,
    Coding,
    Document,
    DocumentKind,
    Membership,
    Segment,
    Span,
    Turn,
)
from coder.model.choices import Measure
from coder.model.framework import RowKind
from coder.tables import Material, Near, case_by_code, co_occurrence, code_by_speaker
from coder.tables.framework import framework
from coder.tables.passages import coded_passages

GOAL_S, SCREEN_S = 3.0, 5.0
WHOLE = 100_000
LENGTH, TURN = 50_000, 250


def invented(codings: int, documents: int, codes: int, cases: int) -> Material:
    """Interviews of some 8,000 words, coded at random."""
    chance = random.Random(1)
    text = ("seven words that people said to somebody " * (LENGTH // 41 + 1))[:LENGTH]
    turns = [Turn(Span(start, start + TURN - 1), speaker=f"P{start // TURN % 3}") for start in range(0, LENGTH, TURN)]

    def coding(number: int) -> Coding:
        start = chance.randrange(LENGTH - 400)
        anchor = Anchor(Span(start, start + chance.randrange(20, 400)), "", "", "")
        return Coding(f"x{number}", f"d{chance.randrange(documents)}", anchor, f"c{chance.randrange(codes)}", "me")

    return Material(
        title="Invented",
        documents=[
            Document(f"d{n}", f"D{n}", DocumentKind.INTERVIEW, "", 8_000, LENGTH, text=text) for n in range(documents)
        ],
        turns={f"d{n}": turns for n in range(documents)},
        codebook=Codebook("b", "Book", tuple(Code(f"c{n}", f"Code {n}") for n in range(codes))),
        codings=[coding(number) for number in range(codings)],
        coders=[Coder("me", "Maija")],
        cases=[Case(f"k{n}", f"Case {n}") for n in range(cases)],
        attributes=[],
        memberships=[Membership(f"d{n}", f"k{n % cases}") for n in range(documents)],
        memos=[],
        segments=[Segment(f"d{n}", i, turn.span, i) for n in range(documents) for i, turn in enumerate(turns)],
    )


def baseline(material: Material) -> pd.DataFrame:
    """Rows of dictionaries, grouped by pandas."""
    case = {membership.document: membership.case for membership in material.memberships}
    frame = pd.DataFrame(
        [
            {"coding": coding.id, "case": case[coding.document], "code": coding.code, "document": coding.document}
            for coding in material.codings
        ]
    )
    return frame.groupby(["case", "code"])["coding"].nunique().unstack(fill_value=0)


def timed(act: Callable[[], pd.DataFrame]) -> tuple[float, pd.DataFrame]:
    """Seconds, and what came of it."""
    begun = time.perf_counter()
    made = act()
    return time.perf_counter() - begun, made


def main() -> None:
    """Measure and print."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--codings", type=int, default=1_000_000)
    wanted.add_argument("--documents", type=int, default=500)
    options = wanted.parse_args()
    material = invented(options.codings, options.documents, codes=60, cases=100)
    print(f"{options.codings:,} codings, {options.documents:,} documents, 60 codes, 100 cases; goal {GOAL_S:.0f} s")
    seconds, expected = timed(lambda: baseline(material))
    print(f"{'pandas groupby, codings':36}{seconds:7.2f} s")
    for measure in Measure:
        seconds, made = timed(lambda measure=measure: case_by_code(material, measure))
        print(f"{'case x code, ' + measure.value:36}{seconds:7.2f} s", flush=True)
        if measure is Measure.CODINGS:
            assert made.to_numpy().sum() == expected.to_numpy().sum()
    for name, act in (
        ("codes together, same passage", lambda: co_occurrence(material)),
        ("codes together, within 3", lambda: co_occurrence(material, Near(3))),
        ("code x speaker", lambda: code_by_speaker(material)),
    ):
        print(f"{name:36}{timed(act)[0]:7.2f} s", flush=True)
    passages = len(material.segments)
    print(f"{WHOLE:,} codings, {options.documents:,} documents, {passages:,} passages; goal {SCREEN_S:.0f} s")
    fewer = replace(material, codings=material.codings[:WHOLE])
    codes = [code.id for code in material.codebook.codes]
    for kind in RowKind:
        begun = time.perf_counter()
        framework(fewer, kind, codes)
        print(f"{'framework matrix, rows are ' + kind.value + 's':36}{time.perf_counter() - begun:7.2f} s", flush=True)
    print(f"{'passages with their codes':36}{timed(lambda: coded_passages(fewer))[0]:7.2f} s", flush=True)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB, the codings among it")


if __name__ == "__main__":
    main()
