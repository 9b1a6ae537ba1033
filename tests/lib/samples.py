"""A table of the tests' own, to try columns and pages on the real engine without any room's models."""

from django.db import models

from fupin.lib.model_fields import FenField, SecretField


class Sample(models.Model):
    published_at = models.DateTimeField()
    day = models.DateField()
    amount = FenField(default=0)
    phone = SecretField(kind="phone", null=True, blank=True)
    note = SecretField(kind="text", null=True, context="old_table.note")

    class Meta:
        app_label = "lib_samples"

    def __str__(self) -> str:
        return str(self.pk)
