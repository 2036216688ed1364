"""Finding passages by their words, by what they mean, or by both, and putting a code on what was found."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from functools import partial
from itertools import accumulate, islice

import numpy as np
import pandas as pd

from coder.errors import InvalidValue, StaleEdit, UnknownItem
from coder.model import Anchor, Coding, DocumentKind, Membership, Origin, Segment, Span, new_id, now
from coder.model.journal import canonical
from coder.model.query import Query, Term
from coder.segmenting.forms import BEGINNING, Inflection, Knowledge, common_words, inflection
from coder.store import Project
from coder.workflow.codebooks import check_takes_codings
from coder.workflow.meanings import Encode, Meanings
from coder.workflow.permission import change_by

NEAREST = 100
"""So many passages are found by meaning: every passage means something, so that there is no natural end."""

AT_ONCE = 1_000
"""So many passages can be coded at once."""

RECENT = 20
"""So many searches of a coder are remembered."""

_FADES = 60
_MOST_WORDS = 2_000
_SAVED = "search of "


class Way(StrEnum):
    """What a search goes by."""

    WORDS = "words"
    MEANING = "meaning"
    BOTH = "words and meaning"


class Coded(StrEnum):
    """Whether somebody has coded a passage."""

    ANY = "coded or not"
    YES = "coded"
    NO = "not coded at all"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage or a quotation lies, of which more is wanted."""

    document: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for, and where: an empty filter narrows nothing.

    ``like`` takes the place of ``words``: more like what stands there. ``cases``, ``codes`` (with all below them) and
    ``coders`` are ids. With ``codes`` or ``coders``, ``coded`` asks for their codings: coded, or not coded, by them.
    """

    words: str = ""
    way: Way = Way.WORDS
    like: Place | None = None
    cases: tuple[str, ...] = ()
    speakers: tuple[str, ...] = ()
    kinds: tuple[DocumentKind, ...] = ()
    codes: tuple[str, ...] = ()
    coders: tuple[str, ...] = ()
    coded: Coded = Coded.ANY

    @property
    def by_words(self) -> bool:
        """Whether words count."""
        return self.like is None and self.way is not Way.MEANING

    @property
    def by_meaning(self) -> bool:
        """Whether meaning counts."""
        return self.like is not None or self.way is not Way.WORDS

    @property
    def asks(self) -> bool:
        """Whether anything is looked for."""
        return self.like is not None or bool(self.words.strip())


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that was found: by its words, by its likeness (a cosine), or by both."""

    segment: Segment
    by_words: bool = False
    likeness: float | None = None

    @property
    def origin(self) -> Origin:
        """How a coding of it came to be."""
        return Origin.WORDS if self.by_words else Origin.MEANING

    @property
    def source(self) -> str:
        """What found it, in words."""
        if self.likeness is None:
            return Way.WORDS.value
        return Way.BOTH.value if self.by_words else Way.MEANING.value


