"""What people want: how they are told of each kind, and who gets their urgent mail for a while."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from slaportal.lib.refusal import Refused
from slaportal.notifications import kinds, selectors
from slaportal.notifications.models import Message, Preference, Redirect
from slaportal.notifications.nudging import nudge_on_commit
from slaportal.notifications.services.owing import Recipient, enqueue

LONGEST_REDIRECT = timedelta(days=90)


@transaction.atomic
def save_preferences(*, person: Any, wishes: Mapping[str, str], now: datetime) -> int:
    """Set how `person` is told of the kinds in `wishes` (kind → `Preference.How`); return how many are not "at once".

    What waits for a digest leaves at once, so that a change loses nothing. Raises `Refused` for a kind that must
    arrive or is not known, and for a way that does not exist.
    """
    for key, how in wishes.items():
        kind = kinds.KINDS.get(key)
        if kind is None or not kinds.can_choose(kind):
            raise Refused(
                _("How you are told of “%(key)s” cannot be chosen.") % {"key": kind.label if kind else key}
            )
        if how not in Preference.How.values:
            raise Refused(
                _("Messages come now, hourly, daily or stay in the inbox; not “%(how)s”.") % {"how": how}
            )
    Preference.objects.filter(person=person, kind__in=wishes).delete()
    rows = [
        Preference(person=person, kind=key, how=how)
        for key, how in wishes.items()
        if how != Preference.How.NOW
    ]
    Preference.objects.bulk_create(rows)
    waiting = Message.objects.filter(
        recipient=person, status=Message.Status.PENDING, way=Message.Way.DIGEST, digest=None
    )
    if waiting.filter(not_before__gt=now).update(not_before=now):
        nudge_on_commit()
    return len(rows)


@transaction.atomic
def redirect(*, person: Recipient, to: Recipient, until: datetime, now: datetime) -> Redirect:
    """Send the urgent mail of `person` to `to` until then, and tell them; one redirection at a time.

    The messages stay in the inbox of `person`. Raises `Refused` for oneself, for somebody who left or redirects their
    own mail, and for a time that is past or more than 90 days ahead. Whether both may see the same issues is for
    the caller to know, and asked again at each message (setting MAY_STAND_IN).
    """
    if to.pk == person.pk:
        raise Refused(_("Choose somebody else: your mail comes to you already."))
    if not to.is_active:
        raise Refused(_("%(name)s can no longer sign in.") % {"name": to.name})
    if not now < until <= now + LONGEST_REDIRECT:
        raise Refused(_("Choose an end between now and 90 days from now."))
    if selectors.redirect_of(to, now=now):
        raise Refused(
            _("%(name)s redirects their own mail at the moment. Choose somebody who is there.")
            % {"name": to.name}
        )
    made, _same = Redirect.objects.update_or_create(
        person_id=person.pk, defaults={"to_id": to.pk, "until": until}
    )
    enqueue(
        "standing-in",
        cause=f"redirect:{made.pk}:{to.pk}:{until:%Y%m%dT%H%M}",
        to=[to],
        context={"actor": person.name, "until": until.isoformat(), "url": "/inbox"},
        now=now,
    )
    return made


@transaction.atomic
def stop_redirect(*, person: Any) -> bool:
    """Let the urgent mail of `person` come to them again; False when it did already."""
    ended, _same = Redirect.objects.filter(person=person).delete()
    return bool(ended)
