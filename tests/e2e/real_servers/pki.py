"""A certificate authority of the tests' own, by the program openssl: keys and certificates, good and bad, and signed tokens."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONFIG = """
[ca]
default_ca = ours
[ours]
new_certs_dir = {folder}
database = {folder}/index.txt
rand_serial = yes
default_md = sha256
policy = any
email_in_dn = no
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
"""
NEXT_CENTURY = "21000101000000Z"
LAST_CENTURY = "19990101000000Z", "19991231000000Z"


def has_openssl() -> bool:
    """Whether certificates can be made here."""
    return shutil.which("openssl") is not None


def openssl(*arguments: str, given: bytes = b"") -> bytes:
    """What the program writes."""
    done = subprocess.run(["openssl", *arguments], input=given, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@dataclass(frozen=True)
class Certified:
    """A certificate with its key, in PEM files; `both` holds key and chain, as Kafka wants them."""

    certificate: Path
    key: Path
    both: Path


class Authority:
    """One authority with its files in a folder."""

    def __init__(self, folder: Path, name: str = "Test authority") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._config = folder / "openssl.cnf"
        self._config.write_text(CONFIG.format(folder=folder))
        (folder / "index.txt").touch()
        self._key = self._new_key("authority")
        self.certificate = folder / "authority.crt"
        extensions = (
            "-addext",
            "basicConstraints=critical,CA:true",
            "-addext",
            "keyUsage=critical,keyCertSign,cRLSign",
        )
        about = ("-config", str(self._config), "-subj", f"/CN={name}", "-days", "3650", *extensions)
        openssl("req", "-x509", "-new", "-key", str(self._key), "-out", str(self.certificate), *about)

    def _new_key(self, name: str) -> Path:
        key = self._folder / f"{name}.key"
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", str(key))
        key.chmod(0o600)
        return key

    def issue(self, name: str, *names: str, subject: str = "", expired: bool = False) -> Certified:
        """A certificate for these names, `DNS:localhost` or `IP:127.0.0.1`; without any, one of a client."""
        key = self._new_key(name)
        request, certificate = self._folder / f"{name}.csr", self._folder / f"{name}.crt"
        openssl(
            "req",
            "-new",
            "-key",
            str(key),
            "-out",
            str(request),
            "-subj",
            f"/CN={subject or name}",
            "-config",
            str(self._config),
        )
        extensions = self._folder / f"{name}.ext"
        usage = "extendedKeyUsage=serverAuth,clientAuth\nkeyUsage=digitalSignature\nbasicConstraints=CA:false\n"
        extensions.write_text(usage + (f"subjectAltName={','.join(names)}\n" if names else ""))
        start, end = (
            LAST_CENTURY if expired else (time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() - 3600)), NEXT_CENTURY)
        )
        signed = (
            "-config",
            str(self._config),
            "-cert",
            str(self.certificate),
            "-keyfile",
            str(self._key),
            "-notext",
            "-batch",
        )
        validity = ("-startdate", start, "-enddate", end, "-extfile", str(extensions))
        openssl("ca", *signed, *validity, "-in", str(request), "-out", str(certificate))
        both = self._folder / f"{name}.pem"
        both.touch(mode=0o600)
        both.write_bytes(key.read_bytes() + certificate.read_bytes() + self.certificate.read_bytes())
        return Certified(certificate, key, both)


class Signer:
    """Signs tokens (JWT, RS256) that the key of its JWKS proves."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._key = folder / "tokens.key"
        openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", str(self._key))

    @property
    def jwks(self) -> dict[str, Any]:
        """The public key, as issuers publish it."""
        written = openssl("rsa", "-in", str(self._key), "-noout", "-modulus").decode()
        modulus = bytes.fromhex(written.strip().partition("=")[2])
        return {"keys": [{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "1", "n": _text(modulus), "e": "AQAB"}]}

    def token(self, **claims: Any) -> str:
        """A token that is valid for an hour, unless the claims say otherwise."""
        now = int(time.time())
        body = {"iat": now, "exp": now + 3600} | claims
        head = {"alg": "RS256", "kid": "1", "typ": "JWT"}
        signed = f"{_text(json.dumps(head).encode())}.{_text(json.dumps(body).encode())}"
        return f"{signed}.{_text(openssl('dgst', '-sha256', '-sign', str(self._key), given=signed.encode()))}"


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
