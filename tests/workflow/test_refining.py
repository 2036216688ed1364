from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from coder.errors import CodebookConflict, InvalidValue, NotAllowed, UnknownItem
from coder.model import Code, Coder, Decision, Origin, Outcome, Role, new_id, text_hash
from coder.model.choices import ExportKind
from coder.refining.proposal import Found, Kind, Proposal
from coder.store import Project
from coder.suggest.encoder import Encoder
from coder.tables import changed_cells
from coder.workflow.assistant import Assistant
from coder.workflow.codebooks import add_code
from coder.workflow.codings import change_code_of, code_span, remove_coding, undo
from coder.workflow.refining import (
    Choice,
    Gathered,
    bring_back,
    coverage,
    effect,
    effect_on_tables,
    find,
    gather,
    holding,
    is_aside,
    said,
    set_aside,
    take,
)
from coder.workflow.tables import Question, compared, material
from tests.workflow.study import code_document, fill, passages_about

DOCUMENTS = 20
MODEL = "words"


@pytest.fixture
def project() -> Iterator[Project]:
    """Interviews of which all but the last are read and coded; what stands under *together* has a twin."""
    with Project.create(":memory:", title="Study", coder="Maija") as made:
        me = made.coders()[0].id
        fill(made, me, documents=DOCUMENTS)
        add_code(made, name="Twin", coder=me, id="twin")
        for document in made.documents()[:-1]:
            code_document(made, document.id, me)
        for place, coding in enumerate(made.codings(code="together")):
            # Half of them, of either wording.
            if place // 2 % 2:
                change_code_of(made, coding.id, "twin", coder=me)
        yield made


@pytest.fixture
def me(project: Project) -> str:
    return project.coders()[0].id


@pytest.fixture
def read(project: Project, word_encoder: type[Encoder]) -> Callable[[], Gathered]:
    """Embeds whatever has no vector yet, and gathers."""
    assistant = Assistant(word_encoder)

    def again() -> Gathered:
        assistant.embed(project)
        assistant.embed_quotations(project)
        return gather(project, MODEL)

    return again


def the_merge(gathered: Gathered) -> Proposal:
    return next(each for each in find(gathered)[Kind.MERGE].proposals if set(each.codes) == {"together", "twin"})


def made_up(kind: Kind, project: Project, code: str = "time") -> Proposal:
    """A proposal as the methods make them, about some codings."""
    ids = tuple(coding.id for coding in project.codings(code=code))
    from coder.refining.proposal import Side

    sides = (Side("stays", ids[4:]), Side("new code", ids[:4]))
    codes: tuple[str, ...] = (code,)
    if kind is Kind.MISFIT:
        sides, ids, codes = (Side("the quotation", ids[:1]),), ids[:1], (code, "left")
    return Proposal(kind, codes, 0.9, "{0} is said.", "{0} will change.", (), sides, ids)


def test_without_vectors_nothing_is_gathered_and_what_is_missing_is_told(project: Project) -> None:
    gathered = gather(project, MODEL)
    assert len(gathered.quotations) == len(gathered.passages) == 0
    assert gathered.unread == len(project.codings())
    assert gathered.waiting == len(project.segments())
    assert all(not found.proposals for found in find(gathered).values())


def test_every_coding_has_a_vector_once_all_is_read(project: Project, read: Callable[[], Gathered]) -> None:
    gathered = read()
    assert (gathered.unread, gathered.waiting) == (0, 0)
    assert set(gathered.quotations.ids) == {coding.id for coding in project.codings()}
    assert np.isfinite(gathered.quotations.vectors).all()


