"""Where suggestions speak: settings of the project, some of them each coder's own."""

from __future__ import annotations

from dataclasses import dataclass, replace

from coder.store import Project
from coder.workflow.permission import change_by

_OFF = "suggestions.off"
_SCOPE = "suggestions.scope"
_INTERVIEWER = "suggestions.interviewer"
_AFTER = "suggestions.after own pass"
_ENCODER = "suggestions.encoder"
_DOWNLOAD = "suggestions.encoder may be downloaded"
_YES = "yes"
_ALL = "all"


@dataclass(frozen=True, slots=True)
class Switches:
    """How suggestions are set for one coder of a project.

    ``off_for_all`` and ``off`` (for this coder) silence them. ``own_pass``: in a document they appear only when this
    coder has read it to the end. ``everybody``: learn from the codings of all coders, not only this one's.
    ``interviewer``: suggest for the passages of who asks, too. ``encoder``: the name or folder of a
    sentence-transformers model, empty for the one that ships; ``download``: it may be fetched from the hub.
    """

    off_for_all: bool = False
    off: bool = False
    own_pass: bool = False
    everybody: bool = False
    interviewer: bool = False
    encoder: str = ""
    download: bool = False

    @classmethod
    def of(cls, project: Project, coder: str) -> Switches:
        """As they stand."""
        return cls(
            off_for_all=project.setting(_OFF) == _YES,
            off=project.setting(f"{_OFF} {coder}") == _YES,
            own_pass=project.setting(f"{_AFTER} {coder}") == _YES,
            everybody=project.setting(_SCOPE) == _ALL,
            interviewer=project.setting(_INTERVIEWER) == _YES,
            encoder=project.setting(_ENCODER) or "",
            download=project.setting(_DOWNLOAD) == _YES,
        )

    @property
    def silent(self) -> bool:
        """Whether this coder gets no suggestions anywhere."""
        return self.off or self.off_for_all


def set_switches(project: Project, switches: Switches, *, coder: str) -> None:
    """Set how suggestions work for this coder, and for the project.

    Raises UnknownItem, or NotAllowed for a reader, and for a coder who changes what holds for all.
    """
    own = replace(Switches.of(project, coder), off=switches.off, own_pass=switches.own_pass)
    verb = "set suggestions" if own == switches else "set suggestions for all"
    with change_by(project, coder, verb, summary="change how suggestions work") as change:
        change.set_setting(_OFF, _YES if switches.off_for_all else None)
        change.set_setting(f"{_OFF} {coder}", _YES if switches.off else None)
        change.set_setting(f"{_AFTER} {coder}", _YES if switches.own_pass else None)
        change.set_setting(_SCOPE, _ALL if switches.everybody else None)
        change.set_setting(_INTERVIEWER, _YES if switches.interviewer else None)
        change.set_setting(_ENCODER, switches.encoder.strip() or None)
        change.set_setting(_DOWNLOAD, _YES if switches.download and switches.encoder.strip() else None)
