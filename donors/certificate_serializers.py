"""The shape of a certificate in the API."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from donors.models import Certificate
from donors.services.certificates import is_genuine
from fupin.lib.drf import AnySerializer


class CertificateSerializer(AnySerializer):
    """What anybody who holds the paper may check. `valid`: signed by this site and not revoked."""

    valid = serializers.SerializerMethodField()
    number = serializers.CharField()
    donor = serializers.SerializerMethodField(help_text='"" unless valid: who is no longer named stays so')
    recipient = serializers.SerializerMethodField(help_text='masked; "" where it is not genuine')
    content = serializers.SerializerMethodField(help_text='"" where it is not genuine')
    issued_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)

    def get_valid(self, certificate: Certificate) -> bool:
        return certificate.revoked_at is None and is_genuine(certificate)

    @extend_schema_field(serializers.CharField())
    def get_donor(self, certificate: Certificate) -> str:
        return _said(certificate, "donor") if certificate.revoked_at is None else ""

    @extend_schema_field(serializers.CharField())
    def get_recipient(self, certificate: Certificate) -> str:
        return _said(certificate, "recipient")

    @extend_schema_field(serializers.CharField())
    def get_content(self, certificate: Certificate) -> str:
        return _said(certificate, "content")


def _said(certificate: Certificate, name: str) -> str:
    return str(certificate.payload[name]) if is_genuine(certificate) else ""
