"""Many coders at once on one file: nothing lost, nothing doubled."""

from __future__ import annotations

from pathlib import Path

from coder.model import Code, Codebook
from coder.workflow.documents import Source, import_documents
from coder.workflow.projects import create_project, open_project
from tests.workflow.crowd import at_work, crowd, missing

TEXT = "\n\n".join(f"Aino: We began together in workshop {n}, and there never was time for it." for n in range(40))


def study(folder: Path) -> Path:
    path = folder / "study.redthread"
    with create_project(path, title="Study", coder="Maija") as project:
        maija = project.coders()[0].id
        with project.change("begin", coder=maija) as change:
            change.save_codebook(Codebook("b", "Small", tuple(Code(f"c{n}", f"Code {n}") for n in range(6))))
        import_documents(project, [Source("interview.txt", TEXT.encode)], coder=maija)
    return path


def test_what_eight_coders_at_once_were_told_is_stored_is_there_exactly_once(tmp_path: Path) -> None:
    path = study(tmp_path)
    clients = crowd(path, 8)
    at_work(clients, lambda number: number < 12)
    assert sum(len(client.operations) for client in clients) > 60
    assert missing(path, clients) == []


def test_what_is_lost_or_doubled_would_be_told(tmp_path: Path) -> None:
    path = study(tmp_path)
    clients = crowd(path, 1)
    at_work(clients, lambda number: number < 6)
    (client,) = clients
    with open_project(path) as project, project.change("lose", coder=None) as change:
        change.remove_coding(next(iter(client.codings)))
    assert missing(path, clients, ["never sent"])[:2] == [
        "operation never sent is stored 0 times",
        f"the codings of {client.coder} are not what was acknowledged",
    ]
