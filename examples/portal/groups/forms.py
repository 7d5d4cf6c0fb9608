"""The forms of registration groups and of the ROC Checker."""

from pathlib import PurePath
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from roc.errors import DataError
from roc.qualification import Qualification
from roc.registration import CATEGORIES, MAX_DESCRIPTION, MAX_GROUP_NUMBER, RegistrationGroup
from roc.units import Unit

LONGEST_PASTE = 64 * 1024
_FIELDS = {"group_number": "group_number", "description": "description", "category": "group_type"}
_EMPTY = {"group_type": CATEGORIES[0]}
FORMATS = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".toml": "toml"}


class HeaderForm(forms.Form):
    """Group type, number and description."""

    group_type = forms.ChoiceField(
        label="Group Type", required=False, choices=[(name, name) for name in CATEGORIES]
    )
    group_number = forms.CharField(
        label="Group Number",
        required=False,
        max_length=MAX_GROUP_NUMBER,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    description = forms.CharField(label="Group Description", required=False, max_length=MAX_DESCRIPTION)

    @staticmethod
    def of(group: RegistrationGroup) -> dict[str, str]:
        """Return what the form shows of a group."""
        return {
            "group_type": group.category,
            "group_number": group.group_number,
            "description": group.description,
        }

    def apply(self, group: RegistrationGroup) -> RegistrationGroup | None:
        """Return the group with what was filled in; ``None`` where something of it cannot be kept."""
        if not self.is_valid():
            return None
        for name, field in _FIELDS.items():
            if field in self.data:
                try:
                    group = group.evolve(**{name: self.cleaned_data[field] or _EMPTY.get(field, "")})
                except DataError:
                    self.add_error(field, "Use ordinary characters.")
        return None if self.errors else group


class SearchForm(forms.Form):
    """What is searched for."""

    q = forms.CharField(label="Search", required=False, max_length=200)


class UnitForm(forms.Form):
    """A unit from elsewhere."""

    number = forms.CharField(label="Unit Number", max_length=40)
    title = forms.CharField(max_length=300)
    level = forms.CharField(
        required=False, max_length=20, help_text="As the unit’s framework numbers it, such as 3."
    )
    credit = forms.CharField(label="Credit Value", required=False, max_length=20)
    hours = forms.CharField(label="Guided learning hours", required=False, max_length=20)

    def unit(self) -> Unit | None:
        """Return the unit; ``None`` where it is none, and the form says why."""
        data = self.cleaned_data
        try:
            return Unit(
                number=data["number"],
                title=data["title"],
                level=data["level"] or None,
                credit=data["credit"] or None,
                guided_learning_hours=data["hours"] or None,
            )
        except DataError as error:
            self.add_error(None, str(error))
            return None


class CheckerForm(forms.Form):
    """A candidate's units, pasted or in a small file."""

    qualification = forms.ChoiceField()
    units = forms.CharField(
        label="Units",
        required=False,
        max_length=LONGEST_PASTE,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "autocomplete": "off"}),
        help_text="One unit a line: its number first, and after it what you like.",
    )
    file = forms.FileField(
        label="or a file with them",
        required=False,
        help_text="Text with a unit a line, or YAML, JSON or TOML with states; 64 KB at most.",
    )

    def __init__(self, qualifications: dict[str, Qualification], *args: Any, **kwargs: Any) -> None:
        self.qualifications = qualifications
        self.format = "text"
        super().__init__(*args, **kwargs)
        choices = [("", "Choose a qualification"), *((each, str(q)) for each, q in qualifications.items())]
        self.fields["qualification"].choices = choices  # type: ignore[attr-defined] # it is a choice

    def clean_file(self) -> "UploadedFile[bytes] | None":
        """Refuse a file that is too big or no text, and take its text."""
        file: UploadedFile[bytes] | None = self.cleaned_data.get("file")
        if file is None:
            return None
        if (file.size or 0) > LONGEST_PASTE:
            text = "The file is larger than 64 KB."
            raise ValidationError(text)
        try:
            self.pasted = file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            text = "The file is no text: save it as UTF-8."
            raise ValidationError(text) from None
        self.format = FORMATS.get(PurePath(file.name or "").suffix.lower(), "text")
        return file

    def clean(self) -> dict[str, Any]:
        """Ask for units from one place."""
        data = self.cleaned_data
        if data.get("file") is not None:
            data["text"] = self.pasted
        else:
            data["text"] = data.get("units", "")
        if not self.errors and not data["text"].strip():
            self.add_error("units", "Enter the candidate’s units, or choose a file.")
        return data
