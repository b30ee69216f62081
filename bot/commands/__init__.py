"""The subcommands of `halo`, a file a subject."""
