"""Choosing people by name."""

from django import forms

from slaportal.accounts.models import Membership


class MemberChoice(forms.ModelChoiceField[Membership]):
    """One person out of the offered memberships."""

    def label_from_instance(self, obj: Membership) -> str:
        """Return the person's name: role and organization are clear from the form."""
        return obj.user.name


class MembersChoice(forms.ModelMultipleChoiceField[Membership]):
    """Any number of people out of the offered memberships."""

    def label_from_instance(self, obj: Membership) -> str:
        """Return the person's name."""
        return obj.user.name
