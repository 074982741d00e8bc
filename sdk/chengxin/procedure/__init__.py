"""程序: what is done with a measure once a policy proposes it: noticed, in force, contested, ended. Pure."""
