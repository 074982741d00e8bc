"""The revisions, each forward and back; once released they are never changed."""
