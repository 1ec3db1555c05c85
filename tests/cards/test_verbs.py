"""Payloads are read through the class that wrote them, and whatever else is posted is refused."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cards import draft_verbs, menu_verbs, verbs, visit_verbs
from cards.payload import INPUT_PREFIX, LONGEST_INPUT, MalformedPayload, VerbPayload

VISIT_ID = "0123456789abcdef0123456789abcdef"
STARTS_AT = datetime(2026, 11, 26, 22, 30, tzinfo=UTC)
NEEDED: dict[str, Any] = {
    "draft_id": VISIT_ID,
    "question_id": VISIT_ID,
    "option": 1,
    "visit_id": VISIT_ID,
    "version": 3,
    "starts_at": STARTS_AT,
    "effect_key": f"booking:{VISIT_ID}:1:sms_confirmation",
    "kind": "day",
}


def an_example(kind: type[VerbPayload]) -> VerbPayload:
    """A payload of this class with what it cannot do without."""
    needed = {name: NEEDED[name] for name, field in kind.model_fields.items() if field.is_required()}
    if kind is draft_verbs.AnswerDraft:
        needed["minutes"] = 45
    return kind.model_validate(needed)


EXAMPLES = [pytest.param(an_example(each), id=each.verb_name()) for each in verbs.ALL]


@pytest.mark.parametrize("payload", EXAMPLES)
def test_what_a_button_carries_is_read_back_as_it_was_written(payload: VerbPayload) -> None:
    assert verbs.parse(payload.to_data()) == payload


@pytest.mark.parametrize("payload", EXAMPLES)
def test_inputs_arrive_apart_from_the_payload(payload: VerbPayload) -> None:
    read = verbs.parse(payload.posted(**dict.fromkeys(payload.accepts(), "true")))
    assert read.to_data() == payload.to_data()
    assert {str(value).lower() for value in read.inputs.model_dump().values()} <= {"true"}


@pytest.mark.parametrize("payload", EXAMPLES)
def test_a_field_that_is_not_ours_is_refused(payload: VerbPayload) -> None:
    for extra in ("client_name", "is_admin", "inputs", "permissions"):
        with pytest.raises(MalformedPayload):
            verbs.parse(payload.to_data() | {extra: {"reason": "x"}})


@pytest.mark.parametrize("payload", EXAMPLES)
def test_inputs_of_the_card_that_the_verb_does_not_read_are_dropped(payload: VerbPayload) -> None:
    assert verbs.parse(payload.posted(unheard_of="x")) == payload


@pytest.mark.parametrize("payload", EXAMPLES)
def test_a_payload_never_carries_a_name_or_number(payload: VerbPayload) -> None:
    free_text = {"client_name", "phone", "email", "notes", "reason", "words", "name"}
    assert not free_text & type(payload).model_fields.keys()
    assert not any(key.startswith(INPUT_PREFIX) for key in payload.to_data())


def test_verbs_are_versioned_and_said_once() -> None:
    names = [each.verb_name() for each in verbs.ALL]
    assert len(set(names)) == len(names)
    assert all(name.rpartition(".v")[2].isdigit() for name in names)


def test_teams_own_key_and_json_text_are_understood() -> None:
    payload = visit_verbs.CancelVisit(visit_id=VISIT_ID, version=2)
    assert verbs.parse(payload.to_data() | {"msteams": {"feedback": {"hide": True}}}) == payload
    assert verbs.parse('{"verb": "menu.book.v1"}') == menu_verbs.MenuBook()


def test_switches_know_on_off_and_untouched() -> None:
    book = draft_verbs.BookDraft(draft_id=VISIT_ID, version=1)
    read = [verbs.parse(book.posted(**each)) for each in ({"text_client": "true"}, {"text_client": "false"}, {})]
    assert [each.inputs.text_client for each in read if isinstance(each, draft_verbs.BookDraft)] == [True, False, None]


def test_typed_text_loses_control_characters_and_its_overlong_tail() -> None:
    cancel = visit_verbs.ConfirmCancel(visit_id=VISIT_ID, version=1)
    read = verbs.parse(cancel.posted(reason="\x00 ill\x1b[31m \n today " + "x" * 9_000))
    assert isinstance(read, visit_verbs.ConfirmCancel)
    assert read.inputs.reason.startswith("ill[31m \n today x")
    assert len(read.inputs.reason) <= LONGEST_INPUT


@pytest.mark.parametrize(
    "posted",
    [
        None,
        7,
        [],
        "not json",
        "[" * 5_000,
        {},
        {"verb": None},
        {"verb": ["menu.book.v1"]},
        {"verb": "visit.delete.v1"},
        {"verb": "visit.cancel.v1"},
        {"verb": "visit.cancel.v1", "visit_id": "../../etc", "version": 1},
        {"verb": "visit.cancel.v1", "visit_id": VISIT_ID, "version": 0},
        {"verb": "visit.cancel.v1", "visit_id": VISIT_ID, "version": "many"},
        {"verb": "visit.move.v1", "visit_id": VISIT_ID, "version": 1, "starts_at": "2026-11-26T14:30"},
        {"verb": "visit.move.v1", "visit_id": VISIT_ID, "version": 1, "starts_at": "9999-12-31T23:59:59-12:00"},
        {"verb": "draft.answer.v1", "draft_id": VISIT_ID, "version": 1, "day": "9999-12-31"},
        {"verb": "draft.answer.v1", "draft_id": VISIT_ID, "version": 1, "at": "10:00:00+02:00"},
        {"verb": "draft.answer.v1", "draft_id": VISIT_ID, "version": 1},
        {"verb": "list.page.v1", "kind": "find", "argument": "Ana Ruiz"},
        {"verb": "visit.cancel_confirmed.v1", "visit_id": VISIT_ID, "version": 1, "input_reason": {"a": 1}},
    ],
)
def test_what_is_no_payload_of_ours_is_malformed(posted: object) -> None:
    with pytest.raises(MalformedPayload) as wrong:
        verbs.parse(posted)
    assert "Ruiz" not in str(wrong.value)
    assert "etc" not in str(wrong.value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    verb=st.sampled_from(sorted(verbs.BY_VERB)),
    fields=st.dictionaries(st.sampled_from([*NEEDED, "input_reason", "input_text_client", "x"]), json_values),
)
def test_hostile_data_is_read_or_refused_and_never_anything_else(verb: str, fields: dict[str, Any]) -> None:
    try:
        read = verbs.parse({**fields, "verb": verb})
    except MalformedPayload:
        return
    assert verbs.parse(read.to_data()).to_data() == read.to_data()
