"""Correct the text: edit it or bring a corrected file, see what becomes of every coding, then apply it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd
import streamlit as st

from coder.errors import CodingError
from coder.formats import READERS
from coder.model import Document, Revision, Span, Turn
from coder.model.moving import Fate
from coder.store import Project
from coder.workflow.codings import place_of
from coder.workflow.corrections import (
    Correction,
    Difference,
    Fated,
    Kind,
    correct,
    preview_corrected_file,
    preview_correction,
    preview_revision,
)
from ui.parts.acting import act
from ui.parts.errors import told
from ui.parts.leading import lead
from ui.parts.words import count, local_time, plain, shortened
from ui.resources import coder_id, opened
from ui.session import session

EDIT, FILE, EARLIER = "Edit it here", "Bring a corrected file", "Earlier texts"
"""The ways to another text."""

_PREVIEW, _DRAFT = "correction", "draft of a correction"
_WHOLE = -1
_MOST_SHOWN = 200
_FEW = 8
_HEIGHT = 460
_FATES = {
    Fate.KEPT: ("Kept", "The same words among the same words"),
    Fate.MOVED: ("Moved", "The same words, elsewhere or among other words"),
    Fate.CHANGED: ("Changed", "Their words were corrected; the new quotation is shown below"),
    Fate.LOST: ("Lost", "Their words are gone; kept as memos unless you say otherwise"),
}
_SIGNS = {Fate.KEPT: "= kept", Fate.MOVED: "→ moved", Fate.CHANGED: "± changed", Fate.LOST: "× lost"}
_MEMO, _PLACE, _REMOVE = "Keep it as a memo", "Put it on these words", "Remove it"


@dataclass(frozen=True, slots=True)
class _Draft:
    """What was typed for a part of a document's text and is not stored yet."""

    document: str
    revision: int
    part: int
    text: str


def show() -> None:
    """Choose a document and a text for it; then the preview, and what to do with it."""
    st.title("Correct the text", anchor=False)
    with opened() as project:
        documents = {document.id: document for document in project.documents()}
        if not documents:
            lead("There is nothing to correct yet.", "Bring in documents", "documents")
            return
        document = _choose(documents)
        correction: Correction | None = st.session_state.get(_PREVIEW)
        if correction is not None and correction.document.id == document.id:
            _preview(project, correction)
            return
        st.session_state.pop(_PREVIEW, None)
        way = st.segmented_control(
            "Way",
            [EDIT, FILE, EARLIER],
            default=EDIT,
            required=True,
            label_visibility="collapsed",
            key="way to correct",
        )
        if way == EDIT:
            _edit(project, project.document(document.id))
        elif way == FILE:
            _file(project, document)
        else:
            _earlier(project, document, project.revisions(document.id))


def _choose(documents: dict[str, Document]) -> Document:
    here, ids = session(), list(documents)
    at = ids.index(here.document) if here.document in documents else 0
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Document", ids, index=at, format_func=lambda id: documents[id].name, key=f"to correct {ids[at]}"
        )
        if st.button("Code it", icon=":material/ink_highlighter:", help="Go to this document on the Code page"):
            here.look_at(chosen)
            st.switch_page(st.session_state["coding page"])
    if chosen != here.document:
        here.look_at(chosen)
    return documents[chosen]


def _look(make: partial[Correction]) -> None:
    with told():
        st.session_state[_PREVIEW] = make()
        st.rerun()


# --- the ways to another text ---------------------------------------------------------------------


