"""Every card, in every state, with every kind of typed text, keeps to the schema and to what Teams can do."""

import json
from datetime import datetime, timedelta

import pytest

from bot.strings.translate import languages
from bot.visits.models.slots import Slot
from cards.elements import Card
from cards.slot_card import MOST_TIMES, slot_card
from cards.typed_text import LONGEST_LETTER, cut, typed
from tests.cards.approve import APPROVED, as_text
from tests.cards.gallery import CLIENT_LINK, EMULATOR, HOSTILE, JOIN, START, Gallery
from tests.cards.rules import complaints, nodes, words_of

PLAIN = Gallery().cards()


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("elsewhere", [False, True], ids=["here", "elsewhere"])
def test_every_card_keeps_to_the_schema_and_the_rules(language: str, elsewhere: bool) -> None:
    gallery = Gallery(language, elsewhere=elsewhere)
    found = {name: wrong for name, card in gallery.cards().items() if (wrong := complaints(card, gallery.reader))}
    assert not found


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("language", languages())
def test_typed_text_stays_text(kind: str, language: str) -> None:
    gallery = Gallery(language, HOSTILE[kind], elsewhere=True)
    found = {name: wrong for name, card in gallery.cards().items() if (wrong := complaints(card, gallery.reader))}
    assert not found


@pytest.mark.parametrize("name", PLAIN)
def test_a_card_is_as_last_approved(name: str) -> None:
    """Looked at and right? ``python -m tests.cards.approve`` writes it down."""
    approved = APPROVED / f"{name}.json"
    assert approved.exists(), "a new card: look at it, then approve it"
    assert as_text(PLAIN[name]) == approved.read_text(encoding="utf-8")


def test_nothing_is_approved_that_is_no_longer_shown() -> None:
    assert {each.stem for each in APPROVED.glob("*.json")} == set(PLAIN)


def test_typed_text_stands_in_no_heading_and_in_no_payload() -> None:
    words = HOSTILE["link"]
    for name, card in Gallery(words=words).cards().items():
        headings = [node["text"] for node in nodes(card.content) if node["type"] == "TextBlock"]
        payloads = json.dumps([node["data"] for node in nodes(card.content) if "data" in node])
        assert not any(each in text for text in [*headings, payloads] for each in words), name


def test_the_desks_notice_holds_no_client_data() -> None:
    said = " ".join(words_of(PLAIN["desk_notice"])) + PLAIN["desk_notice"].summary
    assert not any(each in said for each in ("Ana", "Ruiz", "555", "example.com", "Follow-up", "http"))


def buttons(card: Card) -> list[str]:
    return [node["title"] for node in nodes(card.content) if node["type"] in ("Action.Execute", "Action.OpenUrl")]


def test_the_working_card_has_no_buttons() -> None:
    assert buttons(PLAIN["visit_working"]) == []


def test_a_booked_visit_can_be_joined_moved_and_cancelled_and_its_link_copied() -> None:
    card = PLAIN["visit_booked"]
    assert buttons(card) == ["Join", "Reschedule", "Cancel"]
    assert CLIENT_LINK in words_of(card)
    assert "Confirmation accepted by Microsoft at 2:28 PM" in words_of(card)


def test_nothing_is_ever_called_delivered() -> None:
    assert not [name for name, card in PLAIN.items() if "deliver" in " ".join(words_of(card)).lower()]


def test_the_quiet_window_names_its_end_to_the_second_and_has_undo() -> None:
    for name in ("visit_quiet", "visit_cancelled_quiet"):
        assert "The client is told at 2:30:25 PM. Undo before then leaves no trace." in words_of(PLAIN[name])
        assert "Undo" in buttons(PLAIN[name])


def test_an_unknown_text_message_asks_a_person() -> None:
    assert buttons(PLAIN["visit_unknown"])[:2] == ["Resend", "Leave"]
    assert PLAIN["visit_unknown"].summary.startswith("Ana Ruiz: Booked, and needs you")


