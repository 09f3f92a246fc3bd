#!/usr/bin/env bash
# Brings the models of the catalogue's container to this machine. NAME.sha256 in it says which version of a model is the
# one: the hash of the list of hashes of its files, which lie in NAME/HASH/. What does not have its hash is not taken.
set -euo pipefail

here=$(dirname "${BASH_SOURCE[0]}")
models=${ODIFF_MODELS_FOLDER:-/var/lib/odiff/models}
token=$("$here/azure-token.sh" https://storage.azure.com/)

# get PATH-AND-QUERY
get() {
  curl --silent --show-error --fail --retry 5 --config - "$ODIFF_MODELS_URL$1" << END
header = "Authorization: Bearer $token"
header = "x-ms-version: 2023-11-03"
END
}

# fetch NAME HASH FOLDER
fetch() {
  local file
  get "/$1/$2/SHA256SUMS" > "$3/SHA256SUMS"
  [[ $(sha256sum < "$3/SHA256SUMS") == "$2  -" ]] || return 1
  while read -r _ file; do
    [[ $file =~ ^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$ && ! $file =~ (^|/)\.\.(/|$) ]] || return 1
    mkdir -p "$(dirname "$3/$file")"
    get "/$1/$2/$file" > "$3/$file" || return 1
  done < "$3/SHA256SUMS"
  (cd "$3" && sha256sum --check --quiet --strict SHA256SUMS)
}

failed=0
mapfile -t names < <(get '?restype=container&comp=list&delimiter=%2F' |
  grep -oE '<Name>[A-Za-z0-9_-][A-Za-z0-9_.-]*\.sha256</Name>' | sed -E 's/^<Name>(.*)\.sha256<\/Name>$/\1/')
for name in "${names[@]}"; do
  hash=$(get "/$name.sha256")
  [[ $hash =~ ^[0-9a-f]{64}$ ]] || hash=none
  version=.versions/$name/$hash
  [[ $(readlink "$models/$name" || true) != "$version" ]] || continue
  part=$(mktemp -d "$models/.part-XXXXXX")
  if [[ $hash != none ]] && fetch "$name" "$hash" "$part"; then
    mkdir -p "$models/.versions/$name"
    rm -rf "${models:?}/$version"
    chmod 755 "$part"
    mv "$part" "$models/$version"
    ln --symbolic "$version" "$models/.link-$hash"
    mv --no-target-directory "$models/.link-$hash" "$models/$name" # at once, for who opens it now
    echo "model $name has version $hash"
  else
    rm -rf "$part"
    echo "model $name is not what its hash says, and not taken" >&2
    failed=1
  fi
done
exit $failed
