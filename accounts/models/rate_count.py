from django.db import models


class RateCount(models.Model):
    """How often something happened in one window; kept in PostgreSQL so that losing Redis forgets nothing."""

    bucket = models.CharField(max_length=120)
    window = models.BigIntegerField(help_text="start of the window, Unix seconds")
    count = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["bucket", "window"], name="rate_count_once")]

    def __str__(self) -> str:
        return f"{self.bucket}@{self.window}: {self.count}"
