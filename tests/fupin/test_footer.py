"""The operator's offer of free traffic stands in the footer when it is set."""

from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_the_footer_tells_the_offer_only_when_there_is_one(client: Client, settings: Any) -> None:
    before = client.get("/").content.decode()
    settings.DATA_SUBSIDY_NOTE = "中国移动用户访问本站 <免流量>"
    after = client.get("/").content.decode()
    assert "免流量" not in before
    assert "中国移动用户访问本站 &lt;免流量&gt;" in after
