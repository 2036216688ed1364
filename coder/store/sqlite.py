"""sqlite-utils, without pandas and NumPy, and quick to make tables.

It loads both wherever they are installed, only to know which column types their numbers would get. Tables here have
their types from the schema, and the app's first screen would wait for both longer than for all else that it needs.
"""

from __future__ import annotations

import sqlite3
import sys

_UNNEEDED = {"numpy", "pandas"} - sys.modules.keys()
# A module that is None cannot be imported, and sqlite-utils goes on without it.
sys.modules.update(dict.fromkeys(_UNNEEDED))  # type: ignore[arg-type]
try:
    from sqlite_utils import Database, Migrations
finally:
    for _name in _UNNEEDED:
        del sys.modules[_name]

__all__ = ["Database", "Migrations", "QuickDatabase"]


class QuickDatabase(Database):
    """A database that looks for the end of a statement at each semicolon of a script.

    In a transaction sqlite-utils looks after each character, for most of the time that a new project takes.
    """

    def executescript(self, sql: str) -> sqlite3.Cursor:
        cursor = self.conn.cursor()
        statement = ""
        for piece in sql.split(";"):
            statement += f"{piece};"
            if sqlite3.complete_statement(statement):
                cursor.execute(statement)
                statement = ""
        if statement:
            # Without its end, which SQLite tells.
            cursor.execute(statement)
        return cursor
