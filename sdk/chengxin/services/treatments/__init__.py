"""Measures with due process: proposed, noticed, in force, contested, ended."""

from chengxin.services.treatments.act import Act
from chengxin.services.treatments.bases import Bases
from chengxin.services.treatments.guarding import InForce
from chengxin.services.treatments.options import Checker, PolicyAt, TreatmentOptions
from chengxin.services.treatments.outgoing import CONSTRAINT, NOTICE
from chengxin.services.treatments.reconciled import Reconciled
from chengxin.services.treatments.reviewing import Reviews
from chengxin.services.treatments.sweeping import Swept
from chengxin.services.treatments.telling import treatment_notices
from chengxin.services.treatments.treatments import Treatments
from chengxin.services.treatments.waves import Adopted, WaveReport

__all__ = [
    "CONSTRAINT",
    "NOTICE",
    "Act",
    "Adopted",
    "Bases",
    "Checker",
    "InForce",
    "PolicyAt",
    "Reconciled",
    "Reviews",
    "Swept",
    "TreatmentOptions",
    "Treatments",
    "WaveReport",
    "treatment_notices",
]
