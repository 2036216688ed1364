"""Answers to a survey: what a table of them holds, and the documents and cases that it can become.

A table comes from Qualtrics (with the rows that it puts above the answers), from REDCap (with the
data dictionary that names its fields) or from anywhere else. ``survey`` says what each column seems
to be, ``planned`` what would come of a choice of columns; nothing here is stored.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise, zip_longest

from coder.errors import InvalidValue, MalformedFile, UnreadableFile
from coder.formats.rows import Row, Sheet, read_sheet
from coder.model import AttributeType, DocumentKind, Reading, Span, ToldCase, Turn, TurnKind
from coder.model.case import attribute_type


class Maker(StrEnum):
    """Which program made the table."""

    QUALTRICS = "Qualtrics"
    REDCAP = "REDCap"
    OTHER = "a plain table"


class Use(StrEnum):
    """What a column becomes."""

    ANSWER = "open answer"
    CASE = "case"
    ATTRIBUTE = "attribute"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of answers: its ``name`` in the table, the ``question`` asked, and what it seems to be and ``why``.

    ``type`` is that of its values as an attribute; ``filled`` counts the rows that have a value.
    """

    name: str
    question: str
    use: Use
    why: str
    type: AttributeType
    filled: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Survey:
    """A table of answers as it was understood: a row a respondent, or several where a respondent answered again.

    ``sheets`` are the names of those in its workbook, if it is one.
    """

    name: str
    maker: Maker
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    occasions: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """The column of this name, in any case of letters, or with this question. Raises InvalidValue."""
        wanted = name.strip().casefold()
        for column in self.columns:
            if wanted in (column.name.casefold(), column.question.casefold()):
                return column
        known = ", ".join(column.name for column in self.columns)
        raise InvalidValue(f"{self.name} has no column {name!r}; it has: {known}")


@dataclass(frozen=True, slots=True)
class Choice:
    """Which columns (by name) become what. Without ``case``, a respondent is named by the number of the row."""

    answers: tuple[str, ...]
    case: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    by_question: bool = False