def test_what_needs_somebody_is_opened_from_a_list_by_a_button() -> None:
    assert buttons(PLAIN["day_today"]).count("Show the visit") == 1
    assert "Show the visit" not in buttons(PLAIN["day_second_page"])


def test_later_goes_on_where_the_times_on_the_card_end() -> None:
    gallery = Gallery()
    free = [Slot(starts_at=START + timedelta(minutes=15 * each), duration=timedelta(minutes=30)) for each in range(30)]
    card = slot_card(gallery.visit(), free, gallery.reader, day=START.date())
    (later,) = {node["data"]["edge"] for node in nodes(card.content) if node.get("title") == "Later"}
    assert datetime.fromisoformat(later) == free[MOST_TIMES - 1].starts_at
    assert "These are some of the free times. Or just write another." in words_of(card)


def test_waiting_for_the_tenant_says_how_many_minutes() -> None:
    assert "Next try in about 4 minutes, at 2:33 PM." in words_of(PLAIN["visit_provisioning"])


def test_a_cancelled_visit_can_be_booked_again() -> None:
    assert buttons(PLAIN["visit_cancelled"]) == ["Book again"]


def test_a_slot_in_the_past_cannot_be_booked_anyway() -> None:
    assert "Book anyway" in buttons(PLAIN["confirm_objected"])
    assert "Book anyway" not in buttons(PLAIN["confirm_past"])
    assert buttons(PLAIN["confirm_unread"]) == ["Try again", "Change", "Discard"]


def test_a_number_that_texts_cannot_reach_is_said_before_booking() -> None:
    card = PLAIN["confirm_no_sms"]
    assert any("only numbers in the United States" in each for each in words_of(card))
    assert not [node for node in nodes(card.content) if node["type"] == "Input.Toggle"]


def test_other_clocks_are_shown_beside_the_time() -> None:
    words = words_of(Gallery(elsewhere=True).cards()["confirm"])
    assert words[words.index("Your time") + 1] == "5:30 PM Eastern"
    assert words[words.index("Client's time") + 1] == "4:30 PM Central"
    assert "Your time" not in words_of(PLAIN["confirm"])


def test_the_form_keeps_what_was_typed_and_explains_beside_the_field() -> None:
    items = [node for node in nodes(PLAIN["form_errors"].content) if node["type"] == "Container"]
    field = next(each for each in items if each["items"][0].get("id") == "input_phone")
    assert field["items"][0]["value"] == "call Ana Ruiz"
    assert field["items"][1]["inlines"][0]["text"] == "Without a phone number the client gets no text message."


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        (JOIN, True),
        (CLIENT_LINK, True),
        (f"{EMULATOR}/join/1", True),
        ("http://teams.microsoft.com/l/1", False),
        ("https://teams.microsoft.com.evil.example/l/1", False),
        ("https://evil.example/teams.microsoft.com", False),
        ("https://teams.microsoft.com@evil.example/", False),
        ("http://127.0.0.1:9/x", False),
        ("javascript:alert(1)", False),
        ("https://[", False),
        ("", False),
        (None, False),
    ],
)
def test_only_links_of_known_hosts_become_buttons(url: str | None, allowed: bool) -> None:
    assert Gallery().reader.allows(url) is allowed


def test_text_is_cut_between_letters_as_people_see_them() -> None:
    assert cut("abc", 3) == "abc"
    assert cut("abcd", 3) == "ab…"
    assert cut("ab👩🏽‍⚕️cd", 6) == "ab…"
    assert cut("🇺🇸🇬🇧🇫🇷", 4) == "🇺🇸…"
    assert len(cut("👩" + "\u200d👩" * 99, 50)) == 50 - LONGEST_LETTER
    assert typed("e\u0301" * 100, 11) == "e\u0301" * 5 + "…"
