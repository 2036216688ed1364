"""Refine: what the codings say about the codebook; each proposal with its quotations, its effect, and two answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import pandas as pd
import streamlit as st

from coder.model import Codebook
from coder.refining.proposal import Figure, Found, Kind, Proposal, Side
from coder.refining.saturation import Rule
from coder.store import Project
from coder.workflow import refining
from coder.workflow.refining import Choice, Effect, Gathered, Place
from coder.workflow.switches import Switches
from ui.assistant import Activity, Background, assistant
from ui.parts.acting import act
from ui.parts.errors import told
from ui.parts.leading import lead
from ui.parts.words import count, plain, shortened
from ui.resources import coder_id, opened
from ui.session import session

_SATURATION = "Saturation"
_KEY = "refining"
_SHOWN = 4
"""Quotations of a side that are shown at once; the others on demand."""

_TITLES = {
    Kind.MERGE: "Merge",
    Kind.SPLIT: "Split",
    Kind.MISFIT: "Misfits",
    Kind.GAP: "Gaps",
    Kind.DRIFT: "Drift",
    Kind.DEFINITION: "Definitions",
}
_HELP = {
    Kind.MERGE: "Two codes that may be one: their quotations cannot be told apart, or they lie on the same words.",
    Kind.SPLIT: "One code that may be two: its quotations fall into two parts, and again when some are left out.",
    Kind.MISFIT: "Single quotations that look more like another code than like their own, or like passages you left. "
    "The surest come first. Quotations that several codes fit are among them: read both sides.",
    Kind.GAP: "Things said in several documents that no code covers, named by their own words.",
    Kind.DRIFT: "Codes used differently early and late, or by two coders, more than documents differ anyway.",
    Kind.DEFINITION: "Codes whose suggestions are refused, or on which coders part, more often than on others.",
}
_EXPLAINED = {
    "told apart": "how often a quotation of one code was told from one of the other, in documents left out: "
    "50 % is guessing, 100 % always",
    "alike on average": "how alike both are on average, once what single quotations have of their own is taken out: "
    "0 is nothing in common, 1 the same",
    "words under both": "share of the words under either code that lie under both",
    "found again": "how much of the parts is found again when quotations are drawn anew",
    "set apart": "how much nearer quotations lie to their own part than to the other (0: not at all, 1: entirely)",
    "fits the other": "how likely the other code is, judged by other documents",
    "fits its own": "how likely its own code is, judged by other documents",
    "alike": "how alike these passages are (0: not at all, 1: the same)",
    "typical of your codes": "how alike quotations of one code must be here to stand out",
    "read": "share of these passages that somebody has read",
    "by chance": "how often a difference as large comes about by chance",
    "apart": "how far both sides lie apart, as squared maximum mean discrepancy (0: not at all)",
    "refused": "share of the suggestions of this code that were refused",
    "not coded so by another": "share of its quotations that another coder read and did not code so",
    "over all codes": "the same share over all codes",
}
_SHARES = {"found again", "words under both", "told apart", "fits the other", "fits its own", "read", "refused",
           "not coded so by another", "over all codes", "by chance"}  # fmt: skip
_FIELDS = {
    "definition": "Definition",
    "when_to_use": "When to use",
    "when_not_to_use": "When not to use",
}


@dataclass
class _Looked:
    """What was found the last time, in which project, and for whom while which rounds were sealed."""

    project: tuple[str, str, frozenset[str]]
    gathered: Gathered
    found: dict[Kind, Found]


def show() -> None:
    """Kinds of proposals as tabs, and saturation beside them."""
    st.title("Refine", anchor=False)
    with opened() as project:
        if not project.coded_by():
            lead("Code at least two documents first. Proposals come from what you coded.", "Begin to code", "coding")
            return
        looked = _look(project)
        if looked is None:
            return
        codebook = project.codebook()
        holding = refining.holding(codebook, project.codings(), looked.gathered, looked.found)
        aside = {each.key for found in holding.values() for each in found if refining.is_aside(project, each)}
        view = _views(holding, aside)
        _changed_since(project, looked)
        if view == _SATURATION:
            _saturation(project, looked.gathered)
            return
        kind = Kind(view)
        st.caption(_HELP[kind])
        _proposals(project, codebook, looked, kind, holding[kind], aside)
        _silences(codebook, looked.found[kind])


# --- looking ---------------------------------------------------------------------------------------


def _look(project: Project) -> _Looked | None:
    """What was found before, or is found now; None while passages and quotations are still being read."""
    looked = st.session_state.get(_KEY)
    if isinstance(looked, _Looked) and looked.project == (project.path, coder_id(), project.sealed):
        return looked
    at_work = assistant()
    ground = at_work.snapshot(coder_id()).ground
    if at_work.status.failure is not None:
        st.warning(plain(at_work.status.failure), icon=":material/warning:")
        if st.button("Try again", icon=":material/refresh:"):
            at_work.retry()
            st.rerun()
        return None
    if ground is None:
        _wait(at_work)
        return None
    interviewer = Switches.of(project, coder_id()).interviewer
    gathered = refining.gather(project, ground.model, interviewer=interviewer)
    if (gathered.unread or gathered.waiting) and st.session_state.get(f"{_KEY} asked") != project.revision:
        st.session_state[f"{_KEY} asked"] = project.revision
        at_work.read_quotations()
    if at_work.reads_quotations:
        _wait(at_work)
        return None
    bar = st.progress(0.0, "Looking for proposals")

    def tell(share: float, what: str) -> None:
        bar.progress(share, f"Looking at {what}")

    found = refining.find(gathered, tell)
    bar.empty()
    st.session_state[_KEY] = looked = _Looked((project.path, coder_id(), project.sealed), gathered, found)
    return looked


@st.fragment(run_every=1.0)
def _wait(at_work: Background) -> None:
    st.info("What you coded is being read word for word. Proposals come when this is done; coding works meanwhile.")
    status = at_work.status
    if status.activity is Activity.EMBEDDING and status.progress is not None:
        done, total = status.progress.done, status.progress.total
        st.progress(done / max(1, total), f"{done:,} of {total:,} texts")
    ready = at_work.snapshot(coder_id()).ground is not None and not at_work.reads_quotations
    if ready or status.failure is not None:
        st.rerun(scope="app")


def _views(holding: dict[Kind, list[Proposal]], aside: set[str]) -> str:
    open_ones = {kind: sum(each.key not in aside for each in found) for kind, found in holding.items()}

    def title(view: str) -> str:
        if view == _SATURATION:
            return view
        number = open_ones[Kind(view)]
        return f"{_TITLES[Kind(view)]} ({number})" if number else _TITLES[Kind(view)]

    first = next((kind for kind, number in open_ones.items() if number), Kind.MERGE)
    chosen = st.segmented_control(
        "What to look at", [*(kind.value for kind in _TITLES), _SATURATION], default=first.value, required=True,
        format_func=title, label_visibility="collapsed", key="refine view",
    )  # fmt: skip
    return str(chosen)


def _changed_since(project: Project, looked: _Looked) -> None:
    behind = project.revision - looked.gathered.revision
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"From {count(len(looked.gathered.quotations), 'coding')}"
            + (f"; {count(behind, 'change')} since" if behind else "")
            + ". Nothing is changed unless you take it."
        )
        if st.button("Look again", icon=":material/refresh:", type="tertiary", disabled=not behind):
            st.session_state.pop(_KEY, None)
            st.rerun()


# --- proposals -------------------------------------------------------------------------------------


def _proposals(
    project: Project, codebook: Codebook, looked: _Looked, kind: Kind, holding: list[Proposal], aside: set[str]
) -> None:
    here = [each for each in holding if each.key not in aside]
    gone = [each for each in holding if each.key in aside]
    if not here:
        _nothing(codebook, looked.found[kind], left=bool(looked.found[kind].proposals))
    else:
        with st.container(key="beside"):
            left, right = st.columns([2, 5], gap="medium")
        with left:
            chosen = _list(codebook, looked.gathered, here)
        with right:
            _card(project, codebook, looked.gathered, chosen)
    if gone:
        with st.expander(f"{len(gone)} set aside", icon=":material/inventory_2:"):
            for each in gone:
                with st.container(horizontal=True, vertical_alignment="center"):
                    st.text(_name(codebook, looked.gathered, each), width="stretch")
                    if st.button("Bring back", key=f"back {each.key}", icon=":material/unarchive:"):
                        act(partial(refining.bring_back, project, each, coder=coder_id()), "Brought it back")


def _nothing(codebook: Codebook, found: Found, *, left: bool) -> None:
    """Say whether nothing was found, or too little is coded to find anything."""
    silent = {each.code for each in found.silences}
    codes = {code.id for code in codebook.codes if code.takes_codings}
    if found.silences and (None in silent or codes <= silent):
        st.info(f"Code more first: {found.silences[0].reason}.", icon=":material/hourglass_empty:")
    else:
        st.success("Nothing is left here." if left else "Nothing stands out here.", icon=":material/check:")


def _list(codebook: Codebook, gathered: Gathered, here: list[Proposal]) -> Proposal:
    keys = [each.key for each in here]
    names = {each.key: _name(codebook, gathered, each) for each in here}
    with st.container(height=620, border=False):
        key = st.radio(
            "Proposals, the strongest first",
            keys,
            format_func=lambda key: plain(names[key]),
            key=f"chosen {here[0].kind}",
        )
    return here[keys.index(key)] if key in keys else here[0]


def _card(project: Project, codebook: Codebook, gathered: Gathered, each: Proposal) -> None:
    with st.container(border=True):
        st.markdown(f"#### {plain(_heading(codebook, gathered, each))}")
        st.text(refining.said(each.why, codebook, each))
        _figures(each.figures)
        # What is decided stands above the quotations, and knows which of them were chosen.
        deciding = st.container(border=False)
        chosen = _sides(codebook, gathered, each)
        with deciding:
            each = _direction(each)
            choice = _choice(codebook, each, chosen)
            _preview(project, gathered, each, choice)
            with st.container(horizontal=True):
                if st.button("Take", type="primary", icon=":material/check:", key=f"take {each.key}"):
                    act(
                        partial(refining.take, project, gathered, each, choice, coder=coder_id()),
                        f"Took it: {shortened(_name(codebook, gathered, each), 60)}",
                    )
                if st.button(
                    "Set aside",
                    icon=":material/inventory_2:",
                    key=f"aside {each.key}",
                    help="It does not come back unless the quotations that it rests on change",
                ):
                    act(partial(refining.set_aside, project, each, coder=coder_id()), "Set it aside")


def _direction(each: Proposal) -> Proposal:
    """Which of two codes goes up in the other is the researcher's to say."""
    if each.kind is Kind.MERGE and st.toggle("The other way round", key=f"turned {each.key}"):
        return replace(each, codes=each.codes[::-1])
    return each


