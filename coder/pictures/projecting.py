"""Vectors of meaning laid out in a plane: always the same for the same vectors."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

SEED = 1
_FEW = 8
_PARTS = 30


def projected(vectors: NDArray[Any]) -> NDArray[np.float64]:
    """(n, d) vectors to (n, 2) places, within -1 to 1.

    t-SNE (van der Maaten & Hinton 2008) from a principal component start: neighbours stay neighbours; how far apart
    far things are, and how dense a group is, is not kept. With fewer than eight vectors principal components alone.
    """
    from sklearn.decomposition import PCA
    from threadpoolctl import threadpool_limits

    here = np.asarray(vectors, np.float64)
    if len(here) < 2:
        return np.zeros((len(here), 2))
    here = here / np.maximum(np.linalg.norm(here, axis=1, keepdims=True), 1e-12)
    parts = min(_PARTS, len(here), here.shape[1])
    # So few points are laid out by one processor: several wait for each other at every step, five times as long.
    with threadpool_limits(1):
        flat = PCA(n_components=parts, svd_solver="covariance_eigh").fit_transform(here)
        places = _flat_pair(flat)
        if len(here) >= _FEW and flat.std() > 0:
            places = _neighbours(flat, places / max(float(places[:, 0].std()), 1e-12) * 1e-4)
    places = places - (places.max(axis=0) + places.min(axis=0)) / 2
    return np.asarray(places / max(float(np.abs(places).max()), 1e-12), np.float64)


def _neighbours(flat: NDArray[np.float64], start: NDArray[np.float64]) -> NDArray[np.float64]:
    from sklearn.manifold import TSNE

    # Coarser and shorter than usual: so few points hardly move any more, and somebody waits.
    lay_out = TSNE(
        n_components=2,
        init=start,
        perplexity=min(30.0, (len(flat) - 1) / 3),
        angle=0.8,
        max_iter=400,
        random_state=SEED,
        n_jobs=1,
    )
    return np.asarray(lay_out.fit_transform(flat), np.float64)


def _flat_pair(flat: NDArray[np.float64]) -> NDArray[np.float64]:
    pair = np.zeros((len(flat), 2))
    pair[:, : flat.shape[1]] = flat[:, :2]
    return pair
