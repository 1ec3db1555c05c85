"""Times, zones and lengths on Graph's wire."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.graph.bookings_wire import Appointment, availability_of, instant_of, read_duration
from bot.graph.schedules import busy_spans
from bot.graph.wire import GraphDateTime, Schedule, iso_duration, zulu

NOON = datetime(2026, 9, 1, 19, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "zone", "wall", "windows"),
    [
        (NOON, "America/Los_Angeles", "2026-09-01T12:00:00", "Pacific Standard Time"),
        (NOON, "US/Pacific", "2026-09-01T12:00:00", "Pacific Standard Time"),
        (NOON, "Asia/Kolkata", "2026-09-02T00:30:00", "India Standard Time"),
        (NOON, "Antarctica/Troll", "2026-09-01T19:00:00", "UTC"),
        (datetime(2026, 11, 1, 8, 30, tzinfo=UTC), "America/Los_Angeles", "2026-11-01T08:30:00", "UTC"),
        (datetime(2026, 11, 1, 9, 30, tzinfo=UTC), "America/Los_Angeles", "2026-11-01T09:30:00", "UTC"),
        (
            datetime(2026, 11, 1, 10, 30, tzinfo=UTC),
            "America/Los_Angeles",
            "2026-11-01T02:30:00",
            "Pacific Standard Time",
        ),
    ],
)
def test_an_instant_goes_out_as_wall_time_and_windows_name(
    moment: datetime, zone: str, wall: str, windows: str
) -> None:
    sent = GraphDateTime.at(moment, zone)
    assert (sent.date_time, sent.time_zone) == (wall, windows)
    assert sent.instant() == moment


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("2026-09-01T19:00:00.0000000", "UTC"),
        ("2026-09-01T12:00:00.0000000", "Pacific Standard Time"),
        ("2026-09-01T12:00:00", "America/Los_Angeles"),
        ("2026-09-01T12:00:00", "pacific standard time"),
        ("2026-09-01T19:00:00.0000000Z", "Pacific Standard Time"),
        ("2026-09-01T21:00:00+02:00", "UTC"),
    ],
)
def test_an_answer_is_the_same_instant_however_it_is_written(text: str, zone: str) -> None:
    assert GraphDateTime(date_time=text, time_zone=zone).instant() == NOON


@pytest.mark.parametrize(("text", "zone"), [("noon", "UTC"), ("2026-09-01T12:00:00", "Customized Time Zone")])
def test_what_cannot_be_read_is_no_time(text: str, zone: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        GraphDateTime(date_time=text, time_zone=zone).instant()


@pytest.mark.parametrize(
    ("label", "candidates"),
    [
        ("(UTC-08:00) Pacific Time (US & Canada)", ()),
        ("(UTC-08:00) Some new name of it", ("UTC", "America/Los_Angeles")),
        ("Pacific Standard Time", ()),
    ],
)
def test_a_zone_is_known_by_its_display_name_or_by_who_asked(label: str, candidates: tuple[str, ...]) -> None:
    assert instant_of(GraphDateTime(date_time="2026-09-01T12:00:00", time_zone=label), candidates) == NOON


def test_a_display_name_nobody_knows_is_no_guess() -> None:
    with pytest.raises(ValueError, match="unknown zone"):
        instant_of(GraphDateTime(date_time="2026-09-01T12:00:00", time_zone="(UTC+05:45) Kathmandu"), ("UTC",))


@pytest.mark.parametrize(
    ("text", "minutes"), [("PT30M", 30), ("P1D", 1440), ("PT1H15M", 75), ("P1DT2H", 1560), ("PT0S", 0)]
)
def test_a_length_is_read(text: str, minutes: int) -> None:
    assert read_duration(text) == timedelta(minutes=minutes)


def test_no_length_is_none_and_junk_is_no_length() -> None:
    assert read_duration(None) is None
    with pytest.raises(ValueError, match="duration"):
        read_duration("half an hour")


@pytest.mark.parametrize(("minutes", "text"), [(0, "PT0M"), (30, "PT30M"), (60, "PT1H"), (75, "PT1H15M")])
def test_a_length_is_written(minutes: int, text: str) -> None:
    assert iso_duration(timedelta(minutes=minutes)) == text


def test_a_meeting_time_is_zulu() -> None:
    assert zulu(NOON) == "2026-09-01T19:00:00Z"


def test_an_appointments_start_has_two_names() -> None:
    for name in ("start", "startDateTime"):
        found = Appointment.model_validate({"id": "a", name: {"dateTime": "2026-09-01T19:00:00Z", "timeZone": "UTC"}})
        assert found.starts is not None
        assert found.starts.instant() == NOON


def test_no_availability_is_an_empty_list() -> None:
    assert availability_of(None) == []


# --- free and busy ------------------------------------------------------------------------------------


def item(status: str, start: str, end: str) -> dict[str, object]:
    return {
        "status": status,
        "start": {"dateTime": f"2026-09-01T{start}:00.0000000", "timeZone": "UTC"},
        "end": {"dateTime": f"2026-09-01T{end}:00.0000000", "timeZone": "UTC"},
    }


def test_free_and_elsewhere_are_not_busy_and_a_status_nobody_knows_is() -> None:
    schedule = Schedule.model_validate(
        {
            "availabilityView": "0424",
            "scheduleItems": [
                item("free", "19:00", "20:00"),
                item("workingElsewhere", "19:00", "20:00"),
                item("onTheMoon", "20:00", "21:00"),
            ],
        }
    )
    assert [each.status for each in busy_spans(schedule, NOON)] == ["onTheMoon"]


def test_where_items_are_hidden_the_digits_tell() -> None:
    schedule = Schedule.model_validate({"availabilityView": "0022314", "scheduleItems": []})
    spans = busy_spans(schedule, NOON)
    quarter = timedelta(minutes=15)
    assert [(each.starts_at, each.ends_at, each.status) for each in spans] == [
        (NOON + 2 * quarter, NOON + 4 * quarter, "busy"),
        (NOON + 4 * quarter, NOON + 5 * quarter, "oof"),
        (NOON + 5 * quarter, NOON + 6 * quarter, "tentative"),
    ]
