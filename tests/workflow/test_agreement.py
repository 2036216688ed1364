"""Agreement in a project: only what two have read counts, codes take in those below them, numbers lead to places."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from coder.agreement import Coefficient, Kind, Unit
from coder.cli import app
from coder.errors import InvalidValue
from coder.formats.tables import TABLE_WRITERS
from coder.model import Coder, Coding, Span
from coder.store import Project
from coder.workflow.agreement import Agreement, AgreementQuestion, Row, View, as_file, table
from coder.workflow.cases import add_case, assign
from coder.workflow.codings import code_span
from coder.workflow.documents import mark_read
from coder.workflow.layers import people
from tests.workflow.study import code_document, fill

Find = Callable[[str], Span]


@pytest.fixture
def eero(project: Project, document: str, coded: Coding, someone: Callable[..., str], span_of: Find) -> str:
    """Maija put Together, and has read on; Eero put Transfer there, and No time, which Maija did not."""
    who = someone("Eero")
    code_span(project, document, span_of("We began together"), "transfer", coder=who)
    code_span(project, document, span_of("Then there was no time."), "time", coder=who)
    for coder in (coded.coder, who):
        mark_read(project, document, 10_000, coder=coder)
    return who


def by_code(agreement: Agreement) -> dict[str, Row]:
    return {row.name: row for row in agreement.rows(View.CODE)}


def test_a_branch_takes_in_what_is_put_below_it(project: Project, eero: str) -> None:
    rows = by_code(Agreement.of(project, AgreementQuestion()))
    assert list(rows) == [
        "All codes together", "Paths", "Paths / Together", "Paths / Transfer", "Obstacles", "Obstacles / No time"
    ]  # fmt: skip
    assert rows["Paths"].measured.estimates[Coefficient.KAPPA].value == 1
    assert rows["Paths / Together"].measured.estimates[Coefficient.PRESENCE].value == 0
    assert (rows["Paths"].measured.some, rows["Paths"].measured.all) == (1, 1)


def test_only_what_two_have_read_counts(
    project: Project, document: str, coded: Coding, someone: Callable[..., str], span_of: Find
) -> None:
    who = someone("Eero")
    code_span(project, document, span_of("How did it begin?"), "together", coder=who)
    found = Agreement.of(project, AgreementQuestion())
    read = found.read_together()
    assert (read.units, read.of_units, read.documents) == (1, len(project.segments()), 1)
    mark_read(project, document, 10_000, coder=coded.coder)
    assert Agreement.of(project, AgreementQuestion()).read_together().units == 1
    mark_read(project, document, 10_000, coder=who)
    assert Agreement.of(project, AgreementQuestion()).read_together().units == len(project.segments())


def test_labels_of_speakers_are_no_characters_to_agree_on(project: Project, document: str, eero: str) -> None:
    said = sum(len(turn.span) for turn in project.turns(document) if turn.kind.is_content)
    found = Agreement.of(project, AgreementQuestion(unit=Unit.CHARACTER))
    assert found.rows(View.CODE)[0].measured.units == said < len(project.document(document).text)


def test_every_number_leads_to_places(project: Project, eero: str, me: str) -> None:
    found = Agreement.of(project, AgreementQuestion())
    rows = by_code(found)
    together = found.places(rows["All codes together"])
    assert [place.kind for place in together] == [Kind.CODE, Kind.MISSING]
    assert together[0].codes == ("together", "transfer")
    assert (together[1].coders, together[1].missing) == ((eero,), (me,))
    assert [place.kind for place in found.places(rows["Obstacles"])] == [Kind.MISSING]
    (pair,) = found.rows(View.PAIR)
    assert found.places(pair) == together


def test_cases_and_documents_are_measured_apart(project: Project, document: str, eero: str, me: str) -> None:
    case = add_case(project, "Kartano", coder=me)
    assign(project, document, case.id, coder=me)
    add_case(project, "Empty", coder=me)
    found = Agreement.of(project, AgreementQuestion(code="paths"))
    (one,) = found.rows(View.CASE)
    (other,) = found.rows(View.DOCUMENT)
    assert one.measured.estimates == other.measured.estimates
    assert "One document: no interval." not in other.measured.cautions
    assert one.measured.estimates[Coefficient.KAPPA].value == 1
    assert [place.kind for place in found.places(one)] == [Kind.CODE]


def test_a_stretch_of_a_document_may_be_the_case(project: Project, document: str, eero: str, me: str) -> None:
    from coder.model import Membership

    case = add_case(project, "Kartano", coder=me)
    with project.change("assign", coder=None) as change:
        change.assign(Membership(document, case.id, Span(0, 120)))
    found = Agreement.of(project, AgreementQuestion(unit=Unit.CHARACTER))
    (row,) = found.rows(View.CASE)
    assert 0 < row.measured.units < 120
    assert [place.kind for place in found.places(row)] == [Kind.CODE]


def test_codes_and_documents_can_be_chosen(project: Project, eero: str) -> None:
    rows = by_code(Agreement.of(project, AgreementQuestion(codes=("obstacles",))))
    assert list(rows) == ["All codes together", "Obstacles", "Obstacles / No time"]
    assert rows["All codes together"].measured.some == 1


def test_one_coder_has_nobody_to_agree_with(project: Project, coded: Coding) -> None:
    with pytest.raises(InvalidValue, match="two coders"):
        Agreement.of(project, AgreementQuestion())
    assert [coder.name for coder in people(project)] == ["Maija"]


@pytest.mark.parametrize("unit", Unit)
@pytest.mark.parametrize("suffix", TABLE_WRITERS)
def test_a_table_names_its_unit_and_goes_into_every_file(project: Project, eero: str, unit: Unit, suffix: str) -> None:
    found = Agreement.of(project, AgreementQuestion(unit=unit))
    frame = table(found, View.CODE)
    assert set(frame["unit"]) == {unit.value}
    assert {"put by Maija", "put by Eero", "cautions"} <= set(frame.columns)
    read = {".csv": pd.read_csv, ".xlsx": pd.read_excel, ".parquet": pd.read_parquet}[suffix]
    assert len(read(BytesIO(as_file(found, suffix)))) == len(frame)


def test_the_terminal_tells_it_and_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "study.redthread"
    with Project.create(path, title="Study", coder="Maija") as made:
        me = made.coders()[0].id
        fill(made, me, documents=2)
        with made.change("add coder", coder=None) as change:
            change.save_coder(Coder("eero", "Eero"))
        for coder in (me, "eero"):
            code_document(made, made.documents()[0].id, coder)
    told = CliRunner().invoke(app, ["agreement", str(path), "--to", str(tmp_path / "agreement.xlsx")])
    assert told.exit_code == 0
    assert "Maija and Eero on 1 of 2 documents" in told.output
    assert "One document: no interval." in told.output
    assert "by code" in pd.read_excel(tmp_path / "agreement.xlsx", sheet_name=None)
    alone = CliRunner().invoke(app, ["agreement", str(path), "--coder", "Maija"])
    assert alone.exit_code == 1
    assert "choose at least two" in alone.output


def test_codings_on_labels_count_in_no_number_and_are_told(
    project: Project, document: str, eero: str, span_of: Find
) -> None:
    code_span(project, document, span_of("Aino:"), "time", coder=eero)
    found = Agreement.of(project, AgreementQuestion())
    assert found.read_together().outside == 1
    assert by_code(found)["Obstacles / No time"].measured.put == (0, 1)
