"""Forms about accounts: inviting, joining."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from labeling import code_words
from labeling.actions import invitations
from labeling.models import Role


class InvitationForm(forms.Form):
    """What an invitation is to, and for whom."""

    role = forms.ChoiceField(choices=[*code_words.ROLES.items()], label=_("Role"), initial=Role.LABELER)
    email = forms.EmailField(
        required=False, label=_("E-mail address"), help_text=_("Of one person; empty: for whoever gets the link.")
    )
    days = forms.IntegerField(
        min_value=1, max_value=invitations.MOST_DAYS, initial=invitations.DAYS, label=_("Days until it expires")
    )


class NewAccountForm(forms.Form):
    """Name and password of a new account. Whether the name is taken is judged by the action."""

    username = forms.CharField(
        max_length=150,
        label=_("Name"),
        help_text=_("Letters, digits and @ . + - _ only. Your leads see it; no export holds it."),
        widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    email = forms.EmailField(
        required=False,
        label=_("E-mail address"),
        help_text=_("If you like: for a new password when yours is lost."),
        widget=forms.EmailInput({"autocomplete": "email"}),
    )
    password = forms.CharField(
        strip=False,
        max_length=1000,
        label=_("Password"),
        help_text=_("At least ten characters, not a common one, not like your name."),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        strip=False,
        max_length=1000,
        label=_("The same password again"),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Both passwords are one, and a good one."""
        said = super().clean() or {}
        password, again = said.get("password"), said.get("again")
        if password and again and password != again:
            self.add_error("again", _("The two passwords differ."))
        elif password:
            try:
                validate_password(password, User(username=said.get("username", ""), email=said.get("email", "")))
            except ValidationError as error:
                self.add_error("password", error)
        return said
