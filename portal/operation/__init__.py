"""What an installation needs beside its pages: backups, restoring, upgrades, how it is, and who leaves."""
