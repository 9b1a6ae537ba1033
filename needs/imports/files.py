"""What an import leaves on the disk holds names and numbers: it is encrypted there (THREATS 6.5)."""

from django.core.files.base import ContentFile
from django.db.models.fields.files import FieldFile

from fupin.lib import crypto

CONTEXT = "needs_householdimport.files"


def write(file: FieldFile, name: str, data: bytes) -> None:
    """Put `data` into the file field under a random name, encrypted; the model itself is not saved."""
    file.save(name, ContentFile(crypto.seal(data, context=CONTEXT)), save=False)


def read(file: FieldFile) -> bytes:
    """The content as it was given; raises DecryptError when its key is gone."""
    with file.open("rb") as sealed:
        return crypto.unseal(sealed.read(), context=CONTEXT)
