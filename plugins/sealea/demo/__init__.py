"""The demonstration: a sample state delivered over SFTP, received and published by the running platform."""
