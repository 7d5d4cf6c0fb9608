"""The people and centres of the demonstration: all invented."""

from dataclasses import dataclass

from accounts.models import Centre, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An invented person: without a password their account is new."""

    pin: str
    surname: str
    name: str
    centre: tuple[str, str]
    password: str = ""


FANSHA = ("987654", "Fansha Motor Training (invented)")
HARBOUR = ("912345", "Harbour Road College (invented)")
# The passwords are printed for everybody to see.
PEOPLE = (
    Person(pin="123456", surname="Porter", name="Alex Porter", centre=FANSHA),
    Person(pin="123457", surname="Okafor", name="Ngozi Okafor", centre=FANSHA, password="blue-lantern-42"),
    Person(
        pin="234567", surname="Lindqvist", name="Sam Lindqvist", centre=HARBOUR, password="green-anchor-17"
    ),
)


def seed() -> list[tuple[Centre, User]]:
    """Add what is missing of the invented people and centres, and return them; nothing is changed that is there."""
    seeded = []
    for person in PEOPLE:
        number, name = person.centre
        centre, _ = Centre.objects.get_or_create(number=number, defaults={"name": name})
        user = User.objects.filter(pin=person.pin).first()
        if user is None:
            email = f"{person.surname.lower()}@centre.example"
            user = User.objects.create_new(person.pin, surname=person.surname, name=person.name, email=email)
            if person.password:
                user.set_up(person.password)
        centre.people.add(user)
        seeded.append((centre, user))
    return seeded
