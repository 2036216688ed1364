"""The accounts of a team server: a file of their own beside its projects, never in a project."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from coder.errors import NotAProject, ProjectUnavailable
from coder.store.file import ProjectFile

APPLICATION_ID = 0x52445441
"""``RDTA`` in the header of the file."""

_TABLES = (
    """CREATE TABLE account (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, known_as TEXT NOT NULL UNIQUE, email TEXT UNIQUE,
        owner INTEGER NOT NULL, closed INTEGER NOT NULL, password TEXT, created TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE ticket (
        hash TEXT PRIMARY KEY, kind TEXT NOT NULL, account TEXT NOT NULL REFERENCES account,
        begun REAL NOT NULL, used REAL NOT NULL, expires REAL NOT NULL
    ) STRICT""",
    "CREATE TABLE failure (known_as TEXT NOT NULL, at REAL NOT NULL) STRICT",
)
_ACCOUNT = "SELECT id, name, email, owner, closed, password FROM account "


@dataclass(frozen=True, slots=True)
class Account:
    """Who may sign in. ``password`` is the argon2id hash, None before one was chosen; ``owner`` invites others.

    In every project of the server this person is the coder of the same name.
    """

    id: str
    name: str
    email: str | None = None
    owner: bool = False
    closed: bool = False
    password: str | None = None


@dataclass(frozen=True, slots=True)
class Ticket:
    """What stands for an account until it expires: a session, an invitation, a passage from another sign-in.

    Only its hash is stored. Times are seconds since 1970.
    """

    hash: str
    kind: str
    account: str
    begun: float
    used: float
    expires: float


class Accounts:
    """The file with the accounts. Cheap to open; one object is for one thread.

    Every method may raise ProjectUnavailable or ProjectDamaged.
    """

    def __init__(self, file: ProjectFile) -> None:
        self._file = file

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the accounts, or begin them in a file that only who runs the server may read.

        Raises NotAProject for a file of another kind, ProjectUnavailable.
        """
        if not path.exists():
            _begin(path)
        file = ProjectFile.connect(str(path))
        if file.value("PRAGMA application_id") != APPLICATION_ID:
            file.close()
            raise NotAProject(f"{path} does not hold the accounts of a server; move it away, and begin anew")
        return cls(file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    # --- accounts ------------------------------------------------------------------------------

    def all(self) -> list[Account]:
        """Every account, also closed ones, in the order they were made."""
        return [_account(values) for values in self._file.rows(_ACCOUNT + "ORDER BY created, id")]

    def find(self, *, id: str | None = None, known_as: str | None = None, email: str | None = None) -> Account | None:
        """The account with this id, name as it is compared, or address; None if there is none."""
        found = self._file.rows(_ACCOUNT + "WHERE id = ? OR known_as = ? OR email = ?", (id, known_as, email))
        return _account(found[0]) if found else None

    def save(self, account: Account, *, known_as: str, at: str) -> None:
        """Store an account, new or changed; ``at`` is when it was made."""
        with self._file.transaction():
            self._file.write(
                "INSERT INTO account VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
                "name = excluded.name, known_as = excluded.known_as, email = excluded.email, owner = excluded.owner, "
                "closed = excluded.closed, password = excluded.password",
                (
                    account.id, account.name, known_as, account.email,
                    int(account.owner), int(account.closed), account.password, at,
                ),
            )  # fmt: skip

    # --- tickets -------------------------------------------------------------------------------

    def ticket(self, hash: str, kind: str) -> Ticket | None:
        """The ticket of this hash and kind, also an expired one."""
        found = self._file.rows("SELECT * FROM ticket WHERE hash = ? AND kind = ?", (hash, kind))
        return Ticket(*found[0]) if found else None

    def save_ticket(self, ticket: Ticket, *, now: float) -> None:
        """Store a ticket, new or used again; expired ones go."""
        with self._file.transaction():
            self._file.write("DELETE FROM ticket WHERE expires < ?", (now,))
            self._file.write(
                "INSERT INTO ticket VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (hash) DO UPDATE SET "
                "used = excluded.used, expires = excluded.expires",
                (ticket.hash, ticket.kind, ticket.account, ticket.begun, ticket.used, ticket.expires),
            )

    def take_ticket(self, hash: str, kind: str) -> Ticket | None:
        """Take a ticket away and give it, so that it serves one taker only; None if it is not there."""
        with self._file.transaction():
            found = self.ticket(hash, kind)
            if found is not None:
                self._file.write("DELETE FROM ticket WHERE hash = ?", (hash,))
        return found

    def end_tickets(self, account: str) -> None:
        """Take away everything that stands for an account."""
        with self._file.transaction():
            self._file.write("DELETE FROM ticket WHERE account = ?", (account,))

    # --- guessing ------------------------------------------------------------------------------

    def may_try(self, known_as: str, *, at: float, since: float, times: int, times_of_all: int) -> bool:
        """Whether signing in under this name may be tried: it failed less often ``since`` then, and so did all names.

        Where it may, it counts as failed from now on, until it is forgiven; what failed earlier goes.
        """
        # In one transaction, so that of many who try at once no more get through than of as many one after another.
        with self._file.transaction():
            self._file.write("DELETE FROM failure WHERE at <= ?", (since,))
            one = int(self._file.value("SELECT count(*) FROM failure WHERE known_as = ?", (known_as,)))
            may = one < times and int(self._file.value("SELECT count(*) FROM failure")) < times_of_all
            if may:
                self._file.write("INSERT INTO failure VALUES (?, ?)", (known_as, at))
        return may

    def forgive(self, known_as: str) -> None:
        """Forget what failed under this name."""
        with self._file.transaction():
            self._file.write("DELETE FROM failure WHERE known_as = ?", (known_as,))


def _begin(path: Path) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except OSError as error:
        raise ProjectUnavailable(f"no accounts can be kept at {path}: {error.strerror}") from error
    try:
        file = ProjectFile.connect(str(part))
        with file.transaction():
            for table in _TABLES:
                file.write(table)
            file.write(f"PRAGMA application_id = {APPLICATION_ID}")
        file.close()
        with suppress(FileExistsError):
            # Another process was faster: its accounts stand.
            os.link(part, path)
    finally:
        part.unlink()


def _account(values: tuple[Any, ...]) -> Account:
    id, name, email, owner, closed, password = values
    return Account(id, name, email, bool(owner), bool(closed), password)
