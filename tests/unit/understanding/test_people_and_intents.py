"""Who, what, which number, and what is wanted."""

from datetime import date

import pytest

from bot.understanding.reading import Intent
from tests.unit.understanding.desk import read

NAMES = [
    ("book Ana Ruiz tomorrow at 9", "Ana Ruiz"),
    ("book ana ruiz tomorrow at 9", "Ana Ruiz"),
    ("tomorrow at 9, María José García-López, follow-up", "María José García-López"),
    ("book Mary-Jane O'Brien van der Berg for labs", "Mary-Jane O'Brien van der Berg"),
    ("book Mrs. de la Cruz tomorrow at 9", "de la Cruz"),
    ("need an appointment for mr o'neil tomorrow", "O'Neil"),
    ("book 王小明 tomorrow at 3pm", "王小明"),
    ("book मीरा शर्मा tomorrow at 3pm", "मीरा शर्मा"),
    ("schedule Will Smith on 12/3 at 10", "Will Smith"),
    ("put April Jones in with Tom tomorrow at 11", "April Jones"),
    ("book Kim Nguyen with Dr Kim tomorrow at 9", "Kim Nguyen"),
    ("book Maria Garcia with Maria Lopez tomorrow at 9", "Maria Garcia"),
    ("book Ruiz, Ana tomorrow at 9", "Ana Ruiz"),
    ("client: Luis Vega, phone 206-555-0142", "Luis Vega"),
    ("her name is Luisa Vega", "Luisa Vega"),
    ("move Ana's 2pm to 3pm", "Ana"),
    ("find Ruiz", "Ruiz"),
    ("book Two Feathers tomorrow at 3", "Two Feathers"),
    ("book Mary Two Feathers for Friday 3 pm", "Mary Two Feathers"),
    ("move Two Feathers to Friday", "Two Feathers"),
    ("Book Two Visits for Ana Ruiz", "Ana Ruiz"),
    ("Book Ana Ruiz Friday Three Thirty", "Ana Ruiz"),
    ("Book One Hour with Ana Ruiz tomorrow", "Ana Ruiz"),
    ("book Ana Soon tomorrow at 3", "Ana Soon"),
    ("book Peter Known tomorrow at 3", "Peter Known"),
    ("Ben Okafor is here", "Ben Okafor"),
    ("book an appointment tomorrow at 9", None),
    ("can you book something nice for Friday please", None),
]


@pytest.mark.parametrize(("text", "name"), NAMES)
def test_a_clients_name_survives_how_it_is_written(text: str, name: str | None) -> None:
    assert read(text).client_name == name


@pytest.mark.parametrize(
    ("text", "staff"),
    [
        ("book Ana Ruiz with Dr Kim tomorrow at 9", "Dr Min Kim"),
        ("book Ana Ruiz with kim tomorrow at 9", "Dr Min Kim"),
        ("book Ana Ruiz with Dr K tomorrow at 9", "Dr Min Kim"),
        ("book Ana Ruiz with Patal tomorrow at 9", "Dr Asha Patel"),
        ("book Ana Ruiz with Maria tomorrow at 9", "Maria Lopez RN"),
        ("book Ana Ruiz with nurse Lopez tomorrow at 9", "Maria Lopez RN"),
        ("book Ana Ruiz with Tom Becker tomorrow at 9", "Tom Becker"),
        ("Ana Ruiz tomorrow at 9 Kim follow-up", "Dr Min Kim"),
        ("book Ana Ruiz with Kim, no, Patel tomorrow at 9", "Dr Asha Patel"),
        ("reserva a Ana Ruiz con la doctora Patel mañana a las 9", "Dr Asha Patel"),
    ],
)
def test_staff_are_matched_by_any_part_of_their_name(text: str, staff: str) -> None:
    said = read(text)
    assert said.staff == staff
    assert said.client_name == "Ana Ruiz"


def test_an_unknown_doctor_is_asked_with_those_who_are_here() -> None:
    said = read("book Ana Ruiz with Dr Smith tomorrow at 9")
    assert (said.staff, said.client_name) == (None, "Ana Ruiz")
    assert [ask.why for ask in said.questions] == ["no_such"]
    assert len(said.questions[0].options) == 4


