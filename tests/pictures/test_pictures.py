"""Every picture: it draws, in every look, without a network; names in it are data; nothing overflows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.model.choices import Look
from coder.pictures import (
    Spec,
    diverging,
    heatmap,
    meaning_map,
    network,
    png,
    portrait,
    projected,
    short_names,
    svg,
    timeline,
)
from coder.pictures.look import OKABE_ITO, contrast, mixed, readable_on, tones_of

NASTY = [
    "<script>alert(1)</script>",
    "{datum.path}",
    "datum['x'] || \"",
    "a.b[0]\\n",
    "</text><image href='https://example.org/x.png'/>",
    "=cmd|' /C calc'!A0",
    '{"expr": "1+1"}',
    "Ääkköset 😀 " + "pitkä " * 30,
]
PATHS = [f"Paths / {name}" for name in NASTY]
EXPRESSIONS = {"expr", "signal", "calculate", "filter", "test", "url", "href", "transform", "format_type"}


def table() -> pd.DataFrame:
    numbers = np.arange(len(PATHS) * len(NASTY), dtype="float64").reshape(len(PATHS), -1)
    numbers[0, 0], numbers[1, 1] = np.nan, 0
    return pd.DataFrame(numbers, index=PATHS, columns=NASTY)


def drawn_heatmap(look: Look) -> Spec:
    return heatmap(table(), NASTY[0], NASTY[1], look)


def drawn_timeline(look: Look) -> Spec:
    return timeline(table().fillna(0), NASTY[0], NASTY[1], look)


def drawn_portrait(look: Look) -> Spec:
    lines = pd.DataFrame(
        {"path": PATHS, "coding": NASTY, "first": range(8), "last": range(2, 10), "speaker": NASTY, "coder": NASTY,
         "quotation": NASTY}
    )  # fmt: skip
    return portrait(lines, NASTY[0], NASTY[1], look, words=20, read=15)


def drawn_network(look: Look) -> Spec:
    codes = pd.DataFrame({"path": PATHS, "branch": NASTY, "count": range(1, 9)})
    pairs = pd.DataFrame(
        [
            {"path": a, "with": b, "together": 1 + i, "Jaccard": 0.5, "lift": 1.0}
            for i, (a, b) in enumerate(combinations(PATHS, 2))
        ]
    )
    return network(codes, pairs, NASTY[0], NASTY[1], look)


def drawn_map(look: Look) -> Spec:
    points = pd.DataFrame(
        {"x": np.linspace(-1, 1, 8), "y": np.linspace(1, -1, 8), "group": [*NASTY[:7], None], "name": NASTY,
         "document": NASTY, "start": range(8), "speaker": NASTY, "codes": NASTY, "text": NASTY}
    )  # fmt: skip
    return meaning_map(points, NASTY[0], NASTY[1], look, groups=NASTY[:7])


def drawn_contrast(look: Look) -> Spec:
    table = pd.DataFrame(
        {"path": PATHS, "difference": np.linspace(80, -80, 8), "low": np.linspace(60, -90, 8),
         "high": np.linspace(90, -60, 8), "of first": 50.0, "of second": 50.0}
    )  # fmt: skip
    return diverging(table, NASTY[0], NASTY[1], look, first=NASTY[2], second=NASTY[6])


DRAWN = [drawn_contrast, drawn_heatmap, drawn_timeline, drawn_portrait, drawn_network, drawn_map]


def parts_of(spec: Any) -> Iterator[tuple[str, Any]]:
    """Every key of a specification with its value, but not what lies in its data."""
    if isinstance(spec, list):
        for each in spec:
            yield from parts_of(each)
    elif isinstance(spec, dict):
        for key, value in spec.items():
            yield key, value
            if key != "values":
                yield from parts_of(value)


@pytest.mark.parametrize("draw", DRAWN)
@pytest.mark.parametrize("look", Look)
def test_every_picture_is_drawn_in_every_look_and_holds_nothing_that_runs(
    draw: Callable[[Look], Spec], look: Look
) -> None:
    spec = draw(look)
    made = svg(spec)
    assert tones_of(look).paper in made
    assert "<script" not in made
    assert "<image" not in made
    assert "href" not in re.sub(r">[^<]*<", "><", re.sub(r'aria-label="[^"]*"', "", made))
    assert png(spec, 1)[:8] == b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize("draw", DRAWN)
def test_no_picture_has_an_expression(draw: Callable[[Look], Spec]) -> None:
    spec = draw(Look.LIGHT)
    assert not {key for key, _ in parts_of(spec)} & EXPRESSIONS
    assert json.loads(json.dumps(spec)) == spec


@pytest.mark.parametrize("draw", DRAWN)
def test_the_same_table_gives_the_same_picture(draw: Callable[[Look], Spec]) -> None:
    assert svg(draw(Look.GREY)) == svg(draw(Look.GREY))


@pytest.mark.parametrize("draw", DRAWN)
def test_a_grey_picture_has_no_colour(draw: Callable[[Look], Spec]) -> None:
    for red, green, blue in re.findall(r"#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})\b", svg(draw(Look.GREY)).lower()):
        assert red == green == blue


@pytest.mark.parametrize("draw", DRAWN)
def test_every_picture_answers_to_the_pointer_and_to_a_click(draw: Callable[[Look], Spec]) -> None:
    names = {value for key, value in parts_of(draw(Look.LIGHT)) if key == "name" and isinstance(value, str)}
    assert {"over", "chosen"} <= names


def test_what_is_not_known_is_no_zero() -> None:
    spec = heatmap(pd.DataFrame([[0.0, np.nan]], index=["a"], columns=["x", "y"]), "T", "S")
    told = [row["told"] for row in spec["data"]["values"]]
    assert told == ["0", "–"]


def test_empty_tables_are_drawn_too() -> None:
    for draw in (heatmap, timeline):
        assert svg(draw(pd.DataFrame(), "Nothing", "yet")).startswith("<svg")


@pytest.mark.parametrize("look", Look)
def test_numbers_and_letters_can_be_read(look: Look) -> None:
    tones = tones_of(look)
    assert contrast(tones.ink, tones.paper) >= 7
    assert contrast(tones.faint, tones.paper) >= 4.5
    assert contrast(tones.accent, tones.paper) >= 3
    for share in np.linspace(0, 1, 101):
        colour = mixed(tones.low, tones.high, float(share))
        assert contrast(readable_on(colour), colour) >= 4.5
    assert contrast(tones.faint, tones.low) >= 4.5


@pytest.mark.parametrize("look", Look)
def test_the_ramp_goes_one_way_so_that_it_reads_in_grey(look: Look) -> None:
    tones = tones_of(look)
    steps = [contrast(mixed(tones.low, tones.high, share / 10), tones.low) for share in range(11)]
    assert steps == sorted(steps)
    assert steps[-1] >= 7


# Machado, Oliveira & Fernandes (2009), severity 1, on linear light.
SEEN_BY = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def lab_of(colour: str, seen: list[list[float]]) -> np.ndarray:
    """CIE Lab of a colour as somebody sees it."""
    rgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.array(seen) @ linear, 0, 1)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear
    f = np.where((t := xyz / [0.9505, 1.0, 1.089]) > 0.008856, np.cbrt(t), 7.787 * t + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("seen", SEEN_BY)
def test_colours_of_groups_differ_for_people_who_see_colours_otherwise(seen: str) -> None:
    for one, other in combinations(OKABE_ITO, 2):
        assert np.linalg.norm(lab_of(one, SEEN_BY[seen]) - lab_of(other, SEEN_BY[seen])) > 9


def test_the_two_sides_of_a_contrast_differ_in_grey_and_for_everybody() -> None:
    for look in Look:
        first, second = tones_of(look).first, tones_of(look).second
        for seen in SEEN_BY.values():
            assert np.linalg.norm(lab_of(first, seen) - lab_of(second, seen)) > 20


@given(st.lists(st.text(), max_size=12))
def test_short_names_are_short_and_each_its_own(names: list[str]) -> None:
    short = short_names(names, " / ")
    assert set(short) == set(names)
    assert len(set(short.values())) == len(short)
    assert all(len(name) <= 34 + len(" (12)") for name in short.values())


def test_a_name_alone_is_told_without_its_path() -> None:
    found = short_names(["Paths / Time", "Obstacles / Time", "Obstacles / Staff"], " / ")
    assert list(found.values()) == ["Paths / Time", "Obstacles / Time", "Staff"]


def test_neighbours_in_meaning_are_neighbours_on_the_map() -> None:
    chance = np.random.default_rng(3)
    centres = chance.normal(size=(3, 40)) * 5
    vectors = np.concatenate([centre + chance.normal(size=(30, 40)) for centre in centres])
    places = projected(vectors)
    assert np.array_equal(places, projected(vectors))
    assert np.abs(places).max() <= 1
    groups = np.repeat(range(3), 30)
    for row in range(90):
        far = np.linalg.norm(places - places[row], axis=1)
        assert (groups[np.argsort(far)[1:6]] == groups[row]).all()


@pytest.mark.parametrize("many", [0, 1, 2, 5, 9])
def test_few_passages_have_places_too(many: int) -> None:
    places = projected(np.eye(10, 4)[:many])
    assert places.shape == (many, 2)
    assert np.isfinite(places).all()
