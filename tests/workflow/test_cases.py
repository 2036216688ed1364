from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.errors import InvalidValue, MalformedFile, UnknownItem
from coder.model import AttributeType, Case, Membership, Span
from coder.model.case import parse_value
from coder.store import Project
from coder.workflow.cases import (
    add_attribute,
    add_case,
    as_text,
    assign,
    case_named,
    import_case_table,
    remove_case,
    remove_cases,
    rename_case,
    set_cases,
    set_value,
    unassign,
)
from coder.workflow.codings import undo
from coder.workflow.documents import Source, import_documents


def types(project: Project) -> dict[str, AttributeType]:
    return {attribute.name: attribute.type for attribute in project.attributes()}


def values(project: Project) -> dict[str, dict[str, object]]:
    return {case.name: dict(case.values) for case in project.cases()}


def test_cases_are_added_renamed_and_removed(project: Project, me: str) -> None:
    case = add_case(project, "  Verso  day care ", coder=me)
    assert case.name == "Verso day care"
    rename_case(project, case.id, "Verso", coder=me)
    assert case_named(project, "verso").id == case.id
    remove_case(project, case.id, coder=me)
    assert project.cases() == []


@pytest.mark.parametrize("name", ["", "  ", "kartano"])
def test_a_case_needs_a_name_of_its_own(project: Project, me: str, name: str) -> None:
    add_case(project, "Kartano", coder=me)
    other = add_case(project, "Verso", coder=me)
    with pytest.raises(InvalidValue):
        add_case(project, name, coder=me)
    with pytest.raises(InvalidValue):
        rename_case(project, other.id, name, coder=me)


def test_an_unknown_case_is_told_with_those_there_are(project: Project, me: str) -> None:
    add_case(project, "Kartano", coder=me)
    with pytest.raises(UnknownItem, match="there are: Kartano"):
        case_named(project, "Kide")
    with pytest.raises(UnknownItem):
        rename_case(project, "nowhere", "Kide", coder=me)


def test_values_are_read_by_the_type_of_their_attribute(project: Project, me: str) -> None:
    case = add_case(project, "Kartano", coder=me)
    add_attribute(project, "homes", AttributeType.NUMBER, coder=me)
    set_value(project, case.id, "homes", "9", coder=me)
    assert values(project) == {"Kartano": {"homes": 9}}
    with pytest.raises(InvalidValue, match="homes of Kartano: 'nine' is not a number"):
        set_value(project, case.id, "homes", "nine", coder=me)
    set_value(project, case.id, "homes", "", coder=me)
    assert values(project) == {"Kartano": {}}


def test_an_attribute_needs_a_name_of_its_own_and_must_be_there(project: Project, me: str) -> None:
    case = add_case(project, "Kartano", coder=me)
    add_attribute(project, "homes", coder=me)
    for name in ("", "Homes"):
        with pytest.raises(InvalidValue):
            add_attribute(project, name, coder=me)
    with pytest.raises(UnknownItem, match="'sector'; add it first"):
        set_value(project, case.id, "sector", "care", coder=me)


def test_documents_belong_to_cases_wholly_or_in_part(project: Project, me: str, document: str) -> None:
    one, two = add_case(project, "Kartano", coder=me), add_case(project, "Verso", coder=me)
    assign(project, document, one.id, coder=me)
    assign(project, document, two.id, span=Span(0, 10), coder=me)
    assert set(project.memberships()) == {Membership(document, one.id), Membership(document, two.id, Span(0, 10))}
    unassign(project, document, one.id, coder=me)
    assert [membership.case for membership in project.memberships()] == [two.id]
    with pytest.raises(UnknownItem):
        assign(project, document, "nowhere", coder=me)


TABLE = """network,homes,light,since,sector
Kartano,9,yes,2021-03-18,elder care
Kide,6,no,2020-01-01,
"""


def test_many_documents_are_put_into_cases_and_out_of_others_with_one_undo(
    project: Project, me: str, document: str
) -> None:
    kide, kartano = (add_case(project, name, coder=me) for name in ("Kide", "Kartano"))
    (other,) = import_documents(
        project, [Source("b.txt", "Aino: Another talk.\n\nMaija: Yes.\n".encode)], coder="archive"
    )
    assert other.document is not None
    assign(project, document, kide.id, span=Span(0, 20), coder=me)
    before = project.memberships()
    set_cases(project, [document, other.document], [kide.id, kartano.id], coder=me)
    belongs = {(m.document, m.case): m.span for m in project.memberships()}
    assert belongs == {
        (document, kide.id): Span(0, 20),
        (document, kartano.id): None,
        (other.document, kide.id): None,
        (other.document, kartano.id): None,
    }
    assert project.can_undo(me) == "put 2 documents in Kide, Kartano"
    set_cases(project, [document], [], coder=me)
    assert {m.document for m in project.memberships()} == {other.document}
    undo(project, coder=me)
    undo(project, coder=me)
    assert project.memberships() == before


