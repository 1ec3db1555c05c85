"""Whether Microsoft's text messages can reach a number, told before anything is booked."""

from typing import Literal

import phonenumbers

SmsReach = Literal["reachable", "no_phone", "not_us", "not_mobile"]

_NEVER_TEXTED = {
    phonenumbers.PhoneNumberType.FIXED_LINE,
    phonenumbers.PhoneNumberType.TOLL_FREE,
    phonenumbers.PhoneNumberType.PREMIUM_RATE,
    phonenumbers.PhoneNumberType.PAGER,
    phonenumbers.PhoneNumberType.VOICEMAIL,
}


def sms_reach(phone: str | None) -> SmsReach:
    """Numbers of the United States only; +1 is not enough, as Canada and the Caribbean share it.

    Source: learn.microsoft.com/graph/api/virtualappointment-sendvirtualappointmentsms
    """
    if phone is None:
        return "no_phone"
    try:
        number = phonenumbers.parse(phone, None)
    except phonenumbers.NumberParseException:
        return "not_us"
    if phonenumbers.region_code_for_number(number) != "US":
        return "not_us"
    return "not_mobile" if phonenumbers.number_type(number) in _NEVER_TEXTED else "reachable"


def may_be_texted(phone: str | None) -> bool:
    """Whether a text to this number is worth sending. What looks like a landline may take one all the same."""
    return sms_reach(phone) in ("reachable", "not_mobile")
