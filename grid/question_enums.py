"""What the sweep may ask about, and what a county may answer (B3, THREATS Q-05)."""

from django.db.models import TextChoices


class Asked(TextChoices):
    COPY = "copy", "文字几乎相同"
    DONOR = "donor", "经办人就是捐赠人"
    DEVICE = "device", "一台设备上短时间内多人认领"
    TINY = "tiny", "多笔一元认领"
    RELATIVE = "relative", "经办人与求助家庭有关联"


class Answer(TextChoices):
    OPEN = "open", "待答复"
    HARMLESS = "harmless", "没有问题"
    EXCLUDED = "excluded", "不计入任务数"
