"""The desk: what chat, console, command line and the watch do with tickets, each rule once."""
