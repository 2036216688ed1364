"""The people of a project: who is in it, what they may do, what they have done. On a server also who may sign in."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from coder.model import Role
from coder.store import Project
from coder.workflow import coders as verbs
from coder.workflow.coders import Share
from ui import signing
from ui.gate import JOIN
from ui.parts.acting import act, popover
from ui.parts.errors import told
from ui.parts.words import local_time, plain
from ui.resources import coder_id, opened

MAY = {
    Role.OWNER: "owner: may do everything, also decide about people",
    Role.CODER: "coder: may code, write and change the codebook",
    Role.READER: "reader: may read, and change nothing",
}
_LINK = "invitation link"


def show() -> None:
    """A table of the people, and what an owner may do with each."""
    st.title("People", anchor=False)
    with opened() as project:
        found = verbs.shares(project)
        me = next(share.coder for share in found if share.coder.id == coder_id())
        _table(found)
        if me.role is Role.OWNER:
            with st.container(horizontal=True, vertical_alignment="center"):
                _add(project)
                _change(project, found)
        else:
            owners = ", ".join(share.coder.name for share in found if share.coder.role is Role.OWNER)
            st.text(f"You are here as a {me.role.value}. Only an owner adds people and changes roles: {owners}.")
    if signing.folder() is not None:
        _accounts()


def _table(found: list[Share]) -> None:
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "name": share.coder.name,
                    "role": share.coder.role.value,
                    "codings": share.codings,
                    "suggestions decided": share.decisions,
                    "documents": share.documents,
                    "last at work": local_time(share.last) if share.last else "",
                }
                for share in found
            ]
        ),
        hide_index=True,
        column_config={
            "name": st.column_config.TextColumn(width="medium"),
            "documents": st.column_config.NumberColumn(help="Read in, or coded in"),
        },
    )


def _add(project: Project) -> None:
    with (
        popover(project, "Add a person", icon="person_add"),
        st.form("add person", clear_on_submit=True, border=False),
    ):
        name = st.text_input("Name", help="On a server: the name with which this person signs in")
        role = st.radio("Role", list(MAY), index=1, format_func=MAY.__getitem__)
        if st.form_submit_button("Add them", type="primary"):
            act(partial(verbs.add_coder, project, name, role=role, coder=coder_id()), f"Added {name.strip()}")


def _change(project: Project, found: list[Share]) -> None:
    with popover(project, "Change a person", icon="manage_accounts"):
        by_id = {share.coder.id: share.coder for share in found}
        chosen = st.selectbox("Person", list(by_id), format_func=lambda id: by_id[id].name)
        person = by_id[chosen]
        with st.form(f"change {chosen}", border=False):
            name = st.text_input("Name", person.name)
            roles = list(MAY)
            at = roles.index(person.role) if person.role in roles else None
            role = st.radio("Role", roles, index=at, format_func=MAY.__getitem__)
            if st.form_submit_button("Save", type="primary"):
                if name.strip() != person.name:
                    what = f"Renamed {person.name} to {name.strip()}"
                    act(partial(verbs.rename_coder, project, chosen, name, coder=coder_id()), what)
                elif role is not None and role is not person.role:
                    what = f"{person.name} is {role.value} now"
                    act(partial(verbs.change_role, project, chosen, role, coder=coder_id()), what)
        if person.role is not Role.RETIRED and st.button(
            "Retire", icon=":material/person_off:", help="They can do nothing here any more; their codings stay"
        ):
            what = f"Retired {person.name}; the codings stay"
            act(partial(verbs.retire_coder, project, chosen, coder=coder_id()), what)


def _accounts() -> None:
    from coder.workflow import accounts as doors

    server, me = signing.folder(), signing.somebody()
    assert server is not None
    if not me.owner:
        return
    st.header("Who may sign in to this server", anchor=False)
    st.caption("A person sees the projects that they are in under the same name. You are an owner of this server.")
    with doors.accounts_of(server) as accounts:
        known = accounts.all()
        st.dataframe(
            pd.DataFrame(
                [
                    {
                        "name": account.name,
                        "address": account.email or "",
                        "owner of the server": account.owner,
                        "state": "closed" if account.closed else "signs in" if account.password else "invited",
                    }
                    for account in known
                ]
            ),
            hide_index=True,
        )
        with st.container(horizontal=True):
            with st.popover("Invite someone", icon=":material/mail:"), st.form("invite", clear_on_submit=True):
                name = st.text_input("Name", help="As it stands in the project")
                email = st.text_input("E-mail address", help="Needed only to sign in through an organisation")
                if st.form_submit_button("Make the link", type="primary"):
                    with told():
                        token = doors.invite(accounts, doors.add_account(accounts, name, email=email), by=me)
                        st.session_state[_LINK] = (" ".join(name.split()), token)
                        st.rerun()
            with st.popover("Change an account", icon=":material/key:"):
                by_id = {account.id: account for account in known}
                chosen = st.selectbox("Account", list(by_id), format_func=lambda id: by_id[id].name)
                account = by_id[chosen]
                if st.button("Invite anew", help="For a forgotten password; what was signed in is signed out"):
                    with told():
                        st.session_state[_LINK] = (account.name, doors.invite(accounts, account, by=me))
                        st.rerun()
                if not account.closed and st.button("Close it", icon=":material/person_off:"):
                    with told():
                        doors.close_account(accounts, account, by=me)
                        st.rerun()
    if _LINK in st.session_state:
        name, token = st.session_state.pop(_LINK)
        st.text(f"Give this link to {plain(name)}. It serves once, within a week, and is not shown again.")
        scheme = (st.context.url or "http:").partition("//")[0]
        st.code(f"{scheme}//{st.context.headers.get('Host', '')}{JOIN}/{token}", language=None)
