"""The agreement between coders, with intervals: pure functions."""
