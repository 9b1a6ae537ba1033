from django.db import models

from accounts.models import Region
from fupin.lib.clock import now


class Cooperative(models.Model):
    """A farmers' cooperative or leading firm that asks for help; known everywhere by its licence number.

    `region` is the place of its first need. The public reads the name only.
    """

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    name = models.CharField("名称", max_length=40)
    contact_role = models.CharField("联系人职务", max_length=20, help_text="a role, never a person's name")
    licence = models.CharField("营业执照号", max_length=20, unique=True)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