@dataclass(frozen=True, slots=True)
class Answers:
    """One document to be: its name, its text, and the cases that it belongs to, each wholly or for one stretch."""

    name: str
    reading: Reading
    cases: tuple[tuple[str, Span | None], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a choice of columns gives."""

    documents: tuple[Answers, ...]
    respondents: tuple[ToldCase, ...]
    remarks: tuple[str, ...] = ()


def survey(name: str, content: bytes, *, dictionary: tuple[str, bytes] | None = None, sheet: str = "") -> Survey:
    """Understand a table of answers; ``dictionary`` is REDCap's data dictionary, as file name and content.

    Of a workbook the ``sheet`` of this name is read, or else the first of several rows.

    Raises UnknownFormat, TooLarge, or MalformedFile for a table without a row of answers.
    """
    read = _below_its_title(read_sheet(name, content, sheet=sheet))
    found = _understood(name, read, _fields(*dictionary) if dictionary else {})
    return replace(found, sheets=read.sheets)


def _understood(name: str, sheet: Sheet, fields: Mapping[str, _Field]) -> Survey:
    if len(sheet.rows) < 2:
        raise MalformedFile(f"{name}: a table of answers needs a row of names and a row of answers")
    header = sheet.rows[0][1]
    names = _unique(header, max(len(cells) for _, cells in sheet.rows))
    head = _Head.of(sheet)
    body = [
        Row(number, {column: _at(cells, index) for index, column in enumerate(names)})
        for number, cells in sheet.rows[head.rows :]
    ]
    if not body:
        raise MalformedFile(f"{name}: nobody has answered yet; there is no row below the questions")
    if head.maker is Maker.OTHER and _from_redcap(names, fields):
        return _redcap(name, names, body, fields, sheet.remarks)
    questions = [_at(head.questions, index) or column for index, column in enumerate(names)]
    see = _Seen(body, head.maker)
    asks = [_for_text if _TEXT_FIELD.search(_at(head.marks, index)) else None for index in range(len(names))]
    columns = tuple(see.column(*each) for each in zip(names, questions, asks, strict=True))
    remarks = [*sheet.remarks, *_overfull(sheet, head.rows), *_previews(body, names)]
    return Survey(name, head.maker, see.with_one_case(columns), tuple(body), remarks=tuple(remarks))


def is_dictionary(name: str, content: bytes) -> bool:
    """Whether a table is a data dictionary of REDCap."""
    try:
        rows = read_sheet(name, content).rows
    except UnreadableFile:
        return False
    return bool(rows) and _dictionary_columns(rows[0][1]) is not None


def proposed(found: Survey) -> Choice:
    """The choice that the table suggests."""
    named = {use: tuple(column.name for column in found.columns if column.use is use) for use in Use}
    return Choice(named[Use.ANSWER], named[Use.CASE], named[Use.ATTRIBUTE])


def planned(found: Survey, choice: Choice) -> Plan:
    """The documents and cases of a choice: one document a respondent, or one a question.

    Each answer is a paragraph below a heading: the question, or in a document of one question the
    respondent. Who answered none of the questions is left out. Raises InvalidValue for a column that is
    not there, or where no column is chosen as open answer.
    """
    answers = [found.column(name) for name in choice.answers]
    if not answers:
        known = ", ".join(column.name for column in found.columns)
        raise InvalidValue(f"choose at least one column of open answers; {found.name} has: {known}")
    case = [found.column(name).name for name in choice.case]
    attributes = {column.name: _title(column, found) for column in map(found.column, choice.attributes)}
    spoken = [row for row in found.rows if any(row.cells[column.name] for column in answers)]
    names = {row.number: _case_name(row, case) for row in found.rows}
    heard = {names[row.number].casefold() for row in spoken}
    # What is known of a respondent may stand in another row than the answers.
    theirs = [row for row in found.rows if names[row.number].casefold() in heard]
    respondents, remarks = _respondents(theirs, names, attributes)
    documents = _by_question(spoken, names, answers) if choice.by_question else _by_row(found, spoken, names, answers)
    if silent := len(found.rows) - len(spoken):
        remarks.insert(0, f"left out, as none of these questions is answered: {_rows(silent)} of {len(found.rows)}")
    if case and (unnamed := sum(not _joined(row, case) for row in spoken)):
        remarks.append(f"{_rows(unnamed)} without the name of a case, called by the number of the row")
    return Plan(documents, respondents, tuple(remarks))


# --- what stands above the answers -----------------------------------------------------------------


def _below_its_title(sheet: Sheet) -> Sheet:
    """The same table without the lines of a title that an empty row sets apart from the names of the columns."""
    for index, ((before, _), (number, cells)) in enumerate(pairwise(sheet.rows[:6]), start=1):
        titles = [[cell for cell in line if cell] for _, line in sheet.rows[:index]]
        if number > before + 1 and sum(map(bool, cells)) > 1 and all(len(title) == 1 for title in titles):
            words = "; ".join(title[0] for title in titles)
            remark = f"rows above the names of the columns were left out: {_cut(words)}"
            return replace(sheet, rows=sheet.rows[index:], remarks=(*sheet.remarks, remark))
    return sheet


@dataclass(frozen=True, slots=True)
class _Head:
    maker: Maker
    rows: int
    questions: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()

    @classmethod
    def of(cls, sheet: Sheet) -> _Head:
        lines = [cells for _, cells in sheet.rows[:3]]
        for index, cells in enumerate(lines[1:], start=1):
            marks = [cell for cell in cells if cell]
            if sum(cell.startswith("{") and "ImportId" in cell for cell in marks) * 2 > len(marks):
                return cls(Maker.QUALTRICS, index + 1, lines[1] if index > 1 else (), cells)
        first, second = lines[0], {cell.casefold() for cell in lines[1]}
        if {"responseid", "responseset"} <= second or (_LEGACY.match(first[0]) and "responseid" in second):
            return cls(Maker.QUALTRICS, 2, lines[1])
        if not lines[1][0] and "open-ended response" in second:
            return cls(Maker.OTHER, 2, _in_two_rows(first, lines[1]))
        return cls(Maker.OTHER, 1)


def _in_two_rows(above: Sequence[str], below: Sequence[str]) -> tuple[str, ...]:
    """The questions of SurveyMonkey: what was asked stands once above its parts."""
    asked, questions = "", []
    for question, part in zip_longest(above, below, fillvalue=""):
        asked = question or asked
        questions.append(f"{asked}: {part}" if part and part.casefold() not in _ANY_ANSWER else asked)
    return tuple(questions)


_ANY_ANSWER = ("response", "open-ended response")
_LEGACY = re.compile(r"V\d+$|ResponseI[Dd]$")


def _unique(header: Sequence[str], width: int) -> list[str]:
    """A name of its own for every column: those without one by their letter, a repeated one with a number."""
    names: list[str] = []
    for index in range(width):
        wanted = " ".join(_at(header, index).split()) or f"column {_letters(index)}"
        name, number = wanted, 2
        while name in names:
            name, number = f"{wanted} ({number})", number + 1
        names.append(name)
    return names


def _overfull(sheet: Sheet, head: int) -> list[str]:
    width = max(len(cells) for _, cells in sheet.rows[:head])
    overfull = [number for number, cells in sheet.rows if len(cells) > width]
    if not overfull:
        return []
    return [f"row {overfull[0]} has more cells than the first row has names; are there separators inside an answer?"]


def _letters(index: int) -> str:
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _at(cells: Sequence[str], index: int) -> str:
    return cells[index] if index < len(cells) else ""


def _previews(rows: Sequence[Row], names: Sequence[str]) -> list[str]:
    status = next((name for name in names if name.casefold() in ("status", "response type")), None)
    trials = sum(row.cells[status].casefold() in ("survey preview", "survey test") for row in rows) if status else 0
    return [f"trials of the survey, by their {status}: {_rows(trials)}; take them out if they are not meant"] * (
        trials > 0
    )


# --- what each column is ---------------------------------------------------------------------------

_CASES = re.compile(
    r"(response|respondent|participant|record|case|subject|interviewee|person|vastaaja|vastaus|tapaus)?[ _-]?"
    r"(id|number|no|nr|code|key|token|tunnus|numero)|respondent|participant|case|person|interviewee|informant|"
    r"pseudonym|nimimerkki|vastaaja|tapaus",
    re.IGNORECASE,
)
_PERSONAL = re.compile(
    r"ip ?address|recipient(last|first)?(name|email)|.*e-?mail.*|(last|first|full|sur)[ _-]?name|name[ _-](last|first)|"
    r"location(latitude|longitude)|latitude|longitude|.*phone.*|puhelin.*|sähköposti.*|etunimi|sukunimi|address|"
    r"(street|home) ?address|osoite|date of birth|dob|externaldata(reference)?|external ?reference",
    re.IGNORECASE,
)
_FRAME = re.compile(
    r"startdate|enddate|start ?time|end ?time|(start|completion) time|recordeddate|status|progress|finished|"
    r"duration.*|distributionchannel|timestamp|time ?stamp|aikaleima|submitdate|datestamp|lastpage|startlanguage|seed|"
    r"responseset|last modified time|token|refurl|.*_(first|last) click|.*_page submit|.*_click count|userlanguage",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\S+@\S+\.\w+|\d{1,3}(\.\d{1,3}){3}")
_TEXT_FIELD = re.compile(r"_TEXT[\"_]")
"""In Qualtrics' own name of a column: people could write what they wanted."""
_MANY, _FEW = 25, 40
"""Words of one answer that make a column open; different values that an attribute may have."""


class _Seen:
    """What the values of the columns of one table tell."""

    def __init__(self, rows: Sequence[Row], maker: Maker) -> None:
        self.rows = rows
        self.maker = maker

    def column(self, name: str, question: str, ask: Callable[[Sequence[str]], tuple[Use, str]] | None = None) -> Column:
        values = [row.cells[name] for row in self.rows if row.cells[name]]
        use, why = ask(values) if ask and values else self.use(name, values)
        examples = tuple(dict.fromkeys(values))[:3]
        return Column(name, question, use, why, attribute_type(values), len(values), examples)

    def use(self, name: str, values: Sequence[str]) -> tuple[Use, str]:
        if not values:
            return Use.LEFT_OUT, "empty"
        if _PERSONAL.fullmatch(name) or sum(map(bool, map(_ADDRESS.fullmatch, values))) * 2 > len(values):
            return Use.LEFT_OUT, "may identify a person"
        apart = len(set(values)) == len(values)
        if _CASES.fullmatch(name) and (apart or self.maker is Maker.OTHER) and _longest(values) <= 8:
            return Use.CASE, "names who answered"
        if _FRAME.fullmatch(name):
            return Use.LEFT_OUT, "about the filling in, not an answer"
        return _by_values(values)

    def with_one_case(self, columns: Sequence[Column]) -> tuple[Column, ...]:
        """The same columns, one at most naming who answered: the first that seems to, or that tells all rows."""
        found = next((column for column in columns if column.use is Use.CASE), None)
        if found is None and self._names_rows(columns[0]):
            found = columns[0]
            columns = (replace(found, use=Use.CASE, why="different in every row"), *columns[1:])
        return tuple(
            replace(column, use=Use.LEFT_OUT, why=f"as {found.name}")
            if found and column.use is Use.CASE and column.name != found.name
            else column
            for column in columns
        )

    def _names_rows(self, column: Column) -> bool:
        values = [row.cells[column.name] for row in self.rows]
        short = column.use in (Use.ATTRIBUTE, Use.LEFT_OUT) and column.type is AttributeType.TEXT
        known = _PERSONAL.fullmatch(column.name) or _FRAME.fullmatch(column.name)
        return short and not known and all(values) and len(set(values)) == len(values) > 2 and _longest(values) <= 4


def _by_values(values: Sequence[str]) -> tuple[Use, str]:
    different = len(set(values))
    mean = sum(len(value.split()) for value in values) / len(values)
    numbers = attribute_type(list(values)) in (AttributeType.NUMBER, AttributeType.DATE)
    # A choice of long options has many words, and few different values.
    free = different > max(3, len(values) / 3) or len(values) <= 3
    if not numbers and free and (mean >= 5 or _longest(values) >= _MANY):
        return Use.ANSWER, f"people wrote {mean:.0f} words on the average"
    if numbers or different <= min(_FEW, max(5, len(values) / 2)):
        return Use.ATTRIBUTE, f"{different} different values" if different > 1 else "the same value everywhere"
    return Use.LEFT_OUT, "many different short values"


def _for_text(values: Sequence[str]) -> tuple[Use, str]:
    numbers = attribute_type(list(values)) in (AttributeType.NUMBER, AttributeType.DATE)
    return _by_values(values) if numbers else (Use.ANSWER, "a field for text")


def _longest(values: Iterable[str]) -> int:
    return max((len(value.split()) for value in values), default=0)


# --- REDCap ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Field:
    """A row of the data dictionary; ``choices`` are labels by code."""

    name: str
    kind: str
    label: str
    choices: Mapping[str, str]
    validated: bool
    personal: bool


_OCCASIONS = ("redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance")
_CHECKBOX = re.compile(r"(.+?)___(.+)")
_MARKS = re.compile(r"<[^<>]{1,200}>")
_YES = {"0": "no", "1": "yes"}
_SPELLINGS = {
    "name": ("variable / field name", "field_name"),
    "kind": ("field type", "field_type"),
    "label": ("field label", "field_label"),
    "choices": ("choices, calculations, or slider labels", "select_choices_or_calculations"),
    "validated": (
        "text validation type or show slider number",
        "text_validation_type_or_show_slider_number",
    ),
    "personal": ("identifier?", "identifier"),
}


def _dictionary_columns(header: Sequence[str]) -> dict[str, int] | None:
    places = {cell.casefold(): index for index, cell in enumerate(header)}
    found = {
        what: next((places[spelling] for spelling in spellings if spelling in places), -1)
        for what, spellings in _SPELLINGS.items()
    }
    return found if min(found["name"], found["kind"], found["label"]) >= 0 else None


def _fields(name: str, content: bytes) -> dict[str, _Field]:
    rows = read_sheet(name, content).rows
    places = _dictionary_columns(rows[0][1]) if rows else None
    if places is None:
        raise MalformedFile(f"{name}: not a data dictionary of REDCap: no columns for field name, type, label")
    found = {}
    for _, cells in rows[1:]:
        told = {what: _at(cells, index) if index >= 0 else "" for what, index in places.items()}
        choices = {}
        if told["kind"] in ("radio", "dropdown", "checkbox"):
            parts = (part.partition(",") for part in told["choices"].split("|"))
            choices = {code.strip(): _without_marks(label) for code, _, label in parts if code.strip()}
        elif told["kind"] in ("yesno", "truefalse"):
            choices = _YES
        found[told["name"]] = _Field(
            told["name"],
            told["kind"],
            _without_marks(told["label"]) or told["name"],
            choices,
            bool(told["validated"]),
            told["personal"].casefold() in ("y", "yes"),
        )
    return found


def _without_marks(text: str) -> str:
    return " ".join(_MARKS.sub(" ", text).split())


def _from_redcap(names: Sequence[str], fields: Mapping[str, _Field]) -> bool:
    if fields:
        return names[0] in fields
    return any(name in _OCCASIONS for name in names) or (
        names[0].casefold() == "record_id" and any(name.endswith("_complete") for name in names)
    )


def _redcap(
    name: str, names: Sequence[str], rows: Sequence[Row], fields: Mapping[str, _Field], remarks: Sequence[str]
) -> Survey:
    spelt = [Row(row.number, {n: _spelt(n, text, fields) for n, text in row.cells.items()}) for row in rows]
    see = _Seen(spelt, Maker.REDCAP)
    columns = []
    for column in names:
        found = see.column(column, _asked(column, fields), _asker(column, names[0], fields))
        columns.append(found)
    told = list(remarks)
    if not fields:
        told.append("made by REDCap: with its data dictionary beside it, questions and labels would be known, too")
    elif unknown := [n for n in names if n not in fields and not _CHECKBOX.match(n) and not _of_redcap(n)]:
        told.append(f"not in the data dictionary: {', '.join(unknown[:5])}{' ...' if len(unknown) > 5 else ''}")
    occasions = tuple(column for column in _OCCASIONS if column in names)
    return Survey(name, Maker.REDCAP, tuple(columns), tuple(spelt), occasions, tuple(told))


def _spelt(column: str, text: str, fields: Mapping[str, _Field]) -> str:
    """A value with the label of its code."""
    if box := _CHECKBOX.match(column):
        return _YES.get(text, text) if box[1] in fields or not fields else text
    return fields[column].choices.get(text, text) if column in fields else text


def _asked(column: str, fields: Mapping[str, _Field]) -> str:
    if (box := _CHECKBOX.match(column)) and box[1] in fields:
        found = fields[box[1]]
        # In the names of its columns REDCap writes -1 as _1, and letters small.
        labels = {code.casefold().replace("-", "_"): label for code, label in found.choices.items()}
        return f"{found.label}: {labels.get(box[2].casefold(), box[2])}"
    return fields[column].label if column in fields else column


def _of_redcap(column: str) -> bool:
    return column.startswith("redcap_") or column.endswith(("_complete", "_timestamp"))


def _asker(column: str, first: str, fields: Mapping[str, _Field]) -> Callable[[Sequence[str]], tuple[Use, str]] | None:
    """What REDCap itself says a column is, where it does."""
    if column == first:
        return lambda values: (Use.CASE, "names the record")
    if _of_redcap(column):
        return lambda values: (Use.LEFT_OUT, "about the filling in, not an answer")
    if _CHECKBOX.match(column):
        return lambda values: (Use.ATTRIBUTE, "a box to check")
    if (found := fields.get(column)) is None:
        return None
    if found.personal:
        return lambda values: (Use.LEFT_OUT, "marked as identifying a person")
    if found.kind == "notes":
        return lambda values: (Use.ANSWER, "a field for notes")
    if found.kind == "text" and not found.validated:
        return None
    return lambda values: (Use.ATTRIBUTE, f"a field of the kind {found.kind}")


# --- documents and cases ---------------------------------------------------------------------------


def _title(column: Column, found: Survey) -> str:
    """What a column is called as an attribute: its question where that is short and no other column's."""
    asked = [other.question for other in found.columns].count(column.question)
    return column.question if len(column.question) <= 60 and asked == 1 else column.name


def _joined(row: Row, columns: Sequence[str]) -> str:
    return ", ".join(" ".join(row.cells[column].split()) for column in columns if row.cells[column])


def _case_name(row: Row, columns: Sequence[str]) -> str:
    return _joined(row, columns) or f"Respondent in row {row.number}"


def _respondents(
    rows: Sequence[Row], names: Mapping[int, str], attributes: Mapping[str, str]
) -> tuple[tuple[ToldCase, ...], list[str]]:
    known: dict[str, tuple[str, dict[str, str]]] = {}
    differing: Counter[str] = Counter()
    for row in rows:
        _, values = known.setdefault(names[row.number].casefold(), (names[row.number], {}))
        for column, title in attributes.items():
            if text := row.cells[column]:
                differing[title] += values.setdefault(title, text) != text
    remarks = [
        f"{title}: differs within a case in {_rows(times)}; the first value is kept"
        for title, times in differing.items()
        if times
    ]
    return tuple(ToldCase(name, values) for name, values in known.values()), remarks


def _by_row(
    found: Survey, rows: Sequence[Row], names: Mapping[int, str], answers: Sequence[Column]
) -> tuple[Answers, ...]:
    documents = []
    for row in rows:
        occasion = _joined(row, found.occasions)
        name = names[row.number] + (f", {occasion}" if occasion else "")
        parts = [(column.question, row.cells[column.name]) for column in answers if row.cells[column.name]]
        reading, _ = _read(parts)
        documents.append(Answers(name, reading, ((names[row.number], None),)))
    return tuple(documents)


def _by_question(rows: Sequence[Row], names: Mapping[int, str], answers: Sequence[Column]) -> tuple[Answers, ...]:
    documents = []
    for column in answers:
        answered = [row for row in rows if row.cells[column.name]]
        if not answered:
            continue
        reading, spans = _read([(names[row.number], row.cells[column.name]) for row in answered])
        cases = tuple((names[row.number], span) for row, span in zip(answered, spans, strict=True))
        documents.append(Answers(_cut(column.question), reading, cases))
    return tuple(documents)


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number:,} rows"


def _cut(question: str) -> str:
    line = " ".join(question.split())
    return line if len(line) <= 80 else line[:79].rstrip() + "…"


def _read(parts: Iterable[tuple[str, str]]) -> tuple[Reading, list[Span]]:
    """A text of headings, each with an answer below it; and where the answers stand."""
    text: list[str] = []
    turns: list[Turn] = []
    spans: list[Span] = []
    position = 0
    for heading, answer in parts:
        title = " ".join(heading.replace("\ufeff", " ").split()) or "…"
        below = position + len(title) + 2
        turns.append(Turn(Span(position, position + len(title)), TurnKind.HEADING, level=2))
        spans.append(Span(below, below + len(answer)))
        turns.append(Turn(spans[-1], TurnKind.PARAGRAPH))
        text.append(f"{title}\n\n{answer}\n")
        position = spans[-1].end + 2
    return Reading("\n".join(text), tuple(turns), DocumentKind.SURVEY_ANSWERS), spans
