"""The text of a document that people write, as plain data, with the line of each part."""

from chengxin.syntax.place import Place, Places, child, item
from chengxin.syntax.sheet import DEEPEST, LARGEST_TEXT, Sheet, read_sheet

__all__ = ["DEEPEST", "LARGEST_TEXT", "Place", "Places", "Sheet", "child", "item", "read_sheet"]
