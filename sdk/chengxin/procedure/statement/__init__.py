"""理由说明: statements of reasons, made of the measure itself; rendered, published, amended and withdrawn. Pure."""

from chengxin.procedure.statement.agreement import contradictions
from chengxin.procedure.statement.chain import StatementStatus
from chengxin.procedure.statement.codec import as_json, content_of, from_json
from chengxin.procedure.statement.dsa import DsaExport, DsaTerms, dsa_of, why_unmapped
from chengxin.procedure.statement.dsa_rule import DsaFault, dsa_faults
from chengxin.procedure.statement.ending import EndCause, StatementEnding
from chengxin.procedure.statement.ground import GroundContent, RepairPath, StatedGround
from chengxin.procedure.statement.html import as_html, publicity_html
from chengxin.procedure.statement.name import mask_name, mask_within
from chengxin.procedure.statement.publicity import (
    ONE_WORKING_DAY,
    PROMPTLY,
    Publicity,
    PublicityDuty,
    PublicityPage,
    publicity_of,
    publicity_page,
)
from chengxin.procedure.statement.schema import statement_schema
from chengxin.procedure.statement.statement import AppealRoute, Automation, StatedSource, StatementOfReasons
from chengxin.procedure.statement.stating import Circumstances, amend, shorten, state_reasons, withdraw
from chengxin.procedure.statement.stub import StatementStub, StubGround
from chengxin.procedure.statement.stub_codec import stub_as_json, stub_from_json
from chengxin.procedure.statement.telling import as_text

__all__ = [
    "ONE_WORKING_DAY",
    "PROMPTLY",
    "AppealRoute",
    "Automation",
    "Circumstances",
    "DsaExport",
    "DsaFault",
    "DsaTerms",
    "EndCause",
    "GroundContent",
    "Publicity",
    "PublicityDuty",
    "PublicityPage",
    "RepairPath",
    "StatedGround",
    "StatedSource",
    "StatementEnding",
    "StatementOfReasons",
    "StatementStatus",
    "StatementStub",
    "StubGround",
    "amend",
    "as_html",
    "as_json",
    "as_text",
    "content_of",
    "contradictions",
    "dsa_faults",
    "dsa_of",
    "from_json",
    "mask_name",
    "mask_within",
    "publicity_html",
    "publicity_of",
    "publicity_page",
    "shorten",
    "state_reasons",
    "statement_schema",
    "stub_as_json",
    "stub_from_json",
    "why_unmapped",
    "withdraw",
]
