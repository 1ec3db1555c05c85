"""What has been read of one message so far."""

from dataclasses import dataclass, field
from typing import Any

from bot.understanding.blocks import Blocks
from bot.understanding.questions import Ask
from bot.understanding.tokens import Token
from bot.understanding.vocabulary import Vocabulary


@dataclass(slots=True)
class Found:
    """What has been read of one message so far."""

    text: str
    tokens: list[Token]
    words: Vocabulary
    blocks: Blocks
    values: dict[str, Any] = field(default_factory=dict)
    questions: list[Ask] = field(default_factory=list)
    used: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def use(self, name: str, *spans: tuple[int, int]) -> None:
        """Note which tokens a part came from."""
        self.used.setdefault(name, []).extend(spans)

    def typed(self, start: int, end: int) -> str:
        """The words as typed."""
        return self.text[self.tokens[start].start : self.tokens[end - 1].end] if start < end else ""
