"""The honour certificate as paper and as a signed statement: pure functions, no models, no settings.

`payload` what a certificate says, `signing` who vouches for it, `drawing` how it looks (PNG and PDF).
"""

from donors.certificates.drawing import pdf, png
from donors.certificates.payload import CertificatePayload, canonical_bytes, from_json
from donors.certificates.signing import (
    Statement,
    derive_signing_key,
    key_id,
    public_key_text,
    read_statement,
    sign,
    verify,
)

__all__ = [
    "CertificatePayload",
    "Statement",
    "canonical_bytes",
    "derive_signing_key",
    "from_json",
    "key_id",
    "pdf",
    "png",
    "public_key_text",
    "read_statement",
    "sign",
    "verify",
]
