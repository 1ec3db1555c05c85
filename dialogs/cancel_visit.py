"""Cancelling a visit: which one, then asked once."""

from collections.abc import Mapping
from typing import Any

from botbuilder.dialogs import ComponentDialog, DialogTurnResult, WaterfallDialog, WaterfallStepContext

from bot.understanding.reading import Intent, Reading
from bot.visits.models.values import VisitId
from cards.visit_verbs import CancelInputs, ConfirmCancel, KeepVisit
from dialogs.desk import Desk
from dialogs.finding import Meant, visit_question, visits_among
from dialogs.overhearing import NO_TERMS, Terms, terms_of
from dialogs.prompts import CardPrompt
from dialogs.talk import Press, Talk, talk_of

CANCEL_VISIT = "cancel_visit"
_STEPS = "cancel_visit.steps"
_WHICH = "cancel_visit.which"
_SURE = "cancel_visit.sure"


class CancelVisitDialog(ComponentDialog):  # type: ignore[misc]
    """which -> sure -> done. Begins with ``cancelling(...)``; the card's buttons, and a yes or no, are verbs."""

    def __init__(self, desk: Desk, press: Press) -> None:
        """``press`` does what a button would."""
        super().__init__(CANCEL_VISIT)
        self._desk = desk
        self._press = press
        self.add_dialog(WaterfallDialog(_STEPS, [self.which, self.sure, self.done]))
        self.add_dialog(CardPrompt(_WHICH, self._put_which))
        self.add_dialog(CardPrompt(_SURE, self._put_sure))
        self.initial_dialog_id = _STEPS

    async def which(self, step: WaterfallStepContext) -> DialogTurnResult:
        """Ask which visit is meant, unless that is clear. Receives ``cancelling(...)``."""
        if step.options.get("visit_id"):
            return await step.next(None)
        return await step.prompt(_WHICH, step.options)

    async def sure(self, step: WaterfallStepContext) -> DialogTurnResult:
        """Ask whether it is to be cancelled. Receives the reading that says whose visit it is, if that was asked."""
        if step.result is not None:
            offered = step.options["visit_ids"]
            found = await visits_among(self._desk, talk_of(step.context), offered, step.result)
            step.options.update(cancelling(found, step.result, _terms(talk_of(step.context), step.options)))
            if found.visit is None:
                return await step.replace_dialog(_STEPS, step.options)
        return await step.prompt(_SURE, step.options)

    async def done(self, step: WaterfallStepContext) -> DialogTurnResult:
        """Do what was answered. Receives its reading: yes, no, or something else, which asks again."""
        talk, reading = talk_of(step.context), step.result
        visit = await self._desk.visits.visit(VisitId(step.options["visit_id"]), talk.person)
        said = terms_of(talk.text)
        terms = _terms(talk, step.options)
        if reading.intent in (Intent.yes, Intent.cancel):
            inputs = CancelInputs(reason=terms.reason or reading.notes or "", tell_client=terms.tells)
            await self._press(talk, ConfirmCancel(visit_id=visit.id, version=visit.version, inputs=inputs))
        elif said.are_said:
            step.options.update(cancelling(Meant((visit,)), reading, terms))
            return await step.replace_dialog(_STEPS, step.options)
        elif reading.intent in (Intent.no, Intent.stop):
            await self._press(talk, KeepVisit(visit_id=visit.id, version=visit.version))
        else:
            await talk.say(talk.t("chat.yes_or_no"))
            return await step.replace_dialog(_STEPS, step.options)
        return await step.end_dialog(visit.id)

    async def _put_which(self, talk: Talk, options: Mapping[str, Any]) -> None:
        visits = [await self._desk.visits.visit(VisitId(each), talk.person) for each in options.get("visit_ids", ())]
        reading = Reading(client_name=options.get("client_name"))
        await visit_question(self._desk, talk, visits, "cancel", reading, said=bool(options.get("said")))

    async def _put_sure(self, talk: Talk, options: Mapping[str, Any]) -> None:
        visit = await self._desk.visits.visit(VisitId(options["visit_id"]), talk.person)
        await self._desk.show_cancel(talk, visit, reason=options.get("reason", ""), tells=options.get("tells", True))


def cancelling(meant: Meant, reading: Reading, terms: Terms = NO_TERMS) -> dict[str, Any]:
    """What the dialog begins with, as JSON: the visits that may be meant, why, and whether the client is told."""
    return {
        "visit_id": meant.visit.id if meant.visit else None,
        "visit_ids": [each.id for each in meant.visits],
        "said": meant.was_named,
        "client_name": reading.client_name,
        "reason": terms.reason,
        "tells": terms.tells,
    }


def _terms(talk: Talk, options: Mapping[str, Any]) -> Terms:
    """What was said so far, and now."""
    now = terms_of(talk.text)
    return Terms(now.reason or options.get("reason", ""), now.tells and options.get("tells", True))
