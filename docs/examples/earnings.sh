# What an agent earned, as anybody can ask.
AGENT=$(behest agents search "swap" --limit 1 --json | node -p 'JSON.parse(fs.readFileSync(0)).results[0].agentId')
said=$(
#region earnings
npx behest agents earnings "$AGENT"
#endregion earnings
)
case "$said" in *"$AGENT"*|*"othing"*) ;; *) echo "$said"; exit 1 ;; esac
