"""What the buttons do that change nothing agreed: tell of a visit, decide about what was told, note who came."""

from bot.teams.verbs.on_card import active
from bot.visits.errors import VisitOver
from bot.visits.models.visit import Visit
from cards.notice_cards import reminder_card
from cards.visit_verbs import EffectVerb, LeaveEffect, MarkArrived, ResendEffect, RunningLate, SendReminderSms
from dialogs.desk import Desk
from dialogs.talk import Talk


class TellingVerbs:
    """One method a verb."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def resend(self, press: ResendEffect, talk: Talk) -> None:
        """Send an effect again whose outcome is unknown."""
        visit = await self._desk.visits.visit(press.visit_id, talk.person)
        resent = await self._desk.work.resend(visit.id, press.effect_key, begun=press.begun, by=talk.person)
        await self._desk.show_visit(talk, visit, note=None if resent else _moved_on(press, talk))

    async def leave(self, press: LeaveEffect, talk: Talk) -> None:
        """Leave an effect whose outcome is unknown as it is."""
        visit = await self._desk.visits.visit(press.visit_id, talk.person)
        left = await self._desk.work.leave(visit.id, press.effect_key, begun=press.begun, by=talk.person)
        await self._desk.show_visit(talk, visit, note=None if left else _moved_on(press, talk))

    async def running_late(self, press: RunningLate, talk: Talk) -> None:
        """Tell the desk, and the client who has an e-mail address."""
        visit = await active(self._desk, press, talk)
        if visit is not None:
            await self.tell_late(visit, talk)

    async def tell_late(self, visit: Visit, talk: Talk) -> None:
        """Tell whoever is to hear that the organizer of this visit is late."""
        try:
            told = await self._desk.work.running_late(visit, by=talk.person)
        except VisitOver:
            await self._desk.show_visit(talk, visit, note=talk.t("reminder.late_over"))
        else:
            await talk.show(reminder_card(visit, talk.reader, late_told=told))

    async def arrived(self, press: MarkArrived, talk: Talk) -> None:
        """Note by hand that the client is there."""
        visit = await active(self._desk, press, talk)
        if visit is not None:
            await self.note_arrival(visit, talk)

    async def note_arrival(self, visit: Visit, talk: Talk) -> None:
        """Note by hand that the client of this visit is there."""
        await self._desk.presences.mark_arrived(visit, by=talk.person)
        await self._desk.show_visit(talk, visit, note=talk.t("arrival.marked"))

    async def send_reminder(self, press: SendReminderSms, talk: Talk) -> None:
        """Text the client a reminder now."""
        visit = await active(self._desk, press, talk)
        if visit is not None:
            await self._desk.work.send_reminder(visit, by=talk.person)
            await self._desk.show_visit(talk, visit)


def _moved_on(press: EffectVerb, talk: Talk) -> str:
    """Why a decision about an effect was not taken: a copy of a press, or a card of before."""
    return talk.t("visit_card.changed" if press.begun is None else "visit_card.moved_on")
