"""The assistant at work beside the screens: one quiet thread for each open project.

It embeds, prepares and learns, and publishes snapshots that screens read without waiting. It never writes anything
but vectors, so that coding goes on whatever happens here.
"""

from __future__ import annotations

import gc
import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from time import monotonic

import streamlit as st

from coder.errors import CodingError, ProjectError, UnknownItem
from coder.store import Project
from coder.suggest.encoder import EmbeddedEncoder, Encoder
from coder.workflow.assistant import Assistant
from coder.workflow.corpus import Progress
from coder.workflow.projects import open_project
from coder.workflow.suggestions import Snapshot
from ui.session import session

POLL = 0.5
"""Seconds between two looks at the project, where nobody says that it has changed."""

WATCHED = 60.0
"""Seconds after which the project is looked at less often, because no screen asks."""

FORGET = 600.0
"""Seconds after which nothing is learned any more for a coder who no longer looks."""

NICE = 10
"""Where the system can tell threads apart, this one steps back behind those that answer a person."""


class Activity(StrEnum):
    """What the assistant is doing."""

    STARTING = "starting"
    EMBEDDING = "reading passages"
    LEARNING = "learning"
    READY = "ready"
    FAILED = "not working"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Status:
    """What the assistant is doing, how far it is, and what went wrong, in words."""

    activity: Activity
    progress: Progress | None = None
    failure: str | None = None


class Background:
    """The assistant of one project file in a thread of its own."""

    def __init__(self, path: str, encoder: Callable[[], Encoder] = EmbeddedEncoder) -> None:
        self.path = path
        self.status = Status(Activity.STARTING)
        self._assistant = Assistant(encoder)
        self._snapshots: dict[str, Snapshot] = {}
        self._wanted: dict[str, float] = {}
        self._wake = threading.Event()
        self._published = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="redthread assistant", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether it is still at work."""
        return self._thread.is_alive()

    def snapshot(self, coder: str) -> Snapshot:
        """The newest snapshot for this coder; an empty one before there is any. Never waits."""
        known = coder in self._wanted
        self._wanted[coder] = monotonic()
        if not known:
            self._wake.set()
        return self._snapshots.get(coder) or Snapshot(coder)

    def notice(self) -> None:
        """Something was stored: look at it now."""
        self._wake.set()

    def fresh(self, coder: str, revision: int, seconds: float) -> Snapshot:
        """The snapshot that has taken in a journal entry, or the newest one if that takes longer than this."""
        self.snapshot(coder)
        self._wake.set()
        with self._published:
            self._published.wait_for(lambda: self.snapshot(coder).revision >= revision, seconds)
        return self.snapshot(coder)

    def retry(self) -> None:
        """Try again after a failure."""
        self.status = Status(Activity.STARTING)
        self._wake.set()

    def stop(self) -> None:
        """End after what is being done now."""
        self._stopping = True
        self._wake.set()

    def _run(self) -> None:
        _step_back()
        while not self._stopping:
            if not Path(self.path).exists():
                self.status = Status(Activity.GONE)
                return
            if self.status.failure is None:
                self._look()
            watched = any(monotonic() - asked < WATCHED for asked in list(self._wanted.values()))
            self._wake.wait(POLL if watched else 10 * POLL)
            self._wake.clear()

    def _look(self) -> None:
        try:
            with open_project(self.path) as project:
                self._embed(project)
                self._publish(project)
            self.status = Status(Activity.READY)
        except ProjectError as error:
            # A locked or half-copied file may be whole in a moment; one that is gone ends the loop.
            logging.getLogger(__name__).info("suggestions wait for the project: %s", error)
        except CodingError as error:
            self.status = Status(Activity.FAILED, failure=str(error))
        except _Stopped:
            return
        except Exception as error:
            # The last stop of a thread: untold, it would end in silence; repeated, it would loop.
            logging.getLogger(__name__).exception("suggestions have stopped")
            self.status = Status(Activity.FAILED, failure=f"{type(error).__name__}: {error}")

    def _embed(self, project: Project) -> None:
        def told(progress: Progress) -> None:
            if self._stopping:
                raise _Stopped
            self.status = Status(Activity.EMBEDDING, progress)
            self._publish(project)

        if self._assistant.embed(project, told):
            # What was loaded stays for good: the collector need not walk over it again.
            gc.collect()
            gc.freeze()

    def _publish(self, project: Project) -> None:
        """Bring the snapshots of those who look up to date."""
        now = monotonic()
        for coder in [coder for coder, asked in list(self._wanted.items()) if now - asked < FORGET]:
            if self.status.activity is not Activity.EMBEDDING and self._behind(project, coder):
                self.status = Status(Activity.LEARNING)
            made = self._assistant.refresh(project, coder)
            if made is not self._snapshots.get(coder):
                with self._published:
                    self._snapshots[coder] = made
                    self._published.notify_all()

    def _behind(self, project: Project, coder: str) -> bool:
        last = self._snapshots.get(coder)
        return last is None or last.revision < project.revision


class _Stopped(Exception):
    """Asked to end in the midst of a long embedding."""


def assistant() -> Background:
    """The assistant of the session's project. Raises UnknownItem if none is open."""
    path = session().project
    if path is None:
        raise UnknownItem("no project is open; open or create one on the Project page")
    found = _background(path)
    if not found.alive:
        _background.clear(path)
        found = _background(path)
    return found


@st.cache_resource(show_spinner=False)
def _background(path: str) -> Background:
    return Background(path)


def _step_back() -> None:
    # On Linux a priority belongs to a thread, and threads started from it (the encoder's) inherit it.
    if hasattr(os, "setpriority") and os.uname().sysname == "Linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
