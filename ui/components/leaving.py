"""An invisible component beside a text field, for whoever leaves it by a quick click in the menu."""

from __future__ import annotations

import streamlit as st

# The press leaves the field and the release opens the page: where both reach the server together, the page is
# changed first and the field's text has no owner any more. So it is sent when the pointer comes to the menu, and a
# click there waits until it is stored: then another field, with what is stored, has taken the place of this one.
_stored = st.components.v2.component(
    "redthread.leaving",
    js="""
const PATIENCE_MS = 5000, LOOK_MS = 50;

export default function () {
  const menu = document.querySelector('[data-testid="stSidebar"]');
  let field = null, passing = false;
  // Kept on the field itself, which outlives this function when the page is drawn anew.
  const enter = (target) => {
    if (!(target instanceof HTMLTextAreaElement)) return;
    field = target;
    field.stored ??= field.value;
  };
  const entered = (event) => enter(event.target);
  const waits = () => field?.isConnected && field.value !== field.stored;
  const store = () => {
    if (waits())
      field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true, bubbles: true }));
  };
  const click = (event) => {
    const link = event.target.closest("a");
    if (!link || passing || !waits()) return;
    event.preventDefault();
    event.stopPropagation();
    const end = Date.now() + PATIENCE_MS;
    const look = setInterval(() => {
      if (waits() && Date.now() < end) return;
      clearInterval(look);
      passing = true;
      link.click();
      passing = false;
    }, LOOK_MS);
  };
  enter(document.activeElement);
  document.addEventListener("focusin", entered);
  menu?.addEventListener("pointerenter", store);
  menu?.addEventListener("click", click, true);
  return () => {
    document.removeEventListener("focusin", entered);
    menu?.removeEventListener("pointerenter", store);
    menu?.removeEventListener("click", click, true);
  };
}
""",
)


def stored_before_leaving() -> None:
    """Store what is typed in a text area as soon as the pointer comes to the menu, and before a page is opened there.

    The field must become another one when its text is stored.
    """
    _stored(height=1)
