import base64
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured, ValidationError
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from fupin.lib import crypto

OLD, NEW = f"k1:{base64.b64encode(b'1' * 32).decode()}", f"k2:{base64.b64encode(b'2' * 32).decode()}"
CONTEXT = "people.phone"


@pytest.fixture(autouse=True)
def _one_key(settings: Settings) -> None:
    settings.FUPIN_KEYS = OLD


@given(st.text(), st.text(max_size=30))
def test_what_is_encrypted_opens_again(plain: str, context: str) -> None:
    token = crypto.encrypt(plain, context=context)
    assert token.startswith("v1:k1:")
    assert crypto.decrypt(token, context=context) == plain


def test_the_same_text_never_gives_the_same_token() -> None:
    assert crypto.encrypt("x", context=CONTEXT) != crypto.encrypt("x", context=CONTEXT)


@given(st.data())
def test_a_token_changed_in_any_character_does_not_open(data: st.DataObject) -> None:
    token = crypto.encrypt("13800000001", context=CONTEXT)
    place = data.draw(st.integers(min_value=0, max_value=len(token) - 1))
    char = data.draw(st.characters().filter(lambda char: char != token[place]))
    with pytest.raises(crypto.DecryptError):
        crypto.decrypt(token[:place] + char + token[place + 1 :], context=CONTEXT)


@given(st.text())
def test_arbitrary_text_is_no_token(text: str) -> None:
    with pytest.raises(crypto.DecryptError):
        crypto.decrypt(text, context=CONTEXT)


def test_a_token_does_not_open_in_another_column() -> None:
    with pytest.raises(crypto.DecryptError):
        crypto.decrypt(crypto.encrypt("x", context=CONTEXT), context="people.id_number")


def test_rotation_keeps_old_tokens_and_every_index(settings: Settings) -> None:
    token, index = crypto.encrypt("x", context=CONTEXT), crypto.blind_index("x", kind="id")
    assert crypto.is_current(token)
    settings.FUPIN_KEYS = f"{NEW},{OLD}"
    assert crypto.decrypt(token, context=CONTEXT) == "x"
    assert not crypto.is_current(token)
    assert crypto.encrypt("x", context=CONTEXT).startswith("v1:k2:")
    assert crypto.blind_index("x", kind="id") == index


def test_a_token_of_a_missing_key_does_not_open(settings: Settings) -> None:
    token = crypto.encrypt("x", context=CONTEXT)
    settings.FUPIN_KEYS = NEW
    with pytest.raises(crypto.DecryptError):
        crypto.decrypt(token, context=CONTEXT)


def test_blind_index_depends_on_kind_value_and_key(settings: Settings) -> None:
    indexes = {
        crypto.blind_index("1", kind="id"),
        crypto.blind_index("2", kind="id"),
        crypto.blind_index("1", kind="bank"),
    }
    settings.FUPIN_KEYS = NEW
    indexes.add(crypto.blind_index("1", kind="id"))
    assert len(indexes) == 4
    assert {len(index) for index in indexes} == {64}


def test_blind_index_is_the_same_for_every_spelling() -> None:
    assert crypto.blind_index("11010519491231002x", kind="id") == crypto.blind_index(
        "110105 19491231 002Ｘ", kind="id"
    )
    assert crypto.blind_index("138 0000 0001", kind="phone") == crypto.blind_index(
        "+8613800000001", kind="phone"
    )
    with pytest.raises(ValidationError):
        crypto.blind_index("12345", kind="phone")


@pytest.mark.parametrize(
    "ring", ["", "k1", "k1:", "k1:AAAA", "K1:" + OLD[3:], f"{OLD},{OLD}", f"{OLD},", "k1:" + "!" * 43]
)
def test_an_unusable_key_ring_is_refused_without_printing_it(ring: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^FUPIN_KEYS: entry \d") as caught:
        crypto.parse_ring(ring)
    assert OLD[3:] not in str(caught.value)


def test_key_ring_hides_its_keys() -> None:
    assert "1111" not in repr(crypto.parse_ring(OLD))


def test_newkey_prints_a_usable_entry_without_any_settings() -> None:
    command = [sys.executable, "-m", "fupin.lib.crypto", "newkey"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, env={}).stdout.strip()
    assert crypto.parse_ring(printed).newest == "k1"
    assert subprocess.run(command[:-1], capture_output=True, check=False).returncode == 2
