"""``python -m chengxin``."""

from chengxin.cli import main

main()
