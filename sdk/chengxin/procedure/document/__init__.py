"""What documents of a procedure have in common: clean texts, pages, plain data, parts of schemas."""
