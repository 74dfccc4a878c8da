"""One form for each act on an issue. All carry the version that the person saw, so nobody overwrites unseen."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.models import Membership
from slaportal.issues.forms.files import files
from slaportal.issues.forms.people import MemberChoice
from slaportal.issues.models import Issue, Stage, WaitingOn
from slaportal.issues.selectors.page import colleagues, workers
from slaportal.lib.references import normalize_reference
from slaportal.policies.models import Criticality

LONG = {"rows": 4, "maxlength": 50_000}
SHORT = {"rows": 3, "maxlength": 5_000}


def text(label: Any, help_text: Any = "", attrs: dict[str, Any] = SHORT) -> forms.CharField:
    """Return a field for a few sentences."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=attrs["maxlength"],
        widget=forms.Textarea(attrs=dict(attrs)),
    )


class ActForm(forms.Form):
    """What every act carries: the version of the issue and the newest event that the person had before them."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, issue: Issue, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.issue, self.member = issue, member
        self.fields["version"].initial = issue.version
        self.prepare()

    def prepare(self) -> None:
        """Set choices and first values that depend on the issue."""

    @property
    def version_seen(self) -> int | None:
        """The version that the person had before them, even if another field is wrong."""
        given = self.data.get(self.add_prefix("version"), "")
        return int(given) if str(given).isdecimal() else None


class Plain(ActForm):
    """An act without words, such as confirming."""


class Agree(ActForm):
    """Yes to the proposal that the person saw."""

    proposal = forms.IntegerField(widget=forms.HiddenInput)

    def prepare(self) -> None:
        """Name the proposal on the page."""
        standing = self.issue.proposals.filter(round=self.issue.round).order_by("-revision").first()
        self.fields["proposal"].initial = standing.pk if standing else None


class Level(ActForm):
    """Another level with a reason; the levels that make no sense here are left out."""

    level = forms.ChoiceField(label=_("Level"), choices=Criticality.choices, widget=forms.RadioSelect)
    reason = text(_("Why this level fits better"), _("Both parties read it. Name the fact that decides it."))

    def prepare(self) -> None:
        """Leave out the level that is on the table."""
        field = self.fields["level"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [choice for choice in Criticality.choices if choice[0] != self.left_out()]

    def left_out(self) -> str:
        """Return the level that cannot be proposed: the one of the proposal to answer."""
        standing = self.issue.proposals.filter(round=self.issue.round).order_by("-revision").first()
        return standing.level if standing else ""


class NewLevel(Level):
    """Another level than the agreed one, with the new fact as reason."""

    def left_out(self) -> str:
        """Return the agreed level."""
        return self.issue.level


class Decide(ActForm):
    """A decider's choice."""

    level = forms.ChoiceField(label=_("Level"), choices=Criticality.choices, widget=forms.RadioSelect)


class Reason(ActForm):
    """An act with one sentence why; subclasses name the question."""

    reason = text(_("Reason"))


class Dispute(Reason):
    """Why the parties cannot agree."""

    reason = text(_("Why the parties cannot agree"), _("The two deciders, one of each party, read it first."))


class Contest(Reason):
    """Why the clock should not have stopped."""

    reason = text(_("Why the clock should not have stopped"))


class Judge(ActForm):
    """Upholding or dismissing a contest."""

    CHOICES: ClassVar = [
        ("yes", _("Uphold: the paused time counts after all")),
        ("no", _("Dismiss: the pause stands")),
    ]
    upheld = forms.ChoiceField(label=_("Judgment"), choices=CHOICES, widget=forms.RadioSelect)
    reason = text(_("Reason for the judgment"), _("Both parties read it."))


class Reopen(Reason):
    """What still goes wrong."""

    reason = text(
        _("What still goes wrong"), _("The same clock goes on from where it stood; the gap is not charged.")
    )


class Withdraw(Reason):
    """Why the issue is taken back."""

    reason = text(
        _("Why you withdraw it"),
        _("What is not decided yet will not be counted. A deadline missed before stays missed."),
    )


class Write(ActForm):
    """A message that both parties see."""

    body = text(_("Message"), _("Both parties see it. Markdown works."), LONG)
    attachments = files()


class Note(ActForm):
    """A note that never leaves the vendor."""

    body = text(_("Internal note"), _("Never shown to the client, and no response."), LONG)
    attachments = files()


class Resolve(ActForm):
    """What was done."""

    note = text(
        _("What was done, and how to check it"), _("The client reads this and confirms or rejects."), LONG
    )


class Edit(ActForm):
    """The report in better words."""

    title = forms.CharField(label=_("Title"), max_length=200)
    description = text(_("What happens"), attrs={"rows": 8, "maxlength": 50_000})

    def prepare(self) -> None:
        """Begin with the text as it is."""
        self.fields["title"].initial = self.issue.title
        self.fields["description"].initial = self.issue.description


class Assign(ActForm):
    """Who works on it."""

    to = MemberChoice(
        Membership.objects.none(), label=_("Works on it"), required=False, empty_label=_("Nobody yet")
    )

    def prepare(self) -> None:
        """Offer the people of the vendor who can work on issues."""
        field = self.fields["to"]
        assert isinstance(field, MemberChoice)
        field.queryset = workers()
        field.initial = self.issue.assigned_to_id


class Progress(ActForm):
    """How far the work is."""

    stage = forms.ChoiceField(
        label=_("Stage"), choices=[choice for choice in Stage.choices if choice[0] != Stage.RESOLVED]
    )
    percent = forms.IntegerField(
        label=_("Percent done"), min_value=0, max_value=100, widget=forms.NumberInput(attrs={"step": 5})
    )
    next_update_at = forms.DateTimeField(
        label=_("Next update promised for"),
        required=False,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )

    def prepare(self) -> None:
        """Begin with where the work stands."""
        self.fields["stage"].initial = self.issue.stage
        self.fields["percent"].initial = self.issue.percent
        self.fields["next_update_at"].initial = self.issue.next_update_at


class Wait(ActForm):
    """Whom the work waits for."""

    on = forms.ChoiceField(label=_("Waiting on"), choices=WaitingOn.choices, widget=forms.RadioSelect)
    reason = text(_("What you are waiting for"), attrs={"rows": 3, "maxlength": 500})


class Duplicate(ActForm):
    """Which issue goes on instead."""

    of = forms.CharField(
        label=_("Reference of the issue that goes on"),
        max_length=20,
        widget=forms.TextInput(attrs={"placeholder": "ISS-…", "autocomplete": "off"}),
    )

    def clean_of(self) -> Issue:
        """Return the other issue, if this person may read it."""
        reference = normalize_reference(self.cleaned_data["of"])
        other = Issue.objects.visible_to(self.member).filter(reference=reference).first()
        if other is None:
            raise forms.ValidationError(_("There is no such issue. Copy the reference from its page."))
        return other


class AddFollower(ActForm):
    """Which colleague follows from now on."""

    who = MemberChoice(Membership.objects.none(), label=_("Colleague"), empty_label=_("Choose somebody"))

    def prepare(self) -> None:
        """Offer the people of the issue's organization who do not follow it yet."""
        field = self.fields["who"]
        assert isinstance(field, MemberChoice)
        people = colleagues(self.issue.organization).exclude(watched_issues=self.issue)
        field.queryset = people.exclude(pk__in=[self.issue.reported_by_id, self.member.pk])


class Split(ActForm):
    """What the second issue is about."""

    title = forms.CharField(
        label=_("Title of the second issue"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    description = text(
        _("What it is about"),
        _("Both parties read it. Its clocks count from the first report, so no time is lost."),
        LONG,
    )
