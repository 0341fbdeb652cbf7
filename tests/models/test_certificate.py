"""Certificates: every usual way to break a PEM has its own hint; weak and late ones are named."""

import base64
import textwrap
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.certificate import (
    BEGIN,
    END,
    Severity,
    parse_base64,
    parse_der,
    parse_pem,
    problems,
    refuse_private_key,
)
from models.errors import CertificateError


@pytest.fixture(scope="module")
def der(make_certificate):
    return make_certificate()


@pytest.fixture(scope="module")
def pem(der):
    return parse_der(der).pem


def refusal(text: str) -> CertificateError:
    with pytest.raises(CertificateError) as caught:
        parse_pem(text)
    return caught.value


def test_a_certificate_reads_as_google_shows_it(der, now):
    certificate = parse_der(der)
    reference = x509.load_der_x509_certificate(der)

    assert ":".join(f"{b:02X}" for b in reference.fingerprint(hashes.SHA256())) == (
        certificate.fingerprint
    )
    assert now - timedelta(days=100) == certificate.not_before
    assert timedelta(days=1825) == certificate.not_after - certificate.not_before
    assert certificate.not_before.timestamp() * 1000 == certificate.serial
    assert "ST=California,C=US,OU=Google Workspace,CN=Google,L=Mountain View,O=Google Inc." == (
        certificate.subject
    )
    assert ("RSA-2048", "sha256") == (certificate.key, certificate.signature_hash)
    assert f"{certificate.fingerprint} (ends on 2031-07-23)" == str(certificate)


def test_the_pem_is_normal(der, pem):
    first, *body, last, end = pem.split("\n")

    assert (BEGIN, END, "") == (first, last, end)
    assert textwrap.wrap(base64.b64encode(der).decode(), 64) == body


@pytest.mark.parametrize(
    "change",
    [
        lambda pem: pem,
        lambda pem: pem.replace("\n", "\r\n"),
        lambda pem: pem.rstrip("\n"),
        lambda pem: textwrap.indent(pem, "    "),
        lambda pem: "\ufeff" + pem,
        lambda pem: "Bag Attributes\n    friendlyName: C:\\new \u2013 Google\n" + pem,
        lambda pem: pem + "\n\n",
        lambda pem: pem.replace("\n", " "),
        lambda pem: "".join(pem.split("\n")),
        lambda pem: pem.replace("\n", "\n\n"),
    ],
    ids=["as is", "CRLF", "no end", "indented", "BOM", "bag", "blank", "one line", "glued", "gaps"],
)
def test_harmless_changes_lead_to_the_same_certificate(pem, change):
    assert pem == parse_pem(change(pem)).pem


@pytest.mark.parametrize(
    ("change", "what", "hint"),
    [
        (lambda _: "", "is empty", "paste the whole text"),
        (lambda _: "\ufeff \r\n", "is empty", "paste the whole text"),
        (lambda pem: pem.replace("-----", ""), "first line is missing", BEGIN),
        (lambda pem: pem.replace("-----BEGIN", "----BEGIN"), "first line is missing", BEGIN),
        (lambda pem: pem.partition("\n")[2], "first line is missing", BEGIN),
        (lambda pem: pem.partition("-----END")[0], "last line is missing", END),
        (lambda pem: pem.rstrip("-\n"), "last line is missing", END),
        (lambda pem: pem.replace("-----", "\u2014\u2014-"), "typographic dashes", "plain text"),
        (lambda pem: pem.replace("-----END", "\u2013\u2013\u2013END"), "typographic", "plain"),
        (lambda pem: pem.replace("\n", "\\n"), r"written as \n", "real line breaks"),
        (
            lambda pem: pem.replace("CERTIFICATE", "TRUSTED CERTIFICATE"),
            "a TRUSTED CERTIFICATE",
            "openssl x509",
        ),
        (
            lambda pem: pem.replace("CERTIFICATE", "CERTIFICATE REQUEST"),
            "a CERTIFICATE REQUEST",
            "not yet a certificate",
        ),
        (lambda pem: pem.replace("CERTIFICATE", "PKCS7"), "a PKCS7", "openssl pkcs7"),
        (lambda pem: pem.replace("CERTIFICATE", "PUBLIC KEY"), "a PUBLIC KEY", "bare public key"),
        (lambda pem: pem + pem, "There are 2 certificates", "by its fingerprint"),
        (lambda pem: pem * 3, "There are 3 certificates", "by its fingerprint"),
        (lambda _: "<md:EntityDescriptor/>", "web page or XML", "two ----- lines"),
        (lambda _: "<!doctype html><html>", "web page or XML", "two ----- lines"),
        (lambda _: f"{BEGIN}\n{END}\n", "no X.509", "download it again"),
        (lambda pem: pem.replace("MII", "MI*", 1), "damaged", "copy it again"),
        (lambda pem: pem.replace("MII", "M*II", 1), "damaged", "copy it again"),
        (lambda pem: pem[:400] + pem[401:], "damaged", "copy it again"),
        (lambda pem: pem[:400] + pem[465:], "no X.509", "download it again"),
        (lambda pem: pem[:400] + "…" + pem[401:], "damaged", "copy it again"),
    ],
)
def test_each_way_to_break_a_pem_has_its_own_hint(pem, change, what, hint):
    broken = change(pem)
    if broken == pem:
        pytest.fail("the change changed nothing")

    error = refusal(broken)

    assert what in error.what
    assert hint in error.hint


def private_key_pem(kind: serialization.PrivateFormat) -> str:
    key = rsa.generate_private_key(65537, 2048)
    encoding, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    return key.private_bytes(encoding, kind, plain).decode()


