from __future__ import annotations

import pytest
from streamlit.runtime.scriptrunner import RerunData, RerunException

from ui.parts.acting import whole


def test_an_act_that_newer_requests_break_off_is_done_to_its_end_before_they_are_followed() -> None:
    requests, stored = [RerunException(RerunData(page_name=name)) for name in ("first", "last")], []

    def store() -> None:
        if len(stored) < len(requests):
            stored.append("begun")
            raise requests[len(stored) - 1]
        stored.append("stored")

    with pytest.raises(RerunException) as followed:
        whole(store)
    assert stored == ["begun", "begun", "stored"]
    assert followed.value is requests[-1]
    whole(store)
    assert stored[-2:] == ["stored", "stored"]
