"""Search: passages by words, by meaning or by both, narrowed, read in their place, coded one by one or all at once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from coder.errors import CodingError, ProjectUnavailable
from coder.formats.tables import TABLE_WRITERS
from coder.model import Codebook, DocumentKind
from coder.store import Project
from coder.workflow import search as verbs
from coder.workflow.meanings import Encode, Meanings, read_meanings
from coder.workflow.projects import open_project
from coder.workflow.search import Coded, Passage, Place, Results, Search, Way
from ui.assistant import Activity, assistant
from ui.parts.errors import refused
from ui.parts.hearing import wait_for_meaning
from ui.parts.leading import lead
from ui.parts.searching import LIKE
from ui.parts.words import count, plain, shortened
from ui.resources import coder_id, done, opened, say
from ui.session import session

_KEY, _LAST = "searching", "searched last"
_SHOWN = 8
_WORDS, _WAY, _CODED, _CODE = "search words", "search way", "search coded", "search code"
_LISTS = {"cases": "Cases", "speakers": "Speakers", "kinds": "Kinds of document", "codes": "Codes", "coders": "Coders"}
_WAYS = {Way.WORDS: "Words", Way.MEANING: "Meaning", Way.BOTH: "Both"}
_HELP = """
**Words** finds passages that hold all the words you type, in all their forms.

- `time OR money shift`: shift, and one of the two others
- `trust NOT risk`: trust, but nowhere risk
- `"shift plan"`: these words one after the other, exactly so; `"trust"`: no other form of it
- `trust*`: all that begins so; `*paikka`: all that ends so

**Meaning** finds the hundred passages nearest to what you write, best a whole sentence, whatever their words.

