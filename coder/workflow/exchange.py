"""Whole projects from other programs and to them: what would come, taking it in, giving it away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from coder.errors import ProjectUnavailable, StaleEdit, UnreadableFile
from coder.formats import study_plain
from coder.formats.studies import is_study, read_study, write_study
from coder.model import (
    Attribute,
    Case,
    Code,
    Codebook,
    Coder,
    Coding,
    Decision,
    ItemSet,
    Loss,
    Membership,
    Memo,
    ReadMark,
    Received,
    Role,
    Span,
    Study,
    StudyDocument,
    Value,
    new_id,
    now,
)
from coder.model.case import parse_value
from coder.model.choices import Target
from coder.model.framework import RowKind
from coder.segmenting import SEGMENTER, passages
from coder.store import Change, Project
from coder.workflow.cases import as_text
from coder.workflow.documents import Progress, free_name, name_of
from coder.workflow.permission import change_by
from coder.workflow.projects import create_project, person
from coder.workflow.rounds import left_out

__all__ = [
    "Preview",
    "export_folder",
    "export_study",
    "holds_study",
    "new_project_from",
    "preview",
    "read_from",
    "read_study",
    "study_of",
    "take_in",
]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a study brings: by kind how many are new and how many are there already, and where the two disagree."""

    new: Mapping[str, int]
    known: Mapping[str, int]
    conflicts: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether all of it is there already."""
        return not any(self.new.values())


def study_of(project: Project) -> Study:
    """The whole project as one value; removed documents stay out."""
    texts, turns = project.texts(), project.all_turns()
    return Study(
        id=project.id,
        title=project.title,
        codebook=project.codebook(),
        coders=tuple(project.coders()),
        documents=tuple(
            StudyDocument(replace(document, text=texts[document.id]), turns[document.id])
            for document in project.documents()
        ),
        attributes=tuple(project.attributes()),
        cases=tuple(project.cases()),
        memberships=tuple(project.memberships()),
        codings=tuple(project.codings()),
        memos=tuple(project.memos()),
        sets=tuple(project.sets()),
        decisions=tuple(project.decisions()),
        read_marks=tuple(project.read_marks()),
        origin="Redthread",
    )


def preview(project: Project, received: Received) -> Preview:
    """What taking this study in would change; nothing is stored."""
    return _Merge(project, received.study).preview()


def take_in(project: Project, received: Received, *, coder: str, on_progress: Progress | None = None) -> Preview:
    """Take a study into the project, in one change that undo takes back; gives what came.

    What is there already is not doubled: items are known by their ids, or else documents by their text, codes by
    path, coders and cases by name, codings by document, words, code and coder. Where the two disagree
    the project's own stands, and that is told. What another program knows of a document becomes attributes of its
    case, or of a case of its name. Raises NotAllowed, UnknownItem, ProjectError.
    """
    study = received.study
    summary = f"take in {study.title}" + (f" from {study.origin}" if study.origin else "")
    with change_by(project, coder, "take in study", summary=summary) as change:
        merge = _Merge(project, study)
        merge.store(change, on_progress or (lambda done, of, name: None))
    return merge.preview()


def new_project_from(
    path: Path | str, received: Received, *, coder: str = "", on_progress: Progress | None = None
) -> Project:
    """A new project of a study, under its id; its owner is ``coder``, or the person at the keyboard.

    Whoever the study knows by the owner's name is the owner. Raises ProjectExists and kin.
    """
    study, owner = received.study, coder or person()
    known = next((each.id for each in study.coders if each.name.casefold() == owner.casefold()), "")
    project = create_project(path, title=study.title, coder=owner, id=study.id, coder_id=known)
    try:
        take_in(project, received, coder=project.coders()[0].id, on_progress=on_progress)
    except BaseException:
        project.close()
        Path(path).unlink(missing_ok=True)
        raise
    return project


def export_study(project: Project, to: Path, *, target: Target = Target.STRICT) -> tuple[Loss, ...]:
    """Write the whole project for another program; gives what the file cannot carry.

    Raises UnknownFormat, or ProjectUnavailable where the file cannot be written.
    """
    content, losses = write_study(to.name, study_of(project), target)
    unfinished = to.with_name(f".{to.name}.unfinished")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(to)
    except OSError as error:
        raise ProjectUnavailable(f"cannot write {to}: {error.strerror}") from error
    return (*losses, *_staying(project))


def export_folder(project: Project, folder: Path) -> tuple[Loss, ...]:
    """Write the whole project as plain text into a folder, for a diff or a repository; gives what stays behind.

    A folder that holds such a project already is brought up to date: files that belong to it no longer are removed.
    Raises ProjectUnavailable where something else lies in the folder, or it cannot be written.
    """
    files = study_plain.files_of(study_of(project))
    try:
        if folder.exists() and not (folder / _HEAD).is_file() and any(folder.iterdir()):
            raise ProjectUnavailable(f"{folder} holds something else; choose an empty folder or a new one")
        before = _study_files(folder) if folder.exists() else []
        for place, content in files.items():
            file = folder / place
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        for place in before:
            if place not in files:
                (folder / place).unlink()
    except OSError as error:
        raise ProjectUnavailable(f"cannot write {folder}: {error.strerror}") from error
    return _staying(project)


def holds_study(path: Path) -> bool:
    """Whether a file or folder is a whole project of some program. Raises UnreadableFile."""
    return (path / _HEAD).is_file() if path.is_dir() else path.is_file() and is_study(path.name, _content(path))


def read_from(path: Path) -> Received:
    """Read the project in a file, or in a folder of plain text. Raises UnreadableFile and kin."""
    if not path.is_dir():
        return read_study(path.name, _content(path))
    files = {place: _content(path / place) for place in _study_files(path)}
    return study_plain.read(study_plain.packed(files), path.name)


_HEAD = "study.yaml"


def _study_files(folder: Path) -> list[str]:
    """What of a folder is a study's, by its path in there; nothing else is read or touched."""
    listing = folder / "documents.jsonl"
    listed = study_plain.places_in(_content(listing)) if listing.is_file() else []
    return [place for place in (*study_plain.TOP, *listed) if (folder / place).is_file()]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"cannot open {path}: {error.strerror}") from error


