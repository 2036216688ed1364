"""Choices remembered from one day to the next: recent projects and who sat at the keyboard."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from platformdirs import user_config_path

from coder.workflow.projects import person

HOME = "REDTHREAD_HOME"
"""Environment variable that names another folder for the settings."""
_KEPT = 12


@dataclass
class Settings:
    """``recent`` are paths of projects, newest first; ``names`` the coder's name by project path.

    ``language``, ``pattern`` and ``split`` are what was chosen when files were brought in last;
    ``library`` is the folder in which a team shares its codebooks.
    """

    recent: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    name: str = ""
    language: str = "en"
    pattern: str = ""
    split: bool = False
    library: str = ""

    def opened(self, path: str) -> None:
        """Put a project at the head of the recent ones."""
        self.recent = [path, *(old for old in self.recent if old != path)][:_KEPT]

    def coder_name(self) -> str:
        """The name last used, or the one this computer knows."""
        return self.name or person()


def _file() -> Path:
    home = os.environ.get(HOME)
    return (Path(home) if home else user_config_path("redthread")) / "settings.json"


def load() -> Settings:
    """The settings of this person; the usual ones where the file is absent or damaged."""
    try:
        stored = json.loads(_file().read_text("utf-8"))
        return Settings(
            recent=[str(path) for path in stored["recent"]],
            names={str(path): str(name) for path, name in stored["names"].items()},
            name=str(stored["name"]),
            language=str(stored.get("language", "en")),
            pattern=str(stored.get("pattern", "")),
            split=bool(stored.get("split", False)),
            library=str(stored.get("library", "")),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        # Nothing here is worth a message: a lost list of recent projects is rebuilt by use.
        return Settings()


def save(settings: Settings) -> None:
    """Keep the settings; a folder that cannot be written to only forgets them."""
    file = _file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        part.write_text(json.dumps(asdict(settings), ensure_ascii=False, indent=1), "utf-8")
        part.replace(file)
    except OSError:
        return