def test_a_quotation_inside_a_passage_is_known_by_both(project: Project, me: str, read: Callable[[], Gathered]) -> None:
    document = project.documents()[0].id
    passage = passages_about(project, document, "none")[0]
    part = replace(passage.span, end=passage.span.start + 20)
    coding = code_span(project, document, part, "left", coder=me)
    gathered = read()
    vector = gathered.quotations.vectors[list(gathered.quotations.ids).index(coding.id)]
    kept = project.vectors(MODEL, [text_hash(coding.quotation)])
    own = np.frombuffer(kept[text_hash(coding.quotation)], np.float16).astype(np.float32)
    assert 0.5 < float(vector @ own / np.linalg.norm(own)) < 0.999


def test_progress_rises_to_the_end(read: Callable[[], Gathered]) -> None:
    told: list[float] = []
    find(read(), lambda share, _: told.append(share))
    assert told == sorted(told)
    assert told[0] == 0.0
    assert told[-1] <= 1.0


def test_what_was_put_under_two_codes_is_proposed_for_merging(project: Project, read: Callable[[], Gathered]) -> None:
    gathered = read()
    proposal = the_merge(gathered)
    assert all(id in gathered.places for side in proposal.sides for id in side.quotations)
    sentence = said(proposal.why, project.codebook(), proposal)
    assert "Together" in sentence
    assert "Twin" in sentence


def test_nothing_is_applied_by_itself(project: Project, read: Callable[[], Gathered]) -> None:
    before = project.revision
    find(read())
    assert project.revision == before


def test_taking_a_merge_is_one_change_that_undo_takes_back(
    project: Project, me: str, read: Callable[[], Gathered]
) -> None:
    gathered, before = read(), {coding.id: coding.code for coding in project.codings()}
    proposal, revision = the_merge(gathered), project.revision
    foreseen = effect(project, gathered, proposal, Choice(), coder=me)
    assert foreseen.changed == list(before.values()).count(proposal.codes[0])
    take(project, gathered, proposal, Choice(), coder=me)
    assert project.revision == revision + 1
    assert proposal.codes[0] not in project.codebook()
    undo(project, coder=me)
    assert {coding.id: coding.code for coding in project.codings()} == before


@pytest.mark.parametrize("kind", Kind)
def test_what_was_taken_is_proposed_no_more_until_undo(
    project: Project, me: str, read: Callable[[], Gathered], kind: Kind
) -> None:
    gathered, proposal = read(), made_up(kind, project)
    if kind is Kind.MERGE:
        proposal = replace(proposal, codes=("time", "left"))
    if kind is Kind.GAP:
        last = project.documents()[-1].id
        proposal = replace(proposal, codes=(), rests_on=tuple(f"{last}/{i}" for i in (1, 3, 5)))

    def holds() -> bool:
        found = {proposal.kind: Found((proposal,), ())}
        return bool(holding(project.codebook(), project.codings(), gathered, found)[proposal.kind])

    assert holds()
    take(project, gathered, proposal, Choice(name="A new one", text="What sets it apart"), coder=me)
    assert not holds()
    undo(project, coder=me)
    assert holds()


@pytest.mark.parametrize("kind", [Kind.MERGE, Kind.SPLIT, Kind.MISFIT, Kind.GAP])
def test_the_preview_is_what_taking_gives(project: Project, me: str, read: Callable[[], Gathered], kind: Kind) -> None:
    gathered = read()
    proposal = made_up(kind, project)
    if kind is Kind.MERGE:
        proposal = replace(proposal, codes=("time", "left"))
    if kind is Kind.GAP:
        last = project.documents()[-1].id
        proposal = replace(proposal, codes=(), rests_on=tuple(f"{last}/{i}" for i in (1, 3, 5)))
    choice = Choice(name="A new one")
    before, old = material(project, texts=True, speakers=True), compared(project, Question(ExportKind.KINDS))
    foreseen = effect(project, gathered, proposal, choice, coder=me)
    tables = effect_on_tables(project, gathered, proposal, choice, coder=me)
    take(project, gathered, proposal, choice, coder=me)
    assert foreseen.changed + foreseen.added + foreseen.removed > 0
    came = changed_cells(before, material(project, texts=True, speakers=True))
    assert tables.keys() == came.keys()
    for name, cells in tables.items():
        assert cells.sort_values(["row", "column"], ignore_index=True).equals(
            came[name].sort_values(["row", "column"], ignore_index=True)
        ), name
    # Checked once against the table that the page shows.
    new = compared(project, Question(ExportKind.KINDS))
    for row, column, was, is_now in tables["by kind of document"].itertuples(index=False):
        assert (old.at[row, column] if row in old.index else 0) == int(was or 0)
        assert (new.at[row, column] if row in new.index else 0) == int(is_now or 0)
    assert len(tables["by kind of document"])
    assert project.verify() == []


