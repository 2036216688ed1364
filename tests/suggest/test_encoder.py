"""Models that are given by folder."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from coder.errors import ModelUnavailable
from coder.suggest.encoder import SentenceTransformerEncoder, embedded_folder

WEIGHTS = "model.safetensors"


def given(folder: Path) -> Path:
    """A model's folder of one's own, its files linked to the embedded ones."""
    return Path(shutil.copytree(embedded_folder(), folder / "my model", copy_function=os.symlink))


def put(file: Path, content: bytes) -> None:
    """In place of the link: what it leads to stays as it is."""
    file.unlink()
    file.write_bytes(content)


def cut_short(model: Path) -> None:
    put(model / WEIGHTS, (model / WEIGHTS).read_bytes()[:100_000])


def not_a_model(model: Path) -> None:
    put(model / WEIGHTS, b"hello")


def without_weights(model: Path) -> None:
    (model / WEIGHTS).unlink()


def damaged(model: Path) -> None:
    put(model / "config.json", b"{")


def empty(model: Path) -> None:
    shutil.rmtree(model)
    model.mkdir()


def a_file(model: Path) -> None:
    shutil.rmtree(model)
    model.write_text("hello")


def test_a_folder_gives_vectors_of_its_own_name_and_tells_how_far_it_is(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    encoder = SentenceTransformerEncoder(str(given(tmp_path)))
    told: list[tuple[int, int]] = []
    texts = ["They met by the river every week.", "", "The budget was late again, and nobody knew why it was so late."]
    vectors = encoder.encode(texts, lambda done, total: told.append((done, total)))
    assert re.fullmatch(r"my model:[0-9a-f]{12}:float32", encoder.name)
    assert vectors.shape == (3, encoder.dimensions) and told == [(3, 3)]
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for text, vector in zip(texts, vectors, strict=True):
        np.testing.assert_allclose(encoder.encode([text])[0], vector, atol=1e-4)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("spoil", [cut_short, not_a_model, without_weights, damaged, empty, a_file])
def test_a_folder_that_holds_no_whole_model_is_told_with_what_to_do(
    spoil: Callable[[Path], None], tmp_path: Path
) -> None:
    spoil(model := given(tmp_path))
    with pytest.raises(ModelUnavailable, match=r"cannot load the model '.*my model'; give the folder of a"):
        SentenceTransformerEncoder(str(model))


def test_a_model_without_its_vocabulary_is_refused_since_all_texts_would_be_alike_to_it(tmp_path: Path) -> None:
    model = given(tmp_path)
    for file in ("tokenizer.json", "vocab.txt"):
        (model / file).unlink()
    with pytest.raises(ModelUnavailable, match=r"has no words; its folder lacks tokenizer\.json or vocab\.txt"):
        SentenceTransformerEncoder(str(model))
