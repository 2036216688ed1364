"""The transcript pane: read, select, code, and see why a code is suggested.

Two components. An invisible one outside the fragment carries what is large and rarely changes and is
the lifeline after a restart; the pane inside the fragment gets only keys, acknowledgements, refusals
and changes. ``transcript`` mounts both.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from functools import partial

import streamlit as st

from coder.errors import CodingError
from coder.store import Project
from coder.workflow.projects import open_project
from ui.components.assets import loader
from ui.components.transcript.conversation import Conversation
from ui.components.transcript.source import Source, apply
from ui.components.transcript.view import Evidence, Goto, Quotation, Suggestion, Suggestions
from ui.components.transcript.wire import (
    Wire,
    base_item,
    codebook_item,
    evidence_wire,
    goto_wire,
    marks_wire,
    page_item,
    passages_wire,
    read_batch,
)
from ui.components.watched import watch

Opener = Callable[[], AbstractContextManager[Project]]

__all__ = ["Evidence", "Goto", "Quotation", "Suggestion", "Suggestions", "courier", "transcript"]

_shelf = st.components.v2.component("redthread.shelf", js=loader("shelf.js"), isolate_styles=False)
_courier = st.components.v2.component("redthread.courier", js=loader("courier.js"), isolate_styles=False)
_pane = st.components.v2.component("redthread.pane", js=loader("mount.js"), isolate_styles=False)


def transcript(
    opened: Opener,
    document: str,
    *,
    coder: str,
    suggestions: Callable[[], Suggestions | None] | None = None,
    evidence: Callable[[int, str], Evidence] | None = None,
    alike: Callable[[str], Collection[str]] | None = None,
    goto: Goto | None = None,
    on_goto: Callable[[str, int], None] | None = None,
    on_define: Callable[[str], None] | None = None,
    coders: Collection[str] | None = None,
    address: str | None = None,
    read_only: bool = False,
    height: int | None = None,
    key: str = "transcript",
) -> None:
    """Show a document for coding; call it in a full run of the script, outside any fragment.

    ``opened`` opens the project for the length of a ``with`` block, in whatever thread it is called.
    ``suggestions`` gives those of the document (None: none yet), ``evidence`` why a code is suggested
    for the segment of an index; leave both out to switch suggestions off. ``alike`` gives the
    ids of codes much like a new one of a name, None to compare letters only. ``on_goto`` is told, in the
    fragment, to open another document (id, position in code points), ``on_define`` to show a code (id) in the
    codebook; both may rerun the app. ``coders`` limits whose codings are shown beside one's own. Under the name
    ``address`` the pane keeps the position (code points) in the page's address. ``height`` in pixels, None to fill
    the window.

    Raises UnknownItem for a document or coder that is not there.
    """
    source = Source(document, coder, coders)
    talk = _conversation(key)
    with opened() as project:
        shown = project.document(document)
        page = page_item(shown, project.turns(document), project.segments(document))
        book = codebook_item(project.codebook(), project.coders())
        base = base_item(shown.text, source.marks(project), document=document, coder=coder)
        writes = not read_only and any(c.id == coder and c.role.writes for c in project.coders())
        identity, blind = project.id, document in project.sealed
        watch(project.id, project.path)
        _hold_open(project.path)
    talk.show(document)
    talk.shelved = book["key"]
    _shelf(key=f"{key}-shelf", data={"items": [page, book, base]}, on_wake_change=_nothing)

    @st.fragment
    def pane() -> None:
        batch = talk.once()
        here = batch is not None and batch.document == document
        if batch is not None and batch.go is not None:
            target, position = batch.go
            if target == document:
                talk.goto = Goto(position, token=f"{batch.client}:{batch.number}")
            elif on_goto is not None:
                on_goto(target, position)
        if batch is not None and batch.define is not None and on_define is not None:
            on_define(batch.define)
        since = base["revision"] if talk.have is None else talk.have
        with opened() as project:
            if project.document(document).sha256 != shown.sha256 or (document in project.sealed) != blind:
                # Corrected, sealed or revealed meanwhile: the page is built anew on what there is now.
                st.rerun()
            changes = source.changes(project, since)
            now = codebook_item(project.codebook(), project.coders())["key"]
            undo, redo = project.can_undo(coder, talk.past), project.can_redo(coder, talk.past)
        if now != talk.shelved:
            st.rerun()
        place = talk.goto or goto
        data: Wire = {
            "project": identity,
            "me": coder,
            "page": page["key"],
            "codebook": book["key"],
            "base": base["key"],
            "readOnly": not writes,
            "newCodes": writes,
            "height": height,
            "address": address,
            "suggests": suggestions is not None,
            "heard": talk.heard,
            "acknowledged": talk.acknowledged,
            "refusals": [list(refusal) for refusal in talk.refused],
            "stale": [list(operation) for operation in talk.stale],
            "trouble": talk.trouble,
            "changes": {"since": since, **marks_wire(shown.text, changes, coder=coder)},
            "undo": undo,
            "redo": redo,
            "goto": goto_wire(shown.text, place) if place else None,
            "suggestions": None,
            "evidence": None,
            "comparesNames": alike is not None,
            "alike": None,
        }
        if suggestions is not None and here and batch is not None and batch.ask:
            data["suggestions"] = _suggestions(talk, suggestions, batch.suggested)
        if evidence is not None and here and batch is not None and batch.look is not None:
            data["evidence"] = evidence_wire(*batch.look, evidence(*batch.look))
        if alike is not None and here and batch is not None and batch.name is not None:
            data["alike"] = {"name": batch.name, "codes": list(alike(batch.name))}
        _pane(key=key, data=data, on_batch_change=partial(_receive, key, talk, opened, coder))

    pane()


def courier(opened: Opener, *, coder: str, key: str = "courier") -> list[str]:
    """Deliver what was done just before the transcript was left; call it on every screen, the coding screen too.

    Gives the reasons of what was refused since the last call: the pane is no longer there to say them.
    """
    talk = _conversation(key)
    refused = [message for _, _, message in talk.refused]
    talk.refused.clear()
    with opened() as project:
        identity = project.id
    _courier(
        key=key,
        # In a list, for in a dictionary Streamlit looks for tables, and every first screen would wait for pandas.
        data=[{"project": identity, "me": coder, "heard": talk.heard, "acknowledged": talk.acknowledged}],
        on_batch_change=partial(_receive, key, talk, opened, coder),
    )
    return refused


def _receive(key: str, talk: Conversation, opened: Opener, coder: str) -> None:
    if key not in st.session_state:
        return  # The screen was left meanwhile; what was not heard is sent again.
    try:
        batch = read_batch(st.session_state[key]["batch"])
        with opened() as project:
            talk.receive(batch, partial(apply, project, coder=coder, past=talk.past))
    except CodingError as error:
        talk.trouble = str(error)


@st.cache_resource(show_spinner=False)
def _hold_open(path: str) -> Project:
    """A connection for the life of the server that nobody uses."""
    # SQLite writes its log back whenever the last connection closes; one that stays keeps that out of every coding.
    return open_project(path)


def _conversation(key: str) -> Conversation:
    found = st.session_state.get(f"{key}-conversation")
    if not isinstance(found, Conversation):
        found = st.session_state[f"{key}-conversation"] = Conversation()
    return found


def _suggestions(talk: Conversation, give: Callable[[], Suggestions | None], version: str | None) -> Wire | None:
    now = give()
    if now is None or now.version == version:
        return None
    known = talk.known_suggestions(version)
    talk.sent_suggestions(now, version)
    return {
        "version": now.version,
        "whole": known is None,
        "model": now.model,
        "passages": passages_wire(now.passages, known),
    }


def _nothing() -> None:
    """A trigger arrives only where someone listens."""
