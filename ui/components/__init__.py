"""Parts of screens that Streamlit does not have."""
