"""Every pair of colours that stands on one another can be read, in light and in dark (WCAG 2.2, AA)."""

import re
from pathlib import Path

import pytest

import service.hub

CSS = (Path(service.hub.__file__).parent / "static/hub.css").read_text(encoding="utf-8")
GROUNDS = ("bg", "surface", "sunken", "hover")
ON_GROUNDS = (
    "text",
    "text-2",
    "text-3",
    "accent",
    "accent-hover",
    "danger",
    "past",
    "src-file",
    "src-call",
    "src-upstream",
)
PAIRS = [(text, ground) for text in ON_GROUNDS for ground in GROUNDS] + [
    ("accent", "accent-soft"),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
    ("add", "add-bg"),
    ("del", "del-bg"),
    ("warn", "warn-bg"),
    ("past", "past-bg"),
    ("on-danger", "danger-fill"),
]
READABLE, SEEN = 4.5, 3.0


def _colours():
    found = {}
    for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\)", CSS):
        found[name] = (light, dark)
    for name, both in re.findall(r"--([\w-]+): (#\w+);", CSS):
        found[name] = (both, both)
    return found


COLOURS = _colours()


def _luminance(colour):
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one, other):
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_a_text_can_be_read_on_its_ground(text, ground, scheme):
    assert _contrast(COLOURS[text][scheme], COLOURS[ground][scheme]) >= READABLE


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("edge", ["line-strong", "focus"])
def test_an_edge_can_be_seen_on_its_ground(edge, ground, scheme):
    assert _contrast(COLOURS[edge][scheme], COLOURS[ground][scheme]) >= SEEN
