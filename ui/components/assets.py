"""The pane's modules as the browser gets them: under an address that names their content.

Streamlit serves component files without telling browsers when to ask again, so an upgrade could meet
yesterday's modules. Here the address changes with the content, and what lies there may be kept forever.
"""

from __future__ import annotations

import hashlib
import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.routing import Mount

FRONTEND = Path(__file__).parent / "transcript" / "frontend"


def _digest(folder: Path) -> str:
    content = hashlib.sha256()
    for file in sorted(folder.iterdir()):
        content.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return content.hexdigest()[:16]


ADDRESS = f"/redthread/{_digest(FRONTEND)}"


def route() -> Mount:
    """The route that serves the modules; ``ui.serve`` mounts it beside Streamlit's own."""
    from starlette.responses import Response
    from starlette.routing import Mount
    from starlette.staticfiles import StaticFiles
    from starlette.types import Scope

    class Forever(StaticFiles):
        async def get_response(self, path: str, scope: Scope) -> Response:
            response = await super().get_response(path, scope)
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
            return response

    # Some systems take .js for plain text, which browsers refuse to run as a module.
    mimetypes.add_type("text/javascript", ".js")
    return Mount(ADDRESS, app=Forever(directory=FRONTEND))


def loader(module: str) -> str:
    """The few lines that Streamlit carries: they fetch a module and, once, the style sheet."""
    return f"""
const at = (name) => new URL("{ADDRESS}/" + name, location.origin).href;
const style = at("transcript.css");
if (!document.querySelector(`link[href="${{style}}"]`)) {{
  const link = Object.assign(document.createElement("link"), {{ rel: "stylesheet", href: style }});
  const loaded = new Promise((done) => (link.onload = link.onerror = done));
  document.head.append(link);
  await loaded;
}}
const {{ default: mount }} = await import(at("{module}"));
export default mount;
"""
