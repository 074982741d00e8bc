"""chengxin for Flask: guards on views, badges in templates, reasons for merchants."""

from flask_chengxin.errors import ActionRefused, NoMerchant, Problem
from flask_chengxin.extension import Chengxin
from flask_chengxin.proxies import Credit, Merchant, current_credit
from flask_chengxin.signals import action_refused, review_wanted, status_checked

__all__ = [
    "ActionRefused",
    "Chengxin",
    "Credit",
    "Merchant",
    "NoMerchant",
    "Problem",
    "action_refused",
    "current_credit",
    "review_wanted",
    "status_checked",
]
