"""The codebook: the tree, every field of a code, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from coder.errors import CodingError
from coder.formats import CODEBOOK_READERS, write_codebook
from coder.model import Code, Codebook, CodeStatus
from coder.store import Project
from coder.workflow import codebooks
from coder.workflow.projects import shipped_codebooks
from ui.parts.errors import refused
from ui.parts.words import count, plain, swatch
from ui.resources import coder_id, opened, say
from ui.session import session


def show() -> None:
    """The tree at the left, the chosen code at the right."""
    st.title("Codebook")
    with opened() as project:
        codebook = project.codebook()
        made: dict[str, int] = {}
        for coding in project.codings():
            made[coding.code] = made.get(coding.code, 0) + 1
        left, right = st.columns([5, 6], gap="medium")
        with left:
            chosen = _tree(codebook, made)
            _add(project, codebook, chosen)
        with right:
            if chosen is not None:
                _code(project, codebook, chosen, made.get(chosen.id, 0))
            elif codebook.codes:
                st.info("Choose a code to read and sharpen its definition.")
            else:
                st.info("The codebook is empty. Add a code, or load a codebook below.")
        st.divider()
        _files(project, codebook)
        _findings(codebook)


def _tree(codebook: Codebook, made: dict[str, int]) -> Code | None:
    walked = list(codebook.walk())
    if not walked:
        return None
    rows = [
        {
            "colour": swatch(code.colour),
            "code": "\u2003" * depth + code.name + (" (retired)" if code.status is CodeStatus.RETIRED else ""),
            "key": code.key or "",
            "codings": made.get(code.id, 0),
        }
        for depth, code in walked
    ]
    event = st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height=min(760, 40 + 35 * len(rows)),
        on_select="rerun",
        selection_mode="single-row",
        key="codebook tree",
        column_config={
            "colour": st.column_config.ImageColumn("", width=36),
            "code": st.column_config.TextColumn(width=290),
            "key": st.column_config.TextColumn(width=44),
            "codings": st.column_config.NumberColumn(width=64),
        },
    )
    here = session()
    picked = event.selection.rows
    if picked and picked[0] < len(walked):
        here.code = walked[picked[0]][1].id
    return codebook.code(here.code) if here.code and here.code in codebook else None


def _add(project: Project, codebook: Codebook, chosen: Code | None) -> None:
    with st.form("add code", clear_on_submit=True):
        name = st.text_input("New code")
        parents = [None, *(code.id for _, code in codebook.walk())]
        parent = st.selectbox(
            "Under",
            parents,
            index=parents.index(chosen.id) if chosen else 0,
            format_func=_place_in(codebook),
        )
        brief = st.text_input("Brief definition")
        if st.form_submit_button("Add code", icon=":material/add:") and name.strip():
            _do(
                lambda: codebooks.add_code(project, name=name.strip(), parent=parent, brief=brief, coder=coder_id()),
                f"Added {name.strip()}",
            )


def _code(project: Project, codebook: Codebook, code: Code, codings: int) -> None:
    st.subheader(plain(codebook.path(code.id)), anchor=False)
    st.caption(count(codings, "coding") + (" · retired: takes no new ones" if not _active(code) else ""))
    with st.form(f"code {code.id} {project.revision}"):
        one, two, three = st.columns([5, 1, 1])
        name = one.text_input("Name", code.name)
        colour = two.color_picker("Colour", code.colour)
        key = three.selectbox("Key", ["", *"123456789"], index=int(code.key or 0))
        brief = st.text_input("Brief definition", code.brief)
        definition = st.text_area("Full definition", code.definition, height=120)
        use = st.text_area("When to use", code.when_to_use, height=90)
        not_use = st.text_area("When not to use", code.when_not_to_use, height=90)
        examples = st.text_area("Examples, one a line", "\n".join(code.examples), height=90)
        counter = st.text_area("Counter-examples, one a line", "\n".join(code.counter_examples), height=68)
        sources = st.text_input("Sources, keys separated by commas", ", ".join(code.sources))
        memo = st.text_area("Memo", code.memo, height=68)
        codable = st.toggle("Takes codings (off: it only groups the codes below it)", code.codable)
        if st.form_submit_button("Save", type="primary"):
            values = {
                "name": name.strip(),
                "colour": colour,
                "key": key or None,
                "brief": brief.strip(),
                "definition": definition.strip(),
                "when_to_use": use.strip(),
                "when_not_to_use": not_use.strip(),
                "examples": _lines(examples),
                "counter_examples": _lines(counter),
                "sources": tuple(part.strip() for part in sources.split(",") if part.strip()),
                "memo": memo.strip(),
                "codable": codable,
            }
            _do(lambda: codebooks.change_code(project, code.id, coder=coder_id(), **values), f"Saved {name.strip()}")
    _moves(project, codebook, code, codings)


def _place_in(codebook: Codebook) -> Callable[[str | None], str]:
    return lambda id: codebook.path(id) if id else "the top"


def _active(code: Code) -> bool:
    return code.status is CodeStatus.ACTIVE


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _moves(project: Project, codebook: Codebook, code: Code, codings: int) -> None:
    below = set(codebook.branch(code.id))
    others = [other.id for _, other in codebook.walk() if other.id not in below]
    with st.container(horizontal=True):
        with st.popover("Move", icon=":material/drive_file_move:"):
            under = st.selectbox(
                "Under",
                [None, *others],
                format_func=_place_in(codebook),
                key="move under",
            )
            if st.button("Move it"):
                _do(lambda: codebooks.move_code(project, code.id, under=under, coder=coder_id()), f"Moved {code.name}")
        with st.popover("Merge", icon=":material/merge:", disabled=not others):
            into = st.selectbox("Into", others, format_func=codebook.path, key="merge into")
            st.text(f"{count(codings, 'coding')} will carry the other code; its examples and codes below go along.")
            if st.button("Merge it", type="primary") and into:
                _do(
                    lambda: codebooks.merge_codes(project, code.id, into=into, coder=coder_id()),
                    f"Merged {code.name} into {codebook.code(into).name}",
                )
        if _active(code):
            if st.button("Retire", icon=":material/archive:", help="No new codings; those already made keep it"):
                _do(lambda: codebooks.retire_code(project, code.id, coder=coder_id()), f"Retired {code.name}")
        elif st.button("Bring back", icon=":material/unarchive:"):
            _do(lambda: codebooks.restore_code(project, code.id, coder=coder_id()), f"{code.name} is back")
        if st.button("Remove", icon=":material/delete:", disabled=bool(codings), help="Only a code without codings"):
            _do(lambda: codebooks.remove_code(project, code.id, coder=coder_id()), f"Removed {code.name}")


def _files(project: Project, codebook: Codebook) -> None:
    one, two, three = st.columns(3, vertical_alignment="bottom")
    with one:
        file = st.file_uploader(
            "Load a codebook file", type=[s.lstrip(".") for s in CODEBOOK_READERS], key=f"codebook {project.revision}"
        )
        if file is not None:
            _load(project, file.name, file.getvalue())
    with two:
        shipped = shipped_codebooks()
        name = st.selectbox("Or one that comes with Redthread", [None, *shipped], format_func=lambda n: n or "choose")
        if st.button("Load it", disabled=name is None) and name is not None:
            _load(project, shipped[name].name, shipped[name].read_bytes())
    three.download_button(
        "Download this codebook",
        data=lambda: write_codebook("codebook.yaml", codebook),
        file_name="codebook.yaml",
        on_click="ignore",
        icon=":material/download:",
        disabled=not codebook.codes,
    )


def _load(project: Project, name: str, content: bytes) -> None:
    _do(lambda: codebooks.load_codebook(project, name, content, coder=coder_id()), "Loaded the codebook")


def _findings(codebook: Codebook) -> None:
    findings = codebooks.check(codebook) if codebook.codes else []
    with st.expander(f"What to look at: {count(len(findings), 'finding')}", icon=":material/rule:"):
        if findings:
            st.dataframe(
                pd.DataFrame({"": f.severity.value, "code": f.path, "finding": f.sentence} for f in findings),
                hide_index=True,
            )
        else:
            st.text("Every code has its definition, its use and an example, and no two look alike.")


def _do(verb: Callable[[], object], done: str) -> None:
    try:
        verb()
    except CodingError as error:
        refused(error)
    else:
        say(done)
        st.rerun()