def _heading(codebook: Codebook, gathered: Gathered, each: Proposal) -> str:
    names = [codebook.code(code).name for code in each.codes]
    if each.kind is Kind.MISFIT:
        return " → ".join(names) if names[1:] else f"{names[0]} → no code"
    return _name(codebook, gathered, each)


def _name(codebook: Codebook, gathered: Gathered, each: Proposal, length: int = 60) -> str:
    """What a proposal is called in a list."""
    names = [codebook.code(code).name if code in codebook else "(gone)" for code in each.codes]
    if each.kind is Kind.GAP:
        return ", ".join(each.words) or "without a word of its own"
    if each.kind is Kind.MISFIT:
        return shortened(f"{names[0]}: {gathered.places[each.rests_on[0]].text}", length)
    if each.kind is Kind.MERGE:
        return " → ".join(names)
    return names[0]


def _figures(figures: tuple[Figure, ...]) -> None:
    said = []
    for figure in figures:
        value = _figure(figure.name, figure.value)
        if figure.low is not None and figure.high is not None:
            value += f" ({_figure(figure.name, figure.low)} to {_figure(figure.name, figure.high)})"
        said.append(f"{figure.name} {value}")
    explained = [
        f"**{plain(each.name)}**: {plain(_EXPLAINED[each.name])}" for each in figures if each.name in _EXPLAINED
    ]
    st.caption(plain(" · ".join(said)), help="\n\n".join(explained) or None)


