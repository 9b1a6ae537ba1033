import copy
import json
import pickle

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.template import Context, Engine

from fupin.lib import crypto
from fupin.lib.secret import Kind, Secret

PHONE = "+8613800000001"


@pytest.mark.parametrize(
    ("kind", "plain", "mask"),
    [
        ("phone", PHONE, "138****0001"),
        ("id", "43042619900101123X", "****123X"),
        ("bank", "4111111111111111", "****1111"),
        ("name", "张三丰", "张**"),
        ("text", "慢性病", "***"),
    ],
)
def test_secret_shows_only_its_mask(kind: Kind, plain: str, mask: str) -> None:
    secret = Secret(plain, kind=kind)
    assert {str(secret), f"{secret}", format(secret, ">12").strip(), secret.masked} == {mask}
    assert repr(secret) == f"<Secret {kind} {mask}>"
    assert secret.open() == plain


def test_secret_shows_its_mask_in_templates_and_cannot_be_opened_there() -> None:
    template = Engine().from_string("[{{ secret }}][{{ secret.open }}][{{ secret.masked }}]")
    assert template.render(Context({"secret": Secret(PHONE, kind="phone")})) == "[138****0001][][138****0001]"


def test_secret_stays_out_of_pickles_and_json() -> None:
    secret = Secret(PHONE, kind="phone")
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError):
            pickle.dumps(secret, protocol)
    for encoder in (json.JSONEncoder, DjangoJSONEncoder):
        with pytest.raises(TypeError):
            json.dumps({"phone": secret}, cls=encoder)
    with pytest.raises(TypeError):
        vars(secret)


def test_secrets_compare_by_what_they_hold() -> None:
    sealed = Secret.sealed(crypto.encrypt(PHONE, context="a.b"), context="a.b", kind="phone")
    assert sealed == Secret(PHONE, kind="phone")
    assert sealed != Secret("+8613800000002", kind="phone")
    assert sealed != PHONE
    assert len({sealed, Secret(PHONE, kind="phone")}) == 1
    assert copy.deepcopy(sealed) is sealed


def test_damaged_secret_prints_a_mask_and_refuses_to_open() -> None:
    secret = Secret.sealed("v1:k1:broken:broken", context="a.b", kind="phone")
    assert str(secret) == "***"
    with pytest.raises(crypto.DecryptError):
        secret.open()


def test_secret_of_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        Secret("x", kind="shoe")  # type: ignore[arg-type]
