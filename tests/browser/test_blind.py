"""A document open in the browser while a round is sealed and revealed: nothing is shown too early or too late."""

from __future__ import annotations

from driving import Screen, Tab

from coder.model import Span
from coder.workflow.codings import code_span
from coder.workflow.rounds import begin_round, reveal_round


def code(screen: Screen, name: str, who: str) -> None:
    """Put a code on a few words of the second passage in somebody's name, past the browser."""
    id = screen.code(name)
    with screen.project() as project:
        document = project.document_named("Interview.txt")
        start = project.segments(document.id)[1].span.start
        coder = next(each.id for each in project.coders() if each.name.startswith(who))
        code_span(project, document.id, Span(start, start + 20), id, coder=coder)


def test_what_another_codes_goes_when_a_round_is_sealed_and_comes_when_it_is_revealed(tab: Tab) -> None:
    aino = tab().go(3)
    code(aino, "No time", "Bo")
    seen = ".rt-row[data-row='1'] .rt-name .rt-label"
    aino.press("1").saved().waits(f'document.querySelectorAll("{seen}").length === 1')
    with aino.project() as project:
        first, second = project.coders()[:2]
        document = project.document_named("Interview.txt").id
        made = begin_round(project, "Round 1", [document], [first.id, second.id], coder=first.id)
    code(aino, "Own initiative", "Bo")
    aino.press("2").saved().waits(f'document.querySelectorAll("{seen}").length === 0')
    assert len(aino.names(3)) == 2
    with aino.project() as project:
        reveal_round(project, made.id, coder=first.id, reason="only a test")
    aino.press("3").saved().waits(f'document.querySelectorAll("{seen}").length === 2')
    assert sorted(aino.names(1)) == ["No time", "Own initiative"]
