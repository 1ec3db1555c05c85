"""Writes every card's JSON down as approved: ``python -m tests.cards.approve``, once the pictures were looked at."""

import json
from pathlib import Path

from cards.elements import Card
from tests.cards.gallery import Gallery

APPROVED = Path(__file__).with_name("approved")


def as_text(card: Card) -> str:
    """A card as it is kept: its summary, then its content."""
    kept = {"summary": card.summary, "content": card.content}
    return json.dumps(kept, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Replace what was approved before."""
    APPROVED.mkdir(exist_ok=True)
    cards = Gallery().cards()
    for name, card in cards.items():
        (APPROVED / f"{name}.json").write_text(as_text(card), encoding="utf-8")
    for each in APPROVED.glob("*.json"):
        if each.stem not in cards:
            each.unlink()
    print(f"{len(cards)} cards approved")


if __name__ == "__main__":
    main()
