"""Certificate authorities of our own: one to trust, others to refuse, and certificates that ran out."""

import datetime as dt
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """A server's certificate and its private key, both PEM."""

    certificate_file: Path
    key_file: Path


@dataclass(frozen=True, kw_only=True)
class Authority:
    """A certificate authority; file is what a client has to trust."""

    file: Path
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def issue(
        self,
        folder: Path,
        *,
        names: Sequence[str] = LOOPBACK_NAMES,
        valid_from: dt.datetime | None = None,
        valid_until: dt.datetime | None = None,
        file_name: str = "server",
    ) -> Certificate:
        """A server certificate for the names, valid from yesterday for a month unless said otherwise."""
        now = _now()
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            _builder(_name(names[0]), key, issuer=self.certificate.subject)
            .not_valid_before(valid_from or now - DAY)
            .not_valid_after(valid_until or now + 30 * DAY)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False
            )
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(_key_usage(signs_certificates=False), critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False
            )
            .sign(self.key, hashes.SHA256())
        )
        return _write(folder, certificate, key, file_name=file_name)

    def issue_expired(self, folder: Path, *, names: Sequence[str] = LOOPBACK_NAMES) -> Certificate:
        """A certificate that ran out yesterday."""
        now = _now()
        return self.issue(
            folder, names=names, valid_from=now - 30 * DAY, valid_until=now - DAY, file_name="expired"
        )


def make_authority(folder: Path, *, name: str = "MyCRM test authority") -> Authority:
    """A new authority whose certificate lies in the folder; two calls make two that distrust each other."""
    now = _now()
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _builder(_name(name), key, issuer=_name(name))
        .not_valid_before(now - 60 * DAY)
        .not_valid_after(now + 365 * DAY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name.lower().replace(' ', '-')}-{certificate.serial_number:x}.pem"
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return Authority(file=file, certificate=certificate, key=key)


def _builder(
    subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, issuer: x509.Name
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _write(
    folder: Path, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey, *, file_name: str
) -> Certificate:
    pem = serialization.Encoding.PEM
    written = Certificate(
        certificate_file=folder / f"{file_name}.crt.pem", key_file=folder / f"{file_name}.key.pem"
    )
    written.certificate_file.write_bytes(certificate.public_bytes(pem))
    written.key_file.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return written


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)  # noqa: TID251  # TLS compares with the machine's own time
