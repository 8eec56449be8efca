"""The parts of the flow: understand, refine, rank, propose, report, learn."""
