"""What people see on a terminal, page by page; decides words and order, and must never ask the window for anything new."""