**Both** puts the two together, where any of the words will do: what both find comes first.
"""


@dataclass
class Searching:
    """What is looked for in which project, and which of the passages found stands first on the page."""

    project: str = ""
    search: Search = field(default_factory=Search)
    at: int = 0
    remembered: Search | None = None


def show() -> None:
    """What to look for at the top, what was found beneath, and what to do with it at the right."""
    st.title("Search", anchor=False)
    with opened() as project:
        if not project.documents():
            lead("There is nothing to search yet.", "Bring in documents", "documents")
            return
        going = _going()
        going.search = _asked(project, going)
        if not going.search.asks:
            st.caption("Type words, or a sentence. The filters narrow what is found.")
            _remembered(project, going)
            return
        results = _results(project, going)
        if results is None:
            return
        with st.container(key="beside"):
            left, right = st.columns([5, 2], gap="large")
        with left:
            first = _list(project, going, results)
        with right:
            _acts(project, going, results, first)


def _going() -> Searching:
    """What this tab looks for; nothing where another project was opened."""
    going = st.session_state.setdefault(_KEY, Searching())
    path = session().project or ""
    if going.project != path:
        going = st.session_state[_KEY] = Searching(path)
        _fill(going.search)
    like = st.session_state.pop(LIKE, None)
    if like is not None:
        _look_for(Search(like=like))
    elif _WORDS not in st.session_state:
        # Coming back from another page, where the fields were not drawn.
        _fill(going.search)
    return _now()


def _now() -> Searching:
    going: Searching = st.session_state[_KEY]
    return going


def _look_for(search: Search) -> None:
    """Begin a search, with its words and filters in the fields."""
    going = _now()
    going.search, going.at = search, 0
    _fill(search)


def _fill(search: Search) -> None:
    st.session_state.update(
        {
            _WORDS: search.words,
            _WAY: search.way,
            _CODED: search.coded,
            **{f"search {name}": list(getattr(search, name)) for name in _LISTS},
        }
    )


# --- what to look for ------------------------------------------------------------------------------


def _asked(project: Project, going: Searching) -> Search:
    """The fields, and what they ask for."""
    like = going.search.like
    one, two = st.columns([3, 2], vertical_alignment="bottom", gap="medium")
    with one:
        words = st.text_input(
            "Look for",
            key=_WORDS,
            placeholder="trust, “shift plan”, substitut*, or a sentence",
            help=_HELP,
            on_change=_typed,
        )
    with two.container(horizontal=True, vertical_alignment="bottom"):
        way = st.segmented_control(
            "By", list(_WAYS), format_func=_WAYS.__getitem__, key=_WAY, required=True, disabled=like is not None
        )
        filters = _filters(project)
    search = Search(words, way or Way.WORDS, like, **filters)
    if like is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"More {verbs.said(project, search)}", width="stretch")
            st.button("Look for words again", icon=":material/close:", on_click=_look_for, args=(Search(),))
    if replace(search, words="", like=None) != replace(going.search, words="", like=None):
        going.at = 0
    return search


def _typed() -> None:
    """Words were typed: from now on they count."""
    going = _now()
    going.search, going.at = replace(going.search, like=None), 0


def _filters(project: Project) -> dict[str, Any]:
    """Everything that narrows a search, in a small window."""
    codebook = project.codebook()
    cases = {case.id: case.name for case in project.cases()}
    coders = {coder.id: coder.name for coder in project.coders()}
    options: dict[str, tuple[list[Any], Any]] = {
        "cases": (list(cases), cases.__getitem__),
        "speakers": (project.speakers(), str),
        "kinds": (list(dict.fromkeys(document.kind for document in project.documents())), DocumentKind.__str__),
        "codes": ([code.id for _, code in codebook.walk()], codebook.path),
        "coders": (list(coders), coders.__getitem__),
    }
    for name, (known, _) in options.items():
        # What was chosen may be gone since.
        key = f"search {name}"
        st.session_state[key] = [each for each in st.session_state.get(key, []) if each in known]
    active = sum(bool(st.session_state[f"search {name}"]) for name in _LISTS)
    active += st.session_state.get(_CODED, Coded.ANY) is not Coded.ANY
    chosen: dict[str, Any] = {}
    with st.popover(f"Filters ({active})" if active else "Filters", icon=":material/filter_alt:"):
        for name, label in _LISTS.items():
            known, named = options[name]
            chosen[name] = tuple(
                st.multiselect(label, known, format_func=named, placeholder="All", key=f"search {name}")
            )
        chosen["coded"] = st.selectbox(
            "Coded",
            list(Coded),
            format_func=str.capitalize,
            key=_CODED,
            help="With codes or coders chosen, by these: coded so, or not coded so",
        )
        st.button("No filters", icon=":material/filter_alt_off:", on_click=_unfiltered, disabled=not active)
    return chosen


def _unfiltered() -> None:
    going = _now()
    _look_for(Search(going.search.words, going.search.way, going.search.like))


def _remembered(project: Project, going: Searching) -> None:
    """Searches of this coder to take up again."""
    me = coder_id()
    saved, recent = verbs.saved(project, me), verbs.recent(project, me)
    if not saved and not recent:
        return
    one, two = st.columns(2, gap="large")
    with one:
        st.subheader("Recent", anchor=False)
        for number, search in enumerate(recent):
            label = f"{shortened(verbs.said(project, search), 60)} · {_in_words(search)}"
            st.button(
                plain(label), key=f"recent {number}", type="tertiary", icon=":material/history:", on_click=_look_for,
                args=(search,),
            )  # fmt: skip
    with two:
        st.subheader("Saved", anchor=False)
        if not saved:
            st.caption("None yet. A search can be saved beside what it finds.")
        for name, search in saved.items():
            with st.container(horizontal=True, vertical_alignment="center"):
                st.button(
                    plain(name), key=f"saved {name}", type="tertiary", icon=":material/bookmark:", on_click=_look_for,
                    args=(search,), help=plain(f"{verbs.said(project, search)} · {_in_words(search)}"),
                )  # fmt: skip
                st.button(
                    "", key=f"forget {name}", type="tertiary", icon=":material/delete:", on_click=_forget,
                    args=(name,), help="Take it away",
                )  # fmt: skip


def _in_words(search: Search) -> str:
    """How a search is narrowed, in few words."""
    narrowed = [label.lower() for name, label in _LISTS.items() if getattr(search, name)]
    narrowed += [search.coded.value] * (search.coded is not Coded.ANY)
    way = "by meaning" if search.like is not None else f"by {search.way}"
    return way + (f", narrowed by {', '.join(narrowed)}" if narrowed else "")


def _forget(name: str) -> None:
    try:
        with opened() as project:
            verbs.forget_search(project, name, coder=coder_id())
    except CodingError as error:
        say(f"Not done: {error}", ":material/error:")
    else:
        done(f"Took the search {name} away")


# --- what was found --------------------------------------------------------------------------------


def _results(project: Project, going: Searching) -> Results | None:
    """What the search finds; the same as before where nothing has changed. None where it could not be asked."""
    search, meanings, encode = going.search, None, None
    if search.by_meaning:
        read = _read_passages(project)
        if read is not None:
            meanings, encode = read
        elif search.by_words:
            search = replace(search, way=Way.WORDS)
        else:
            return None
    key = (project.path, project.revision, coder_id(), search, id(meanings and meanings.corpus))
    before, found, _ = st.session_state.get(_LAST, (None, None, None))
    if before == key and isinstance(found, Results):
        return found
    try:
        results = verbs.find(project, search, meanings=meanings, encode=encode)
    except CodingError as error:
        refused(error)
        return None
    # The vectors stay as long as what was found with them, so that no others can take their place unseen.
    st.session_state[_LAST] = (key, results, meanings)
    if going.remembered != going.search:
        going.remembered = going.search
        # A project that can only be read is searched all the same.
        with suppress(ProjectUnavailable):
            verbs.remember(project, going.search, coder=coder_id())
    return results


def _read_passages(project: Project) -> tuple[Meanings, Encode] | None:
    """Passages by their meaning, and what reads a sentence; says why where there is none yet."""
    at_work = assistant()
    status, encoder, snapshot = at_work.status, at_work.encoder, at_work.snapshot(coder_id())
    if status.failure is not None:
        st.warning(plain(f"No search by meaning: {status.failure}"), icon=":material/warning:")
        return None
    ground = snapshot.ground
    if encoder is not None and ground is not None and ground.model == encoder.name:
        if snapshot.waiting:
            st.caption(f"{count(snapshot.waiting, 'passage')} not read for meaning yet.")
        return Meanings.of(ground), encoder.encode
    if encoder is None or status.activity in (Activity.STARTING, Activity.EMBEDDING):
        words = "Passages are being read for the first time; the sidebar shows how far this is. Words can be searched."
        wait_for_meaning(words, _read_once)
        return None
    # Without codes the assistant prepares nothing, but the passages are read.
    return _kept_meanings(project.path, encoder.name, project.revision), encoder.encode


def _read_once() -> bool:
    at_work = assistant()
    return at_work.encoder is not None and at_work.status.activity not in (Activity.STARTING, Activity.EMBEDDING)


@st.cache_resource(max_entries=1, show_spinner=False)
def _kept_meanings(path: str, model: str, _: int) -> Meanings:
    with open_project(path) as project:
        return read_meanings(project, model)


def _list(project: Project, going: Searching, results: Results) -> Passage | None:
    """The passages from where the coder is on; the first one, on which the keys act."""
    total = len(results.found)
    if results.query is not None:
        _understood(results)
    if not total:
        st.info("Nothing is found. Fewer words, other filters, or a search by meaning may find more.")
        return None
    going.at = min(going.at, total - 1)
    shown = verbs.passages(project, results, results.found[going.at : going.at + _SHOWN])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"{going.at + 1:,} of {count(total, 'passage')}", width="stretch")
        _step("Previous", -1, going, total, icon="arrow_upward", shortcut="k")
        _step("Next", 1, going, total, icon="arrow_downward", shortcut="j")
        _step("Page up", -_SHOWN, going, total, icon="keyboard_double_arrow_up", shortcut="PageUp")
        _step("Page down", _SHOWN, going, total, icon="keyboard_double_arrow_down", shortcut="PageDown")
    codebook = project.codebook()
    coders = {coder.id: coder.name for coder in project.coders()}
    for number, passage in enumerate(shown):
        _card(passage, codebook, coders, results, first=number == 0)
    return shown[0] if shown else None


def _understood(results: Results) -> None:
    """How the words were read, with the other forms that count."""
    assert results.query is not None
    told = [f"Looked for {results.query}."]
    forms = list(dict.fromkeys(form for term in results.query.terms for form in term.forms))
    if forms:
        told.append(f"Also {', '.join(forms[:12])}{f' and {len(forms) - 12:,} more' if len(forms) > 12 else ''}.")
    st.caption(plain(" ".join([*told, results.forms_told]).strip()))


def _step(label: str, by: int, going: Searching, total: int, *, icon: str, shortcut: str) -> None:
    there = max(0, min(total - 1, going.at + by))
    st.button(
        "", key=label, icon=f":material/{icon}:", help=label, shortcut=shortcut, type="tertiary",
        disabled=there == going.at, on_click=_go_to, args=(there,),
    )  # fmt: skip


def _go_to(place: int) -> None:
    _now().at = place


def _card(passage: Passage, codebook: Codebook, coders: dict[str, str], results: Results, *, first: bool) -> None:
    """One passage with what was looked for marked in it; the keys act on the first one."""
    segment = passage.segment
    key = f"{segment.document} {segment.index}"
    with st.container(border=True, key=f"found {'first' if first else key}"):
        st.markdown(_marked(passage))
        facts = [passage.document, passage.speaker, *passage.cases]
        likeness = f" ({passage.found.likeness:.2f})" if passage.found.likeness is not None else ""
        found = f"found by {passage.found.source}{likeness}"
        st.caption(plain(" · ".join([*filter(None, facts), found])))
        if passage.codes:
            names = [f"{codebook.code(code).name} ({coders[who]})" for code, who in passage.codes if code in codebook]
            st.markdown(" ".join(f":gray-badge[{plain(name)}]" for name in names))
        with st.container(horizontal=True):
            code = str(st.session_state.get(_CODE))
            st.button(
                "Code", key=f"code {key}", icon=":material/label:", shortcut="a" if first else None,
                type="primary" if first else "secondary", disabled=code not in codebook,
                help=plain(codebook.path(code)) if code in codebook else "Choose a code at the right first",
                on_click=_code, args=([passage], code, results),
            )  # fmt: skip
            if st.button(
                "Read it in its place", key=f"open {key}", icon=":material/article:", shortcut="o" if first else None
            ):
                session().look_at(segment.document, segment.span.start)
                st.switch_page(st.session_state["coding page"])
            st.button(
                "More like this", key=f"more {key}", icon=":material/search:", shortcut="m" if first else None,
                on_click=_look_for,
                args=(Search(like=Place(segment.document, segment.span.start, segment.span.end)),),
            )  # fmt: skip


def _marked(passage: Passage) -> str:
    """Markdown of a passage: bold on a ground of another colour, so that marks are seen without colour, too."""
    pieces, last = [], 0
    for mark in passage.marks:
        pieces.append(plain(passage.text[last : mark.start]))
        pieces.append(f":orange-background[**{plain(mark.of(passage.text))}**]")
        last = mark.end
    return "".join([*pieces, plain(passage.text[last:])])


# --- what to do with it ----------------------------------------------------------------------------


def _acts(project: Project, going: Searching, results: Results, first: Passage | None) -> None:
    """Choose the code, code all, save the search, take it along."""
    codebook = project.codebook()
    takers = [code.id for _, code in codebook.walk() if code.takes_codings]
    if takers:
        if st.session_state.get(_CODE) not in takers:
            st.session_state[_CODE] = None
        code = st.selectbox(
            "Code with", takers, index=None, format_func=codebook.path, key=_CODE, placeholder="Choose a code"
        )
        if code is not None and codebook.code(code).brief:
            st.caption(plain(codebook.code(code).brief))
        total = len(results.found)
        if st.button(
            f"Code {'all ' if total > 1 else ''}{count(total, 'passage')} …",
            icon=":material/done_all:",
            disabled=code is None or not total,
            help="With a preview; one undo takes all of it back",
        ):
            assert code is not None
            _code_all(results, code, codebook.path(code))
    else:
        st.caption("There are no codes yet; with a codebook, what is found here can be coded.")
    if first is not None:
        st.caption("Keys act on the first passage: `a` codes it, `j` and `k` go on and back, `o` opens it in its "
                   "place, `m` finds more like it.")  # fmt: skip
    st.divider()
    _keep(project, going)
    _take_along(project, results)
    with st.expander("Recent and saved searches", icon=":material/history:"):
        st.button("Begin anew", on_click=_look_for, args=(Search(),), icon=":material/restart_alt:")
        saved = {f"“{name}”": search for name, search in verbs.saved(project, coder_id()).items()}
        recent = {
            f"{shortened(verbs.said(project, search), 40)} · {_in_words(search)}": search
            for search in verbs.recent(project, coder_id())
        }
        for label, search in {**saved, **recent}.items():
            st.button(plain(label), key=f"again {label}", type="tertiary", on_click=_look_for, args=(search,))


def _keep(project: Project, going: Searching) -> None:
    with st.popover("Save this search", icon=":material/bookmark_add:"), st.form("save search", clear_on_submit=True):
        name = st.text_input("Name", placeholder=shortened(verbs.said(project, going.search), 40))
        if st.form_submit_button("Save", type="primary"):
            try:
                verbs.save_search(project, name or verbs.said(project, going.search), going.search, coder=coder_id())
            except CodingError as error:
                refused(error)
            else:
                done("Saved the search")
                st.rerun()


def _take_along(project: Project, results: Results) -> None:
    with st.popover("Download", icon=":material/download:", disabled=not results.found):
        for suffix in TABLE_WRITERS:
            st.download_button(
                f"{count(len(results.found), 'passage')} as {suffix}",
                data=partial(_file, project.path, coder_id(), results, suffix),
                file_name=f"search{suffix}",
                on_click="ignore",
                key=f"download {suffix}",
                width="stretch",
            )


def _file(path: str, coder: str, results: Results, suffix: str) -> bytes:
    # Built when asked for, after this rerun has closed its project.
    with open_project(Path(path)) as project:
        own = project.seen_by(coder)
        return TABLE_WRITERS[suffix](verbs.as_table(own, verbs.passages(own, results, results.found)))


def _code(chosen: Sequence[Passage], code: str, results: Results) -> None:
    """Put the code on passages before the page is drawn anew, and say what was done, or why not."""
    try:
        with opened() as project:
            what = verbs.said(project, results.search)
            put = verbs.code_passages(project, chosen, code, coder=coder_id(), what=what, model=results.model)
            name = project.codebook().code(code).name
    except CodingError as error:
        say(f"Not done: {error}", ":material/error:")
        return
    known = f"; {count(put.known, 'passage')} carried it already" if put.known and put.new else ""
    if put.new:
        done(f"Coded {count(put.new, 'passage')} with {name}{known}")
    else:
        say(f"Nothing was coded: {'it carries' if put.known == 1 else 'all carry'} {name} already", ":material/info:")


@st.dialog("Code all that was found", width="large")
def _code_all(results: Results, code: str, path: str) -> None:
    """The preview: every passage that would get the code."""
    with opened() as project:
        if len(results.found) > verbs.AT_ONCE:
            st.warning(f"{len(results.found):,} passages are too many at once. Narrow the search to {verbs.AT_ONCE:,}.")
            return
        chosen = verbs.passages(project, results, results.found)
        frame = verbs.as_table(project, chosen)
        carrying = verbs.carrying(project, chosen, code, coder=coder_id())
    st.markdown(f"**{plain(path)}** on {count(len(chosen), 'passage')}")
    if carrying:
        st.caption(
            f"{count(carrying, 'of them carries', 'of them carry')} it from you already and will not get it twice."
        )
    st.dataframe(
        frame[["passage", "codes", "document", "speaker", "case", "found by"]], hide_index=True, height=380,
        column_config={"passage": st.column_config.TextColumn(width="large")},
    )  # fmt: skip
    st.caption("Read them first: they become your codings. One undo takes all of them back.")
    if st.button(
        f"Code {count(len(chosen), 'passage')}", type="primary", icon=":material/done_all:",
        on_click=_code, args=(chosen, code, results),
    ):  # fmt: skip
        st.rerun()
