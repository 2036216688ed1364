"""How fast codings find their words in a corrected text: ``python tests/benchmarks/moving.py`` prints a table.

An invented interview of 20,000 words with 2,000 codings and three kinds of correction; beside it what difflib takes
to align the same words, without looking for any coding.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable
from difflib import SequenceMatcher

from coder.model import Span
from coder.model.moving import Alignment

GOAL_S = 1.0


def interview(words: int, chance: random.Random) -> str:
    """Invented speech with the vocabulary that speech has: few words often, many once."""
    vocabulary = [f"word{rank}" for rank in range(6000)]
    said = chance.choices(vocabulary, weights=[1 / (rank + 3) for rank in range(6000)], k=words)
    lines = [" ".join(said[start : start + 40]).capitalize() + "." for start in range(0, words, 40)]
    return "\n\n".join(f"{('Interviewer', 'Maija')[n % 2]}: {line}" for n, line in enumerate(lines))


def misheard(word: str, chance: random.Random) -> str:
    """A word as a person corrects it: mostly left, seldom mended, taken out or doubled."""
    luck = chance.random()
    return "" if luck < 0.01 else f"x{word}" if luck < 0.04 else f"{word} uh" if luck < 0.05 else word


def corrections(text: str, chance: random.Random) -> dict[str, str]:
    """The same interview, corrected: one paragraph put in, words mended all over, a part carried elsewhere."""
    mended = "\n\n".join(" ".join(misheard(word, chance) for word in line.split()) for line in text.split("\n\n"))
    lines = text.split("\n\n")
    third = len(lines) // 3
    return {
        "a paragraph put in": "Maija: Something that was not heard at first.\n\n" + text,
        "words mended all over": mended,
        "a third carried elsewhere": "\n\n".join(lines[third:] + lines[:third]),
        "another text altogether": interview(len(text.split()), random.Random(99)),
    }


def timed(act: Callable[[], object], tries: int = 3) -> float:
    """Seconds, the best of several tries."""
    found = []
    for _ in range(tries):
        begun = time.perf_counter()
        act()
        found.append(time.perf_counter() - begun)
    return min(found)


def main() -> None:
    """Measure and print."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--words", type=int, default=20_000)
    wanted.add_argument("--codings", type=int, default=2_000)
    options = wanted.parse_args()
    chance = random.Random(1)
    text = interview(options.words, chance)
    starts = [chance.randrange(len(text) - 260) for _ in range(options.codings)]
    spans = [Span(start, start + chance.randrange(5, 250)) for start in starts]
    print(f"{options.words:,} words, {options.codings:,} codings; goal {GOAL_S:.0f} s")
    print(f"{'':27}{'here':>8}{'difflib':>10}   what became of the codings")
    for name, corrected in corrections(text, chance).items():
        known = Alignment(text, corrected)
        fates = Counter(known.moved(span).fate.value for span in spans)
        told = ", ".join(f"{count} {fate}" for fate, count in fates.most_common())

        def here(corrected: str = corrected) -> None:
            alignment = Alignment(text, corrected)
            for span in spans:
                alignment.moved(span)

        def difflib(corrected: str = corrected) -> None:
            SequenceMatcher(None, text.split(), corrected.split(), autojunk=False).get_opcodes()

        print(f"{name:27}{timed(here):7.2f}s{timed(difflib, 1):9.2f}s   {told}", flush=True)


if __name__ == "__main__":
    main()
