"""What holds on real processes: they are frozen, killed, forked, and cut off from what they rely on."""
