"""How a study was done, told from its journal: who coded what and when, with which codebook and which suggestions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version

from coder.model import Codebook, Coder, Coding, Decision, Document, Entry, Origin, Outcome
from coder.model.report import Block, Facts, Heading, Paragraph, Section, table
from coder.store import Project
from coder.suggest.encoder import EMBEDDED_SHA256
from coder.workflow.switches import Switches
from coder.workflow.track_record import track_record
from coder.workflow.versions import outlook

_PAGE = 500
_MOST_DAYS = 31
_EMBEDDED = "all-MiniLM-L6-v2"


@dataclass
class Trail:
    """What the journal says, read once from its beginning. Days are ISO dates in UTC."""

    entries: int = 0
    head: str = ""
    last: str = ""
    made: Counter[tuple[str, str]] = field(default_factory=Counter)
    changed: Counter[tuple[str, str]] = field(default_factory=Counter)
    removed: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Codings by day and by whose they are."""

    brought: dict[str, tuple[str, str]] = field(default_factory=dict)
    """When a document came, and by whom (an id, empty for the program itself)."""

    segmenters: dict[str, str] = field(default_factory=dict)
    """By document, what cut it into passages."""

    @classmethod
    def of(cls, project: Project) -> Trail:
        """The trail of a project, as its reader may see it."""
        trail = cls()
        for entry in _entries(project):
            trail._follow(entry)
        return trail

    @property
    def days(self) -> list[str]:
        """Days on which codings were made, changed or removed."""
        return sorted({day for counts in (self.made, self.changed, self.removed) for day, _ in counts})

    def _follow(self, entry: Entry) -> None:
        self.entries, self.head, self.last = entry.number, entry.hash, entry.at
        day = entry.at[:10]
        for change in entry.changes:
            row = change.after or change.before or {}
            if change.table == "coding":
                counts = self.made if change.before is None else self.removed if change.after is None else self.changed
                counts[day, str(row["coder"])] += 1
            elif change.table == "document" and change.after is not None:
                self.segmenters[change.key] = str(row["segmenter"])
                self.brought.setdefault(change.key, (entry.at, entry.coder or ""))


def _entries(project: Project) -> Iterator[Entry]:
    after = 0
    while page := project.journal(after=after, limit=_PAGE):
        yield from page
        after = page[-1].number


def methods(project: Project) -> Section:
    """The appendix that tells how the study was done; all of it is computed, nothing typed in."""
    found = _Found.of(project)
    blocks: list[Block] = [
        Paragraph(_statement(found)),
        Heading("The project"),
        _project(found),
        Heading("Documents and how they were read"),
        *_documents(found),
        Heading("Who coded"),
        _coders(found),
        *_when(found),
        Heading("Codebook"),
        *_codebook(found),
        Heading("Suggestions"),
        *_suggestions(found),
        Heading("Settings"),
        _settings(found),
    ]
    return Section("Methods appendix", tuple(blocks))


def statement(project: Project) -> str:
    """The paragraph for a methods chapter, without the journal, so that it is there at once."""
    return _statement(_Found.of(project))


@dataclass(frozen=True)
class _Found:
    project: Project
    codebook: Codebook
    coders: Sequence[Coder]
    documents: Sequence[Document]
    codings: Sequence[Coding]
    decisions: Sequence[Decision]

    @classmethod
    def of(cls, project: Project) -> _Found:
        decisions = project.decisions(removed_codes=True)
        return cls(project, project.codebook(), project.coders(), project.documents(), project.codings(), decisions)

    @cached_property
    def trail(self) -> Trail:
        return Trail.of(self.project)

    def name(self, coder: str) -> str:
        return next((known.name for known in self.coders if known.id == coder), "the program")

    @property
    def models(self) -> list[str]:
        named = [*(each.model for each in self.decisions), *(each.model for each in self.codings)]
        return sorted({name for name in named if name})


