"""On a team server: who is signed in, and the way in for who is not."""

from __future__ import annotations

import streamlit as st

from coder.errors import NotAllowed
from ui import signing
from ui.gate import ENTER, SIGN_IN, SIGN_OUT
from ui.parts.errors import refused
from ui.parts.words import plain

_WHO = "signed in"


def admitted() -> bool:
    """Whether the app may be shown: alone on one's own computer, or somebody is signed in. Else the way is told."""
    if signing.is_open_to_others():
        st.title("Redthread", anchor=False)
        st.error("Others could reach this, and nobody would have to sign in: nothing is shown.")
        st.text("Start it with: redthread ui. For a team: redthread serve FOLDER.")
        return False
    if signing.folder() is None:
        return True
    person = signing.person()
    if person is None:
        st.session_state.clear()
        _way_in()
        return False
    if st.session_state.setdefault(_WHO, person.id) != person.id:
        # Somebody else signed in on this computer, and the tab came back: nothing of what was open is theirs.
        st.session_state.clear()
        st.session_state[_WHO] = person.id
    return True


def who_is_here() -> None:
    """The name of who is signed in, and the way out."""
    name = plain(signing.somebody().name)
    st.caption(f'Signed in as {name} · [Sign out]({SIGN_OUT} "End the session on this computer")')


def _way_in() -> None:
    st.title("Redthread", anchor=False)
    st.text("This server is for a team. Sign in to see its projects.")
    st.link_button("Sign in with a password", SIGN_IN, type="primary")
    if not signing.has_provider():
        return
    if not st.user.is_logged_in:
        if st.button("Sign in through your organisation"):
            st.login()
        return
    _through_the_provider()


def _through_the_provider() -> None:
    from coder.workflow.accounts import accounts_of, sign_in_by_email

    server = signing.folder()
    assert server is not None
    try:
        if not st.user.get("email_verified"):
            raise NotAllowed(
                "your organisation does not vouch for your e-mail address; ask for an account with a password"
            )
        with accounts_of(server) as accounts:
            ticket = sign_in_by_email(accounts, str(st.user.get("email") or ""))
    except NotAllowed as error:
        refused(error)
        if st.button("Leave your organisation's sign-in"):
            st.logout()
    else:
        st.link_button(
            f"Continue as {plain(str(st.user.get('name') or st.user.get('email')))}", f"{ENTER}?ticket={ticket}"
        )
