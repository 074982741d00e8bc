"""What the acceptance goals say of speed, measured beside what a user would take instead of us.

``python -m tests.bench`` prints a table a subject and writes ``build/bench.json``; ``--quick`` takes fewer rounds.
"""
