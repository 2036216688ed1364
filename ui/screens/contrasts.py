"""Contrasts: two groups of cases against each other, and claims with their negative cases."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from coder.errors import CodingError
from coder.formats.tables import TABLE_WRITERS
from coder.model.claim import CaseGroup
from coder.model.codebook import SEPARATOR
from coder.store import Project
from coder.tables import Said
from coder.workflow import contrasts
from coder.workflow.contrasts import Contrasted, Meaning
from ui.assistant import assistant
from ui.parts.case_groups import choose_cases
from ui.parts.claims import claims_and_negative_cases
from ui.parts.errors import refused
from ui.parts.hearing import wait_for_meaning
from ui.parts.leading import lead
from ui.parts.passage import passage, to_its_place
from ui.parts.quoted import quoted
from ui.parts.words import count, plain, shortened
from ui.resources import coder_id, opened

_KEY = "contrasts"
_HEIGHT = 640
_GROUPS, _CLAIMS = "Two groups", "Claims and negative cases"
_ALL = "all"
_SAID = {
    Said.FIRST: "only {0}",
    Said.SECOND: "only {1}",
    Said.BOTH: "both",
    Said.NEITHER: "neither",
    Said.FIRST_SO_FAR: "only {0} so far",
    Said.SECOND_SO_FAR: "only {1} so far",
    Said.UNKNOWN: "not yet known",
}
_IN_SHORT = {
    Said.FIRST: "first only",
    Said.SECOND: "second only",
    Said.BOTH: "both",
    Said.NEITHER: "neither",
    Said.FIRST_SO_FAR: "first, so far",
    Said.SECOND_SO_FAR: "second, so far",
    Said.UNKNOWN: "not yet known",
}
_UNITS = {"documents": "documents", "cases": "cases", "text": "the text"}
_FILES = {
    ".csv": ("CSV", "text/csv"),
    ".xlsx": ("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".parquet": ("Parquet", "application/vnd.apache.parquet"),
}


@dataclass
class _Chosen:
    """What was looked at last, and in which project."""

    project: str
    view: str = _GROUPS
    by: str = ""
    first: CaseGroup | None = None
    second: CaseGroup | None = None
    unit: str = "documents"
    whole: bool = False
    said: str = _ALL
    code: str = ""
    beneath: int = 0


def show() -> None:
    """One of two views, chosen above."""
    st.title("Contrasts", anchor=False)
    with opened() as project:
        if not project.coded_by():
            lead("Nothing to contrast yet: groups of cases differ by what is coded.", "Begin to code", "coding")
            return
        if len(project.cases()) < 2:
            lead("A contrast needs two cases at least. Make them, and put documents in.", "To the cases", "documents")
            return
        last = _last(project)
        with st.container(horizontal=True, vertical_alignment="center"):
            last.view = st.segmented_control(
                "View", [_GROUPS, _CLAIMS], default=last.view, required=True, key="contrasts view",
                label_visibility="collapsed",
            )  # fmt: skip
            if last.view == _GROUPS and any(code.parent for code in project.codebook().codes):
                last.whole = st.toggle("Codes count with all below them", last.whole, key="contrasts whole")
        if last.view == _CLAIMS:
            claims_and_negative_cases(project, _meaning(project))
            return
        try:
            seen = _groups(project, last)
        except CodingError as error:
            refused(error)
            return
        if seen is None:
            st.info("Choose the cases of the first group; the second is all others, unless you choose it, too.")
            return
        _draw(project, last, seen)


def _last(project: Project) -> _Chosen:
    """What was chosen before, else the first attribute that parts the cases."""
    last = st.session_state.get(_KEY)
    if not isinstance(last, _Chosen) or last.project != project.path:
        last = st.session_state[_KEY] = _Chosen(project.path, by=contrasts.telling(project) or "")
        if last.by:
            by_size = sorted(contrasts.values(project, last.by).items(), key=lambda held: -held[1])
            last.first, last.second = (CaseGroup(last.by, (value,)) for value, _ in by_size[:2])
    return last


def _groups(project: Project, last: _Chosen) -> Contrasted | None:
    """Both groups, as chosen in one line."""
    names = ["", *(attribute.name for attribute in project.attributes())]
    one, two, three = st.columns([1, 2, 2], vertical_alignment="bottom")
    with one:
        last.by = st.selectbox(
            "Groups are made", names, index=names.index(last.by) if last.by in names else 0,
            format_func=lambda name: f"by {name}" if name else "by hand", key="contrasts by",
        )  # fmt: skip
    with two:
        last.first = choose_cases(project, "First group", last.by, key="contrasts first", last=last.first)
    taken = () if last.first is None else last.first.values or last.first.cases
    with three:
        last.second = choose_cases(
            project, "Second group", last.by, key="contrasts second", last=last.second, taken=taken,
            placeholder="All other cases",
        )  # fmt: skip
    if last.first is None:
        return None
    return _contrasted(project, project.path, project.revision, coder_id(), last.first, last.second, last.whole)


@st.cache_resource(max_entries=2, show_spinner=False)
def _contrasted(
    _project: Project, path: str, revision: int, coder: str, first: CaseGroup, second: CaseGroup | None, whole: bool
) -> Contrasted:
    return contrasts.contrasted(_project, first, second, whole=whole)


def _meaning(project: Project) -> Meaning | None:
    """The passages' vectors as the assistant has them; None while it has none."""
    ground = assistant().snapshot(coder_id()).ground
    return None if ground is None else contrasts.meaning_of(project, ground)


