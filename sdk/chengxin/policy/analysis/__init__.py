"""What a policy does to every subject there can be, exactly: nothing is sampled."""
