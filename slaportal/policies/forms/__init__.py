"""What people type about the agreement: questions to the calculator, and terms in the admin."""

from slaportal.policies.forms.calculator import CalculatorForm
from slaportal.policies.forms.calendars import CalendarForm, HolidaysForm
from slaportal.policies.forms.terms import DefinitionForm, EndForm, PolicyForm, SignForm, VersionForm

__all__ = [
    "CalculatorForm",
    "CalendarForm",
    "DefinitionForm",
    "EndForm",
    "HolidaysForm",
    "PolicyForm",
    "SignForm",
    "VersionForm",
]
