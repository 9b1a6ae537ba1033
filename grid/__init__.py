"""The officers' and the office's work: inbox, dashboards; later grids, visits, clues, quotas. Looks down on all."""
