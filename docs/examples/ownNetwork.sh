# What an operator does with a registry that runs.
expect() {
  case "$2" in *"$1"*) ;; *) echo "expected $1 in: $2"; exit 1 ;; esac
}

#region import
npm run behest -- registry import docs/examples/agents.ndjson
#endregion import
expect '"weather"' "$(
#region search
npm run behest -- agents search "will it rain?" --limit 1 --json
#endregion search
)"
expect 'live' "$(
#region filter
npm run behest -- agents search --action swap --token USDC
#endregion filter
)"
expect '✓' "$(
#region doctor
npm run behest -- doctor
#endregion doctor
)"
