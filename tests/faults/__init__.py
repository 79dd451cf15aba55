"""What breaks: processes killed by SIGKILL, in the middle of what they do."""
