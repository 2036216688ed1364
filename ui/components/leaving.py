"""An invisible component beside a text field, for whoever leaves it by a quick click in the menu."""

from __future__ import annotations

import streamlit as st

# The press leaves the field and the release opens the page: where both reach the server together, the page is
# changed first and the field's text has no owner any more. So it is sent when the pointer comes to the menu.
_stored = st.components.v2.component(
    "redthread.leaving",
    js="""
export default function () {
  const menu = document.querySelector('[data-testid="stSidebar"]');
  const store = () => {
    const field = document.activeElement;
    if (field instanceof HTMLTextAreaElement)
      field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true, bubbles: true }));
  };
  menu?.addEventListener("pointerenter", store);
  return () => menu?.removeEventListener("pointerenter", store);
}
""",
)


def stored_before_leaving() -> None:
    """Store what is typed in a text area as soon as the pointer comes to the menu."""
    _stored(height=1)
