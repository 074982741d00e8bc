"""What due process is made of, as values and functions of their arguments. Pure."""
