"""The data that DAGs hand to one another, from the inboxes to the published marts."""

from airflow.sdk import Asset

INBOXES = Asset(name="LEA and SEA inboxes", uri="sealea://sftp/inboxes", group="intake")
RAW = Asset(name="Accepted rows", uri="sealea://warehouse/raw", group="intake")
CANDIDATE = Asset(name="Candidate marts", uri="sealea://warehouse/candidate", group="publishing")
PUBLISHED = Asset(name="Published marts", uri="sealea://warehouse/published", group="publishing")
