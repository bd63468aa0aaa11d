"""Takes people over from a WeCom address book: what would change is shown first, then all of it is done or nothing.

Nobody leaves by this: who is gone from the address book is listed, and an administrator lets them leave.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from storage import address_book, contact_points, person_writer
from storage.address_book import Book, BookAccount, KnownPerson, Member
from storage.person_writer import PersonRow
from storage.texts import N_
from workflows.administration.in_charge import check_all_theirs
from workflows.administration.office import By, Change, ChangedMeanwhile, Desk, Office, check_administers
from workflows.errors import WorkflowError
from workflows.identity.roles import Role


class AddressTaken(WorkflowError):
    """An address went to somebody else between looking and taking over."""

    text = N_("Somebody else has the WeCom account {user} here, so nothing was imported. Please check again.")


class BookUnknown(WorkflowError):
    """There is no such account, or it is switched off."""

    text = N_("This WeCom account is not in use any more.")


@dataclass(frozen=True)
class Known:
    """Somebody here with whom a member was matched."""

    person_id: int
    name: str
    member: Member


@dataclass(frozen=True)
class Difference:
    """What taking over would do: enter `new` ones, reach `linked` ones by WeCom, write `renamed` ones anew.

    `gone` are known to the account and not in its address book any more; nothing is done to them. Nor is anything
    done to who has no WeCom account yet and holds a role beyond the administrator's organisations.
    """

    new: tuple[Member, ...]
    linked: tuple[Known, ...]
    renamed: tuple[Known, ...]
    gone: tuple[KnownPerson, ...]
    same: int

    @property
    def empty(self) -> bool:
        return not (self.new or self.linked or self.renamed)

    @property
    def fingerprint(self) -> str:
        """The same for the same difference: what was looked at is what is done."""
        text = repr((self.new, self.linked, self.renamed))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def compare(book: Book, known: Sequence[KnownPerson]) -> Difference:
    """What is different. Who has no WeCom account yet is matched by a name that nobody else there has. Pure."""
    by_user = {person.user_id.lower(): person for person in known if person.user_id}
    free = _only_ones(person for person in known if not person.user_id)
    names = Counter(member.name for member in book.members if member.user_id.lower() not in by_user)
    new: list[Member] = []
    linked: list[Known] = []
    renamed: list[Known] = []
    for member in book.members:
        person = by_user.get(member.user_id.lower())
        namesake = free.get(member.name) if names[member.name] == 1 else None
        if person is not None:
            if member.name and member.name != person.name:
                renamed.append(Known(person.id, person.name, member))
        elif namesake is not None:
            linked += [] if namesake.beyond else [Known(namesake.id, namesake.name, member)]
        else:
            new.append(member)
    there = {member.user_id.lower() for member in book.members}
    gone = tuple(person for user, person in by_user.items() if user not in there)
    same = len(book.members) - len(new) - len(linked) - len(renamed)
    return Difference(tuple(new), tuple(linked), tuple(renamed), gone, same)


def _only_ones(people: Iterable[KnownPerson]) -> dict[str, KnownPerson]:
    """By name, without those whose name is not theirs alone."""
    found = list(people)
    counts = Counter(person.name for person in found)
    return {person.name: person for person in found if counts[person.name] == 1}


async def take_over(office: Office, by: By, account_id: int, book: Book, seen: str) -> Difference:
    """Do what `seen` (the fingerprint) says, all or nothing.

    Raises `BookUnknown`, `NotPermitted`, `ChangedMeanwhile` when the difference is another one by now,
    `AddressTaken`, `DatabaseAway`.
    """
    async with office.writing(by) as desk:
        account = await address_book.account(desk.connection, account_id)
        if account is None:
            raise BookUnknown
        check_administers(by.viewer, account.path)
        known = await address_book.known(desk.connection, account, by.viewer.paths_of(Role.ADMINISTRATOR))
        difference = compare(book, known)
        if difference.fingerprint != seen:
            raise ChangedMeanwhile
        for member in difference.new:
            await _reach(desk, account, await _enter(desk, account, member), member)
        for one in difference.linked:
            await _reach(desk, account, await _locked(desk, one), one.member)
        for one in difference.renamed:
            await _rename(desk, await _locked(desk, one), one.member)
        return difference


async def _enter(desk: Desk, account: BookAccount, member: Member) -> PersonRow:
    """Somebody new at the account's organisation, without posts: those are given by hand."""
    name = member.name or member.user_id
    person = PersonRow(0, account.organisation_id, account.path, name, "", None, None, "", None, True, 1)
    person_id = await person_writer.add(desk.connection, person)
    after = {"name": name, "from": account.name}
    await desk.record(
        Change("person.create", account.organisation_id, "person", person_id, name, after=after)
    )
    return await _row(desk, person_id)


async def _reach(desk: Desk, account: BookAccount, person: PersonRow, member: Member) -> None:
    """From now on the person is reached, and known, by that account. Raises `AddressTaken`, `NotPermitted`."""
    await check_all_theirs(desk, person.id)
    owner = await contact_points.occupied_by(desk.connection, account.id, member.user_id)
    made = None
    if owner is None:
        made = await contact_points.put(desk.connection, person.id, account.id, member.user_id)
    if made is None:
        raise AddressTaken(user=member.user_id)
    after = {"account": account.name, "address": member.user_id}
    await desk.record(
        Change("contact.add", person.organisation_id, "person", person.id, person.name, after=after)
    )


async def _rename(desk: Desk, person: PersonRow, member: Member) -> None:
    await person_writer.change(desk.connection, replace(person, name=member.name))
    before, after = {"name": person.name}, {"name": member.name}
    await desk.record(
        Change("person.change", person.organisation_id, "person", person.id, person.name, before, after)
    )


async def _locked(desk: Desk, known: Known) -> PersonRow:
    return await _row(desk, known.person_id)


async def _row(desk: Desk, person_id: int) -> PersonRow:
    person = await person_writer.locked(desk.connection, person_id)
    if person is None:
        raise ChangedMeanwhile
    return person
