"""The pulled plug: processes are killed at random moments of receiving and publishing, and nothing may be lost or doubled."""
