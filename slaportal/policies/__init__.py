"""The contract and its clock (spec §1, §2)."""
