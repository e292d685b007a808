"""The embedded stack that ./tereze up runs."""
