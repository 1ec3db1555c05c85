"""Whatever the domain can say has words on the cards, in every language."""

from collections.abc import Iterator
from typing import get_args

import pytest

from bot.strings.phones import SmsReach, sms_reach
from bot.strings.translate import Translator, languages
from bot.visits.errors import VisitError
from bot.visits.models.effects import EffectKind, EffectState
from bot.visits.models.objections import Objection
from cards.effect_lines import SMS
from cards.visit_card import Status


def errors(kind: type[VisitError] = VisitError) -> Iterator[type[VisitError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from errors(each)


@pytest.mark.parametrize("language", languages())
def test_every_error_has_words(language: str) -> None:
    t = Translator(language)
    assert [each.code for each in errors() if not t.has(f"error.{each.code}")] == []


@pytest.mark.parametrize("language", languages())
def test_every_objection_has_words(language: str) -> None:
    t = Translator(language)
    codes = get_args(Objection.model_fields["code"].annotation)
    assert [each for each in codes if not t.has(f"objection.{each}")] == []


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("kind", [*SMS, EffectKind.sms_reminder, EffectKind.calendar, EffectKind.invitation])
def test_every_state_of_what_the_client_or_calendar_is_told_has_words(language: str, kind: EffectKind) -> None:
    t = Translator(language)
    states = [each for each in EffectState if each is not EffectState.skipped]
    assert [each for each in states if not t.has(f"effect.{kind}.{each}")] == []


@pytest.mark.parametrize("language", languages())
def test_every_status_and_reach_has_words(language: str) -> None:
    t = Translator(language)
    assert [each for each in get_args(Status) if not t.has(f"visit_card.{each}")] == []
    assert [each for each in (*get_args(SmsReach), "unavailable") if not t.has(f"confirm.sms.{each}")] == []


@pytest.mark.parametrize(
    ("phone", "reach"),
    [
        ("+12065550142", "reachable"),
        ("+16045550142", "not_us"),
        ("+18765550142", "not_us"),
        ("+442079460958", "not_us"),
        ("+18005551234", "not_mobile"),
        (None, "no_phone"),
    ],
)
def test_plus_one_is_not_enough_for_a_text_message(phone: str | None, reach: SmsReach) -> None:
    assert sms_reach(phone) == reach
