from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coder.errors import ProjectUnavailable
from coder.model import Coding, Outcome, Role, Span
from coder.store import Project
from coder.workflow import operations
from coder.workflow.codebooks import retire_code
from coder.workflow.codings import undo
from coder.workflow.operations import KINDS, Operation, Refused, perform

SpanOf = Callable[[str], Span]


def op(number: int, kind: str, **values: Any) -> Operation:
    return Operation(f"op-{number}", number, kind, values)


def place(span: Span) -> dict[str, int]:
    return {"start": span.start, "end": span.end}


def test_everything_the_browser_sends_is_done_in_order(
    project: Project, me: str, document: str, span_of: SpanOf
) -> None:
    began, time = span_of("We began together"), span_of("no time")
    before = project.revision
    refused = perform(
        project,
        document,
        [
            op(1, "code", coding="a", code="together", **place(began)),
            op(2, "recode", coding="a", code="transfer"),
            op(3, "resize", coding="a", **place(span_of("We began together, all nine homes"))),
            op(4, "memo", coding="a", text="Rather together?"),
            op(5, "take", coding="b", code="time", probability=0.75, model="m", **place(time)),
            op(6, "refuse", decision="d", code="together", probability=0.3, model="m", **place(time)),
            op(7, "read", position=time.end),
            op(8, "code", coding="c", code="time", **place(began)),
            op(9, "uncode", coding="c"),
            op(10, "undo"),
            op(11, "redo"),
        ],
        coder=me,
    )
    assert refused == []
    assert project.revision == before + 11
    assert {(coding.id, coding.code, coding.quotation) for coding in project.codings()} == {
        ("a", "transfer", "We began together, all nine homes"),
        ("b", "time", "no time"),
    }
    assert {(decision.outcome, decision.code) for decision in project.decisions()} == {
        (Outcome.TAKEN, "time"),
        (Outcome.REFUSED, "together"),
    }
    assert [memo.text for memo in project.memos()] == ["Rather together?"]
    assert [mark.position for mark in project.read_marks()] == [time.end]


def test_what_is_refused_is_said_and_stops_nothing(project: Project, me: str, document: str, span_of: SpanOf) -> None:
    retire_code(project, "transfer", coder=me)
    span = place(span_of("nine homes"))
    refused = perform(
        project,
        document,
        [
            op(1, "uncode", coding="gone"),
            op(2, "code", coding="a", code="transfer", **span),
            op(3, "code", coding="a", code="together", **span),
            op(4, "dance"),
            op(5, "redo"),
        ],
        coder=me,
    )
    assert refused == [
        Refused(1, "no coding with the id gone; it may have been removed"),
        Refused(2, "Paths / Transfer is retired; restore it or choose another code"),
        Refused(4, "no operation is called 'dance'"),
        Refused(5, "there is nothing to redo"),
    ]
    assert [coding.id for coding in project.codings()] == ["a"]


@pytest.mark.parametrize(
    ("kind", "values", "words"),
    [
        ("code", {}, "code needs start as a position in the text, not None"),
        ("code", {"start": "1", "end": 2}, "start as a position"),
        ("code", {"start": True, "end": 2}, "start as a position"),
        ("code", {"start": -1, "end": 2}, "start as a position"),
        ("code", {"start": 2, "end": 2, "code": "time", "coding": "a"}, "no words are selected"),
        ("code", {"start": 1, "end": 2, "code": 7, "coding": "a"}, "code needs code as text, not 7"),
        ("take", {"start": 1, "end": 2, "code": "time", "coding": "a", "probability": 7}, "between 0 and 1, not at 7"),
        ("take", {"start": 1, "end": 2, "code": "time", "coding": "a", "model": 7}, "model as text"),
        ("read", {"position": 1.5}, "position as a position"),
        ("memo", {"coding": "a"}, "memo needs text as text"),
    ],
)
def test_values_that_cannot_be_are_refused_in_words(
    project: Project, me: str, document: str, kind: str, values: dict[str, Any], words: str
) -> None:
    (refused,) = perform(project, document, [op(1, kind, **values)], coder=me)
    assert words in refused.message
    assert (project.codings(), project.decisions()) == ([], [])


@pytest.mark.parametrize("kind", KINDS)
def test_a_reader_is_refused_everything(
    project: Project, document: str, coded: Coding, kind: str, someone: Callable[..., str]
) -> None:
    reader = someone("Leena", Role.READER)
    values = {
        "coding": coded.id, "decision": "d", "code": "time", "start": 20, "end": 30, "text": "x", "position": 5,
        "probability": 0.5, "model": "m", "name": "x",
    }  # fmt: skip
    before = project.revision
    (refused,) = perform(project, document, [op(1, kind, **values)], coder=reader)
    assert "Leena may read this project but not change it" in refused.message
    assert project.revision == before


def test_an_equal_coding_is_not_doubled(project: Project, me: str, document: str, coded: Coding) -> None:
    again = op(1, "code", coding="again", code=coded.code, **place(coded.span))
    assert perform(project, document, [again], coder=me) == []
    assert project.codings() == [coded]


