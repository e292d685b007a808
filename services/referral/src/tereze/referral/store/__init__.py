"""Decides how cases, tasks, clocks and referrals are kept and found; must never decide what happens to them."""
