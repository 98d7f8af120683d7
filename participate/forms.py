"""The forms: what each purpose asks, and what keeps programs out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from . import recipients, tokens
from .purposes import Helpful, Purpose
from .recipients import Offer

LONGEST_TEXT = 5_000

# What no keyboard types and no letter holds; line breaks and tabs stay.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class LongText(forms.CharField):
    """A text of several lines; one that is too long says by how much, and is shown again as it is."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"widget": forms.Textarea(attrs={"rows": 8, "dir": "auto"}), **kwargs})

    def to_python(self, value: object) -> str:
        """Return the text with line breaks as they are stored, without control characters."""
        text = str(super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")
        return _CONTROLS.sub("", text).strip()

    def validate(self, value: str) -> None:
        """Refuse what is too long.

        Raises:
            ValidationError: it is.
        """
        super().validate(value)
        if (over := len(value) - LONGEST_TEXT) > 0:
            text = ngettext(
                "Your text is %(number)d character too long. %(most)d characters fit.",
                "Your text is %(number)d characters too long. %(most)d characters fit.",
                over,
            )
            raise ValidationError(text % {"number": over, "most": LONGEST_TEXT}, code="max_length")


class ShortText(forms.CharField):
    """A text of one line: whatever breaks lines is a space, so that it can stand in no header of a mail by itself."""

    def to_python(self, value: object) -> str:
        """Return the text in one line."""
        return " ".join(_CONTROLS.sub(" ", str(super().to_python(value) or "")).split())


class EmailField(forms.EmailField):
    """A mail address, which nobody has to give. One without a domain (`root@localhost`) would be a mailbox of this very server."""

    default_validators: ClassVar[list] = [EmailValidator(allowlist=())]

    def __init__(self, **kwargs: Any) -> None:
        message = _("The e-mail address is not complete. It looks like this: name@example.org")
        super().__init__(
            required=False,
            max_length=254,
            label=_("Your e-mail address"),
            widget=forms.EmailInput(attrs={"autocomplete": "email", "dir": "ltr"}),
            error_messages={"invalid": message, "max_length": message},
            **kwargs,
        )


@dataclass(frozen=True)
class Fault:
    """An entry of the list of errors: where to mend it, and what is wrong."""

    anchor: str
    text: str


class ReportForm(forms.Form):
    """What all forms have: the page that they are about, the time trap, a field that people do not see."""

    use_required_attribute = False

    # What visitors do not see has no errors: whatever stands there is none of ours, and that is said of the whole form.
    page = ShortText(required=False, widget=forms.HiddenInput)
    token = ShortText(required=False, widget=forms.HiddenInput)
    website = forms.CharField(
        required=False,
        label=_("Leave this field empty"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    order: ClassVar[tuple[str, ...]] = ()
    """The fields that visitors see, in their order."""

    def __init__(self, offer: Offer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="form-%s", **kwargs)
        self.offer = offer
        self.found: tokens.Token | None = None

    @property
    def asked(self) -> list[str]:
        """Return the names of the fields that visitors see."""
        return [name for name in self.order if name in self.fields]

    @property
    def questions(self) -> list[forms.BoundField]:
        """Return the fields that visitors see; each control says where its hint and its error stand."""
        for name in self.asked:
            if isinstance(self.fields[name].widget, forms.RadioSelect):
                # The group as a whole says it.
                continue
            attributes = self.fields[name].widget.attrs
            described = [f"form-{name}-hint"] if self.fields[name].help_text else []
            if name in self.errors:
                attributes["aria-invalid"] = "true"
                described.append(f"form-{name}-error")
            if described:
                attributes["aria-describedby"] = " ".join(described)
        return [self[name] for name in self.asked]

    @property
    def faults(self) -> list[Fault]:
        """Return all errors in the order of the fields, each with the place where it is mended."""
        found = [Fault("form-send", str(text)) for text in self.non_field_errors()]
        for name in (*self.asked, "website"):
            anchor = f"form-{name}_0" if isinstance(self.fields[name].widget, forms.RadioSelect) else f"form-{name}"
            found += [Fault(anchor, str(text)) for text in self.errors.get(name, ())]
        return found

    def clean_website(self) -> str:
        """Refuse what a program filled in; a person who did reads why, and loses nothing.

        Raises:
            ValidationError: the field holds something.
        """
        if self.cleaned_data["website"]:
            raise ValidationError(gettext("Please leave this field empty. Only programs fill it in."))
        return ""

    def clean_token(self) -> str:
        """Read the moment at which the form was opened."""
        self.found = tokens.read(self.cleaned_data["token"])
        return self.cleaned_data["token"]

    def clean(self) -> dict[str, Any]:
        """Refuse what was sent faster than anybody types, or from a form that is none of ours or was open for long.

        Raises:
            ValidationError: it was; what was typed stays in the form.
        """
        cleaned = super().clean() or {}
        if self.errors:
            # What a person has to mend comes first; the moment is asked again then.
            return cleaned
        if self.found is None or self.found.is_too_old:
            raise ValidationError(gettext("The form was open for a long time. Please send your text once more."))
        if self.found.is_too_fast:
            raise ValidationError(gettext("That was very fast. Please wait a moment and send your text once more."))
        return cleaned

    def shown_again(self) -> None:
        """Give the form a token that will do: the old one where it is ours, so that the same text sent again stays one message."""
        if self.found is None or self.found.is_too_old:
            data: Any = self.data.copy()
            data["token"] = tokens.make()
            self.data = data

    @property
    def topic_id(self) -> int | None:
        """Return the topic that was chosen, or the only one."""
        return self.cleaned_data.get("topic") or (self.offer.topics[0] if self.offer.topics else None)


def _text_field(label: str | Promise, hint: str | Promise = "", missing: str | Promise = "") -> LongText:
    return LongText(label=label, help_text=hint, required=bool(missing), error_messages={"required": missing})


class ContactForm(ReportForm):
    """A message to the office."""

    topic = forms.TypedChoiceField(
        label=_("What is it about?"),
        coerce=int,
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose what it is about.")),
    )
    text = _text_field(
        _("Your message"),
        _("Please send no numbers of passports or identity cards, and nothing about your health."),
        _("Write your message into the field."),
    )
    name = ShortText(
        label=_("Your name"), required=False, max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"})
    )
    email = EmailField(help_text=_("Without it we cannot answer. We use it for nothing else."))

    order: ClassVar[tuple[str, ...]] = ("topic", "text", "name", "email")

    def __init__(self, offer: Offer, *args: Any, **kwargs: Any) -> None:
        super().__init__(offer, *args, **kwargs)
        self.choices = recipients.choices(offer)
        if len(self.choices) > 1:
            topic: Any = self.fields["topic"]
            topic.choices = [("", _("Please choose")), *((choice.topic_id, choice.name) for choice in self.choices)]
        else:
            del self.fields["topic"]


class BarrierForm(ReportForm):
    """Something on the portal that somebody cannot read, hear or operate."""

    text = _text_field(
        _("What can you not read, hear or use?"),
        _("It helps us to know which page it is, and which device or programme you use."),
        _("Describe the barrier."),
    )
    name = ShortText(
        label=_("Your name"), required=False, max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"})
    )
    email = EmailField(help_text=_("Without it we cannot answer. We use it for nothing else."))

    order: ClassVar[tuple[str, ...]] = ("text", "name", "email")


class HelpfulForm(ReportForm):
    """Whether a page was helpful."""

    helpful = forms.ChoiceField(
        label=_("Was this page helpful?"),
        choices=Helpful.choices,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose an answer.")),
    )
    text = _text_field(_("What is missing or hard to understand?"), _("Please write nothing about yourself: nobody will answer."))

    order: ClassVar[tuple[str, ...]] = ("helpful", "text")


class SearchedForm(ReportForm):
    """What somebody searched for and did not find."""

    query = ShortText(
        label=_("What did you search for?"),
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        error_messages={"required": _("Write what you searched for.")},
    )
    text = _text_field(_("What did you want to know?"), _("Please write nothing about yourself: nobody will answer."))

    order: ClassVar[tuple[str, ...]] = ("query", "text")


FORMS: dict[str, type[ReportForm]] = {
    Purpose.CONTACT: ContactForm,
    Purpose.BARRIER: BarrierForm,
    Purpose.HELPFUL: HelpfulForm,
    Purpose.SEARCH: SearchedForm,
}
