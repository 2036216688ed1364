"""Projects as a whole: new ones, the sample, what ships with Redthread, whether all is sound."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from coder.errors import InvalidValue, ProjectDamaged, ProjectExists, UnknownItem, UnreadableFile
from coder.formats.rows import Table, read_table
from coder.model import Coder, DocumentKind, Role, new_id
from coder.store import Project
from coder.workflow.cases import import_case_table
from coder.workflow.codebooks import load_codebook
from coder.workflow.codings import import_codings
from coder.workflow.documents import Outcome, Progress, Source, change_document, import_documents, mark_read
from coder.workflow.switches import Switches, set_switches

SAMPLE_TITLE = "Learning networks (invented sample)"
_SAMPLE_CORPUS = "learning-networks"
_SAMPLE_CODEBOOK = "diffusion-and-cocreation"


def create_project(path: Path | str, *, title: str, coder: str, id: str = "", coder_id: str = "") -> Project:
    """A new project with its first coder, who owns it; with these ids where it comes back from another form.

    Raises InvalidValue for an empty title or name, ProjectExists, ProjectUnavailable.
    """
    title, coder = (" ".join(text.split()) for text in (title, coder))
    if not title:
        raise InvalidValue("a project needs a title")
    if not coder:
        raise InvalidValue("a coder needs a name")
    return Project.create(path, title=title, coder=coder, id=id, coder_id=coder_id)


def open_project(path: Path | str) -> Project:
    """A project that is there. Raises NotAProject and its kin."""
    return Project.open(path)


def create_sample(path: Path | str, *, coder: str | None = None, on_progress: Progress | None = None) -> Project:
    """A new project with the sample corpus: five invented networks, coded in part by two invented coders.

    Its owner is the person at the keyboard, unless ``coder`` names another. The sample is built
    beside its place and moved there when it is whole. Raises ProjectExists, ProjectUnavailable.
    """
    owner = coder or person()
    if str(path) == ":memory:":
        project = create_project(path, title=SAMPLE_TITLE, coder=owner)
        _fill(project, on_progress)
        return project
    place = Path(path)
    if place.exists():
        raise ProjectExists(f"{place} is there already; choose another name")
    unfinished = place.with_name(f".{place.name}.unfinished")
    for ending in ("", "-wal", "-shm"):
        unfinished.with_name(unfinished.name + ending).unlink(missing_ok=True)
    with create_project(unfinished, title=SAMPLE_TITLE, coder=owner) as project:
        _fill(project, on_progress)
    unfinished.rename(place)
    return open_project(place)


def person() -> str:
    """The name under which the person at the keyboard signed in, or "Me" where the machine does not say."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "Me"


def verify(path: Path | str, *, holds: str = "") -> list[str]:
    """What is wrong with a project, in sentences; empty where all is sound. Raises NotAProject and its kin.

    ``holds`` is the hash of an entry that was noted elsewhere. Who can write the file could write a whole journal
    that is sound in itself, but not one that has this entry and another past.
    """
    try:
        with Project.open(path) as project:
            problems = project.verify()
            if holds and not project.has_entry(holds.strip().lower()):
                problems.append(
                    f"no entry of the journal has the hash {holds}: it was rewritten since, or is of an earlier day"
                )
            return problems
    except ProjectDamaged as error:
        return [str(error)]


def shipped_codebooks() -> dict[str, Path]:
    """The codebooks that come with Redthread, by name."""
    return {path.stem: path for path in sorted(shipped("codebooks").glob("*.yaml"))}


def shipped(folder: str) -> Path:
    """A folder that comes with Redthread: inside the installed package, or at the top of the source tree.

    Raises UnknownItem where neither has it.
    """
    package = Path(__file__).resolve().parents[1]
    for place in (package / "shipped" / folder, package.parent / folder):
        if place.is_dir():
            return place
    raise UnknownItem(f"{folder} did not come with this installation of Redthread; install it again")


def _fill(project: Project, on_progress: Progress | None) -> None:
    corpus = shipped("corpora") / _SAMPLE_CORPUS
    codebook = shipped_codebooks()[_SAMPLE_CODEBOOK]
    cases, documents, codings = (corpus / name for name in ("cases.csv", "documents.csv", "codings.csv"))
    # The invented coders do all of it, so that nothing of it is the owner's to undo.
    coder = _first_of_the_invented(project, read_table(codings.name, codings.read_bytes()))
    load_codebook(project, codebook.name, codebook.read_bytes(), coder=coder)
    known = import_case_table(project, cases.name, cases.read_bytes(), coder=coder, leave_out={"folder"})
    _import_listed(project, corpus, documents, {case.name: case.id for case in known}, coder, on_progress)
    import_codings(project, codings.name, codings.read_bytes(), coder=coder)
    # Whoever coded a document of the sample read it to its end: what was left uncoded there is absent, not unread.
    characters = {document.id: document.characters for document in project.documents()}
    for document, who in sorted({(made.document, made.coder) for made in project.codings()}):
        mark_read(project, document, characters[document], coder=who)
    # Who opens the sample has coded nothing yet: let the invented coders' work teach.
    set_switches(project, Switches(everybody=True), coder=coder)
    with project.change("create sample", coder=None, summary="create the sample project") as change:
        for invented in project.coders()[1:]:
            change.save_coder(replace(invented, role=Role.CODER))


def _first_of_the_invented(project: Project, codings: Table) -> str:
    names = dict.fromkeys(row.cells["coder"] for row in codings.rows)
    # Owners as long as they bring their own codings in.
    invented = [Coder(new_id(), name, Role.OWNER) for name in names]
    with project.change("create sample", coder=None, summary="create the sample project") as change:
        for coder in invented:
            change.save_coder(coder)
    return invented[0].id


def _import_listed(
    project: Project, corpus: Path, listing: Path, cases: Mapping[str, str], coder: str, on_progress: Progress | None
) -> None:
    rows = read_table(listing.name, listing.read_bytes()).rows
    found = {path.name: path for path in corpus.rglob("*")}
    for done, row in enumerate(rows):
        name = row.cells["document"]
        if on_progress is not None:
            on_progress(done, len(rows), name)
        source = Source(name, found[name].read_bytes)
        (report,) = import_documents(project, [source], coder=coder, case=cases[row.cells["case"]])
        if report.document is None or report.outcome is Outcome.KNOWN:
            raise UnreadableFile(f"{name} of the sample: {' '.join(report.messages)}")
        change_document(
            project, report.document, coder=coder, kind=DocumentKind(row.cells["kind"]), date=row.cells["date"]
        )
    if on_progress is not None:
        on_progress(len(rows), len(rows), "")
