"""How personal values look when they may not be shown."""

HIDDEN = "***"


def mask_name(value: str) -> str:
    """First character only: "张三丰" gives "张**", "阿依古丽·买买提" gives "阿**"; no length."""
    name = value.strip()
    return f"{name[0]}**" if name else HIDDEN


def mask_phone(value: str) -> str:
    """First three and last four digits: "138****0001"."""
    digits = value.removeprefix("+86")
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 11 else HIDDEN


def mask_id(value: str) -> str:
    """Last four characters of an identity number: "****123X"."""
    return f"****{value[-4:]}" if len(value) >= 12 else HIDDEN


def mask_card(value: str) -> str:
    """Last four digits of a bank account: "****6789"."""
    return f"****{value[-4:]}" if len(value) >= 12 else HIDDEN


def mask_text(value: str) -> str:
    """Nothing of it."""
    return HIDDEN
