"""The visit that a press is about, if it is still what the card shows."""

from datetime import timedelta

from bot.visits.models.visit import Visit
from cards.visit_verbs import ChooseVisit, MoveAnyway, MoveVisit, PickTime, VisitVerb
from dialogs.desk import Desk
from dialogs.talk import Talk


async def current(desk: Desk, press: VisitVerb, talk: Talk) -> Visit | None:
    """The visit if it is the version on the card. Otherwise it is shown as it stands, and nothing else is done."""
    visit = await desk.visits.visit(press.visit_id, talk.person)
    if visit.version == press.version:
        return visit
    await desk.show_visit(talk, visit, note=talk.t("visit_card.changed"))
    return None


async def active(desk: Desk, press: VisitVerb, talk: Talk) -> Visit | None:
    """The same for what only a visit that still takes place can do."""
    visit = await current(desk, press, talk)
    if visit is not None and visit.is_cancelled:
        await desk.show_visit(talk, visit)
        return None
    return visit


def length_on(press: PickTime | MoveVisit | MoveAnyway | ChooseVisit) -> timedelta | None:
    """The new length on the card, where it is not the visit's own."""
    return timedelta(minutes=press.minutes) if press.minutes else None
