"""The forms of logging in: Django's own, asked by PIN."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm, PasswordResetForm, SetPasswordMixin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from accounts.models import Centre, User, folded


def _pin_field(**options: Any) -> forms.CharField:
    return forms.CharField(
        label="PIN",
        max_length=10,
        widget=forms.TextInput(attrs={"autocomplete": "username", "inputmode": "numeric"}),
        **options,
    )


class LogInForm(AuthenticationForm):
    """PIN and password, on the home page."""

    username = _pin_field()
    error_messages = {  # noqa: RUF012 - Django's form has it so
        **AuthenticationForm.error_messages,
        "invalid_login": "The PIN and the password don’t fit together. Check both and try again.",
    }


class SetUpForm(SetPasswordMixin, forms.Form):  # type: ignore[type-arg] # generic in its stubs alone
    """New Account Setup: whoever knows PIN and surname of a new account gives it its password."""

    pin = _pin_field()
    surname = forms.CharField(max_length=100, widget=forms.TextInput(attrs={"autocomplete": "family-name"}))
    password1, password2 = SetPasswordMixin.create_password_fields("Password", "Confirm Password")
    unfit = "No account is waiting to be set up for this PIN and surname."

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.request = request
        self.user: User | None = None
        super().__init__(*args, **kwargs)

    @sensitive_variables()
    def clean(self) -> dict[str, Any]:
        """Ask for PIN and surname as at a log-in, so that guesses count as such; then look at the password."""
        pin, surname = self.cleaned_data.get("pin"), self.cleaned_data.get("surname")
        if pin and surname:
            user = authenticate(self.request, username=pin, password=surname)
            if user is None or not user.is_new:
                raise ValidationError(self.unfit)
            self.user = user
            self.validate_passwords()
            self.validate_password_for_user(user)
        return self.cleaned_data

    def save(self) -> User | None:
        """Set the account up and return its person; the form says so if somebody else was quicker."""
        user = cast("User", self.user)
        if user.set_up(self.cleaned_data["password1"]):
            return user
        self.add_error(None, self.unfit)
        return None


class ForgottenPasswordForm(PasswordResetForm):
    """Django's form for a forgotten password, asked by PIN: the letter goes to the address that is known."""

    email = _pin_field()

    def get_users(self, email: str) -> Iterable[User]:
        """Return the person with the PIN, if the account is set up: a new one has no password to forget."""
        return User.objects.filter(pin=email, is_active=True, is_new=False).exclude(email="")


class LogonForm(forms.Form):
    """Web Portal 2: the person says for which centre, and where confirmations go."""

    pin = _pin_field(disabled=True)
    surname = forms.CharField(max_length=100, widget=forms.TextInput(attrs={"autocomplete": "family-name"}))
    centre_number = forms.CharField(
        label="Centre Number", max_length=10, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    email = forms.EmailField(
        label="Email Address", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    email_again = forms.EmailField(
        label="Re-Enter Email Address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text="Registration and certification confirmation emails will be sent to this address.",
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        self.user = user
        self.centre: Centre | None = None
        super().__init__(*args, **kwargs)
        self.initial["pin"] = user.pin

    @property
    def is_unfit(self) -> bool:
        """Whether everything is filled in and does not fit: a guess that counts."""
        return self.is_bound and self.has_error("__all__", code="unfit")

    def clean(self) -> dict[str, Any]:
        """The addresses agree, and all fits the person and a centre that they work for; if not, it isn't said what."""
        data = self.cleaned_data
        if data.get("email") and data.get("email_again") and data["email"] != data["email_again"]:
            self.add_error("email_again", "The two email addresses are not the same.")
        if not self.errors:
            self.centre = self.user.centres.filter(number=data["centre_number"]).first()
            if self.centre is None or folded(data["surname"]) != folded(self.user.surname):
                text = "These details don’t fit together. Check the surname and the centre number."
                raise ValidationError(text, code="unfit")
        return data
