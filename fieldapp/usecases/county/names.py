"""Names of fictitious people: Han and ten other peoples, rare surnames, and characters above U+FFFF that must survive everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

RARE = "䶮㛃㐂𬭎𬱖𫖮𣗋𫘧𬎆𡐓𤳉𬸘𫍽𬍛"
"""Characters of real names outside GBK, most of them above U+FFFF."""
RARE_SURNAMES = "禤佴郄逄麹仝贠妫甪邴"
LONG_NAMES = {"1": "阿卜杜热依木江·买买提阿卜杜拉·艾合麦提江·吐尔逊", "2": "努尔古丽古丽米热·阿卜杜热合曼·买买提艾力·吐尔逊江"}
"""By sex, 25 characters with separators: name fields must hold fifty (民委发〔2016〕33号)."""

_SURNAMES = (
    *"王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常",
    *("欧阳", "司马", "诸葛", "上官", "令狐"),
    *"单仇解盖查区朴华",
)
_OLD = {
    "1": "建国 国庆 永福 德才 长贵 有田 满仓 兴旺 树林 志明 根生 福来 玉山 文财 天佑",
    "2": "秀英 桂兰 玉珍 凤英 秀兰 翠花 桂芳 金莲 素珍 玉梅 淑芬 菊香 兰英 巧云 月娥",
}
_MIDDLE = {
    "1": "建军 志强 海涛 永刚 卫东 小军 明亮 红兵 文斌 世杰 立新 晓峰 春生 刚 勇",
    "2": "丽 艳霞 美玲 秋菊 红梅 晓燕 海霞 春花 雪梅 小芳 慧 金凤 彩云 亚琴 玲玲",
}
_YOUNG = {
    "1": "子轩 浩然 宇航 俊熙 天宇 梓豪 一鸣 家乐 明哲 博文 睿 思远 嘉诚 星辰 毅",
    "2": "子涵 欣怡 梓萱 雨桐 诗涵 佳怡 思琪 语嫣 若曦 可欣 静 梦瑶 嘉怡 晨曦 婷",
}


@dataclass(frozen=True, slots=True)
class People:
    """One people and how its names are made. `style`: plain (one name), patronymic (own·father's), surname (of the list), russian."""

    code: str
    """GB/T 3304."""
    style: str
    men: tuple[str, ...] = ()
    women: tuple[str, ...] = ()
    surnames: tuple[str, ...] = ()


def _people(code: str, style: str, men: str = "", women: str = "", surnames: str = "") -> People:
    return People(code, style, tuple(men.split()), tuple(women.split()), tuple(surnames.split()))


HAN = _people("01", "surname")
MONGOL = _people(
    "02",
    "plain",
    "巴特尔 朝鲁 那顺 布和 孟和 苏和 达来 特木尔 宝音 额尔敦",
    "乌云其木格 阿拉坦其其格 斯琴高娃 娜仁花 萨仁 托娅 其其格 格根塔娜 高娃 乌兰",
)
MINORITIES = (
    _people(
        "05",
        "patronymic",
        "买买提 艾合麦提江 吐尔逊 阿卜杜外力 麦合木提江 阿卜杜热合曼 玉素甫 依明",
        "努尔古丽 古丽米热 阿依努尔 热依汗古丽 帕提古丽 麦热姆 阿孜古丽",
    ),
    MONGOL,
    _people("04", "plain", "扎西次仁 仁青多吉 索朗 洛桑 丹增平措 尼玛 格桑", "旦增卓玛 白玛拉姆 央金 次仁曲珍 德吉 梅朵 拉姆"),
    _people("17", "patronymic", "叶尔肯别克 哈力木汗 巴合提 努尔兰 别尔克 赛力克", "阿依古丽 古丽娜尔 巴哈尔 哈丽玛 阿勒腾"),
    _people("07", "plain", "阿尔木呷 沙马拉哈 吉克阿依 木呷 拉龙 曲比拉哈", "吉克阿依莫 阿依 沙马妞妞 曲比阿果 布西"),
    _people("08", "surname", surnames="韦 覃 农 蒙 岑 闭 黄"),
    _people("18", "plain", "岩温罕 岩糯 岩香 岩罕 岩应", "玉香 玉罕 玉波 玉应 玉叫"),
    _people("03", "surname", surnames="马 哈 撒 丁 白"),
    _people("10", "surname", surnames="朴 崔 金 李"),
    _people(
        "44",
        "russian",
        "伊万·彼得罗夫 阿列克谢·伊万诺夫 谢尔盖·索科洛夫 尼古拉·彼得罗夫",
        "娜塔莎·伊万诺娃 安娜·彼得罗娃 叶莲娜·索科洛娃 玛丽娜·彼得罗娃 柳德米拉·伊万诺娃",
    ),
)


def surname(people: People, rng: Random) -> str:
    """A surname of the people; empty where it has none. Common ones come first and more often."""
    if people.style != "surname":
        return ""
    stock = people.surnames or _SURNAMES
    return stock[min(int(rng.expovariate(4 / len(stock))), len(stock) - 1)]


def name(people: People, sex: str, age: int, rng: Random, family: str = "", father: str = "") -> str:
    """A full name. `family` is the surname, `father` the father's full name for patronymics."""
    if people.style == "surname":
        stock = _OLD if age >= 55 else _MIDDLE if age >= 26 else _YOUNG
        return (family or surname(people, rng)) + rng.choice(stock[sex].split())
    own = rng.choice(people.men if sex == "1" else people.women)
    if people.style != "patronymic":
        return own
    parent = father.split("·")[0] or rng.choice(people.men)
    return f"{own}·{parent}" if parent != own else f"{own}·{rng.choice([one for one in people.men if one != own])}"


def with_rare_character(full: str, family: str, place: int) -> str:
    """The name with one rare character in place of the given name's last: by `place`, so that all of them occur."""
    given = full.removeprefix(family)
    return family + (given[:-1] if len(given) > 1 else "") + RARE[place % len(RARE)]
