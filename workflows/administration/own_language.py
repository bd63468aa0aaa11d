"""In which language somebody reads pages, cards, mails and messages: their own choice."""

from storage import accounts, person_writer
from storage.texts import N_
from workflows.administration.accounts import PersonUnknown
from workflows.administration.office import By, Change, Office
from workflows.errors import NotPermitted

LANGUAGES = ("zh_CN", "en")
CHOOSE = N_("choose a language")


async def choose(office: Office, by: By, language: str) -> None:
    """From now on everything comes in that language. Raises `PersonUnknown`, `NotPermitted`, `DatabaseAway`."""
    person_id = by.viewer.person_id
    if person_id is None or language not in LANGUAGES:
        raise NotPermitted(action_text=CHOOSE)
    async with office.writing(by) as desk:
        person = await accounts.lock(desk.connection, person_id)
        if person is None:
            raise PersonUnknown
        former = await person_writer.choose_language(desk.connection, person_id, language)
        before, after = {"language": former}, {"language": language}
        await desk.record(
            Change("person.change", person.organisation_id, "person", person.id, person.name, before, after)
        )
