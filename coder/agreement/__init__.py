"""How far coders agree, on which unit, with intervals: pure functions over arrays."""

from coder.agreement.comparing import MIN_DOCUMENTS, Coefficient, Comparison, Estimate, Measured, Unit
from coder.agreement.continuum import Coded
from coder.agreement.differences import Kind, Place, places

__all__ = [
    "MIN_DOCUMENTS",
    "Coded",
    "Coefficient",
    "Comparison",
    "Estimate",
    "Kind",
    "Measured",
    "Place",
    "Unit",
    "places",
]
