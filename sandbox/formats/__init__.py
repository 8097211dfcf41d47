"""How the sandbox writes numbers where the framework does it otherwise."""
