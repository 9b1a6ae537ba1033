import pytest

from fupin.lib import masks


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三丰", "张**"),
        ("张三", "张**"),
        ("欧阳小明", "欧**"),
        ("阿依古丽·买买提", "阿**"),
        ("𠮷野", "𠮷**"),
        ("", "***"),
    ],
)
def test_mask_name_keeps_one_character_and_no_length(name: str, masked: str) -> None:
    assert masks.mask_name(name) == masked


@pytest.mark.parametrize(
    ("phone", "masked"), [("+8613800000001", "138****0001"), ("13800000001", "138****0001")]
)
def test_mask_phone_keeps_three_and_four_digits(phone: str, masked: str) -> None:
    assert masks.mask_phone(phone) == masked


def test_masks_hide_all_of_a_value_too_short_to_be_one() -> None:
    assert [masks.mask_phone("1380"), masks.mask_id("1234"), masks.mask_card("1234")] == ["***"] * 3


def test_mask_id_and_card_keep_the_last_four() -> None:
    assert masks.mask_id("43042619900101123X") == "****123X"
    assert masks.mask_card("6222000000000000128") == "****0128"
