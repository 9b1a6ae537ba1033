import lzma
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.enums import Level
from accounts.models import Region
from accounts.regions import STAND_INS, ancestors
from accounts.services.key_areas import KeyArea, find_code, listed_areas
from accounts.services.region_files import NAME_MAX, Findings, read_file
from accounts.services.regions import BUNDLED, load_regions
from fupin.lib.errors import InvalidInput

PROVINCES = 'code,name\n43,"湖南省"\n50,"重庆市"\n'
CITIES = 'code,name,provinceCode\n4304,"衡阳市",43\n5001,"市辖区",50\n'
AREAS = 'code,name,cityCode,provinceCode\n430426,"祁东县",4304,43\n500101,"万州区",5001,50\n'
STREETS = (
    "code,name,areaCode,provinceCode,cityCode\n"
    '430426101,"白地市镇",430426,43,4304\n500101152,"走马镇",500101,50,5001\n'
)
VILLAGES = (
    "code,name,streetCode,provinceCode,cityCode,areaCode\n"
    '430426101201,"甲村村委会",430426101,43,4304,430426\n'
    '500101152200,"乙村村民委员会",500101152,50,5001,500101\n'
)
PACKAGE = {"provinces": PROVINCES, "cities": CITIES, "areas": AREAS, "streets": STREETS, "villages": VILLAGES}
OWN_HEADER = "code,name,level,parent\n"
HUNAN = "430000000000,湖南省,1,\n430400000000,衡阳市,2,430000000000\n"


