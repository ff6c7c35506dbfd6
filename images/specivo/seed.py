"""What every installation needs: an administrator."""
import sys

from common import ADMIN_PASSWORD, hashed, rows

if not ADMIN_PASSWORD:
    sys.exit("ERROR SPECIVO_ADMIN_PASSWORD is not set")
rows("INSERT INTO users (login, password) VALUES ('admin', %s) ON CONFLICT (login) DO NOTHING", hashed(ADMIN_PASSWORD))
print("INFO seeded")
