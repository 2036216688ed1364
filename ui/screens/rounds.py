"""Blind coding: what I was given, who is how far, and when everybody may look; an owner gives documents out."""

from __future__ import annotations

from functools import partial
from secrets import randbelow

import pandas as pd
import streamlit as st

from coder.errors import CodingError
from coder.model import Coder, Document, Role
from coder.model.blind import Round
from coder.store import Project
from coder.workflow import rounds as verbs
from ui.parts.acting import popover
from ui.parts.errors import refused
from ui.parts.leading import lead
from ui.parts.words import count, local_time, plain
from ui.resources import coder_id, opened, say
from ui.session import session

_SEED = "rounds seed"
_RULE = (
    "While a round is sealed, on its documents everybody sees only what is their own: codings, memos, decisions on "
    "suggestions, how far one has read, summaries. Suggestions learn nothing from others there. That holds for "
    "every screen, table and export, for the terminal and for Python, and for owners, too. It does not hold against "
    "another program that opens the project file."
)


def show() -> None:
    """My tasks, the rounds that are sealed, those that were revealed."""
    st.title("Blind coding", anchor=False)
    with opened() as project:
        people = {person.id: person for person in project.coders()}
        me = people[coder_id()]
        made = project.rounds()
        if me.role is Role.OWNER:
            _begin(project, list(people.values()))
        elif not made:
            st.text("No documents were given out to be coded blind. An owner of the project does that.")
        st.caption(_RULE)
        _tasks(project, me)
        for one in made:
            if one.sealed:
                _sealed(project, one, me)
        _revealed(project, [one for one in made if not one.sealed], people)


# --- my tasks --------------------------------------------------------------------------------------


def _tasks(project: Project, me: Coder) -> None:
    given = verbs.tasks(project, me.id)
    if not given:
        return
    st.header("What I code", anchor=False)
    for task in given:
        with st.container(border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.text(f"{task.document.name}\n{_state(task)}", width="content")
            with st.container(horizontal=True, width="content"):
                key = f"{task.round.id} {task.document.id}"
                if st.button("Code", icon=":material/ink_highlighter:", key=f"code {key}"):
                    session().look_at(task.document.id)
                    st.switch_page(st.session_state["coding page"])
                word, icon = ("I go on with it", "undo") if task.done else ("I am done", "check")
                if st.button(word, icon=f":material/{icon}:", key=f"done {key}"):
                    verb = partial(
                        verbs.mark_done, project, task.round.id, task.document.id, coder=me.id, done=not task.done
                    )
                    _do(verb, f"{task.document.name}: {'done' if not task.done else 'open again'}")


def _state(task: verbs.Task) -> str:
    if task.done:
        return f"{task.round.name}, done {local_time(task.done)}"
    read = task.reached / task.document.characters if task.document.characters else 0.0
    return f"{task.round.name}, {read:.0%} read"


# --- rounds ----------------------------------------------------------------------------------------


def _sealed(project: Project, made: Round, me: Coder) -> None:
    waiting = verbs.unfinished(project, made)
    st.header(made.name, anchor=False)
    st.text(f"{count(len(made.documents), 'document')}, {made.drawn}. Sealed since {local_time(made.created)}.")
    for share in verbs.progress(project, made):
        done = f"{share.coder.name}: done with {share.done} of {share.given}"
        st.progress(share.done / share.given, plain(done), width=420)
    if not waiting and (me.id in made.coders or me.role is Role.OWNER):
        st.text("Everybody is done.")
        if st.button("Reveal", icon=":material/visibility:", type="primary", key=f"reveal {made.id}"):
            _do(partial(verbs.reveal_round, project, made.id, coder=me.id), f"{made.name} is revealed to everybody")
    elif me.role is Role.OWNER:
        with popover(project, "Reveal before all are done", icon="visibility"):
            st.text("This cannot be taken back, and the journal keeps it with the reason.")
            reason = st.text_input("Why", key=f"reason {made.id}")
            if st.button("Reveal now", key=f"early {made.id}"):
                verb = partial(verbs.reveal_round, project, made.id, coder=me.id, reason=reason)
                _do(verb, f"{made.name} is revealed to everybody")


def _revealed(project: Project, made: list[Round], people: dict[str, Coder]) -> None:
    if not made:
        return
    st.header("Revealed", anchor=False)
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "round": one.name,
                    "documents": len(one.documents),
                    "coders": ", ".join(people[coder].name for coder in one.coders),
                    "chosen": one.drawn,
                    "sealed": local_time(one.created),
                    "revealed": local_time(one.revealed or one.created),
                    "before all were done, because": one.reason,
                }
                for one in made
            ]
        ),
        hide_index=True,
    )
    if st.button("Compare what was coded", icon=":material/handshake:"):
        st.switch_page(st.session_state["agreement page"])


# --- a new round -----------------------------------------------------------------------------------


def _begin(project: Project, people: list[Coder]) -> None:
    free = set(verbs.free_documents(project))
    documents = [document for document in project.documents() if document.id in free]
    coders = [person for person in people if person.role.writes]
    if len(coders) < 2:
        lead("Blind coding needs at least two who code. Add the others first.", "People", "people")
    elif not documents:
        st.text("Every document is in a sealed round.")
    else:
        with st.expander("Give documents out", icon=":material/add:", expanded=not project.rounds()):
            _form(project, documents, coders)


def _form(project: Project, documents: list[Document], coders: list[Coder]) -> None:
    name = st.text_input("Name of the round", f"Round {len(project.rounds()) + 1}", key="rounds name")
    chosen = st.pills(
        "Who codes",
        [person.id for person in coders],
        selection_mode="multi",
        format_func={person.id: plain(person.name) for person in coders}.__getitem__,
        key="rounds coders",
    )
    names = {document.id: document.name for document in documents}
    by_chance = st.segmented_control(
        "Documents", ["drawn at random", "chosen"], default="drawn at random", required=True
    )
    try:
        if by_chance == "chosen":
            picked = st.multiselect("Which", list(names), format_func=names.__getitem__, key="rounds documents")
            drawn = "chosen by hand"
        else:
            with st.container(horizontal=True):
                most = len(documents)
                number = st.number_input("How many", 1, most, min(most, max(1, round(most / 5))), width=140)
                seed = st.number_input(
                    "Seed", 0, 999_999, st.session_state.setdefault(_SEED, randbelow(1_000_000)), width=160,
                    help="The same seed draws the same documents again, so that the sample can be reported.",
                )  # fmt: skip
            picked = list(verbs.draw(project, number, seed, list(names)))
            drawn = f"{number} of {most} drawn at random with the seed {seed}"
        each = _each(len(chosen))
        if st.button(
            "Seal and give out", type="primary", icon=":material/lock:", disabled=len(chosen) < 2 or not picked
        ):
            verb = partial(verbs.begin_round, project, name, picked, chosen, coder=coder_id(), each=each, drawn=drawn)
            st.session_state.pop(_SEED, None)
            _do(verb, f"{count(len(picked), 'document')} given out; nobody sees what others do there")
    except CodingError as error:
        refused(error)


def _each(coders: int) -> int | None:
    if coders <= 2:
        return None
    return st.select_slider(
        "Coders for each document", list(range(2, coders + 1)), coders,
        help="Fewer than all: documents go round, so that everybody has about as many.",
    )  # fmt: skip


def _do(verb: partial[Round], what: str) -> None:
    try:
        verb()
    except CodingError as error:
        refused(error)
    else:
        # No undo takes a round back: nothing is said of one.
        say(what)
        st.rerun()
