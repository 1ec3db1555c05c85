"""Every language has the same strings, placeholders, plural forms and vocabulary: this shows what a new one lacks."""

import json
import string
from importlib.resources import files
from typing import Any

import pytest
from babel import Locale

from bot.strings.translate import languages, strings_of
from bot.understanding.days import day_rules
from bot.understanding.vocabulary import vocabularies
from tests.unit.understanding.desk import TYPES, read

OTHERS = [each for each in languages() if each != "en"]


def vocabulary_file(language: str) -> dict[str, Any]:
    """The file as written."""
    text = (files("bot.understanding") / "vocabularies" / f"{language}.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def placeholders(words: Any) -> set[str]:
    """The facts a string is filled with."""
    said = [words] if isinstance(words, str) else list(words.values())
    return {name for each in said for _, name, _, _ in string.Formatter().parse(each) if name}


def test_a_language_has_both_files() -> None:
    assert set(languages()) == set(vocabularies())
    assert {"en", "es"} <= set(languages())


@pytest.mark.parametrize("language", OTHERS)
def test_no_string_is_missing_or_left_over(language: str) -> None:
    english, other = strings_of("en"), strings_of(language)
    assert sorted(english.keys() - other.keys()) == [], "missing"
    assert sorted(other.keys() - english.keys()) == [], "left over"


@pytest.mark.parametrize("language", OTHERS)
def test_every_string_is_filled_with_the_same_facts(language: str) -> None:
    english, other = strings_of("en"), strings_of(language)
    differing = [
        key
        for key, words in english.items()
        if key in other and placeholders(words) | {"count"} != placeholders(other[key]) | {"count"}
    ]
    assert differing == []


@pytest.mark.parametrize("language", languages())
def test_plural_strings_have_the_forms_small_numbers_need(language: str) -> None:
    needed = {Locale.parse(language).plural_form(count) for count in range(200)}
    lacking = [key for key, words in strings_of(language).items() if not isinstance(words, str) and needed - set(words)]
    assert lacking == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_string_was_left_in_english(language: str) -> None:
    same = {
        key
        for key, words in strings_of("en").items()
        if isinstance(words, str) and words == strings_of(language)[key] and any(each.isalpha() for each in words)
    }
    names = {"book.client_name_hint", "book.email_hint", "settings.languages.en", "settings.languages.es", "confirm.no"}
    kept = {key for key in same if len(placeholders(strings_of("en")[key])) == 0} - names
    assert kept == set()


@pytest.mark.parametrize("language", OTHERS)
def test_vocabularies_have_the_same_sections(language: str) -> None:
    english, other = vocabulary_file("en"), vocabulary_file(language)
    assert english.keys() ^ other.keys() == set()
    assert english["intents"].keys() == other["intents"].keys()
    assert english["answers"].keys() == other["answers"].keys()
    assert english["type_glossary"].keys() == other["type_glossary"].keys()


@pytest.mark.parametrize("language", vocabularies())
def test_phrases_name_only_rules_that_exist(language: str) -> None:
    hours = {
        "half_bare",
        "bare_past",
        "bare_to",
        "half_past",
        "minutes_past",
        "minutes_to",
        "minutes_of",
        "hour_minutes",
        "noon",
        "midnight",
        "now",
        "same_time",
    }
    used = {each.split(":")[0] for each in vocabulary_file(language)["phrases"]}
    assert used <= {*day_rules(), *hours}


@pytest.mark.parametrize(("language", "locale"), [("en", "en-US"), ("es", "es-MX")])
def test_the_examples_we_show_are_understood(language: str, locale: str) -> None:
    said = strings_of(language)
    booked = read(str(said["help.book_example"]), locale=locale)
    assert booked.intent == "book"
    assert (booked.client_name, booked.phone) == ("Ana Ruiz", "+12065550142")
    assert booked.type_name == TYPES[0].name
    assert None not in (booked.staff_id, booked.day, booked.at)
    moved = read(str(said["help.move_example"]), locale=locale)
    assert (moved.intent, moved.client_name) == ("move", "Ana Ruiz")
    assert None not in (moved.day, moved.at)
    cancelled = read(str(said["help.cancel_example"]), locale=locale)
    assert (cancelled.intent, cancelled.client_name) == ("cancel", "Ana Ruiz")
    free = read(str(said["help.free_example"]), locale=locale)
    assert free.intent == "free"
    assert None not in (free.staff_id, free.day)
    today, tomorrow, find = (each.strip() for each in str(said["help.list_example"]).split("·"))
    assert (read(today, locale=locale).intent, read(tomorrow, locale=locale).intent) == ("agenda", "agenda")
    assert (read(find, locale=locale).intent, read(find, locale=locale).client_name) == ("find", "Ruiz")
    day, length, phone = (each.strip() for each in str(said["help.correct_example"]).split("·"))
    assert read(day, locale=locale).day is not None
    assert read(length, locale=locale).duration is not None
    assert read(phone, locale=locale).phone == "+12065550199"
    assert read(str(said["help.undo_example"]), locale=locale).intent == "undo"
    assert read(str(said["help.stop_example"]).split()[0], locale=locale).intent == "stop"