def _statement(found: _Found) -> str:
    counts = Counter(coding.origin for coding in found.codings)
    whose = Counter(coding.coder for coding in found.codings)
    who = [f"{coder.name} ({whose[coder.id]:,})" for coder in found.coders if whose[coder.id]]
    words = sum(document.words for document in found.documents)
    told = [f"{_count(len(found.documents), 'document')} of {words:,} words were read."]
    if who:
        days = sorted({coding.created[:10] for coding in found.codings})
        when = f"on {days[0]}" if len(days) == 1 else f"between {days[0]} and {days[-1]}"
        told.append(
            f"{_count(len(who), 'coder')}, {_listed(who)}, made the {_count(len(found.codings), 'coding')} that stand, "
            f"{when} (UTC), with the codebook “{found.codebook.title}”, now version {found.codebook.version} with "
            f"{_count(sum(code.codable for code in found.codebook.codes), 'code')}."
        )
        how = [f"{counts[origin]:,} were {_HOW[origin]}" for origin in Origin if counts[origin]]
        told.append(f"Of the codings, {_listed(how)}.")
    taken = sum(each.outcome is Outcome.TAKEN for each in found.decisions)
    if found.decisions:
        told.append(
            f"Of {_count(len(found.decisions), 'suggestion')} that were decided on, {taken:,} were taken and "
            f"{len(found.decisions) - taken:,} refused; each was decided by a person. Suggestions were computed on the "
            f"coders' own computers, learned from the project's own codings and definitions."
        )
    else:
        told.append("No suggestion was decided on.")
    if sealed := found.project.sealed:
        told.append(
            f"What was done on {_count(len(sealed), 'document')} of a sealed round of blind coding is left out."
        )
    return " ".join(told)


_HOW = {
    Origin.HAND: "made by hand",
    Origin.SUGGESTION: "suggestions taken",
    Origin.IMPORTED: "imported",
    Origin.WORDS: "found by words",
    Origin.MEANING: "found by meaning",
}


def _project(found: _Found) -> Facts:
    trail = found.trail
    return Facts(
        (
            ("Study", found.project.title),
            ("Project id", found.project.id),
            ("State", f"journal entry {trail.entries:,} of {_minute(trail.last)} UTC"),
            ("Hash of that entry", trail.head),
            ("Program", f"Redthread {version('redthread')}"),
        )
    )


def _documents(found: _Found) -> list[Block]:
    turns = found.project.all_turns()
    ends = {id: max((turn.span.end for turn in of if turn.kind.is_content), default=0) for id, of in turns.items()}
    readers: dict[str, list[str]] = defaultdict(list)
    for mark in found.project.read_marks():
        if mark.position >= ends[mark.document]:
            readers[mark.document].append(found.name(mark.coder))
    read = [
        [
            document.name,
            document.kind.value,
            document.date,
            f"{document.words:,}",
            f"{len(turns[document.id]):,}",
            f"{len({turn.speaker for turn in turns[document.id] if turn.speaker}):,}",
            "; ".join(readers[document.id]) or "nobody",
        ]
        for document in found.documents
    ]
    texts = []
    for document in found.documents:
        at, who = found.trail.brought.get(document.id, (document.added, ""))
        corrected = f"{document.revision - 1:,}"
        texts.append([document.name, document.source, at[:10], found.name(who), document.sha256[:16], corrected])
    known = found.trail.segmenters
    segmenters = sorted({known[document.id] for document in found.documents if document.id in known})
    made = f" Passages were made by {_listed(segmenters)}." if segmenters else ""
    note = (
        f"SHA-256: the first 16 digits of the hash of the text as it is now. Corrected: how often it was changed.{made}"
    )
    columns = ["Document", "Kind", "Date", "Words", "Turns", "Speakers", "Read to the end by"]
    return [
        table(columns, read, prose=(1, 2, 6), caption="Documents"),
        table(
            ["Document", "From the file", "Brought in", "By", "SHA-256", "Corrected"],
            texts,
            prose=(1, 2, 3, 4),
            caption="Their texts",
            note=note,
        ),
    ]


def _coders(found: _Found) -> Block:
    origins = Counter((coding.coder, coding.origin) for coding in found.codings)
    used = [origin for origin in Origin if any(origins[coder.id, origin] for coder in found.coders)]
    rows = []
    for coder in found.coders:
        own = [coding for coding in found.codings if coding.coder == coder.id]
        days = sorted(day for day, who in found.trail.made if who == coder.id)
        rows.append(
            [
                coder.name,
                coder.role.value,
                f"{len(own):,}",
                *(f"{origins[coder.id, origin]:,}" for origin in used),
                f"{len({coding.document for coding in own}):,}",
                f"{len({coding.code for coding in own}):,}",
                days[0] if days else "",
                days[-1] if days else "",
            ]
        )
    columns = ["Coder", "Role", "Codings", *(origin.value for origin in used), "Documents", "Codes", "First", "Last"]
    return table(columns, rows, prose=(1, len(columns) - 2, len(columns) - 1))


