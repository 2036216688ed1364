"""The assistant at work beside the screens: quiet threads for each open project.

They embed, prepare and learn, and publish snapshots that screens read without waiting. They never write anything but
vectors, so that coding goes on whatever happens here.
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
from time import monotonic, sleep

import streamlit as st
from threadpoolctl import threadpool_limits

from coder.errors import CodingError, ProjectError, UnknownItem
from coder.store import Project
from coder.suggest.encoder import Encoder
from coder.suggest.encoders import default_encoder
from coder.workflow.assistant import Assistant
from coder.workflow.corpus import Progress
from coder.workflow.likeness import EncodedOnce
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


CALM, CALMS = 1.0, 10
"""Learning begins when nothing was stored for so many seconds, or after so many times as long."""

_log = logging.getLogger(__name__)


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
    """The assistant of one project file, in two threads: one embeds and learns, one keeps snapshots up to the minute.

    ``status`` says what it is doing.
    """

    def __init__(self, path: str, encoder: Callable[[], Encoder] = default_encoder) -> None:
        self.path = path
        self.status = Status(Activity.STARTING)
        self._assistant = Assistant(encoder)
        self._snapshots: dict[str, Snapshot] = {}
        self._wanted: dict[str, float] = {}
        self._changed = threading.Condition()
        self._news = self._work = self._quotations = False
        self._stopping = False
        self._threads = [
            threading.Thread(target=loop, name=f"redthread {loop.__name__.strip('_')}", daemon=True)
            for loop in (self._follow, self._learn)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def alive(self) -> bool:
        """Whether it is still at work."""
        return any(thread.is_alive() for thread in self._threads)

    def snapshot(self, coder: str) -> Snapshot:
        """The newest snapshot for this coder; an empty one before there is any. Never waits."""
        known = coder in self._wanted
        self._wanted[coder] = monotonic()
        if not known:
            self.notice()
        return self._snapshots.get(coder) or Snapshot(coder)

    def notice(self) -> None:
        """Something was stored: look at it now."""
        with self._changed:
            self._news = True
            self._changed.notify_all()

    def fresh(self, coder: str, revision: int, seconds: float) -> Snapshot:
        """The snapshot that has taken in a journal entry, or the newest one if that takes longer than this."""
        self.snapshot(coder)
        self.notice()
        with self._changed:
            self._changed.wait_for(lambda: self.snapshot_revision(coder) >= revision, seconds)
        return self.snapshot(coder)

    def snapshot_revision(self, coder: str) -> int:
        """The journal entry that the newest snapshot has taken in; -1 before there is any."""
        found = self._snapshots.get(coder)
        return -1 if found is None else found.revision

    def read_quotations(self) -> None:
        """Embed what was coded, too, word for word; ``status`` shows how far this is."""
        self._quotations = True
        self._ask_for_work()

    @property
    def encoder(self) -> Encoder | None:
        """The encoder, once it is loaded; nobody waits for it."""
        return self._assistant.loaded

    @property
    def reads_quotations(self) -> bool:
        """Whether this is still to be done."""
        return self._quotations

    def retry(self) -> None:
        """Try again after a failure."""
        self.status = Status(Activity.STARTING)
        self._ask_for_work()

    def stop(self) -> None:
        """End after what is being done now."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def wait_for_end(self, seconds: float) -> bool:
        """Whether all has ended after at most this time."""
        until = monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - monotonic()))
        return not self.alive

    # --- snapshots -----------------------------------------------------------------------------

    def _follow(self) -> None:
        """Look at the project now and then, and whenever something was stored."""
        while self._there():
            self._guarded(self._publish)
            watched = any(monotonic() - asked < WATCHED for asked in list(self._wanted.values()))
            with self._changed:
                self._changed.wait_for(lambda: self._news or self._stopping, POLL if watched else 10 * POLL)
                self._news = False

    def _publish(self, project: Project) -> None:
        """Bring the snapshots of those who look up to date, and ask for what takes longer."""
        revision = project.revision
        for coder in self._lookers():
            if self.snapshot_revision(coder) < revision:
                self._show(self._assistant.refresh(project, coder, at_once=True))
                self._ask_for_work()

    def _show(self, made: Snapshot) -> None:
        with self._changed:
            # The other thread may have been faster.
            last = self._snapshots.get(made.coder)
            if last is None or (last.version, last.revision) < (made.version, made.revision):
                self._snapshots[made.coder] = made
                self._changed.notify_all()

    def _lookers(self) -> list[str]:
        now = monotonic()
        return [coder for coder, asked in list(self._wanted.items()) if now - asked < FORGET]

    # --- long work -----------------------------------------------------------------------------

    def _learn(self) -> None:
        """Embed, prepare and learn whenever there is something new, once a burst of changes is over."""
        _step_back()
        with threadpool_limits(limits=1, user_api="blas"):
            while self._there():
                with self._changed:
                    self._changed.wait_for(lambda: self._work or self._stopping, 10 * POLL)
                    self._work, due = False, self._work
                if due and self.status.failure is None:
                    self._guarded(self._wait_for_calm)
                    if not self._guarded(self._do_long_work) and self.status.failure is None:
                        self._work = True

    def _wait_for_calm(self, project: Project) -> None:
        begun = any(snapshot.learned is not None for snapshot in list(self._snapshots.values()))
        for _ in range(CALMS if begun else 0):
            before = project.revision
            with self._changed:
                self._changed.wait_for(lambda: self._stopping, CALM)
            if project.revision == before:
                return

    def _do_long_work(self, project: Project) -> None:
        self._embed(project)
        self.status = Status(Activity.LEARNING)
        for coder in self._lookers():
            if self._assistant.learn(project, coder):
                self._show(self._assistant.refresh(project, coder, at_once=True))
        self.status = Status(Activity.READY)

    def _embed(self, project: Project) -> None:
        def told(progress: Progress) -> None:
            if self._stopping:
                raise _Stopped
            self.status = Status(Activity.EMBEDDING, progress)

        done = self._assistant.embed(project, told)
        if self._quotations:
            done += self._assistant.embed_quotations(project, told)
            self._quotations = False
        if done:
            # What was loaded stays for good: the collector need not walk over it again.
            gc.collect()
            gc.freeze()

    def _ask_for_work(self) -> None:
        with self._changed:
            self._work = True
            self._changed.notify_all()

    # --- both ----------------------------------------------------------------------------------

    def _there(self) -> bool:
        if self._stopping or not Path(self.path).exists():
            self.status = Status(Activity.GONE)
            return False
        return True

    def _guarded(self, act: Callable[[Project], None]) -> bool:
        """Do something with the project; whether it was done. What goes wrong is kept in words."""
        try:
            with open_project(self.path) as project:
                act(project)
            return True
        except _Stopped:
            return False
        except ProjectError as error:
            # A file that is locked or half copied may be whole in a moment; one that is gone ends the loop.
            _log.info("suggestions wait for the project: %s", error)
            sleep(CALM)
        except CodingError as error:
            self.status = Status(Activity.FAILED, failure=str(error))
        except Exception as error:
            # The last stop of a thread: untold, it would end in silence; repeated, it would loop.
            _log.exception("suggestions have stopped")
            self.status = Status(Activity.FAILED, failure=f"{type(error).__name__}: {error}")
        return False


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


def names_encoder() -> EncodedOnce | None:
    """Vectors of the names of codes; None while no encoder is loaded."""
    encoder = assistant().encoder
    return None if encoder is None else _names(encoder.name, encoder)


@st.cache_resource(show_spinner=False, max_entries=3)
def _names(name: str, _encoder: Encoder) -> EncodedOnce:
    return EncodedOnce(_encoder.encode)


@st.cache_resource(show_spinner=False)
def _background(path: str) -> Background:
    return Background(path)


def _step_back() -> None:
    # On Linux a priority belongs to a thread, and threads started from it (the encoder's) inherit it.
    if hasattr(os, "setpriority") and os.uname().sysname == "Linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
