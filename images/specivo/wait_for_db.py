import sys
import time

from common import rows

for attempt in range(300):
    try:
        rows("SELECT 1")
        break
    except Exception as error:
        problem = error
        time.sleep(0.1)
else:
    sys.exit(f"ERROR the database does not answer: {str(problem).strip()}")
