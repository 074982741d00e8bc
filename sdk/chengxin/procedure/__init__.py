"""程序: what is done with a measure after a policy proposes it: noticed, in force, contested, ended. Pure."""


"""What due process is made of, as values and functions of their arguments. Pure."""


"""What is done with a measure once a policy proposes it: noticed, in force, contested, ended (程序). Pure."""