@pytest.mark.parametrize("pair", ["Dr Kim {} Dr Okafor", "Dr Okafor {} Dr Kim"])
@pytest.mark.parametrize(
    ("sentence", "joiner"),
    [
        ("book Ana Ruiz with {} Friday 3 pm", "or"),
        ("move Ana Ruiz's visit with {} to Friday 3 pm", "or"),
        ("cancel the visit with {}", "and"),
        ("when are {} free tomorrow", "and"),
        ("what do {} have tomorrow", "and"),
        ("find visits with {}", "or"),
        ("{} are out tomorrow", "and"),
    ],
)
def test_an_unknown_doctor_beside_one_who_is_here_is_asked_about(sentence: str, joiner: str, pair: str) -> None:
    said = read(sentence.format(pair.format(joiner)))
    assert (said.staff_id, said.staff) == (None, None)
    (ask,) = (each for each in said.questions if "staff" in each.about)
    assert (ask.why, ask.said) == ("no_such", "Dr Okafor")
    assert ask.options[0].value == "Dr Min Kim", "whoever was named as well is offered first"
    assert len(ask.options) == len({each.value for each in ask.options}) == 4


@pytest.mark.parametrize("text", ["is Dr Kim free, or Dr Okafor", "free times for Dr Kim, not Dr Kim, Dr Okafor"])
def test_an_unknown_doctor_in_an_afterthought_is_asked_about(text: str) -> None:
    said = read(text)
    assert said.staff_id is None
    assert [(ask.why, ask.said) for ask in said.questions] == [("no_such", "Dr Okafor")]


def test_an_unknown_doctor_who_was_corrected_is_nobody() -> None:
    said = read("book Ana Ruiz with Dr Okafor, no, Dr Kim Friday 3 pm")
    assert (said.staff, said.questions) == ("Dr Min Kim", ())


@pytest.mark.parametrize(
    ("text", "staff", "client"),
    [
        ("book Ana Ruiz with DrKim on thursday afternoon", "Dr Min Kim", "Ana Ruiz"),
        ("is kims calendar open thursday", "Dr Min Kim", None),
        ("cancel patels visit with Gonzalez", "Dr Asha Patel", "Gonzalez"),
        ("whens particles", None, None),
    ],
)
def test_words_written_together_are_cut_in_two(text: str, staff: str | None, client: str | None) -> None:
    said = read(text)
    assert (said.staff, said.client_name) == (staff, client)


def test_behind_a_cut_word_a_slip_is_told_by_its_own_neighbours() -> None:
    assert read("book with DrKim tomorrw Ana Ruiz at 3 pm").day == date(2026, 11, 19)


def test_two_clients_are_asked() -> None:
    said = read("book ana ruiz and luis vega tomorrow at 9")
    assert [option.value for option in said.questions[0].options] == ["Ana Ruiz", "Luis Vega"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("follow up", "Follow-up"),
        ("f/u", "Follow-up"),
        ("folow-up", "Follow-up"),
        ("new patient visit", "New patient"),
        ("rx renewal", "Prescription renewal"),
        ("prescription", "Prescription renewal"),
        ("labs", "Lab results"),
        ("physiotherpy", "Physiotherapy"),
        ("physio", "Physiotherapy"),
        ("seguimiento", "Follow-up"),
        ("fisioterapia", "Physiotherapy"),
    ],
)
def test_types_are_matched_by_name_nickname_or_slip(text: str, name: str) -> None:
    assert read(f"book Ana Ruiz {text} tomorrow at 9").type_name == name


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("206-555-0142", "+12065550142"),
        ("(206) 555-0142", "+12065550142"),
        ("206.555.0142", "+12065550142"),
        ("2065550142", "+12065550142"),
        ("1-206-555-0142", "+12065550142"),
        ("206 555 0142 ext. 12", "+12065550142"),
        ("+44 20 7946 0958", "+442079460958"),
        ("+52 55 1234 5678", "+525512345678"),
    ],
)
def test_phones_are_read_however_they_are_spaced(text: str, phone: str) -> None:
    said = read(f"book Ana Ruiz {text} tomorrow at 9")
    assert said.phone == phone
    assert str(said.at) == "09:00:00"
    assert said.questions == ()


def test_a_number_of_the_region_needs_no_prefix() -> None:
    assert read("book Ana Ruiz 020 7946 0958 tomorrow at 9", region="GB").phone == "+442079460958"