def _figure(name: str, value: float) -> str:
    if name in _SHARES:
        return f"{100 * value:.1f} %" if value < 0.01 else f"{100 * value:.0f} %"
    return f"{value:.0f}" if name == "documents" else f"{value:.2f}"


def _sides(codebook: Codebook, gathered: Gathered, each: Proposal) -> frozenset[str]:
    """Draw the quotations side by side; what is chosen of those that would move."""
    offered = refining.choosable(each)
    chosen = set(offered)
    columns = st.columns(len(each.sides), gap="small")
    for column, side in zip(columns, each.sides, strict=True):
        with column:
            st.markdown(f"**{plain(_side(codebook, each, side))}**")
            for place, id in enumerate(side.quotations[:_SHOWN]):
                chosen -= _quotation(gathered.places.get(id), f"{each.key} {side.title} {place}", id, id in offered)
            rest = side.quotations[_SHOWN:]
            if rest and st.toggle(f"{len(rest)} more", key=f"more {each.key} {side.title}"):
                for place, id in enumerate(rest, _SHOWN):
                    chosen -= _quotation(gathered.places.get(id), f"{each.key} {side.title} {place}", id, id in offered)
    return frozenset(chosen)


def _side(codebook: Codebook, each: Proposal, side: Side) -> str:
    title = refining.said(side.title, codebook, each)
    number = len(side.quotations)
    return f"{title} ({number})" if each.kind is Kind.SPLIT else title


