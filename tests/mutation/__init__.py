"""Mutation of what mutmut leaves alone: constants, defaults, properties, and conditions as a whole."""
