"""`sealea check`: the answer of level 1 on the sender's own machine, before a file is sent. It needs no warehouse and sends nothing."""
