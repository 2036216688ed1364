"""Choosing some cases: by what is known about them, or by hand."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from coder.model.claim import CaseGroup
from coder.store import Project
from coder.workflow.contrasts import values
from ui.parts.words import count


def choose_cases(
    project: Project,
    label: str,
    by: str,
    *,
    key: str,
    last: CaseGroup | None = None,
    taken: Collection[str] = (),
    placeholder: str = "Choose",
) -> CaseGroup | None:
    """Values of the attribute ``by``, or cases themselves where it is empty; None while nothing is chosen.

    ``last`` is what was chosen before, ``taken`` (values or case ids) is not offered.
    """
    if by:
        held = values(project, by)
        words = {value: f"{value} ({count(number, 'case')})" for value, number in held.items()}
        before = last.values if last is not None and last.attribute == by else ()
    else:
        words = {case.id: case.name for case in project.cases()}
        before = last.cases if last is not None and not last.attribute else ()
    options = [option for option in words if option not in taken]
    # Another attribute, or another claim, makes it another field.
    chosen = st.multiselect(
        label,
        options,
        default=[option for option in before if option in options],
        format_func=words.__getitem__,
        key=f"{key} {by} {','.join(sorted(taken))}",
        placeholder=placeholder,
    )
    if not chosen:
        return None
    return CaseGroup(by, tuple(chosen)) if by else CaseGroup(cases=tuple(chosen))
