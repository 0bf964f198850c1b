"""What a user would write instead, in pandas: python with_pandas.py FILE; the warehouse is BENCH_DSN. Prints seconds without imports."""

import os
import sys
import time

import pandas as pd
import sqlalchemy

began = time.perf_counter()
engine = sqlalchemy.create_engine(os.environ["BENCH_DSN"].replace("postgresql://", "postgresql+psycopg://"))
pd.read_csv(sys.argv[1]).to_sql("with_pandas", engine, schema="bench", if_exists="replace", index=False)
sys.stdout.write(str(time.perf_counter() - began))
