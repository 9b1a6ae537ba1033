"""What pages of the rooms below show of the grid room, which they may not import."""
