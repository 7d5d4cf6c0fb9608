"""People, centres, and who works for which."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import make_password
from django.db import models


def folded(text: str) -> str:
    """Return a text as it is compared where neither case nor spaces matter: a surname, however it is typed."""
    return " ".join(text.split()).casefold()


class UserManager(BaseUserManager["User"]):
    """Makes people."""

    def create_new(self, pin: str, *, surname: str, name: str, email: str = "") -> "User":
        """Return a person who has not logged in yet: until the account is set up, the surname is the password."""
        user = self.model(pin=pin, surname=surname, name=name, email=self.normalize_email(email))
        user.set_password(folded(surname))
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person with a PIN."""

    pin = models.CharField("PIN", max_length=10, unique=True)
    surname = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    is_new = models.BooleanField(
        default=True, help_text="The account is not set up: the surname is the password."
    )
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "pin"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["surname", "name"]
    objects = UserManager()

    def __str__(self) -> str:
        return f"{self.pin} {self.name}"

    def check_password(self, raw_password: str | None) -> bool:
        """Say whether this is the password; while it is the surname, case does not matter."""
        if self.is_new and raw_password is not None:
            raw_password = folded(raw_password)
        return super().check_password(raw_password)

    def set_up(self, password: str) -> bool:
        """Give a new account its own password, once: ``False`` if it was set up in the meantime."""
        hashed = make_password(password)
        if not User.objects.filter(pk=self.pk, is_new=True).update(password=hashed, is_new=False):
            return False
        self.password, self.is_new = hashed, False
        return True


class Centre(models.Model):
    """A centre."""

    number = models.CharField(max_length=10, unique=True)
    name = models.CharField(max_length=200)
    people = models.ManyToManyField(User, through="Membership", related_name="centres")

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class Membership(models.Model):
    """A person works for a centre."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    centre = models.ForeignKey(Centre, on_delete=models.CASCADE)
    email = models.EmailField(blank=True, help_text="Where confirmations go: given at each logon.")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "centre"], name="once_in_a_centre")]

    def __str__(self) -> str:
        return f"{self.user} at {self.centre}"