def _when(found: _Found) -> list[Block]:
    trail = found.trail
    if not trail.days:
        return []
    length = 10 if len(trail.days) <= _MOST_DAYS else 7
    whole = [_by(counts, length) for counts in (trail.made, trail.changed, trail.removed)]
    places = sorted({place for counts in whole for place in counts}, key=lambda place: (place[0], found.name(place[1])))
    rows = [[day, found.name(who), *(f"{counts[day, who]:,}" for counts in whole)] for day, who in places]
    name = "Day" if length == 10 else "Month"
    note = "Undoing counts as removing, what an undo brings back as making. Times are UTC."
    return [
        table([name, "Coder", "Made", "Changed", "Removed"], rows, prose=(1,), caption="Codings over time", note=note)
    ]


def _by(counts: Counter[tuple[str, str]], length: int) -> Counter[tuple[str, str]]:
    summed: Counter[tuple[str, str]] = Counter()
    for (day, who), count in counts.items():
        summed[day[:length], who] += count
    return summed


def _codebook(found: _Found) -> list[Block]:
    codebook, versions = found.codebook, found.project.codebook_versions()
    carried = Counter(coding.codebook_version or "none" for coding in found.codings)
    codable = sum(code.codable for code in codebook.codes)
    differences = len(outlook(found.project).differences)
    facts = {
        "Title": codebook.title,
        "In force": f"version {codebook.version}",
        "Authors": ", ".join(codebook.authors),
        "Codes": f"{codable:,}, and {len(codebook.codes) - codable:,} that group them",
        "Codings by the version then in force": _listed(
            f"{name}: {count:,}" for name, count in sorted(carried.items())
        ),
        "Published": "" if versions else "no version in this project yet",
        "Since the last version": f"{_count(differences, 'change')}" if versions else "",
    }
    told: list[Block] = [Facts(tuple((name, fact) for name, fact in facts.items() if fact))]
    if versions:
        rows = [
            [
                one.version,
                _minute(one.at),
                found.name(one.coder or ""),
                f"{len(one.codebook.codes):,}",
                f"{carried[one.version]:,}",
                one.note,
            ]
            for one in versions
        ]
        columns = ["Version", "Published (UTC)", "By", "Codes", "Codings", "Note"]
        told.append(table(columns, rows, prose=(1, 2, 5), caption="Published versions"))
    return told


def _suggestions(found: _Found) -> list[Block]:
    if not found.decisions:
        return [Paragraph("Nobody has taken or refused a suggestion."), _models(found)]
    outcomes = Counter((each.coder, each.outcome) for each in found.decisions)
    rows = [
        [
            coder.name,
            *(f"{outcomes[coder.id, outcome]:,}" for outcome in Outcome),
            _share(outcomes[coder.id, Outcome.TAKEN], decided),
        ]
        for coder in found.coders
        if (decided := sum(outcomes[coder.id, outcome] for outcome in Outcome))
    ]
    bands = [
        [f"{band.low:.1f} to {band.high:.1f}", f"{band.decided:,}", f"{band.taken:,}", f"{band.expected:.1f}"]
        for band in track_record(found.decisions)
        if band.decided
    ]
    return [
        Paragraph("Counted are suggestions that somebody decided on; which others were on a screen is not recorded."),
        table(["Coder", "Taken", "Refused", "Share taken"], rows, caption="Suggestions decided on"),
        table(
            ["Probability shown", "Decided", "Taken", "Expected"],
            bands,
            caption="How sure they said they were, and what became of them",
            note="Expected: how many would have been taken, had the probabilities been right. "
            "Those taken many at once are left out.",
        ),
        _models(found),
    ]


def _models(found: _Found) -> Facts:
    now = Switches.of(found.project, "")
    chosen = now.encoder or f"{_EMBEDDED}, SHA-256 of its weights {EMBEDDED_SHA256}"
    used = [("Model of decisions and codings", name) for name in found.models]
    return Facts((("Model chosen now", chosen), *used))


def _settings(found: _Found) -> Facts:
    whole = Switches.of(found.project, "")
    facts = [
        ("Suggestions", "off for all" if whole.off_for_all else "on"),
        ("They learn from", "the codings of everybody" if whole.everybody else "each coder's own codings"),
        ("Passages of the interviewer", "get suggestions" if whole.interviewer else "get none"),
        ("Models from elsewhere", "may be downloaded" if whole.download else "are not downloaded"),
    ]
    for coder in found.coders:
        own = Switches.of(found.project, coder.id)
        told = [
            *(["suggestions off"] if own.off else []),
            *(["suggestions only after reading a document"] if own.own_pass else []),
        ]
        if told:
            facts.append((coder.name, "; ".join(told)))
    return Facts(tuple(facts))


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %"


def _minute(at: str) -> str:
    return at[:16].replace("T", " ")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _listed(names: Iterable[str]) -> str:
    *others, last = list(names) or [""]
    return f"{', '.join(others)} and {last}" if others else last
