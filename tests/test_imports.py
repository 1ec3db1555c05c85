"""Who may import whom: the table is data, and every import in the tree is read with ``ast``."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent


class Rule(NamedTuple):
    """What a package may import: ours by prefix, theirs by top-level name. The standard library is always allowed."""

    ours: tuple[str, ...]
    theirs: tuple[str, ...]


LEANED_ON = ("bot.clock", "bot.settings", "bot.logs", "bot.strings", "bot.key_sets", "bot.retry_after")
EVERYTHING = Rule(("bot", "cards", "dialogs", "manifest", "app"), ("*",))

RULES: dict[str, Rule] = {
    "bot.visits": Rule(("bot.clock",), ("pydantic",)),
    "bot.settings": Rule(("bot.clock", "bot.written"), ("pydantic", "pydantic_settings")),
    "bot.written": Rule((), ("pydantic", "pydantic_settings")),
    "bot.clock": Rule((), ("pydantic",)),
    "bot.logs": Rule(("bot.clock",), ("pydantic",)),
    "bot.key_sets": Rule(("bot.clock",), ("jwt",)),
    "bot.retry_after": Rule((), ()),
    "bot.strings": Rule((), ("pydantic", "babel", "phonenumbers")),
    "bot.clinic": Rule(("bot.visits.models", "bot.strings"), ("pydantic",)),
    "cards": Rule(("bot.visits.models", "bot.strings"), ("pydantic",)),
    "dialogs": Rule(
        ("bot.visits", "bot.understanding", "cards", *LEANED_ON),
        ("pydantic", "botbuilder.dialogs", "botbuilder.core", "botbuilder.schema"),
    ),
    "bot.graph": Rule(
        ("bot.visits", *LEANED_ON),
        ("pydantic", "httpx", "msal", "requests", "jwt", "cryptography", "tzlocal", "aiohttp"),
    ),
    "bot.graph.emulator": Rule(
        ("bot.graph.wire", "bot.graph.zones", "bot.graph.zone_table", "bot.visits.models", *LEANED_ON),
        ("pydantic", "aiohttp", "httpx", "jinja2", "jwt", "cryptography", "phonenumbers"),
    ),
    "bot.understanding": Rule(
        ("bot.visits.models", "bot.clinic", *LEANED_ON),
        (
            "pydantic",
            "babel",
            "dateparser",
            "phonenumbers",
            "recognizers_date_time",
            "recognizers_number",
            "recognizers_text",
            "dateutil",
            "datedelta",
            "regex",
        ),
    ),
    "bot.store": Rule(("bot.visits", "bot.teams.ports", *LEANED_ON), ("pydantic", "sqlalchemy", "alembic", "psycopg")),
    "bot.work": Rule(("bot.visits", "bot.store", "cards", *LEANED_ON), ("pydantic", "dbos", "sqlalchemy", "psycopg")),
    "bot.web": Rule(("bot.visits", *LEANED_ON), ("pydantic", "aiohttp", "jinja2")),
    "bot.teams": Rule(
        ("bot.visits", "bot.understanding", "cards", "dialogs", *LEANED_ON),
        (
            "pydantic",
            "botbuilder",
            "botframework",
            "msrest",
            "aiohttp",
            "httpx",
            "jwt",
            "msal",
            "requests",
            "cryptography",
        ),
    ),
    "bot.playground": Rule(LEANED_ON, ("aiohttp", "httpx")),
    "bot.played": Rule(("bot.graph", "bot.settings", "bot.clock"), ("httpx", "sqlalchemy")),
    "bot.tenancy": Rule(("bot.graph", "bot.settings", "bot.visits"), ()),
    "bot.demo": Rule(("bot.visits", "bot.clinic", *LEANED_ON), ("pydantic",)),
    "bot.effects_command": Rule(("bot.store", "bot.visits", *LEANED_ON), ("pydantic",)),
    "bot.wiring": EVERYTHING,
    "bot.application": EVERYTHING,
    "bot.watching": EVERYTHING,
    "bot.doctor_command": EVERYTHING,
    "bot.signing": EVERYTHING,
    "bot.serve": EVERYTHING,
    "bot.cli": EVERYTHING,
    "app": EVERYTHING,
    "manifest": Rule(("bot.strings", "bot.settings"), ("pydantic", "jsonschema")),
}
"""By package; the longest prefix that fits a module is its rule. Every package may import itself."""


def modules() -> list[Path]:
    """Every Python file of the product."""
    found = [ROOT / "app.py"] if (ROOT / "app.py").exists() else []
    for top in ("bot", "cards", "dialogs", "manifest"):
        found.extend(each for each in (ROOT / top).rglob("*.py") if "__pycache__" not in each.parts)
    return sorted(found)


def name_of(path: Path) -> str:
    """``bot/visits/models/draft.py`` -> ``bot.visits.models.draft``; a package's ``__init__`` is the package."""
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def rule_for(module: str) -> tuple[str, Rule] | None:
    """The rule of the longest prefix."""
    fitting = [each for each in RULES if module == each or module.startswith(f"{each}.")]
    return (max(fitting, key=len), RULES[max(fitting, key=len)]) if fitting else None


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """Each import in a file, also inside functions: line and dotted name. Relative ones do not occur here."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, each.name) for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            assert node.module is not None
            if node.module in {"bot", "cards", "dialogs", "botbuilder"}:
                yield from ((node.lineno, f"{node.module}.{each.name}") for each in node.names)
            else:
                yield node.lineno, node.module


def within(name: str, prefixes: tuple[str, ...]) -> bool:
    """Whether a dotted name is one of the prefixes or below one."""
    return any(prefix == "*" or name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


def breaches(path: Path, module: str = "") -> list[str]:
    """The imports of a file that the rule of its package, or of the ``module`` it is taken for, does not allow."""
    module = module or name_of(path)
    found = rule_for(module)
    if found is None:
        return [] if not path.read_text(encoding="utf-8").strip() else [f"{module} has no rule in the table"]
    package, rule = found
    wrong = []
    for line, name in imports_of(path):
        top = name.split(".")[0]
        if top in sys.stdlib_module_names:
            continue
        ours = top in {"bot", "cards", "dialogs", "manifest", "app", "tests"}
        allowed = within(name, (package, *rule.ours)) if ours else within(name, rule.theirs)
        if not allowed:
            wrong.append(f"{module}:{line} imports {name}")
    return wrong


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_a_module_imports_only_what_its_package_may(path: Path) -> None:
    assert breaches(path) == []


@pytest.mark.parametrize("path", [each for each in modules() if each.name == "__init__.py"], ids=name_of)
def test_a_package_file_is_empty(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == ""


@pytest.mark.parametrize(
    ("module", "line", "is_allowed"),
    [
        ("cards.elements", "from bot.visits.models.visit import Visit", True),
        ("cards.elements", "from bot.store.tables import visits", False),
        ("cards.elements", "from bot import store", False),
        ("cards.elements", "def late():\n    import bot.store.tables", False),
        ("dialogs.main_dialog", "import httpx", False),
        ("bot.graph.client", "import httpx", True),
        ("bot.graph.client", "import json", True),
        ("bot.visits.models.visit", "import bot.store", False),
        ("bot.nowhere.new", "import json", False),
    ],
)
def test_the_rule_would_notice(tmp_path: Path, module: str, line: str, is_allowed: bool) -> None:
    offender = tmp_path / "offender.py"
    offender.write_text(f"{line}\n")
    assert (breaches(offender, module) == []) is is_allowed
