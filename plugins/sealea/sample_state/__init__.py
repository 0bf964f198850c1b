"""A sample state of any size whose truth is known: the files that its senders would drop, and what is true of them."""
