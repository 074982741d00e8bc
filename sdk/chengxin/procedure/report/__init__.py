"""公共信用信息报告: what the source disclosed of a subject at an instant, for the file and for its term. Pure."""

from chengxin.procedure.report.document import as_html, as_json, as_text, document_of
from chengxin.procedure.report.report import CreditReport, report_of
from chengxin.procedure.report.schema import report_schema

__all__ = [
    "CreditReport",
    "as_html",
    "as_json",
    "as_text",
    "document_of",
    "report_of",
    "report_schema",
]
