"""Invented people and needs for `/styleguide/`, the page that shows every component (demo mode)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import segno
from django import forms

from fupin.lib.forms import BodyField, CleanForm, CodeField, NameField, PhotoField, QuantityField, YuanField
from grid import charts

SAMPLES = Path(__file__).with_name("styleguide.json")


class SampleForm(CleanForm):
    """One field of every sort the design system knows."""

    name = NameField(label="户主姓名", help_text="与身份证上的姓名一致。")
    region = forms.ChoiceField(
        label="所在村",
        choices=[("430426101201", "金桥镇 白鹤村"), ("430426101202", "金桥镇 新屋村")],
    )
    story = BodyField(
        label="具体困难",
        required=False,
        max_length=500,
        help_text="写清楚缺什么、为什么、什么时候要用。不要写身份证号和电话。",
    )
    display = forms.ChoiceField(
        label="证书和公示上怎样称呼您",
        choices=[("named", "实名"), ("nickname", "昵称"), ("anonymous", "匿名")],
        widget=forms.RadioSelect,
    )
    kinds = forms.MultipleChoiceField(
        label="需要哪些帮助",
        required=False,
        choices=[("education", "助学"), ("medical", "大病救助"), ("housing", "住房"), ("care", "生活照料")],
        widget=forms.CheckboxSelectMultiple,
    )
    amount = YuanField(label="我想捐", max_fen=40_000, help_text="这条求助还差 400 元。")
    quantity = QuantityField(label="冬被（床）", max_value=5)
    photos = PhotoField(label="现场照片", required=False, help_text="手机会先把照片缩小再上传，省流量。")
    code = CodeField(label="短信验证码")
    consent = forms.BooleanField(label="本户知道并同意公开上面的求助内容")


def wrong_form() -> SampleForm:
    """The form as it comes back: errors beside the fields, everything typed still there."""
    typed = {
        "name": "",
        "region": "430426101201",
        "story": "读高二，想买一副助听器。",
        "display": "nickname",
        "amount": "1200",
        "quantity": "9",
        "code": "123456",
    }
    form = SampleForm({f"wrong-{name}": value for name, value in typed.items()}, prefix="wrong")
    form.is_valid()
    return form


def qr_data_uri(text: str) -> str:
    """A QR code as an SVG data address for an `img`."""
    return segno.make(text, error="m").svg_data_uri(border=2)


def sample_charts() -> dict[str, Any]:
    """One chart of every sort, of invented figures."""
    months = [(f"{month}月", 8 * month % 61) for month in range(1, 13)]
    rates = [charts.Bar(label, rate, f"{rate}%", "#") for label, rate in months]
    money = [charts.Bar(label, rate * 100, f"{rate * 100:,}") for label, rate in months]
    goal: dict[str, Any] = {"target": 35, "target_text": "目标 35%"}
    posts = [
        charts.Several("白鹤村 信息员", (20, 18, 15, 9), "#"),
        charts.Several("新屋村 信息员", (5, 7, 7, 0), "#"),
    ]
    givers = [charts.Several("祁东县", (30, 10, 60), "#"), charts.Several("南岳区", (0, 0, 0))]
    return {
        "cards": [
            charts.ranked("各月对接率", rates[:4], full=100, **goal),
            charts.groups("信息员任务", posts, ("应报", "计数", "按时", "已确认收到")),
            charts.shares("爱心构成", givers, ("县内干部", "其他公职人员", "社会各界")),
            charts.series("到账善款（元）", money, columns=True),
        ],
        "series": charts.series("对接率变化", rates, **goal),
        "wide": charts.series("对接率变化", rates, width=charts.PAPER, **goal),
    }


def sample_context() -> dict[str, Any]:
    """Everything `templates/styleguide.html` shows."""
    samples: dict[str, Any] = json.loads(SAMPLES.read_text(encoding="utf-8"))
    qr = qr_data_uri("https://example.org/c/sample/")
    samples["certificate"]["qr"] = qr
    return {
        **samples,
        "qr": qr,
        "charts": sample_charts(),
        "void_certificate": {**samples["certificate"], "valid": False, "revoked_at": "2026年11月15日"},
        "form": SampleForm(initial={"quantity": 2, "display": "named", "kinds": ["education"]}),
        "wrong_form": wrong_form(),
        "display_hints": {
            "named": "例：李建国",
            "nickname": "例：一位老师",
            "anonymous": "显示为“爱心人士”",
        },
        "display_icons": {"named": "identification", "nickname": "face-smile", "anonymous": "eye-slash"},
    }
