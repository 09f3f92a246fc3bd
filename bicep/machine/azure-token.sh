#!/usr/bin/env bash
# azure-token.sh RESOURCE: prints a token of this machine's identity for it.
set -euo pipefail

curl --silent --show-error --fail --retry 5 --noproxy '*' --header 'Metadata: true' --get \
  --data-urlencode 'api-version=2018-02-01' --data-urlencode "resource=$1" --data-urlencode "client_id=$AZURE_CLIENT_ID" \
  "${ODIFF_METADATA:-http://169.254.169.254}/metadata/identity/oauth2/token" |
  sed -nE 's/.*"access_token" *: *"([^"]+)".*/\1/p'
