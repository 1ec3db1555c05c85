"""The words people read: one JSON file a language, chosen by the reader's locale."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from babel import Locale, UnknownLocaleError

DEFAULT_LANGUAGE = "en"


@cache
def languages() -> tuple[str, ...]:
    """The languages that have a strings file, by tag."""
    return tuple(
        sorted(each.name.removesuffix(".json") for each in files(__package__).iterdir() if each.name.endswith(".json"))
    )


@cache
def strings_of(language: str) -> Mapping[str, str | Mapping[str, str]]:
    """One language's strings, flattened: ``visit_card.join`` -> words, or a mapping of plural forms."""
    loaded = json.loads((files(__package__) / f"{language}.json").read_text(encoding="utf-8"))
    return dict(_flattened(loaded, ""))


def _flattened(node: Mapping[str, Any], prefix: str) -> list[tuple[str, str | Mapping[str, str]]]:
    found: list[tuple[str, str | Mapping[str, str]]] = []
    for key, value in node.items():
        name = f"{prefix}{key}"
        if isinstance(value, str) or "other" in value:
            found.append((name, value))
        else:
            found.extend(_flattened(value, f"{name}."))
    return found


class Translator:
    """Turns keys into words for one reader. ``t("list.count", count=3)`` picks the plural form by ``count``."""

    def __init__(self, locale: str) -> None:
        """``locale`` as Teams sends it (``en-US``, ``es-MX``); an unknown one reads English."""
        self.language = language_of(locale)
        self.locale = _babel_locale(locale, self.language)

    def __call__(self, key: str, **facts: object) -> str:
        """The words for a key with its placeholders filled. A missing key is a KeyError: a fault of ours."""
        words = strings_of(self.language)[key]
        if not isinstance(words, str):
            form = self.locale.plural_form(facts.get("count", 0))
            words = words.get(form, words["other"])
        return words.format(**facts) if facts else words.format()

    def has(self, key: str) -> bool:
        """Whether there are words for a key."""
        return key in strings_of(self.language)


def language_of(locale: str) -> str:
    """The language to answer a locale in: its own if we have it, else English."""
    tag = locale.replace("_", "-").split("-")[0].lower()
    return tag if tag in languages() else DEFAULT_LANGUAGE


def _babel_locale(locale: str, language: str) -> Locale:
    """The locale with its region, so that en-GB writes day first; the bare language where Babel knows no more."""
    try:
        parsed = Locale.parse(locale.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return Locale.parse(language)
    return parsed if parsed.language == language else Locale.parse(language)