def _quotation(place: Place | None, key: str, id: str, choosable: bool) -> set[str]:
    """One quotation with the way to its place; its id where it was left out."""
    if place is None:
        return {id} if choosable else set()
    left_out: set[str] = set()
    with st.container(border=True, gap=None):
        st.text(shortened(place.text, 420))
        with st.container(horizontal=True, vertical_alignment="center"):
            if choosable and not st.checkbox("Include", value=True, key=f"choose {key}"):
                left_out = {id}
            if place.coder:
                st.caption(plain(place.coder))
            if st.button("In its place", key=f"open {key}", icon=":material/article:", type="tertiary"):
                session().look_at(place.document, place.span.start)
                st.switch_page(st.session_state["coding page"])
    return left_out


def _choice(codebook: Codebook, each: Proposal, chosen: frozenset[str]) -> Choice:
    """Draw what the researcher has to say: a name or a wording."""
    st.text(refining.said(each.would, codebook, each))
    if each.kind in (Kind.SPLIT, Kind.GAP):
        name = st.text_input(
            "Name of the new code", key=f"name {each.key}", value=", ".join(each.words[:2]) if each.words else ""
        )
        return Choice(quotations=chosen, name=name)
    if each.kind in (Kind.DRIFT, Kind.DEFINITION):
        field = refining.field_of(each)
        code = codebook.code(each.codes[0])
        text = st.text_area(f"{_FIELDS[field]}: {code.name}", getattr(code, field), key=f"text {each.key}", height=110)
        return Choice(text=text)
    return Choice()


def _preview(project: Project, gathered: Gathered, each: Proposal, choice: Choice) -> None:
    if each.kind in (Kind.DRIFT, Kind.DEFINITION):
        return
    if choice.quotations is not None and not choice.name.strip():
        st.caption("Give the new code a name to see what would change.")
        return
    with told():
        st.caption(plain(_effect(refining.effect(project, gathered, each, choice, coder=coder_id()))))
        if st.toggle("Show what changes in every table", key="effect on tables"):
            _tables(refining.effect_on_tables(project, gathered, each, choice, coder=coder_id()), each.key)


def _effect(foreseen: Effect) -> str:
    parts = [
        f"{count(number, 'coding')} {what}"
        for number, what in (
            (foreseen.changed, "will change code"),
            (foreseen.added, "will be new"),
            (foreseen.removed, "will go"),
        )
        if number
    ]
    return "; ".join(parts) + ". Undo takes all of it back."


def _tables(changed: dict[str, pd.DataFrame], key: str) -> None:
    """The tables with how many of their cells change, and those of the one that is chosen."""
    touched = {name: cells for name, cells in changed.items() if len(cells)}
    untouched = [name for name in changed if name not in touched]
    if touched:
        name = st.pills(
            "Table", list(touched), default=next(iter(touched)), required=True, label_visibility="collapsed",
            format_func=lambda name: f"{name.capitalize()} ({len(touched[name]):,})", key=f"table {key}",
        )  # fmt: skip
        st.dataframe(
            touched[name],
            hide_index=True,
            height=min(317, 37 + 35 * len(touched[name])),
            # Cells of a framework say in words how many quotations they hold.
            column_config={
                name: st.column_config.Column(width=width)
                for name, width in {"row": 150, "column": 150, "before": 180, "after": 180}.items()
            },
        )
    if untouched:
        st.caption(f"Nothing changes in: {', '.join(untouched)}.")


