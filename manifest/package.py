"""The Teams app package: manifest, icons and one file a further language, as a zip.

``manifest.json`` beside this file is the template. ``${{name.short}}`` is a key under ``manifest`` in the strings
files, so every such place is also a line of each language's file; ``${{APP_ID}}`` and its like come from ``Identity``.
Source: learn.microsoft.com "App manifest reference", "Localize your app"
"""

import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from importlib.resources import files
from io import BytesIO
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.strings.translate import DEFAULT_LANGUAGE, Translator, languages

ICONS = ("color.png", "outline.png")
NOBODY = "00000000-0000-0000-0000-000000000000"
"""Stands for the bot's id while there is none: good for looking at the package, not for installing it."""
NOWHERE = "visits.example.com"
_PLACEHOLDER = re.compile(r"\$\{\{([A-Za-z_.]+)\}\}")
_FIRST_SAME_DAY = (1980, 1, 1, 0, 0, 0)
"""A zip's earliest date: the same input makes the same bytes."""

Guid = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$")]
Host = Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9-]+)+$")]
HttpsUrl = Annotated[str, Field(pattern=r"^https://[^\s]+$", max_length=2048)]


class Identity(BaseModel):
    """Whose app it is and where it runs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    app_id: Guid = NOBODY
    """The Azure Bot's app id (``APP_ID``)."""
    manifest_id: Guid | None = None
    """The app's own id in the catalog; the bot's where none is given."""
    sso_app_id: Guid | None = None
    """The Entra app that people sign in to; without it the package asks for no sign-in."""
    token_host: Host | None = None
    """Bot Framework's host of sign-in, where an OAuth connection keeps people's tokens."""
    host: Host = NOWHERE
    """Where the bot is reached, without scheme."""
    developer: str = Field(default="Visits", min_length=1, max_length=32)
    website: HttpsUrl | None = None
    privacy: HttpsUrl | None = None
    terms: HttpsUrl | None = None

    @model_validator(mode="after")
    def _not_on_a_shared_host(self) -> Self:
        if "*" in self.host:
            raise ValueError("a wildcard host is not the bot's own")
        return self

    def fillings(self) -> Mapping[str, str | None]:
        """What stands for each placeholder in capitals."""
        website = self.website or f"https://{self.host}"
        return {
            "APP_ID": self.app_id,
            "MANIFEST_ID": self.manifest_id or self.app_id,
            "SSO_APP_ID": self.sso_app_id,
            "HOST": self.host,
            "TOKEN_HOST": self.token_host,
            "DEVELOPER": self.developer,
            "WEBSITE": website,
            "PRIVACY": self.privacy or f"{website}/privacy",
            "TERMS": self.terms or f"{website}/terms",
        }


def template() -> dict[str, Any]:
    """The manifest with its placeholders."""
    source = files("manifest") / "manifest.json"
    loaded: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    return loaded


def manifest(identity: Identity) -> dict[str, Any]:
    """The manifest in the default language, every placeholder filled."""
    words = Translator(DEFAULT_LANGUAGE)
    fillings = identity.fillings()

    def fill(found: re.Match[str]) -> str:
        name = found[1]
        return (fillings[name] or "") if name.isupper() else words(f"manifest.{name}")

    made = {key: _filled(value, fill) for key, value in template().items()}
    made["validDomains"] = [each for each in made["validDomains"] if each]
    if identity.sso_app_id is None:  # no window of ours or of sign-in is ever opened from a card
        del made["webApplicationInfo"], made["validDomains"]
    others = _further_languages()
    if others:
        made["localizationInfo"] = {
            "defaultLanguageTag": DEFAULT_LANGUAGE,
            "additionalLanguages": [{"languageTag": each, "file": f"{each}.json"} for each in others],
        }
    return made


def localization(language: str) -> dict[str, str]:
    """One further language's file: the words for every place of the manifest that holds a string of ours."""
    words = Translator(language)
    schema = template()["$schema"].replace("MicrosoftTeams.schema", "MicrosoftTeams.Localization.schema")
    return {"$schema": schema} | {place: words(f"manifest.{key}") for place, key in localized_places()}


def localized_places() -> Iterator[tuple[str, str]]:
    """Path in the manifest and key of the strings, as ``bots[0].commandLists[0].commands[1].title``."""
    for path, text in _strings(template(), ""):
        found = _PLACEHOLDER.fullmatch(text)
        if found and not found[1].isupper():
            yield path, found[1]


def command_titles(language: str) -> tuple[str, ...]:
    """What is typed into the chat when a command of the menu is chosen. Every one of them must be answered."""
    words = Translator(language)
    keys = [key for path, key in localized_places() if ".commands[" in path and path.endswith(".title")]
    return tuple(dict.fromkeys(words(f"manifest.{each}") for each in keys))


def package(identity: Identity) -> bytes:
    """The zip: manifest.json, both icons and the language files at its root, and nothing else."""
    parts = {"manifest.json": _as_json(manifest(identity))}
    parts |= {each: (files("manifest") / each).read_bytes() for each in ICONS}
    parts |= {f"{each}.json": _as_json(localization(each)) for each in _further_languages()}
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _FIRST_SAME_DAY), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _further_languages() -> tuple[str, ...]:
    return tuple(
        each for each in languages() if each != DEFAULT_LANGUAGE and Translator(each).has("manifest.name.short")
    )


def _as_json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def _filled(node: Any, fill: Any) -> Any:
    if isinstance(node, dict):
        return {key: _filled(value, fill) for key, value in node.items()}
    if isinstance(node, list):
        return [_filled(each, fill) for each in node]
    return _PLACEHOLDER.sub(fill, node) if isinstance(node, str) else node


def _strings(node: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _strings(value, f"{path}.{key}" if path else key)
    elif isinstance(node, list):
        for at, each in enumerate(node):
            yield from _strings(each, f"{path}[{at}]")
    elif isinstance(node, str):
        yield path, node
