"""What was left lying is found, and what is asked for at the command line is picked up: on the whole bot."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from bot.effects_command import run_effects, table
from bot.settings import Settings
from bot.store.effects import EffectRow
from bot.visits.models.effects import EffectKind, EffectState
from bot.visits.models.people import Client
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from tests.office import MONDAY, Office

SMS = r"sendVirtualAppointmentSms$"


async def books(office: Office, *, starts_work: bool = True) -> Visit:
    """A visit's row is committed; its work begins, or the process died before."""
    clinic = office.app.clinic
    visit = Visit(
        id=VisitId(uuid4().hex),
        client=Client(name="Ana Ruiz", phone="+12065550142", time_zone=clinic.time_zone),
        organizer=clinic.staff[0],
        type_name=clinic.types[0].name,
        starts_at=MONDAY + timedelta(days=1),
        duration=timedelta(minutes=30),
        time_zone=clinic.time_zone,
        text_client=True,
        requested_by=clinic.staff[0].id,
        created_at=office.clock.now(),
    )
    stored = await office.app.store.insert(visit, check_overlap=False)
    if starts_work:
        await office.app.work.start("booking", stored)
        await office.app.idle()
    return stored


async def test_a_visit_whose_work_was_never_begun_is_found(office: Office) -> None:
    await books(office, starts_work=False)
    await office.app.durable.sweep.look()
    await office.app.idle()
    assert office.events() == [], "it may be beginning at this moment"
    office.clock.advance(seconds=30)
    await office.app.durable.sweep.look()
    await office.app.idle()
    assert len(office.events()) == 1


async def test_a_sweep_with_nothing_to_find_does_nothing(office: Office) -> None:
    await books(office)
    requests = len(office.world()["requests"])
    office.clock.advance(seconds=30)
    for _ in range(3):
        await office.app.durable.sweep.look()
    await office.app.idle()
    assert len(office.world()["requests"]) == requests


async def test_an_effect_nobody_goes_on_with_is_found(office: Office) -> None:
    office.fails("POST", SMS, status=429, times=1)
    visit = await books(office)
    row = await office.app.ledger.effect(f"sms_confirmation:{visit.id}:1")
    assert row is not None
    assert row.state is EffectState.retrying
    office.clock.advance(minutes=30)
    await office.app.durable.sweep.look()
    await office.app.idle()
    assert len(office.sms()) == 1


async def test_what_is_asked_for_at_the_command_line_is_picked_up(office: Office) -> None:
    office.fails("POST", SMS, status=403)
    visit = await books(office)
    key = f"sms_confirmation:{visit.id}:1"
    asked = await office.app.ledger.ask_for(key, "retry", begun=1, requested_by="test")
    await office.app.durable.requests.look()
    await office.app.idle()
    assert len(office.sms()) == 1
    assert await office.app.ledger.outcome_of_request(asked) == "done"
    again = await office.app.ledger.ask_for(key, "retry", begun=2, requested_by="test")
    await office.app.durable.requests.look()
    assert await office.app.ledger.outcome_of_request(again) == "not_possible"
    assert len(office.sms()) == 1


@pytest.mark.parametrize("begun", [1, None])
async def test_a_request_about_one_text_is_none_about_the_next_that_is_unknown_too(
    office: Office, begun: int | None
) -> None:
    office.loses_answers("POST", SMS)
    visit = await books(office)
    key = f"sms_confirmation:{visit.id}:1"
    office.loses_answers("POST", SMS)
    await office.app.work.retry(visit.id, key, begun=1)
    await office.app.idle()
    asked = await office.app.ledger.ask_for(key, "retry", begun=begun, requested_by="test")
    await office.app.durable.requests.look()
    await office.app.idle()
    assert await office.app.ledger.outcome_of_request(asked) == "not_possible"
    assert len(office.sms()) == 2


async def test_an_effect_that_is_dropped_is_not_done(office: Office) -> None:
    office.fails("POST", SMS, status=429, times=1)
    visit = await books(office)
    await office.app.ledger.ask_for(f"sms_confirmation:{visit.id}:1", "drop", begun=1, requested_by="test")
    await office.app.durable.requests.look()
    office.clock.advance(minutes=30)
    await office.app.durable.sweep.look()
    await office.app.idle()
    assert office.sms() == []


async def test_a_request_whose_taker_died_is_taken_again(office: Office) -> None:
    asked = await office.app.ledger.ask_for("nothing", "retry", begun=0, requested_by="test")
    assert len(await office.app.ledger.take_requests()) == 1
    assert await office.app.ledger.take_requests() == []
    office.clock.advance(minutes=2)
    await office.app.durable.requests.look()
    assert await office.app.ledger.outcome_of_request(asked) == "not_found"


# --- the command ----------------------------------------------------------------------------------


def test_the_table_says_what_needs_somebody_first_and_no_client() -> None:
    at = datetime(2026, 11, 23, 17, tzinfo=UTC)
    facts: dict[str, Any] = {"visit_id": "v1", "version": 1, "created_at": at, "updated_at": at}
    rows = [
        EffectRow("link:v1:1", kind=EffectKind.client_link, state=EffectState.provisioning, until=at, **facts),
        EffectRow("sms:v1:1", kind=EffectKind.sms_confirmation, state=EffectState.unknown, code="timed_out", **facts),
    ]
    lines = table(rows).splitlines()
    assert lines[1].split()[0] == "sms:v1:1"
    assert "no answer in time" in lines[1]
    assert "1 need somebody, 1 go on by themselves." in lines[4]


def test_without_a_database_the_command_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(database=str(tmp_path / "none.db"))
    assert run_effects(settings, action="list", key=None) == 1
    assert "start the bot once" in capsys.readouterr().err


def test_retry_without_a_key_says_where_keys_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_effects(Settings(database=str(tmp_path / "a.db")), action="retry", key=None) == 2
    assert "python app.py effects retry KEY" in capsys.readouterr().err
