"""Two copies of a project that went on apart become one again, whichever is merged into which, and nothing is lost."""

from __future__ import annotations

from contextlib import suppress
from uuid import NAMESPACE_URL, uuid5

from hypothesis import given, settings
from hypothesis import strategies as st
from store_samples import tables
from test_any_sequence import STEPS, act, begun

from coder.errors import CodingError
from coder.model.copies import MERGED, taken_back
from coder.store import Project
from coder.store.file import MEMORY, ProjectFile
from coder.workflow.copies import merge

Steps = list[tuple[str, int, int]]
HISTORY = st.lists(STEPS, max_size=8)


def copied(project: Project) -> Project:
    """Another copy of a project that lies in memory."""
    file = ProjectFile.connect(MEMORY)
    project._file.db.conn.backup(file.db.conn)
    return Project(file)


def work(project: Project, coder: str, steps: Steps) -> None:
    for name, a, b in steps:
        with suppress(CodingError), project.change(name, coder=coder) as change:
            act(project, change, coder, name, a, b)


def contents(project: Project, *, notes: bool = True) -> dict[str, list[tuple[object, ...]]]:
    """Every table, with the texts and readings; ``notes`` are those of which copies came together."""
    found = tables(project)
    found["text"] = project._file.rows("SELECT sha256, content FROM text ORDER BY sha256")
    found["reading"] = project._file.rows("SELECT hash, sha256, segmenter FROM reading ORDER BY hash")
    if not notes:
        found["setting"] = [row for row in found["setting"] if row[0] != MERGED]
    return found


def merged(one: Project, other: Project, coder: str) -> Project:
    found = copied(one)
    merge(found, other, coder=coder)
    assert found.verify() == []
    return found


@settings(max_examples=40)
@given(HISTORY, HISTORY, HISTORY)
def test_two_copies_merged_in_both_orders_are_the_same_project(before: Steps, here: Steps, there: Steps) -> None:
    ours, aino = begun()
    with ours:
        work(ours, aino, before)
        theirs = copied(ours)
        bo, before_apart = ours.coder_named("Bo").id, ours.revision
        work(ours, aino, here)
        work(theirs, bo, there)
        one, other = merged(ours, theirs, aino), merged(theirs, ours, aino)
        # Where only one of them went on, the other has nothing to bring, and need not be noted.
        both_went_on = before_apart not in (ours.revision, theirs.revision)
        assert contents(one, notes=both_went_on) == contents(other, notes=both_went_on)
        again = copied(one)
        assert merge(again, theirs, coder=aino).known
        assert again.revision == one.revision


ROUNDS = st.lists(st.tuples(st.integers(0, 3), STEPS), max_size=12)


@settings(max_examples=40)
@given(ROUNDS)
def test_copies_that_meet_again_and_again_agree_in_the_end(rounds: list[tuple[int, tuple[str, int, int]]]) -> None:
    ours, aino = begun()
    with ours, copied(ours) as theirs:
        bo = ours.coder_named("Bo").id
        for turn, step in rounds:
            if turn < 2:
                work((ours, theirs)[turn], (aino, bo)[turn], [step])
            else:
                merge(*((ours, theirs) if turn == 2 else (theirs, ours)), coder=aino)
        one, other = merged(ours, theirs, aino), merged(theirs, ours, aino)
        assert contents(one, notes=False) == contents(other, notes=False)


@settings(max_examples=40)
@given(HISTORY, HISTORY, HISTORY)
def test_no_new_coding_and_no_memo_of_either_copy_is_lost(before: Steps, here: Steps, there: Steps) -> None:
    ours, aino = begun()
    with ours:
        work(ours, aino, before)
        theirs = copied(ours)
        old = ids(ours, "coding") | ids(ours, "memo")
        work(ours, aino, here)
        work(theirs, ours.coder_named("Bo").id, there)
        one = merged(ours, theirs, aino)
        kept = ids(one, "coding") | ids(one, "memo")
        places = set(one._file.rows(PLACES))
        texts = "\n".join(text for (text,) in one._file.rows("SELECT text FROM memo"))
        for copy in (ours, theirs):
            for id, *place in copy._file.rows(f"SELECT coding.id, {PLACES.removeprefix('SELECT ')}"):
                assert id in old | kept or tuple(place) in places or str(uuid5(NAMESPACE_URL, f"lost {id}")) in kept
            for id, text in copy._file.rows("SELECT id, text FROM memo"):
                assert id in old | kept or text in texts


@settings(max_examples=40)
@given(HISTORY, HISTORY)
def test_everything_since_an_entry_can_be_taken_back_in_one_change_and_made_again(before: Steps, after: Steps) -> None:
    project, aino = begun()
    with project:
        work(project, aino, before)
        was, entry = without_coders(project), project.journal()[-1]
        work(project, aino, after)
        now = without_coders(project)
        since = project.since(entry.number, entry.hash)
        assert since is not None
        with project.change("restore", coder=aino) as change:
            change.put_rows(taken_back(since))
        assert without_coders(project) == was
        assert project.verify() == []
        if change.entry is not None:
            project.undo(aino)
        assert without_coders(project) == now
        assert project.verify() == []


def without_coders(project: Project) -> dict[str, list[tuple[object, ...]]]:
    """Every table but that of the people, without what is hidden."""
    return {name: rows for name, rows in tables(project).items() if name != "coder"}


PLACES = (
    'SELECT sha256, "start", "end", coder.name FROM coding JOIN document ON document.id = coding.document '
    "JOIN coder ON coder.id = coding.coder"
)


def ids(project: Project, table: str) -> set[str]:
    return {id for (id,) in project._file.rows(f"SELECT id FROM {table}")}
