"""The staff's side of escalations, exceptions and the matrix; importing it also registers the check of the matrix."""

from slaportal.escalations.admin import acts, checks
from slaportal.escalations.admin.lists import EscalationAdmin, SlaExceptionAdmin
from slaportal.escalations.admin.machinery import SetAsideAdmin, StandstillAdmin
from slaportal.escalations.admin.matrix import MatrixEditionAdmin, MatrixStepAdmin

__all__ = [
    "EscalationAdmin",
    "MatrixEditionAdmin",
    "MatrixStepAdmin",
    "SetAsideAdmin",
    "SlaExceptionAdmin",
    "StandstillAdmin",
    "acts",
    "checks",
]