def test_a_split_moves_only_what_was_chosen(project: Project, me: str, read: Callable[[], Gathered]) -> None:
    proposal = made_up(Kind.SPLIT, project)
    chosen = frozenset(proposal.sides[1].quotations[:2])
    take(project, read(), proposal, Choice(chosen, "No hands"), coder=me)
    new = next(code for code in project.codebook().codes if code.name == "No hands")
    assert {coding.id for coding in project.codings(code=new.id)} == chosen


def test_a_gap_becomes_a_code_on_its_passages(project: Project, me: str, read: Callable[[], Gathered]) -> None:
    last = project.documents()[-1].id
    proposal = Proposal(Kind.GAP, (), 0.5, "", "", (), (), (f"{last}/1", f"{last}/3"))
    take(project, read(), proposal, Choice(frozenset({f"{last}/3"}), "Weather"), coder=me)
    new = next(code for code in project.codebook().codes if code.name == "Weather")
    (coding,) = project.codings(code=new.id)
    assert coding.span == project.segments(last)[3].span
    undo(project, coder=me)
    assert all(code.name != "Weather" for code in project.codebook().codes)


def test_a_misfit_that_carries_the_other_code_already_only_loses_its_own(
    project: Project, me: str, read: Callable[[], Gathered]
) -> None:
    proposal = made_up(Kind.MISFIT, project)
    first = project.coding(proposal.rests_on[0])
    code_span(project, first.document, first.span, "left", coder=me)
    take(project, read(), proposal, Choice(), coder=me)
    here = [coding.code for coding in project.codings(document=first.document) if coding.span == first.span]
    assert here == ["left"]


def test_a_definition_is_sharpened_in_the_words_of_the_researcher(
    project: Project, me: str, read: Callable[[], Gathered]
) -> None:
    proposal = replace(made_up(Kind.DEFINITION, project), field="when_not_to_use")
    with pytest.raises(InvalidValue, match="nothing is written"):
        take(project, read(), proposal, Choice(text="  "), coder=me)
    take(project, read(), proposal, Choice(text="Not for holidays."), coder=me)
    assert project.codebook().code("time").when_not_to_use == "Not for holidays."


def test_what_cannot_be_taken_is_refused_and_changes_nothing(
    project: Project, me: str, read: Callable[[], Gathered]
) -> None:
    gathered, before = read(), project.revision
    split = made_up(Kind.SPLIT, project)
    with pytest.raises(InvalidValue, match="no name"):
        take(project, gathered, split, Choice(), coder=me)
    with pytest.raises(InvalidValue, match="no quotation"):
        take(project, gathered, split, Choice(frozenset(), "New"), coder=me)
    with pytest.raises(CodebookConflict, match="No time"):
        take(project, gathered, split, Choice(name="No time"), coder=me)
    assert project.revision == before
    remove_coding(project, split.sides[1].quotations[0], coder=me)
    with pytest.raises(UnknownItem, match="1 of the quotations"):
        take(project, gathered, split, Choice(name="New"), coder=me)


