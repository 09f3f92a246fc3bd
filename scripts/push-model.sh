#!/usr/bin/env bash
# Puts a folder with a model into the catalogue of a grid on Azure, with its hash. Every compute machine has it a minute
# later, whole, and looks whether it has that hash.
set -euo pipefail

usage() {
  cat >&2 << 'END'
usage: scripts/push-model.sh GROUP FOLDER [--name NAME] [--replace]

GROUP is the grid's resource group; FOLDER a model in the diffusers layout or a TorchScript model. Jobs ask for it by NAME,
the folder's name if not said. A silo keeps a model that it has opened, so that a new version should have a new name;
--replace puts it under the old one nevertheless, for silos that are started from then on.
END
  exit 2
}

fail() {
  echo "push-model.sh: $*" >&2
  exit 1
}

(($# >= 2)) || usage
group=$1 folder=$2 name="" replace=""
shift 2
while (($# > 0)); do
  case $1 in
    --name)
      [[ -n ${2:-} ]] || usage
      name=$2
      shift 2
      ;;
    --replace)
      replace=yes
      shift
      ;;
    *) usage ;;
  esac
done
[[ $group != -* && $folder != -* ]] || usage
[[ -d $folder ]] || fail "there is no folder $folder"
folder=$(cd "$folder" && pwd)
name=${name:-$(basename "$folder")}
[[ $name =~ ^[A-Za-z0-9_-][A-Za-z0-9_.-]*$ ]] || fail "a model's name has letters, digits, _, - and . alone, was $name"
[[ -f $folder/model_index.json || -f $folder/model.json ]] || fail "$folder holds no model_index.json, nor model.json"
[[ ! -e $folder/SHA256SUMS ]] || fail "$folder must not hold a SHA256SUMS, which is made here"
other=$(cd "$folder" && find . -mindepth 1 ! -type d ! -type f -print -quit)
[[ -z $other ]] || fail "$folder must hold files alone, but $other is none"
odd=$(cd "$folder" && find . -mindepth 1 -regextype posix-extended ! -regex '[A-Za-z0-9_./-]+' -print -quit)
[[ -z $odd ]] || fail "names of files have letters, digits, _, - and . alone, was $odd"
command -v az > /dev/null || fail "needs the Azure CLI: https://aka.ms/azure-cli"

sums=$(mktemp -d)
trap 'rm -rf "$sums"' EXIT
(cd "$folder" && find . -type f -printf '%P\0' | LC_ALL=C sort --zero-terminated | xargs --null sha256sum) > "$sums/SHA256SUMS"
hash=$(sha256sum < "$sums/SHA256SUMS")
hash=${hash%% *}

# output NAME: of the deployment.
output() {
  az deployment group show --name odiff --resource-group "$group" --query "properties.outputs.$1.value" --output tsv
}
account=$(output storageAccount)
container=$(output modelsContainer)
[[ -n $account && -n $container ]] || fail "$group holds no grid: scripts/deploy.sh makes one"
there=(--account-name "$account" --auth-mode login --only-show-errors)

if [[ $(az storage blob exists "${there[@]}" --container-name "$container" --name "$name.sha256" --query exists --output tsv) == true ]]; then
  az storage blob download "${there[@]}" --container-name "$container" --name "$name.sha256" --file "$sums/there" --output none
  if [[ $(< "$sums/there") == "$hash" ]]; then
    echo "$name is there already, with hash $hash"
    exit 0
  fi
  [[ -n $replace ]] || fail "there is another $name, with hash $(< "$sums/there"): choose another --name, or --replace it"
fi

# Who looks for a model sees it when all of it is there.
az storage blob upload-batch "${there[@]}" --destination "$container" --destination-path "$name/$hash" --source "$folder" \
  --overwrite --output none
az storage blob upload "${there[@]}" --container-name "$container" --name "$name/$hash/SHA256SUMS" --file "$sums/SHA256SUMS" \
  --overwrite --output none
printf %s "$hash" > "$sums/hash"
az storage blob upload "${there[@]}" --container-name "$container" --name "$name.sha256" --file "$sums/hash" --overwrite --output none
echo "$name has hash $hash"
