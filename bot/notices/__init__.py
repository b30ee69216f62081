"""Notices: distributions and broadcasts, from the plan to the last answer."""