@dataclass(frozen=True, slots=True)
class Results:
    """What a search found, best first; ``query`` with all forms of its words, and how forms are ``known`` by language.

    ``model`` is the encoder that was asked.
    """

    search: Search
    found: tuple[Found, ...]
    query: Query | None = None
    known: dict[str, Knowledge] = field(default_factory=dict)
    model: str | None = None

    @property
    def forms_told(self) -> str:
        """How far other forms of the words were found, where that is less than a dictionary knows; else empty."""
        if self.query is None or not any(term.bends for term in self.query.terms):
            return ""
        by_rules = sorted(language for language, known in self.known.items() if known is Knowledge.RULES)
        as_written = sorted(language for language, known in self.known.items() if known is Knowledge.NONE)
        told = []
        if by_rules:
            told.append(
                f"Other forms of words ({', '.join(by_rules)}) are found by their endings; irregular ones (go, went) "
                "need pip install 'redthread[lemmas]', which has no Finnish."
            )
        if as_written:
            told.append(f"Words ({', '.join(as_written)}) are found only as they are written; trust* finds more.")
        return " ".join(told)


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage that was found, to be shown and coded: its text with ``marks`` in it, who says it and where.

    ``codes`` are the ids of the codes on it, each with the coder's.
    """

    found: Found
    text: str
    marks: tuple[Span, ...]
    document: str
    kind: DocumentKind
    speaker: str | None
    cases: tuple[str, ...]
    codes: tuple[tuple[str, str], ...]

    @property
    def segment(self) -> Segment:
        """Where it lies."""
        return self.found.segment


# --- finding ---------------------------------------------------------------------------------------


def find(
    project: Project, search: Search, *, meanings: Meanings | None = None, encode: Encode | None = None
) -> Results:
    """Passages that a search finds, best first.

    What words find is ranked by BM25 (Robertson and Zaragoza 2009), what is found by meaning by its cosine, the
    nearest hundred; both together, the hundred best of each, by reciprocal rank fusion (Cormack, Clarke and Büttcher
    2009): there any of the words will do. Raises InvalidValue
    for words that cannot be searched for, or where meaning is asked for without ``meanings`` and ``encode``,
    and UnknownItem for a code, or a place to find more like, that is gone.
    """
    sieve = _Sieve(project, search)
    words: list[Segment] = []
    query: Query | None = None
    known: dict[str, Knowledge] = {}
    if search.by_words:
        words, query, known = _by_words(project, search, sieve)
    near: dict[Segment, float] = {}
    if search.by_meaning:
        if meanings is None or encode is None:
            raise InvalidValue("the passages have not been read for their meaning yet; search for words meanwhile")
        near = _by_meaning(project, search, sieve, meanings, encode)
    if near:
        there = set(words)
        found = [Found(segment, segment in there, near.get(segment)) for segment in _fused(words, list(near))]
    else:
        found = [Found(segment, by_words=True) for segment in words]
    return Results(search, tuple(found), query, known, meanings.model if meanings and near else None)


def _by_words(project: Project, search: Search, sieve: _Sieve) -> tuple[list[Segment], Query, dict[str, Knowledge]]:
    """What words find, the query with the forms of all languages, and what is known of these."""
    plain = Query.parse(search.words)
    if search.by_meaning:
        # A sentence: no passage holds all its words, but those that hold its rare ones are worth a look.
        plain = plain.any_of(frozenset().union(*map(common_words, sieve.languages)))
    found: list[list[Segment]] = []
    forms: dict[Term, set[str]] = {}
    known = {}
    for language, documents in sieve.languages.items():
        inflected = inflection(language)
        bent = plain.with_forms(partial(_forms, project, inflected))
        for term in (*bent.terms, *bent.without):
            forms.setdefault(replace(term, forms=()), set()).update(term.forms)
        known[language] = inflected.knowledge
        found.append(project.find_words(bent, documents))
    # Each language has its own forms; what they found comes together as it was ranked.
    ranked = found[0] if len(found) == 1 else _fused(*found)
    passing = (segment for segment in ranked if sieve.passes(segment))
    return (
        list(islice(passing, NEAREST) if search.by_meaning else passing),
        plain.with_forms(lambda term: forms.get(term, set())),
        known,
    )


def _forms(project: Project, known: Inflection, term: Term) -> Collection[str]:
    """The words of the project that count as a term."""
    if term.open_start:
        found = [word for word in project.words_like(term.words[0], anywhere=True) if term.takes(word)]
        if len(found) > _MOST_WORDS:
            raise InvalidValue(f"{len(found):,} different words fit {term}; write more of its letters")
        return found
    if not term.bends:
        return ()
    (word,) = term.words
    return known.forms(word, project.words_like(word[:BEGINNING]))


def _by_meaning(
    project: Project, search: Search, sieve: _Sieve, meanings: Meanings, encode: Encode
) -> dict[Segment, float]:
    """The nearest passages with their likeness, nearest first."""
    text, own = search.words.strip(), None
    if search.like is not None:
        document = project.document(search.like.document)
        own = search.like
        text = document.text[own.start : own.end]
    if not text.strip():
        raise InvalidValue("write a sentence that says what you look for")
    likeness = meanings.likeness(text, encode)
    found: dict[Segment, float] = {}
    for row in np.argsort(-likeness, kind="stable"):
        segment = meanings.corpus.segments[row]
        itself = (
            own is not None
            and segment.document == own.document
            and segment.span.start < own.end
            and own.start < segment.span.end
        )
        if not itself and sieve.passes(segment) and sieve.stands(segment, meanings.corpus.texts[row]):
            found[segment] = float(likeness[row])
            if len(found) == NEAREST:
                break
    return found


def _fused(*rankings: Sequence[Segment]) -> list[Segment]:
    """One ranking of several, by the sum of 1 / (60 + rank)."""
    worth: dict[Segment, float] = {}
    for ranking in rankings:
        for rank, segment in enumerate(ranking, 1):
            worth[segment] = worth.get(segment, 0.0) + 1 / (_FADES + rank)
    return sorted(worth, key=lambda segment: -worth[segment])


class _Sieve:
    """The filters of a search, each read from the project once and only where it is asked for."""

    def __init__(self, project: Project, search: Search) -> None:
        self._project = project
        self._speakers = frozenset(search.speakers)
        self._turns = project.all_turns() if search.speakers else {}
        self._stretches = _stretches(project, search.cases)
        self._coded = _coded(project, search)
        self._wants_coded = search.coded is not Coded.NO
        self._within_documents = bool(self._speakers) or self._stretches is not None or self._coded is not None
        self._documents = {
            document.id
            for document in project.documents()
            if (not search.kinds or document.kind in search.kinds)
            and (self._stretches is None or document.id in self._stretches)
        }
        self._standing: dict[str, tuple[str, frozenset[Segment]]] = {}
        self.languages: dict[str, list[str]] = {}
        for document in project.documents():
            if document.id in self._documents:
                self.languages.setdefault(document.language.lower().partition("-")[0], []).append(document.id)

    def passes(self, segment: Segment) -> bool:
        """Whether a passage passes every filter."""
        if segment.document not in self._documents:
            return False
        if not self._within_documents:
            return True
        if self._speakers and self._turns[segment.document][segment.turn].speaker not in self._speakers:
            return False
        if self._stretches is not None and not _touched(segment.span, self._stretches[segment.document]):
            return False
        if self._coded is None:
            return True
        return _touched(segment.span, self._coded.get(segment.document, _NOTHING)) == self._wants_coded

    def stands(self, segment: Segment, text: str) -> bool:
        """Whether a passage is still one of its document, with the same words."""
        document = segment.document
        if document not in self._standing:
            read = self._project.document(document).text
            self._standing[document] = read, frozenset(self._project.segments(document))
        read, segments = self._standing[document]
        return segment in segments and segment.span.of(read) == text


_Stretches = tuple[list[int], list[int]]
"""Where stretches start, ascending, and how far those up to there reach."""

_NOTHING: _Stretches = ([], [])


def _laid(places: Iterable[tuple[int, int]]) -> _Stretches:
    ordered = sorted(places)
    return [start for start, _ in ordered], list(accumulate((end for _, end in ordered), max))


def _touched(span: Span, stretches: _Stretches) -> bool:
    """Whether one of the stretches shares a character with the span."""
    starts, reach = stretches
    before = bisect_left(starts, span.end)
    return before > 0 and reach[before - 1] > span.start


def _by_document(placed: Iterable[tuple[str, int, int]]) -> dict[str, _Stretches]:
    places: dict[str, list[tuple[int, int]]] = {}
    for document, start, end in placed:
        places.setdefault(document, []).append((start, end))
    return {document: _laid(of) for document, of in places.items()}


def _stretches(project: Project, cases: Collection[str]) -> dict[str, _Stretches] | None:
    """What belongs to these cases; None where all does."""
    if not cases:
        return None
    characters = {document.id: document.characters for document in project.documents()}
    return _by_document(
        (each.document, each.span.start if each.span else 0, each.span.end if each.span else characters[each.document])
        for each in project.memberships()
        if each.case in cases
    )


def _coded(project: Project, search: Search) -> dict[str, _Stretches] | None:
    """What is coded with the codes and by the coders of a search; None where that is not asked for."""
    if not search.codes and not search.coders and search.coded is Coded.ANY:
        return None
    codebook = project.codebook()
    codes = {code for chosen in search.codes for code in codebook.branch(chosen)}
    return _by_document(
        place
        for code in codes or [None]
        for coder in search.coders or [None]
        for place in project.coded_places(code=code, coder=coder)
    )


# --- what was found --------------------------------------------------------------------------------


def passages(project: Project, results: Results, found: Sequence[Found]) -> list[Passage]:
    """Some of what was found, with all that a reader wants to know of it; what is gone meanwhile is left out."""
    return list(_passages(project, results.query, found))


def _passages(project: Project, query: Query | None, found: Sequence[Found]) -> Iterator[Passage]:
    cases = {case.id: case.name for case in project.cases()}
    members: dict[str, list[Membership]] = {}
    for membership in project.memberships():
        members.setdefault(membership.document, []).append(membership)
    documents = {each.segment.document for each in found}
    shown = {document.id for document in project.documents()} & documents
    read = {id: project.document(id) for id in shown}
    turns = {id: project.turns(id) for id in shown}
    codings = {id: project.codings(document=id) for id in shown}
    for each in found:
        segment = each.segment
        id, span = segment.document, segment.span
        if id not in shown or span.end > len(read[id].text) or segment.turn >= len(turns[id]):
            continue
        text = span.of(read[id].text)
        yield Passage(
            each,
            text,
            tuple(query.marks(text)) if query is not None and each.by_words else (),
            read[id].name,
            read[id].kind,
            turns[id][segment.turn].speaker,
            tuple(
                dict.fromkeys(
                    cases[member.case]
                    for member in members.get(id, ())
                    if member.span is None or member.span.overlaps(span)
                )
            ),
            tuple(dict.fromkeys((made.code, made.coder) for made in codings[id] if made.span.overlaps(span))),
        )


def as_table(project: Project, found: Sequence[Passage]) -> pd.DataFrame:
    """One row a passage, best first; ``start`` and ``end`` count code points of the document's text."""
    codebook = project.codebook()
    coders = {coder.id: coder.name for coder in project.coders()}
    columns = ["passage", "found by", "likeness", "speaker", "document", "kind", "case", "codes", "start", "end"]
    rows = [
        (
            each.text, each.found.source, each.found.likeness, each.speaker, each.document, each.kind.value,
            "; ".join(each.cases), "; ".join(f"{codebook.path(code)} ({coders[who]})" for code, who in each.codes),
            each.segment.span.start, each.segment.span.end,
        )
        for each in found
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def said(project: Project, search: Search) -> str:
    """What is looked for, in words, such as ``trust or time`` or ``like “we never had …”``."""
    if search.like is None:
        return " ".join(search.words.split())
    try:
        text = project.document(search.like.document).text[search.like.start : search.like.end]
    except UnknownItem:
        return "like a passage that is gone"
    line = " ".join(text.split())
    return f"like “{line if len(line) <= 60 else line[:59] + '…'}”"


# --- coding ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Put:
    """How many passages got the code, and how many had it from this coder already."""

    new: int
    known: int


def code_passages(
    project: Project,
    chosen: Sequence[Passage],
    code: str,
    *,
    coder: str,
    what: str,
    model: str | None = None,
    operation: str | None = None,
) -> Put:
    """Put a code on passages that were found, in one change; none gets it twice from one coder.

    ``what`` was looked for stands in the journal, ``model`` is what found by meaning. Raises InvalidValue for more
    than a thousand, StaleEdit where a passage was corrected since, and as ``code_span`` does.
    """
    if len(chosen) > AT_ONCE:
        raise InvalidValue(f"{len(chosen):,} passages are too many to code at once; narrow the search to {AT_ONCE:,}")
    summary = f"code {len(chosen)} passage{'s' if len(chosen) != 1 else ''} found by “{what}”"
    with change_by(project, coder, "code what was found", operation=operation, summary=summary) as change:
        if change.repeated:
            return Put(0, 0)
        codebook = project.codebook()
        check_takes_codings(codebook, code)
        there = _there(project, code, coder)
        texts: dict[str, str] = {}
        at, new = now(), 0
        for each in chosen:
            document, span = each.segment.document, each.segment.span
            if document not in texts:
                texts[document] = project.document(document).text
            if span.of(texts[document]) != each.text:
                raise StaleEdit(f"{each.document} was corrected meanwhile; search again")
            if (document, span) in there:
                continue
            there.add((document, span))
            change.save_coding(
                Coding(
                    new_id(), document, Anchor.on(texts[document], span), code, coder, each.found.origin,
                    model if each.found.origin is Origin.MEANING else None, None, codebook.version, at, at,
                )
            )  # fmt: skip
            new += 1
        return Put(new, len(chosen) - new)


def carrying(project: Project, chosen: Sequence[Passage], code: str, *, coder: str) -> int:
    """How many of these passages carry the code from this coder already, and would not get it twice."""
    there = _there(project, code, coder)
    return sum((each.segment.document, each.segment.span) in there for each in chosen)


def _there(project: Project, code: str, coder: str) -> set[tuple[str, Span]]:
    return {(coding.document, coding.span) for coding in project.codings(code=code, coder=coder)}


# --- remembering -----------------------------------------------------------------------------------


def remember(project: Project, search: Search, *, coder: str) -> None:
    """Keep a search among the recent ones of a coder. Not a change: there is nothing to undo."""
    project.remember_search(coder, _written(search), RECENT)


def recent(project: Project, coder: str) -> list[Search]:
    """What a coder has searched for, the newest first."""
    return [_read(content) for content in project.recent_searches(coder)]


def save_search(project: Project, name: str, search: Search, *, coder: str) -> None:
    """Keep a search under a name; one of the same name gives way. Raises InvalidValue for an empty name."""
    name = " ".join(name.split())
    if not name:
        raise InvalidValue("give the search a name")
    with change_by(project, coder, "save search", summary=f"save the search {name}") as change:
        change.set_setting(f"{_SAVED}{coder}: {name}", _written(search))


def forget_search(project: Project, name: str, *, coder: str) -> None:
    """Take a saved search away. Raises UnknownItem."""
    if name not in saved(project, coder):
        raise UnknownItem(f"no search is saved as {name!r}")
    with change_by(project, coder, "forget search", summary=f"forget the search {name}") as change:
        change.set_setting(f"{_SAVED}{coder}: {name}", None)


def saved(project: Project, coder: str) -> dict[str, Search]:
    """The searches that a coder has saved, by name."""
    prefix = f"{_SAVED}{coder}: "
    return {key.removeprefix(prefix): _read(content) for key, content in project.settings(prefix).items()}


def _written(search: Search) -> str:
    return canonical(asdict(search))


def _read(content: str) -> Search:
    """A search as it was written down; what a later version added is left out."""
    written = json.loads(content)
    known = {each.name: written[each.name] for each in fields(Search) if each.name in written}
    lists = {name: tuple(value) for name, value in known.items() if isinstance(value, list)}
    search = Search(**{**known, **lists})
    return replace(
        search,
        way=Way(search.way),
        coded=Coded(search.coded),
        kinds=tuple(DocumentKind(kind) for kind in search.kinds),
        like=Place(**known["like"]) if known.get("like") else None,
    )