@pytest.fixture
def write(tmp_path):
    def _write(content, name="regions.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return _write


@pytest.fixture
def package(write):
    return [write(content, f"{name}.csv") for name, content in PACKAGE.items()]


def refusal(*files):
    with pytest.raises(InvalidInput) as caught:
        load_regions(files)
    return caught.value


@pytest.fixture(scope="module")
def bundled():
    findings = Findings()
    rows = list(read_file(BUNDLED, findings))
    findings.refuse()
    return rows


# The bundled data


def test_bundled_data_has_the_country_down_to_townships(bundled):
    assert Counter(row.level for row in bundled) == {1: 31, 2: 333, 3: 2974, 4: 41351, 5: 20353}


def test_bundled_villages_are_those_of_the_five_cities(bundled):
    cities = {"4201": "武汉", "4304": "衡阳", "5109": "遂宁", "3413": "宿州", "5001": "重庆", "5002": "重庆"}
    villages = Counter(cities[str(row.code)[:4]] for row in bundled if row.level == Level.VILLAGE)
    assert villages == {"武汉": 3495, "衡阳": 2785, "遂宁": 1445, "宿州": 1358, "重庆": 11270}


def test_bundled_codes_are_unique_and_every_parent_stands_above(bundled):
    levels = {row.code: row.level for row in bundled}
    assert len(levels) == len(bundled)
    assert levels.keys().isdisjoint(STAND_INS)
    for row in bundled:
        nearest = [code for code in ancestors(row.code) if code in levels]
        assert row.parent == (nearest[-1] if nearest else None)
        assert row.parent is None or levels[row.parent] < row.level


@pytest.mark.parametrize("city", [441900000000, 442000000000, 460400000000, 620200000000])
def test_townships_of_a_city_without_counties_are_directly_below_it(bundled, city):
    assert {row.level for row in bundled if row.parent == city} == {Level.TOWNSHIP}


def test_counties_of_a_municipality_are_directly_below_the_province_row(bundled):
    below = [row for row in bundled if row.parent == 500000000000]
    assert {row.level for row in below} == {Level.COUNTY}
    assert len(below) == 38


def test_every_key_area_of_the_annexes_is_found(bundled):
    children, names = {}, {row.code: row.name for row in bundled}
    for row in bundled:
        children.setdefault(row.parent, []).append((row.code, row.name))
    codes = {area: find_code(area, children) for area in listed_areas()}
    assert None not in codes.values()
    assert len(set(codes.values())) == len(codes) == 136
    assert all(str(code).startswith("50") for code in codes.values())
    assert {area.village: names[code] for area, code in codes.items() if area.reason} == {
        "百草村": "白草村村民委员会",
        "年化村": "年华村村民委员会",
        "大河村": "太河村村民委员会",
        "清明村": "清明坝村村民委员会",
        "余家坝村": "余家坝村村民委员会",
        "小华莹村": "小华蓥村村民委员会",
        "石佛村": "石佛村村民委员会",
        "庙坝村": "庙坝村村民委员会",
    }


@pytest.mark.django_db
def test_the_planner_knows_what_was_loaded():
    """What a vacuum leaves of rolled back rows, pages without a row, made one query join 65 042 with 65 042."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pg_class SET reltuples = 0, relpages = 653 WHERE oid = 'accounts_region'::regclass"
        )
        load_regions()
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'accounts_region'::regclass")
        assert cursor.fetchone() == (65042,)


@pytest.mark.django_db
def test_loading_the_bundled_data_twice_changes_nothing():
    first = load_regions()
    assert (first.read, first.inserted, first.updated, first.untagged) == (65042, 65042, 0, [])
    tags = Counter(tag for tags in Region.objects.values_list("tags", flat=True) for tag in tags)
    assert tags == {
        "key-county-national": 14,
        "key-county-municipal": 4,
        "deep-poverty-township": 18,
        "tackle-village": 100,
    }
    assert Region.objects.get(tags=["key-county-municipal"], name="忠县").code == 500233000000
    again = load_regions()
    assert (again.inserted, again.updated, again.tagged) == (0, 0, 0)
    assert load_regions(if_empty=True).skipped


# Finding key areas by name


def area(county, township="", village="", code=None):
    return KeyArea("tackle-village", 1, county, township, village, code, "")


TREE = {
    500000000000: [(500156000000, "武隆区"), (500240000000, "石柱土家族自治县"), (500233000000, "忠县")],
    500156000000: [(500156202000, "石桥苗族土家族乡"), (500156101000, "白马街道")],
    500156202000: [
        (500156202001, "天池社区居民委员会"),
        (500156202200, "天池村村民委员会"),
        (500156202201, "平安村民委员会"),
        (500156202202, "同名村"),
        (500156202203, "同名村委会"),
    ],
}


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (area("石柱县"), 500240000000),
        (area("忠县"), 500233000000),
        (area("武隆县"), 500156000000),
        (area("武隆区", "石桥乡"), 500156202000),
        (area("武隆区", "白马镇"), 500156101000),
        (area("武隆区", "石桥乡", "天池村"), 500156202200),
        (area("武隆区", "石桥乡", "天池社区"), 500156202001),
        (area("武隆区", "石桥乡", "平安社区"), 500156202201),
        (area("别的县", code=500156202201), 500156202201),
    ],
)
def test_a_key_area_is_found_without_its_kind_of_place(wanted, code):
    assert find_code(wanted, TREE) == code


@pytest.mark.parametrize(
    "wanted",
    [
        area("万盛经开区"),
        area("武隆区", "没有乡", "天池村"),
        area("武隆区", "石桥乡", "天山村"),
        area("武隆区", "石桥乡", "同名村"),
        area("武隆区", code=500999999999),
    ],
)
def test_a_key_area_that_is_not_certain_stays_unfound(wanted):
    assert find_code(wanted, TREE) is None


@pytest.mark.django_db
def test_the_command_lists_key_areas_it_cannot_find(write, monkeypatch):
    small = write(OWN_HEADER + "500000000000,重庆市,1,\n500101000000,万州区,3,500000000000\n")
    monkeypatch.setattr("accounts.services.regions.BUNDLED", small)
    out = StringIO()
    call_command("load_regions", stdout=out)
    assert "新加重点地区标记 1 个" in out.getvalue()
    assert "没有找到重点地区：黔江区（key-county-national 第 2 号）" in out.getvalue()
    assert out.getvalue().count("没有找到") == 135


# Loading files


@pytest.mark.django_db
def test_package_files_load_in_any_order(package):
    report = load_regions(package[::-1])
    assert (report.read, report.inserted, report.merged) == (9, 9, 1)
    village = Region.objects.get(code=500101152200)
    assert (village.level, village.parent.name) == (Level.VILLAGE, "走马镇")
    assert Region.objects.get(code=500101000000).parent_id == 500000000000


@pytest.mark.django_db
def test_a_file_alone_finds_its_parents_in_the_table(package):
    load_regions(package[:3])
    assert load_regions([package[3]]).inserted == 2
    assert load_regions([package[4]]).inserted == 2


@pytest.mark.django_db
def test_a_row_that_repeats_its_parent_is_merged_into_it(write):
    load_regions([write(OWN_HEADER + "440000000000,广东省,1,\n441900000000,东莞市,2,440000000000\n")])
    areas = write("code,name,cityCode,provinceCode\n441900,东莞市,4419,44\n", "areas.csv")
    streets = write(
        "code,name,areaCode,provinceCode,cityCode\n441900003,东城街道,441900,44,4419\n", "streets.csv"
    )
    report = load_regions([areas, streets])
    assert (report.inserted, report.updated, report.merged) == (1, 0, 1)
    assert Region.objects.get(code=441900000000).level == Level.CITY
    assert Region.objects.get(code=441900003000).parent_id == 441900000000


@pytest.mark.django_db
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_both_chinese_encodings_and_line_ends_are_read(write, encoding, newline):
    load_regions([write((OWN_HEADER + HUNAN).replace("\n", newline), encoding=encoding)])
    assert Region.objects.get(code=430400000000).name == "衡阳市"


@pytest.mark.django_db
def test_a_packed_file_is_unpacked(write):
    load_regions([write(lzma.compress((OWN_HEADER + HUNAN).encode()), "regions.csv.xz")])
    assert Region.objects.count() == 2


@pytest.mark.django_db
def test_loading_again_writes_only_what_changed_and_keeps_tags(write):
    load_regions([write(OWN_HEADER + HUNAN)])
    Region.objects.filter(code=430400000000).update(tags=["key-county-national"], valid_from="2020-01-01")
    report = load_regions([write(OWN_HEADER + HUNAN.replace("衡阳市", "雁城市"))])
    assert (report.inserted, report.updated) == (0, 1)
    city = Region.objects.get(code=430400000000)
    assert (city.name, city.tags, str(city.valid_from)) == ("雁城市", ["key-county-national"], "2020-01-01")


# Refusing files


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("430500000000,邵阳市,2,440000000000", "不在上级“440000000000”之下"),
        ("430426000000,祁东县,3,430426000000", "不在上级“430426000000”之下"),
        ("430522101000,小镇,4,430522000000", "的上级 430522000000 不存在"),
        ("43050000000,邵阳市,2,430000000000", "代码应为 12 位数字"),
        ("4305000000000,邵阳市,2,430000000000", "代码应为 12 位数字"),
        ("43050000000x,邵阳市,2,430000000000", "代码应为 12 位数字"),
        ("４３０５００００００００,邵阳市,2,430000000000", "代码应为 12 位数字"),
        ("030500000000,邵阳市,2,030000000000", "代码应为 12 位数字"),
        ("430500000000,邵阳市,2,43", "上级代码应为 12 位数字"),
        ("430500000000,邵阳市,2,", "其他级别必须有"),
        ("440000000000,广东省,1,430000000000", "省级不能有上级代码"),
        ("430500000000,邵阳市,6,430000000000", "级别应为 1 到 5"),
        ("430522000000,新邵县,2,430000000000", "末尾与级别 2 不符"),
        ("430400000000,衡阳市,2,430000000000", "重复，已在"),
        ("430400000000,别的市,2,430000000000", "重复，已在"),
        ("430500000000,,2,430000000000", "名称为空"),
        ("430500000000,\u3000 ,2,430000000000", "名称为空"),
        (f"430500000000,{'长' * (NAME_MAX + 1)},2,430000000000", "名称超过"),
        ("430500000000,邵\x00阳市,2,430000000000", "控制字符"),
        ("430500000000,邵阳市,2", "应有 4 列，实际 3 列"),
        ("430500000000,邵阳市,2,430000000000,", "应有 4 列，实际 5 列"),
        ('430500000000,"邵阳市,2,430000000000', "引号没有成对"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_nothing_is_loaded(write, row, reason):
    error = refusal(write(OWN_HEADER + HUNAN + row + "\n"))
    assert error.extra["problems"] == 1
    assert "regions.csv 第 4 行：" in error.message
    assert reason in error.message
    assert not Region.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "row", "reason"),
    [
        ("cities", "430,邵阳市,43", "代码应为 4 位数字，实际是“430”"),
        ("areas", "430522,新邵县,4305,43", "的上级 430500000000 不存在"),
        ("streets", "430426102,小镇,430427,43,4304", "不在上级“430427”之下"),
        ("villages", "430426101201,甲村,430426101,43,4304,430426", "重复，已在"),
    ],
)
def test_a_bad_row_in_a_package_file_is_refused(package, write, name, row, reason):
    error = refusal(
        *[path for path in package if path.stem != name], write(PACKAGE[name] + row, f"{name}.csv")
    )
    assert f"{name}.csv 第 4 行：" in error.message
    assert reason in error.message
    assert not Region.objects.exists()


@pytest.mark.django_db
def test_a_duplicate_names_the_place_it_repeats(write):
    one, two = write(OWN_HEADER + HUNAN, "one.csv"), write(OWN_HEADER + HUNAN, "two.csv")
    error = refusal(one, two)
    assert error.extra["problems"] == 2
    assert f"{two} 第 3 行：代码 430400000000 重复，已在 {one} 第 3 行出现" in error.message


@pytest.mark.django_db
def test_a_code_does_not_change_its_level(write):
    load_regions([write(OWN_HEADER + "500000000000,重庆市,1,\n500155000000,梁平区,3,500000000000\n")])
    error = refusal(write(OWN_HEADER + "500155000000,梁平区,4,500000000000\n"))
    assert "写的级别是 4，系统里已有的是 3" in error.message


@pytest.mark.django_db
def test_twenty_problems_are_shown_and_all_are_counted(write):
    bad = "".join(f"4301{n:02}000000,县{n},3,430100000000\n" for n in range(1, 31))
    error = refusal(write(OWN_HEADER + HUNAN + "1,短,1,\n" * 5 + bad))
    assert error.extra["problems"] == 35
    assert "有 35 处问题" in error.message
    assert "只显示前 20 处" in error.message
    assert error.message.count(" 行：") == 20


@pytest.mark.django_db
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_damaged_line_is_named_in_either_encoding(write, encoding):
    lines = (OWN_HEADER + HUNAN).encode(encoding).split(b"\n")
    lines[2] = b"430400000000,\xff\xfe,2,430000000000"
    error = refusal(write(b"\n".join(lines)))
    assert error.extra["problems"] == 1
    assert "第 3 行：文字既不是 UTF-8 也不是 GB18030 编码" in error.message


@pytest.mark.django_db
def test_utf8_with_a_line_of_gb18030_is_not_taken_for_gb18030(write):
    line = "430500000000,邵阳市,2,430000000000\n".encode("gb18030")
    error = refusal(write((OWN_HEADER + HUNAN).encode() + line))
    assert "第 4 行" in error.message


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "第 1 行：表头不是认识的区划表"),
        (OWN_HEADER, "第 1 行：文件里没有数据行"),
        ("code,title\n43,湖南省\n", "第 1 行：表头不是认识的区划表：code,title"),
        ("43,湖南省\n", "第 1 行：表头不是认识的区划表"),
        ((OWN_HEADER + HUNAN).encode("utf-16"), "编码"),
    ],
)
def test_a_file_that_is_no_division_table_is_refused(write, content, reason):
    assert reason in refusal(write(content)).message


@pytest.mark.django_db
def test_a_file_that_cannot_be_read_is_refused(write, tmp_path):
    assert "找不到文件" in refusal(tmp_path / "none.csv").message
    assert "读不了文件" in refusal(tmp_path).message
    assert "读不了文件" in refusal(write(b"not packed", "broken.csv.xz")).message


@pytest.mark.django_db
def test_the_command_fails_in_plain_words(write):
    with pytest.raises(CommandError, match="没有载入任何数据") as caught:
        call_command("load_regions", str(write(OWN_HEADER + "43,湖南省,1,\n")))
    assert caught.value.returncode == 1


def test_the_name_limit_is_the_models():
    assert Region._meta.get_field("name").max_length == NAME_MAX


def test_the_bundled_file_stays_small():
    assert Path(BUNDLED).stat().st_size < 500_000
