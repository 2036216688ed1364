"""Claims: what the researcher claims, how each case stands to it, and the passages that may speak against it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from coder.errors import CodingError
from coder.formats.tables import TABLE_WRITERS
from coder.model import Codebook
from coder.model.claim import CaseGroup, Claim, Judgement, Verdict
from coder.store import Project
from coder.tables.claims import Candidate, Standing
from coder.workflow import claims as verbs
from coder.workflow.claims import Judged, Looked
from coder.workflow.contrasts import Meaning
from coder.workflow.projects import open_project
from ui.assistant import assistant
from ui.parts.acting import act, popover
from ui.parts.case_groups import choose_cases
from ui.parts.errors import refused
from ui.parts.passage import passage, to_its_place
from ui.parts.words import count, plain, shortened
from ui.resources import coder_id

_CLAIM = "claim chosen"
_HEIGHT = 640
_SHOWN = 40
_ALL_CASES, _BY_HAND = "all cases", "cases chosen by hand"
_SIGNS = {
    Standing.AS_CLAIMED: "✓",
    Standing.DIVIDED: "±",
    Standing.AGAINST: "✗",
    Standing.ABSENT: "∅",
    Standing.UNKNOWN: "…",
    Standing.NOT_CODED: "",
    Standing.OUTSIDE: "",
}
_NAMES = {".csv": "CSV", ".xlsx": "Excel", ".parquet": "Parquet"}


def claims_and_negative_cases(project: Project, meaning: Meaning | None) -> None:
    """The claims above; of the chosen one what may speak against it at the left, what was judged at the right."""
    found = {claim.id: claim for claim in verbs.claims(project)}
    claim = _chosen(project, found)
    if claim is None:
        st.text(
            "Write in a sentence what you claim, of which cases, and which codes would show it or its opposite. "
            "You are then led to the passages that speak most against it, and keep those that do."
        )
        return
    try:
        looked = verbs.look(project, claim, meaning=meaning, encoder=assistant().encoder)
    except CodingError as error:
        refused(error)
        return
    st.markdown(f"**{plain(claim.text)}**")
    st.caption(plain(_told(project.codebook(), claim)))
    with st.container(key="beside"):
        left, right = st.columns([4, 3], gap="medium")
    with left:
        _candidates(project, looked)
    with right:
        _cases(looked)
        _judged(project, looked)


def _chosen(project: Project, found: dict[str, Claim]) -> Claim | None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        claim = None
        if found:
            last = st.session_state.get(_CLAIM)
            chosen = st.selectbox(
                "Claim", list(found), index=list(found).index(last) if last in found else len(found) - 1,
                format_func=lambda id: shortened(found[id].text, 90), width=270,
            )  # fmt: skip
            st.session_state[_CLAIM] = chosen
            claim = found[chosen]
        with popover(project, "Write a claim", icon="add"):
            _form(project, None)
        if claim is not None:
            with popover(project, "Change", icon="edit"):
                _form(project, claim)
            with popover(project, "Remove", icon="delete"):
                st.text("The claim goes with all that was judged by it; codings stay.")
                if st.button("Remove it", type="primary"):
                    act(lambda: verbs.remove_claim(project, claim.id, coder=coder_id()), "Removed the claim")
            st.space("stretch")
            for suffix in TABLE_WRITERS:
                st.download_button(
                    _NAMES[suffix],
                    data=partial(_file, project.path, suffix),
                    file_name=f"claims{suffix}",
                    on_click="ignore",
                    icon=":material/download:",
                    help="All claims with what was judged, and how each case stands to them",
                )
    return claim


def _form(project: Project, claim: Claim | None) -> None:
    """The fields of a claim; ``claim`` is the one to be changed, None for a new one."""
    key, codebook = f"claim {claim.id if claim else 'new'} {project.revision}", project.codebook()
    codes = [code.id for _, code in codebook.walk()]
    text = st.text_area(
        "What you claim", value=claim.text if claim else "", key=f"{key} text", height=90,
        placeholder="Where workplaces create together from the start, practices travel on.",
    )  # fmt: skip
    last = claim.group if claim else CaseGroup()
    names = [attribute.name for attribute in project.attributes()]
    kinds = [_ALL_CASES, *names, _BY_HAND]
    standing = last.attribute or (_BY_HAND if last.cases else _ALL_CASES)
    kind = st.selectbox(
        "It speaks of", kinds, index=kinds.index(standing) if standing in kinds else 0, key=f"{key} kind",
        format_func=lambda name: f"cases by {name}" if name in names else name,
    )  # fmt: skip
    group: CaseGroup | None = CaseGroup()
    if kind != _ALL_CASES:
        by = "" if kind == _BY_HAND else kind
        group = choose_cases(project, "These", by, key=f"{key} cases", last=last)
    about = st.multiselect(
        "Codes that show it", codes, default=[code for code in (claim.about if claim else ()) if code in codebook],
        format_func=codebook.path, key=f"{key} about", placeholder="None",
        help="With the codes below them. A case that was read and has none of these is a negative case as it stands.",
    )  # fmt: skip
    contrary = st.multiselect(
        "Codes that show the opposite", codes,
        default=[code for code in (claim.contrary if claim else ()) if code in codebook],
        format_func=codebook.path, key=f"{key} contrary", placeholder="None",
    )  # fmt: skip
    only = st.checkbox(
        "It holds only there", value=claim.only if claim else False, key=f"{key} only",
        help="Then the codes that show it speak against it where they are found in other cases.",
    )  # fmt: skip
    if st.button("Save", type="primary", key=f"{key} save", disabled=group is None) and group is not None:
        if claim is None:
            act(partial(_state, project, text, group, about, contrary, only), f"Wrote a claim: {shortened(text, 40)}")
        else:
            changed = replace(
                claim, text=text, group=group, about=tuple(about), contrary=tuple(contrary), only=only
            )  # fmt: skip
            act(lambda: verbs.change_claim(project, claim, changed, coder=coder_id()), "Changed the claim")


def _state(project: Project, text: str, group: CaseGroup, about: list[str], contrary: list[str], only: bool) -> None:
    made = verbs.state_claim(
        project, text, coder=coder_id(), group=group, about=about, contrary=contrary, only=only
    )  # fmt: skip
    st.session_state[_CLAIM] = made.id


def _told(codebook: Codebook, claim: Claim) -> str:
    def named(codes: tuple[str, ...]) -> str:
        return ", ".join(codebook.code(code).name for code in codes if code in codebook) or "no code"

    only = ", and only there" if claim.only else ""
    return f"Shown by {named(claim.about)}{only} · the opposite by {named(claim.contrary)}"


# --- what may speak against it ---------------------------------------------------------------------


def _candidates(project: Project, looked: Looked) -> None:
    coded = [each for each in looked.candidates if each.why.coded]
    near = [each for each in looked.candidates if not each.why.coded]
    st.subheader("What may speak against it", anchor=False)
    if not looked.by_meaning:
        st.caption("Passages near in meaning come when the passages have been read for their meaning.")
    if not looked.candidates:
        st.info("Nothing is left to judge here. Name codes that show the claim or its opposite to be led further.")
        return
    with st.container(height=_HEIGHT, border=False):
        if coded:
            st.markdown(f"**By codings** ({len(coded)})" + ", nearest to the claim first" * looked.by_meaning)
        for each in coded[:_SHOWN]:
            _candidate(project, looked.claim, each)
        if len(coded) > _SHOWN:
            st.caption(f"{len(coded) - _SHOWN:,} more come as these are judged.")
        if near:
            st.markdown(f"**By meaning** ({len(near)})")
            st.caption(
                "Nearness of meaning is no contradiction: a passage near the claim may well speak for it. Read it, "
                "then judge."
            )
        for each in near:
            _candidate(project, looked.claim, each)


def _candidate(project: Project, claim: Claim, each: Candidate) -> None:
    codebook, key = project.codebook(), f"{each.document} {each.span.start} {each.span.end}"
    with st.container(border=True, gap="small"):
        codes = ", ".join(codebook.code(code).name for code in each.codes if code in codebook)
        facts = [", ".join(each.cases), codes, str(each.why), "" if each.near is None else f"near {each.near:.2f}"]
        passage(each.text, " · ".join(fact for fact in facts if fact))
        with st.container(horizontal=True, gap="xsmall"):
            if st.button("Negative case", key=f"against {key}", icon=":material/block:", type="primary"):
                judge = partial(verbs.judge, project, claim.id, each.document, each.span, coder=coder_id())
                act(partial(judge, Verdict.AGAINST), "Kept as negative case")
            if st.button("Not against", key=f"not against {key}", icon=":material/check:"):
                judge = partial(verbs.judge, project, claim.id, each.document, each.span, coder=coder_id())
                act(partial(judge, Verdict.NOT_AGAINST), "Noted: not against the claim")
            to_its_place(each.document, each.span.start, f"read {key}")


# --- cases, and what was judged --------------------------------------------------------------------


def _cases(looked: Looked) -> None:
    st.subheader("Cases", anchor=False)
    frame = looked.cases.assign(
        standing=[f"{_SIGNS[Standing(state)]} {state}".strip() for state in looked.cases["standing"]],
        inside=["of the claim" if inside else "other" for inside in looked.cases["inside"]],
    )
    st.dataframe(
        frame[["case", "inside", "as claimed", "against", "standing"]],
        hide_index=True,
        height=min(250, 38 + 35 * len(frame)),
        column_config={
            "inside": st.column_config.TextColumn("", width=80),
            "as claimed": st.column_config.NumberColumn("for", width=45, help="Quotations of the codes that show it"),
            "against": st.column_config.NumberColumn("against", width=60, help="Quotations that show the opposite"),
            "standing": st.column_config.TextColumn(width=200),
        },
    )
    absent = int((looked.cases["standing"] == Standing.ABSENT).sum())
    if absent:
        st.caption(f"∅ {count(absent, 'case')} read to the end without what is claimed: negative as it stands.")


def _judged(project: Project, looked: Looked) -> None:
    st.subheader(plain(f"Negative cases ({len(looked.negative)})"), anchor=False)
    others = [one for one in looked.judged if one not in looked.negative]
    if not looked.judged:
        st.caption("None is kept yet. A claim that has met its negative cases is the stronger for it.")
    for one in looked.negative:
        _kept(project, one)
    if others:
        with st.expander(f"Judged not to speak against it ({len(others)})"):
            for one in others:
                _kept(project, one)


def _kept(project: Project, one: Judged) -> None:
    made = one.judgement
    with st.container(border=True, gap="small"):
        where = f"{', '.join(one.cases)} · {one.document}" if one.cases else one.document
        passage(made.anchor.quotation, where if one.span else f"{where} · these words stand there no longer")
        if made.note:
            st.text(f"Why: {made.note}")
        with st.container(horizontal=True, gap="xsmall"):
            with st.popover("Why", icon=":material/edit_note:", key=f"note {made.id} {project.revision}"):
                _note(project, made)
            if st.button("Take back", key=f"back {made.id}", icon=":material/undo:"):
                act(lambda: verbs.take_back(project, made, coder=coder_id()), "Took the judgement back")
            if one.span is not None:
                to_its_place(made.document, one.span.start, f"place {made.id}")


def _note(project: Project, made: Judgement) -> None:
    text = st.text_area("Why it was judged so", value=made.note, key=f"why {made.id} {project.revision}")
    if st.button("Save", key=f"save why {made.id}", type="primary"):
        act(lambda: verbs.note(project, made, text, coder=coder_id()), "Noted")


def _file(path: str, suffix: str) -> bytes:
    # Built when asked for, after this rerun has closed its project.
    with open_project(path) as project:
        return verbs.as_file(project, suffix)
