"""Whether a client hears of what is done to their visit: by what each place can do, and whom that reaches."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.contracts.conftest import Office

TEXTS, MAIL = "+12065550142", "ana.ruiz@example.com"
CANADIAN = "+16045550142"


@pytest.mark.parametrize(
    ("backend", "settings", "phone", "email", "hears"),
    [
        ("outlook", {}, TEXTS, None, True),
        ("outlook", {}, None, MAIL, True),
        ("outlook", {}, CANADIAN, None, False),
        ("outlook", {"cloud_name": "gcc-high"}, TEXTS, None, False),
        ("outlook", {"cloud_name": "gcc-high"}, None, MAIL, True),
        ("meeting", {}, TEXTS, None, True),
        ("meeting", {}, None, MAIL, False),
        ("bookings", {}, TEXTS, None, True),
        ("bookings", {}, None, MAIL, False),
        ("bookings", {"bookings_tells": "bookings"}, None, MAIL, True),
        ("bookings", {"bookings_tells": "bookings"}, None, None, False),
    ],
)
async def test_a_client_hears_of_a_change_where_a_text_or_mail_reaches_them(
    open_office: Callable[..., Office],
    backend: str,
    settings: dict[str, Any],
    phone: str | None,
    email: str | None,
    hears: bool,
) -> None:
    office = open_office(backend, "app", **settings)
    visit = office.visit()
    client = visit.client.model_copy(update={"phone": phone, "email": email})
    assert office.calendar.tells(visit.model_copy(update={"client": client})) is hears
    office.made.clear()
