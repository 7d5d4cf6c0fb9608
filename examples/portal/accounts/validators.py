"""What a password must not be."""

from django.core.exceptions import ValidationError

from accounts.models import User, folded


class NotTheSurname:
    """The surname let a person in once, to set the account up; as a password it never works again."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Refuse a password that is the person's surname, however it is typed."""
        if user is not None and folded(password) == folded(user.surname):
            text = "Your surname can’t be your password."
            raise ValidationError(text, code="password_is_surname")

    def get_help_text(self) -> str:
        """Say so beside the field."""
        return "Your surname can’t be your password."
