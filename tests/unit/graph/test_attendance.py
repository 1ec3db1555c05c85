"""What a finished visit's reports say: when it began and ended, and whether its client came."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.graph.meeting_wire import AttendanceRecord, AttendanceReport
from bot.graph.online import Attendance, attendance_of
from tests.unit.graph.conftest import TENANT

BEGAN = datetime(2026, 9, 1, 21, 30, tzinfo=UTC)
OTHER_TENANT = "00000000-0000-4000-8000-0000000000bb"


def report(since: int = 0, until: int = 30) -> AttendanceReport:
    times = {"meetingStartDateTime": _at(since), "meetingEndDateTime": _at(until)}
    return AttendanceReport.model_validate({"id": "r", **times})


def there(since: int, until: int, *, role: str = "Attendee", tenant: str | None = None) -> AttendanceRecord:
    interval = {"joinDateTime": _at(since), "leaveDateTime": _at(until)}
    identity: dict[str, Any] = {"id": "someone", "tenantId": tenant}
    return AttendanceRecord.model_validate({"role": role, "identity": identity, "attendanceIntervals": [interval]})


def _at(minutes: int) -> str:
    return (BEGAN + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")


def told(*records: AttendanceRecord) -> Attendance:
    found = attendance_of([report()], records, TENANT)
    assert found is not None
    return found


KIM = there(0, 30, role="Organizer", tenant=TENANT)


def test_there_is_nothing_to_tell_before_there_is_a_report() -> None:
    assert attendance_of([], [], TENANT) is None


def test_a_visit_lasts_from_when_both_were_there_to_the_last_leaving() -> None:
    found = told(KIM, there(4, 25))
    assert (found.began_at, found.ended_at) == (BEGAN, BEGAN + timedelta(minutes=30))
    assert (found.lasted, found.clients_came) == (timedelta(minutes=26), True)


def test_where_one_side_never_came_it_lasted_not_at_all() -> None:
    assert (told(KIM).lasted, told(KIM).clients_came) == (timedelta(0), False)
    alone = told(there(0, 30))
    assert (alone.lasted, alone.clients_came) == (timedelta(0), True)


@pytest.mark.parametrize("tenant", [None, OTHER_TENANT])
def test_a_client_may_have_an_account_elsewhere(tenant: str | None) -> None:
    assert told(KIM, there(4, 25, tenant=tenant)).clients_came


def test_a_colleague_who_only_attends_is_no_client() -> None:
    assert not told(KIM, there(4, 25, tenant=TENANT.upper())).clients_came


def test_over_several_sessions_the_first_beginning_and_the_last_end_count() -> None:
    found = attendance_of([report(40, 55), report(0, 30)], [KIM, there(4, 25)], TENANT)
    assert found is not None
    assert (found.began_at, found.ended_at) == (BEGAN, BEGAN + timedelta(minutes=55))
