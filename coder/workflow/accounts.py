"""Signing in to a team server: accounts, invitations, sessions, and a limit against guessing.

On a server everybody is the coder of their own name, in every project of its folder, and nobody else.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from dataclasses import replace
from pathlib import Path
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from coder.errors import CodingError, InvalidValue, NotAllowed, ProjectError, UnknownItem
from coder.model import Coder, Role, new_id, now
from coder.store import Account, Accounts, Project, Ticket
from coder.workflow.coders import known_as
from coder.workflow.projects import open_project

FILE = "accounts.sqlite"
"""The name of the accounts in the folder of a server."""
SUFFIX = ".redthread"

SHORTEST, LONGEST = 10, 1000
"""Characters of a password."""

TRIES, TRIES_OF_ALL, WINDOW_S = 8, 200, 15 * 60
"""So many times signing in may fail under one name, and under all, in so many seconds."""

IDLE_S, SESSION_S = 12 * 3600, 7 * 24 * 3600
"""A session ends when it was not used for so long, and at the latest after so long."""
INVITATION_S = 7 * 24 * 3600
PASSAGE_S = 120

SESSION, INVITATION, PASSAGE = "session", "invitation", "passage"
_USED_AGAIN_S = 300
_HASHER = PasswordHasher()
"""Argon2id with the parameters that its library recommends (RFC 9106, low memory)."""
# A hash takes 64 MiB: a crowd that signs in at once waits instead of filling the memory.
_HASHING = BoundedSemaphore(2)
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$0CNgNdLLaHdRx85KksyYag$WFxtnXwv4bxjJS3vXc0pQhp17RIP8tGqwaTp9pfVrcU"
"""The hash of no password, for names without an account: they take as long."""


def accounts_of(folder: Path) -> Accounts:
    """The accounts of a server, begun where there are none. Raises NotAProject, ProjectUnavailable."""
    return Accounts.open(folder / FILE)


def add_account(accounts: Accounts, name: str, *, owner: bool = False, email: str = "") -> Account:
    """A new account, to be invited or given a password. Raises InvalidValue for a name or address that is taken."""
    name, address = check_name(accounts, name, email)
    account = Account(new_id(), name, address or None, owner)
    accounts.save(account, known_as=known_as(name), at=now())
    return account


def check_name(accounts: Accounts, name: str, email: str = "") -> tuple[str, str]:
    """Name and address as they would be stored. Raises InvalidValue for what is taken or none."""
    name, address = " ".join(name.split()), email.strip().casefold()
    if not name or len(name) > 100:
        raise InvalidValue("an account needs a name of at most 100 characters")
    if address and not re.fullmatch(r"[^@\s]+@[^@\s]+", address):
        raise InvalidValue(f"{email!r} is no e-mail address")
    if accounts.find(known_as=known_as(name)) is not None:
        raise InvalidValue(f"there is an account named {name} already; invite it anew, or choose another name")
    if address and accounts.find(email=address) is not None:
        raise InvalidValue(f"there is an account with the address {address} already")
    return name, address


def account_named(accounts: Accounts, name: str) -> Account:
    """The account of this name. Raises UnknownItem."""
    found = accounts.find(known_as=known_as(name))
    if found is None:
        known = ", ".join(account.name for account in accounts.all()) or "none yet"
        raise UnknownItem(f"no account is named {name!r}; there are: {known}")
    return found


def set_password(accounts: Accounts, account: Account, password: str) -> Account:
    """Give an account its password, and end its sessions. Raises InvalidValue for one too short or too long."""
    check_password(account.name, password)
    with _HASHING:
        hashed = _HASHER.hash(password)
    changed = replace(account, password=hashed)
    accounts.save(changed, known_as=known_as(account.name), at=now())
    accounts.end_tickets(account.id)
    accounts.forgive(known_as(account.name))
    return changed


def check_password(name: str, password: str) -> None:
    """Raises InvalidValue for a password that is too short or too long, or the name."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidValue(f"a password has {SHORTEST} characters or more; some words in a row are good")
    if known_as(password) == known_as(name):
        raise InvalidValue("the password must not be the name")


def close_account(accounts: Accounts, account: Account, *, by: Account | None = None) -> Account:
    """Nobody signs in with it any more, and its sessions end.

    ``by`` is who closes it, None for who runs the server. Raises NotAllowed unless that is an owner, InvalidValue for
    the last owner.
    """
    _check_owner(by, "closes accounts")
    owners = [one for one in accounts.all() if one.owner and not one.closed and one.id != account.id]
    if account.owner and not owners:
        raise InvalidValue(f"{account.name} is the last owner of this server; make another account an owner first")
    changed = replace(account, closed=True, password=None)
    accounts.save(changed, known_as=known_as(account.name), at=now())
    accounts.end_tickets(account.id)
    return changed


def invite(accounts: Accounts, account: Account, *, by: Account | None = None) -> str:
    """A token with which a password can be chosen, once and within a week; those given before end.

    ``by`` is who invites, None for who runs the server. Raises NotAllowed unless that is an owner.
    """
    _check_owner(by, "invites people")
    accounts.end_tickets(account.id)
    if account.closed:
        accounts.save(replace(account, closed=False), known_as=known_as(account.name), at=now())
    return _issue(accounts, INVITATION, account, INVITATION_S)


def invited(accounts: Accounts, token: str) -> Account | None:
    """Whom an invitation is for; None where it was used, has expired or never was."""
    return _standing_for(accounts, accounts.ticket(_hash(token), INVITATION))


