"""The rule behind an amount, in words: what is printed on the statement (REQUIREMENTS 14, B15)."""

from fupin.lib.money import yuan
from grid.counting import days_in
from grid.models import SubsidyLine
from grid.quota_enums import Basis, LineKind


def rule_of(line: SubsidyLine, before_fen: int = 0) -> list[str]:
    """How the line came to its amount, sentence by sentence.

    `before_fen`: what earlier statements paid by the rules for the same month, for an adjustment.
    """
    rate, month = line.rate, line.month
    named = f"{rate.name}每月 {yuan(rate.fen)} 元（{rate.clause}），{rate.get_basis_display()}发放。"
    if line.kind == LineKind.CORRECTION:
        return [named, f"县里对异议的答复更正 {yuan(line.fen)} 元。"]
    found = [
        named,
        f"{month.year} 年 {month.month} 月共 {days_in(month)} 天，计 {line.days} 天："
        f"{yuan(rate.fen)} × {line.days} ÷ {days_in(month)} = {yuan(line.base)} 元。",
        *_work(line),
    ]
    if line.kind == LineKind.ADJUSTMENT:
        found.append(
            f"按现在的记录应发 {yuan(before_fen + line.fen)} 元，以前发了 {yuan(before_fen)} 元，"
            f"{'补发' if line.fen > 0 else '扣回'} {yuan(abs(line.fen))} 元。"
        )
    return found


def _work(line: SubsidyLine) -> list[str]:
    if line.rate.basis != Basis.WORK:
        return []
    if not line.asked:
        return ["这个月没有规定任务，按在岗天数发放。"]
    if line.done >= line.asked:
        return [f"应报 {line.asked} 条已完成（零报告视同完成），全额发放。"]
    earned = line.base * line.done // line.asked
    return [
        f"应报 {line.asked} 条，完成 {line.done} 条："
        f"{yuan(line.base)} × {line.done} ÷ {line.asked} = {yuan(earned)} 元，不足一分的舍去。"
    ]


GENERAL = (
    "在岗天数从任职当天算起；提前卸任的，卸任当天算接任的人。",
    "同一天在几个村任职只发一份；几个人前后接替一个岗位，合计等于一份，零头按余数大小分到分。",
    "计数的求助按第一次提交的日期归月；退回、撤回、重复、抄写和县里核实不计的不算。",
    "结账以后不再改动；后来的变化补在下一个月，写明是哪个月的补差。",
)
