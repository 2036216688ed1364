"""Claims and their negative cases: stating a claim, finding what may speak against it, judging what was found.

Claims and judgements are settings of the project: each has one of its own, so that every change of one is a journal
entry by itself and can be undone without the others.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from coder.errors import InvalidValue, StaleEdit, UnknownItem
from coder.formats.tables import write_workbook
from coder.model import Anchor, Span, new_id, now
from coder.model.claim import CaseGroup, Claim, Judgement, Verdict
from coder.store import Project
from coder.suggest.encoder import Encoder
from coder.tables.claims import Candidate, coded_against, near_against, standing
from coder.tables.contrasts import members, name_of
from coder.tables.material import Material
from coder.tables.nearness import Vectors, likeness
from coder.workflow.contrasts import Meaning
from coder.workflow.corpus import vectors_of
from coder.workflow.permission import change_by
from coder.workflow.tables import material, table_writer, write_whole

CLAIM, JUDGED = "claim ", "judged on "

MOST = 15
"""Passages of each kind that are offered by their meaning."""

OPPOSITE = 200
"""Quotations that show the opposite with which passages are compared."""


def claims(project: Project) -> list[Claim]:
    """All claims, oldest first."""
    found = [_claim(value) for value in project.settings(CLAIM).values()]
    return sorted(found, key=lambda claim: (claim.created, claim.id))


def state_claim(
    project: Project,
    text: str,
    *,
    coder: str,
    group: CaseGroup | None = None,
    about: Sequence[str] = (),
    contrary: Sequence[str] = (),
    only: bool = False,
) -> Claim:
    """Write a claim. Raises InvalidValue without words or with a code on both sides, UnknownCode, UnknownItem."""
    at = now()
    made = Claim(new_id(), text.strip(), coder, group or CaseGroup(), tuple(about), tuple(contrary), only, at, at)
    _check(project, made)
    with change_by(project, coder, "state claim", summary=f"state a claim: {_short(made.text)}") as change:
        change.set_setting(CLAIM + made.id, _written(made))
    return made


def change_claim(project: Project, seen: Claim, changed: Claim, *, coder: str) -> None:
    """Say a claim otherwise; ``seen`` is how it stood when that began. What was judged stays.

    Raises InvalidValue, UnknownCode, UnknownItem as ``state_claim``, StaleEdit if somebody else changed it since.
    """
    changed = replace(changed, id=seen.id, text=changed.text.strip(), created=seen.created, modified=now())
    _check(project, changed)
    with change_by(project, coder, "change claim", summary=f"change a claim: {_short(changed.text)}") as change:
        if _standing_claim(project, seen.id) != seen:
            raise StaleEdit("this claim was changed meanwhile; read it again, then change it")
        change.set_setting(CLAIM + seen.id, _written(changed))


def remove_claim(project: Project, claim: str, *, coder: str) -> None:
    """Take a claim away with all that was judged by it. Raises UnknownItem."""
    with change_by(project, coder, "remove claim") as change:
        found = _standing_claim(project, claim)
        change.set_setting(CLAIM + found.id, None)
        for key in project.settings(f"{JUDGED}{claim} "):
            change.set_setting(key, None)


def judge(
    project: Project, claim: str, document: str, span: Span, verdict: Verdict, *, coder: str, note: str = ""
) -> Judgement:
    """Say whether a passage is a negative case of a claim; what was said of the same passage before goes.

    Raises UnknownItem for a claim or document that is not there, InvalidValue for a place beyond its text, or on a
    document of a sealed round: everybody reads judgements, and so what this coder has looked at there.
    """
    if document in project.sealed:
        raise InvalidValue("this document is in a sealed round of blind coding; judge its passages when it is revealed")
    text = project.document(document).text
    if span.end > len(text):
        raise InvalidValue(f"the passage ends at {span.end}, the text at {len(text)}; look for passages again")
    made = Judgement(new_id(), claim, document, Anchor.on(text, span), verdict, coder, note.strip(), now())
    summary = f"{verdict.value}: {_short(made.anchor.quotation)}"
    with change_by(project, coder, "judge passage", summary=summary) as change:
        _standing_claim(project, claim)
        for one in _of_claim(project, claim):
            if one.document == document and one.on(text) == span:
                change.set_setting(_key(one), None)
        change.set_setting(_key(made), _written(made))
    return made


def note(project: Project, judgement: Judgement, text: str, *, coder: str) -> None:
    """Write why a passage was judged so. Raises UnknownItem if it is judged no longer."""
    with change_by(project, coder, "note on negative case", summary=f"note: {_short(text)}") as change:
        _expect(project, judgement)
        change.set_setting(_key(judgement), _written(replace(judgement, note=text.strip())))


def take_back(project: Project, judgement: Judgement, *, coder: str) -> None:
    """Judge a passage no longer. Raises UnknownItem if that was done meanwhile."""
    summary = f"take back {judgement.verdict.value}: {_short(judgement.anchor.quotation)}"
    with change_by(project, coder, "take judgement back", summary=summary) as change:
        _expect(project, judgement)
        change.set_setting(_key(judgement), None)


@dataclass(frozen=True, slots=True)
class Judged:
    """A judgement with the place where its words stand now; ``span`` is None where they stand no longer."""

    judgement: Judgement
    span: Span | None
    document: str
    cases: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Looked:
    """A claim, the cases by how they stand to it, what was judged, and what may speak against it, unjudged yet.

    ``by_meaning`` says whether meaning was looked at, too.
    """

    claim: Claim
    cases: pd.DataFrame
    judged: tuple[Judged, ...]
    candidates: tuple[Candidate, ...]
    by_meaning: bool

    @property
    def negative(self) -> tuple[Judged, ...]:
        """What was kept as negative case."""
        return tuple(one for one in self.judged if one.judgement.verdict is Verdict.AGAINST)


def look(
    project: Project,
    claim: Claim,
    *,
    meaning: Meaning | None = None,
    encoder: Encoder | None = None,
    found: Material | None = None,
) -> Looked:
    """Everything about one claim. Candidates by codings come first, those nearest to the claim in front.

    Meaning is looked at where ``meaning`` is known and ``encoder`` is the one that gave it; the claim is embedded once
    and its vector kept. Raises UnknownItem if its group is gone.
    """
    found = found or material(project)
    coded, near, stands = coded_against(found, claim), list[Candidate](), standing(found, claim)
    by_meaning = meaning is not None and encoder is not None and encoder.name == meaning.model
    if meaning is not None and encoder is not None and by_meaning and len(meaning.passages.texts):
        said = vectors_of(project, encoder, [claim.text])
        coded = _nearest_first(project, found, coded, meaning, said)
        opposite = _opposite(project, found, claim, meaning, said)
        near = near_against(found, claim, stands, meaning.passages, said, opposite, MOST)
    judged = _judged(project, found, claim.id)
    places: dict[str, list[Span]] = {}
    for one in judged:
        if one.span is not None:
            places.setdefault(one.judgement.document, []).append(one.span)
    candidates = tuple(each for each in (*coded, *near) if not _covered(each.span, places.get(each.document, ())))
    return Looked(claim, stands, judged, candidates, by_meaning)


def table(project: Project) -> pd.DataFrame:
    """One row a passage judged, under its claim; a claim without any has one row with empty places."""
    found, rows = material(project), []
    coders = {coder.id: coder.name for coder in found.coders}
    for claim in claims(project):
        shared = {
            "claim": claim.text,
            "of": group_name(found, claim),
            "shown by": _paths(found, claim.about),
            "opposite shown by": _paths(found, claim.contrary),
            "only there": claim.only,
        }
        judged = _judged(project, found, claim.id)
        for one in judged:
            made = one.judgement
            rows.append(
                {
                    **shared,
                    "judged": made.verdict.value,
                    "quotation": made.anchor.quotation,
                    "case": "; ".join(one.cases) or None,
                    "document": one.document,
                    "start": None if one.span is None else one.span.start,
                    "note": made.note or None,
                    "coder": coders.get(made.coder),
                    "at": made.at,
                }
            )
        if not judged:
            rows.append({**shared, **dict.fromkeys(_JUDGED_COLUMNS)})
    frame = pd.DataFrame(rows, columns=["claim", "of", "shown by", "opposite shown by", "only there", *_JUDGED_COLUMNS])
    return frame.astype({"start": "Int64"})


_JUDGED_COLUMNS = ["judged", "quotation", "case", "document", "start", "note", "coder", "at"]


def standings(project: Project) -> pd.DataFrame:
    """How every case stands to every claim: one row a claim and case."""
    found = material(project)
    frames = [
        standing(found, claim).assign(claim=claim.text) for claim in claims(project) if _group_stands(found, claim)
    ]
    columns = ["claim", "case", "inside", "as claimed", "against", "not yet read", "standing"]
    return pd.concat(frames, ignore_index=True)[columns] if frames else pd.DataFrame(columns=columns)


def as_file(project: Project, suffix: str) -> bytes:
    """Claims with what was judged as a file; as XLSX with how each case stands to each claim. Raises UnknownFormat."""
    if suffix == ".xlsx":
        return write_workbook({"claims": table(project), "cases": standings(project)})
    return table_writer(suffix)(table(project))


def export(project: Project, path: Path) -> int:
    """Write claims with what was judged to a file; the number of bytes. Raises UnknownFormat, ProjectUnavailable."""
    return write_whole(path, as_file(project, path.suffix.lower()))


def group_name(found: Material, claim: Claim) -> str:
    """What the cases of a claim are called; said also where they are gone."""
    return name_of(found, claim.group) if _group_stands(found, claim) else "cases that are gone"


# --- looking ---------------------------------------------------------------------------------------


def _nearest_first(
    project: Project, found: Material, coded: list[Candidate], meaning: Meaning, said: Vectors
) -> list[Candidate]:
    codings = {coding.id: coding for coding in found.codings}
    rows, vectors = meaning.of_codings(project, [codings[each.coding] for each in coded if each.coding])
    near = dict(zip(rows, likeness(vectors, said).tolist() if rows else [], strict=True))
    ranked = [replace(each, near=near.get(row)) for row, each in enumerate(coded)]
    return sorted(ranked, key=lambda each: each.near is None or -each.near)


def _opposite(project: Project, found: Material, claim: Claim, meaning: Meaning, said: Vectors) -> Vectors:
    """Vectors (k, d) of quotations that show the opposite, in any case: those nearest to the claim."""
    codes = {each for code in claim.contrary if code in found.codebook for each in found.codebook.branch(code)}
    _, vectors = meaning.of_codings(project, [coding for coding in found.codings if coding.code in codes])
    if not len(vectors):
        return vectors
    return vectors[np.argsort(-likeness(vectors, said), kind="stable")[:OPPOSITE]]


def _judged(project: Project, found: Material, claim: str) -> tuple[Judged, ...]:
    documents = {document.id: document for document in found.documents}
    names = {case.id: case.name for case in found.cases}
    judged = []
    for one in _of_claim(project, claim):
        if one.document in documents and one.document not in project.sealed:
            place = one.on(project.document(one.document).text)
            cases = found.cases_of(one.document, place) if place else []
            judged.append(Judged(one, place, documents[one.document].name, tuple(names[case] for case in cases)))
    return tuple(judged)


def _covered(span: Span, places: Sequence[Span]) -> bool:
    """Whether what was judged holds at least half of a passage."""
    return any(2 * place.shared(span) >= len(span) for place in places)


# --- storing ---------------------------------------------------------------------------------------


def _check(project: Project, claim: Claim) -> None:
    if not claim.text:
        raise InvalidValue("the claim has no words; write what you claim, in a sentence")
    codebook = project.codebook()
    if both := set(claim.about) & set(claim.contrary):
        raise InvalidValue(f"{codebook.path(min(both))} cannot show the claim and its opposite; choose one")
    for code in (*claim.about, *claim.contrary):
        codebook.code(code)
    if not members(material(project), claim.group):
        raise InvalidValue(f"no case has {claim.group.attribute} {' or '.join(claim.group.values)}; choose other cases")


def _group_stands(found: Material, claim: Claim) -> bool:
    try:
        return bool(members(found, claim.group))
    except UnknownItem:
        return False


def _standing_claim(project: Project, claim: str) -> Claim:
    content = project.setting(CLAIM + claim)
    if content is None:
        raise UnknownItem("this claim is not there; it may have been removed meanwhile")
    return _claim(content)


def _of_claim(project: Project, claim: str) -> list[Judgement]:
    found = [_judgement(value) for value in project.settings(f"{JUDGED}{claim} ").values()]
    return sorted(found, key=lambda one: (one.at, one.id))


def _expect(project: Project, judgement: Judgement) -> None:
    if project.setting(_key(judgement)) is None:
        raise UnknownItem("this passage is judged no longer; it may have been taken back meanwhile")


def _key(judgement: Judgement) -> str:
    return f"{JUDGED}{judgement.claim} {judgement.id}"


def _written(value: Claim | Judgement) -> str:
    return json.dumps(asdict(value), ensure_ascii=False, sort_keys=True)


def _claim(content: str) -> Claim:
    kept = json.loads(content)
    group, about, contrary = kept.pop("group"), kept.pop("about"), kept.pop("contrary")
    cases = CaseGroup(group["attribute"], tuple(group["values"]), tuple(group["cases"]))
    return Claim(**kept, group=cases, about=tuple(about), contrary=tuple(contrary))


def _judgement(content: str) -> Judgement:
    kept = json.loads(content)
    anchor, verdict = kept.pop("anchor"), Verdict(kept.pop("verdict"))
    return Judgement(**kept, anchor=Anchor(**{**anchor, "span": Span(**anchor["span"])}), verdict=verdict)


def _paths(found: Material, codes: Sequence[str]) -> str | None:
    return "; ".join(found.codebook.path(code) for code in codes if code in found.codebook) or None


def _short(words: str, length: int = 60) -> str:
    line = " ".join(words.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"
