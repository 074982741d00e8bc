"""What is done with a measure once a policy proposes it: noticed, in force, contested, ended (程序). Pure."""