def _staying(project: Project) -> tuple[Loss, ...]:
    """What a study does not hold: the history of the project stays in its file."""
    from coder.workflow.claims import claims  # takes pandas and the tables to load, and a start must not

    why = "history stays in the project file"
    versions = project.codebook_versions()
    cells = sum(len(project.framework_cells(kind)) for kind in RowKind)
    losses = (
        *left_out(project),
        Loss(
            "claims with their negative cases", len(claims(project)), "no exchange format has them; export them alone"
        ),
        Loss("cells of the framework matrix", cells, "no exchange format has them; export the matrix by itself"),
        Loss(
            "decisions on differences between coders",
            len(project.settlements()),
            "no exchange format has them; what they made comes along as codings of Consensus",
        ),
        Loss("entries of the journal", project.revision, why),
        Loss("published versions of the codebook", len(versions), why, tuple(each.version for each in versions[-5:])),
    )
    return tuple(loss for loss in losses if loss.count)


@dataclass(slots=True)
class _Merge:
    """What of a study is new to a project, decided before anything is stored."""

    project: Project
    study: Study
    coders: dict[str, str] = field(default_factory=dict)
    new_coders: list[Coder] = field(default_factory=list)
    documents: dict[str, str] = field(default_factory=dict)
    new_documents: list[StudyDocument] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    new_codes: int = 0
    codebook: Codebook = field(init=False)
    attributes: dict[str, Attribute] = field(default_factory=dict)
    new_attributes: list[Attribute] = field(default_factory=list)
    cases: dict[str, Case] = field(default_factory=dict)
    case_ids: dict[str, str] = field(default_factory=dict)
    changed_cases: dict[str, Case] = field(default_factory=dict)
    old_cases: int = 0
    memberships: list[Membership] = field(default_factory=list)
    codings: list[Coding] = field(default_factory=list)
    coding_ids: dict[str, str] = field(default_factory=dict)
    memos: list[Memo] = field(default_factory=list)
    memo_ids: dict[str, str] = field(default_factory=dict)
    sets: list[ItemSet] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    marks: list[ReadMark] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    fresh: set[str] = field(default_factory=set)
    sealed: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.sealed = self.project.sealed
        self._coders()
        self._documents()
        self._codes()
        self._cases()
        self._codings()
        self._memos()
        self._sets()
        self._decisions()

    def preview(self) -> Preview:
        """The counts."""
        study = self.study
        totals = {
            "documents": (len(self.new_documents), len(study.documents)),
            "codes": (self.new_codes, len(study.codebook.codes)),
            "codings": (len(self.codings), len(study.codings)),
            "coders": (len(self.new_coders), len(study.coders)),
            "cases": (len(self.cases) - self.old_cases, len(study.cases)),
            "attributes": (len(self.new_attributes), len(study.attributes)),
            "memberships in cases": (len(self.memberships), len(study.memberships)),
            "memos": (len(self.memos), len(study.memos)),
            "sets": (len(self.sets), len(study.sets)),
            "decisions on suggestions": (len(self.decisions), len(study.decisions)),
        }
        return Preview(
            {what: new for what, (new, _) in totals.items()},
            {what: max(0, total - new) for what, (new, total) in totals.items()},
            tuple(self.conflicts),
        )

    # --- deciding --------------------------------------------------------------------------------------

    def _coders(self) -> None:
        known = {coder.id: coder for coder in self.project.coders()}
        by_name = {coder.name.casefold(): coder.id for coder in known.values()}
        for coder in self.study.coders:
            name = " ".join(coder.name.split()) or "Unknown coder"
            id = coder.id if coder.id in known else by_name.get(name.casefold())
            if id is None:
                id = coder.id
                # Whoever owned the other project does not own this one.
                self.new_coders.append(Coder(id, name, Role.READER if coder.role is Role.READER else Role.CODER))
                by_name[name.casefold()] = id
            self.coders[coder.id] = id

    def _documents(self) -> None:
        there = self.project.documents()
        by_id = {document.id: document for document in there}
        by_hash = {document.sha256: document.id for document in reversed(there)}
        names = {document.name for document in there}
        for found in self.study.documents:
            document = found.document
            known = by_id.get(document.id)
            if known is not None and known.sha256 == document.sha256:
                self.documents[document.id] = known.id
                continue
            if document.sha256 in by_hash:
                self.documents[document.id] = by_hash[document.sha256]
                continue
            id = document.id
            if known is not None:
                id = new_id()
                self.conflicts.append(f"{document.name} has another text there; it comes as a document of its own")
                self.fresh.add(document.id)
            name = free_name(name_of(document.name.replace("/", "∕").replace("\\", "∖")), names)
            names.add(name)
            self.documents[document.id] = id
            added = document.added or now()
            self.new_documents.append(
                replace(found, document=replace(document, id=id, name=name, revision=1, added=added))
            )

    def _codes(self) -> None:
        current, coming = self.project.codebook(), self.study.codebook
        used = {coding.code for coding in self.study.codings}
        codes = {code.id: code for code in current.codes}
        by_path = {current.path(code.id).casefold(): code.id for code in current.codes}
        names = {(code.parent, code.name.casefold()) for code in current.codes}
        keys = {code.key for code in current.codes if code.key}
        for _, code in coming.walk():
            known = code.id if code.id in codes else by_path.get(coming.path(code.id).casefold())
            if known is not None and known not in self.codes.values():
                self.codes[code.id] = known
                self._compare(codes, known, code, code.id in used)
                continue
            parent = self.codes[code.parent] if code.parent is not None else None
            number, name = 2, code.name
            while (parent, name.casefold()) in names:
                name, number = f"{code.name} ({number})", number + 1
            names.add((parent, name.casefold()))
            key = None if code.key in keys else code.key
            keys.add(key or "")
            codes[code.id] = replace(code, name=name, parent=parent, key=key)
            self.codes[code.id] = code.id
            self.new_codes += 1
        if current.codes:
            self.codebook = replace(current, codes=tuple(codes.values()))
        else:
            # In the order they came: nothing stands here yet that could be in the way.
            ordered = tuple(codes[self.codes[code.id]] for code in coming.codes)
            self.codebook = replace(coming, codes=ordered) if ordered else current

    def _compare(self, codes: dict[str, Code], known: str, coming: Code, used: bool) -> None:
        standing = codes[known]
        if standing.definition != coming.definition:
            self.conflicts.append(f"the code {standing.name} is defined otherwise there; this project's stands")
        if used and not standing.codable:
            codes[known] = replace(standing, codable=True)

    def _cases(self) -> None:
        self.attributes = {attribute.name.casefold(): attribute for attribute in self.project.attributes()}
        for attribute in self.study.attributes:
            if attribute.name.casefold() not in self.attributes:
                self.attributes[attribute.name.casefold()] = attribute
                self.new_attributes.append(attribute)
        self.cases = {case.id: case for case in self.project.cases()}
        self.old_cases = len(self.cases)
        by_name = {case.name.casefold(): case.id for case in self.cases.values()}
        for case in self.study.cases:
            name = " ".join(case.name.split()) or "unnamed"
            id = case.id if case.id in self.cases else by_name.get(name.casefold())
            if id is None or id in self.case_ids.values():
                id, number, free = case.id, 2, name
                while free.casefold() in by_name:
                    free, number = f"{name} ({number})", number + 1
                self.cases[id] = self.changed_cases[id] = Case(id, free)
                by_name[free.casefold()] = id
            self.case_ids[case.id] = id
            self._fill(id, case.values)
        there = defaultdict[tuple[str, str], set[Span | None]](set)
        for membership in self.project.memberships():
            there[membership.document, membership.case].add(membership.span)
        for membership in self.study.memberships:
            document, group = self.documents.get(membership.document), self.case_ids.get(membership.case)
            if document is None or group is None:
                continue
            held = there[document, group]
            if membership.span not in held and None not in held:
                held.add(membership.span)
                self.memberships.append(Membership(document, group, membership.span))
        belongs = defaultdict[str, list[str]](list)
        for belonging, holder in there:
            belongs[belonging].append(holder)
        for found in self.study.documents:
            if found.values:
                self._of_document(found, belongs, by_name)

    def _of_document(self, found: StudyDocument, belongs: dict[str, list[str]], by_name: dict[str, str]) -> None:
        document = self.documents[found.document.id]
        if not belongs[document]:
            name = " ".join(found.document.name.split())
            case = by_name.get(name.casefold())
            if case is None:
                case = by_name[name.casefold()] = new_id()
                self.cases[case] = self.changed_cases[case] = Case(case, name)
            belongs[document].append(case)
            self.memberships.append(Membership(document, case))
        for case in belongs[document]:
            self._fill(case, found.values)

    def _fill(self, case: str, values: Mapping[str, Value]) -> None:
        standing = self.cases[case]
        merged = dict(standing.values)
        for name, value in values.items():
            if value is None:
                continue
            attribute = self.attributes.get(name.casefold())
            if attribute is None:
                attribute = self.attributes[name.casefold()] = Attribute(name)
                self.new_attributes.append(attribute)
            try:
                fitting = parse_value(as_text(value), attribute.type)
            except ValueError:
                self.conflicts.append(f"{name} of {standing.name}: {value!r} is no {attribute.type}; it is left out")
                continue
            fitting = value if as_text(fitting) == as_text(value) else fitting
            if attribute.name in merged and merged[attribute.name] != fitting:
                self.conflicts.append(
                    f"{name} of {standing.name} is {as_text(value)} there and {as_text(merged[attribute.name])} here"
                )
                continue
            merged[attribute.name] = fitting
        if merged != dict(standing.values):
            self.cases[case] = self.changed_cases[case] = replace(standing, values=merged)

    def _codings(self) -> None:
        there = {_equality(coding): coding.id for coding in self.project.codings()}
        ids = set(there.values())
        for coding in self.study.codings:
            document, code, coder = (
                self.documents.get(coding.document),
                self.codes.get(coding.code),
                self.coders.get(coding.coder),
            )
            if document is None or code is None or coder is None or document in self.sealed:
                continue
            moved = replace(coding, document=document, code=code, coder=coder)
            known = there.get(_equality(moved))
            if known is None and coding.id in ids:
                if coding.document not in self.fresh:
                    self.conflicts.append(
                        f"a coding was changed on one side; this project's stands: {coding.quotation[:60]}"
                    )
                    self.coding_ids[coding.id] = coding.id
                    continue
                moved = replace(moved, id=new_id())
            if known is None:
                at = moved.created or now()
                moved = replace(moved, created=at, modified=moved.modified or at)
                self.codings.append(moved)
                there[_equality(moved)] = moved.id
                ids.add(moved.id)
            self.coding_ids[coding.id] = known or moved.id

    def _memos(self) -> None:
        there = self.project.memos()
        by_id = {memo.id for memo in there}
        alike = {(memo.about, memo.target, memo.coder, memo.title, memo.text): memo.id for memo in there}
        targets: dict[str, Callable[[str], str | None]] = {
            "coding": self.coding_ids.get,
            "document": self.documents.get,
            "code": self.codes.get,
            "case": self.case_ids.get,
            "project": lambda target: self.project.id,
        }
        coming = list(self.study.memos)
        if self.study.description.strip() and self.study.coders:
            first = self.study.coders[0].id
            coming.append(Memo(new_id(), "project", "", first, self.study.description, title="Description"))
        for memo in coming:
            target = targets[memo.about](memo.target) if memo.about in targets else None
            coder = self.coders.get(memo.coder)
            if target is None or coder is None or target in self.sealed:
                continue
            key = (memo.about, target, coder, memo.title, memo.text)
            known = memo.id if memo.id in by_id else alike.get(key)
            if known is None:
                at = memo.created or now()
                made = replace(memo, target=target, coder=coder, created=at, modified=memo.modified or at)
                self.memos.append(made)
                alike[key] = made.id
                by_id.add(made.id)
            self.memo_ids[memo.id] = known or memo.id

    def _sets(self) -> None:
        there = {item_set.id: item_set for item_set in self.project.sets()}
        by_name = {item_set.name.casefold(): item_set.id for item_set in there.values()}
        mapped = {
            "document": self.documents,
            "code": self.codes,
            "case": self.case_ids,
            "memo": self.memo_ids,
            "coding": self.coding_ids,
        }
        for each in self.study.sets:
            members = tuple(
                (about, mapped[about][member])
                for about, member in each.members
                if about in mapped and member in mapped[about]
            )
            known = there.get(each.id) or there.get(by_name.get(each.name.casefold(), ""))
            if known is None:
                self.sets.append(replace(each, members=members))
            elif set(members) - set(known.members):
                self.sets.append(replace(known, members=tuple(dict.fromkeys((*known.members, *members)))))

    def _decisions(self) -> None:
        there = {decision.id for decision in self.project.decisions()}
        for decision in self.study.decisions:
            document, code = self.documents.get(decision.document), self.codes.get(decision.code)
            coder = self.coders.get(decision.coder)
            if decision.id not in there and document and code and coder and document not in self.sealed:
                coding = self.coding_ids.get(decision.coding or "", decision.coding)
                self.decisions.append(replace(decision, document=document, code=code, coder=coder, coding=coding))
        reached = {(mark.document, mark.coder): mark.position for mark in self.project.read_marks()}
        for mark in self.study.read_marks:
            document, coder = self.documents.get(mark.document), self.coders.get(mark.coder)
            if document and coder and document not in self.sealed and mark.position > reached.get((document, coder), 0):
                self.marks.append(ReadMark(document, coder, mark.position))
        if told := sorted({document for document in self.documents.values() if document in self.sealed}):
            self.conflicts.append(
                f"{len(told)} of the documents are in a sealed round of blind coding; what lies there stays out"
            )

    # --- storing ---------------------------------------------------------------------------------------

    def store(self, change: Change, on_progress: Progress) -> None:
        """Write what was decided."""
        for coder in self.new_coders:
            change.save_coder(coder)
        renamed = {}
        for done, found in enumerate(self.new_documents):
            on_progress(done, len(self.new_documents), found.document.name)
            renamed[found.document.id] = _added(change, found)
        on_progress(len(self.new_documents), len(self.new_documents), "")
        at = renamed.get
        if self.codebook != self.project.codebook():
            change.save_codebook(self.codebook)
        for attribute in self.new_attributes:
            change.save_attribute(attribute)
        for case in self.changed_cases.values():
            change.save_case(case)
        for membership in self.memberships:
            change.assign(replace(membership, document=at(membership.document, membership.document)))
        for coding in self.codings:
            document = at(coding.document, coding.document)
            # What lies on a removed document keeps its ids there, should the removal be undone.
            renamed[coding.id] = coding.id if document == coding.document else new_id()
            change.save_coding(replace(coding, id=renamed[coding.id], document=document))
        for memo in self.memos:
            target = at(memo.target, memo.target)
            renamed[memo.id] = memo.id if target == memo.target else new_id()
            change.save_memo(replace(memo, id=renamed[memo.id], target=target))
        for each in self.sets:
            change.save_set(replace(each, members=tuple((about, at(id, id)) for about, id in each.members)))
        for decision in self.decisions:
            change.save_decision(replace(decision, document=at(decision.document, decision.document)))
        for mark in self.marks:
            change.mark_read(at(mark.document, mark.document), mark.coder, mark.position)


def _added(change: Change, found: StudyDocument) -> str:
    """Store a document; its id, another one where a removed document has it."""
    segments = passages(found.document.text, found.turns, found.document.language)
    try:
        change.add_document(found.document, found.turns, segments, SEGMENTER)
    except StaleEdit:
        other = replace(found.document, id=new_id())
        change.add_document(other, found.turns, segments, SEGMENTER)
        return other.id
    return found.document.id


def _equality(coding: Coding) -> tuple[str, Span, str, str]:
    return coding.document, coding.span, coding.code, coding.coder
