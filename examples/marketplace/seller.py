"""Who sells here, and what: one seller for each thing that the public source may say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from chengxin.policy import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """One listing.

    Attributes:
        title: what it is.
        price_fen: its price in fen.
        mark: the character that stands for its picture.
    """

    title: Text
    price_fen: int
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """A merchant of this shop.

    Attributes:
        seller_id: the shop's own id.
        code: unified social credit code as the merchant gave it.
        name: name of the storefront.
        part: which part it plays here.
        registered_days: for how long it has been selling here.
        goods: what it sells at the start.
    """

    seller_id: str
    code: str
    name: Text
    part: Text
    registered_days: int
    goods: tuple[Goods, ...]


def _seller(  # a row of the table below
    seller_id: str, code: str, *, name: Text, part: Text, days: int, goods: tuple[Text, int, str]
) -> Seller:
    title, price_fen, mark = goods
    return Seller(
        seller_id=seller_id,
        code=code,
        name=name,
        part=part,
        registered_days=days,
        goods=(Goods(title=title, price_fen=price_fen, mark=mark),),
    )


SELLERS: Final = (
    _seller(
        "tea",
        "91330100M000101Y04",
        name=Text(zh="西湖茶事", en="West Lake Tea"),
        part=Text(zh="守信激励", en="commended"),
        days=900,
        goods=(Text(zh="明前龙井 100 克", en="Longjing green tea, 100 g"), 16800, "茶"),
    ),
    _seller(
        "home",
        "91420100M000110Y7X",
        name=Text(zh="江城家居", en="River City Home"),
        part=Text(zh="无记录", en="nothing on record"),
        days=400,
        goods=(Text(zh="亚麻四件套", en="Linen bedding set"), 39900, "家"),
    ),
    _seller(
        "dress",
        "92350102M000106Y2Q",
        name=Text(zh="鼓楼衣坊", en="Drum Tower Dress"),
        part=Text(zh="个体工商户", en="sole trader"),
        days=200,
        goods=(Text(zh="手工盘扣旗袍", en="Qipao with hand-tied buttons"), 52000, "衣"),
    ),
    _seller(
        "orange",
        "N2330183M000107Y9Q",
        name=Text(zh="富春果园", en="Fuchun Orchard"),
        part=Text(zh="农村集体经济组织", en="rural collective"),
        days=150,
        goods=(Text(zh="高山柑橘 5 斤", en="Mountain oranges, 2.5 kg"), 4500, "橙"),
    ),
    _seller(
        "gadget",
        "91440300M000102Y7L",
        name=Text(zh="南粤数码", en="Southern Gadgets"),
        part=Text(zh="轻微处罚", en="minor penalty"),
        days=700,
        goods=(Text(zh="便携充电器", en="Pocket charger"), 9900, "电"),
    ),
    _seller(
        "trade",
        "91350100M000100Y43",
        name=Text(zh="闽都百货", en="Min Department Store"),
        part=Text(zh="一般处罚", en="general penalty"),
        days=700,
        goods=(Text(zh="脱胎漆器茶盘", en="Lacquer tea tray"), 28800, "漆"),
    ),
    _seller(
        "coat",
        "91130100M000116Y5R",
        name=Text(zh="燕赵商行", en="Yan Zhao Trading"),
        part=Text(zh="严重失信名单（拖欠工资）", en="dishonest list (wages)"),
        days=1200,
        goods=(Text(zh="羊毛大衣", en="Woollen coat"), 89900, "裘"),
    ),
    _seller(
        "food",
        "91310115M000103Y38",
        name=Text(zh="海上食集", en="Harbour Foods"),
        part=Text(zh="严重失信主体名单", en="seriously dishonest list"),
        days=1200,
        goods=(Text(zh="鲜肉月饼礼盒", en="Mooncake gift box"), 12800, "饼"),
    ),
    _seller(
        "gift",
        "91500103M000115Y9A",
        name=Text(zh="山城礼品", en="Mountain City Gifts"),
        part=Text(zh="公示期今日届满", en="disclosure ends today"),
        days=500,
        goods=(Text(zh="手绘油纸伞", en="Painted paper umbrella"), 13800, "伞"),
    ),
    _seller(
        "lamp",
        "91610100M000113Y65",
        name=Text(zh="长安灯铺", en="Chang'an Lanterns"),
        part=Text(zh="异议中", en="disputed record"),
        days=500,
        goods=(Text(zh="宫灯", en="Palace lantern"), 23800, "灯"),
    ),
    _seller(
        "new",
        "91350100M000119Y4D",
        name=Text(zh="新芽小铺", en="Fresh Sprout"),
        part=Text(zh="信息源未收录", en="not known to the source"),
        days=2,
        goods=(Text(zh="多肉盆栽", en="Potted succulent"), 2500, "芽"),
    ),
    _seller(
        "typo",
        "91350100M000100Y44",
        name=Text(zh="笔误书店", en="Typo Books"),
        part=Text(zh="代码填写有误", en="code mistyped"),
        days=30,
        goods=(Text(zh="校对手册", en="The proofreader's handbook"), 5800, "书"),
    ),
)

SELLER_OF: Final = {seller.seller_id: seller for seller in SELLERS}