def test_a_code_is_made_and_used_in_one_batch(project: Project, me: str, document: str, span_of: SpanOf) -> None:
    batch = [
        op(1, "new code", code="money", name="Money", parent="obstacles"),
        op(2, "code", coding="a", code="money", **place(span_of("nine homes"))),
        op(3, "new code", code="money-2", name="money", parent="obstacles"),
    ]
    for _ in range(2):
        (refused,) = perform(project, document, batch, coder=me)
        assert refused.number == 3
        assert "two codes named" in refused.message
    assert project.codebook().path("money") == "Obstacles / Money"
    assert [(coding.id, coding.code) for coding in project.codings()] == [("a", "money")]


def test_undo_goes_back_to_the_last_act_not_to_the_reading(
    project: Project, me: str, document: str, span_of: SpanOf
) -> None:
    span = place(span_of("nine homes"))
    coding = op(1, "code", coding="a", code="together", **span)
    perform(
        project, document, [coding, op(2, "read", position=50), op(3, "undo"), op(4, "read", position=80)], coder=me
    )
    assert project.codings() == []
    assert perform(project, document, [op(5, "redo")], coder=me) == []
    assert [coding.id for coding in project.codings()] == ["a"]


def test_operations_of_one_coder_are_undone_by_that_coder(
    project: Project, me: str, document: str, span_of: SpanOf, someone: Callable[..., str]
) -> None:
    leena = someone("Leena")
    perform(
        project, document, [op(1, "code", coding="a", code="together", **place(span_of("nine homes")))], coder=leena
    )
    undo(project, coder=leena)
    assert project.codings() == []


def test_a_project_that_fails_stops_the_rest_so_that_it_can_be_sent_again(
    project: Project, me: str, document: str, span_of: SpanOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object) -> None:
        raise ProjectUnavailable("locked")

    batch = [
        op(1, "code", coding="a", code="together", **place(span_of("nine homes"))),
        op(2, "memo", coding="a", text="Note"),
        op(3, "read", position=9),
    ]
    with monkeypatch.context() as patched:
        patched.setitem(operations.KINDS, "memo", locked)
        with pytest.raises(ProjectUnavailable):
            perform(project, document, batch, coder=me)
    assert (len(project.codings()), project.memos(), project.read_marks()) == (1, [], [])
    assert perform(project, document, batch, coder=me) == []
    assert (len(project.codings()), len(project.memos()), len(project.read_marks())) == (1, 1, 1)


CODINGS = st.sampled_from(["a", "b"])
CODES = st.sampled_from(["together", "time", "paths"])
PLACES = st.sampled_from([Span(13, 20), Span(13, 24), Span(17, 24)]).map(place)
WORDS = st.sampled_from(["", "one", "two"])
VALUES = st.one_of(
    st.builds(lambda c, k, p: ("code", {"coding": c, "code": k, **p}), CODINGS, CODES, PLACES),
    st.builds(lambda c: ("uncode", {"coding": c}), CODINGS),
    st.builds(lambda c, k: ("recode", {"coding": c, "code": k}), CODINGS, CODES),
    st.builds(lambda c, p: ("resize", {"coding": c, **p}), CODINGS, PLACES),
    st.builds(lambda c, t: ("memo", {"coding": c, "text": t}), CODINGS, WORDS),
    st.builds(lambda c, k, p: ("take", {"coding": c, "code": k, "probability": 0.5, **p}), CODINGS, CODES, PLACES),
    st.builds(lambda k, p: ("refuse", {"decision": "d", "code": k, **p}), CODES, PLACES),
    st.builds(lambda n: ("read", {"position": n}), st.integers(0, 300)),
    st.just(("undo", {})),
    st.just(("redo", {})),
)


@st.composite
def deliveries(draw: st.DrawFn) -> list[tuple[list[Operation], list[Operation]]]:
    """Batches as the browser sends them: some of what was sent before, in any order, then what is new."""
    acts = [op(number, kind, **values) for number, (kind, values) in enumerate(draw(st.lists(VALUES, max_size=12)))]
    batches = []
    sent = 0
    while sent < len(acts):
        new = draw(st.integers(1, len(acts) - sent))
        again = draw(st.lists(st.sampled_from(acts[:sent]), max_size=5)) if sent else []
        batches.append((again, acts[sent : sent + new]))
        sent += new
    return batches


def state(project: Project) -> dict[str, Any]:
    return {
        "codings": {(c.id, c.code, c.span, c.quotation, c.origin) for c in project.codings()},
        "decisions": sorted((d.outcome, d.code, d.span, d.coding or "") for d in project.decisions()),
        "memos": {(memo.target, memo.text) for memo in project.memos()},
        "marks": [mark.position for mark in project.read_marks()],
    }


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(deliveries())
def test_operations_that_were_applied_change_nothing_when_sent_again(
    study: Callable[[], Project], batches: list[tuple[list[Operation], list[Operation]]]
) -> None:
    with study() as once, study() as often:
        (document,), me = once.documents(), once.coders()[0].id
        applied = set()
        for act in [act for _, new in batches for act in new]:
            before = once.revision
            perform(once, document.id, [act], coder=me)
            if once.revision > before:
                applied.add(act.id)
        (document,), me = often.documents(), often.coders()[0].id
        for again, new in batches:
            perform(often, document.id, [*(act for act in again if act.id in applied), *new], coder=me)
        assert state(often) == state(once)
        assert often.revision == once.revision
        assert often.verify() == []
