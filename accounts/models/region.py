from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.enums import Level, Verb
from accounts.regions import subtree_end


class Region(models.Model):
    """One administrative division; a subtree is the range `code`..`code_end` (DESIGN 4)."""

    code = models.BigIntegerField(primary_key=True, help_text="12-digit national code")
    name = models.CharField(max_length=60)
    level = models.PositiveSmallIntegerField(choices=Level.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    successor = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="predecessors")

    class Meta:
        default_permissions = ()
        permissions = [(verb.value, verb.label) for verb in Verb]
        indexes = [
            models.Index(fields=["level", "name"], name="region_level_name"),
            # Few regions carry a tag: a list of key areas reads these and no others.
            models.Index(fields=["code"], name="region_tagged", condition=~models.Q(tags=[])),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def code_end(self) -> int:
        """Last code of this region's subtree, inclusive."""
        return subtree_end(self.code, self.level)