def test_several_cases_are_removed_with_one_undo(project: Project, me: str) -> None:
    made = [add_case(project, name, coder=me) for name in ("Kide", "Kartano", "Verso")]
    remove_cases(project, [case.id for case in made[:2]], coder=me)
    assert project.cases() == made[2:]
    undo(project, coder=me)
    assert project.cases() == made


def test_a_case_table_brings_cases_with_typed_values(project: Project, me: str) -> None:
    given_cases = import_case_table(project, "cases.csv", TABLE.encode(), coder=me)
    assert [case.name for case in given_cases] == ["Kartano", "Kide"]
    assert types(project) == {
        "homes": AttributeType.NUMBER,
        "light": AttributeType.BOOLEAN,
        "since": AttributeType.DATE,
        "sector": AttributeType.TEXT,
    }
    assert values(project) == {
        "Kartano": {"homes": 9, "light": True, "since": "2021-03-18", "sector": "elder care"},
        "Kide": {"homes": 6, "light": False, "since": "2020-01-01"},
    }


def test_a_case_table_is_one_change_and_once_is_enough(project: Project, me: str) -> None:
    before = project.revision
    import_case_table(project, "cases.csv", TABLE.encode(), coder=me)
    import_case_table(project, "cases.csv", TABLE.encode(), coder=me)
    assert project.revision == before + 1
    undo(project, coder=me)
    assert project.cases() == []
    assert project.attributes() == []


def test_a_second_table_completes_the_first(project: Project, me: str) -> None:
    import_case_table(project, "cases.csv", TABLE.encode(), coder=me)
    import_case_table(project, "more.csv", b"case,Homes,region\nkide,about six,Uusimaa\nVerso,12,\n", coder=me)
    assert types(project)["homes"] is AttributeType.TEXT
    found = values(project)
    assert found["Kartano"]["homes"] == "9"
    assert found["Kide"]["homes"] == "about six"
    assert (found["Kide"]["region"], found["Kide"]["light"]) == ("Uusimaa", False)
    assert found["Verso"] == {"homes": "12"}


def test_an_attribute_chosen_to_be_text_stays_text(project: Project, me: str) -> None:
    add_attribute(project, "homes", AttributeType.TEXT, coder=me)
    import_case_table(project, "cases.csv", TABLE.encode(), coder=me)
    assert types(project)["homes"] is AttributeType.TEXT
    assert values(project)["Kartano"]["homes"] == "9"


def test_columns_can_be_left_out(project: Project, me: str) -> None:
    import_case_table(project, "cases.csv", TABLE.encode(), coder=me, leave_out={"since", "light"})
    assert list(types(project)) == ["homes", "sector"]


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"case,a\n,1", "row 2: no case is named"), (b"case,a\nKide,1\nkide,2", "row 3: the case kide stands in row 2")],
)
def test_a_table_that_names_cases_wrongly_changes_nothing(
    project: Project, me: str, content: bytes, words: str
) -> None:
    before = project.revision
    with pytest.raises(MalformedFile, match=words):
        import_case_table(project, "cases.csv", content, coder=me)
    assert project.revision == before


@given(
    st.sampled_from(list(AttributeType)).flatmap(
        lambda kind: st.tuples(
            st.just(kind),
            {
                AttributeType.TEXT: st.text().map(str.strip).filter(bool),
                AttributeType.NUMBER: st.integers(-(10**12), 10**12)
                | st.floats(allow_nan=False, allow_infinity=False, width=32),
                AttributeType.BOOLEAN: st.booleans(),
                AttributeType.DATE: st.dates().map(lambda day: day.isoformat()),
            }[kind],
        )
    )
)
def test_a_value_typed_as_it_is_shown_is_the_same_value(pair: tuple[AttributeType, str | int | float | bool]) -> None:
    kind, value = pair
    assert parse_value(as_text(value), kind) == value


def test_a_case_without_attributes_is_a_case(project: Project, me: str) -> None:
    (case,) = import_case_table(project, "cases.csv", b"case\nKide\n", coder=me)
    assert case == Case(case.id, "Kide")
