"""The words of a rule table: what a row is about, whom it obliges, and how it counts."""

from __future__ import annotations

from enum import StrEnum


class CountedFrom(StrEnum):
    """The day from which a disclosure is counted; that day itself does not count (民法典 art. 201)."""

    DECISION = "DECISION"
    """认定之日, the day of the decision; that of publication where the source gives none."""
    PUBLICATION = "PUBLICATION"
    """公示之日, the first day of disclosure."""


class DayUnit(StrEnum):
    """What a deadline in days counts."""

    WORKING = "WORKING"
    """工作日, working days."""
    CALENDAR = "CALENDAR"
    """日, all days."""


class Bound(StrEnum):
    """Whether something is kept at least or at most so long."""

    AT_LEAST = "AT_LEAST"
    """不少于: it may not be deleted earlier."""
    AT_MOST = "AT_MOST"
    """不超过: it may neither be kept nor be used longer."""


class Obliged(StrEnum):
    """Whom a row obliges."""

    PLATFORM = "PLATFORM"
    """平台经营者, whoever operates the platform."""
    SELLER = "SELLER"
    """平台内经营者、直播间运营者, merchants and room operators."""
    AUTHORITY = "AUTHORITY"
    """认定部门、信息提供单位, the authority that decided or supplied the information."""
    PUBLIC_SOURCE = "PUBLIC_SOURCE"
    """信用中国、公共信用信息机构, whoever discloses public credit records."""
    CREDIT_AGENCY = "CREDIT_AGENCY"
    """征信机构、信用服务机构, credit reporting and credit service agencies."""
    HANDLER = "HANDLER"
    """个人信息处理者、网络数据处理者, whoever handles personal information or network data."""


class Matter(StrEnum):
    """What a deadline, an interval or a retention is about (事项)."""

    PENALTY_PUBLICATION = "PENALTY_PUBLICATION"
    """行政处罚信息公示, publishing a penalty."""
    PENALTY_WITHDRAWAL = "PENALTY_WITHDRAWAL"
    """撤回行政处罚信息, withdrawing one that was changed or annulled."""
    REPAIR_FEEDBACK = "REPAIR_FEEDBACK"
    """信用修复申请反馈, answering an application for credit repair."""
    REPAIR_DECISION = "REPAIR_DECISION"
    """信用修复决定, deciding on it."""
    REPAIR_EFFECT = "REPAIR_EFFECT"
    """终止公示, ending the disclosure of what was repaired."""
    OBJECTION_MARKING = "OBJECTION_MARKING"
    """异议标注, marking what is objected to."""
    OBJECTION_CHECK = "OBJECTION_CHECK"
    """异议核查, checking what is objected to against what was supplied."""
    OBJECTION_DECISION = "OBJECTION_DECISION"
    """异议处理, deciding on an objection."""
    ANNULMENT_EFFECT = "ANNULMENT_EFFECT"
    """据以认定的决定被撤销, reporting or deleting what rests on an annulled decision."""
    CHANGE_REPORT = "CHANGE_REPORT"
    """信息变更报送, telling the platform of changed particulars."""
    CHANGE_PUBLICATION = "CHANGE_PUBLICATION"
    """变更核验与更新公示, verifying and republishing them."""
    UNREACHABLE_REMINDER = "UNREACHABLE_REMINDER"
    """失联提醒, reminding who cannot be reached."""
    IDENTITY_VERIFICATION = "IDENTITY_VERIFICATION"
    """身份信息核验更新, verifying identities and particulars anew."""
    IDENTITY_REPORT = "IDENTITY_REPORT"
    """身份信息报送, reporting them to the authority."""
    TRAINING = "TRAINING"
    """培训, training of anchors."""
    RULE_VERSIONS = "RULE_VERSIONS"
    """平台规则历史版本, earlier versions of the platform's rules."""
    CONSULTATION_FILE = "CONSULTATION_FILE"
    """征求意见资料, what was said on a draft of them."""
    TRANSACTIONS = "TRANSACTIONS"
    """交易信息, information on transactions."""
    VERIFICATION_RECORD = "VERIFICATION_RECORD"
    """核验记录, records of what was verified before a stream."""
    IMPACT_ASSESSMENT = "IMPACT_ASSESSMENT"
    """个人信息保护影响评估, assessments of the impact on personal information."""
    PROVISION_RECORD = "PROVISION_RECORD"
    """提供、委托处理记录, records of personal information given to others."""
    QUERY_LOG = "QUERY_LOG"
    """查询记录, records of who looked up public credit information."""
    ADVERSE_INFORMATION = "ADVERSE_INFORMATION"
    """失信信息、不良信息, adverse information itself."""
