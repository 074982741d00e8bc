"""Appeals."""

from chengxin.procedure.appeal.evidence import MOST_BYTES, Evidence, content_digest, receive_evidence
from chengxin.procedure.appeal.fault import Fault, refusal
from chengxin.procedure.appeal.file_name import clean_file_name
from chengxin.procedure.appeal.media import MediaType, sniff
