"""The signed statement: exact bytes, no forgery, no second reading."""

import json
import random
from dataclasses import replace
from datetime import date

import pytest

from donors.certificates import (
    CertificatePayload,
    canonical_bytes,
    derive_signing_key,
    from_json,
    key_id,
    public_key_text,
    read_statement,
    sign,
    verify,
)
from donors.certificates.signing import parse_statement, statement_text

KEY = derive_signing_key(b"a master secret of the tests only")
PUBLIC = public_key_text(KEY)
PAYLOAD = CertificatePayload(
    number="FP-430426-2026-000123",
    version=1,
    donor="爱心人士（匿名）",
    recipient="张**（湖南省衡阳市祁东县）",
    content="捐赠人民币 200.00 元，用于购买轮椅",
    charity="祁东县慈善会",
    issued_on=date(2026, 11, 22),
    site="社会扶贫服务平台",
    county_name="湖南省衡阳市祁东县",
    key_id=key_id(PUBLIC),
)


def is_valid_text(data: bytes, signature: str) -> bool:
    try:
        return verify(from_json(data), signature, PUBLIC)
    except ValueError:
        return False


def test_canonical_bytes_are_sorted_utf8_json_without_spaces():
    data = canonical_bytes(PAYLOAD)
    assert (
        json.dumps(json.loads(data), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        == data
    )
    assert "祁东县".encode() in data
    assert from_json(data) == PAYLOAD


def test_signature_of_the_payload_is_valid():
    assert verify(PAYLOAD, sign(PAYLOAD, KEY), PUBLIC)


def test_any_changed_byte_of_the_payload_is_invalid():
    data, signature = canonical_bytes(PAYLOAD), sign(PAYLOAD, KEY)
    chance = random.Random(20261122)
    for _ in range(2000):
        changed = bytearray(data)
        changed[chance.randrange(len(data))] ^= chance.randrange(1, 256)
        assert not is_valid_text(bytes(changed), signature)


def test_any_changed_character_of_the_signature_is_invalid():
    signature = sign(PAYLOAD, KEY)
    for position, was in enumerate(signature):
        for now in "AQgw9_-=é":
            if now != was:
                assert not verify(PAYLOAD, signature[:position] + now + signature[position + 1 :], PUBLIC)
    assert not verify(PAYLOAD, signature + "==", PUBLIC)
    assert not verify(PAYLOAD, "", PUBLIC)


@pytest.mark.parametrize("change", [{"donor": "林暖阳"}, {"version": 2}, {"issued_on": date(2026, 11, 23)}])
def test_signature_does_not_fit_another_certificate(change):
    assert not verify(replace(PAYLOAD, **change), sign(PAYLOAD, KEY), PUBLIC)


def test_another_key_does_not_verify():
    other = derive_signing_key(b"another master secret of the tests")
    assert not verify(PAYLOAD, sign(PAYLOAD, KEY), public_key_text(other))
    with pytest.raises(ValueError, match="another signing key"):
        sign(PAYLOAD, other)


def test_derived_key_is_stable_and_refuses_short_masters():
    assert derive_signing_key(b"m" * 32) == derive_signing_key(b"m" * 32) != derive_signing_key(b"n" * 32)
    with pytest.raises(ValueError, match="too short"):
        derive_signing_key(b"short")


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{}",
        canonical_bytes(PAYLOAD).decode().replace('"version":1', '"version":true'),
        canonical_bytes(PAYLOAD).decode().replace('"version":1', '"version":1,"version":2'),
        canonical_bytes(PAYLOAD).decode().replace('"version":1', '"version":1,"extra":""'),
        canonical_bytes(PAYLOAD).decode().replace("fupin-certificate/1", "fupin-audit/1"),
    ],
)
def test_from_json_refuses_whatever_it_would_not_write(text):
    with pytest.raises(ValueError, match=r"\w"):
        from_json(text)


def test_statement_comes_back_from_its_text():
    statement = parse_statement(statement_text(PAYLOAD, sign(PAYLOAD, KEY)))
    assert statement.payload == PAYLOAD
    assert verify(statement.payload, statement.signature, PUBLIC)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.5 empty", b"\x89PNG\r\n\x1a\nbroken", b"{}", b"\xff\xfe"])
def test_a_file_without_statement_is_a_value_error(data):
    with pytest.raises(ValueError, match=r"\w"):
        read_statement(data)
