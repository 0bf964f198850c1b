"""Everything between an upload in a sender's inbox and rows in raw.<extract> with a receipt in the sender's outbox."""
