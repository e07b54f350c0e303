"""What AWS documents, strictly: states through boto3's waiters, codes and messages of errors, defaults, boundaries, paging, tokens.

Written from AWS's references and botocore's models, not from any server: the same checks run against the sandbox and against moto
(`SKYDECK_TEST_ENDPOINT=http://127.0.0.1:PORT python3 strict_checks.py`). They make all they need themselves, in a region's default
VPC. One process, so that botocore reads its models once."""
import strict_compute  # noqa: F401  (its checks register themselves)
import strict_network  # noqa: F401
import strict_s3  # noqa: F401
import strict_services  # noqa: F401
from checks import main

if __name__ == "__main__":
    main()
