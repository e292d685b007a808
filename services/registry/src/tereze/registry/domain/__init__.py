"""Decides who is who from values alone; must never look anything up."""