def test_only_the_owner_moves_quotations_of_others(project: Project, read: Callable[[], Gathered]) -> None:
    with project.change("add coder", coder=None) as change:
        change.save_coder(Coder("birk", "Birk", Role.CODER))
        change.save_coder(Coder("guest", "Guest", Role.READER))
    for kind in (Kind.SPLIT, Kind.MISFIT):
        with pytest.raises(NotAllowed, match="other coders'"):
            take(project, read(), made_up(kind, project), Choice(name="New"), coder="birk")
    with pytest.raises(NotAllowed):
        set_aside(project, made_up(Kind.SPLIT, project), coder="guest")


def test_what_is_set_aside_stays_so_until_its_evidence_changes(
    project: Project, me: str, read: Callable[[], Gathered]
) -> None:
    proposal = the_merge(read())
    assert not is_aside(project, proposal)
    set_aside(project, proposal, coder=me)
    assert is_aside(project, the_merge(read()))
    last = project.documents()[-1].id
    for passage in passages_about(project, last, "together")[:1]:
        code_span(project, last, passage.span, "twin", coder=me)
    assert is_aside(project, the_merge(read()))
    assert not is_aside(project, replace(proposal, rests_on=(*proposal.rests_on, *map(str, range(9)))))
    undo(project, coder=me)
    undo(project, coder=me)
    assert not is_aside(project, proposal)


def test_what_was_set_aside_can_be_brought_back(project: Project, me: str) -> None:
    proposal = made_up(Kind.SPLIT, project)
    set_aside(project, proposal, coder=me)
    bring_back(project, proposal, coder=me)
    assert not is_aside(project, proposal)


def test_names_with_braces_are_said_as_they_are(project: Project, me: str) -> None:
    with project.change("rename", coder=me) as change:
        change.save_codebook(project.codebook().changed("time", name="No {time} {0}"))
    assert said("{0} goes.", project.codebook(), made_up(Kind.SPLIT, project)) == "No {time} {0} goes."


def test_refusals_of_a_code_are_shown_with_their_passages(
    project: Project, me: str, read: Callable[[], Gathered]
) -> None:
    segments = project.segments()
    with project.change("refuse", coder=me) as change:
        for i, segment in enumerate(segments[:60]):
            code, outcome = ("left", Outcome.REFUSED) if i < 12 else ("time", Outcome.TAKEN)
            change.save_decision(Decision(new_id(), segment.document, segment.span, code, me, outcome))
    gathered = read()
    (proposal,) = find(gathered)[Kind.DEFINITION].proposals
    assert (proposal.codes, proposal.field) == (("left",), "when_not_to_use")
    assert gathered.places[proposal.sides[0].quotations[0]].text == segments[0].span.of(
        project.document(segments[0].document).text
    )


def test_retired_codes_are_left_in_peace(project: Project, me: str, read: Callable[[], Gathered]) -> None:
    with project.change("retire", coder=me) as change:
        change.save_codebook(project.codebook().retired("twin").with_code(Code("x", "X")))
    gathered = read()
    assert "twin" not in gathered.quotations.codes
    assert all("twin" not in each.codes for found in find(gathered).values() for each in found.proposals)


def test_an_import_is_no_order_of_coding(project: Project, me: str, read: Callable[[], Gathered]) -> None:
    gathered = read()
    assert len(np.unique(gathered.quotations.when)) > 10
    with project.change("as if imported", coder=me) as change:
        for place, coding in enumerate(project.codings()):
            made = f"2026-01-0{1 + place % 2}T10:00:{place % 60:02}.000Z"
            change.save_coding(replace(coding, origin=Origin.IMPORTED, created=made))
    assert len(np.unique(read().quotations.when)) == 2


def test_coverage_says_what_each_document_brought(project: Project, read: Callable[[], Gathered]) -> None:
    names = {document.id: document.name for document in project.documents()}
    found = coverage(read(), names)
    assert found.table["document"].tolist() == [names[document.id] for document in project.documents()[:-1]]
    assert found.table["new codes"].sum() == found.table["codes so far"].iloc[-1] == 4
    assert found.table["distance"].notna().all()
