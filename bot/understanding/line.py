"""A message as the grammars see it: its tokens, the language's words, and which tokens mean something else."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.understanding.tokens import Token
from bot.understanding.vocabulary import Vocabulary


@dataclass(slots=True, frozen=True)
class Line:
    """One message under reading. ``blocked`` marks tokens that mean something else."""

    tokens: Sequence[Token]
    words: Vocabulary
    blocked: Sequence[bool]
    expects_hour: bool = False
    """Whether an hour is being talked about, so that a bare number may be one."""

    def counts(self, at: int) -> bool:
        """Whether something that numbers count stands here: people, visits, rooms, years."""
        if at >= len(self.tokens) or self.blocked[at]:
            return False
        return self.words.phrases("number_nouns_after").at(self.tokens, at) is not None

    def is_unit(self, at: int) -> bool:
        """Whether a unit of time stands here: minutes, days, weeks."""
        if at >= len(self.tokens):
            return False
        after = self.tokens[at]
        if after.norm in ("-", "–") and at + 1 < len(self.tokens):
            after = self.tokens[at + 1]
        return after.norm in self.words.time_units or after.norm in self.words.units
