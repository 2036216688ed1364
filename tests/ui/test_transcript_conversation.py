from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.errors import ProjectUnavailable
from coder.workflow.operations import Refused
from ui.components.transcript.conversation import Conversation
from ui.components.transcript.view import Suggestion, Suggestions
from ui.components.transcript.wire import Batch, Sent, read_batch


def batch(*numbers: int, acknowledged: int = 0, client: str = "c", number: int = 1, document: str = "d") -> Batch:
    """A batch as a browser sends it that has operations and asks nothing."""
    sent = [{"document": "d", "id": f"{client}-{n}", "number": n, "kind": "code", "values": {}} for n in numbers]
    return read_batch(
        {
            "client": client,
            "number": number,
            "acknowledged": acknowledged,
            "operations": sent,
            "document": document,
            "have": 9,
        }
    )


class Store:
    """Notes what was performed; refuses and fails where it is told to."""

    def __init__(self, *, refuses: frozenset[int] = frozenset(), fails: frozenset[int] = frozenset()) -> None:
        self.done: list[str] = []
        self.refuses, self.fails = refuses, fails

    def perform(self, sent: Sent) -> Refused | None:
        number = sent.operation.number
        if number in self.fails:
            raise ProjectUnavailable("the disk is full; free some space")
        if number in self.refuses:
            return Refused(number, "no")
        self.done.append(sent.operation.id)
        return None


def test_operations_are_applied_in_order_and_acknowledged() -> None:
    talk, store = Conversation("d"), Store()
    talk.receive(batch(2, 1, 3), store.perform)
    assert store.done == ["c-1", "c-2", "c-3"]
    assert talk.acknowledged == {"c": 3}
    assert talk.have == 9


def test_what_was_acknowledged_is_not_applied_again() -> None:
    talk, store = Conversation("d"), Store()
    talk.receive(batch(1, 2), store.perform)
    talk.receive(batch(1, 2, 3, number=2), store.perform)
    assert store.done == ["c-1", "c-2", "c-3"]


def test_nothing_is_acknowledged_beyond_a_gap() -> None:
    talk, store = Conversation("d"), Store()
    talk.receive(batch(1, 3), store.perform)
    assert store.done == ["c-1"]
    assert talk.acknowledged == {"c": 1}


def test_a_session_that_knows_nothing_takes_the_browsers_word_for_what_is_stored() -> None:
    talk, store = Conversation("d"), Store()
    talk.receive(batch(8, 9, acknowledged=7, number=30), store.perform)
    assert store.done == ["c-8", "c-9"]
    assert talk.acknowledged == {"c": 9}


def test_a_refused_operation_is_acknowledged_and_told() -> None:
    talk, store = Conversation("d"), Store(refuses=frozenset({2}))
    talk.receive(batch(1, 2, 3), store.perform)
    assert store.done == ["c-1", "c-3"]
    assert talk.acknowledged == {"c": 3}
    assert talk.refused == [("c", 2, "no")]


def test_a_project_that_fails_leaves_the_rest_due_and_says_so() -> None:
    talk, store = Conversation("d"), Store(fails=frozenset({2}))
    talk.receive(batch(1, 2, 3), store.perform)
    assert talk.acknowledged == {"c": 1}
    assert talk.trouble is not None and "disk is full" in talk.trouble
    store.fails = frozenset()
    talk.receive(batch(2, 3, number=2), store.perform)
    assert store.done == ["c-1", "c-2", "c-3"]
    assert talk.trouble is None


def test_each_browser_has_its_own_numbers() -> None:
    talk, store = Conversation("d"), Store()
    talk.receive(batch(1), store.perform)
    talk.receive(batch(1, client="other"), store.perform)
    assert talk.acknowledged == {"c": 1, "other": 1}
    assert store.done == ["c-1", "other-1"]


def test_the_revision_of_another_document_says_nothing_about_this_one() -> None:
    talk = Conversation("d")
    talk.receive(batch(document="e"), Store().perform)
    assert talk.have is None


def test_another_document_starts_anew_but_keeps_the_numbers() -> None:
    talk, store = Conversation("d"), Store()
    talk.receive(batch(1), store.perform)
    talk.sent_suggestions(Suggestions("1", {}, "m"), None)
    talk.show("e")
    assert (talk.have, talk.known_suggestions("1"), talk.acknowledged) == (None, None, {"c": 1})


def test_a_batch_is_answered_once() -> None:
    talk = Conversation("d")
    talk.receive(batch(), Store().perform)
    assert talk.once() is not None
    assert talk.once() is None


def test_suggestions_are_remembered_as_long_as_the_browser_may_have_them() -> None:
    talk = Conversation("d")
    first = {1: (Suggestion("a", 0.5),)}
    talk.sent_suggestions(Suggestions("1", first, "m"), None)
    talk.sent_suggestions(Suggestions("2", {}, "m"), "1")
    assert talk.known_suggestions("1") == first
    talk.sent_suggestions(Suggestions("3", {}, "m"), "2")
    assert talk.known_suggestions("1") is None


@pytest.mark.parametrize("gap", [True, False])
@given(data=st.data())
def test_however_batches_are_lost_or_repeated_each_operation_is_applied_once_and_in_order(
    gap: bool, data: st.DataObject
) -> None:
    talk, store = Conversation("d"), Store()
    made, heard = 0, 0
    for number in range(1, data.draw(st.integers(1, 12)) + 1):
        made += data.draw(st.integers(0, 3))
        sent = batch(*range(heard + 1, made + 1), acknowledged=heard, number=number)
        if gap and data.draw(st.booleans()):
            continue  # the batch is lost on its way
        talk.receive(sent, store.perform)
        if data.draw(st.booleans()):
            heard = talk.acknowledged["c"]  # otherwise the answer is lost
    talk.receive(batch(*range(heard + 1, made + 1), acknowledged=heard, number=99), store.perform)
    assert store.done == [f"c-{n}" for n in range(1, made + 1)]
