"""The embedded encoder on ONNX Runtime: the same weights in whole numbers, faster, and loaded in half a second.

The graph is built once from the verified weights and kept in the user's cache. Neither torch nor
sentence-transformers is imported.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path

from coder.errors import ModelUnavailable
from coder.suggest.encoder import EMBEDDED_NAME, EMBEDDED_SHA256, LAYERS, embedded_folder, verify
from coder.suggest.windows import Progress, embed

RECIPE = "int8-2"
"""In the name of the encoder and of the cached file: changes with `onnx_graph`, for other vectors need another name."""
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
CLS, SEP = 101, 102
WINDOW = 254
WIDTH = 384
BATCH = 8
_DIGEST = hashlib.sha256().digest_size


class OnnxEncoder:
    """The vectors of `EmbeddedEncoder`, up to rounding: cosine above .99 to them."""

    def __init__(self, folder: Path | None = None, cache: Path | None = None) -> None:
        """Load the graph from the folder ``cache``, or build it from the weights in ``folder``.

        Raises ModelUnavailable if the weights are missing or are not the published ones, or if ONNX Runtime cannot
        be used on this machine.
        """
        folder = folder or embedded_folder()
        verify(folder / "tokenizer.json", TOKENIZER_SHA256)
        try:
            import onnxruntime
            from tokenizers import Tokenizer
        except ImportError as error:
            raise ModelUnavailable(
                f"ONNX Runtime cannot be used here ({error}); try: pip install onnxruntime"
            ) from error
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        graph = _graph(folder, cache or user_cache_path("redthread", appauthor=False))
        try:
            self._session = _session(onnxruntime, graph)
        # ONNX Runtime's errors share no base but this one.
        except Exception as error:
            raise ModelUnavailable(f"ONNX Runtime cannot run the embedded model here ({error})") from error

    @property
    def name(self) -> str:
        """Weights, layers, windows and recipe."""
        layers = "+".join(str(layer) for layer in LAYERS)
        return f"{EMBEDDED_NAME}:{EMBEDDED_SHA256[:12]}:layers-{layers}:windows-{WINDOW}:{RECIPE}"

    @property
    def dimensions(self) -> int:
        """384 for each layer."""
        return WIDTH * len(LAYERS)

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """Unit vectors, shape (texts, dimensions); a text has one vector, alone or among others, up to rounding."""
        found = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return embed(
            [encoding.ids for encoding in found],
            self._sums,
            ends=(CLS, SEP),
            window=WINDOW,
            batch=BATCH,
            width=WIDTH,
            shares=list(LAYERS.values()),
            at_once=os.cpu_count() or 1,
            progress=progress,
        )

    def _sums(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        sums: NDArray[np.float32] = self._session.run(None, {"ids": ids, "mask": mask})[0]
        return sums


def _session(onnxruntime: Any, graph: bytes) -> Any:
    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # Memory is planned for each shape that was ever seen, and passages come in hundreds of shapes.
    options.enable_mem_pattern = False
    # A core takes a batch for itself: sharing one, cores wait for each other at each of a hundred steps.
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def _graph(folder: Path, cache: Path) -> bytes:
    """The graph from the cache, or built and put there; a damaged file is built anew.

    The file begins with the SHA-256 of the rest. Writers make a whole file and then move it into place, so that
    any number of processes may come at once.
    """
    path = cache / f"{EMBEDDED_NAME}-{EMBEDDED_SHA256[:12]}-{RECIPE}-{'-'.join(map(str, LAYERS))}.graph"
    with suppress(OSError):
        content = path.read_bytes()
        digest, graph = content[:_DIGEST], content[_DIGEST:]
        if hashlib.sha256(graph).digest() == digest:
            return graph
    graph = _built(folder / "model.safetensors")
    # Without a place to keep it (a full disk, a folder that may not be written) the graph still serves this process.
    with suppress(OSError):
        _put(path, hashlib.sha256(graph).digest() + graph)
    return graph


def _built(weights: Path) -> bytes:
    verify(weights, EMBEDDED_SHA256)
    try:
        from safetensors.numpy import load_file

        from coder.suggest.onnx_graph import build
    except ImportError as error:
        raise ModelUnavailable(f"the embedded model cannot be prepared ({error}); run: pip install onnx") from error
    return build(load_file(weights), list(LAYERS))


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{uuid4().hex}")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
