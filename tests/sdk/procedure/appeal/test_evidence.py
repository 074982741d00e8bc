"""Evidence: taken by what it is, named so that it is safe to show, and never rendered."""

import re
import unicodedata
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import AppealRefused
from chengxin.procedure.appeal import (
    MOST_BYTES,
    Evidence,
    Fault,
    MediaType,
    clean_file_name,
    receive_evidence,
    sniff,
)

PDF = b"%PDF-1.7\n1 0 obj\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"
PAGE = b"<html><script>alert(document.domain)</script></html>"
DOCX = b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00[Content_Types].xml"
SUFFIXES = st.sampled_from([media_type.suffix for media_type in MediaType])
NAMES = st.text(max_size=200) | st.text("./\\ :a\u202e\u200b\x00conCON.pdfPDF1190108", max_size=40)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PDF, MediaType.PDF),
        (b"%PDF-2.0", MediaType.PDF),
        (PNG, MediaType.PNG),
        (JPEG, MediaType.JPEG),
        ("缴款书编号 2026-17\r\n\t已缴".encode(), MediaType.TEXT),
        (b"\xef\xbb\xbfpaid", MediaType.TEXT),
        (DOCX, None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", None),
        (b"MZ\x90\x00", None),
        (b"GIF89a\x01\x00", None),
        ("已缴纳罚款".encode("gb18030"), None),
        (b"text\x00text", None),
        ("text\x9btext".encode(), None),
        (b"  \r\n ", None),
        (b"\xef\xbb\xbf", None),
        (b"", None),
        (b"\n%PDF-1.7", MediaType.TEXT),
        (b"%PDF-", MediaType.TEXT),
        (b"\x89PNG\r\n\x1a\n", None),
    ],
)
def test_a_file_is_what_its_first_bytes_say(content, media_type):
    """Of an allow-list; packed documents, old Office files, programs and other encodings are none of it."""
    assert sniff(content) is media_type


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", Fault.EVIDENCE_EMPTY),
        (b"x" * 33, Fault.EVIDENCE_TOO_LARGE),
        (DOCX[:30], Fault.EVIDENCE_TYPE),
    ],
)
def test_what_is_not_taken_is_refused_with_what_to_do(content, fault):
    """Empty, too large, or of another type, whatever its name says."""
    with pytest.raises(AppealRefused) as refused:
        receive_evidence("proof.pdf", content, most_bytes=32)
    assert refused.value.fault == fault


def test_a_file_of_the_largest_size_is_taken():
    """The bound itself still holds."""
    assert receive_evidence("a", b"x" * 32, most_bytes=32).size == 32
    assert MOST_BYTES == 10 * 1024 * 1024


@pytest.mark.parametrize(
    ("given_name", "suffix", "name"),
    [
        ("../../etc/passwd", ".txt", "passwd.txt"),
        ("C:\\Users\\李明\\决定书.PDF", ".pdf", "决定书.pdf"),
        ("invoice\u202egpj.exe", ".jpg", "invoicegpj.exe.jpg"),
        ("proof.html", ".txt", "proof.html.txt"),
        ('a"b;c\r\nSet-Cookie: x.pdf', ".pdf", "a_b_cSet-Cookie_ x.pdf"),
        ("CON.pdf", ".pdf", "_CON.pdf"),
        ("lpt1", ".txt", "_lpt1.txt"),
        ("\x00\u200b.", ".png", "file.png"),
        ("", ".png", "file.png"),
        (".pdf", ".pdf", "file.pdf"),
        ("....pdf", ".pdf", "file.pdf"),
        ("身份证110108199001011231.jpg", ".jpg", "身份证〔身份号码已隐去〕.jpg"),
        ("a" * 300, ".pdf", "a" * 80 + ".pdf"),
        ("e\u0301tat.pdf", ".pdf", "\u00e9tat.pdf"),
    ],
)
def test_a_name_is_shown_without_what_deceives(given_name, suffix, name):
    """No path, no turn of direction, no header, no device, no identity number, and the suffix of the content."""
    assert clean_file_name(given_name, suffix) == name


@given(given_name=NAMES, suffix=SUFFIXES)
def test_every_name_becomes_one_that_is_safe_and_stays_so(given_name, suffix):
    """Cleaning twice is cleaning once; nothing in it is a path, unseen, or reserved."""
    name = clean_file_name(given_name, suffix)
    assert clean_file_name(name, suffix) == name
    assert name.endswith(suffix)
    assert not set(name) & set('/\\<>:"|?*%;')
    assert not any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in name)
    assert not name.startswith((".", " "))
    assert len(name) <= 90


@given(given_name=NAMES, content=st.sampled_from([PDF, PNG, JPEG, PAGE]))
def test_content_is_handed_out_as_an_attachment_of_unspecified_bytes(given_name, content):
    """No header lets a browser render it; each is plain ASCII, and the name comes back from it."""
    evidence = receive_evidence(given_name, content)
    headers = evidence.headers
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["Content-Length"] == str(len(content))
    assert all(value.isascii() and value.isprintable() for value in headers.values())
    shown = re.fullmatch(
        r"attachment; filename=\"evidence-[0-9a-f]{12}\.[a-z]{3}\"; filename\*=UTF-8''(\S+)",
        headers["Content-Disposition"],
    )
    assert unquote(shown[1]) == evidence.name


@pytest.mark.parametrize(
    "content", [JPEG + PAGE, PNG + PAGE, PDF + PAGE, PAGE, b"<?php system('id');", b"GIF89a=1;//"]
)
def test_a_polyglot_is_harmless_because_nothing_is_rendered(content):
    """A page in a picture passes for a picture: it is taken, and no browser is ever told that it is either."""
    evidence = receive_evidence("x.html", content)
    assert evidence.name.endswith(evidence.media_type.suffix)
    assert "html" not in evidence.headers["Content-Type"]
    assert evidence.headers["Content-Disposition"].startswith("attachment;")
    assert "image" not in evidence.headers["Content-Type"]


@given(content=st.binary(min_size=1, max_size=200))
def test_evidence_knows_its_content(content):
    """The digest is of the bytes as they came; one byte more is other content."""
    evidence = receive_evidence("a", JPEG + content)
    assert evidence.size == len(JPEG + content)
    assert evidence.is_of(JPEG + content)
    assert not evidence.is_of(JPEG + content + b"\x00")


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        ({"name": "../a.pdf"}, Fault.EVIDENCE_NAME),
        ({"name": "a.exe"}, Fault.EVIDENCE_NAME),
        ({"media_type": "text/html"}, Fault.EVIDENCE_TYPE),
        ({"media_type": "application/pdf"}, Fault.EVIDENCE_TYPE),
        ({"size": 0}, Fault.EVIDENCE_EMPTY),
        ({"size": True}, Fault.EVIDENCE_EMPTY),
        ({"digest": "sha256:0"}, Fault.ILL_FORMED),
    ],
)
def test_evidence_that_is_not_as_received_does_not_exist(part, fault):
    """What a store gives back is checked like what came in."""
    right = {"name": "a.pdf", "media_type": MediaType.PDF, "size": 1, "digest": f"sha256:{'0' * 64}"}
    assert Evidence(**right).name == "a.pdf"
    with pytest.raises(AppealRefused) as refused:
        Evidence(**right | part)
    assert refused.value.fault == fault
