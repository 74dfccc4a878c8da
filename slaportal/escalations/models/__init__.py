"""The escalation matrix, what came of it, exceptions, reasons, absences, and the watch's own trouble (spec §5)."""

from slaportal.escalations.models.absence import Absence, AbsenceQuerySet
from slaportal.escalations.models.escalation import LATE, Acknowledgement, Escalation, EscalationQuerySet
from slaportal.escalations.models.exception import Evidence, SlaException, SlaExceptionQuerySet
from slaportal.escalations.models.machinery import SetAside, Standstill
from slaportal.escalations.models.matrix import Channel, MatrixEdition, MatrixStep, StepKind
from slaportal.escalations.models.reason import CODES, BreachReason
from slaportal.escalations.models.standing import Coverage, StandingException, StandingExceptionQuerySet

__all__ = [
    "CODES",
    "LATE",
    "Absence",
    "AbsenceQuerySet",
    "Acknowledgement",
    "BreachReason",
    "Channel",
    "Coverage",
    "Escalation",
    "EscalationQuerySet",
    "Evidence",
    "MatrixEdition",
    "MatrixStep",
    "SetAside",
    "SlaException",
    "SlaExceptionQuerySet",
    "StandingException",
    "StandingExceptionQuerySet",
    "Standstill",
    "StepKind",
]
