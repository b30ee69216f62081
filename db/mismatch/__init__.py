"""Where the lists disagree: one query a trouble, all giving findings of one shape."""
