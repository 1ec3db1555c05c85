"""A refusal becomes a sentence somebody can act on."""

import json
import re
from pathlib import Path
from typing import get_args

import pytest

from bot.graph import calls
from bot.graph.identity import Seat
from bot.graph.refusals import explained, reason
from bot.strings.translate import Translator
from bot.strings.words import lack_in_words
from bot.visits.errors import CalendarRefused
from bot.visits.models.objections import ObjectionCode

T = Translator("en-US")
KIM = "00000000-0000-4000-8000-000000000001"
SOURCES = sorted((Path(__file__).parents[3] / "bot" / "graph").glob("*.py"))


def sentence(call: calls.Call, seat: Seat, status: int = 403) -> str:
    refused = explained(CalendarRefused(status, "Forbidden", reason=reason(status, "Forbidden", "")), call, seat)
    return lack_in_words(refused.lacks, T) if refused.lacks else T(f"effect_reason.{refused.reason}")


def test_the_app_without_leave_for_an_organizer_reads_the_command() -> None:
    said = sentence(calls.CHANGE_MEETING, Seat(KIM))
    assert "OnlineMeetings.ReadWrite.All" in said
    assert f"Grant-CsApplicationAccessPolicy -PolicyName Visits -Identity {KIM}" in said
    assert "administrator" in said


def test_the_app_without_a_calendar_permission_reads_no_teams_command() -> None:
    said = sentence(calls.CREATE_EVENT, Seat(KIM))
    assert "Calendars.ReadWrite" in said
    assert "Grant-Cs" not in said


def test_a_person_lacks_a_delegated_permission() -> None:
    assert "VirtualAppointment.Read." in sentence(calls.CLIENT_LINK, Seat(KIM, person=KIM)) + "."


def test_other_refusals_read_their_reason() -> None:
    assert sentence(calls.SEND_SMS, Seat(KIM), status=400) == T("effect_reason.number_refused")


def test_a_call_that_cannot_be_made_so_names_no_permission() -> None:
    refused = explained(CalendarRefused(403, reason="no_permission"), calls.STAFF_AVAILABILITY, Seat(person=KIM))
    assert refused.permission is None


def _reasons() -> set[str]:
    """Every reason our code gives, as it is written there, and every rule of Bookings that a visit may break."""
    found = {each for each in get_args(ObjectionCode) if each.startswith("bookings_")}
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r'reason="([a-z_]+)"', text))
    return found


def test_the_reasons_are_found_at_all() -> None:
    assert {"no_phone", "bookings_hours", "not_in_cloud"} <= _reasons()


@pytest.mark.parametrize("word", sorted(_reasons()))
def test_every_reason_has_words(word: str) -> None:
    assert T.has(f"effect_reason.{word}"), json.dumps(word)
