"""Donors: pledges, delivery, the ledger and the certificates."""
