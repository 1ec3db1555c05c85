"""One Graph answer, one outcome."""

import json

import pytest

from bot.graph.client import decipher
from bot.visits.errors import CalendarBusy, CalendarRefused, TenantProvisioning


def error(code: str, message: str = "", inner: str = "") -> bytes:
    return json.dumps({"error": {"code": code, "message": message, "innerError": {"code": inner}}}).encode()


@pytest.mark.parametrize("status", [200, 201])
def test_an_answer_with_a_body_is_its_json(status: int) -> None:
    assert decipher(status, {}, b'{"id": "e1"}') == {"id": "e1"}


@pytest.mark.parametrize("status", [202, 204])
@pytest.mark.parametrize("body", [b"", b"{}"])
def test_accepted_is_nothing_whatever_the_body(status: int, body: bytes) -> None:
    assert decipher(status, {}, body) is None


def test_an_answer_that_is_no_json_is_not_understood() -> None:
    with pytest.raises(CalendarRefused) as raised:
        decipher(200, {}, b"<html>")
    assert raised.value.reason == "not_understood"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 509])
def test_a_graph_that_is_away_is_busy(status: int) -> None:
    with pytest.raises(CalendarBusy) as raised:
        decipher(status, {"Retry-After": "2.128"}, b"")
    assert raised.value.retry_after == 2.128
    assert not isinstance(raised.value, TenantProvisioning)


@pytest.mark.parametrize("status", [409, 503])
def test_a_virtual_visit_call_that_names_a_time_finds_its_tenant_being_set_up(status: int) -> None:
    with pytest.raises(TenantProvisioning) as raised:
        decipher(status, {"retry-after": "180"}, error("x"), provisions=True)
    assert raised.value.retry_after == 180


def test_a_conflict_without_a_time_is_a_refusal() -> None:
    with pytest.raises(CalendarRefused) as raised:
        decipher(409, {}, error("Conflict"), provisions=True)
    assert raised.value.status == 409


def test_other_calls_find_no_tenant_being_set_up() -> None:
    with pytest.raises(CalendarBusy) as raised:
        decipher(503, {"retry-after": "180"}, b"")
    assert not isinstance(raised.value, TenantProvisioning)


@pytest.mark.parametrize(
    ("status", "code", "message", "reason"),
    [
        (401, "InvalidAuthenticationToken", "", "not_signed_in"),
        (402, "PaymentRequired", "", "no_licence"),
        (403, "Forbidden", "No application access policy found for this app", "no_permission"),
        (403, "Unauthorized", "App is not authorized", "no_permission"),
        (403, "Forbidden", "Teams Premium license is required", "no_licence"),
        (404, "ErrorItemNotFound", "", "not_found"),
        (400, "BadRequest", "Resource not found for the segment 'onlineMeetings'.", "not_in_cloud"),
        (400, "TimeZoneNotSupportedException", "", "refused"),
        (405, "", "", "refused"),
        (412, "", "", "refused"),
        (422, "", "", "refused"),
        (501, "", "", "refused"),
        (507, "", "", "refused"),
    ],
)
def test_a_refusal_says_why_in_one_word(status: int, code: str, message: str, reason: str) -> None:
    with pytest.raises(CalendarRefused) as raised:
        decipher(status, {}, error(code, message))
    assert (raised.value.status, raised.value.graph_code, raised.value.reason) == (status, code, reason)


def test_an_empty_code_gives_way_to_the_inner_one() -> None:
    with pytest.raises(CalendarRefused) as raised:
        decipher(400, {}, error("UnknownError", inner="ErrorInvalidRange"))
    assert raised.value.graph_code == "ErrorInvalidRange"


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'{"error": "text"}', b"<html>", b"\xff"])
def test_an_error_without_an_envelope_is_still_a_refusal(body: bytes) -> None:
    with pytest.raises(CalendarRefused) as raised:
        decipher(418, {}, body)
    assert raised.value.graph_code == ""
