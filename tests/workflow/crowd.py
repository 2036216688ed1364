"""Many coders at once on one project file, who remember everything that was acknowledged to them. All are invented."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from coder.model import Coder, Role, Segment, Span, new_id
from coder.workflow.operations import Operation, perform
from coder.workflow.projects import open_project


@dataclass
class Client:
    """One coder with no browser: sends what the pane sends, sometimes twice, and opens the project each time.

    ``codings`` and ``memos`` are what was acknowledged, as it must stand at the end; ``seconds`` how long each
    operation took; ``operations`` their ids.
    """

    path: Path
    coder: str
    document: str
    places: Sequence[Segment]
    codes: Sequence[str]
    seed: int
    codings: dict[str, tuple[Span, str]] = field(default_factory=dict)
    memos: dict[str, str] = field(default_factory=dict)
    operations: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def work(self, goes_on: Callable[[int], bool], pause: float) -> Client:
        """Work until told to stop, with a pause of about so many seconds after each operation."""
        chance = random.Random(self.seed)
        number = 0
        while goes_on(number):
            number += 1
            self._act(chance, number)
            if pause:
                time.sleep(pause * chance.uniform(0.5, 1.5))
        return self

    def _act(self, chance: random.Random, number: int) -> None:
        kind = chance.choices(["code", "recode", "memo"], [6, 2, 2])[0] if self.codings else "code"
        taken = set(self.codings.values())
        if kind == "code":
            span = chance.choice(self.places).span
            start = chance.randrange(span.start, span.end - 1)
            end = chance.randrange(start + 1, span.end)
            id, code = new_id(), chance.choice(self.codes)
            if (Span(start, end), code) in taken:
                return
            if self._send(chance, number, kind, {"coding": id, "start": start, "end": end, "code": code}):
                self.codings[id] = (Span(start, end), code)
            return
        id = chance.choice(list(self.codings))
        place, was = self.codings[id]
        if kind == "recode":
            code = chance.choice(self.codes)
            if (place, code) not in taken and self._send(
                chance, number, kind, {"coding": id, "code": code, "was_code": was}
            ):
                self.codings[id] = (place, code)
        elif self._send(chance, number, kind, {"coding": id, "text": f"thought {number}"}):
            self.memos[id] = f"thought {number}"

    def _send(self, chance: random.Random, number: int, kind: str, values: dict[str, object]) -> bool:
        operation = Operation(new_id(), number, kind, values)
        # What is sent twice is what a browser sends again when the answer was lost.
        for _ in range(2 if chance.random() < 0.2 else 1):
            began = time.perf_counter()
            with open_project(self.path) as project:
                refusals = perform(project, self.document, [operation], coder=self.coder)
            self.seconds.append(time.perf_counter() - began)
        if refusals:
            self.refused += [refusal.message for refusal in refusals]
            return False
        self.operations.append(operation.id)
        return True


def crowd(path: Path, people: int) -> list[Client]:
    """So many new coders in a project, all on its first document, none acting yet."""
    with open_project(path) as project:
        with project.change("join", coder=None) as change:
            coders = [Coder(new_id(), f"Coder {number} (invented)", Role.CODER) for number in range(people)]
            for coder in coders:
                change.save_coder(coder)
        document = project.documents()[0].id
        places = [segment for segment in project.segments(document) if segment.span.end - segment.span.start > 20]
        codes = [code.id for code in project.codebook().codes if code.takes_codings]
    return [Client(path, coder.id, document, places, codes, seed) for seed, coder in enumerate(coders)]


def at_work(clients: Sequence[Client], goes_on: Callable[[int], bool], pause: float = 0.0) -> None:
    """All work at once, each in a thread; what goes wrong in one is raised."""
    with ThreadPoolExecutor(len(clients)) as pool:
        for _ in pool.map(lambda client: client.work(goes_on, pause), clients):
            pass


def missing(path: Path, clients: Sequence[Client], others: Sequence[str] = ()) -> list[str]:
    """A sentence for every acknowledged operation that is not in the project exactly once; empty if all are.

    ``others`` are ids of operations that somebody else was told are stored.
    """
    found = []
    with open_project(path) as project:
        stored: dict[str, int] = {}
        for entry in project.journal():
            if entry.operation is not None:
                stored[entry.operation] = stored.get(entry.operation, 0) + 1
        for id in (*others, *(id for client in clients for id in client.operations)):
            if stored.get(id) != 1:
                found.append(f"operation {id} is stored {stored.get(id, 0)} times")
        memos = {(memo.target, memo.coder): memo.text for memo in project.memos(about="coding")}
        for client in clients:
            mine = {made.id: (made.span, made.code) for made in project.codings(coder=client.coder)}
            if mine != client.codings:
                found.append(f"the codings of {client.coder} are not what was acknowledged")
            if {id: text for (id, coder), text in memos.items() if coder == client.coder} != client.memos:
                found.append(f"the memos of {client.coder} are not what was acknowledged")
        found += project.verify()
    return found
