"""Appeals (申诉) against measures, and objections (异议) to what the source says: heard, decided, and carried out."""

from chengxin.services.appeals.appeals import Appeals
from chengxin.services.appeals.hearing import HeardEvidence
from chengxin.services.appeals.objecting import Objections, Raised
from chengxin.services.appeals.options import AppealOptions
from chengxin.services.attachment import Attachment

__all__ = ["AppealOptions", "Appeals", "Attachment", "HeardEvidence", "Objections", "Raised"]
