"""The assistant as a coder: where it is held back, what its help does, how it agrees, how it is taken."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from coder.formats.tables import write_workbook
from coder.model import Role
from coder.store import Project
from coder.workflow.aided import SHARES, Aided, acceptance, aided, in_words
from coder.workflow.unaided import MOST, HeldBack, hold_back
from ui.assistant import assistant
from ui.parts.acting import act
from ui.parts.leading import lead
from ui.parts.words import count, local_time, plain
from ui.resources import coder_id, opened

WAIT = 1.0
_ASKED = {
    SHARES[0]: "on any passage",
    SHARES[1]: "where it was, or would have been, suggested",
    SHARES[2]: "where it was not suggested",
}


def show() -> None:
    """Holding back, aided against unaided, acceptance."""
    st.title("Assistant", anchor=False)
    st.caption(
        "The assistant is one more coder, and people may follow it too readily. Passages drawn at random, on which "
        "nobody sees a suggestion, show how one codes without it."
    )
    with opened() as project:
        held = HeldBack.of(project)
        _holding_back(project, held)
        snapshot = assistant().fresh(coder_id(), project.revision, WAIT)
        if snapshot.learned is None:
            lead("Nothing has been suggested to you yet.", "See suggestions", "suggestions")
        else:
            found = aided(project, snapshot)
            _compared(found)
            taken = acceptance(project)
            _taken(taken)
            st.download_button(
                "Both tables as XLSX",
                data=partial(write_workbook, {"aided and unaided": found.codes, "acceptance": taken}),
                file_name="assistant-as-coder.xlsx",
                on_click="ignore",
                icon=":material/download:",
            )
    _what_it_shows()


def _holding_back(project: Project, held: HeldBack) -> None:
    st.header("Held back", anchor=False)
    slice = (
        f"{held.share} % of the passages get no suggestions, from anybody and for good (seed {held.seed}, since "
        f"{local_time(held.since)})."
        if held.share
        else "Every passage may get suggestions."
    )
    first = "In a document suggestions come only after one's own pass." if held.own_pass else ""
    st.text(f"{slice} {first}".strip())
    people = {person.id: person for person in project.coders()}
    if people[coder_id()].role is not Role.OWNER:
        return
    with st.popover("Change", icon=":material/tune:"), st.form("held back", border=False):
        share = st.slider("Passages without suggestions, in percent", 0, MOST, held.share, step=5)
        own_pass = st.toggle("For everybody only after the own pass", held.own_pass)
        if st.form_submit_button("Save", type="primary"):
            act(
                partial(hold_back, project, share=share, own_pass=own_pass, coder=coder_id()),
                f"{share} % of the passages are without suggestions",
            )


def _compared(found: Aided) -> None:
    st.header("With help and without", anchor=False)
    if found.codes.empty:
        st.text(" ".join(found.cautions))
        return
    st.text(
        f"Your own coding of {count(found.with_help + found.without, 'passage')} in "
        f"{count(found.documents, 'document')}: {found.with_help:,} with help, {found.without:,} without."
    )
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in in_words(found)))
    for caution in found.cautions:
        st.caption(f":material/warning: {plain(caution)}")
    asked = st.segmented_control(
        "How often a code was put", list(_ASKED), default=SHARES[1], required=True, format_func=_ASKED.__getitem__
    )
    st.dataframe(
        _figures(found.codes, asked),
        hide_index=True,
        column_config={"code": st.column_config.TextColumn(width="medium")}
        | dict.fromkeys(
            ("with help", "without", "difference", "from", "to"), st.column_config.NumberColumn(format="percent")
        )
        | dict.fromkeys(
            ("kappa with help", "kappa without"),
            st.column_config.NumberColumn(format="%.2f", help="Agreement of what would be suggested with your coding"),
        ),
    )


def _figures(codes: pd.DataFrame, share: str) -> pd.DataFrame:
    names = {
        "code path": "code",
        f"{share}, rate": "with help",
        f"{share}, of": "passages",
        f"{share}, unaided rate": "without",
        f"{share}, of unaided": "passages without",
        f"{share}, difference": "difference",
        f"{share}, difference low": "from",
        f"{share}, difference high": "to",
        "kappa aided": "kappa with help",
        "kappa unaided": "kappa without",
    }
    return codes[list(names)].rename(columns=names)


def _taken(found: pd.DataFrame) -> None:
    st.header("How suggestions were taken", anchor=False)
    if found.empty:
        st.text("No suggestion was taken or refused yet.")
        return
    months = found.pivot_table(index="month", columns="coder", values="share taken")
    if len(months) > 1:
        st.line_chart(months, y_label="share taken")
    shares = dict.fromkeys(("share taken", "low", "high"), st.column_config.NumberColumn(format="percent"))
    st.dataframe(found, hide_index=True, column_config=shares)


def _what_it_shows() -> None:
    with st.expander("What this shows, and what it cannot"):
        st.markdown(
            "- Passages with and without help are drawn by chance from the same documents, so a difference beyond its "
            "interval comes from the help. The slice is enforced where suggestions are made: no screen, queue or "
            "terminal shows one there.\n"
            "- What *would* have been suggested is asked of a learner that has not seen the document. It has learned "
            "from coding that was itself helped.\n"
            "- More coding with help is not yet bias: help may also find what one overlooks. *Where it was suggested* "
            "together with a settled second reading tells the two apart.\n"
            "- Help on one passage may change how one codes the next, also in the slice. Such an effect makes the "
            "difference smaller than it is.\n"
            "- A suggestion that could be seen was not necessarily looked at. Intervals take passages as independent."
        )