@pytest.mark.parametrize(
    "kind", [serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL]
)
def test_a_private_key_is_refused_and_not_repeated(pem, kind):
    key = private_key_pem(kind)
    for text in (key, pem + key, key + pem, key.replace("\n", "\\n"), key.lower()):
        error = refusal(text)

        assert "private key" in error.what
        assert "compromised" in error.hint
        assert key.split("\n")[1].lower() not in str(error).lower()
        assert error.__cause__ is None


@pytest.mark.parametrize(
    "text", ["-----BEGIN PRIVATE\nKEY-----", "P\0R\0I\0V\0A\0T\0E\0 \0K\0E\0Y\0"]
)
def test_a_private_key_in_disguise_is_refused(text):
    with pytest.raises(CertificateError, match="private key"):
        refuse_private_key(text)


@pytest.mark.parametrize("data", [b"", b"x", b"0\x82", b"-----BEGIN CERTIFICATE-----"])
def test_what_is_no_der_is_refused(data):
    with pytest.raises(CertificateError, match=r"no X\.509"):
        parse_der(data)


def test_der_with_bytes_behind_it_is_refused(der):
    for data in (der + b"\0", der[:-1], der + der):
        with pytest.raises(CertificateError, match=r"no X\.509"):
            parse_der(data)


def test_base64_is_read_in_lines_of_any_length(der):
    text = base64.b64encode(der).decode()

    assert parse_der(der) == parse_base64("\n  ".join(textwrap.wrap(text, 76)))


def found(der: bytes, now: datetime) -> list[tuple[Severity, str]]:
    return [(problem.severity, problem.what) for problem in problems(parse_der(der), now)]


def test_googles_own_certificate_has_no_problem(der, now):
    assert [] == found(der, now)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"kind": "1024"}, "its RSA key has 1024 bits, which is too weak"),
        ({"kind": "2047"}, "its RSA key has 2047 bits, which is too weak"),
        ({"kind": "ec"}, "its key is EC, not RSA"),
        ({"kind": "ed25519"}, "its key is Ed25519, not RSA"),
        ({"signature_hash": "sha1"}, "it is signed with SHA1, not SHA256"),
        ({"signature_hash": "md5"}, "it is signed with MD5, not SHA256"),
        ({"signature_hash": "md2"}, "it is signed with an unknown hash, not SHA256"),
    ],
)
def test_weak_certificates_are_errors(make_certificate, now, changes, what):
    assert [(Severity.ERROR, what)] == found(make_certificate(**changes), now)


def test_all_errors_are_reported_together(make_certificate, now):
    worst = make_certificate(kind="1024", signature_hash="sha1", ends=now - timedelta(days=1))

    assert 3 == len(found(worst, now))


@pytest.mark.parametrize(
    ("moment", "severity", "what"),
    [
        (timedelta(days=-61), None, ""),
        (timedelta(days=-60), None, ""),
        (timedelta(days=-60, seconds=1), Severity.WARNING, "it ends in 59 days, on 2026-06-01"),
        (timedelta(days=-29), Severity.WARNING, "it ends in 29 days, on 2026-06-01"),
        (timedelta(days=-1), Severity.WARNING, "it ends in 1 day, on 2026-06-01"),
        (timedelta(seconds=-1), Severity.WARNING, "it ends in 0 days, on 2026-06-01"),
        (timedelta(0), Severity.ERROR, "it ended on 2026-06-01"),
        (timedelta(days=9), Severity.ERROR, "it ended on 2026-06-01"),
        (timedelta(days=-2000), Severity.ERROR, "it isn't valid before 2021-06-02 00:00 UTC"),
    ],
)
def test_time_runs_out_with_a_warning_first(make_certificate, moment, severity, what):
    ends = datetime(2026, 6, 1, tzinfo=UTC)
    der = make_certificate(begins=ends - timedelta(days=1825), ends=ends)

    assert ([(severity, what)] if severity else []) == found(der, ends + moment)


@pytest.mark.parametrize(("days", "hint"), [(59, "plan the rotation"), (29, "quiet"), (6, "now")])
def test_the_nearer_the_end_the_stronger_the_hint(make_certificate, now, days, hint):
    certificate = parse_der(make_certificate(ends=now + timedelta(days=days)))

    assert hint in problems(certificate, now)[0].hint


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(position=st.integers(0, 2000), character=st.characters())
def test_a_changed_character_never_crashes(pem, position, character):
    position %= len(pem)
    changed = pem[:position] + character + pem[position + 1 :]
    try:
        parsed = parse_pem(changed)
    except CertificateError:
        return
    assert parsed.pem.startswith(BEGIN)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(changes=st.dictionaries(st.integers(0, 2000), st.integers(0, 255), max_size=4))
def test_a_changed_byte_of_der_never_crashes(der, now, changes):
    damaged = bytearray(der)
    for position, byte in changes.items():
        damaged[position % len(der)] = byte
    try:
        found(bytes(damaged), now)
    except CertificateError:
        return


def test_a_name_that_the_library_can_not_show_is_refused(der):
    """A string type that only another kind of name may have: the library raises TypeError."""
    printable = b"\x13\x06Google"

    assert printable in der
    with pytest.raises(CertificateError, match=r"no X\.509"):
        parse_der(der.replace(printable, b"\x03" + printable[1:]))


@given(text=st.text())
def test_no_text_crashes_the_parser(text):
    with pytest.raises(CertificateError):
        parse_pem(text)
