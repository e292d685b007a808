"""Decides how clocks and duties rest in oversight's database; must never commit."""
