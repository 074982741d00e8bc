"""What a request knows: the app's state, the merchant, their credit, the reader."""

from flask_chengxin.proxies.merchant import Hooks, LanguageSelector, ListedPredicate, Merchant, MerchantLoader
from flask_chengxin.proxies.reader import Reader, current_reader, prefers_html
from flask_chengxin.proxies.state import EXTENSION, State, current_state
from flask_chengxin.proxies.visit import (
    Credit,
    Visit,
    current_credit,
    current_visit,
    is_known_to_pass,
)

__all__ = [
    "EXTENSION",
    "Credit",
    "Hooks",
    "LanguageSelector",
    "ListedPredicate",
    "Merchant",
    "MerchantLoader",
    "Reader",
    "State",
    "Visit",
    "current_credit",
    "current_reader",
    "current_state",
    "current_visit",
    "is_known_to_pass",
    "prefers_html",
]
