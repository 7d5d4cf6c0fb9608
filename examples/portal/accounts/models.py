"""People, centres, and who works for which."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class UserManager(BaseUserManager["User"]):
    """Makes people."""

    def create_new(self, pin: str, *, surname: str, name: str, email: str = "") -> "User":
        """Return a person who has not logged in yet: until the account is set up, the surname is the password."""
        user = self.model(pin=pin, surname=surname, name=name, email=self.normalize_email(email))
        user.set_password(surname.casefold())
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person with a PIN."""

    pin = models.CharField("PIN", max_length=10, unique=True)
    surname = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    is_new = models.BooleanField(default=True, help_text="The account is not set up: the surname is the password.")
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "pin"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["surname", "name"]
    objects = UserManager()

    def __str__(self) -> str:
        return f"{self.pin} {self.name}"


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

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "centre"], name="once_in_a_centre")]

    def __str__(self) -> str:
        return f"{self.user} at {self.centre}"
