"""SDK and the tereze command for caseworkers and partner agencies."""