def _silences(codebook: Codebook, found: Found) -> None:
    rows = [
        {"code": codebook.path(each.code) if each.code else "all", "why": each.reason}
        for each in found.silences
        if each.code is None or each.code in codebook
    ]
    if rows:
        with st.popover(f"Nothing can be said of {count(len(rows), 'code')} yet", icon=":material/hourglass_empty:"):
            st.dataframe(pd.DataFrame(rows), hide_index=True)


# --- saturation ------------------------------------------------------------------------------------


def _saturation(project: Project, gathered: Gathered) -> None:
    st.caption(
        "Do further documents still bring new codes? Counted as Guest, Namey and Chen (2020) do: the codes of the "
        "first documents are the base; new codes in the next few are a share of it. Where that share falls to the "
        "threshold, the documents before were enough."
    )
    one, two, three = st.columns(3)
    base = one.number_input("Documents in the base", 1, 20, 4)
    run = two.number_input("Documents in a row to look at", 1, 10, 2)
    percent = three.selectbox("New codes still allowed", [0, 5, 10], index=1, format_func=lambda share: f"{share} %")
    rule = Rule(int(base), int(run), percent / 100)
    found = refining.coverage(gathered, {document.id: document.name for document in project.documents()}, rule)
    if len(found.table) < rule.base + rule.run:
        st.info(f"Code at least {rule.base + rule.run} documents first; {len(found.table)} have codings.")
    elif found.saturation.reached is None:
        st.warning("Not reached yet: every run of documents still brought more new codes than that.")
    else:
        st.success(
            f"Reached after {count(found.saturation.reached, 'document')}. With the documents in any other order it "
            f"is reached in {100 * found.curve.reached_in:.0f} of 100 orders."
        )
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.caption(
            "Codes found with each document: as it was coded (red); in 1,000 other orders (middle dashed, 95 % shaded)"
        )
        st.vega_lite_chart(found.table.reset_index(), _CURVE, width="stretch")
    with right:
        if found.saturation.runs:
            st.caption(f"The base has {count(found.saturation.base_codes, 'code')}. Each run of documents after it:")
            st.dataframe(
                pd.DataFrame(
                    {
                        "documents": f"{each.first} to {each.last}",
                        "new codes": each.new,
                        "of the base": 100 * each.share,
                    }
                    for each in found.saturation.runs
                ),
                hide_index=True,
                column_config={"of the base": st.column_config.NumberColumn(format="%.1f %%")},
            )
        if found.distance.farther == found.distance.farther:
            st.text(
                "The newest document lies "
                + ("farther from" if found.distance.farther < 0.05 else "no farther from")
                + " all that is coded elsewhere than the others do: "
                + f"{100 * found.distance.farther:.0f} % of them lie at least as far."
            )
    st.dataframe(
        found.table,
        column_config={
            "distance": st.column_config.NumberColumn(
                format="%.2f", help="How far its passages lie from what is coded in other documents (0: the same)"
            ),
            **{name: st.column_config.NumberColumn(format="%.0f") for name in ("in any order, middle", "low", "high")},
        },
    )


_X = {"field": "coded", "type": "quantitative", "title": "documents coded", "axis": {"tickMinStep": 1}}
_CURVE = {
    "height": 300,
    "layer": [
        {
            "mark": {"type": "area", "opacity": 0.2},
            "encoding": {
                "x": _X,
                "y": {"field": "low", "type": "quantitative", "title": "codes"},
                "y2": {"field": "high"},
            },
        },
        {
            "mark": {"type": "line", "strokeDash": [4, 3]},
            "encoding": {"x": _X, "y": {"field": "in any order, middle", "type": "quantitative"}},
        },
        {
            "mark": {"type": "line", "point": {"color": "#b3261e"}, "color": "#b3261e"},
            "encoding": {
                "x": _X,
                "y": {"field": "codes so far", "type": "quantitative"},
                "tooltip": [{"field": "document"}, {"field": "new codes"}, {"field": "codes so far"}],
            },
        },
    ],
}  # fmt: skip