def test_half_a_phone_number_is_asked() -> None:
    said = read("book Ana Ruiz 555-0142 tomorrow at 9")
    assert (said.phone, [ask.about for ask in said.questions]) == (None, [("phone",)])


INTENTS = [
    ("book", "book"),
    ("I'd like to schedule a visit", "book"),
    ("set up an appointment for Ana Ruiz", "book"),
    ("Ana Ruiz 206-555-0142 tomorrow at 9", "book"),
    ("bok Ana Ruiz tomorrow at 9", "book"),
    ("move Ana Ruiz to Friday 9:30", "move"),
    ("reshedule Ana Ruiz to Monday", "move"),
    ("can you bring Ana's visit forward an hour", "move"),
    ("postpone Ana Ruiz by a day", "move"),
    ("cancel Ana Ruiz", "cancel"),
    ("cancle Ana Ruiz", "cancel"),
    ("please call off the visit of Luis Vega", "cancel"),
    ("find Ruiz", "find"),
    ("look up Luis Vega", "find"),
    ("when is Ana Ruiz's visit?", "find"),
    ("today", "agenda"),
    ("what's on tomorrow?", "agenda"),
    ("show me today's visits", "agenda"),
    ("who's next", "agenda"),
    ("when is Kim free Thursday?", "free"),
    ("any openings tomorrow afternoon?", "free"),
    ("is Dr Patel available at 3 tomorrow?", "free"),
    ("hand over my visits to Patel", "handover"),
    ("I'm out of office on Friday", "out"),
    ("I'm sick today", "out"),
    ("undo", "undo"),
    ("take that back", "undo"),
    ("help", "help"),
    ("what can you do?", "help"),
    ("settings", "settings"),
    ("Ana Ruiz is here", "arrived"),
    ("Ana Ruiz ha llegado", "arrived"),
    ("Ana is in the lobby", "arrived"),
    ("my 3 o'clock is here", "arrived"),
    ("has Ana Ruiz arrived?", "find"),
    ("Ana Ruiz has not arrived yet", "find"),
    ("¿está aquí Ana Ruiz?", "find"),
    ("my time zone is Eastern", "time_zone"),
    ("switch to Spanish", "language"),
    ("español", "language"),
    ("yes please", "yes"),
    ("no thanks", "no"),
    ("stop", "stop"),
    ("never mind", "stop"),
    ("book it anyway", "book_anyway"),
    ("change", "change"),
    ("hi", "greet"),
    ("reserva una cita para Ana Ruiz", "book"),
    ("mueve a Ana Ruiz al viernes", "move"),
    ("cancela la cita de Luis Vega", "cancel"),
    ("busca Ruiz", "find"),
    ("qué tengo hoy", "agenda"),
    ("¿cuándo está libre Kim el jueves?", "free"),
    ("pasa mis visitas a Patel", "handover"),
    ("estaré de vacaciones el viernes", "out"),
    ("deshacer", "undo"),
    ("ayuda", "help"),
    ("ajustes", "settings"),
    ("sí", "yes"),
    ("olvídalo", "stop"),
]


@pytest.mark.parametrize(("text", "intent"), INTENTS)
def test_an_intent_has_many_phrasings(text: str, intent: str) -> None:
    said = read(text)
    assert (said.intent, said.is_sure) == (intent, True)


ARRIVALS = [
    ("Ana has arrived", "en-US", "Ana"),
    ("ana has arrived", "en-US", "Ana"),
    ("Ana's here", "en-US", "Ana"),
    ("Ana is in the waiting room", "en-US", "Ana"),
    ("ben okafor is here", "en-US", "Ben Okafor"),
    ("Ben is here for his 3pm", "en-US", "Ben"),
    ("the client is here", "en-US", None),
    ("ha llegado Ana", "es-US", "Ana"),
    ("ana ya llegó", "es-US", "Ana"),
    ("ya está aquí ben okafor", "es-US", "Ben Okafor"),
    ("el paciente está aquí", "es-US", None),
]


