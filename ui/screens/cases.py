"""Cases: participants, sites or networks, and what is known about each."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from coder.errors import CodingError, StaleEdit, UnknownItem
from coder.formats.rows import SUFFIXES
from coder.model import Attribute, AttributeType, Case
from coder.store import Project
from coder.workflow import cases as verbs
from ui.parts.acting import act, popover
from ui.parts.disputes import dispute
from ui.parts.words import count
from ui.resources import coder_id, done, opened, say

KINDS = {
    AttributeType.TEXT: "text",
    AttributeType.NUMBER: "numbers",
    AttributeType.BOOLEAN: "yes or no",
    AttributeType.DATE: "dates",
}


def show(project: Project) -> None:
    """The table of cases, and what can be added to it."""
    cases, attributes = project.cases(), project.attributes()
    bar = st.container(horizontal=True, vertical_alignment="center")
    chosen = _table(project, cases, attributes) if cases else []
    if not cases:
        st.info("A case is a participant, a site or a network. Add one, or load a table with one row for each.")
    with bar:
        st.text(f"{len(chosen)} chosen" if chosen else count(len(cases), "case"), width="stretch")
        _add_case(project)
        _add_attribute(project, disabled=not cases)
        _load_table(project)
        if st.button("Remove", icon=":material/delete:", disabled=not chosen, help="Their documents stay"):
            what = f"Removed {count(len(chosen), 'case')}"
            act(lambda: verbs.remove_cases(project, chosen, coder=coder_id()), what)


def named(project: Project, name: str) -> str:
    """The id of the case of this name; a new case where there is none. Raises InvalidValue for an empty name."""
    try:
        return verbs.case_named(project, name).id
    except UnknownItem:
        return verbs.add_case(project, name, coder=coder_id()).id


def all_named(project: Project, names: Sequence[str]) -> list[str]:
    """The ids of the cases of these names; new cases where there are none."""
    return [named(project, name) for name in names]


def _table(project: Project, cases: Sequence[Case], attributes: Sequence[Attribute]) -> list[str]:
    """Draw the table; the ids of the cases that are chosen."""
    names = [attribute.name for attribute in attributes]
    # Columns by number: an attribute may be called as one of ours.
    table = pd.DataFrame(
        [[False, case.name, *(verbs.as_text(case.values.get(name)) for name in names)] for case in cases],
        columns=[str(number) for number in range(len(names) + 2)],
    )
    edited = st.data_editor(
        table,
        key=_key(table),
        on_change=_store,
        args=(_key(table), [case.id for case in cases], names, table.to_numpy().tolist()),
        hide_index=True,
        height=min(800, 38 + 35 * len(cases)),
        column_config={
            "0": st.column_config.CheckboxColumn("", width=36, pinned=True),
            "1": st.column_config.TextColumn("case", required=True, width=160),
            **{str(number): st.column_config.TextColumn(name) for number, name in enumerate(names, start=2)},
        },
    )
    return [case.id for case, row in zip(cases, edited["0"], strict=True) if row]


def _key(table: pd.DataFrame) -> str:
    # Made from what it shows: others' work elsewhere leaves alone what is chosen here.
    return f"cases {hashlib.sha256(repr(table.to_numpy().tolist()).encode()).hexdigest()[:16]}"


def _store(key: str, cases: Sequence[str], names: Sequence[str], shown: Sequence[Sequence[object]]) -> None:
    """Store what was typed into a table that showed this, before the page is drawn anew."""
    for row, typed in st.session_state[key]["edited_rows"].items():
        for column, value in typed.items():
            number = int(column)
            if number:
                before = str(shown[int(row)][number] or "")
                _change(cases[int(row)], names[number - 2] if number > 1 else None, str(value or ""), before)


def _change(case: str, attribute: str | None, text: str, before: str) -> None:
    try:
        with opened() as project:
            if attribute is None:
                verbs.rename_case(project, case, text, coder=coder_id())
                done(f"Renamed {before} to {text}")
            else:
                verbs.set_value(project, case, attribute, text, seen=before, coder=coder_id())
                done(f"Changed {attribute} of {verbs.found_case(project, case).name}")
    except StaleEdit as error:
        stands = error.versions[0][1]
        mine = partial(verbs.set_value, case=case, attribute=attribute or "", text=text, seen=stands, coder=coder_id())
        dispute(error, mine)
    except CodingError as error:
        say(f"Not done: {error}", ":material/error:")


def _add_case(project: Project) -> None:
    with popover(project, "Add a case", icon="add"), st.form("add case", clear_on_submit=True, border=False):
        name = st.text_input("Name of the case")
        if st.form_submit_button("Add it", type="primary"):
            act(lambda: verbs.add_case(project, name, coder=coder_id()), f"Added the case {name.strip()}")


def _add_attribute(project: Project, *, disabled: bool) -> None:
    with (
        popover(project, "Add an attribute", icon="add_column_right", disabled=disabled),
        st.form("add attribute", clear_on_submit=True, border=False),
    ):
        name = st.text_input("Something to know about every case")
        kind = st.selectbox("Its values are", list(KINDS), format_func=KINDS.__getitem__)
        if st.form_submit_button("Add it", type="primary"):
            act(lambda: verbs.add_attribute(project, name, kind, coder=coder_id()), f"Added {name.strip()}")


def _load_table(project: Project) -> None:
    with popover(project, "Load a table", icon="upload_file"):
        st.text("A table with one row for each case. The first column is its name, the others become attributes.")
        file = st.file_uploader(
            "Table of cases",
            type=[suffix.lstrip(".") for suffix in SUFFIXES],
            key=f"case table {project.revision}",
            label_visibility="collapsed",
        )
        if file is not None:
            what = f"Loaded {file.name}"
            act(lambda: verbs.import_case_table(project, file.name, file.getvalue(), coder=coder_id()), what)
