"""The one door to the project file."""

from coder.store.accounts import Account, Accounts, Ticket
from coder.store.change import Change
from coder.store.project import Project
from coder.store.rows import CodebookVersion, coding_in, decision_in

__all__ = [
    "Account",
    "Accounts",
    "Change",
    "CodebookVersion",
    "Project",
    "Ticket",
    "coding_in",
    "decision_in",
]