def _edit(project: Project, document: Document) -> None:
    turns = project.turns(document.id)
    parts = [_WHOLE, *range(len(turns))]
    draft: _Draft | None = st.session_state.get(_DRAFT)
    if draft is not None and (draft.document, draft.revision) != (document.id, document.revision):
        if draft.document == document.id:
            _outrun(draft)
        draft = None
    part = st.selectbox(
        "Part",
        parts,
        index=parts.index(draft.part) if draft is not None else 0,
        format_func=lambda at: "The whole text" if at == _WHOLE else _turn_name(document.text, turns[at]),
        key=f"part of {document.id} {document.revision}",
        help="One turn is quicker to find your way in; type to look for its words.",
    )
    span = (0, len(document.text)) if part == _WHOLE else (turns[part].span.start, turns[part].span.end)
    stored = document.text[slice(*span)]
    typed = draft.text if draft is not None and draft.part == part else stored
    # A new key for each text: what was typed for another one is not taken for this.
    with st.form(f"edit {document.id} {document.revision} {part}", border=False):
        edited = st.text_area(
            "Text",
            typed,
            height=_HEIGHT if part == _WHOLE else 180,
            label_visibility="collapsed",
        )
        if st.form_submit_button("See what would change", type="primary", icon=":material/difference:"):
            text = document.text[: span[0]] + (edited or "") + document.text[span[1] :]
            if text == document.text:
                st.info("Nothing is edited yet.")
            else:
                st.session_state[_DRAFT] = _Draft(document.id, document.revision, part, edited or "")
                _look(partial(preview_correction, project, document.id, text))
    if typed != stored and st.button("Begin again from the stored text", icon=":material/restart_alt:"):
        del st.session_state[_DRAFT]
        st.rerun()
    st.caption("Nothing is stored before you have seen what becomes of the codings.")


def _outrun(draft: _Draft) -> None:
    st.warning("This text was changed while you edited it. What you had typed is here, to copy from:")
    st.text_area("What you had typed", draft.text, height=180)
    if st.button("Put it away", icon=":material/close:"):
        del st.session_state[_DRAFT]
        st.rerun()


def _turn_name(text: str, turn: Turn) -> str:
    minute = "" if turn.start_ms is None else f" {turn.start_ms // 60000}:{turn.start_ms // 1000 % 60:02}"
    who = f"{turn.speaker or turn.kind}{minute}"
    return f"{who}: {shortened(turn.span.of(text), 90)}"


def _file(project: Project, document: Document) -> None:
    file = st.file_uploader(
        "The corrected transcript, of any kind that can be read",
        type=sorted(suffix.lstrip(".") for suffix in READERS),
        key=f"corrected {document.id} {document.revision}",
    )
    if file is not None and st.button("See what would change", type="primary", icon=":material/difference:"):
        _look(partial(preview_corrected_file, project, document.id, file.name, file.getvalue()))


def _earlier(project: Project, document: Document, revisions: Sequence[Revision]) -> None:
    if len(revisions) == 1:
        st.info("This text has not been corrected yet. Every text that it has had will be kept here.")
        return
    names = {coder.id: coder.name for coder in project.coders()}
    at = st.selectbox(
        "Text",
        range(len(revisions) - 2, -1, -1),
        format_func=lambda at: (
            f"{at + 1}: {local_time(revisions[at].at)}, {names.get(revisions[at].coder or '', 'the program')}, "
            f"{revisions[at].summary}, {count(revisions[at].words, 'word')}"
        ),
    )
    with st.container(height=_HEIGHT):
        st.text(project.text_of(revisions[at]))
    if st.button("See what bringing it back would change", type="primary", icon=":material/difference:"):
        _look(partial(preview_revision, project, document.id, revisions[at]))


# --- the preview ----------------------------------------------------------------------------------


def _preview(project: Project, correction: Correction) -> None:
    st.subheader("What would change", anchor=False)
    for column, (fate, (name, meaning)) in zip(st.columns(4), _FATES.items(), strict=True):
        column.metric(name, f"{correction.count(fate):,}", help=meaning, border=True)
    # Drawn here, decided last: what is asked for below says whether it can be applied.
    bar = st.container(horizontal=True)
    for warning in correction.reading.warnings:
        st.warning(plain(warning))
    places = _not_kept(project, correction)
    _differences(correction.differences)
    with bar:
        if st.button("Apply", type="primary", icon=":material/check:", disabled=places is None):
            act(partial(_apply, project, correction, places or {}), f"Corrected {correction.document.name}")
        if st.button("Back", icon=":material/arrow_back:", help="To the text as you edited it; nothing is stored."):
            del st.session_state[_PREVIEW]
            st.rerun()


