"""Who, where, may and did: people, regions, appointments, permissions, messages and the audit chain."""
