"""Pictures: one at a time, with the table behind it; a click on a mark leads to its quotations."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from coder.formats.tables import TABLE_WRITERS
from coder.model import DocumentKind
from coder.model.choices import Colour, Look, Measure, PictureKind
from coder.model.claim import CaseGroup
from coder.model.codebook import SEPARATOR
from coder.pictures import CHOSEN
from coder.store import Project
from coder.tables import Period
from coder.workflow.contrasts import telling, values
from coder.workflow.pictures import Options, Picture, Unit, as_image, behind, picture
from ui.assistant import Activity, assistant
from ui.parts.choosing import one
from ui.parts.errors import told
from ui.parts.hearing import wait_for_meaning
from ui.parts.leading import lead
from ui.parts.quoted import quoted
from ui.parts.words import plain
from ui.resources import coder_id, opened
from ui.session import session

_KEY = "pictures"
_KINDS = {
    PictureKind.HEATMAP: "Codes in each case",
    PictureKind.NETWORK: "Codes that occur together",
    PictureKind.PORTRAIT: "Codes of a document, line by line",
    PictureKind.TIMELINE: "Codes over dates",
    PictureKind.MAP: "Passages by meaning",
    PictureKind.CONTRAST: "Codes that tell cases apart",
}
_LOOKS = {Look.LIGHT: "light", Look.DARK: "dark", Look.GREY: "grey, for print"}
_NEAR = {None: "on the same words", 0: "in the same passage", 1: "within 1 passage", 3: "within 3 passages"}
_IMAGES = {".svg": ("SVG", "image/svg+xml"), ".png": ("PNG", "image/png")}
_TABLES = {
    ".csv": ("CSV", "text/csv"),
    ".xlsx": ("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".parquet": ("Parquet", "application/vnd.apache.parquet"),
}
_HEIGHT = 420
_PATHS = ("code path", "path", "with")
_COUNTED = {PictureKind.HEATMAP, PictureKind.NETWORK, PictureKind.TIMELINE, PictureKind.CONTRAST}
_AS_WIDE_AS_THERE_IS = {PictureKind.PORTRAIT, PictureKind.CONTRAST}
# A picture wider than its column is moved within it, and never lies over the next one.
_STYLE = "<style>.st-key-picture {overflow-x: auto}</style>"


@dataclass
class _Kept:
    """What was looked at last, of which project; ``drawn`` as the project stood then."""

    project: str
    kind: PictureKind = PictureKind.HEATMAP
    options: Options = field(default_factory=Options)
    look: Look | None = None
    drawn: tuple[object, Picture] | None = None


def show() -> None:
    """The choice above, the picture at the left, its table and the quotations behind it at the right."""
    st.title("Pictures", anchor=False)
    with opened() as project:
        if not project.coded_by():
            lead("Nothing to draw yet: pictures are made of what is coded.", "Begin to code", "coding")
            return
        kept = _kept(project)
        _ask(project, kept)
        with told():
            drawn = _drawn(project, kept)
            if drawn is not None:
                _shown(project, kept, drawn)


def _kept(project: Project) -> _Kept:
    found = st.session_state.get(_KEY)
    if not isinstance(found, _Kept) or found.project != project.path:
        found = st.session_state[_KEY] = _Kept(project.path)
    return found


def _ask(project: Project, kept: _Kept) -> None:
    """The kind of picture and its options, as they were left last."""
    last = kept.options
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        kind = kept.kind = one(_KEY, "Picture", list(_KINDS), kept.kind, _KINDS, width=270)
        if kind in (PictureKind.HEATMAP, PictureKind.TIMELINE):
            measures = {measure: measure.value for measure in Measure}
            last = replace(last, measure=one(_KEY, "A number counts", list(Measure), last.measure, measures, width=210))
        if kind is PictureKind.NETWORK:
            last = replace(last, within=one(_KEY, "Together is", list(_NEAR), last.within, _NEAR))
        if kind is PictureKind.TIMELINE:
            periods = {period: f"one column a {period.value}" for period in Period}
            kinds = {None: "All"} | {one: one.value for one in DocumentKind}
            last = replace(
                last,
                period=one(_KEY, "Dates", list(Period), last.period, periods),
                document_kind=one(_KEY, "Documents", list(kinds), last.document_kind, kinds),
            )
        if kind is PictureKind.PORTRAIT:
            names = {None: "The one with most codings"} | {one.id: one.name for one in project.documents()}
            last = replace(last, document=one(_KEY, "Document", list(names), last.document, names, width=340))
        if kind is PictureKind.MAP:
            colours = {colour: colour.value for colour in Colour}
            last = replace(last, by=one(_KEY, "Coloured by", list(Colour), last.by, colours))
        if kind is PictureKind.CONTRAST:
            last = _groups(project, last)
        screen = Look.DARK if st.context.theme.type == "dark" else Look.LIGHT
        looks: dict[Look | None, str] = {None: f"as the screen, {_LOOKS[screen]}"}
        looks |= {look: _LOOKS[look] for look in Look}
        kept.look = one(_KEY, "Look", list(looks), kept.look, looks, width=190)
        if kind in _COUNTED and any(code.parent for code in project.codebook().codes):
            below = st.toggle(
                "With codes below", last.whole, key=f"{_KEY} whole", help="A code counts with all below it"
            )
            last = replace(last, whole=below)
    kept.options = replace(last, look=kept.look or screen)


def _groups(project: Project, last: Options) -> Options:
    """Two groups of cases, by a value of what is known about them, or two cases."""
    names = ["", *(attribute.name for attribute in project.attributes())]
    words = {name: f"by {name}" if name else "single cases" for name in names}
    first, begin = last.first, (last.first.attribute if last.first else telling(project)) or ""
    by = one(_KEY, "Groups are", names, begin, words, width=180)
    told = {value: value for value in values(project, by)} if by else {case.id: case.name for case in project.cases()}
    sides = [CaseGroup(by, (each,)) if by else CaseGroup(cases=(each,)) for each in told]
    named = {side: told[(side.values or side.cases)[0]] for side in sides}
    if not sides:
        return replace(last, first=None, second=None)
    first = one(_KEY, "First group", sides, first or sides[0], named, width=200, of=by)
    others: dict[CaseGroup | None, str] = {None: "all other cases"}
    others |= {side: name for side, name in named.items() if side != first}
    second = one(_KEY, "Second group", list(others), last.second, others, width=200, of=f"{by} {first}")
    units = {unit: f"% of {'the text' if unit is Unit.TEXT else unit.value}" for unit in Unit}
    return replace(
        last, first=first, second=second, unit=one(_KEY, "Compared are", list(Unit), last.unit, units, width=180)
    )


def _drawn(project: Project, kept: _Kept) -> Picture | None:
    """The picture, made anew only when the project or the choice has changed; None while the assistant begins."""
    if kept.kind is PictureKind.MAP:
        at_work = assistant()
        at_work.snapshot(coder_id())
        if at_work.encoder is None:
            words = "The assistant is starting. The map comes as soon as it hears what passages mean."
            wait_for_meaning(words, lambda: at_work.encoder is not None)
            return None
        kept.options = replace(kept.options, model=at_work.encoder.name)
    standing = (project.revision, kept.kind, kept.options, _embedded(kept.kind))
    if kept.drawn is None or kept.drawn[0] != standing:
        with st.spinner("Drawing …", show_time=True):
            kept.drawn = standing, picture(project, kept.kind, kept.options)
    return kept.drawn[1]


def _embedded(kind: PictureKind) -> bool:
    """Whether a map has all the passages that it wants."""
    return kind is PictureKind.MAP and assistant().status.activity in (Activity.LEARNING, Activity.READY)


def _shown(project: Project, kept: _Kept, drawn: Picture) -> None:
    if drawn.empty:
        lead(_nothing(kept), "Begin to code", "coding")
        return
    st.html(_STYLE)
    with st.container(key="first"):
        left, right = st.columns([9, 4], gap="small")
    with left:
        clicked = _picture(kept, drawn)
        _images(kept, drawn)
    with right:
        if clicked:
            _behind(project, kept, clicked)
        else:
            st.info("Choose a mark in the picture to read the quotations behind it.")
        _table(kept, drawn)


def _nothing(kept: _Kept) -> str:
    return {
        PictureKind.NETWORK: "No two codes occur together in this sense.",
        PictureKind.PORTRAIT: "Nothing is coded in this document yet.",
        PictureKind.CONTRAST: "Nothing can be said yet: read documents of both groups to their end, and code them.",
        PictureKind.MAP: "The assistant has not read any passage yet.",
    }.get(kept.kind, "Nothing is coded here yet.")


def _picture(kept: _Kept, drawn: Picture) -> dict[str, Any]:
    """The picture; the fields of the mark that was clicked, none before a click."""
    with st.container(key="picture"):
        wide = kept.kind in _AS_WIDE_AS_THERE_IS
        event = st.vega_lite_chart(
            drawn.spec | {"autosize": {"type": "fit-x", "contains": "padding"}} if wide else drawn.spec,
            theme=None,
            width="stretch" if wide else "content",
            on_select="rerun",
            selection_mode=CHOSEN,
            key=f"{_KEY} {kept.kind} {kept.options}",
        )
    rows = event.selection.get(CHOSEN) or [{}]
    return {name: value for name, value in rows[-1].items() if value is not None}


def _images(kept: _Kept, drawn: Picture) -> None:
    with st.container(horizontal=True):
        for suffix, (name, mime) in _IMAGES.items():
            st.download_button(
                name,
                # Drawn when asked for.
                data=partial(as_image, drawn, suffix),
                file_name=f"{_file_name(drawn)}{suffix}",
                mime=mime,
                on_click="ignore",
                icon=":material/download:",
                help=f"This picture, {_LOOKS[kept.options.look]}",
            )


def _table(kept: _Kept, drawn: Picture) -> None:
    st.subheader("The table behind it", anchor=False)
    # Whole paths would leave no room for the numbers; the files have them.
    named = {path: drawn.table[path].str.rsplit(SEPARATOR, n=1).str[-1] for path in _PATHS if path in drawn.table}
    st.dataframe(
        drawn.table.assign(**named), hide_index=True, height=_HEIGHT, placeholder="–", key=f"{_KEY} table {kept.kind}",
        column_config={path: st.column_config.TextColumn(width=170) for path in named},
    )  # fmt: skip
    with st.container(horizontal=True):
        for suffix in TABLE_WRITERS:
            name, mime = _TABLES[suffix]
            st.download_button(
                name,
                data=partial(TABLE_WRITERS[suffix], drawn.table),
                file_name=f"{_file_name(drawn)}{suffix}",
                mime=mime,
                on_click="ignore",
                icon=":material/download:",
                help="This table, whole",
            )


def _file_name(drawn: Picture) -> str:
    return re.sub(r"[^\w-]+", "-", drawn.title.lower()).strip("-")[:80]


def _behind(project: Project, kept: _Kept, clicked: dict[str, Any]) -> None:
    st.subheader(plain(_heading(clicked)), anchor=False)
    if kept.kind is PictureKind.MAP:
        _passage(kept, clicked)
    coded = kept.kind in (PictureKind.NETWORK, PictureKind.MAP)
    quoted(behind(project, kept.kind, kept.options, clicked), coded=coded, height=_HEIGHT)


def _heading(clicked: dict[str, Any]) -> str:
    if "with" in clicked:
        return f"{clicked['path']} with {clicked['with']}"
    if "column" in clicked:
        return f"{clicked['column']}: {clicked['path']}"
    return str(clicked.get("path", "The passage" if "start" in clicked else "The quotation"))


def _passage(kept: _Kept, clicked: dict[str, Any]) -> None:
    """The words of a point, which need not be coded."""
    if kept.drawn is None:
        return
    table: pd.DataFrame = kept.drawn[1].table
    found = table[(table["document"] == clicked["document"]) & (table["start"] == clicked["start"])]
    for passage in found.head(1).to_dict("records"):
        with st.container(border=True):
            st.text(passage["text"])
            st.caption(plain(" · ".join(filter(None, (passage["speaker"], passage["name"])))))
            if st.button("Read it in its place", key="passage", icon=":material/article:"):
                session().look_at(str(clicked["document"]), int(clicked["start"]))
                st.switch_page(st.session_state["coding page"])
