"""Tables for analysts: domain values in, pandas DataFrames out."""

from coder.tables.cases import NO_CASE, case_by_code, case_words, told_apart, unread
from coder.tables.changes import changed_cells
from coder.tables.co_occurrence import Near, co_occurrence, codings_together
from coder.tables.contrasts import Said, contrast
from coder.tables.counting import codings_in
from coder.tables.crosstab import association, crosstab, values_of
from coder.tables.groups import (
    INTERVIEWER,
    NO_DATE,
    NOBODY,
    Period,
    by_group,
    code_by_date,
    code_by_kind,
    code_by_role,
    code_by_speaker,
    dates,
    kinds,
    roles,
    speakers,
    tenths,
    timeline,
)
from coder.tables.material import Material
from coder.tables.places import Stretches
from coder.tables.quotations import COLUMNS, attribute_column, clock, quotations

__all__ = [
    "COLUMNS",
    "INTERVIEWER",
    "NOBODY",
    "NO_CASE",
    "NO_DATE",
    "Material",
    "Near",
    "Period",
    "Said",
    "Stretches",
    "association",
    "attribute_column",
    "by_group",
    "case_by_code",
    "case_words",
    "changed_cells",
    "clock",
    "co_occurrence",
    "code_by_date",
    "code_by_kind",
    "code_by_role",
    "code_by_speaker",
    "codings_in",
    "codings_together",
    "contrast",
    "crosstab",
    "dates",
    "kinds",
    "quotations",
    "roles",
    "speakers",
    "tenths",
    "timeline",
    "told_apart",
    "unread",
    "values_of",
]
