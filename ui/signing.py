"""Who is signed in to a team server. Alone on one's own computer nobody needs to."""

from __future__ import annotations

import os
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from coder.errors import NotAllowed

if TYPE_CHECKING:
    from coder.store import Account

SERVER = "REDTHREAD_SERVER"
"""The environment variable with the folder of a team server's projects and accounts."""

SECRETS = "secrets.toml"
"""In that folder, what Streamlit's ``st.login`` needs to know of an identity provider (OpenID Connect)."""

COOKIE = "redthread_session"


def is_loopback(address: str) -> bool:
    """Whether only this computer reaches an address."""
    try:
        return address == "localhost" or ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False


def is_open_to_others() -> bool:
    """Whether others reach the app without signing in: never as Redthread starts it, but by Streamlit alone."""
    return folder() is None and not is_loopback(st.get_option("server.address") or "")


def folder() -> Path | None:
    """The folder of the team server; None alone on one's own computer."""
    named = os.environ.get(SERVER)
    return Path(named) if named else None


def has_provider() -> bool:
    """Whether people may sign in through an identity provider."""
    server = folder()
    return server is not None and (server / SECRETS).is_file()


def person() -> Account | None:
    """Who is signed in on this server, by the cookie that came with the connection; None where nobody is."""
    server, token = folder(), st.context.cookies.get(COOKIE)
    if server is None or not token:
        return None
    # Only a server needs what hashes passwords.
    from coder.workflow.accounts import accounts_of, signed_in

    with accounts_of(server) as accounts:
        return signed_in(accounts, token)


def somebody() -> Account:
    """Who is signed in on this server. Raises NotAllowed where nobody is any more."""
    found = person()
    if found is None:
        raise NotAllowed("your session has ended; reload the page and sign in again")
    return found