def accept(accounts: Accounts, token: str, password: str) -> Account:
    """Choose a password by an invitation, which then is used up. Raises NotAllowed, InvalidValue."""
    account = invited(accounts, token)
    if account is not None:
        check_password(account.name, password)
    # Taken before it is used: of two who come at once, one has it.
    if account is None or accounts.take_ticket(_hash(token), INVITATION) is None:
        raise NotAllowed("this invitation was used already or has expired; ask for a new one")
    return set_password(accounts, account, password)


def sign_in(accounts: Accounts, name: str, password: str) -> str:
    """A session for who knows the password: its token.

    Raises NotAllowed, in the same words for a wrong name and a wrong password, and after too many tries.
    """
    who, at = known_as(name)[:200], time.time()
    # Noted before the password is looked at: tries at the same moment count, too.
    if not accounts.may_try(who, at=at, since=at - WINDOW_S, times=TRIES, times_of_all=TRIES_OF_ALL):
        raise NotAllowed(f"too many tries; wait {WINDOW_S // 60} minutes, or ask an owner for a new invitation")
    account = accounts.find(known_as=who)
    if not _fits(account, password[: LONGEST + 1]) or account is None:
        raise NotAllowed("no account has this name and password")
    accounts.forgive(who)
    return begin_session(accounts, account)


def sign_in_by_email(accounts: Accounts, email: str) -> str:
    """A token that opens one session, within two minutes, for the account with an address that a provider vouches for.

    Raises NotAllowed where no account has it.
    """
    account = accounts.find(email=email.strip().casefold() or None) if email.strip() else None
    if account is None or account.closed:
        raise NotAllowed(f"no account has the address {email}; ask an owner of this server for one")
    return _issue(accounts, PASSAGE, account, PASSAGE_S)


def pass_on(accounts: Accounts, token: str) -> str:
    """A session for a token of ``sign_in_by_email``, once. Raises NotAllowed."""
    account = _standing_for(accounts, accounts.take_ticket(_hash(token), PASSAGE))
    if account is None:
        raise NotAllowed("this took too long; sign in again")
    return begin_session(accounts, account)


def begin_session(accounts: Accounts, account: Account) -> str:
    """A session of this account: its token."""
    return _issue(accounts, SESSION, account, IDLE_S)


def signed_in(accounts: Accounts, token: str) -> Account | None:
    """Whose session this is; None where it has ended."""
    ticket = accounts.ticket(_hash(token), SESSION)
    account = _standing_for(accounts, ticket)
    at = time.time()
    if ticket is not None and account is not None and at - ticket.used > _USED_AGAIN_S:
        until = min(at + IDLE_S, ticket.begun + SESSION_S)
        accounts.save_ticket(replace(ticket, used=at, expires=until), now=at)
    return account


def sign_out(accounts: Accounts, token: str) -> None:
    """End a session."""
    accounts.take_ticket(_hash(token), SESSION)


def coder_of(project: Project, account: Account) -> Coder:
    """Who this person is in a project: the coder of the same name.

    Raises NotAllowed for who is not in it or was retired.
    """
    found = [coder for coder in project.coders() if known_as(coder.name) == known_as(account.name)]
    if len(found) != 1 or found[0].role is Role.RETIRED:
        raise NotAllowed(f"{account.name} is not among the people of this project; ask its owner")
    return found[0]


def within(folder: Path, path: Path | str) -> Path:
    """The path, resolved, of a project that lies in the folder of a server and nowhere else.

    Raises NotAllowed for any other path.
    """
    place = Path(path).resolve()
    if place.parent != folder.resolve() or place.suffix != SUFFIX:
        raise NotAllowed("on this server only the projects of its folder can be opened")
    return place


def projects_of(folder: Path, account: Account) -> dict[Path, str]:
    """The projects of a server in which this person is, by path, with their titles."""
    found = {}
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            with open_project(within(folder, path)) as project:
                coder_of(project, account)
                found[path.resolve()] = project.title
        except CodingError:
            # Not theirs, or not sound: see ``unsound``.
            continue
    return found


def unsound(folder: Path, account: Account) -> dict[Path, str]:
    """For an owner of a server: its projects that cannot be opened, by path, with why. Nobody else is told."""
    found = {}
    for path in sorted(folder.glob(f"*{SUFFIX}")) if account.owner else ():
        try:
            open_project(path).close()
        except ProjectError as error:
            found[path] = str(error)
    return found


def _check_owner(by: Account | None, does: str) -> None:
    if by is not None and (not by.owner or by.closed):
        raise NotAllowed(f"only an owner of this server {does}, and {by.name} is none")


def _issue(accounts: Accounts, kind: str, account: Account, seconds: float) -> str:
    token, at = secrets.token_urlsafe(32), time.time()
    accounts.save_ticket(Ticket(_hash(token), kind, account.id, at, at, at + seconds), now=at)
    return token


def _standing_for(accounts: Accounts, ticket: Ticket | None) -> Account | None:
    if ticket is None or ticket.expires <= time.time():
        return None
    account = accounts.find(id=ticket.account)
    return None if account is None or account.closed else account


def _fits(account: Account | None, password: str) -> bool:
    stored = account.password if account is not None and not account.closed else None
    with _HASHING:
        try:
            return _HASHER.verify(stored or _NOBODY, password) and stored is not None
        except (VerifyMismatchError, InvalidHashError):
            return False


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
