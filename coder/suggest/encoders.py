"""Which encoder to take where nobody asked for a particular one."""

from __future__ import annotations

import logging

from coder.errors import ModelUnavailable
from coder.suggest.encoder import EmbeddedEncoder, Encoder
from coder.suggest.onnx_encoder import OnnxEncoder

_log = logging.getLogger(__name__)


def default_encoder() -> Encoder:
    """The embedded model on ONNX Runtime; where that cannot be, on sentence-transformers, which takes longer.

    Raises ModelUnavailable if its weights are missing or are not the published ones.
    """
    try:
        return OnnxEncoder()
    except ModelUnavailable as error:
        _log.warning("The fast encoder is not available: %s. Taking the slower one.", error)
        return EmbeddedEncoder()
