"""What a user would write instead, in dlt with its fast settings: Arrow batches in, CSV and COPY out.

python with_dlt.py FILE; the warehouse is BENCH_DSN, the working folder BENCH_WORK. Prints seconds without imports.
"""

import os
import sys
import time
from collections.abc import Iterator

import dlt
import pyarrow as pa
from pyarrow import csv


@dlt.resource(name="with_dlt", write_disposition="replace")
def entries(path: str) -> Iterator[pa.RecordBatch]:
    """Yield the rows of the file in batches."""
    options = csv.ReadOptions(block_size=32 << 20)
    yield from csv.open_csv(path, read_options=options)


began = time.perf_counter()
pipeline = dlt.pipeline(
    "bench", destination=dlt.destinations.postgres(os.environ["BENCH_DSN"]), dataset_name="bench", pipelines_dir=os.environ["BENCH_WORK"]
)
pipeline.run(entries(sys.argv[1]), loader_file_format="csv")
sys.stdout.write(str(time.perf_counter() - began))
