"""Agreement: how far coders agree, on what, and the places that every number stands for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd
import streamlit as st

from coder.agreement import Coefficient, Estimate, Kind, Place, Unit
from coder.formats.tables import TABLE_WRITERS
from coder.model.codebook import SEPARATOR
from coder.store import Project
from coder.workflow import agreement as verbs
from coder.workflow.agreement import Agreement, AgreementQuestion, Row, View
from coder.workflow.layers import people
from coder.workflow.projects import open_project
from ui.parts.choosing import begins, several
from ui.parts.leading import lead
from ui.parts.places import SIGNS, place_in_words
from ui.parts.words import count, plain
from ui.resources import coder_id, opened
from ui.session import session

_HEIGHT = 620
_MOST = 60
_QUESTION, _FOUND, _VIEW = "agreement asked", "agreement found", "agreement seen"
_FILES = {
    ".csv": ("CSV", "text/csv"),
    ".xlsx": ("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".parquet": ("Parquet", "application/vnd.apache.parquet"),
}
_UNITS = {Unit.PASSAGE: "passages", Unit.CHARACTER: "characters", Unit.CODING: "codings"}
_UNIT_HELP = (
    "Passages: a passage carries a code where a coding shares with it at least half of the shorter of the two. "
    "Characters: every character of what people said. Codings: each is matched with one of the other coder. "
    "Text that nobody coded counts for passages and characters; nothing counts that only one has read."
)
_VIEWS = {View.CODE: "codes", View.DOCUMENT: "documents", View.CASE: "cases", View.PAIR: "pairs of coders"}
_TOLERANCES = {0: "exactly the same", 5: "5 characters", 20: "20 characters", 100: "100 characters"}
_SHOWN = {
    Coefficient.MASI: ("alpha", "Krippendorff's alpha over sets of codes with MASI distances (Passonneau 2006)"),
    Coefficient.ALPHA: ("alpha", "Krippendorff's alpha, nominal"),
    Coefficient.U_ALPHA: ("uα", "Alpha for unitizing: marking and coding together (Krippendorff et al. 2016)"),
    Coefficient.CU_ALPHA: ("cuα", "Alpha for unitizing, only the codes on what both marked"),
    Coefficient.F1: ("F1", "Matched codings of all codings, where both ends lie near each other"),
    Coefficient.PRESENCE: ("presence", "Of what one coder put, how much another put too"),
    Coefficient.KAPPA: ("kappa", "Cohen's kappa; for several coders the mean over pairs"),
    Coefficient.AC1: ("AC1", "Gwet's AC1"),
    Coefficient.PERCENT: ("percent", "Share of units on which coders say the same; much of it is absence"),
    Coefficient.FLEISS: ("Fleiss", "Fleiss' kappa"),
}
"""The columns in order; the interval stands beside the first that a table has."""


@dataclass(frozen=True, eq=False)
class _Found:
    """What was computed last, kept until something changes."""

    key: tuple[object, ...]
    agreement: Agreement
    rows: list[Row]


def show() -> None:
    """The question above, its table at the left, the places behind the chosen row at the right."""
    st.title("Agreement", anchor=False)
    with opened() as project:
        if len(people(project)) < 2:
            lead(
                "Agreement needs two coders who have coded or read the same text; what lies in a sealed round is not "
                "compared before the round is revealed.",
                "To the documents",
                "documents",
            )
            return
        view, question = _asked(project)
        if len(question.coders) == 1:
            st.info("Choose at least two coders.")
            return
        found = _found(project, question, view)
        _told(found.agreement, view)
        # All columns fit while nothing is beside them.
        with st.container(key="beside"):
            left, right = st.columns([3, 2], gap="medium") if _is_chosen(found, view) else (st.container(), None)
        with left:
            row = _table(found, view)
        if row is not None and right is not None:
            with right:
                _behind(found.agreement, row)
        elif found.rows:
            st.caption("Choose a row to read where they agree and differ.")


def _asked(project: Project) -> tuple[View, AgreementQuestion]:
    """Who, where, on what; as it was left last."""
    last: AgreementQuestion = st.session_state.get(_QUESTION, AgreementQuestion())
    coders = {coder.id: coder.name for coder in people(project)}
    documents = {document.id: document.name for document in project.documents()}
    codebook = project.codebook()
    codes = {code.id: codebook.path(code.id) for _, code in codebook.walk()}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        unit = st.segmented_control(
            "Counted in",
            list(_UNITS),
            required=True,
            format_func=_UNITS.__getitem__,
            key=begins("agreement unit", last.unit),
            help=_UNIT_HELP,
        )
        view = st.segmented_control(
            "Rows are",
            list(_VIEWS),
            required=True,
            format_func=_VIEWS.__getitem__,
            key=begins("agreement view", st.session_state.get(_VIEW, View.CODE)),
        )
        code, tolerance = last.code, last.tolerance
        if view is not View.CODE:
            # To Streamlit a choice of None is no choice.
            chosen = st.selectbox(
                "On",
                ["", *codes],
                width=260,
                format_func=lambda id: codes.get(id, "all codes together"),
                key=begins("agreement code", code if code in codes else ""),
            )
            code = chosen or None
        if unit is Unit.CODING:
            tolerance = st.selectbox(
                "Ends may differ by",
                list(_TOLERANCES),
                width=180,
                format_func=_TOLERANCES.__getitem__,
                key=begins("agreement tolerance", tolerance),
            )
    with st.container(key="filters"):
        one, two, three = st.columns(3)
    question = AgreementQuestion(
        coders=several(one, "Coders", coders, key="agreement coders", last=last.coders),
        documents=several(two, "Documents", documents, key="agreement documents", last=last.documents),
        codes=several(three, "Codes, with those below them", codes, key="agreement codes", last=last.codes),
        unit=unit or last.unit,
        code=code,
        tolerance=tolerance,
    )
    view = view or View.CODE
    st.session_state[_QUESTION], st.session_state[_VIEW] = question, view
    return view, question


def _found(project: Project, question: AgreementQuestion, view: View) -> _Found:
    """Computed anew when the question or anything in the project has changed."""
    key = (project.path, project.revision, coder_id(), question, view)
    found: _Found | None = st.session_state.get(_FOUND)
    if found is None or found.key != key:
        with st.spinner("Comparing ..."):
            agreement = Agreement.of(project, question)
            found = st.session_state[_FOUND] = _Found(key, agreement, agreement.rows(view))
    return found


def _told(agreement: Agreement, view: View) -> None:
    """What counts, of how much, and the files."""
    read = agreement.read_together()
    noun = "passages" if agreement.question.unit is Unit.PASSAGE else "characters"
    share = f" ({read.units / read.of_units:.0%})" if read.of_units else ""
    words = (
        f"Read by at least two: {read.units:,} of {read.of_units:,} {noun}{share}, "
        f"in {read.documents:,} of {count(read.of_documents, 'document')}. Only these count."
    )
    if read.outside:
        verb = "lies" if read.outside == 1 else "lie"
        words += f" {count(read.outside, 'coding')} {verb} on labels, headings or attendance and in no number."
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(words, width="stretch")
        for suffix in TABLE_WRITERS:
            name, mime = _FILES[suffix]
            st.download_button(
                name,
                data=partial(_file, session().project or "", agreement.question, suffix, view),
                file_name=f"agreement{suffix}",
                mime=mime,
                on_click="ignore",
                icon=":material/download:",
                help="Codes, documents, cases and pairs on a sheet each, every coefficient with its interval"
                if suffix == ".xlsx"
                else "This table, every coefficient with its interval",
            )


def _key(found: _Found, view: View) -> str:
    return f"agreement {view} {found.agreement.question.unit}"


def _is_chosen(found: _Found, view: View) -> bool:
    event = st.session_state.get(_key(found, view))
    return event is not None and any(row < len(found.rows) for row in event.selection.rows)


def _table(found: _Found, view: View) -> Row | None:
    """Draw the table; the chosen row."""
    rows = found.rows
    if not rows:
        st.info("Nothing here was read by two of them.")
        return None
    kinds = [kind for kind in _SHOWN if any(kind in row.measured.estimates for row in rows)]
    if view is View.CODE and Coefficient.MASI in kinds:
        # The first row is about sets and the others about one code each: both are alpha, and stand in one column.
        kinds.remove(Coefficient.MASI)
    main = kinds[0]
    interval = [] if view is View.DOCUMENT else ["interval"]
    frame = pd.DataFrame([_line(row, view, kinds, main) for row in rows])
    event = st.dataframe(
        frame,
        hide_index=True,
        height=min(_HEIGHT, 38 + 35 * len(rows)),
        on_select="rerun",
        selection_mode="single-row",
        key=_key(found, view),
        placeholder="–",
        column_config={
            "name": st.column_config.TextColumn(view.value, width=210 if view is View.CODE else 280, pinned=True),
            "put": st.column_config.NumberColumn(
                "put",
                format="localized",
                width=70,
                help=f"On how many {_UNITS[found.agreement.question.unit]} anybody put it",
            ),
            "interval": st.column_config.TextColumn(
                "95 %", width=95, help=f"Of {_SHOWN[main][0]}, by bootstrap over documents"
            ),
            "caution": st.column_config.TextColumn("", width=30, help="⚠ says little: choose the row to read why"),
            **{
                kind.value: st.column_config.NumberColumn(
                    _SHOWN[kind][0], format="%.2f", width=66, help=_SHOWN[kind][1]
                )
                for kind in kinds
            },
        },
        column_order=["name", "caution", "put", main.value, *interval, *(kind.value for kind in kinds[1:])],
    )
    chosen = [row for row in event.selection.rows if row < len(rows)]
    return rows[chosen[0]] if chosen else None


def _line(row: Row, view: View, kinds: Sequence[Coefficient], main: Coefficient) -> dict[str, object]:
    estimates = dict(row.measured.estimates)
    if view is View.CODE and Coefficient.MASI in estimates:
        estimates[Coefficient.ALPHA] = estimates[Coefficient.MASI]
    of = estimates.get(main, Estimate(float("nan")))
    *above, name = row.name.split(SEPARATOR) if view is View.CODE else [row.name]
    return {
        "name": "\u2003" * len(above) + name,
        "caution": "⚠" if row.measured.cautions else "",
        "put": row.measured.some,
        **{kind.value: estimates[kind].value if kind in estimates else None for kind in kinds},
        "interval": _interval(of),
    }


def _interval(of: Estimate) -> str:
    return f"{of.low:.2f}–{of.high:.2f}" if of.low == of.low else ""


def _told_with_interval(of: Estimate) -> str:
    return f"{of.value:.2f}" + (f" ({_interval(of)})" if _interval(of) else "")


def _behind(agreement: Agreement, row: Row) -> None:
    """What a row says little about, and the places that it counts."""
    st.subheader(plain(row.name), anchor=False)
    measured, unit = row.measured, _UNITS[row.measured.unit]
    names = {coder.id: coder.name for coder in agreement.coders}
    ids = row.coders or tuple(names)
    put = ", ".join(f"{names[id]} on {number:,.0f}" for id, number in zip(ids, measured.put, strict=True))
    st.caption(plain(f"Of {measured.units:,.0f} {unit} in {count(measured.documents, 'document')}: {put}."))
    said = [f"{name} {_told_with_interval(measured.estimates[kind])}" for kind, (name, _) in _SHOWN.items()
            if kind in measured.estimates and measured.estimates[kind].defined]  # fmt: skip
    st.caption(plain(" · ".join(said)))
    for caution in measured.cautions:
        st.warning(plain(caution), icon=":material/info:")
    places = agreement.places(row)
    if not places:
        return
    kinds = Counter(place.kind for place in places)
    chosen = st.pills(
        "Places",
        [kind for kind in Kind if kinds[kind]],
        selection_mode="multi",
        default=[kind for kind in Kind if kinds[kind] and kind.differs],
        format_func=lambda kind: f"{SIGNS[kind]} {kind.value} {kinds[kind]:,}",
        key=f"agreement places {row.name} {agreement.question.unit}",
    )
    shown = [place for place in places if place.kind in (chosen or list(Kind))]
    documents = {document.id: document.name for document in agreement.documents}
    if any(place.kind.differs for place in places) and st.button(
        "Settle what differs", icon=":material/balance:", type="primary"
    ):
        asked = agreement.question
        st.session_state["settle coders"] = list(row.coders or asked.coders)
        st.session_state["settle documents"] = [row.document] if row.document else list(asked.documents)
        st.session_state["settle codes"] = [row.code] if row.code else list(asked.codes)
        st.switch_page(st.session_state["settle page"])
    with st.container(height=_HEIGHT - 220, border=False):
        for number, place in enumerate(shown[:_MOST]):
            _place(number, place, agreement, names, documents[place.document])
        if len(shown) > _MOST:
            st.caption(f"These are the first {_MOST} of {len(shown):,}.")


def _place(number: int, place: Place, agreement: Agreement, names: dict[str, str], document: str) -> None:
    with st.container(border=True):
        st.caption(plain(f"{SIGNS[place.kind]} {place.kind.value} · {document}"))
        for line, quotation in place_in_words(place, names, agreement.codebook):
            st.markdown(f"**{plain(line)}**")
            if quotation:
                st.text(quotation)
        if st.button("Read it in its place", key=f"agreement place {number}", icon=":material/article:"):
            session().look_at(place.document, place.span.start)
            st.switch_page(st.session_state["coding page"])


def _file(path: str, question: AgreementQuestion, suffix: str, view: View) -> bytes:
    # Built when asked for, after this rerun has closed its project.
    with open_project(path) as project:
        return verbs.as_file(Agreement.of(project, replace(question)), suffix, view)
