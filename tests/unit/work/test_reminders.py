"""Staff are reminded once, in time, of what is still true; clients and the desk likewise."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.store.effects import EffectRow, LedgerChanges
from bot.store.engine import Database
from bot.visits.errors import CalendarRefused, ChatBusy, OutcomeUnknown, RecipientUnreachable, StoreUnavailable
from bot.visits.models.effects import EffectKind, EffectState
from bot.visits.models.people import Person, Preferences
from bot.visits.models.visit import Visit
from bot.visits.ports.drift import CalendarDrift
from bot.work.decisions import Decisions
from bot.work.entries import HELD_UP
from tests.personas import JORDAN, KIM, TENANT_ID
from tests.unit.work.morning import ADMIN, DESK, EIGHT, NINE, Morning
from tests.unit.work.world import Killed

MINUTE = timedelta(minutes=1)
JORDAN_AS_PERSON = Person(id=JORDAN.object_id, tenant_id=TENANT_ID, name="Jordan", time_zone="America/Los_Angeles")


async def test_the_organizer_is_reminded_once_inside_the_minute_and_never_early(database: Database) -> None:
    morning = Morning(database)
    visit = await morning.books()
    await morning.reminders.plan_for(visit)
    await morning.goes_until(NINE)
    [(at, who, summary)] = morning.chats.posts
    assert who == KIM.object_id
    assert NINE - 15 * MINUTE <= at < NINE - 14 * MINUTE
    assert summary == "Your visit starts at 9:00 AM"


async def test_visits_of_one_hour_are_not_reminded_of_in_one_second(database: Database) -> None:
    morning = Morning(database)
    for _ in range(20):
        await morning.books()
    await morning.goes_until(NINE)
    assert len({at.replace(microsecond=0) for at, _, _ in morning.chats.posts}) > 10
    assert len(morning.chats.posts) == 20


async def test_several_reminders_may_be_wished_for(database: Database) -> None:
    morning = Morning(database, reminders=(60 * MINUTE, 15 * MINUTE, 5 * MINUTE), now=EIGHT - timedelta(hours=1))
    await morning.books()
    await morning.goes_until(NINE)
    assert len(morning.chats.told(KIM.object_id)) == 3


async def test_a_persons_own_choice_goes_before_the_types_and_the_clinics(database: Database) -> None:
    morning = Morning(database)
    morning.wishes.of[KIM.object_id] = Preferences(reminders=(5 * MINUTE,))
    await morning.books()
    await morning.goes_until(NINE)
    [(at, _, _)] = morning.chats.posts
    assert NINE - 5 * MINUTE <= at < NINE - 4 * MINUTE


async def test_whoever_wants_no_reminders_gets_none(database: Database) -> None:
    morning = Morning(database)
    morning.wishes.of[KIM.object_id] = Preferences(reminders=())
    await morning.books()
    await morning.goes_until(NINE)
    assert morning.chats.posts == []


async def test_a_reminder_given_up_after_it_was_planned_is_not_sent(database: Database) -> None:
    morning = Morning(database)
    await morning.books()
    morning.wishes.of[KIM.object_id] = Preferences(reminders=())
    await morning.goes_until(NINE)
    assert morning.chats.posts == []


async def test_a_moved_visit_is_reminded_of_at_its_new_time_only(database: Database) -> None:
    morning = Morning(database)
    visit = await morning.books()
    await morning.moves(visit, NINE + timedelta(hours=1))
    await morning.goes_until(NINE + timedelta(hours=2))
    assert morning.chats.told(KIM.object_id) == ["Your visit starts at 10:00 AM"]


async def test_a_cancelled_visit_is_not_reminded_of(database: Database) -> None:
    morning = Morning(database)
    visit = await morning.books()
    await morning.cancels(visit)
    await morning.goes_until(NINE)
    assert morning.chats.posts == []


async def test_a_visit_that_has_begun_is_not_reminded_of(database: Database) -> None:
    morning = Morning(database)
    visit = await morning.books()
    morning.clock.advance(minutes=61)
    await morning.goes_until(NINE + 2 * MINUTE)
    assert morning.chats.posts == []
    row = await morning.effect(f"reminder:{visit.id}:15:1")
    assert (row.state, row.code) == (EffectState.skipped, "too_late")


async def test_after_a_night_of_standing_still_one_reminder_is_enough(database: Database) -> None:
    morning = Morning(database, reminders=(30 * MINUTE, 20 * MINUTE, 10 * MINUTE))
    await morning.books()
    morning.clock.advance(minutes=55)
    await morning.goes_until(NINE)
    assert len(morning.chats.posts) == 1


async def test_whoever_books_their_own_visit_at_the_last_minute_is_not_reminded_of_it(database: Database) -> None:
    morning = Morning(database)
    await morning.books(EIGHT + 5 * MINUTE, requested_by=KIM.object_id, created_at=EIGHT)
    await morning.goes_until(NINE)
    assert morning.chats.posts == []


async def test_a_visit_somebody_else_books_at_the_last_minute_is_reminded_of_at_once(database: Database) -> None:
    morning = Morning(database)
    await morning.books(EIGHT + 5 * MINUTE, created_at=EIGHT)
    await morning.goes_until(EIGHT + MINUTE)
    assert len(morning.chats.posts) == 1


async def test_work_that_begins_too_early_waits(database: Database) -> None:
    morning = Morning(database)
    morning.engine.early_by = timedelta(seconds=30)
    await morning.books()
    await morning.goes_until(NINE - 15 * MINUTE - timedelta(seconds=1))
    assert morning.chats.posts == []
    await morning.goes_until(NINE)
    assert len(morning.chats.posts) == 1


async def test_a_reminder_is_in_the_readers_language_and_zone(database: Database) -> None:
    morning = Morning(database)
    morning.meets(KIM.object_id, zone="America/New_York")
    await morning.books()
    await morning.goes_until(NINE)
    assert morning.chats.told(KIM.object_id) == ["Your visit starts at 12:00 PM"]


async def test_an_old_reminder_shows_what_became_of_its_visit(database: Database) -> None:
    morning = Morning(database)
    visit = await morning.books()
    await morning.goes_until(NINE - 10 * MINUTE)
    await morning.cards.bring_up_to_date(visit.id)
    assert morning.chats.edits == [], "it keeps its own buttons while nothing changed"
    await morning.cancels(visit)
    assert [activity for activity, _ in morning.chats.edits] == ["1"]


# --- failures -------------------------------------------------------------------------------------


async def test_a_busy_chat_is_tried_again_later(database: Database) -> None:
    morning = Morning(database)
    morning.chats.failures[KIM.object_id] = [ChatBusy(90.0), ChatBusy(None)]
    await morning.books()
    await morning.goes_until(NINE)
    assert len(morning.chats.told(KIM.object_id)) == 1


async def test_a_store_that_was_away_before_a_reminder_only_delays_it(database: Database) -> None:
    morning = Morning(database, texts_by_itself=True)
    morning.chats.failures[KIM.object_id] = [StoreUnavailable()]
    morning.client.failures = [StoreUnavailable()]
    await morning.books(text_client=True)
    await morning.goes_until(NINE - 10 * MINUTE)
    assert len(morning.chats.told(KIM.object_id)) == 1
    assert morning.client.texts == ["reminder"]


async def test_a_chat_that_stays_busy_until_the_visit_begins_is_left_alone_then(database: Database) -> None:
    morning = Morning(database)
    morning.chats.failures[KIM.object_id] = [ChatBusy(60.0) for _ in range(60)]
    visit = await morning.books()
    await morning.goes_until(NINE + timedelta(hours=1))
    assert morning.chats.told(KIM.object_id) == []
    assert (await morning.effect(f"reminder:{visit.id}:15:1")).code == "too_late"


@pytest.mark.parametrize("fault", [OutcomeUnknown(), ValueError("what nobody foresaw")])
async def test_a_reminder_whose_answer_was_lost_is_unknown_and_not_sent_again(
    database: Database, fault: Exception
) -> None:
    morning = Morning(database)
    morning.chats.lost = [fault]
    visit = await morning.books()
    await morning.goes_until(NINE)
    assert len(morning.chats.told(KIM.object_id)) == 1
    assert (await morning.effect(f"reminder:{visit.id}:15:1")).state is EffectState.unknown


async def test_the_desk_and_the_administrators_hear_whom_nobody_can_reach_and_no_word_of_the_client(
    database: Database,
) -> None:
    morning = Morning(database)
    morning.chats.failures[KIM.object_id] = [RecipientUnreachable("blocked_by_user")]
    await morning.books()
    await morning.goes_until(NINE)
    assert [who for _, who, _ in morning.chats.posts] == [DESK, ADMIN]
    shown = json.dumps(morning.chats.cards)
    assert "Kim" in shown
    for word in ("Ana", "Ruiz", "0142"):
        assert word not in shown


async def test_without_a_desk_the_ledger_still_says_it(database: Database) -> None:
    morning = Morning(database, desk_chat="", admins=())
    morning.chats.failures[KIM.object_id] = [RecipientUnreachable("never_met")]
    visit = await morning.books()
    await morning.goes_until(NINE)
    assert morning.chats.posts == []
    assert [row.key for row in await morning.ledger.open_or_amiss()] == [f"reminder:{visit.id}:15:1"]


@pytest.mark.parametrize("moment", ["intended", "called", "noted"])
async def test_a_reminder_survives_a_crash_at_any_moment(database: Database, moment: str) -> None:
    morning = Morning(database)
    visit = await morning.books()
    morning.moment = f"reminder.{moment}"
    with pytest.raises(Killed):
        await morning.goes_until(NINE)
    morning.process("B")
    morning.clock.advance(seconds=60)
    await morning.engine.start("reminder", "recovered", _payload(visit.id))
    await morning.goes_until(NINE)
    assert len(morning.chats.told(KIM.object_id)) == (0 if moment == "intended" else 1)
    state = (await morning.effect(f"reminder:{visit.id}:15:1")).state
    assert state is (EffectState.done if moment == "noted" else EffectState.unknown)


async def test_another_process_waits_for_one_in_the_middle_of_a_reminder(database: Database) -> None:
    morning = Morning(database)
    visit = await morning.books()
    morning.moment = "reminder.intended"
    with pytest.raises(Killed):
        await morning.goes_until(NINE)
    morning.process("B")
    await morning.engine.start("reminder", "recovered", _payload(visit.id))
    await morning.goes_until(morning.clock.now() + timedelta(seconds=10))
    assert (await morning.effect(f"reminder:{visit.id}:15:1")).state is EffectState.working


# --- the client's reminder ------------------------------------------------------------------------


async def test_the_clients_text_goes_sixteen_minutes_before_where_it_is_switched_on(database: Database) -> None:
    morning = Morning(database, texts_by_itself=True)
    visit = await morning.books(text_client=True)
    await morning.goes_until(NINE - 16 * MINUTE - timedelta(seconds=1))
    assert morning.client.texts == []
    await morning.goes_until(NINE)
    assert morning.client.texts == ["reminder"]
    assert (await morning.effect(f"sms_reminder:{visit.id}:1")).state is EffectState.done


async def test_without_the_setting_staff_are_nudged_and_one_tap_sends_it(database: Database) -> None:
    morning = Morning(database, now=EIGHT - timedelta(hours=1))
    visit = await morning.books(text_client=True)
    await morning.goes_until(NINE - 50 * MINUTE)
    assert morning.chats.told(KIM.object_id) == ["Text the client a reminder?"]
    assert morning.client.texts == []
    for _ in range(3):
        await morning.reminders.send_reminder(visit, by=JORDAN_AS_PERSON)
    await morning.goes_until(NINE - 40 * MINUTE)
    assert morning.client.texts == ["reminder"]


async def test_nobody_is_nudged_for_a_client_who_gets_no_texts(database: Database) -> None:
    morning = Morning(database, now=EIGHT - timedelta(hours=1))
    await morning.books()
    await morning.goes_until(NINE - 50 * MINUTE)
    assert morning.chats.posts == []


async def test_a_client_is_not_reminded_while_the_calendar_says_another_time(database: Database) -> None:
    morning = Morning(database, texts_by_itself=True)
    visit = await morning.books(text_client=True)
    morning.client.by_hand = [CalendarDrift(visit_id=visit.id, kind="moved", starts_at=NINE + 60 * MINUTE)]
    await morning.goes_until(NINE - 10 * MINUTE)
    assert morning.client.texts == []
    morning.client.by_hand = []
    await morning.goes_until(NINE - 8 * MINUTE)
    assert morning.client.texts == ["reminder"]


@pytest.mark.parametrize(
    ("reason", "calendar_starts_at"), [("held_up", NINE - 60 * MINUTE), ("calendar_differs", NINE)]
)
async def test_a_reminder_asked_for_while_the_calendar_says_another_time_is_refused_with_the_reason(
    database: Database, reason: str, calendar_starts_at: datetime
) -> None:
    morning = Morning(database)
    visit = await morning.books(text_client=True, calendar_starts_at=calendar_starts_at)
    morning.client.by_hand = [CalendarDrift(visit_id=visit.id, kind="moved", starts_at=NINE + 60 * MINUTE)]
    await morning.reminders.send_reminder(visit, by=JORDAN_AS_PERSON)
    await morning.goes_until(EIGHT + MINUTE)
    assert morning.client.texts == []
    row = await morning.effect(f"sms_reminder:{visit.id}:1")
    assert (row.state, row.code) == (EffectState.refused, reason)


async def test_a_client_who_does_not_know_of_the_visit_is_not_reminded_of_it(database: Database) -> None:
    morning = Morning(database, texts_by_itself=True)
    await morning.books(text_client=True, told=None)
    await morning.goes_until(NINE)
    assert morning.client.texts == []


@pytest.mark.parametrize(
    ("failure", "state", "notice"),
    [(OutcomeUnknown(), EffectState.unknown, 1), (CalendarRefused(403, "x"), EffectState.refused, 1)],
)
async def test_the_desk_hears_of_a_reminder_text_that_failed_or_is_in_doubt(
    database: Database, failure: Exception, state: EffectState, notice: int
) -> None:
    morning = Morning(database, texts_by_itself=True)
    morning.client.failures = [failure]
    visit = await morning.books(text_client=True)
    await morning.goes_until(NINE - 10 * MINUTE)
    assert (await morning.effect(f"sms_reminder:{visit.id}:1")).state is state
    assert len(morning.chats.told(DESK)) == notice
    await morning.reminders.plan_for(visit)
    await morning.goes_until(NINE - 9 * MINUTE)
    assert len(morning.chats.told(DESK)) == notice, "once"


async def amiss(morning: Morning, visit: Visit, op: str, kind: EffectKind, **how: Any) -> EffectRow:
    """An effect of the visit that went amiss."""
    now = morning.clock.now()
    facts: dict[str, Any] = {"state": EffectState.refused, "version": 1, "attempts": 1, **how}
    row = EffectRow(f"{op}:{visit.id}:1", visit.id, kind, created_at=now, updated_at=now, **facts)
    await morning.ledger.transact(visit.id, lambda _visit, _rows: LedgerChanges(rows=[row]))
    return row


async def test_the_desk_hears_of_one_effect_of_a_visit_at_a_time(database: Database) -> None:
    morning = Morning(database, admins=())
    visit = await morning.books()
    await amiss(morning, visit, "sms_confirmation", EffectKind.sms_confirmation, state=EffectState.unknown)
    await amiss(morning, visit, "invite", EffectKind.invitation)
    await morning.reminders.plan_for(visit)
    await morning.goes_until(EIGHT + MINUTE)
    assert len(morning.chats.told(DESK)) == 1

    await Decisions(morning.ledger, morning.clock).drop(visit.id, f"invite:{visit.id}:1")
    await Decisions(morning.ledger, morning.clock).drop(visit.id, f"sms_confirmation:{visit.id}:1")
    await morning.reminders.plan_for(visit)
    await morning.goes_until(EIGHT + 2 * MINUTE)
    assert len(morning.chats.told(DESK)) == 1, "nothing is left to tell of"


async def test_the_desk_hears_of_the_next_effect_when_the_first_is_decided(database: Database) -> None:
    morning = Morning(database, admins=())
    visit = await morning.books()
    await amiss(morning, visit, "invite", EffectKind.invitation)
    await amiss(morning, visit, "sms_confirmation", EffectKind.sms_confirmation)
    await morning.reminders.plan_for(visit)
    await Decisions(morning.ledger, morning.clock).drop(visit.id, f"invite:{visit.id}:1")
    await morning.reminders.plan_for(visit)
    await morning.goes_until(EIGHT + MINUTE)
    assert len(morning.chats.told(DESK)) == 2


async def test_the_desk_hears_of_what_went_amiss_with_the_latest_change(database: Database) -> None:
    morning = Morning(database, admins=())
    visit = await morning.books()
    await amiss(morning, visit, "sms_confirmation", EffectKind.sms_confirmation)
    await morning.reminders.plan_for(visit)
    await amiss(morning, visit, "sms_reschedule", EffectKind.sms_reschedule, version=2)
    await morning.reminders.plan_for(visit)
    await morning.goes_until(EIGHT + MINUTE)
    assert len(morning.chats.told(DESK)) == 2, "an old trouble that nobody minds hides no new one"


async def test_what_only_waited_for_another_effect_is_told_of_where_nothing_else_is_amiss(database: Database) -> None:
    morning = Morning(database, admins=())
    visit = await morning.books()
    held: dict[str, Any] = {"state": EffectState.failed, "code": HELD_UP, "attempts": 0}
    await amiss(morning, visit, "sms_confirmation", EffectKind.sms_confirmation, **held)
    await amiss(morning, visit, "add", EffectKind.calendar)
    await morning.reminders.plan_for(visit)
    assert f"desk_notice:add:{visit.id}:1" in morning.engine.known
    assert f"desk_notice:sms_confirmation:{visit.id}:1" not in morning.engine.known

    await Decisions(morning.ledger, morning.clock).drop(visit.id, f"add:{visit.id}:1")
    await morning.reminders.plan_for(visit)
    assert f"desk_notice:sms_confirmation:{visit.id}:1" in morning.engine.known


@pytest.mark.parametrize("failure", [OutcomeUnknown(), CalendarRefused(403, "x")])
async def test_the_desk_hears_that_the_client_may_not_know_that_staff_run_late(
    database: Database, failure: Exception
) -> None:
    morning = Morning(database, admins=())
    client: dict[str, Any] = {"name": "Ana Ruiz", "email": "ana@example.com", "time_zone": "America/New_York"}
    visit = await morning.books(client=client)
    morning.client.failures = [failure]
    await morning.reminders.running_late(visit, by=JORDAN_AS_PERSON)
    await morning.goes_until(EIGHT + MINUTE)
    assert len(morning.chats.told(DESK)) == 2, "that they are late, and that the mail may not have come"


async def test_an_unknown_reminder_text_is_sent_again_when_a_person_says_so(database: Database) -> None:
    morning = Morning(database, texts_by_itself=True)
    morning.client.failures = [OutcomeUnknown()]
    visit = await morning.books(text_client=True)
    await morning.goes_until(NINE - 10 * MINUTE)
    assert await Decisions(morning.ledger, morning.clock).again(visit.id, f"sms_reminder:{visit.id}:1", begun=1)
    await morning.reminders.plan_for(visit)
    await morning.goes_until(NINE - 9 * MINUTE)
    assert morning.client.texts == ["reminder"]


# --- running late ---------------------------------------------------------------------------------


async def test_running_late_tells_the_desk_and_mails_the_client_once(database: Database) -> None:
    morning = Morning(database)
    client: dict[str, Any] = {"name": "Ana Ruiz", "email": "ana@example.com", "time_zone": "America/New_York"}
    visit = await morning.books(client=client)
    for _ in range(3):
        await morning.reminders.running_late(visit, by=JORDAN_AS_PERSON)
    await morning.goes_until(EIGHT + MINUTE)
    assert morning.chats.told(DESK) == ["A visit needs attention"]
    [(subject, text)] = morning.client.mails
    assert subject == "Dr Min Kim is running late"
    assert "12:00 PM Eastern" in text


async def test_running_late_without_an_address_tells_only_the_desk(database: Database) -> None:
    morning = Morning(database)
    visit = await morning.books()
    await morning.reminders.running_late(visit, by=JORDAN_AS_PERSON)
    await morning.goes_until(EIGHT + MINUTE)
    assert morning.chats.told(DESK) == ["A visit needs attention"]
    assert morning.client.mails == []


async def test_a_late_mail_whose_answer_was_lost_is_not_sent_again(database: Database) -> None:
    morning = Morning(database)
    client: dict[str, Any] = {"name": "Ana Ruiz", "email": "ana@example.com", "time_zone": "America/New_York"}
    visit = await morning.books(client=client)
    morning.client.failures = [OutcomeUnknown()]
    await morning.reminders.running_late(visit, by=JORDAN_AS_PERSON)
    await morning.goes_until(EIGHT + MINUTE)
    assert morning.client.mails == []
    assert (await morning.effect(f"late_email:{visit.id}:1")).state is EffectState.unknown


def _payload(visit_id: str) -> dict[str, Any]:
    return {"visit_id": visit_id, "minutes": 15, "schedule_version": 1}


async def test_a_reminder_in_doubt_stays_in_doubt_when_its_visit_has_begun_meanwhile(database: Database) -> None:
    morning = Morning(database)
    visit = await morning.books()
    morning.moment = "reminder.called"
    with pytest.raises(Killed):
        await morning.goes_until(NINE)
    morning.process("B")
    morning.clock.advance(minutes=30)
    await morning.engine.start("reminder", "recovered", _payload(visit.id))
    await morning.goes_until(NINE + timedelta(hours=1))
    assert (await morning.effect(f"reminder:{visit.id}:15:1")).state is EffectState.unknown


async def test_a_reminder_that_waits_for_a_busy_chat_is_given_up_when_its_visit_moves(database: Database) -> None:
    morning = Morning(database)
    morning.chats.failures[KIM.object_id] = [ChatBusy(120.0)]
    visit = await morning.books()
    await morning.goes_until(NINE - 14 * MINUTE)
    await morning.moves(visit, NINE + timedelta(hours=1))
    await morning.goes_until(NINE)
    assert morning.chats.told(KIM.object_id) == []
    assert (await morning.effect(f"reminder:{visit.id}:15:1")).state is EffectState.skipped
