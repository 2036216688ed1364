"""Redthread's library: reading, coding, suggesting and comparing, without any screen."""
