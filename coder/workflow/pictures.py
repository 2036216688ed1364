"""Pictures of a project: each with the table behind it, and a click that leads to quotations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coder import pictures
from coder.errors import UnknownFormat, UnknownItem
from coder.model import DocumentKind, text_hash
from coder.model.choices import Colour, ExportKind, Look, Measure, PictureKind
from coder.model.claim import CaseGroup
from coder.model.codebook import SEPARATOR
from coder.pictures import Spec
from coder.store import Project
from coder.suggest.encoder import Encoder, SentenceTransformerEncoder
from coder.suggest.encoders import default_encoder
from coder.tables import Period
from coder.tables.contrasts import members
from coder.tables.passages import are_coded, code_lines, coded_passages, words_until
from coder.workflow import contrasts, tables
from coder.workflow.contrasts import Contrasted
from coder.workflow.corpus import Corpus, embed
from coder.workflow.switches import Switches
from coder.workflow.tables import Question, material


class Unit(StrEnum):
    """What shares are compared in a contrast."""

    DOCUMENTS = "documents"
    CASES = "cases"
    TEXT = "text"


MOST = {
    PictureKind.HEATMAP: 40,
    PictureKind.NETWORK: 32,
    PictureKind.PORTRAIT: 40,
    PictureKind.TIMELINE: 40,
    PictureKind.CONTRAST: 30,
}
"""Codes that stay readable in one picture."""

COLUMNS = 40
"""Cases or dates that stay readable side by side."""

LINES = 70
"""Lines of a network that can still be told apart."""

_WITH_BELOW = "A code counts with all below it"

POINTS = 600
"""Passages of a map: more cover each other, and take longer to lay out than anybody waits."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a picture is drawn; each kind looks only at what concerns it.

    ``measure`` for heatmap and timeline, ``within`` as in ``Question`` for the network, ``period`` and
    ``document_kind`` for the timeline, ``document`` (id) for the portrait, None for the one with most codings;
    ``first`` and ``second`` for the contrast, None for the two largest groups by what is known about cases, a
    second of None for all other cases; ``unit`` is what its shares are of. ``by`` is for the map. ``model`` names the
    encoder whose kept vectors make it; None for the project's own, which is then loaded and embeds what it needs.
    ``whole`` as in ``Question``, for all but portrait and map.
    """

    measure: Measure = Measure.CODINGS
    within: int | None = 0
    period: Period = Period.DAY
    document_kind: DocumentKind | None = None
    document: str | None = None
    first: CaseGroup | None = None
    second: CaseGroup | None = None
    unit: Unit = Unit.DOCUMENTS
    by: Colour = Colour.CODE
    model: str | None = None
    look: Look = Look.LIGHT
    whole: bool = False


@dataclass(frozen=True, eq=False)
class Picture:
    """``spec`` draws it, ``table`` is all that lies behind it, ``note`` what it leaves out and how to read it.

    ``empty`` says that there is nothing to draw; ``spec`` is then a frame without marks.
    """

    title: str
    note: str
    spec: Spec
    table: pd.DataFrame

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return self.table.empty


def picture(project: Project, kind: PictureKind, options: Options | None = None) -> Picture:
    """The picture of this kind. Raises UnknownItem for a document that there is not, ModelUnavailable for a map."""
    return _DRAWN[kind](project, options or Options())


def behind(project: Project, kind: PictureKind, options: Options, chosen: Mapping[str, Any]) -> pd.DataFrame:
    """The quotations behind a mark, told by the fields that a click on it gives."""
    if "column" in chosen or "with" in chosen:
        other = str(chosen["column"] if "column" in chosen else chosen["with"])
        return tables.behind(project, _question(kind, options), str(chosen["path"]), other)
    if "start" in chosen:
        frame = tables.quotations(project, tables.Filters(documents=[str(chosen["document"])]))
        start, end = _passage_at(project, str(chosen["document"]), int(chosen["start"]))
        wanted = (frame["start"] < end) & (frame["end"] > start)
    else:
        frame = tables.quotations(project)
        if "coding" in chosen:
            wanted = frame["coding id"] == chosen["coding"]
        else:
            codebook = project.codebook()
            code = codebook.at(str(chosen["path"])).id
            wanted = frame["code id"].isin(codebook.branch(code) if options.whole else (code,))
        if kind is PictureKind.CONTRAST:
            seen = _contrasted(project, options)
            both = [case for group in (seen.first, seen.second) for case in members(seen.material, group)]
            wanted &= frame["case id"].isin(both)
    return frame.loc[wanted].drop_duplicates("coding id")


def as_image(drawn: Picture, suffix: str) -> bytes:
    """The picture as .svg or .png. Raises UnknownFormat."""
    if suffix == ".svg":
        return pictures.svg(drawn.spec).encode()
    if suffix == ".png":
        return pictures.png(drawn.spec)
    raise UnknownFormat(f"cannot draw a picture as {suffix or 'a file without ending'}; known: .svg, .png")


def export_picture(project: Project, path: Path, kind: PictureKind, options: Options | None = None) -> int:
    """Draw a picture into a file .svg or .png; returns the number of bytes.

    Raises as ``picture``, UnknownFormat, and ProjectUnavailable if it cannot be written.
    """
    return tables.write_whole(path, as_image(picture(project, kind, options), path.suffix.lower()))


# --- one function a kind ---------------------------------------------------------------------------


def _heatmap(project: Project, options: Options) -> Picture:
    table = tables.compared(project, _question(PictureKind.HEATMAP, options)).T
    shown, left = _most_used(table, MOST[PictureKind.HEATMAP])
    cases = shown.fillna(0).astype("float64").sum().nlargest(COLUMNS).index
    title = "Codes in each case"
    waiting = bool(table.isna().to_numpy().any())
    note = _sentences(
        f"A number counts {options.measure.value}; 0 is absent",
        _WITH_BELOW if options.whole else "",
        "– is not yet known, for the case has not been read to the end" if waiting else "",
        _cut_short(left, "codes"),
        _cut_short((len(cases), len(shown.columns)), "cases"),
    )
    shown = shown.loc[:, shown.columns.isin(cases)]
    spec = pictures.heatmap(shown, title, note, options.look, separator=SEPARATOR)
    return Picture(title, note, spec, _with_codes(table.loc[_used(table)]))


def _timeline(project: Project, options: Options) -> Picture:
    table = tables.compared(project, _question(PictureKind.TIMELINE, options))
    shown, left = _most_used(table, MOST[PictureKind.TIMELINE])
    early = len(shown.columns) - COLUMNS
    title = "Codes over dates"
    note = _sentences(
        f"The area of a circle is {options.measure.value}",
        _WITH_BELOW if options.whole else "",
        "Dates differ in how much was said: coded words per 1,000 allow for that"
        if options.measure is not Measure.PER_THOUSAND
        else "",
        _cut_short(left, "codes"),
        f"the {COLUMNS} latest of {len(shown.columns)} dates are shown" if early > 0 else "",
    )
    spec = pictures.timeline(shown.iloc[:, max(0, early) :], title, note, options.look, separator=SEPARATOR)
    return Picture(title, note, spec, _with_codes(table.loc[_used(table)]))


def _network(project: Project, options: Options) -> Picture:
    table = tables.compared(project, _question(PictureKind.NETWORK, options))
    codebook = project.codebook()
    counted = (codebook.line(coding.code) if options.whole else (coding.code,) for coding in project.codings())
    times = pd.Series([code for line in counted for code in line], dtype="str").value_counts()
    together = {*table["code path"], *table["with"]}
    rows, branch = [], ""
    for depth, code in codebook.walk():
        branch = code.name if depth == 0 else branch
        if (path := codebook.path(code.id)) in together:
            rows.append({"path": path, "branch": branch, "count": int(times.get(code.id, 0))})
    codes = pd.DataFrame(rows, columns=["path", "branch", "count"]).astype({"count": "int64"})
    most = codes.nlargest(MOST[PictureKind.NETWORK], "count")["path"]
    kept = codes[codes["path"].isin(most)]
    lines = table.rename(columns={"code path": "path"})
    lines = lines[lines["path"].isin(most) & lines["with"].isin(most)]
    title = "Codes that occur together"
    unit = str(table["unit"].iloc[0]) if len(table) else "passages"
    note = _sentences(
        f"The width of a line is how many {unit} have both codes, the size of a mark how many codings its code has",
        "Codes stand around the circle in the order of the codebook: near or far says nothing",
        _WITH_BELOW if options.whole else "",
        _cut_short((len(kept), len(codes)), "codes"),
        f"the {LINES} strongest of {len(lines)} lines are shown" if len(lines) > LINES else "",
    )
    spec = pictures.network(
        kept, lines.head(LINES), title, note, options.look, unit=f"{unit} together", separator=SEPARATOR
    )
    return Picture(title, note, spec, table)


def _portrait(project: Project, options: Options) -> Picture:
    found = material(project)
    here = [document.id for document in found.documents]
    if not here:
        raise UnknownItem("there is no document yet; bring one in first")
    document = options.document
    if document is None:
        coded = Counter(coding.document for coding in found.codings)
        document = max(here, key=coded.__getitem__)
    if document not in here:
        raise UnknownItem("no such document; it may have been removed")
    # Words are counted in this one alone.
    found = replace(found, documents=[project.document(document)])
    lines = code_lines(found, document)
    words, read = words_until(found, document), words_until(found, document, found.reached.get(document, 0))
    times = lines["path"].value_counts()
    most = list(times.index[: MOST[PictureKind.PORTRAIT]])
    title = f"Codes of {found.documents[0].name}"
    note = _sentences(
        "Each line is a code, each bar a quotation where it stands in the document, stronger where several overlap",
        "Grey is not yet read" if read < words else "",
        _cut_short((len(most), len(times)), "codes"),
    )
    spec = pictures.portrait(
        lines[lines["path"].isin(most)], title, note, options.look, words=words, read=read, separator=SEPARATOR
    )
    return Picture(title, note, spec, lines)


def _contrast(project: Project, options: Options) -> Picture:
    seen = _contrasted(project, options)
    first, second = seen.names
    unit, table = options.unit.value, seen.table
    fields = {
        "code path": "path", f"{unit} difference": "difference", f"{unit} low": "low", f"{unit} high": "high",
        f"{unit} % (first)": "of first", f"{unit} % (second)": "of second",
    }  # fmt: skip
    known = table.rename(columns=fields)[list(fields.values())].dropna(subset=["difference", "low", "high"])
    known = known[(known["of first"] > 0) | (known["of second"] > 0)]
    kept = known.head(MOST[PictureKind.CONTRAST]).sort_values("difference", ascending=False, kind="stable")
    title = "Codes that tell cases apart"
    share = "the text" if options.unit is Unit.TEXT else f"{unit} read to their end"
    note = _sentences(
        f"{first} against {second}: how far the share of {share} with a code differs, in percentage points",
        "A line is the 95% interval; a bar is filled where it keeps from zero, and hollow where it does not",
        _WITH_BELOW if options.whole else "",
        f"the {len(kept)} that differ most surely of {len(known)} codes are shown" if len(kept) < len(known) else "",
    )
    spec = pictures.diverging(kept, title, note, options.look, first=first, second=second, separator=SEPARATOR)
    return Picture(title, note, spec, table if len(kept) else table.iloc[:0])


def _map(project: Project, options: Options) -> Picture:
    corpus = Corpus.of(project)
    found = replace(material(project), segments=corpus.segments)
    coded = are_coded(found)
    # The rest is looked up for what is drawn alone.
    rows = {(corpus.segments[row].document, corpus.segments[row].span.start): row for row in _sampled(coded, corpus)}
    wanted = coded_passages(replace(found, segments=[corpus.segments[row] for row in rows.values()]))
    drawn = [rows[key] for key in zip(wanted["document id"], wanted["start"], strict=True)]
    wanted["text"] = [corpus.texts[row] for row in drawn]
    wanted["hash"] = wanted["text"].map(text_hash)
    model, waiting = _with_vectors(project, wanted, options.model)
    wanted = wanted[wanted["hash"].isin(model)].reset_index(drop=True)
    vectors = np.frombuffer(b"".join(model[hash] for hash in wanted["hash"]), np.float16)
    places = pictures.projected(vectors.reshape(len(wanted), -1) if len(wanted) else np.zeros((0, 1)))
    wanted["group"], groups = _grouped(wanted, options.by)
    title = f"Passages by meaning, marked by {options.by.value}"
    # In grey it is the shape alone that tells them apart.
    marked = f"the {len(groups)} most frequent {options.by.value}s have marks of their own"
    if options.by is Colour.CASE and wanted["group"].notna().all():
        marked = "each case has a mark of its own"
    of_all = f"{len(wanted):,} of {len(corpus):,} passages"
    shown = int(wanted["codes"].map(bool).sum())
    note = _sentences(
        "Neighbours say something alike, as the language model hears it",
        "How far apart distant groups lie, how wide or dense they are, and up, down, left and right mean nothing",
        marked + (", other passages are small rings" if wanted["group"].isna().any() else ""),
        "A passage of several codes shows the most frequent" if options.by is Colour.CODE else "",
        f"{of_all}, {shown:,} of the {int(coded.sum()):,} that are coded" if len(wanted) < len(corpus) else "",
        f"{waiting} are not yet read by the assistant" if waiting else "",
    )  # fmt: skip
    points = pd.DataFrame(
        {
            "text": wanted["text"].map(lambda text: " ".join(text.split())[:220]),
            "codes": wanted["codes"].map("; ".join),
            "group": wanted["group"],
            "case": wanted["case"],
            "speaker": wanted["speaker"],
            "name": wanted["document"],
            "x": places[:, 0].round(4),
            "y": places[:, 1].round(4),
            "document": wanted["document id"],
            "start": wanted["start"],
        }
    )
    spec = pictures.meaning_map(
        points.drop(columns="case"), title, note, options.look, groups=groups, by=options.by.value, separator=SEPARATOR
    )
    return Picture(title, note, spec, points)


_DRAWN = {
    PictureKind.HEATMAP: _heatmap,
    PictureKind.NETWORK: _network,
    PictureKind.PORTRAIT: _portrait,
    PictureKind.TIMELINE: _timeline,
    PictureKind.MAP: _map,
    PictureKind.CONTRAST: _contrast,
}


# --- what they share -------------------------------------------------------------------------------


def _question(kind: PictureKind, options: Options) -> Question:
    """The table behind a picture, as the page that compares asks for it."""
    table = {
        PictureKind.HEATMAP: ExportKind.CASES,
        PictureKind.NETWORK: ExportKind.CO_OCCURRENCE,
        PictureKind.TIMELINE: ExportKind.MEETINGS,
    }[kind]
    return Question(
        table,
        measure=options.measure,
        within=options.within,
        period=options.period,
        document_kind=options.document_kind,
        whole=options.whole,
    )


def _contrasted(project: Project, options: Options) -> Contrasted:
    first, second = options.first, options.second
    if first is None:
        by = contrasts.telling(project)
        if by is None:
            raise UnknownItem("choose two groups of cases: nothing that is known about cases parts them into a few")
        largest = sorted(contrasts.values(project, by).items(), key=lambda held: -held[1])
        first, second = (CaseGroup(by, (value,)) for value, _ in largest[:2])
    return contrasts.contrasted(project, first, second, whole=options.whole)


def _used(table: pd.DataFrame) -> pd.Series:
    return table.fillna(0).sum(axis=1) > 0


def _most_used(table: pd.DataFrame, most: int) -> tuple[pd.DataFrame, tuple[int, int]]:
    """The rows with the largest sums, in their order; how many these are, and of how many that are used at all."""
    sums = table.fillna(0).astype("float64").sum(axis=1)
    used = int((sums > 0).sum())
    kept = sums[sums > 0].nlargest(most).index
    return table.loc[table.index.isin(kept)], (len(kept), used)


def _cut_short(left: tuple[int, int], what: str) -> str:
    shown, there = left
    return f"the {shown} most used of {there} {what} are shown" if shown < there else ""


def _sentences(*parts: str) -> str:
    return ". ".join(part[0].upper() + part[1:] for part in parts if part) + "."


def _with_codes(table: pd.DataFrame) -> pd.DataFrame:
    return table.rename_axis(index="code path", columns=None).reset_index()


def _sampled(coded: NDArray[np.bool_], corpus: Corpus) -> list[int]:
    """Rows of at most POINTS passages, evenly from beginning to end: coded ones first, then what people answered."""
    chosen = _evenly(np.flatnonzero(coded), POINTS)
    others = _evenly(np.flatnonzero(~coded & ~corpus.interviewer), POINTS - len(chosen))
    return sorted([*chosen.tolist(), *others.tolist()])


def _evenly(rows: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).round().astype(np.int64)]


def _with_vectors(project: Project, passages: pd.DataFrame, model: str | None) -> tuple[dict[str, bytes], int]:
    """The vectors of these passages by hash, and how many passages have none."""
    if model is None:
        encoder = _encoder_of(project)
        embed(project, encoder, dict(zip(passages["hash"], passages["text"], strict=True)))
        model = encoder.name
    kept = project.vectors(model, list(passages["hash"].unique()))
    return kept, int((~passages["hash"].isin(kept)).sum())


def _encoder_of(project: Project) -> Encoder:
    chosen = Switches.of(project, "")
    if chosen.encoder:
        return SentenceTransformerEncoder(chosen.encoder, hub=chosen.download)
    return default_encoder()


def _grouped(passages: pd.DataFrame, by: Colour) -> tuple[pd.Series, list[str]]:
    """For each passage the group that it shows, empty for none; the most frequent groups, at most seven."""
    several = passages["codes"] if by is Colour.CODE else passages["case"].map(lambda case: [case] if case else [])
    groups = [str(name) for name in several.explode().dropna().value_counts().index[: len(pictures.SHAPES)]]
    rank = {name: place for place, name in enumerate(groups)}

    def first(names: Sequence[str]) -> str | None:
        return min((name for name in names if name in rank), key=rank.__getitem__, default=None)

    return several.map(first), groups


def _passage_at(project: Project, document: str, start: int) -> tuple[int, int]:
    for segment in project.segments(document):
        if segment.span.start == start:
            return segment.span.start, segment.span.end
    raise UnknownItem("this passage has changed meanwhile")
