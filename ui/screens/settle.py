"""Settle: one difference between coders at a time, side by side; then the codebook, sharpened by what was decided."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import streamlit as st

from coder.agreement import Kind
from coder.errors import CodingError
from coder.model import Codebook, Coding, Document, Span
from coder.model.settling import Reason, Settlement
from coder.store import Project
from coder.workflow import settling as verbs
from coder.workflow.layers import people
from coder.workflow.settling import Difference, Draft
from ui.parts.choosing import begins, several
from ui.parts.leading import lead
from ui.parts.places import SIGNS
from ui.parts.words import count, plain, shortened
from ui.resources import coder_id, done, opened, say
from ui.session import session

_AROUND = 160
_HEIGHT = 640
_FOUND, _HERE = "settle found", "settle here"
_TOLERANCES = {0: "exactly", 5: "within 5 characters", 20: "within 20 characters", 100: "within 100 characters"}
_GUESS = {Kind.EXTENT: Reason.BOUNDARY, Kind.CODE: Reason.DEFINITION, Kind.MISSING: Reason.DEFINITION}
_WORDS = {
    Kind.EXTENT: "They put the same code on different words.",
    Kind.CODE: "They put different codes on these words.",
    Kind.MISSING: "One put a code here that another read and left.",
}
_REASONS = {
    Reason.DEFINITION: "the definition leaves it open",
    Reason.BOUNDARY: "where the passage begins and ends",
    Reason.UNIT: "one passage or several",
    Reason.SLIP: "overlooked, or the wrong key",
}
_FIELDS = {verbs.USE: "when to use", verbs.NOT_USE: "when not to use"}
_MEANING = {
    "later": (None, "Say so when the codebook is published"),
    "yes": (True, "Yes: earlier codings are to be looked at again"),
    "no": (False, "No, only the words"),
}


@dataclass(frozen=True, eq=False)
class _Found:
    """What was found last, kept until something changes."""

    key: tuple[object, ...]
    differences: list[Difference]


def show() -> None:
    """The queue at the left, the difference that is looked at beside it; or the drafts for the codebook."""
    st.title("Settle", anchor=False)
    with opened() as project:
        if len(people(project)) < 2:
            lead(
                "There is nothing to settle before two coders have read the same text.", "To the agreement", "agreement"
            )
            return
        drafts = verbs.drafts(project)
        tab = st.segmented_control(
            "What",
            ["differences", "codebook"],
            required=True,
            label_visibility="collapsed",
            format_func={
                "differences": "Differences",
                "codebook": f"What the codebook should say ({len(drafts)})",
            }.__getitem__,
            key=begins("settle what", "differences"),
        )
        if tab == "codebook":
            _drafts(project.codebook(), drafts)
            return
        found = _asked(project)
        if not found:
            st.info("Nothing differs here.")
            return
        _progress(found)
        place = _current(found)
        with st.container(key="beside"):
            left, right = st.columns([2, 5], gap="medium")
        with left:
            _queue(project, found, place)
        with right:
            _difference(project, found, place)


# --- which differences ------------------------------------------------------------------------------


def _asked(project: Project) -> list[Difference]:
    codebook = project.codebook()
    with st.container(key="filters"):
        one, two, three, four = st.columns(4)
    coders = several(one, "Coders", {coder.id: coder.name for coder in people(project)}, key="settle coders")
    documents = several(
        two, "Documents", {document.id: document.name for document in project.documents()}, key="settle documents"
    )
    paths = {code.id: codebook.path(code.id) for _, code in codebook.walk()}
    codes = several(three, "Codes, with those below them", paths, key="settle codes")
    tolerance = four.selectbox(
        "Ends that are the same",
        list(_TOLERANCES),
        format_func=_TOLERANCES.__getitem__,
        key=begins("settle tolerance", 20),
    )
    key = (project.path, project.revision, coder_id(), coders, documents, codes, tolerance)
    found: _Found | None = st.session_state.get(_FOUND)
    if found is None or found.key != key:
        found = st.session_state[_FOUND] = _Found(
            key,
            verbs.differences(project, coders=coders, documents=documents, codes=codes, tolerance=tolerance),
        )
    return found.differences


def _progress(found: Sequence[Difference]) -> None:
    settled = sum(each.settled is not None for each in found)
    st.progress(settled / len(found), text=f"{settled:,} of {len(found):,} settled")


def _current(found: Sequence[Difference]) -> int:
    """Where the difference that is looked at stands; the first open one if it is gone."""
    here = st.session_state.get(_HERE)
    keys = [each.place.key for each in found]
    return keys.index(here) if here in keys else _next_open(found, -1)


def _next_open(found: Sequence[Difference], after: int) -> int:
    """The first open one after a place, then from the beginning; the one after if all are settled."""
    order = [*range(after + 1, len(found)), *range(after + 1)]
    return next((number for number in order if found[number].settled is None), min(after + 1, len(found) - 1))


def _queue(project: Project, found: Sequence[Difference], current: int) -> None:
    codebook, names = project.codebook(), {document.id: document.name for document in project.documents()}
    first = max(0, min(current - 4, len(found) - 10))
    st.caption(f"{first + 1} to {min(first + 10, len(found))} of {count(len(found), 'difference')}")
    queue = st.container(gap="xxsmall")
    for number in range(first, min(first + 10, len(found))):
        place = found[number].place
        sign = "✓" if found[number].settled is not None else SIGNS[place.kind]
        codes = " / ".join(codebook.code(code).name for code in place.codes if code in codebook)
        queue.button(
            f"{sign} {plain(shortened(codes, 34))}",
            key=f"settle go {place.key}",
            help=plain(f"{place.kind.value}: {names[place.document]}"),
            type="primary" if number == current else "tertiary",
            width="stretch",
            on_click=_go,
            args=(place.key,),
        )


def _go(key: str) -> None:
    st.session_state[_HERE] = key


# --- one difference ---------------------------------------------------------------------------------


def _difference(project: Project, found: Sequence[Difference], number: int) -> None:
    difference = found[number]
    place, document = difference.place, project.document(difference.place.document)
    codebook = project.codebook()
    names = {coder.id: coder.name for coder in project.coders()}
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(plain(f"{SIGNS[place.kind]} {_WORDS[place.kind]}"), anchor=False, width="stretch")
        for word, step, icon, key in (("Previous", -1, "arrow_upward", "k"), ("Next", 1, "arrow_downward", "j")):
            to = found[(number + step) % len(found)].place.key
            st.button(word, icon=f":material/{icon}:", shortcut=key, on_click=_go, args=(to,), key=f"settle {word}")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(plain(document.name), width="stretch")
        if st.button("Read it in its place", icon=":material/article:", type="tertiary"):
            session().look_at(place.document, place.span.start)
            st.switch_page(st.session_state["coding page"])
    _decided(difference, names, codebook)
    coders = [id for id in names if id in place.coders or id in place.missing]
    for coder, column in zip(coders, st.columns(len(coders), border=True), strict=True):
        with column:
            _side(document, place.span, names[coder], [c for c in place.codings if c.coder == coder], codebook)
    _decision(difference, document, [(id, names[id]) for id in coders if id in place.coders], codebook)
    _definitions(codebook, place.codes)


def _side(document: Document, span: Span, name: str, codings: Sequence[Coding], codebook: Codebook) -> None:
    """What one coder put, in its context; marked in bold between brackets, not by colour alone."""
    st.markdown(f"**{plain(name)}**")
    codes = dict.fromkeys(codebook.path(coding.code) for coding in codings if coding.code in codebook)
    st.caption(plain("; ".join(codes) or "read it and put nothing"))
    start, end = _in_context(document.text, span)
    pieces, at = ["… " if start else ""], start
    for coding in sorted(codings, key=lambda coding: coding.span):
        low, high = max(at, coding.span.start), coding.span.end
        if low < high:
            pieces += [plain(document.text[at:low]), f" :blue-background[**⟦{plain(document.text[low:high])}⟧**] "]
            at = high
    pieces += [plain(document.text[at:end]), " …" if end < document.characters else ""]
    st.markdown("".join(pieces))


def _in_context(text: str, span: Span) -> tuple[int, int]:
    """Where to begin and end reading around a span, between words."""
    start, end = max(0, span.start - _AROUND), min(len(text), span.end + _AROUND)
    if start:
        start += len(text[start : span.start].partition(" ")[0])
    if end < len(text):
        end -= len(text[span.end : end].rpartition(" ")[2])
    return start, end


def _definitions(codebook: Codebook, codes: Collection[str]) -> None:
    with st.expander("What the codebook says", icon=":material/account_tree:", expanded=True):
        for id in (id for id in codes if id in codebook):
            code = codebook.code(id)
            st.markdown(f"**{plain(codebook.path(id))}**")
            told = (("", code.brief or code.definition), ("When to use: ", code.when_to_use),
                    ("When not to use: ", code.when_not_to_use))  # fmt: skip
            for label, words in told:
                if words:
                    st.text(label + words)
            if not any(words for _, words in told):
                st.caption("Nothing is written about it yet.")


def _decided(difference: Difference, names: dict[str, str], codebook: Codebook) -> None:
    settled, before = difference.settled, difference.before
    if settled is not None:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.text(f"✓ {_told(settled, names, codebook)}", width="stretch")
            st.button(
                "Open again",
                icon=":material/undo:",
                on_click=_open_again,
                args=(settled.id,),
            )
    elif before is not None:
        st.warning(
            plain(f"Decided before, but a coding here was changed since. Then: {_told(before, names, codebook)}"),
            icon=":material/history:",
        )


def _told(settlement: Settlement, names: dict[str, str], codebook: Codebook) -> str:
    kept = [put for put in settlement.puts if put.coding in settlement.kept]
    held = ", ".join(
        f"{names.get(put.coder, '?')}’s {codebook.code(put.code).name}" for put in kept if put.code in codebook
    )
    what = f"{held} held" if held else "another took their place" if settlement.made else "neither held"
    note = f" “{settlement.note}”" if settlement.note else ""
    return f"{what} ({settlement.reason.value}), settled by {names.get(settlement.coder, '?')}.{note}"


def _decision(
    difference: Difference, document: Document, coders: Sequence[tuple[str, str]], codebook: Codebook
) -> None:
    place, settled = difference.place, difference.settled
    one, two = st.columns([2, 3])
    reason_key, note_key = f"settle reason {place.key}", f"settle note {place.key}"
    one.radio(
        "Why they differ",
        list(Reason),
        captions=list(_REASONS.values()),
        format_func=lambda reason: reason.value,
        key=begins(reason_key, settled.reason if settled else _GUESS[place.kind]),
    )
    two.text_area(
        "Note, in your words; it goes into the draft for the codebook",
        height=120,
        key=begins(note_key, settled.note if settled else ""),
    )

    def take(kept: Sequence[str]) -> Callable[[Project], object]:
        return lambda project: verbs.settle(
            project,
            place,
            kept=kept,
            reason=st.session_state[reason_key],
            note=st.session_state[note_key],
            coder=coder_id(),
        )

    options = [
        (f"Take {name}’s", str(number), [coding.id for coding in place.codings if coding.coder == coder])
        for number, (coder, name) in enumerate(coders, 1)
    ]
    if len(coders) > 1:
        options.append(("Keep all" if len(coders) > 2 else "Keep both", "b", [coding.id for coding in place.codings]))
    options.append(("Neither" if len(coders) > 1 else "Leave it out", "n", []))
    with st.container(horizontal=True, gap="small"):
        for words, key, kept in options:
            st.button(
                plain(words),
                shortcut=key,
                key=f"settle {key} {place.key}",
                type="primary",
                on_click=_settle,
                args=(words, take(kept)),
            )
        with st.popover("Another extent or code", icon=":material/edit:", key=f"settle another {place.key}"):
            words_key, code_key = f"settle words {place.key}", f"settle code {place.key}"
            st.text_area("The words that carry it", height=150, key=begins(words_key, place.span.of(document.text)))
            takers = [code.id for _, code in codebook.walk() if code.takes_codings]
            first = place.codes[0] if place.codes[0] in takers else takers[0]
            st.selectbox("The code", takers, format_func=codebook.path, key=begins(code_key, first))

            def instead(project: Project) -> object:
                span = verbs.span_of_words(project, place, st.session_state[words_key])
                return verbs.settle(
                    project,
                    place,
                    instead=(span, st.session_state[code_key]),
                    reason=st.session_state[reason_key],
                    note=st.session_state[note_key],
                    coder=coder_id(),
                )

            st.button(
                "Put this instead",
                type="primary",
                key=f"settle instead {place.key}",
                on_click=_settle,
                args=("Another coding took their place", instead),
            )
    st.caption("Keys: 1, 2, … take a coder’s; b keeps both; n neither; j and k go on and back.")


def _settle(what: str, verb: Callable[[Project], object]) -> None:
    """Decide, then go on to the next open difference."""
    if _do(what, verb):
        found: _Found | None = st.session_state.get(_FOUND)
        if found is not None and found.differences:
            st.session_state[_HERE] = found.differences[
                _next_open(found.differences, _current(found.differences))
            ].place.key


def _open_again(settlement: str) -> None:
    _do("The difference is open again", lambda project: verbs.open_again(project, settlement, coder=coder_id()))


def _do(what: str, verb: Callable[[Project], object]) -> bool:
    """Call a verb before the page is drawn anew, and say what was done, or why not."""
    try:
        with opened() as project:
            verb(project)
    except CodingError as error:
        say(f"Not done: {error}", ":material/error:")
        return False
    done(what)
    return True


# --- the codebook after it --------------------------------------------------------------------------


def _drafts(codebook: Codebook, drafts: Sequence[Draft]) -> None:
    if not drafts:
        st.info("Decisions whose reason is no slip gather here, at the field of the code that they speak of.")
        return
    for draft in drafts:
        with st.container(border=True):
            st.subheader(plain(f"{codebook.path(draft.code)}: {_FIELDS[draft.field]}"), anchor=False)
            left, right = st.columns(2, gap="medium")
            with left:
                st.caption("As it stands")
                st.text(draft.present or "Nothing is written here yet.")
                st.caption(f"After {count(len(draft.decisions), 'decision')}")
                for settlement in draft.decisions:
                    quotations = [shortened(passage, 160) for passage in draft.passages(settlement)]
                    st.text(f"• {settlement.reason.value}: {settlement.note}".rstrip(": "))
                    st.text("\n".join(f"   “{quotation}”" for quotation in quotations))
            with right:
                key = f"settle draft {draft.key} {len(draft.decisions)}"
                st.text_area("As it should stand: edit it", height=220, key=begins(key, draft.text))
                meaning_key = f"settle meaning {draft.key}"
                st.radio(
                    "Does the code mean something else now?",
                    list(_MEANING),
                    format_func=lambda said: _MEANING[said][1],
                    key=meaning_key,
                )
                st.button(
                    "Save to the codebook",
                    type="primary",
                    key=f"settle save {draft.key}",
                    on_click=_sharpen,
                    args=(draft, key, meaning_key),
                )


def _sharpen(draft: Draft, key: str, meaning_key: str) -> None:
    text, (meaning, _) = st.session_state[key], _MEANING[st.session_state[meaning_key]]
    _do(
        "The codebook says it now",
        lambda project: verbs.sharpen(project, draft, text, changes_meaning=meaning, coder=coder_id()),
    )
