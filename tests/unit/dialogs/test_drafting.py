"""What a message changes in a draft."""

from datetime import UTC, date, datetime, time

from bot.clinic import demo_clinic
from bot.understanding.questions import Ask, Option
from bot.understanding.reading import Reading
from bot.visits.drafts import missing
from bot.visits.models.draft import Draft
from bot.visits.models.values import VisitId
from dialogs.drafting import at_slot, chosen, heard

CLINIC = demo_clinic().clinic
KIM, PATEL = CLINIC.staff[0].id, CLINIC.staff[1].id
EMPTY = Draft(id=VisitId("0" * 32), requested_by="jordan", time_zone="America/Los_Angeles")
WHOLE = EMPTY.model_copy(
    update={
        "client_name": "Ana Ruiz",
        "phone": "+12065550142",
        "type_name": "Follow-up",
        "staff_id": KIM,
        "day": date(2026, 11, 26),
        "at": time(14, 30),
    }
)


def test_a_message_changes_only_what_it_speaks_of() -> None:
    after = heard(WHOLE, Reading(day=date(2026, 11, 27)))
    assert after == WHOLE.model_copy(update={"day": date(2026, 11, 27), "version": 2})


def test_a_message_that_changes_nothing_keeps_the_version() -> None:
    assert heard(WHOLE, Reading(at=time(14, 30))) is WHOLE


def test_a_part_in_doubt_is_emptied_until_it_is_answered() -> None:
    after = heard(WHOLE, Reading(questions=(Ask(about=("time",), why="two_readings"),)))
    assert missing(after, CLINIC) == ("time",)


def test_an_option_settles_what_was_asked() -> None:
    option = Option(day=date(2026, 11, 27), at=time(9, 0))
    after = chosen(WHOLE, option, ("date", "time"), CLINIC.staff)
    assert (after.day, after.at, after.staff_id) == (date(2026, 11, 27), time(9, 0), KIM)


def test_a_chosen_name_is_that_member_of_staff() -> None:
    assert chosen(WHOLE, Option(value="Dr Asha Patel"), ("staff",), CLINIC.staff).staff_id == PATEL


def test_an_instant_becomes_the_wall_clock_of_the_draft() -> None:
    after = at_slot(WHOLE, datetime(2026, 11, 27, 17, 30, tzinfo=UTC))
    assert (after.day, after.at) == (date(2026, 11, 27), time(9, 30))


def test_the_later_of_two_equal_wall_times_is_kept_apart() -> None:
    later = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
    after = at_slot(WHOLE, later)
    assert (after.at, after.fold) == (time(1, 30), 1)
    assert after.starts_at() == later


def test_a_phone_said_after_all_means_the_client_is_texted() -> None:
    without = WHOLE.model_copy(update={"phone": None, "text_client": False})
    assert heard(without, Reading(phone="+12065550142")).text_client


def test_no_phone_means_the_client_is_not_texted_and_no_number_is_missing() -> None:
    after = heard(EMPTY, Reading(client_name="Ana Ruiz", no_phone=True))
    assert not after.text_client
    assert "phone" not in missing(after, CLINIC)


def test_no_phone_takes_no_known_number_away() -> None:
    assert heard(WHOLE, Reading(no_phone=True)).text_client
