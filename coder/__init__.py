"""Redthread's library: reading, coding, suggesting and comparing, without any screen.

For analysts: ``from coder import open_project``, then ``open_project("study.redthread").quotations()``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from coder.workflow.analysis import Analysis

__all__ = ["open_project"]


def open_project(path: Path | str) -> Analysis:
    """A project's tables as DataFrames, read only; see ``coder.workflow.analysis.Analysis``.

    Raises NotAProject, ProjectFromTheFuture, ProjectDamaged, ProjectUnavailable.
    """
    # Only now, so that whoever imports a part of the library does not wait for pandas.
    from coder.workflow import analysis

    return analysis.open_project(path)
