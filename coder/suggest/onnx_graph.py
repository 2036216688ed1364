"""The embedded encoder as an ONNX graph, written down layer by layer from its weights.

Nothing is traced or exported, so no torch is needed. Matrix products are done in whole numbers: weights are rounded
for each output column, what goes into them for each token, on the fly. A scale for each token, where quantisers
usually take one for the whole batch, keeps a text's vector the same whatever it is batched with, and is closer to the
original. Weights take 7 of the 8 bits: on processors without VNNI the sum of two 8-bit products overflows 16 bits
(https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html), and vectors would depend on the
machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

HEADS, WIDTH, DEPTH, EPSILON = 12, 384, 6, 1e-12
LARGEST_WEIGHT = 64
FUSED = "com.microsoft"
"""Where ONNX Runtime keeps the operators that do several steps at once; every build for a processor has them."""
GELU_FLOOR = 0.17
"""GELU is never below -0.17: moved up by that, its values need no sign and have twice the resolution."""

Weights = Mapping[str, NDArray[np.float32]]


def build(weights: Weights, layers: Sequence[int]) -> bytes:
    """A model from ``ids`` and ``mask``, both int64 (batch, tokens), to ``sums``, float32 (batch, layers, width).

    ``weights`` by the names that the model's publisher gave them, ``layers`` counted from one, in the order wanted.
    """
    graph = _Graph(weights)
    x = graph.embeddings()
    mask = graph.add("Unsqueeze", graph.add("Cast", "mask", to=TensorProto.FLOAT), graph.integers(2))
    sums = {}
    for number in range(1, DEPTH + 1):
        x = graph.layer(x, f"encoder.layer.{number - 1}.")
        if number in layers:
            kept = graph.add("Mul", graph.by_text(x), mask)
            sums[number] = graph.add("ReduceSum", kept, graph.integers(1), keepdims=1)
    graph.add("Concat", *(sums[number] for number in layers), axis=1, result="sums")
    return graph.serialised(len(layers))


class _Graph:
    """Nodes and constants as they come. Between layers every token is a row: (batch x tokens, width)."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._nodes: list[Any] = []
        self._constants: dict[str, Any] = {}

    def add(self, operator: str, *inputs: str, result: str = "", domain: str = "", **attributes: Any) -> str:
        """One node with one result, whose name it returns."""
        result = result or f"{operator}{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, list(inputs), [result], domain=domain, **attributes))
        return result

    def constant(self, name: str, values: NDArray[Any]) -> str:
        """A constant, kept once under its name."""
        if name not in self._constants:
            self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(values), name)
        return name

    def integers(self, *values: int) -> str:
        """A list of whole numbers: axes and shapes."""
        return self.constant(f"integers {values}", np.array(values, np.int64))

    def number(self, value: float) -> str:
        """A single number."""
        return self.constant(f"number {value}", np.array(value, np.float32))

    def weight(self, name: str) -> str:
        """A published weight as it is."""
        return self.constant(name, self._weights[name])

    def by_text(self, x: str) -> str:
        """Rows of tokens as (batch, tokens, ...)."""
        return self.add("Reshape", x, "shape")

    def by_token(self, x: str) -> str:
        """(batch, tokens, width) as rows of tokens."""
        return self.add("Reshape", x, self.integers(-1, WIDTH))

    def embeddings(self) -> str:
        """Words and positions. The table of words is rounded to 8 bits for each word: half of all weights are in it."""
        self.add("Concat", self.add("Shape", "ids"), self.integers(-1), axis=0, result="shape")
        words = self._weights["embeddings.word_embeddings.weight"]
        scale = np.abs(words).max(1, keepdims=True) / 127
        rounded = self.add("Gather", self.constant("words", np.rint(words / scale).astype(np.int8)), "ids")
        scales = self.add("Gather", self.constant("words' scales", scale), "ids")
        x = self.add("Mul", self.add("Cast", rounded, to=TensorProto.FLOAT), scales)
        # All of a text is of the first of the two token types.
        places = self._weights["embeddings.position_embeddings.weight"]
        places = places + self._weights["embeddings.token_type_embeddings.weight"][0]
        length = self.add("Shape", "ids", start=1)
        place = self.add("Slice", self.constant("places", places), self.integers(0), length, self.integers(0))
        x = self._normalised(self.add("Add", x, place), "embeddings.LayerNorm.")
        return self.by_token(x)

    def layer(self, x: str, name: str) -> str:
        """Attention and the two dense steps after it (Devlin et al. 2019, doi 10.18653/v1/N19-1423)."""
        own = [f"{name}attention.self.{part}." for part in ("query", "key", "value")]
        matrix = np.concatenate([self._weights[part + "weight"] for part in own])
        bias = np.concatenate([self._weights[part + "bias"] for part in own])
        together, _ = self._product(x, name + "attention.self", matrix)
        parts = [f"{name}{part}" for part in ("query", "key", "value")]
        self._nodes.append(helper.make_node("Split", [self.by_text(together)], parts, axis=-1, num_outputs=3))
        seen = self.add(
            "MultiHeadAttention",
            *parts,
            self.constant(name + "attention.self.bias", bias),
            self.add("Cast", "mask", to=TensorProto.INT32),
            domain=FUSED,
            num_heads=HEADS,
        )
        x = self._dense(self.by_token(seen), x, name + "attention.output.")
        wide, _ = self._product(x, name + "intermediate", self._weights[name + "intermediate.dense.weight"])
        wide = self.add("BiasGelu", wide, self.weight(name + "intermediate.dense.bias"), domain=FUSED)
        return self._dense(wide, x, name + "output.", floor=GELU_FLOOR)

    def _dense(self, x: str, before: str, name: str, floor: float = 0.0) -> str:
        """A product, its bias, what was there before, and normalisation."""
        product, raised = self._product(x, name + "dense", self._weights[name + "dense.weight"], floor)
        bias = self.constant(name + "bias", self._weights[name + "dense.bias"] - raised)
        # The operator that does all of this at once takes three times as long.
        return self._normalised(self.add("Add", self.add("Add", product, bias), before), name + "LayerNorm.")

    def _normalised(self, x: str, name: str) -> str:
        return self.add(
            "LayerNormalization",
            x,
            self.weight(name + "weight"),
            self.weight(name + "bias"),
            axis=-1,
            epsilon=EPSILON,
        )

    def _product(
        self, x: str, name: str, matrix: NDArray[np.float32], floor: float = 0.0
    ) -> tuple[str, NDArray[np.float32]]:
        """``x`` times the transposed ``matrix``, and by how much raising ``x`` to its floor raised the result."""
        scale = (np.abs(matrix).max(1) / LARGEST_WEIGHT).astype(np.float32)
        rounded = np.rint(matrix / scale[:, None]).astype(np.int8)
        whole, scales, zero = self._rounded_above(x, floor) if floor else self._rounded(x)
        product = self.add(
            "MatMulIntegerToFloat",
            whole,
            self.constant(name, rounded.T),
            self.number(1),
            self.constant(name + "'s scales", scale),
            self.constant(f"zero {zero}", np.array(zero, np.uint8)),
            domain=FUSED,
        )
        return self.add("Mul", product, scales), np.float32(floor) * scale * rounded.sum(1, dtype=np.float32)

    def _rounded(self, x: str) -> tuple[str, str, int]:
        """Every row as whole numbers about 128, with its scale."""
        largest = self.add("ReduceMax", self.add("Abs", x), self.integers(-1), keepdims=1)
        scales = self.add("Mul", largest, self.number(1 / 127))
        flat = self.add("Reshape", scales, self.integers(-1))
        zeros = self.add("Expand", self.constant("zeros", np.array([128], np.uint8)), self.add("Shape", flat))
        return self.add("QuantizeLinear", x, flat, zeros, axis=0), scales, 128

    def _rounded_above(self, x: str, floor: float) -> tuple[str, str, int]:
        """Every row, nowhere below -``floor``, as whole numbers from 0, with its scale."""
        raised = self.add("Add", x, self.number(floor))
        largest = self.add("ReduceMax", raised, self.integers(-1), keepdims=1)
        scales = self.add("Mul", largest, self.number(1 / 255))
        flat = self.add("Reshape", scales, self.integers(-1))
        return self.add("QuantizeLinear", raised, flat, axis=0, output_dtype=TensorProto.UINT8), scales, 0

    def serialised(self, layers: int) -> bytes:
        """The finished model."""
        inputs = [helper.make_tensor_value_info(x, TensorProto.INT64, ["batch", "tokens"]) for x in ("ids", "mask")]
        output = helper.make_tensor_value_info("sums", TensorProto.FLOAT, ["batch", layers, WIDTH])
        graph = helper.make_graph(self._nodes, "encoder", inputs, [output], list(self._constants.values()))
        # Fixed, not the newest that the installed onnx knows: any onnxruntime that is allowed must understand them.
        operators = [helper.make_opsetid("", 21), helper.make_opsetid(FUSED, 1)]
        content: bytes = helper.make_model(graph, opset_imports=operators, ir_version=10).SerializeToString()
        return content
