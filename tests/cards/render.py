"""Pictures of every card: ``python -m tests.cards.render --out DIR [--language en] [--only visit_]``.

Each picture shows one card light and dark, at desktop and phone width, drawn by the reference renderer with Teams' host
configurations in a headless Chromium. It also says which cards would cut a button's words or scroll sideways. A picture
is not Teams: native pickers differ, and Teams-only elements are missing.

The npm packages come from the folder in NODE_MODULES, or are installed into a cache folder once.
"""

import argparse
import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cards.elements import Card
from tests.cards.gallery import HOSTILE, Gallery

PACKAGES = ("adaptivecards@3.0.6", "adaptivecards-designer@2.4.4", "markdown-it@14")
WIDTHS = {"desktop": 500, "phone": 320}
THEMES = ("light", "dark")
MARGIN = 16
SHORTEST = 240
"""Pixels: headless Chromium cuts the picture of a lower window."""
_FONT = "'Segoe UI', 'Noto Sans', 'Liberation Sans', Arial, sans-serif"
_STAGE = Path(__file__).with_name("stage.js")


class NotHere(Exception):
    """Node packages or Chromium are missing on this machine."""


def modules(*, install: bool) -> Path:
    """The folder with the npm packages: the one named, or a cache, filled once where ``install`` allows it."""
    named = os.environ.get("NODE_MODULES")
    folder = Path(named) if named else Path.home() / ".cache" / "visits-cards" / "node_modules"
    if not all((folder / each.partition("@")[0]).exists() for each in PACKAGES):
        if named:
            raise NotHere(f"NODE_MODULES lacks one of {', '.join(PACKAGES)}: {folder}")
        if not install:
            raise NotHere("the renderer is missing: run `python -m tests.cards.render` once, or set NODE_MODULES")
        npm = shutil.which("npm")
        if npm is None:
            raise NotHere("npm is missing, and NODE_MODULES is not set")
        folder.parent.mkdir(parents=True, exist_ok=True)
        prefix = ["--prefix", str(folder.parent), "--no-audit", "--no-fund", "--ignore-scripts", "--legacy-peer-deps"]
        subprocess.run([npm, "install", *prefix, *PACKAGES], check=True)
    return folder


def chromium() -> str:
    """The browser's path: CHROMIUM, or one of the usual names."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = os.environ.get("CHROMIUM") or next((path for each in names if (path := shutil.which(each))), None)
    if found is None:
        raise NotHere("Chromium is missing: install it, or name it in CHROMIUM")
    return found


class Studio:
    """Draws cards in a headless browser."""

    def __init__(self, folder: Path, *, install: bool = False) -> None:
        """``folder`` keeps the pages while they are drawn."""
        self._folder = folder
        self._modules = modules(install=install)
        self._chromium = chromium()

    def measure(self, cards: Mapping[str, Card]) -> dict[str, dict[str, Any]]:
        """By card: its height, what the renderer warns of, and what would be cut or stick out, by theme and width."""
        page = self._page("measure", cards, measures=True)
        answer = self._browse(page, "--dump-dom", width=2 * sum(WIDTHS.values()))
        found = re.search(r'<pre id="result">(.*?)</pre>', answer.decode(), re.DOTALL)
        if found is None:
            raise RuntimeError("the page said nothing")
        measured: dict[str, dict[str, Any]] = json.loads(html.unescape(found.group(1)))
        return measured

    def draw(self, name: str, card: Card, height: int, out: Path) -> Path:
        """One picture: light and dark, desktop and phone."""
        page = self._page(name, {name: card})
        picture = out / f"{name}.png"
        width = len(THEMES) * sum(each + 2 * MARGIN for each in WIDTHS.values())
        self._browse(page, f"--screenshot={picture}", width=width, height=max(height, SHORTEST))
        return picture

    def _browse(self, page: Path, *what: str, width: int, height: int = 800) -> bytes:
        options = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--allow-file-access-from-files",
        ]
        sized = [f"--window-size={width},{height}", f"--user-data-dir={self._folder / 'profile'}", "--lang=en-US"]
        run = [self._chromium, *options, *sized, *what, page.as_uri()]
        return subprocess.run(run, check=True, capture_output=True, timeout=120).stdout

    def _page(self, name: str, cards: Mapping[str, Card], *, measures: bool = False) -> Path:
        scripts = ("adaptivecards/dist/adaptivecards.min.js", "markdown-it/dist/browser/markdown-it.umd.min.js")
        older = "markdown-it/dist/markdown-it.min.js"
        sources = [self._modules / each for each in scripts]
        sources[1] = sources[1] if sources[1].exists() else self._modules / older
        designer = self._modules / "adaptivecards-designer"
        configs = {
            each: json.loads((designer / f"lib/hostConfigs/microsoft-teams-{each}.json").read_text("utf-8"))
            for each in THEMES
        }
        data = {
            "cards": {key: each.content for key, each in cards.items()},
            "configs": configs,
            "widths": WIDTHS,
            "font": _FONT,
            "margin": MARGIN,
            "measures": measures,
        }
        styles = [self._modules / "adaptivecards/dist/adaptivecards.css"]
        page = self._folder / f"{name}.html"
        page.write_text(
            "<!doctype html><meta charset='utf-8'>"
            + "".join(f"<link rel='stylesheet' href='{each.as_uri()}'>" for each in styles)
            + "".join(f"<script src='{each.as_uri()}'></script>" for each in sources)
            + f"<script>const DATA = {json.dumps(data).replace('</', '<' + chr(92) + '/')};</script>"
            + f"<body></body><script src='{_STAGE.as_uri()}'></script>",
            encoding="utf-8",
        )
        return page


def faults(measured: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What a person would stumble over, a line each."""
    return [
        f"{name}: {fault}"
        for name, each in measured.items()
        for fault in [*each["warnings"], *each["cut"], *each["wide"]]
    ]


def main(arguments: list[str]) -> int:
    """Draw all cards; returns 1 where one has a fault."""
    options = argparse.ArgumentParser(prog="python -m tests.cards.render", description="Pictures of every card")
    options.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    options.add_argument("--language", default="en", help="whose words (en)")
    options.add_argument("--only", default="", help="names that begin so")
    options.add_argument("--typed", choices=["plain", *HOSTILE], default="plain", help="what people typed")
    options.add_argument("--elsewhere", action="store_true", help="the reader's device and the client in other zones")
    wanted = options.parse_args(arguments)
    words = HOSTILE.get(wanted.typed)
    cards = Gallery(wanted.language, words, elsewhere=wanted.elsewhere).cards()
    cards = {name: each for name, each in cards.items() if name.startswith(wanted.only)}
    wanted.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        try:
            studio = Studio(Path(folder), install=True)
        except NotHere as missing:
            print(missing)
            return 2
        measured = studio.measure(cards)
        for name, each in cards.items():
            print(studio.draw(name, each, measured[name]["height"], wanted.out))
    found = faults(measured)
    print(*(found or ["No card cuts a button, scrolls sideways or makes the renderer warn."]), sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
