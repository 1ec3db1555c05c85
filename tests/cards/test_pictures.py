"""Drawn as Teams would, no card cuts a button's words, scrolls sideways or makes the renderer warn."""

import os
from pathlib import Path

import pytest

from bot.strings.translate import languages
from cards.elements import Card, actions, card, execute
from cards.menu_verbs import MenuBook
from tests.cards.gallery import HOSTILE, Gallery, Typed
from tests.cards.render import NotHere, Studio, faults


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    try:
        return Studio(tmp_path)
    except NotHere as missing:
        if os.environ.get("NO_SKIPS"):
            pytest.fail(f"NOT LOOKED AT: {missing}")
        pytest.skip(f"NOT LOOKED AT: {missing}")


@pytest.mark.e2e
@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("words", [None, HOSTILE["unbroken"]], ids=["plain", "unbroken"])
def test_no_card_is_cut_or_scrolls_sideways(studio: Studio, language: str, words: Typed | None) -> None:
    assert faults(studio.measure(Gallery(language, words, elsewhere=True).cards())) == []


@pytest.mark.e2e
def test_a_card_that_is_cut_would_be_found(studio: Studio) -> None:
    button = execute("Words that are far too long for one single button", MenuBook())
    row = actions(button)
    assert row is not None
    row["actions"] = [button, button]
    found: dict[str, Card] = {"bad": card("A card", [row])}
    assert any("phone cuts" in each for each in faults(studio.measure(found)))
