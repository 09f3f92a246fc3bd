#!/usr/bin/env bash
# Deploys a grid to Azure, or brings the one that is there up to its parameters: see bicep/README.md.
set -euo pipefail

usage() {
  cat >&2 << 'END'
usage: scripts/deploy.sh GROUP PARAMETERS [--location LOCATION] [--images SOURCE] [--yes]

GROUP is the resource group, which is made in LOCATION where there is none, PARAMETERS a file of bicep/parameters by its
name, development or spot-gpu, or by its path. It shows what would change, and asks before it changes anything; --yes
answers. --images copies the images of ODIFF_VERSION from a registry, SOURCE/odiff and SOURCE/odiff-cuda, first.

Needed in the environment: ODIFF_VERSION, the images' tag; ODIFF_API_KEYS, the keys that callers of the HTTP API must have,
separated by commas (openssl rand -hex 24); ODIFF_SSH_KEY, the public key of whoever signs in to a machine;
ODIFF_BUDGET_EMAIL, who is told when the budget is spent.
END
  exit 2
}

fail() {
  echo "deploy.sh: $*" >&2
  exit 1
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
(($# >= 2)) || usage
group=$1 parameters=$2 location="" images="" answer=""
shift 2
while (($# > 0)); do
  case $1 in
    --location | --images)
      [[ -n ${2:-} ]] || usage
      printf -v "${1#--}" %s "$2"
      shift 2
      ;;
    --yes)
      answer=yes
      shift
      ;;
    *) usage ;;
  esac
done
[[ $group =~ ^[A-Za-z0-9_.()-]+$ && $group != -* ]] || usage
[[ -f $parameters ]] || parameters=$root/bicep/parameters/$parameters.bicepparam
[[ -f $parameters ]] || fail "there is no $parameters"
command -v az > /dev/null || fail "needs the Azure CLI: https://aka.ms/azure-cli"
for name in ODIFF_VERSION ODIFF_API_KEYS ODIFF_SSH_KEY ODIFF_BUDGET_EMAIL; do
  [[ -n ${!name:-} ]] || fail "needs $name in the environment"
done
IFS=, read -ra keys <<< "$ODIFF_API_KEYS"
for key in "${keys[@]}"; do
  ((${#key} >= 16)) || fail "every key of ODIFF_API_KEYS must have 16 characters or more"
done
az account show --output none || fail "sign in first, with az login"

made=""
if [[ $(az group exists --name "$group") != true ]]; then
  [[ -n $location ]] || fail "there is no resource group $group; say where to make it, with --location"
  az group create --name "$group" --location "$location" --tags odiff=grid "odiffSince=$(date +%Y-%m-01)" --output none
  made=yes
fi

# What the grid has become since it was deployed first, and stays.
given=(--parameters "$parameters")
since=$(az group show --name "$group" --query tags.odiffSince --output tsv)
[[ -z $since ]] || given+=(--parameters "budgetStart=$since")
machines=$(az vmss list --resource-group "$group" --query "[?ends_with(name, '-compute')].sku.capacity | [0]" --output tsv)
[[ -z $machines ]] || given+=(--parameters "computeStart=$machines")

az deployment group what-if --name odiff --resource-group "$group" "${given[@]}"
if [[ -z $answer ]]; then
  read -rp "Deploy this to $group? [y/N] " answer || true
fi
if [[ ! $answer =~ ^[yY] ]]; then
  [[ -z $made ]] || az group delete --name "$group" --yes --no-wait # it is empty
  fail "nothing was deployed"
fi

# deploy OUTPUT OPTION...: prints the output.
deploy() {
  az deployment group create --name odiff --resource-group "$group" "${given[@]}" "${@:2}" \
    --query "properties.outputs.$1.value" --output tsv
}

if [[ -n $images ]]; then
  registry=$(deploy registry --parameters isComplete=false)
  for image in odiff odiff-cuda; do
    az acr import --name "$registry" --source "$images/$image:$ODIFF_VERSION" --image "$image:$ODIFF_VERSION" --force
  done
fi
url=$(deploy gatewayUrl)
echo "The gateway is at $url"
echo "ODIFF_API_KEY=KEY odiff sample --connect $url ..."
