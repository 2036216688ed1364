"""Where coders and the codebook part company: which field of a code to sharpen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from coder.refining.material import Quotations
from coder.refining.proposal import Figure, Found, Kind, Proposal, Side, Silence, discoveries

ENOUGH = 5
"""Suggestions refused, or quotations that another coder did not code so, before anything is said."""

QUOTATIONS = 12
Z = 1.96


@dataclass(frozen=True, slots=True)
class Judgement:
    """A suggestion taken or refused. ``id`` names it, ``code`` is a code."""

    id: str
    code: str
    refused: bool


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A quotation that another coder has read and did not code so; ``instead`` are the codes put there, if any."""

    id: str
    code: str
    instead: tuple[str, ...]


def sharpenings(
    quotations: Quotations,
    judgements: Sequence[Judgement],
    read: Mapping[tuple[int, int], int],
    undefined: Collection[str] = (),
) -> Found:
    """Codes of which one field should be sharpened, with the passages that show it.

    ``read`` says how far a coder (by number) has read a document (by number). Where refusals or disagreements are
    more frequent for a code than over all codes (binomial test, false discoveries held over both), a rule names the
    field: refusals call for *when not to use*; another code chosen instead, for *when to use*; nothing chosen, for the
    *definition*, as does an empty one (``undefined``). After the practice of settling a codebook by its
    disagreements (MacQueen et al. 1998; Hruschka et al. 2004, doi 10.1177/1525822X04266540).
    """
    refused, asked = _by_code([each.id for each in judgements if each.refused], judgements, quotations.codes)
    parted, seen = disagreements(quotations, read)
    cases = [
        (code, refused[code], asked[code], "suggestions") for code in quotations.codes if len(refused[code]) >= ENOUGH
    ]
    of_code: dict[str, list[Disagreement]] = {}
    for each in parted:
        of_code.setdefault(each.code, []).append(each)
    cases += [
        (code, [each.id for each in found], seen[code], "coders")
        for code, found in of_code.items()
        if len(found) >= ENOUGH
    ]
    rate = {
        "suggestions": sum(map(len, refused.values())) / max(1, sum(asked.values())),
        "coders": len(parted) / max(1, sum(seen.values())),
    }
    stands = discoveries([_chance(len(ids), of, rate[kind]) for _, ids, of, kind in cases])
    proposals = []
    for (code, ids, of, kind), real in zip(cases, stands, strict=True):
        if not real:
            continue
        instead = _instead(of_code[code]) if kind == "coders" else None
        field = "when_not_to_use" if kind == "suggestions" else "when_to_use" if instead else "definition"
        field = "definition" if code in undefined else field
        proposals.append(_proposal(quotations, code, ids, of, rate[kind], kind, field, instead))
    silences = []
    if not any(refused.values()) and not parted:
        reason = "nothing was refused yet, and no two coders have read the same document"
        silences.append(Silence(Kind.DEFINITION, None, reason))
    return Found(tuple(sorted(proposals, key=lambda found: -found.strength)), tuple(silences))


def disagreements(
    quotations: Quotations, read: Mapping[tuple[int, int], int]
) -> tuple[list[Disagreement], Mapping[str, int]]:
    """Every quotation that another coder has read and not coded so; and how many were read by another, by code."""
    readers: dict[int, list[tuple[int, int]]] = {}
    for (coder, document), end in read.items():
        readers.setdefault(document, []).append((coder, end))
    found, seen = [], Counter[str]()
    for row in range(len(quotations)):
        document, mine = int(quotations.document[row]), int(quotations.coder[row])
        others = {coder for coder, end in readers.get(document, ()) if coder != mine and end >= quotations.end[row]}
        if not others:
            continue
        code = quotations.codes[int(quotations.code[row])]
        seen[code] += 1
        beside = quotations.overlaps[row]
        beside = beside[[int(quotations.coder[i]) in others for i in beside]]
        if not (quotations.code[beside] == quotations.code[row]).any():
            instead = tuple(dict.fromkeys(quotations.codes[int(quotations.code[i])] for i in beside))
            found.append(Disagreement(quotations.ids[row], code, instead))
    return found, seen


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927, doi 10.1080/01621459.1927.10502953)."""
    share, z = hits / of, Z**2 / of
    middle = (share + z / 2) / (1 + z)
    half = Z * np.sqrt(share * (1 - share) / of + z / 4 / of) / (1 + z)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def _by_code(
    refused: Collection[str], judgements: Sequence[Judgement], codes: Sequence[str]
) -> tuple[dict[str, list[str]], dict[str, int]]:
    ids, asked = {code: list[str]() for code in codes}, dict.fromkeys(codes, 0)
    kept = set(refused)
    for each in judgements:
        if each.code in asked:
            asked[each.code] += 1
            if each.id in kept:
                ids[each.code].append(each.id)
    return ids, asked


def _chance(hits: int, of: int, rate: float) -> float:
    """How likely so many or more are at this rate."""
    # Imported where it is needed: it would keep the first screen waiting.
    from scipy.stats import binom

    return float(binom.sf(hits - 1, of, rate))


def _instead(parted: Sequence[Disagreement]) -> str | None:
    """The code that is chosen instead in most disagreements; None where mostly nothing is."""
    chosen = Counter(code for each in parted for code in each.instead)
    if sum(bool(each.instead) for each in parted) * 2 <= len(parted):
        return None
    return chosen.most_common(1)[0][0]


_WHY = {
    "when_not_to_use": "Suggestions of {0} are refused more often than those of other codes.",
    "when_to_use": "Where one coder puts {0}, another puts another code, most often {1}.",
    "definition": "Where one coder puts {0}, another has read and left the passage.",
}
_WOULD = {
    "when_not_to_use": "Say in “when not to use” of {0} what these passages have in common.",
    "when_to_use": "Say in “when to use” of {0} what sets it apart from {1}.",
    "definition": "Say in the definition of {0} what makes a passage belong, and what does not suffice.",
}


def _proposal(
    quotations: Quotations, code: str, ids: Sequence[str], of: int, rate: float, kind: str, field: str,
    instead: str | None,
) -> Proposal:  # fmt: skip
    said = {"suggestions": "when_not_to_use", "coders": "when_to_use" if instead else "definition"}[kind]
    low, high = wilson(len(ids), of)
    title = "refused" if kind == "suggestions" else "not coded so by another"
    here = quotations.places[list(quotations.codes).index(code)]
    parted = set(ids)
    agreed = [quotations.ids[int(row)] for row in here if quotations.ids[int(row)] not in parted]
    return Proposal(
        Kind.DEFINITION,
        (code, *([instead] if instead else [])),
        low,
        _WHY[said],
        _WOULD[field],
        (Figure(title, len(ids) / of, low, high), Figure("over all codes", rate)),
        (Side(title, tuple(ids[:QUOTATIONS])), *([Side("coded {0}", tuple(agreed[:QUOTATIONS]))] if agreed else [])),
        tuple(ids),
        field=field,
    )
