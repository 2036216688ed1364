"""Tables for analysts: domain values in, pandas DataFrames out."""

from coder.tables.cases import NO_CASE, Measure, case_by_code, case_words
from coder.tables.material import Material
from coder.tables.quotations import COLUMNS, attribute_column, clock, quotations

__all__ = [
    "COLUMNS",
    "NO_CASE",
    "Material",
    "Measure",
    "attribute_column",
    "case_by_code",
    "case_words",
    "clock",
    "quotations",
]