def _apply(project: Project, correction: Correction, places: dict[str, Span | None]) -> None:
    try:
        correct(project, correction, coder=coder_id(), places=places)
    except CodingError:
        # What it rests on has changed: the next run looks at the text as it is now.
        del st.session_state[_PREVIEW]
        raise
    del st.session_state[_PREVIEW]
    st.session_state.pop(_DRAFT, None)


def _not_kept(project: Project, correction: Correction) -> dict[str, Span | None] | None:
    """Show what is not kept, and ask where lost codings go; None while an answer makes no sense."""
    shown = [each for each in correction.items if each.fate is not Fate.KEPT]
    if not shown:
        st.success("Everything that lies on this text keeps its words.")
        return {}
    names = {coder.id: coder.name for coder in project.coders()}
    shown.sort(key=lambda each: (list(_SIGNS)[::-1].index(each.fate), each.move.was))
    st.dataframe(
        pd.DataFrame(
            {
                "": _SIGNS[each.fate],
                "what": f"{each.item.kind}: {shortened(each.item.what, 60)}",
                "whose": names.get(each.item.coder or "", ""),
                "as it was": each.quotation,
                "as it becomes": each.becomes,
            }
            for each in shown
        ),
        hide_index=True,
        height=min(360, 38 + 56 * len(shown)),
        row_height=56,
        column_config={
            "": st.column_config.TextColumn(width=90),
            "what": st.column_config.TextColumn(width=210),
            "whose": st.column_config.TextColumn(width=90),
            "as it was": st.column_config.TextColumn(width=360),
            "as it becomes": st.column_config.TextColumn(width=360),
        },
    )
    lost = [each for each in shown if each.fate is Fate.LOST and each.item.kind is Kind.CODING]
    return _places(lost, correction.reading.text) if lost else {}


def _places(lost: Sequence[Fated], text: str) -> dict[str, Span | None] | None:
    places: dict[str, Span | None] = {}
    sound = True
    with st.expander(f"What to do with {count(len(lost), 'lost coding')}", icon=":material/help:"):
        for each in lost:
            with st.container(border=True):
                st.markdown(f"**{plain(each.item.what)}** on “{plain(shortened(each.quotation, 200))}”")
                choice = st.radio(
                    "Do",
                    [_MEMO, _PLACE, _REMOVE],
                    horizontal=True,
                    label_visibility="collapsed",
                    key=f"do with {each.item.id}",
                )
                if choice == _REMOVE:
                    places[each.item.id] = None
                elif choice == _PLACE:
                    words = st.text_input("Words of the corrected text", key=f"place of {each.item.id}")
                    try:
                        places[each.item.id] = place_of(words or "", text)
                    except CodingError as error:
                        st.caption(plain(str(error)))
                        sound = False
    return places if sound else None


def _differences(differences: Sequence[Difference]) -> None:
    with st.expander(count(len(differences), "difference"), expanded=True, icon=":material/difference:"):
        lines = [
            f":gray[line {each.line}] {plain(each.before)}{_marked(each)}{plain(each.after)}"
            for each in differences[:_MOST_SHOWN]
        ]
        with st.container(height=300 if len(lines) > _FEW else "content", border=False):
            st.markdown("\n\n".join(lines) or "The words are the same.")
        if len(differences) > _MOST_SHOWN:
            st.caption(f"The first {_MOST_SHOWN} are shown.")


def _marked(difference: Difference) -> str:
    """What is taken out struck through in red, what is put in bold in green: colour is never the only sign."""
    old, new = (plain(shortened(words, 300)) for words in (difference.old, difference.new))
    struck = f":red[~~{old}~~]" if old else ""
    bold = f":green[**{new}**]" if new else ""
    apart = " " if difference.after[:1].isalnum() else ""
    return " ".join(filter(None, (struck, bold))) + apart
