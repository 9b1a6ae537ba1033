"""Articles of the demo county: a policy and a story by its media manager, published by the county."""

from datetime import timedelta

from accounts.enums import Role
from accounts.models import User
from fupin.demo.cast import Casting, County
from fupin.lib.clock import shifted
from grid.models.article import ArticleKind
from grid.services import articles
from grid.services.articles import ArticleInput

POLICY = ArticleInput(
    title="突然遇到难处，怎样申请临时救助",
    summary="因火灾、事故、突发重病等原因，生活一时过不下去的家庭和个人，可以申请临时救助。",
    body="""一、哪些情况可以申请
家里遭了火灾、交通事故等意外，或者家人突发重病，基本生活暂时有严重困难，其他救助一时顾不上的。
因上学、看病等必须的花费突然增加，超出家里承受能力的，也可以申请。
二、到哪里申请
到户籍所在地或者经常居住地的乡镇便民服务窗口。行动不便的，可以请村里的信息员代为申请。
三、要带什么
身份证或户口簿，说明困难情况的材料，例如住院费用单、事故证明。一时拿不齐的，先受理，后补齐。
四、多久有结果
乡镇入户了解情况后提出意见，报县里审核。情况紧急的，可以先给救助，再补手续。
五、要不要花钱
申请不收任何费用。有人以代办为名收钱，请向乡镇或县里反映。""",
    source="县级演示说明，具体以当地文件为准",
)
STORY = ArticleInput(
    title="一间空教室，成了老人们的食堂",
    summary="村里把旧教室腾出来，爱心人士添了桌椅，二十来位老人中午有了热饭吃。",
    body="""一、难处
村里年轻人大多在外打工，留下的老人中午常常热一热剩饭对付。村里有两间空教室，就是缺桌椅和取暖的东西。
二、办法
信息员把缺什么、缺多少一样一样列出来，乡镇核实后公开。半个月里，几位在外工作的同乡认领了桌椅，一支志愿服务队送来了取暖器。
三、现在
老人们每天中午过来吃饭，饭后下棋、聊天。谁没有来，做饭的大嫂会上门看一看。
村里的体会是：东西写得越具体，愿意帮忙的人心里越有底。""",
)


def tell(casting: Casting, county: County) -> User:
    """The media manager takes the post and writes two articles; a deputy publishes them. Returns the manager."""
    with shifted(timedelta(days=-40)):
        media = casting.officer(Role.COUNTY_MEDIA, county.region, county.admin)
    for days, kind, content in ((30, ArticleKind.POLICY, POLICY), (12, ArticleKind.STORY, STORY)):
        with shifted(timedelta(days=-days)):
            row = articles.write(actor=media, kind=kind, region=county.region, content=content)
            articles.act(actor=media, article=row, action="submit")
            articles.act(actor=county.deputies[0], article=row, action="publish")
    return media
