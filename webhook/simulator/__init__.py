"""The phone in the browser: a chooser, a chat page and its JSON routes; for the demo only."""
