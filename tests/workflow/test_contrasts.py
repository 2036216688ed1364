"""Contrasts and claims of a project: what was written into the five invented networks comes out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from coder.cli import app
from coder.errors import InvalidValue, NotAllowed, StaleEdit, UnknownItem
from coder.model import Coder, Coding, Role, Span
from coder.model.claim import CaseGroup, Claim, Verdict
from coder.store import Project
from coder.suggest.encoder import Encoder
from coder.tables import Said
from coder.tables.claims import Standing, Why
from coder.workflow import claims as verbs
from coder.workflow.assistant import Assistant
from coder.workflow.cases import add_attribute, add_case, assign, set_value
from coder.workflow.claims import Looked, as_file, claims, judge, look, remove_claim, state_claim, take_back
from coder.workflow.coders import add_coder
from coder.workflow.codings import undo
from coder.workflow.contrasts import Meaning, contrasted, group_named, meaning_of, telling, values
from coder.workflow.corrections import correct, preview_correction
from coder.workflow.projects import create_sample, open_project
from coder.workflow.rounds import begin_round
from tests.workflow.study import code_document, fill

CODES = "code path"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "study.redthread"
    create_sample(path, coder="Maija").close()
    return path


@pytest.fixture
def project() -> Iterator[Project]:
    """Four interviews in as many homes, two of a size; *together* is coded in the small ones alone."""
    with Project.create(":memory:", title="Study", coder="Maija") as made:
        me = made.coders()[0].id
        fill(made, me, documents=4)
        add_attribute(made, "size", coder=me)
        for number, document in enumerate(made.documents()):
            case = add_case(made, f"Home {number}", coder=me)
            set_value(made, case.id, "size", "small" if number % 2 else "large", coder=me)
            assign(made, document.id, case.id, coder=me)
            code_document(made, document.id, me)
            if not number % 2:
                with made.change("remove", coder=me) as change:
                    for coding in made.codings(document=document.id, code="together"):
                        change.remove_coding(coding.id)
        yield made


@pytest.fixture
def me(project: Project) -> str:
    return project.coders()[0].id


@pytest.fixture
def meaning(project: Project, word_encoder: type[Encoder]) -> Meaning:
    assistant = Assistant(word_encoder)
    assistant.embed(project)
    assistant.embed_quotations(project)
    return meaning_of(project, word_encoder.name)


@pytest.fixture
def claim(project: Project, me: str) -> Claim:
    small = group_named(project, ["small"], by="size")
    return state_claim(project, "Small homes begin together.", coder=me, group=small, about=["together"],
                       contrary=["time"], only=True)  # fmt: skip


# --- contrasts ---


def test_the_contrast_written_into_the_invented_networks_comes_out(sample: Path) -> None:
    with open_project(sample) as project:
        assert telling(project) == "start model"
        found = contrasted(
            project, *(group_named(project, [value], by="start model") for value in ("co-creation", "staged transfer"))
        ).table
    rows = found.assign(code=found[CODES].str.rsplit(" / ", n=1).str[-1]).set_index("code")
    # Where workplaces create together, outsiders come in, there is room, and it is built on further.
    for code in ("Room to set the course", "Way of developing to build on", "Workshops and conferences"):
        assert rows.loc[code, "documents low"] > 0
        assert rows.loc[code, "text low"] > 0
    # Where a pilot is handed on, targets steer and firms hold back.
    for code in ("Staged transfer", "Targets and reports", "Competition and holding back"):
        assert rows.loc[code, "documents high"] < 0
        assert rows.loc[code, "text high"] < 0
    assert rows.loc["External generativity", "said"] == Said.FIRST_SO_FAR


def test_the_second_group_is_all_others_unless_chosen(project: Project) -> None:
    found = contrasted(project, group_named(project, ["Home 1"]))
    assert found.names == ("Home 1", "Home 0, Home 2, Home 3")
    with pytest.raises(InvalidValue, match="takes in all cases"):
        contrasted(project, CaseGroup())


def test_values_are_counted_in_cases(project: Project) -> None:
    assert values(project, "size") == {"large": 2, "small": 2}
    with pytest.raises(UnknownItem, match="known: large, small"):
        group_named(project, ["huge"], by="size")


def test_a_number_leads_to_its_quotations(project: Project) -> None:
    found = contrasted(project, group_named(project, ["small"], by="size"))
    for row in found.table.to_dict("records"):
        here, there = found.quotations(row["code id"])
        assert (len(here), len(there)) == (row["codings (first)"], row["codings (second)"])


def test_nearest_quotations_are_of_both_groups_and_of_one_theme(project: Project, meaning: Meaning) -> None:
    found = contrasted(project, group_named(project, ["small"], by="size"))
    pairs = found.nearest(project, "time", meaning, most=4)
    assert len(pairs) == 4
    assert set(pairs["case (first)"]) <= {"Home 1", "Home 3"}
    assert set(pairs["case (second)"]) <= {"Home 0", "Home 2"}
    assert pairs["near"].is_monotonic_decreasing
    codings: dict[str, Coding] = {coding.id: coding for coding in project.codings()}
    for pair in pairs.to_dict("records"):
        assert {codings[pair[f"coding id ({side})"]].code for side in ("first", "second")} == {"time"}
    assert found.nearest(project, "together", meaning).empty


def test_without_vectors_there_are_no_pairs(project: Project) -> None:
    found = contrasted(project, group_named(project, ["small"], by="size"))
    assert found.nearest(project, "time", meaning_of(project, "another model")).empty


# --- claims ---


def test_what_speaks_against_a_claim_comes_from_codings_first(
    project: Project, claim: Claim, meaning: Meaning, word_encoder: type[Encoder]
) -> None:
    found = look(project, claim, meaning=meaning, encoder=word_encoder())
    assert [each.why.coded for each in found.candidates] == sorted(
        (e.why.coded for e in found.candidates), reverse=True
    )
    coded = [each for each in found.candidates if each.why.coded]
    assert {(each.why, each.codes) for each in coded} == {(Why.CONTRARY, ("time",))}
    near = [each.near for each in coded if each.near is not None]
    assert near == sorted(near, reverse=True)
    assert len(near) == len(coded)
    assert set(found.cases["standing"]) == {Standing.DIVIDED, Standing.OUTSIDE}


def test_without_meaning_codings_still_speak(project: Project, claim: Claim) -> None:
    found = look(project, claim)
    assert not found.by_meaning
    assert found.candidates
    assert all(each.why is Why.CONTRARY for each in found.candidates)


def test_a_case_that_was_read_without_what_is_claimed_is_a_negative_case(project: Project, me: str) -> None:
    made = state_claim(project, "All homes begin together.", coder=me, about=["together"])
    stands = look(project, made).cases.set_index("case")["standing"]
    assert stands.to_dict() == {
        "Home 0": Standing.ABSENT, "Home 1": Standing.AS_CLAIMED,
        "Home 2": Standing.ABSENT, "Home 3": Standing.AS_CLAIMED,
    }  # fmt: skip


def judged(project: Project, claim: Claim, me: str, verdict: Verdict = Verdict.AGAINST) -> Looked:
    first = look(project, claim).candidates[0]
    judge(project, claim.id, first.document, first.span, verdict, coder=me, note="no time")
    return look(project, claim)


def test_a_judgement_is_kept_and_undone(project: Project, claim: Claim, me: str) -> None:
    before = look(project, claim)
    after = judged(project, claim, me)
    assert after.candidates == before.candidates[1:]
    assert [one.judgement.anchor.quotation for one in after.negative] == [before.candidates[0].text]
    undo(project, coder=me)
    assert look(project, claim).candidates == before.candidates
    undo(project, coder=me)
    assert claims(project) == []


def test_judging_again_takes_the_place_of_what_was_said(project: Project, claim: Claim, me: str) -> None:
    (one,) = judged(project, claim, me).judged
    assert one.span is not None
    judge(project, claim.id, one.judgement.document, one.span, Verdict.NOT_AGAINST, coder=me)
    (now,) = look(project, claim).judged
    assert now.judgement.verdict is Verdict.NOT_AGAINST
    take_back(project, now.judgement, coder=me)
    assert look(project, claim).judged == ()
    with pytest.raises(UnknownItem, match="judged no longer"):
        verbs.note(project, now.judgement, "why", coder=me)


def test_a_judgement_goes_along_when_the_text_is_corrected(project: Project, claim: Claim, me: str) -> None:
    (one,) = judged(project, claim, me).judged
    text = project.document(one.judgement.document).text
    correct(project, preview_correction(project, one.judgement.document, "Interviewer: Hello.\n\n" + text), coder=me)
    (now,) = look(project, claim).judged
    assert now.span is not None
    assert now.span != one.span
    assert now.span.of(project.document(one.judgement.document).text) == one.judgement.anchor.quotation


def test_a_claim_is_changed_by_who_has_read_it_and_goes_with_its_judgements(
    project: Project, claim: Claim, me: str
) -> None:
    judged(project, claim, me)
    verbs.change_claim(project, claim, replace(claim, text="Small homes began together."), coder=me)
    with pytest.raises(StaleEdit):
        verbs.change_claim(project, claim, replace(claim, text="Other words."), coder=me)
    (now,) = claims(project)
    assert now.text == "Small homes began together."
    assert len(look(project, now).judged) == 1
    remove_claim(project, claim.id, coder=me)
    assert claims(project) == []
    assert project.settings(verbs.JUDGED) == {}
    undo(project, coder=me)
    assert len(look(project, claims(project)[0]).judged) == 1


def test_what_is_no_claim_is_refused(project: Project, claim: Claim, me: str) -> None:
    with pytest.raises(InvalidValue, match="no words"):
        state_claim(project, " ", coder=me)
    with pytest.raises(InvalidValue, match="cannot show the claim and its opposite"):
        state_claim(project, "Both.", coder=me, about=["time"], contrary=["time"])
    with pytest.raises(InvalidValue, match="the text at"):
        judge(project, claim.id, project.documents()[0].id, Span(0, 10**6), Verdict.AGAINST, coder=me)
    with project.change("add reader", coder=me) as change:
        change.save_coder(Coder("reader", "Bo", Role.READER))
    with pytest.raises(NotAllowed):
        state_claim(project, "Words.", coder="reader")


def test_claims_are_taken_along_with_their_negative_cases(project: Project, claim: Claim, me: str) -> None:
    judged(project, claim, me)
    state_claim(project, "Nothing was judged here.", coder=me)
    frame = pd.read_csv(BytesIO(as_file(project, ".csv")))
    assert frame["claim"].tolist() == ["Small homes begin together.", "Nothing was judged here."]
    assert frame["judged"].tolist()[0] == "negative case"
    assert frame["opposite shown by"].tolist()[0] == "No time"
    sheets = pd.read_excel(BytesIO(as_file(project, ".xlsx")), sheet_name=None)
    assert list(sheets) == ["claims", "cases"]
    assert len(sheets["cases"]) == 8


def test_what_lies_in_a_sealed_round_is_neither_judged_nor_told(project: Project, claim: Claim, me: str) -> None:
    (one,) = judged(project, claim, me).judged
    document = one.judgement.document
    begin_round(project, "first", [document], [me, add_coder(project, "Bo", coder=me).id], coder=me)
    assert look(project, claim).judged == ()
    assert one.judgement.anchor.quotation not in as_file(project, ".csv").decode()
    with pytest.raises(InvalidValue, match="sealed round"):
        judge(project, claim.id, document, Span(0, 9), Verdict.AGAINST, coder=me)


def test_the_terminal_writes_contrasts_and_claims(sample: Path, tmp_path: Path) -> None:
    def said(*words: str) -> str:
        done = CliRunner().invoke(app, list(words))
        assert done.exit_code == 0, done.output
        return done.output

    to = tmp_path / "contrast.xlsx"
    told = said("contrast", str(sample), "--by", "start model", "--first", "co-creation", "--to", str(to))
    assert "start model: co-creation against Terästie, Satama, Kide" in told
    assert set(pd.read_excel(to, sheet_name=None)) == {"contrast", "how to read it"}
    said("claims", str(sample), "--to", str(tmp_path / "claims.csv"))
    assert (tmp_path / "claims.csv").exists()
