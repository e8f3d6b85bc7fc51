#!/usr/bin/env bash
# The one entry point: ./build.sh build|demo|test|bench|help|pack|clean. build/Program.cs says what each does.
# This file only sees to it that what a task needs is there.
set -euo pipefail
cd "$(dirname "$0")"
. build/prerequisites.sh

task=${1:-build}
require_dotnet
case "$task $*" in
  "demo "*-[Cc]lean*) find_pwsh ;;
  "demo "*) find_pwsh; if [ -n "$PWSH" ]; then require_packages $MACHINE_PACKAGES; fi ;;
  "test "*[Uu]nit*) ;;
  "test "*) find_pwsh; request_packages $MACHINE_PACKAGES $TEST_PACKAGES ;;
  "bench "*) find_pwsh; request_packages $MACHINE_PACKAGES $TEST_PACKAGES ;;
esac

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
exec dotnet run --project build --verbosity quiet -- "$@"
