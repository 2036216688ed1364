"""Suggestions: queues to go through, taking many at once, how good they are, and how they are set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import pandas as pd
import streamlit as st

from coder.errors import CodingError
from coder.formats.tables import write_workbook
from coder.model import Codebook
from coder.store import Project
from coder.workflow.codings import refuse_suggestion, take_suggestion, undo
from coder.workflow.evaluation import FIGURES, evaluate, record_evaluation, recorded_evaluations
from coder.workflow.projects import open_project
from coder.workflow.queues import LENGTH, Queue, above, queue, take_all
from coder.workflow.suggestions import Evidence, Quotation, Snapshot, Suggestion
from coder.workflow.switches import Switches, set_switches
from coder.workflow.track_record import in_ten
from ui import signing
from ui.assistant import Background, assistant
from ui.parts.activity import progress
from ui.parts.errors import refused, told
from ui.parts.words import count, plain, shortened
from ui.resources import coder_id, opened, say
from ui.session import session

WAIT = 0.3
"""Seconds that a decision may take to show in what is suggested next; later it shows with the next one."""

_KEY = "going through suggestions"
_GO, _GOOD, _SET = "Go through", "How good they are", "Settings"


@dataclass
class Going:
    """Where the coder is in a queue: what was passed over, and what was decided just now."""

    queue: tuple[object, ...] = ()
    done: set[Suggestion] = field(default_factory=set)

    def through(self, *queue: object) -> Going:
        """Begin anew where another queue was chosen."""
        if queue != self.queue:
            self.queue, self.done = queue, set()
        return self


def show() -> None:
    """One of three views."""
    st.title("Suggestions")
    with opened() as project:
        if not project.codebook().codes or not project.documents():
            st.info("Suggestions need documents and a codebook. Bring in both, and they begin with its definitions.")
            return
        at_work = assistant()
        snapshot = at_work.fresh(coder_id(), project.revision, WAIT)
        view = st.segmented_control(
            "View", [_GO, _GOOD, _SET], default=_GO, required=True, label_visibility="collapsed", key="suggestions view"
        )
        if view == _SET:
            _settings(project)
        elif at_work.status.failure is not None:
            st.warning(plain(at_work.status.failure), icon=":material/warning:")
            if st.button("Try again", icon=":material/refresh:"):
                at_work.retry()
                st.rerun()
        elif snapshot.switches.silent:
            st.info("Suggestions are switched off. **Settings** above turns them on.", icon=":material/lightbulb:")
        elif snapshot.learned is None:
            _not_yet(at_work)
        elif view == _GOOD:
            _how_good(project, snapshot)
        else:
            _go_through(project, snapshot)


@st.fragment(run_every=1.0)
def _not_yet(at_work: Background) -> None:
    st.info("Passages are being read for the first time, then suggestions are learned. Coding works meanwhile.")
    progress(at_work.status)
    if at_work.snapshot(coder_id()).learned is not None or at_work.status.failure is not None:
        st.rerun(scope="app")


# --- going through ---------------------------------------------------------------------------------


def _go_through(project: Project, snapshot: Snapshot) -> None:
    codebook, documents = project.codebook(), {document.id: document.name for document in project.documents()}
    kind, code, document = _choice(snapshot, codebook, documents)
    going = st.session_state.setdefault(_KEY, Going()).through(coder_id(), kind, code, document)
    if (kind is Queue.MORE and code is None) or (kind is Queue.DOCUMENT and document is None):
        st.info("Choose a code." if kind is Queue.MORE else "Choose a document.", icon=":material/arrow_upward:")
        return
    found = [
        each
        for each in queue(snapshot, kind, code=code, document=document)
        if each not in going.done and each.code in codebook and each.document in documents
    ]
    _silent(snapshot, codebook)
    if not found:
        st.success("Nothing is left in this queue." if going.done else "Nothing is suggested here.")
        _undo(project)
        return
    left, right = st.columns([3, 2], gap="large")
    with right:
        chosen = _list(found, snapshot, codebook, documents)
        _many(project, snapshot, found, codebook)
    with left:
        _card(project, snapshot, found[chosen], going, codebook, documents)


def _choice(snapshot: Snapshot, codebook: Codebook, documents: dict[str, str]) -> tuple[Queue, str | None, str | None]:
    one, two, three = st.columns(3)
    kinds = {kind.value.capitalize(): kind for kind in Queue}
    kind = kinds[one.selectbox("Queue", list(kinds), key="queue")]
    codes = [code.id for code in snapshot.ground.codes if code.id in codebook] if snapshot.ground else []
    code = two.selectbox("Code", [None, *codes], format_func=lambda id: codebook.path(id) if id else "any")
    inside = three.selectbox("Document", [None, *documents], format_func=lambda id: documents[id] if id else "any")
    st.caption(kind.help)
    return kind, code, inside


def _silent(snapshot: Snapshot, codebook: Codebook) -> None:
    if snapshot.beginning:
        st.caption("Nothing is learned from your coding yet: the definitions of the codebook speak.")
    for warning in snapshot.warnings:
        st.caption(plain(warning))
    silent = {code: why for code, why in snapshot.silent.items() if code in codebook}
    if silent:
        with st.popover(f"{count(len(silent), 'code')} not suggested", icon=":material/volume_off:"):
            st.dataframe(
                pd.DataFrame([{"code": codebook.path(code), "why": why} for code, why in silent.items()]),
                hide_index=True,
            )


def _list(found: list[Suggestion], snapshot: Snapshot, codebook: Codebook, documents: dict[str, str]) -> int:
    rows = [
        {
            "fits": 100 * each.probability,
            "code": codebook.code(each.code).name,
            "passage": shortened(_text(snapshot, each), 90),
            "document": documents[each.document],
        }
        for each in found
    ]
    first = "The first " if len(found) == LENGTH else ""
    st.caption(f"{first}{count(len(found), 'suggestion')}. Choose a row, or go on with the keys.")
    event = st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height=360,
        on_select="rerun",
        selection_mode="single-row",
        # A new list has no row chosen, so that the first one is shown.
        key=f"queue {hash(tuple(found))}",
        column_config={
            "fits": st.column_config.ProgressColumn(format="%.0f %%", min_value=0, max_value=100, width="small"),
            "passage": st.column_config.TextColumn(width="large"),
        },
    )
    picked = event.selection.rows
    return picked[0] if picked and picked[0] < len(found) else 0


def _card(
    project: Project,
    snapshot: Snapshot,
    each: Suggestion,
    going: Going,
    codebook: Codebook,
    documents: dict[str, str],
) -> None:
    assert snapshot.ground is not None
    corpus = snapshot.ground.corpus
    row = snapshot.ground.row(each.document, each.passage)
    assert row is not None
    rows = corpus.rows[each.document]
    said = snapshot.said(each.probability)
    with st.container(border=True):
        st.markdown(f"#### {plain(codebook.path(each.code))}")
        st.caption(f"fits **{plain(said.words)}**: {plain(said.basis)}")
        if row > rows.start:
            st.caption(plain(_end(corpus.texts[row - 1])))
        st.text(corpus.texts[row])
        if row + 1 < rows.stop:
            st.caption(plain(shortened(corpus.texts[row + 1], 240)))
        speaker = corpus.speakers[row]
        st.caption(plain(" · ".join(filter(None, [documents[each.document], speaker]))))
        with st.container(horizontal=True):
            if st.button("Take", type="primary", icon=":material/check:", shortcut="a"):
                _decide(project, snapshot, each, going, partial(take_suggestion, project))
            if st.button("Refuse", icon=":material/close:", shortcut="x"):
                _decide(project, snapshot, each, going, partial(refuse_suggestion, project))
            if st.button("Skip", icon=":material/skip_next:", shortcut="s", help="Leave it for another day"):
                going.done.add(each)
                st.rerun()
            if st.button("Open in transcript", icon=":material/article:", shortcut="o"):
                _open(each.document, each.span.start)
            _undo(project)
    if st.toggle("Why", key="why", help="What speaks for it and against it"):
        evidence = snapshot.evidence(each.document, each.passage, each.code)
        if evidence is not None:
            _why(evidence, each.code, documents)


def _decide(project: Project, snapshot: Snapshot, each: Suggestion, going: Going, act: Callable[..., object]) -> None:
    assert snapshot.ground is not None
    try:
        act(
            each.document,
            each.span,
            each.code,
            coder=coder_id(),
            probability=each.probability,
            model=snapshot.ground.model,
        )
    except CodingError as error:
        refused(error)
        return
    going.done.add(each)
    st.rerun()


def _why(evidence: Evidence, code: str, documents: dict[str, str]) -> None:
    if evidence.quotations:
        st.caption(f"Most alike of {count(evidence.examples, 'example')}")
    for number, quotation in enumerate(evidence.quotations):
        _quotation(quotation, documents, f"for {number}")
    if evidence.refused is not None:
        st.caption("Most alike of those refused")
        _quotation(evidence.refused, documents, "against")
    if evidence.sentence is not None:
        st.caption(f"The codebook, {evidence.part}")
        with st.container(border=True):
            st.text(evidence.sentence)
            if st.button("Codebook", key="defined", icon=":material/menu_book:", type="tertiary"):
                session().code = code
                st.switch_page(st.session_state["codebook page"])
    if evidence.words:
        st.caption(plain("Words that count: " + ", ".join(evidence.words)))


def _quotation(quotation: Quotation, documents: dict[str, str], key: str) -> None:
    with st.container(border=True):
        st.text(quotation.text)
        name = documents.get(quotation.document)
        if name is not None and st.button(plain(name), key=key, icon=":material/article:", type="tertiary"):
            _open(quotation.document, quotation.span.start)


def _many(project: Project, snapshot: Snapshot, found: list[Suggestion], codebook: Codebook) -> None:
    with st.expander("Take many at once", icon=":material/done_all:"):
        tenths = st.slider("That fit at least so many times in 10", 1, 10, 8, key="many")
        chosen = above(found, tenths / 10)
        if not chosen:
            likeliest = max(each.probability for each in found)
            st.text(f"None: the likeliest here fits {in_ten(likeliest)}.")
            return
        preview = [
            {"fits": 100 * each.probability, "code": codebook.path(each.code), "passage": _text(snapshot, each)}
            for each in chosen
        ]
        st.dataframe(
            pd.DataFrame(preview),
            hide_index=True,
            column_config={"fits": st.column_config.NumberColumn(format="%.0f %%", width="small")},
        )
        st.caption("Read them first: they become your codings. One undo takes all of them back.")
        if st.button(f"Take {count(len(chosen), 'suggestion')}", icon=":material/done_all:"):
            assert snapshot.ground is not None
            with told():
                taken = take_all(project, chosen, coder=coder_id(), model=snapshot.ground.model)
                say(f"Took {count(taken, 'suggestion')}; Undo takes all back")
                st.rerun()


def _undo(project: Project) -> None:
    what = project.can_undo(coder_id())
    if st.button("Undo", icon=":material/undo:", disabled=what is None, help=plain(what or ""), shortcut="Ctrl+Z"):
        with told():
            entry = undo(project, coder=coder_id())
            st.session_state.pop(_KEY, None)
            say(f"Took back: {entry.summary}", icon=":material/undo:")
            st.rerun()


def _open(document: str, position: int) -> None:
    session().look_at(document, position)
    st.switch_page(st.session_state["coding page"])


def _text(snapshot: Snapshot, each: Suggestion) -> str:
    assert snapshot.ground is not None
    row = snapshot.ground.row(each.document, each.passage)
    return snapshot.ground.corpus.texts[row] if row is not None else ""


def _end(text: str, length: int = 240) -> str:
    """The end of a text in one line, from a whole word on."""
    line = " ".join(text.split())
    return line if len(line) <= length else "…" + line[-length:].partition(" ")[2]


# --- how good they are -----------------------------------------------------------------------------


def _how_good(project: Project, snapshot: Snapshot) -> None:
    found, recorded = evaluate(project, snapshot), recorded_evaluations(project)
    name = next(coder.name for coder in project.coders() if coder.id == coder_id())
    recorded = recorded[recorded["coder"] == name]
    st.caption(
        "Measured on your own coding: each document in turn is left out of learning, and its passages are asked. "
        "Precision: of what would be suggested, how much you have coded so. Recall: of what you have coded, how much "
        "would be suggested. Average precision ranks every passage; beside it, what the definition alone reaches."
    )
    share = st.column_config.NumberColumn(format="%.2f")
    st.dataframe(
        found.codes,
        hide_index=True,
        column_config=dict.fromkeys(found.codes.columns[2:-1], share)
        | {"code path": st.column_config.TextColumn("code", width="large"), "state": {"width": "medium"}},
    )
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Do the probabilities hold?", anchor=False)
        held = found.calibration[found.calibration["passages left out"] > 0]
        if len(held):
            drawn = held[["said", "coded so"]].assign(exact=held["said"])
            st.line_chart(
                drawn,
                x="said",
                y=["coded so", "exact"],
                x_label="said",
                y_label="coded so",
                color=["#c63648", "#999999"],
            )
    with right:
        st.subheader("Which codes are mixed up?", anchor=False)
        if found.confusion.empty:
            st.text("None: no passage would be offered another code before the one that it has.")
        else:
            order = ("times", "coded", "suggested")
            st.dataframe(found.confusion, hide_index=True, column_order=order)
    st.dataframe(
        found.calibration,
        hide_index=True,
        placeholder="",
        column_config=dict.fromkeys(("said", "coded so", "taken if right"), share),
    )
    st.subheader("How it has grown", anchor=False)
    if recorded.empty:
        st.text("No figures are kept yet. Keep some now and then to see how they grow with your coding.")
    else:
        _growth(recorded)
    with st.container(horizontal=True):
        if st.button("Keep these figures in the journal", icon=":material/bookmark_add:"):
            with told():
                number = record_evaluation(project, snapshot, coder=coder_id())
                say(f"Kept as evaluation {number}")
                st.rerun()
        st.download_button(
            "All tables as XLSX",
            data=partial(_workbook, project.path, snapshot),
            file_name="suggestions-evaluated.xlsx",
            on_click="ignore",
            icon=":material/download:",
        )


def _growth(recorded: pd.DataFrame) -> None:
    """The figures that were kept over the number of examples, of one code or in the mean of all."""
    paths = sorted(set(recorded["code path"]))
    path = st.selectbox("Code", [None, *paths], format_func=lambda path: path or "all codes", key="grown code")
    of = recorded if path is None else recorded[recorded["code path"] == path]
    shares = list(FIGURES[1:])
    growth = of.groupby("evaluation").agg({"examples": "sum"} | dict.fromkeys(shares, "mean"))
    if len(growth) > 1:
        st.line_chart(growth, x="examples", y=shares)
    else:
        st.text("One evaluation is kept. With the next one, a line shows how the figures grow.")


def _workbook(path: str, snapshot: Snapshot) -> bytes:
    # Built when asked for, after this rerun has closed its project.
    with open_project(path) as project:
        found = evaluate(project, snapshot)
        sheets = {"codes": found.codes, "calibration": found.calibration, "confusion": found.confusion}
        return write_workbook({**sheets, "recorded": recorded_evaluations(project)})


# --- settings --------------------------------------------------------------------------------------


def _settings(project: Project) -> None:
    now = Switches.of(project, coder_id())
    with st.form("suggestion settings"):
        st.text("For you")
        on = st.toggle("Suggest codes to me", not now.off)
        own_pass = st.toggle(
            "In a document only after my own pass", now.own_pass, help="When you have read it to the end"
        )
        st.text("For everybody in this project")
        on_for_all = st.toggle("Suggest codes at all", not now.off_for_all)
        everybody = st.toggle("Learn from all coders, not only from one’s own coding", now.everybody)
        interviewer = st.toggle("Suggest for the interviewer’s turns, too", now.interviewer)
        encoder, download = now.encoder, now.download
        if signing.folder() is None:
            encoder = st.text_input(
                "Another model that reads passages",
                now.encoder,
                placeholder="the one that ships with Redthread",
                help="A sentence-transformers model, such as a multilingual one: its folder, or its name",
            )
            download = st.toggle("It may be downloaded (your texts stay here)", now.download)
        if st.form_submit_button("Save", type="primary"):
            with told():
                switches = Switches(not on_for_all, not on, own_pass, everybody, interviewer, encoder.strip(), download)
                set_switches(project, switches, coder=coder_id())
                assistant().retry()
                say("Saved how suggestions work")
                st.rerun()