# --- the table -------------------------------------------------------------------------------------


def _draw(project: Project, last: _Chosen, seen: Contrasted) -> None:
    short = tuple(shortened(name.removeprefix(f"{last.by}: "), 26) for name in seen.names)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        last.unit = st.segmented_control(
            "Shares of", list(_UNITS), default=last.unit, required=True, format_func=_UNITS.__getitem__,
            key="contrasts unit",
        )  # fmt: skip
        counts = seen.table["said"].value_counts()
        words = {_ALL: f"all ({len(seen.table)})"} | {
            said: f"{_SAID[Said(said)].format(*short)} ({counts[said]})" for said in Said if said in counts
        }
        if last.said not in words:
            last.said = _ALL
        last.said = st.selectbox(
            "Codes found in", list(words), index=list(words).index(last.said), format_func=words.__getitem__, width=300
        )
        st.space("stretch")
        for suffix in TABLE_WRITERS:
            name, mime = _FILES[suffix]
            st.download_button(
                name,
                data=partial(contrasts.as_file, seen, suffix),
                file_name=f"contrast{suffix}",
                mime=mime,
                on_click="ignore",
                icon=":material/download:",
                help="Every code, with shares of documents, cases and text",
            )
    with st.container(key="beside"):
        left, right = st.columns([9, 4], gap="small")
    with left:
        _table(last, seen, short)
        _how_to_read(seen)
    with right:
        if last.code not in set(seen.table["code id"]):
            st.info("Choose a code to read what each group says, and what comes nearest to it in the other.")
        else:
            _behind(project, last, seen, short)


def _table(last: _Chosen, seen: Contrasted, short: tuple[str, ...]) -> None:
    table = seen.table if last.said == _ALL else seen.table[seen.table["said"] == last.said]
    shown = pd.DataFrame({"code": table["code path"].str.rsplit(SEPARATOR, n=1).str[-1]})
    for name, word in zip(short, ("first", "second"), strict=True):
        shown[f"{name} " if name in shown else name] = _held(table, last.unit, word)
    low, high = table[f"{last.unit} low"], table[f"{last.unit} high"]
    shown["difference"] = table[f"{last.unit} difference"]
    shown["95%"] = [_interval(*ends) for ends in zip(low, high, strict=True)]
    shown["found in"] = [_IN_SHORT[Said(said)] for said in table["said"]]
    event = st.dataframe(
        shown,
        hide_index=True,
        height=min(_HEIGHT, 38 + 35 * len(shown)),
        on_select="rerun",
        selection_mode="single-cell",
        key=f"contrast table {last.unit} {last.said}",
        placeholder="–",
        column_config={
            "code": st.column_config.TextColumn(width=170),
            "difference": st.column_config.NumberColumn(format="%+.0f", width=70, help="In percentage points"),
            "95%": st.column_config.TextColumn(
                width=112, help="Where the difference lies, with a confidence of 95%; ● it does not hold zero"
            ),
            "found in": st.column_config.TextColumn(
                width=90, help="So far: documents of the other group are not yet read to the end"
            ),
        },
    )
    rows = [row for row, _ in event.selection.cells]
    if rows and rows[0] < len(table):
        last.code = str(table["code id"].iloc[rows[0]])


