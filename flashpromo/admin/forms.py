"""The forms of records: they read what was sent into Python's types, and know no rule.

Whether a value is allowed is said by the domain. A form of another site is kept out by the token
that every form of ours carries, so these need none of their own.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DecimalField,
    FloatField,
    IntegerField,
    PasswordField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Optional

from flashpromo import currencies, time_zones
from flashpromo.admin.page import Words

SEEN: Final = "seen"
"""The hidden field with the version that the form was filled from."""


class Form(FlaskForm):  # type: ignore[misc]
    """Base of all forms; its fields have the names of the domain's own parameters."""

    class Meta:
        """No second token."""

        csrf = False

    def given(self, *left_out: str) -> dict[str, Any]:
        """The values by name, but for some."""
        return {name: value for name, value in self.data.items() if name not in left_out}


def line(label: Words, *, hint: Words = "", required: bool = True, **shown: Any) -> Any:
    """A text of one line."""
    return StringField(label, _must(required=required), description=hint, render_kw=shown)


def prose(label: Words, *, hint: Words = "") -> Any:
    """A text of several lines, or none; one that was not sent is empty."""
    return TextAreaField(label, description=hint, filters=[lambda said: said or ""])


def secret(label: Words, *, hint: Words = "", required: bool = True) -> Any:
    """A password: never shown again."""
    shown = {"autocomplete": "new-password"}
    return PasswordField(label, _must(required=required), description=hint, render_kw=shown)


def whole(label: Words, *, hint: Words = "") -> Any:
    """A whole number, such as an id."""
    return IntegerField(label, _must(), description=hint, render_kw={"inputmode": "numeric"})


def amount(label: Words, *, hint: Words = "") -> Any:
    """An exact decimal: money."""
    shown = {"inputmode": "decimal", "step": "any"}
    return DecimalField(label, _must(), places=None, description=hint, render_kw=shown)


def degrees(label: Words, *, hint: Words = "", required: bool = True) -> Any:
    """Degrees north or east."""
    shown = {"type": "number", "step": "any", "autocomplete": "off"}
    return FloatField(label, _must(required=required), description=hint, render_kw=shown)


def choice(label: Words, choices: Callable[[], Mapping[str, Words]], *, hint: Words = "") -> Any:
    """One of a few, each with what it is called; they are looked up for each form."""

    def offered() -> list[Any]:
        return [SelectChoice(value, words) for value, words in choices().items()]

    return SelectField(label, choices=offered, description=hint)


def time_zone_names() -> dict[str, Words]:
    """Every time zone, by its own name."""
    return {each: each for each in sorted(time_zones.known())}


def currency_codes() -> dict[str, Words]:
    """Every currency, by its code."""
    return {each: each for each in sorted(currencies.known())}


def yes_no(label: Words, *, hint: Words = "") -> Any:
    """A box to be ticked."""
    return BooleanField(label, description=hint)


def clock_time(label: Words, *, hint: Words = "") -> Any:
    """A time of day."""
    return TimeField(label, [Optional()], format=["%H:%M", "%H:%M:%S"], description=hint)


def problems(
    form: Form, said: Mapping[str, Sequence[str]]
) -> tuple[dict[str, list[str]], list[str]]:
    """What was wrong, by the field that has it; and what belongs to no field of the form."""
    at_fields = {name: list(errors) for name, errors in said.items() if name in form}
    elsewhere = [each for name, errors in said.items() if name not in form for each in errors]
    return at_fields, elsewhere


def _must(*, required: bool = True) -> list[Any]:
    return [InputRequired()] if required else [Optional()]
