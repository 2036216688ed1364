"""The codebook: the tree, every field of a code, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from coder.errors import InvalidValue, StaleEdit
from coder.formats import CODEBOOK_READERS, write_codebook
from coder.model import Code, Codebook, CodeStatus
from coder.store import Project
from coder.workflow import codebooks, sorting
from coder.workflow.likeness import much_alike
from coder.workflow.meaning import DEFINING, wording
from coder.workflow.projects import shipped_codebooks
from coder.workflow.versions import to_look_at_again
from ui.assistant import names_encoder
from ui.parts import versions
from ui.parts.acting import act, popover
from ui.parts.disputes import dispute
from ui.parts.errors import refused
from ui.parts.sharing import share
from ui.parts.splitting import splitting
from ui.parts.words import count, plain, shortened, swatch
from ui.resources import coder_id, opened
from ui.session import session

_EDITING = "code being edited"
_BEGUN = "code as it was when editing began"
_SPLITTING = "code being split"
_OVERLAPPING = 8
"""Quotations shown of those on which two codes lie that are to be merged."""


def show() -> None:
    """The tree at the left, the chosen code at the right."""
    st.title("Codebook", anchor=False)
    with opened() as project:
        codebook = project.codebook()
        takes = sum(code.takes_codings for code in codebook.codes)
        st.caption(plain(f"{codebook.title}, version {codebook.version}: {count(takes, 'code')} in use"))
        made: dict[str, int] = {}
        for coding in project.codings():
            made[coding.code] = made.get(coding.code, 0) + 1
        bar = st.container(horizontal=True, vertical_alignment="center")
        waiting = to_look_at_again(project)
        views = {"codes": "Codes", "history": "History", "again": f"Look again ({len(waiting):,})"}
        view = st.segmented_control(
            "View",
            views,
            format_func=views.__getitem__,
            default="codes",
            label_visibility="collapsed",
            required=True,
            key="codebook view",
        )
        chosen = None
        if view == "history":
            versions.history(project)
        elif view == "again":
            versions.look_again(project, codebook, waiting)
        elif codebook.codes:
            steps = st.container(horizontal=True, gap="xsmall")
            with st.container(key="beside"):
                left, right = st.columns([5, 6], gap="medium")
            with left:
                chosen = _tree(codebook, made)
            with steps:
                _order(project, codebook, chosen)
            with right:
                if chosen is None:
                    st.info("Choose a code to read its definition and to sharpen it.")
                else:
                    _code(project, codebook, chosen, made.get(chosen.id, 0))
        else:
            st.info("The codebook is empty. Add a first code, or load a codebook: a file, or one that comes along.")
        with bar:
            _bar(project, codebook, chosen)


def _bar(project: Project, codebook: Codebook, chosen: Code | None) -> None:
    with popover(project, "Add a code", icon="add"):
        _add(project, codebook, chosen)
    with popover(project, "Load", icon="upload_file"):
        _load(project)
    versions.publishing(project, codebook)
    st.download_button(
        "Download",
        data=lambda: write_codebook("codebook.yaml", codebook),
        file_name="codebook.yaml",
        on_click="ignore",
        icon=":material/download:",
        disabled=not codebook.codes,
        help="The whole codebook as a YAML file",
    )
    share()
    _findings(codebook)


def _tree(codebook: Codebook, made: dict[str, int]) -> Code | None:
    here, walked = session(), list(codebook.walk())
    at = next((row for row, (_, code) in enumerate(walked) if code.id == here.code), None)
    rows = [
        {
            "colour": swatch(code.colour),
            "code": "\u2003" * depth + code.name + (" (retired)" if code.status is CodeStatus.RETIRED else ""),
            "key": code.key or "",
            "codings": made.get(code.id, 0 if code.codable else None),
        }
        for depth, code in walked
    ]
    event = st.dataframe(
        pd.DataFrame(rows).astype({"codings": "Int64"}),
        hide_index=True,
        height=min(760, 40 + 35 * len(rows)),
        on_select="rerun",
        selection_mode=["single-row", "single-cell"],
        selection_default={"selection": {"rows": [at]}} if at is not None else None,
        # A row is chosen by its number: with another order the choice must not pass to another code.
        key=f"codebook tree {hash(tuple(code.id for _, code in walked))}",
        placeholder="",
        column_config={
            "colour": st.column_config.ImageColumn("", width=36),
            "code": st.column_config.TextColumn(width=208),
            "key": st.column_config.TextColumn(width=40),
            "codings": st.column_config.NumberColumn(width=70),
        },
    )
    picked = event.selection.rows or [row for row, _ in event.selection.cells]
    if picked and picked[0] < len(walked):
        here.code = walked[picked[0]][1].id
    return codebook.code(here.code) if here.code and here.code in codebook else None


def _add(project: Project, codebook: Codebook, chosen: Code | None) -> None:
    with st.form(f"add code {project.revision}", border=False):
        name = st.text_input("Name of the new code")
        parents = [None, *(code.id for _, code in codebook.walk())]
        beside = chosen.id if chosen and not chosen.codable else chosen.parent if chosen else None
        parent = st.selectbox("Under", parents, index=parents.index(beside), format_func=_place_in(codebook))
        brief = st.text_input("Brief definition")
        anyway = st.checkbox("Add it also where a code much like it is there")
        if st.form_submit_button("Add it", type="primary"):
            alike = much_alike(codebook, name, names_encoder())
            if alike and not anyway:
                paths = "; ".join(codebook.path(code.id) for code in alike)
                st.warning(plain(f"Much like it: {paths}. If it is another, tick the box and add it again."))
                return
            act(
                lambda: codebooks.add_code(project, name=name, parent=parent, brief=brief.strip(), coder=coder_id()),
                f"Added the code {name.strip()}",
            )


def _code(project: Project, codebook: Codebook, code: Code, codings: int) -> None:
    with st.container(border=True):
        st.subheader(plain(codebook.path(code.id)), anchor=False)
        facts = [count(codings, "coding")] if code.codable or codings else ["groups the codes below it"]
        if code.key:
            facts.append(f"key {code.key}")
        if not _active(code):
            facts.append("retired: takes no new codings")
        st.caption(" · ".join(facts))
        if st.session_state.get(_EDITING) == code.id:
            _edit(project, code, codings)
        elif st.session_state.get(_SPLITTING) == code.id:
            splitting(project, code, _SPLITTING)
        else:
            _acts(project, codebook, code, codings)
            _definition(codebook, code)


def _definition(codebook: Codebook, code: Code) -> None:
    references = {source.key: source.reference for source in codebook.sources}
    fields = {
        "In brief": code.brief,
        "Definition": code.definition,
        "When to use": code.when_to_use,
        "When not to use": code.when_not_to_use,
        "Examples": "\n".join(f"“{example.strip('“”')}”" for example in code.examples),
        "Counter-examples": "\n".join(f"“{example.strip('“”')}”" for example in code.counter_examples),
        "Sources": "\n".join(references.get(key, key) for key in code.sources),
        "Memo": code.memo,
    }
    for name, text in fields.items():
        if text:
            with st.container(gap=None):
                st.caption(name)
                st.text(text)
    if not any(fields.values()):
        st.caption(
            "Nothing is written about this code yet. A definition helps coders to agree, and suggestions to begin."
        )


def _edit(project: Project, now: Code, codings: int) -> None:
    # As it was when editing began, whatever others do meanwhile: nothing typed is lost, nothing of theirs overwritten.
    code: Code = st.session_state.setdefault(_BEGUN, now)
    with st.form(f"code {code.id}", border=False):
        one, two, three = st.columns([4, 1, 2])
        name = one.text_input("Name", code.name)
        colour = two.color_picker("Colour", code.colour)
        key = three.selectbox(
            "Key", ["", *"123456789"], index=int(code.key or 0), format_func=lambda key: key or "none"
        )
        brief = st.text_area("Brief definition", code.brief, height="content")
        definition = st.text_area("Full definition", code.definition, height="content")
        use = st.text_area("When to use", code.when_to_use, height="content")
        not_use = st.text_area("When not to use", code.when_not_to_use, height="content")
        examples = st.text_area("Examples, one a line", "\n".join(code.examples), height="content")
        counter = st.text_area("Counter-examples, one a line", "\n".join(code.counter_examples), height="content")
        sources = st.text_input("Sources, keys separated by commas", ", ".join(code.sources))
        memo = st.text_area("Memo", code.memo, height="content")
        codable = st.toggle("Takes codings (off: it only groups the codes below it)", code.codable)
        meaning = st.radio(
            "If you changed a definition or its use: does this change the meaning, or only the wording?",
            [False, True],
            index=None,
            format_func={False: "Only the wording", True: "The meaning"}.__getitem__,
            captions=["Codings stay as they are.", "Codings made so far are to be looked at again."],
            horizontal=True,
        )
        with st.container(horizontal=True):
            saved = st.form_submit_button("Save", type="primary")
            left = st.form_submit_button("Leave it as it was")
        if left:
            _end_editing()
            st.rerun()
        if saved:
            values: dict[str, Any] = {
                "name": name.strip(),
                "colour": colour,
                "key": key or None,
                "brief": " ".join(brief.split()),
                "definition": definition.strip(),
                "when_to_use": use.strip(),
                "when_not_to_use": not_use.strip(),
                "examples": _lines(examples),
                "counter_examples": _lines(counter),
                "sources": tuple(part.strip() for part in sources.split(",") if part.strip()),
                "memo": memo.strip(),
                "codable": codable,
            }

            pale = codebooks.pale(colour)
            if colour != code.colour and pale:
                refused(InvalidValue(f"this {pale}; choose a darker one"))
                return
            said = wording(code)
            if (
                any(values[field] != said[field] for field in DEFINING)
                and meaning is None
                and (codings or any(said.values()))
            ):
                refused(InvalidValue("say whether the meaning changes or only the wording, then save"))
                return

            changed = {field: value for field, value in values.items() if value != getattr(code, field)}

            def change(project: Project, seen: Code) -> None:
                who = coder_id()
                codebooks.change_code(project, code.id, coder=who, changes_meaning=meaning, seen=seen, **changed)

            def save() -> None:
                try:
                    change(project, code)
                except StaleEdit as error:
                    dispute(error, partial(change, seen=now))
                    _end_editing()
                    st.rerun()
                _end_editing()

            act(save, f"Changed {name.strip()}")


def _end_editing() -> None:
    st.session_state.pop(_EDITING, None)
    st.session_state.pop(_BEGUN, None)


def _place_in(codebook: Codebook) -> Callable[[str | None], str]:
    return lambda id: codebook.path(id) if id else "the top"


def _active(code: Code) -> bool:
    return code.status is CodeStatus.ACTIVE


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _acts(project: Project, codebook: Codebook, code: Code, codings: int) -> None:
    below = set(codebook.branch(code.id))
    others = [other.id for _, other in codebook.walk() if other.id not in below]
    with st.container(horizontal=True, gap="xsmall"):
        if st.button("Edit", icon=":material/edit:", type="primary"):
            _end_editing()
            st.session_state[_EDITING] = code.id
            st.rerun()
        with popover(project, "Move", icon="drive_file_move"):
            under = st.selectbox("Under", [None, *others], format_func=_place_in(codebook), key=f"under {code.id}")
            if st.button("Move it there", type="primary"):
                what = f"Moved {code.name}"
                act(lambda: codebooks.move_code(project, code.id, under=under, coder=coder_id()), what)
        with popover(project, "Merge", icon="merge", disabled=not others):
            takers = [other for other in others if codebook.code(other).takes_codings]
            into = st.selectbox("Into", takers, format_func=codebook.path, key=f"into {code.id}")
            if into:
                _merging(project, code, into)
            if st.button("Merge it", type="primary") and into:
                what = f"Merged {code.name} into {codebook.code(into).name}"
                act(lambda: codebooks.merge_codes(project, code.id, into=into, coder=coder_id()), what)
        if st.button("Split", icon=":material/call_split:", disabled=codings < 2 or not code.takes_codings):
            st.session_state[_SPLITTING] = code.id
            st.rerun()
        if _active(code):
            if st.button("Retire", icon=":material/archive:", help="No new codings; those already made keep it"):
                act(lambda: codebooks.retire_code(project, code.id, coder=coder_id()), f"Retired {code.name}")
        elif st.button("Bring back", icon=":material/unarchive:"):
            act(lambda: codebooks.restore_code(project, code.id, coder=coder_id()), f"Brought {code.name} back")
        if st.button("Remove", icon=":material/delete:", disabled=bool(codings), help="Only a code without codings"):
            act(lambda: codebooks.remove_code(project, code.id, coder=coder_id()), f"Removed {code.name}")


def _order(project: Project, codebook: Codebook, code: Code | None) -> None:
    """Move the chosen code step by step: the keys also work while the tree has the focus."""
    siblings = codebook.children(code.parent) if code else ()
    first, last, top = (
        code in (None, *siblings[:1]),
        code in (None, *siblings[-1:]),
        code is None or code.parent is None,
    )
    steps = (
        ("Up", "upward", "Alt+Shift+Up", first, partial(sorting.step_code, step=-1)),
        ("Down", "downward", "Alt+Shift+Down", last, partial(sorting.step_code, step=1)),
        ("Out", "back", "Alt+Shift+Left", top, sorting.lift_code),
        ("In", "forward", "Alt+Shift+Right", first, sorting.nest_code),
    )
    for word, arrow, key, end, move in steps:
        if st.button(word, icon=f":material/arrow_{arrow}:", shortcut=key, disabled=end, help=_STEPS[word]) and code:
            act(partial(move, project, code.id, coder=coder_id()), f"Moved {code.name} {word.lower()}")


_STEPS = {
    "Up": "Before the code above it, under the same one",
    "Down": "After the code below it, under the same one",
    "Out": "Beside the code that it stands under",
    "In": "Under the code above it",
}


def _merging(project: Project, code: Code, into: str) -> None:
    """Say what a merge would do, with the quotations on which both codes lie."""
    foreseen = sorting.merge_preview(project, code.id, into=into)
    st.text(f"{count(foreseen.moved, 'coding')} will move to that code; the examples and the codes below go along.")
    documents = {document.id: document.name for document in project.documents()}
    names = {coder.id: coder.name for coder in project.coders()}
    for pairs, what in (
        (foreseen.together, "on the same words as one of that code: the two become one"),
        (foreseen.overlapping, "on words that one of that code shares in part: both stay"),
    ):
        if pairs:
            with st.expander(f"{count(len(pairs), 'coding')} {what}"):
                for one, other in pairs[:_OVERLAPPING]:
                    with st.container(border=True, gap=None):
                        st.text(shortened(one.quotation, 200))
                        if other.span != one.span:
                            st.text(shortened(other.quotation, 200))
                        st.caption(plain(f"{names[one.coder]}, {documents[one.document]}"))
                if len(pairs) > _OVERLAPPING:
                    st.caption(f"and {len(pairs) - _OVERLAPPING:,} more")


def _load(project: Project) -> None:
    file = st.file_uploader(
        "A codebook file", type=[s.lstrip(".") for s in CODEBOOK_READERS], key=f"codebook {project.revision}"
    )
    if file is not None:
        _take(project, file.name, file.getvalue())
    shipped = shipped_codebooks()
    name = st.selectbox("Or one that comes with Redthread", list(shipped), index=None, placeholder="Choose")
    if st.button("Load it", type="primary", disabled=name is None) and name is not None:
        _take(project, shipped[name].name, shipped[name].read_bytes())
    st.caption("Codes that have codings stay, also where the file lacks them.")


def _take(project: Project, name: str, content: bytes) -> None:
    act(lambda: codebooks.load_codebook(project, name, content, coder=coder_id()), f"Loaded {name}")


def _findings(codebook: Codebook) -> None:
    findings = codebooks.check(codebook) if codebook.codes else []
    with st.popover(f"Check: {count(len(findings), 'finding')}", icon=":material/rule:", disabled=not codebook.codes):
        if findings:
            st.text("What coders will stumble over:")
            st.dataframe(
                pd.DataFrame({"": f.severity.value, "code": f.path, "finding": f.sentence} for f in findings),
                hide_index=True,
                width=900,
            )
        else:
            st.text("Every code has its definition, its use and an example, and no two look alike.")
