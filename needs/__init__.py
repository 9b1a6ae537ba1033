"""Households and what they need, up to publication."""
