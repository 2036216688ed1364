"""Cases, what is known about them, and which documents belong to them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from coder.errors import InvalidValue, MalformedFile, StaleEdit, UnknownItem
from coder.formats.rows import Table, read_table
from coder.model import Attribute, AttributeType, Case, Membership, Span, ToldCase, Value, new_id
from coder.model.case import attribute_type, parse_value
from coder.store import Change, Project
from coder.workflow.permission import change_by


def found_case(project: Project, case: str) -> Case:
    """The case with this id. Raises UnknownItem."""
    found = next((known for known in project.cases() if known.id == case), None)
    if found is None:
        raise UnknownItem(f"no case with the id {case} in this project")
    return found


def case_named(project: Project, name: str) -> Case:
    """The case of this name, in any case of letters. Raises UnknownItem that tells the names there are."""
    cases = project.cases()
    found = next((known for known in cases if known.name.casefold() == name.strip().casefold()), None)
    if found is None:
        known = ", ".join(case.name for case in cases) or "none yet"
        raise UnknownItem(f"no case named {name!r}; there are: {known}")
    return found


def add_case(project: Project, name: str, *, coder: str) -> Case:
    """A new case without values. Raises InvalidValue for an empty or taken name."""
    with change_by(project, coder, "add case", summary=f"add case {name.strip()}") as change:
        case = Case(new_id(), _free_to_take(name, project.cases()))
        change.save_case(case)
    return case


def rename_case(project: Project, case: str, name: str, *, coder: str) -> Case:
    """Another name for a case. Raises UnknownItem, or InvalidValue for an empty or taken name."""
    with change_by(project, coder, "rename case", summary=f"rename case to {name.strip()}") as change:
        found = found_case(project, case)
        renamed = replace(found, name=_free_to_take(name, [c for c in project.cases() if c.id != case]))
        change.save_case(renamed)
    return renamed


def remove_case(project: Project, case: str, *, coder: str) -> None:
    """Take a case away; its documents stay and belong to it no longer. Raises UnknownItem."""
    remove_cases(project, [case], coder=coder)


def remove_cases(project: Project, cases: Sequence[str], *, coder: str) -> None:
    """Take cases away, in one change; their documents stay. Raises UnknownItem."""
    names = [found_case(project, case).name for case in cases]
    what = f"case {names[0]}" if len(names) == 1 else f"{len(names)} cases"
    with change_by(project, coder, "remove case", summary=f"remove {what}") as change:
        for case in cases:
            change.remove_case(found_case(project, case).id)


def add_attribute(project: Project, name: str, type: AttributeType = AttributeType.TEXT, *, coder: str) -> Attribute:
    """Something more to know about every case. Raises InvalidValue for an empty or taken name."""
    with change_by(project, coder, "add attribute", summary=f"add attribute {name.strip()}") as change:
        attribute = Attribute(name.strip(), type)
        if not attribute.name:
            raise InvalidValue("an attribute needs a name")
        if attribute.name.casefold() in {known.name.casefold() for known in project.attributes()}:
            raise InvalidValue(f"there is an attribute {attribute.name} already")
        change.save_attribute(attribute)
    return attribute


def set_value(project: Project, case: str, attribute: str, text: str, *, coder: str, seen: str | None = None) -> Case:
    """What is known about a case, as it was typed; empty text means not known. ``seen`` is what stood there before.

    Raises StaleEdit where something else stands there by now, UnknownItem, or InvalidValue where the text does not
    fit the attribute's type.
    """
    summary = f"set {attribute} of {found_case(project, case).name}"
    with change_by(project, coder, "set value", summary=summary) as change:
        found = found_case(project, case)
        kind = next((known.type for known in project.attributes() if known.name == attribute), None)
        if kind is None:
            raise UnknownItem(f"no attribute {attribute!r}; add it first")
        try:
            value = parse_value(text, kind)
        except ValueError as error:
            raise InvalidValue(f"{attribute} of {found.name}: {error}") from error
        stands = as_text(found.values.get(attribute))
        if seen is not None and stands not in (seen, as_text(value)):
            versions = [(f"{attribute} of {found.name}", stands, text)]
            raise StaleEdit(f"somebody changed {attribute} of {found.name} meanwhile", versions=versions)
        changed = replace(found, values=_known_values({**found.values, attribute: value}))
        change.save_case(changed)
    return changed


def assign(project: Project, document: str, case: str, *, span: Span | None = None, coder: str) -> None:
    """Let a document, or one stretch of it, belong to a case. Raises UnknownItem."""
    summary = f"put {project.document(document).name} in {found_case(project, case).name}"
    with change_by(project, coder, "put document in case", summary=summary) as change:
        change.assign(Membership(project.document(document).id, found_case(project, case).id, span))


def unassign(project: Project, document: str, case: str, *, coder: str) -> None:
    """Let a document no longer belong to a case. Raises UnknownItem."""
    summary = f"take {project.document(document).name} out of {found_case(project, case).name}"
    with change_by(project, coder, "take document out of case", summary=summary) as change:
        change.unassign(project.document(document).id, found_case(project, case).id)


def set_cases(project: Project, documents: Sequence[str], cases: Collection[str], *, coder: str) -> None:
    """Let documents belong to these cases (ids) and to no others, in one change.

    Stretches that belong to one of these cases already stay so. Raises UnknownItem.
    """
    found = {document: project.document(document).name for document in documents}
    named = ", ".join(found_case(project, case).name for case in cases) or "no case"
    what = next(iter(found.values())) if len(found) == 1 else f"{len(found)} documents"
    with change_by(project, coder, "put documents in cases", summary=f"put {what} in {named}") as change:
        before = {(membership.document, membership.case) for membership in project.memberships()}
        for document in found:
            has = {case for belonging, case in before if belonging == document}
            for case in has - set(cases):
                change.unassign(document, case)
            for case in set(cases) - has:
                change.assign(Membership(document, case))


def import_case_table(
    project: Project, name: str, content: bytes, *, coder: str, leave_out: Collection[str] = ()
) -> list[Case]:
    """Cases and their attributes from a table whose first column names the case; gives the cases of the table.

    The type of a column is the narrowest that fits all that is known. Cases that exist already take
    the new values; an empty cell changes nothing. ``leave_out`` names columns that are not attributes.
    Raises UnknownFormat or MalformedFile, with the row; then nothing is changed.
    """
    table = read_table(name, content)
    _check_case_names(name, table)
    columns = [column for column in table.columns[1:] if column not in leave_out]
    told = [
        ToldCase(row.cells[table.columns[0]], {column: row.cells[column] for column in columns}) for row in table.rows
    ]
    with change_by(project, coder, "import case table", summary=f"import case table {name}") as change:
        return list(tell_cases(project, change, told, attributes=columns).values())


def tell_cases(
    project: Project, change: Change, told: Sequence[ToldCase], *, attributes: Sequence[str] = ()
) -> dict[str, Case]:
    """Write within a change what files tell of cases; the cases told of, by name in small letters.

    New cases and attributes (those named in ``attributes`` even without a value) are made. The type of an
    attribute is the narrowest that fits all that is known. An empty value changes nothing.
    """
    standing = {case.id: case for case in project.cases()}
    known = project.attributes()
    spelt = {attribute.name.casefold(): attribute.name for attribute in known}
    for name in (*attributes, *(name for case in told for name in case.values)):
        spelt.setdefault(name.casefold(), name)
    rows = [(case.name, {spelt[name.casefold()]: text for name, text in case.values.items()}) for case in told]
    columns = dict.fromkeys(
        [*(spelt[name.casefold()] for name in attributes), *(name for _, row in rows for name in row)]
    )
    after = _merged(list(standing.values()), known, rows, list(columns))
    for attribute in after.attributes:
        change.save_attribute(attribute)
    for case in after.cases:
        if standing.get(case.id) != case:
            change.save_case(case)
    by_name = {case.name.casefold(): case for case in after.cases}
    return {name: by_name[name] for name in dict.fromkeys(case_key(case.name) for case in told)}


@dataclass(frozen=True, slots=True)
class _CaseTable:
    attributes: tuple[Attribute, ...]
    cases: tuple[Case, ...]


def _merged(
    cases: Sequence[Case],
    attributes: Sequence[Attribute],
    rows: Sequence[tuple[str, Mapping[str, str]]],
    columns: Sequence[str],
) -> _CaseTable:
    """What is known of all cases once these rows, a name and values by attribute, are known too."""
    types = {attribute.name: attribute.type for attribute in attributes}
    known: dict[str, tuple[Case, dict[str, str]]] = {
        case.name.casefold(): (case, {a: as_text(value) for a, value in case.values.items()}) for case in cases
    }
    for name, told in rows:
        _, texts = known.setdefault(case_key(name), (Case(new_id(), _cleaned(name)), {}))
        texts.update({attribute: text for attribute, text in told.items() if text})
    for attribute in columns:
        # A researcher's choice of text is kept, whatever the values look like.
        if types.get(attribute) is not AttributeType.TEXT:
            types[attribute] = attribute_type([texts.get(attribute, "") for _, texts in known.values()])
    return _CaseTable(
        tuple(Attribute(attribute, types[attribute]) for attribute in columns),
        tuple(
            replace(case, values=_known_values({a: parse_value(text, types[a]) for a, text in texts.items()}))
            for case, texts in known.values()
        ),
    )


def as_text(value: Value) -> str:
    """A value as a researcher would type it: yes and no, dates like 2021-03-04, empty where not known."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _known_values(values: Mapping[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in values.items() if value is not None}


def _free_to_take(name: str, others: Sequence[Case]) -> str:
    cleaned = _cleaned(name)
    if not cleaned:
        raise InvalidValue("a case needs a name")
    if cleaned.casefold() in {other.name.casefold() for other in others}:
        raise InvalidValue(f"another case is named {cleaned}; choose another name")
    return cleaned


def case_key(name: str) -> str:
    """What two spellings of the name of one case have in common."""
    return _cleaned(name).casefold()


def _cleaned(name: str) -> str:
    return " ".join(name.split())


def _check_case_names(name: str, table: Table) -> None:
    first = table.columns[0]
    seen: dict[str, int] = {}
    for row in table.rows:
        case = row.cells[first].casefold()
        if not case:
            raise MalformedFile(f"{name}, row {row.number}: no case is named in the column {first!r}")
        if case in seen:
            raise MalformedFile(f"{name}, row {row.number}: the case {row.cells[first]} stands in row {seen[case]} too")
        seen[case] = row.number