@pytest.mark.parametrize(("text", "locale", "name"), ARRIVALS)
def test_who_has_arrived_is_known_by_one_name_too(text: str, locale: str, name: str | None) -> None:
    said = read(text, locale=locale)
    assert (said.intent, said.is_sure, said.client_name) == (Intent.arrived, True, name)


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("the plumber is here", "en-US"),
        ("a package has arrived", "en-US"),
        ("Kim is here", "en-US"),
        ("Ana Ruiz arrived yesterday", "en-US"),
        ("llegó el paquete", "es-US"),
    ],
)
def test_what_may_be_no_client_of_today_has_not_surely_arrived(text: str, locale: str) -> None:
    assert not read(text, locale=locale).is_sure


@pytest.mark.parametrize("text", ["Ana Ruiz", "Kim", "blue elephants", "the weather is nice"])
def test_a_guess_is_offered_and_not_acted_on(text: str) -> None:
    assert not read(text).is_sure


def test_a_stretch_is_an_answer_when_free_times_are_asked_for() -> None:
    said = read("when is Patel free next week?")
    assert (str(said.day), str(said.until_day), said.questions) == ("2026-11-23", "2026-11-29", ())
    said = read("when is Patel free tomorrow afternoon?")
    assert (str(said.day), str(said.since_at), said.questions) == ("2026-11-19", "12:00:00", ())


def test_email_notes_zone_and_language_of_the_client_are_parts() -> None:
    said = read("book Ana Ruiz ana.ruiz@example.com tomorrow at 9, she speaks Spanish, note: brings her son at 10")
    assert (said.email, said.client_language, said.notes) == ("ana.ruiz@example.com", "es", "brings her son at 10")
    assert str(said.at) == "09:00:00"
    assert read("she's in New York").client_time_zone == "America/New_York"


def test_a_message_in_the_other_language_is_understood_in_it() -> None:
    assert read("reserva a Ana Ruiz mañana a las 9", locale="en-US").language == "es"
    assert read("book Ana Ruiz tomorrow at 9", locale="es-MX").language == "en"


def test_each_part_tells_which_words_it_came_from() -> None:
    said = read("book Ana Ruiz 206-555-0142 follow-up with Dr Kim Thursday half past 2")
    told = {name: " ".join(span.text for span in spans) for name, spans in said.used.items()}
    assert told == {
        "intent": "book",
        "client_name": "Ana Ruiz",
        "phone": "206-555-0142",
        "type_name": "follow-up",
        "staff_id": "Dr Kim",
        "day": "Thursday",
        "at": "half past 2",
    }


@pytest.mark.parametrize(
    ("text", "locale", "day"),
    [
        ("monday's visits", "en-US", date(2026, 11, 23)),
        ("friday's appointments", "en-US", date(2026, 11, 20)),
        ("yesterday's visits", "en-US", date(2026, 11, 17)),
        ("agenda de ayer", "es-US", date(2026, 11, 17)),
        ("citas del sábado", "es-US", date(2026, 11, 21)),
    ],
)
def test_the_visits_of_a_day_are_its_agenda(text: str, locale: str, day: date) -> None:
    said = read(text, locale=locale)
    assert (said.intent, said.is_sure, said.day) == (Intent.agenda, True, day)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("cancel Friday's visits", Intent.cancel),
        ("cancel all of Friday", Intent.cancel),
        ("cancela las visitas del viernes", Intent.cancel),
        ("find Monday's visits", Intent.find),
        ("move Friday's visits to Dr Kim", Intent.handover),
    ],
)
def test_what_is_to_be_done_with_a_days_visits_is_no_agenda(text: str, intent: Intent) -> None:
    assert read(text).intent is intent


@pytest.mark.parametrize(
    ("text", "locale", "no_phone"),
    [
        ("book Ana Ruiz tomorrow at 3, no phone", "en-US", True),
        ("book Ana Ruiz, no phone number, tomorrow at 3", "en-US", True),
        ("reserva a Ana Ruiz mañana a las 3 sin teléfono", "es-US", True),
        ("book Ana Ruiz tomorrow at 3, no phone visit", "en-US", False),
        ("book Ana Ruiz tomorrow at 3, no phone calls please", "en-US", False),
        ("book Ana Ruiz tomorrow at 3, no phone but 206-555-0142", "en-US", False),
    ],
)
def test_no_phone_is_heard_within_a_booking(text: str, locale: str, no_phone: bool) -> None:
    said = read(text, locale=locale)
    assert (said.intent, said.client_name, said.no_phone) == (Intent.book, "Ana Ruiz", no_phone)
