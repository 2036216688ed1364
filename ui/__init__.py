"""Redthread's screens: Streamlit only; every decision is made in ``coder.workflow``."""
