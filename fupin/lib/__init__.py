"""What every room uses and what knows no room: errors, money, text, secrets, forms, pages, clocks."""
