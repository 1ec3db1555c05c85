"""One example of every card in every state worth looking at: what the tests check and the pictures show."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import NamedTuple

from bot.clinic import demo_clinic
from bot.strings.translate import Translator
from bot.visits.models.clinic import Clinic, StaffMember
from bot.visits.models.draft import Draft
from bot.visits.models.effects import EffectKind, EffectState, EffectStatus, LateTold
from bot.visits.models.objections import Objection, SlotVerdict
from bot.visits.models.people import Client, Person, Preferences
from bot.visits.models.presence import Presence
from bot.visits.models.slots import Slot
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Told, Visit
from cards.ask_card import ask_card
from cards.booking_form import booking_form
from cards.change_cards import cancel_card, move_card, undo_card
from cards.confirm_card import confirm_card, free_times_card
from cards.draft_verbs import AnswerDraft
from cards.elements import Card, execute
from cards.list_card import agenda_card, choose_card, day_card, found_card
from cards.menu_cards import help_card, menu_card, not_understood_card, welcome_card
from cards.menu_verbs import ListPage
from cards.notice_cards import (
    desk_notice,
    discarded_card,
    drift_card,
    drift_settled_card,
    error_card,
    notice_card,
    nudge_card,
    reminder_card,
    waiting_card,
)
from cards.reader import Keeping, Reader, Readers
from cards.settings_card import settings_card
from cards.slot_card import slot_card
from cards.visit_card import visit_card

CLINIC: Clinic = demo_clinic().clinic
HOUR = timedelta(hours=1)
NOW = datetime(2026, 11, 25, 22, 30, 5, tzinfo=UTC)
START = datetime(2026, 11, 26, 22, 30, tzinfo=UTC)
VISIT_ID = VisitId("0123456789abcdef0123456789abcdef")
EMULATOR = "http://127.0.0.1:3978"
JOIN = "https://teams.microsoft.com/l/meetup-join/19%3ameeting_ZGVtbw%40thread.v2/0"
CLIENT_LINK = (
    "https://visit.teams.microsoft.com/webrtc-svc/api/route?tid=00000000-0000-4000-8000-0000000000aa"
    "&convId=19:meeting_ZGVtbw@thread.v2&oid=00000000-0000-4000-8000-000000000001&isWaitingRoom=true&locale=en-US"
)
KIM: StaffMember = CLINIC.staff[0]


class Typed(NamedTuple):
    """What people typed: the words that stand in a card."""

    name: str = "Ana Ruiz"
    email: str = "ana.ruiz@example.com"
    notes: str = "Prefers the afternoon; bring the last blood count."
    reason: str = "Agreed with Dr Kim"


HOSTILE = {
    "link": Typed(
        "[Ana](https://evil.example)", "[a](https://e)@x.example", "**bold** _x_ [x](https://e)", "# big\n- list"
    ),
    "date": Typed("{{DATE(2026-11-26,SHORT)}}", "{{TIME(x)}}@x.example", "{{DATE(x)}}", "{{TIME(x)}}"),
    "mention": Typed("<at>Everyone</at>", "<at>a</at>@x.example", "<at id='0'>All</at>", "<script>alert(1)</script>"),
    "long": Typed("Xy" * 60, "a" * 60 + "@x.example", "word " * 400, "z" * 300),
    "unbroken": Typed("n" * 120, "n" * 250, "n" * 2000, "n" * 300),
    "rtl": Typed("\u202eאנה רואיז\u2066", "ana@x.example", "مريضة جديدة \u202e abc", "\u200f(לבקשת הרופא)"),
    "emoji": Typed("👩🏽‍⚕️🇺🇸" * 12, "ana@x.example", "👨‍👩‍👧‍👦" * 200, "é" * 300),
    "control": Typed("Ana\x00\x1b[31m\nRuiz\t", "ana@x.example", "a\r\nb\u2028c", "\x07"),
}


def person(locale: str, teams_zone: str | None = None) -> Person:
    """Someone who reads."""
    return Person(
        id="00000000-0000-4000-8000-000000000005",
        tenant_id="00000000-0000-4000-8000-0000000000aa",
        name="Jordan Lee",
        locale=locale,
        time_zone=CLINIC.time_zone,
        teams_time_zone=teams_zone,
    )


class Gallery:
    """All cards for one reader, with one set of typed words."""

    def __init__(self, language: str = "en", words: Typed | None = None, *, elsewhere: bool = False) -> None:
        """``elsewhere``: the reader's device and the client are in other zones."""
        self.words = words or Typed()
        self.reader: Reader = Readers(CLINIC, [EMULATOR]).of(
            person(language, "America/New_York" if elsewhere else None)
        )
        self.t: Translator = self.reader.t
        self.elsewhere = elsewhere
        self.seconds = count()
        """Later effects are later."""

    # --- what the cards show ----------------------------------------------------------------------

    def client(self) -> Client:
        """Whom the visit is for."""
        zone = "America/Chicago" if self.elsewhere else CLINIC.time_zone
        return Client(name=self.words.name[:120], phone="+12065550142", email=self.words.email, time_zone=zone)

    def visit(self, **changes: object) -> Visit:
        """A booked visit that is in the calendar."""
        usual: dict[str, object] = {
            "id": VISIT_ID,
            "client": self.client(),
            "organizer": KIM,
            "type_name": "Follow-up",
            "starts_at": START,
            "duration": timedelta(minutes=30),
            "time_zone": CLINIC.time_zone,
            "notes": self.words.notes,
            "text_client": True,
            "requested_by": "00000000-0000-4000-8000-000000000005",
            "version": 2,
            "created_at": NOW - timedelta(minutes=1),
            "event_id": "AAMkAD",
            "join_url": JOIN,
            "client_join_url": CLIENT_LINK,
            "calendar_starts_at": START,
        }
        return Visit.model_validate(usual | changes)

    def draft(self, **changes: object) -> Draft:
        """A complete draft."""
        usual: dict[str, object] = {
            "id": VISIT_ID,
            "requested_by": "00000000-0000-4000-8000-000000000005",
            "time_zone": CLINIC.time_zone,
            "client_name": self.words.name[:120],
            "phone": "+12065550142",
            "email": self.words.email,
            "type_name": "Follow-up",
            "staff_id": KIM.id,
            "day": date(2026, 11, 26),
            "at": time(14, 30),
            "client_time_zone": "America/Chicago" if self.elsewhere else None,
            "notes": self.words.notes,
        }
        return Draft.model_validate(usual | changes)

    def empty_draft(self) -> Draft:
        """Nothing said yet."""
        return Draft(id=VISIT_ID, requested_by="x", time_zone=CLINIC.time_zone)

    def day(self) -> list[Visit]:
        """Seven visits of a day, the first over, the second going on, one cancelled."""
        names = (self.words.name[:120], "Grace Okafor", "Liam O’Neill", "Mai Nguyen", "Bo Li", "Zoë Park", "Ana Ruiz")
        return [
            self.visit(
                id=VisitId(f"{at:032x}"),
                client=self.client().model_copy(update={"name": name}),
                starts_at=NOW + timedelta(minutes=40 * at - 45),
                organizer=CLINIC.staff[at % len(CLINIC.staff)],
                type_name=CLINIC.types[at % len(CLINIC.types)].name,
                cancelled_at=NOW if at == 4 else None,
            )
            for at, name in enumerate(names)
        ]

    # --- the cards --------------------------------------------------------------------------------

    def cards(self) -> dict[str, Card]:
        """Every card by name."""
        return {name: make() for name, make in self._makers()}

    def _makers(self) -> Iterator[tuple[str, Callable[[], Card]]]:
        yield from self._menus()
        yield from self._drafts()
        yield from self._visits()
        yield from self._changes()
        yield from self._lists()
        yield from self._notices()

    def _menus(self) -> Iterator[tuple[str, Callable[[], Card]]]:
        r, t = self.reader, self.t
        guess = execute(t("list.found"), ListPage(kind="find"))
        yield "welcome", lambda: welcome_card(r)
        yield "menu", lambda: menu_card(r)
        yield "menu_not_understood", lambda: not_understood_card(r, guess)
        yield "help", lambda: help_card(r, now=NOW)
        yield "settings", lambda: settings_card(Preferences(time_zone="America/Chicago"), r, now=NOW)
        kept = replace(r, keeping=Keeping("outlook", is_played=True))
        yield "settings_demonstration", lambda: settings_card(Preferences(), kept, now=NOW)
        two = [(self.words.name, "clinic@contoso.example"), ("Downtown", "downtown@contoso.example")]
        bookings = replace(r, keeping=Keeping("bookings", "delegated", notices=("bookings_too_many_staff",)))
        yield "settings_businesses", lambda: settings_card(Preferences(), bookings, now=NOW, businesses=two)
        lacking = Keeping("outlook", lacks=frozenset({"client_link", "sms", "arrivals"}))
        yield "help_us_government", lambda: help_card(replace(r, can_text=False, keeping=lacking), now=NOW)
        yield (
            "settings_saved",
            lambda: settings_card(
                Preferences(reminders=(timedelta(hours=1), timedelta(minutes=15))), r, now=NOW, saved=True
            ),
        )

    def _drafts(self) -> Iterator[tuple[str, Callable[[], Card]]]:
        r, t, w = self.reader, self.t, self.words
        wrong = {"phone": t("confirm.sms.no_phone"), "time": t("objection.past")}
        typed_inputs = {
            "client_name": w.name,
            "phone": "call " + w.name,
            "time": "half past " + w.notes,
            "notes": w.notes,
        }
        at_ten = AnswerDraft(draft_id=VISIT_ID, version=1, at=time(10), day=date(2026, 11, 26))
        yield "form_empty", lambda: booking_form(self.empty_draft(), r)
        yield "form_free_times", lambda: booking_form(self.draft(), r, free=self.free())
        yield "form_none_free", lambda: booking_form(self.draft(at=None), r, free=[])
        yield (
            "form_errors",
            lambda: booking_form(
                self.draft(phone=None, at=None, client_name=None), r, typed_inputs=typed_inputs, errors=wrong
            ),
        )
        yield (
            "ask",
            lambda: ask_card(
                t("choose.title"), [(r.when(START), at_ten), (r.when(START - timedelta(hours=5)), at_ten)], r
            ),
        )
        yield "confirm", lambda: confirm_card(self.draft(), r)
        yield "confirm_no_sms", lambda: confirm_card(self.draft(phone="+16045550142", email=None, notes=""), r)
        yield "confirm_objected", lambda: confirm_card(self.draft(), r, verdict=self.verdict())
        yield (
            "confirm_past",
            lambda: confirm_card(
                self.draft(),
                r,
                verdict=SlotVerdict(
                    objections=(Objection(code="past", can_override=False),), alternatives=tuple(self.free()[:3])
                ),
            ),
        )
        yield "confirm_unread", lambda: confirm_card(self.draft(), r, unread=True)
        free = tuple(self.free())
        yield "free_times", lambda: free_times_card(self.draft(), KIM, free, r.day(START), r, are_some=True)
        yield "free_times_none", lambda: free_times_card(self.draft(), KIM, (), r.day(START), r, nearest=free[:4])
        yield "discarded", lambda: discarded_card(r)

    def free(self) -> list[Slot]:
        """Free times of the day."""
        return [
            Slot(starts_at=START + timedelta(minutes=30 * each), duration=timedelta(minutes=30))
            for each in range(-3, 4)
        ]

    def verdict(self) -> SlotVerdict:
        """A slot that two rules object to."""
        facts = {
            "staff": KIM.display_name,
            "client": self.words.name,
            "since_at": START.isoformat(),
            "until_at": (START + timedelta(minutes=45)).isoformat(),
            "status": "busy",
        }
        hours = {"day": "2026-11-26", "opens": "08:00", "closes": "18:00"}
        return SlotVerdict(
            objections=(
                Objection(code="outside_hours", can_override=True, facts=hours),
                Objection(code="busy", can_override=True, facts=facts),
            ),
            alternatives=tuple(self.free()[:3]),
        )

    def effect(
        self,
        kind: EffectKind,
        state: EffectState = EffectState.done,
        code: str | None = None,
        until: timedelta | None = None,
    ) -> EffectStatus:
        """Where one effect stands."""
        return EffectStatus(
            key=f"booking:{VISIT_ID}:2:{kind}",
            kind=kind,
            state=state,
            code=code,
            until=NOW + until if until else None,
            at=NOW - timedelta(minutes=2) + timedelta(seconds=next(self.seconds)),
            begun=1,
        )

    def _visits(self) -> Iterator[tuple[str, Callable[[], Card]]]:
        r, e = self.reader, self.effect
        k, s = EffectKind, EffectState
        all_done = [e(k.calendar), e(k.lobby), e(k.client_link), e(k.invitation), e(k.sms_confirmation)]
        quiet = NOW + timedelta(seconds=20)

        def show(effects: list[EffectStatus], note: str | None = None, **changes: object) -> Callable[[], Card]:
            return lambda: visit_card(self.visit(**changes), effects, r, now=NOW, note=note)

        yield (
            "visit_working",
            lambda: visit_card(
                self.visit(calendar_starts_at=None, join_url=None, client_join_url=None), [], r, now=NOW, working=True
            ),
        )
        yield "visit_booked", show(all_done)
        yield "visit_stale", show(all_done, note=self.t("visit_card.changed"))
        yield (
            "visit_quiet",
            show(
                [
                    e(k.calendar),
                    e(k.client_link),
                    e(k.invitation, s.waiting, until=timedelta(seconds=20)),
                    e(k.sms_confirmation, s.waiting, until=timedelta(seconds=20)),
                ],
                quiet_until=quiet,
            ),
        )
        yield (
            "visit_provisioning",
            show(
                [e(k.calendar), e(k.client_link, s.provisioning, until=timedelta(minutes=3, seconds=30))],
                client_join_url=None,
            ),
        )
        yield (
            "visit_retrying",
            show(
                [e(k.calendar, s.retrying, until=timedelta(seconds=50))],
                calendar_starts_at=None,
                join_url=None,
                client_join_url=None,
            ),
        )
        yield "visit_unknown", show([*all_done[:-1], e(k.sms_confirmation, s.unknown)])
        yield "visit_refused", show([*all_done[:-1], e(k.sms_confirmation, s.refused, "no_licence")])
        yield (
            "visit_not_in_calendar",
            show(
                [e(k.calendar, s.refused, "no_permission")],
                calendar_starts_at=None,
                join_url=None,
                client_join_url=None,
            ),
        )
        yield (
            "visit_moved",
            show(
                [*all_done, e(k.sms_reschedule, s.waiting, until=timedelta(seconds=20))],
                override_reason=self.words.reason,
                told=Told(starts_at=START - timedelta(days=1), at=NOW),
                quiet_until=quiet,
                version=3,
            ),
        )
        yield (
            "visit_no_text",
            show(all_done[:3], text_client=False, notes="", client=self.client().model_copy(update={"email": None})),
        )
        yield (
            "visit_emulator_link",
            show(all_done, join_url=f"{EMULATOR}/join/1", client_join_url=f"{EMULATOR}/visit/1"),
        )
        yield (
            "visit_over",
            show(all_done, starts_at=NOW - timedelta(hours=2), calendar_starts_at=NOW - timedelta(hours=2)),
        )
        yield from self._comings(all_done)
        yield (
            "visit_cancelled",
            show(
                [*all_done, e(k.sms_cancellation)],
                cancelled_at=NOW,
                cancel_reason=self.words.reason,
                calendar_starts_at=None,
                version=4,
            ),
        )
        yield (
            "visit_cancelled_quiet",
            show(
                [
                    *all_done,
                    e(k.calendar, s.waiting, until=timedelta(seconds=20)),
                    e(k.sms_cancellation, s.waiting, until=timedelta(seconds=20)),
                ],
                cancelled_at=NOW,
                quiet_until=quiet,
                version=4,
            ),
        )

    def _comings(self, effects: list[EffectStatus]) -> Iterator[tuple[str, Callable[[], Card]]]:
        start, end = NOW + timedelta(minutes=2), NOW + timedelta(minutes=32)
        now = {"starts_at": start, "calendar_starts_at": start}
        ended = {each: at - HOUR for each, at in now.items()}
        wait = timedelta(minutes=3)

        def show(presence: Presence, **changes: object) -> Callable[[], Card]:
            return lambda: visit_card(self.visit(**changes), effects, self.reader, now=NOW, presence=presence)

        yield "visit_nobody_yet", show(Presence(), **now)
        yield "visit_waiting", show(Presence(waiting_since=NOW), **now)
        yield "visit_admitted", show(Presence(admitted_at=NOW, waited=wait), **now)
        yield "visit_ended", show(Presence(ended_at=end - HOUR, lasted=timedelta(minutes=23), waited=wait), **ended)
        yield "visit_no_show", show(Presence(ended_at=end - HOUR, lasted=timedelta(0), nobody_came=True), **ended)

    def _changes(self) -> Iterator[tuple[str, Callable[[], Card]]]:
        r, t = self.reader, self.t
        slot = Slot(starts_at=START + timedelta(days=1, hours=-5), duration=timedelta(minutes=30))
        nearest = [*self.free()[:2], slot]
        yield "slots_nearest", lambda: slot_card(self.visit(), nearest, r)
        yield "slots_day", lambda: slot_card(self.visit(), self.free(), r, day=date(2026, 11, 26))
        yield (
            "slots_none",
            lambda: slot_card(self.visit(), [], r, day=date(2026, 11, 28), notice=t("objection.unnamed")),
        )
        yield "move", lambda: move_card(self.visit(), slot, r)
        yield "move_objected", lambda: move_card(self.visit(), slot, r, verdict=self.verdict())
        yield "move_unread", lambda: move_card(self.visit(), slot, r, unread=True)
        yield "cancel", lambda: cancel_card(self.visit(), r)
        yield (
            "cancel_cannot_tell",
            lambda: cancel_card(
                self.visit(text_client=False, client=self.client().model_copy(update={"email": None})), r
            ),
        )
        yield "undo", lambda: undo_card(self.visit(), self.visit(starts_at=START - timedelta(days=1)), r)

    def _lists(self) -> Iterator[tuple[str, Callable[[], Card]]]:
        r = self.reader
        today = date(2026, 11, 25)
        needs_you = frozenset({self.day()[2].id})
        yield "day_today", lambda: day_card(self.day(), today, r, now=NOW, needs_you=needs_you)
        yield "day_second_page", lambda: day_card(self.day(), today, r, now=NOW, page=2)
        yield "day_empty", lambda: day_card([], date(2026, 11, 26), r, now=NOW)
        yield "found", lambda: found_card(self.day()[3:], self.words.name, r, now=NOW)
        yield "found_nothing", lambda: found_card([], self.words.name, r, now=NOW)
        yield "choose", lambda: choose_card(self.day(), "move", r, now=NOW)
        yield "agenda", lambda: agenda_card(self.day(), today, r, now=NOW)
        yield "agenda_empty", lambda: agenda_card([], today, r, now=NOW)

    def _notices(self) -> Iterator[tuple[str, Callable[[], Card]]]:
        r, t = self.reader, self.t
        yield "reminder", lambda: reminder_card(self.visit(), r)
        yield "reminder_late", lambda: reminder_card(self.visit(), r, late_told=LateTold(desk=True, client=True))
        yield "nudge", lambda: nudge_card(self.visit(), r)
        yield "desk_notice", lambda: desk_notice(self.visit(), "unreachable", r)
        yield "drift_moved", lambda: drift_card(self.visit(), START + timedelta(hours=1), r, seen="abc")
        yield "drift_deleted", lambda: drift_card(self.visit(), None, r)
        yield "drift_settled", lambda: drift_settled_card(self.visit(), r)
        yield "client_waiting", lambda: waiting_card(self.visit(), START - timedelta(minutes=2), r)
        yield "error", lambda: error_card("not_entitled", r)
        yield "notice", lambda: notice_card(t("visit_card.kept"), r)
