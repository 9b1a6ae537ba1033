"""Which column of a bank's statement is what: one table for all banks, by the headings they really print."""

import re
import unicodedata
from collections.abc import Sequence

# The headings of each column, the most telling first.
COLUMNS: dict[str, str] = {
    "day": "交易日期 交易时间 交易日期时间 记账日期 入账日期 入账时间 账务日期 日期 交易日",
    "credit": (
        "贷方发生额 贷方金额 贷方 收入金额 收入 存入金额 存入 转入金额 贷方发生额收入 "
        "贷方发生额元收入 收入金额元 贷方发生额元"
    ),
    "debit": (
        "借方发生额 借方金额 借方 支出金额 支出 支取金额 支取 转出金额 借方发生额支取 "
        "借方发生额元支取 支出金额元 借方发生额元"
    ),
    "amount": "交易金额 发生额 金额 交易发生额 交易金额元 发生金额",
    "mark": "借贷标志 借贷 借贷标识 借贷方向 收支标志 收支 收支方向 资金流向 来往账标志",
    "sort": "交易类型 交易种类",
    "balance": "余额 账户余额 本次余额 交易后余额 当前余额 账面余额 余额元",
    "name": (
        "对方户名 对方名称 对方单位 对方单位名称 对方账户名称 对方账户名 交易对手名称 交易对手 对手户名 "
        "收付方名称 收付方户名"
    ),
    "payer": "付款人名称 付款人户名 付款方户名 付款人",
    "payee": "收款人名称 收款人户名 收款方户名 收款人",
    "memo": ("附言 交易附言 客户附言 摘要 交易摘要 交易说明 用途 交易用途 备注 备注信息 个性化信息"),
    "serial": (
        "交易流水号 流水号 核心流水号 账户明细编号交易流水号 交易序号 日志号 凭证号 银行流水号 电子回单号"
    ),
    "own": "本方账号 账号 查询账号 本账号",
}
TOTALS: dict[str, str] = {
    "credit_count": "贷方笔数 贷方总笔数 贷方合计笔数 收入笔数 收入总笔数 存入笔数 转入笔数",
    "credit_fen": (
        "贷方总金额 贷方合计 贷方合计金额 贷方发生额合计 贷方累计发生额 收入合计 收入总额 "
        "收入总金额 收入金额合计 存入合计 转入总金额 贷方总发生额"
    ),
    "debit_count": "借方笔数 借方总笔数 借方合计笔数 支出笔数 支出总笔数 支取笔数 转出笔数",
    "debit_fen": (
        "借方总金额 借方合计 借方合计金额 借方发生额合计 借方累计发生额 支出合计 支出总额 "
        "支出总金额 支出金额合计 支取合计 转出总金额 借方总发生额"
    ),
    "count": "总笔数 合计笔数 交易笔数 共计笔数 明细笔数 记录数 总条数",
    "opening_fen": "期初余额 起始余额 上期余额 上页余额",
    "closing_fen": "期末余额 截止余额 本期余额 终止余额",
    "account": "账号 账户 查询账号 本方账号 卡号 客户账号 账卡号 账户号",
}
OUTGOING = frozenset({"借", "借方", "支", "支出", "转出", "付", "付款", "往账", "D", "DR", "支取", "出"})
INCOMING = frozenset({"贷", "贷方", "收", "收入", "转入", "收款", "来账", "C", "CR", "存入", "入"})
SUMS = ("合计", "总计", "小计", "本页", "承前", "过次", "期初", "期末", "累计")
HEADER_WITHIN = 30
_ENGLISH = re.compile(r"\[[^\]]*\]|（[^）]*[A-Za-z][^）]*）|\([^)]*[A-Za-z][^)]*\)")
_NOISE = re.compile(r"[\s*:：_\-/()（）【】\[\]、.]|人民币|RMB|CNY", re.IGNORECASE)


def plain(heading: str) -> str:
    """A heading without width, spaces, marks and its English half: "交易日期[ Transaction Date ]" is "交易日期"."""
    return _NOISE.sub("", _ENGLISH.sub("", unicodedata.normalize("NFKC", heading)))


_KEYS = {
    plain(name): (key, rank) for key, names in COLUMNS.items() for rank, name in enumerate(names.split())
}
_TOTAL_KEYS = {plain(name): key for key, names in TOTALS.items() for name in names.split()}


def total_key(label: str) -> str:
    """Which figure of a statement's head or foot this label names; "" for any other text."""
    return _TOTAL_KEYS.get(plain(label), "")


def find_header(rows: Sequence[Sequence[str]]) -> tuple[int, list[str], int] | None:
    """Where the header begins, its headings, and where the data begins; titles above are skipped.

    It is the line with most known headings, at least a date and an amount. Where a second line divides the amount
    (发生额 over 借方 and 贷方), both are one header.
    """
    found = [keys_of(row) for row in rows[:HEADER_WITHIN]]
    fit = [
        (len(keys), -number)
        for number, keys in enumerate(found)
        if "day" in keys and keys & {"credit", "debit", "amount"}
    ]
    if not fit:
        return None
    number = -max(fit)[1]
    header = list(rows[number])
    below = list(rows[number + 1]) if number + 1 < len(rows) else []
    if not ({"credit", "debit"} <= keys_of(below) - found[number]):
        return number, header, number + 1
    width = max(len(header), len(below))
    upper, lower = (row + [""] * (width - len(row)) for row in (header, below))
    return number, [under or over for over, under in zip(upper, lower, strict=True)], number + 2


def keys_of(row: Sequence[str]) -> set[str]:
    """The columns that a line names."""
    return {_KEYS[plain(cell)][0] for cell in row if plain(cell) in _KEYS}


def columns_of(header: Sequence[str]) -> dict[str, list[int]]:
    """Column numbers by key, the usual heading first; a memo is spread over several columns."""
    ranked = sorted(
        (_KEYS[plain(cell)][1], number, _KEYS[plain(cell)][0])
        for number, cell in enumerate(header)
        if plain(cell) in _KEYS
    )
    found: dict[str, list[int]] = {}
    for _, number, key in ranked:
        found.setdefault(key, []).append(number)
    return found