def _held(table: pd.DataFrame, unit: str, word: str) -> list[str]:
    if unit == "text":
        return [_share(value) for value in table[f"text % ({word})"]]
    pairs = zip(table[f"read {unit} with ({word})"], table[f"read {unit} ({word})"], strict=True)
    found = zip(pairs, table[f"in {unit} ({word})"], strict=True)
    # Of what is not yet read to its end no share is told, but what was found there is no secret.
    return [f"{having} of {whole}" if whole else f"in {there}" for (having, whole), there in found]


def _share(value: float) -> str:
    return "–" if pd.isna(value) else f"{value:.1f} %"


def _interval(low: float, high: float) -> str:
    return "" if pd.isna(low) else f"{low:+.0f} to {high:+.0f}{' ●' if low > 0 or high < 0 else ''}"


def _how_to_read(seen: Contrasted) -> None:
    st.caption(
        "● the interval does not hold zero. Differences are first minus second, in percentage points; codes that tell "
        "the groups apart most surely stand first."
    )
    with st.expander("How to read it", expanded=False):
        st.text("\n".join(f"• {sentence}" for sentence in seen.caveats))
        st.text(
            "• Intervals of documents and cases: Newcombe's hybrid score (1998), which holds for groups of five. "
            "Intervals of the text: bootstrap over documents."
        )


# --- behind a code ---------------------------------------------------------------------------------


def _behind(project: Project, last: _Chosen, seen: Contrasted, short: tuple[str, ...]) -> None:
    st.subheader(plain(seen.material.codebook.path(last.code)), anchor=False)
    sides = seen.quotations(last.code)
    views = [*(f"{name} ({len(side)})" for name, side in zip(short, sides, strict=True)), "Nearest across"]
    last.beneath = st.segmented_control(
        "What is read", range(len(views)), default=last.beneath, required=True, format_func=views.__getitem__,
        key="contrasts beneath", label_visibility="collapsed",
    )  # fmt: skip
    if last.beneath < len(sides):
        quoted(sides[last.beneath], coded=False, height=_HEIGHT - 90)
        return
    meaning = _meaning(project)
    if meaning is None:
        words = "The passages are being read for their meaning; the sidebar shows how far this is."
        wait_for_meaning(words, lambda: assistant().snapshot(coder_id()).ground is not None)
        return
    pairs = seen.nearest(project, last.code, meaning)
    if pairs.empty:
        st.info("Quotations of both groups are needed to find the nearest.")
        return
    st.caption(
        plain(
            f"{count(len(pairs), 'pair')}, nearest in meaning first. The same theme in other words where few words are "
            "shared; near in meaning is not the same opinion."
        )
    )
    with st.container(height=_HEIGHT - 120, border=False):
        for place, pair in enumerate(pairs.to_dict("records")):
            _pair(place, pair)


def _pair(place: int, pair: dict[Any, Any]) -> None:
    with st.container(border=True):
        for side in ("first", "second"):
            words = f"{pair[f'case ({side})']} · {pair[f'document ({side})']}"
            passage(pair[f"quotation ({side})"], words)
            to_its_place(pair[f"document id ({side})"], int(pair[f"start ({side})"]), f"pair {place} {side}")
        st.caption(plain(f"near {pair['near']:.2f} · {pair['words shared']:.0%} of the words shared"))
