"""Which codes fit a passage, how sure, and because of which quotations."""
