"""Settings that all tests share."""

from hypothesis import settings

# How long an example takes says more of the machine than of the code; what must be fast is measured by the bench.
settings.register_profile("chengxin", deadline=None, print_blob=True)
settings.register_profile("long", deadline=None, print_blob=True, max_examples=1000)
settings.load_profile("chengxin")
