# The new agent is listed, visited and found, from its own project.
cd "$EXAMPLE_PLACE/my-agent"
npm run publish
said=$(
#region doctor
npm run doctor   # in your project: key, card, reachability, contract test, place in search
#endregion doctor
)
case "$said" in *"✓"*) ;; *) echo "$said"; exit 1 ;; esac
case "$said" in *"✕"*) echo "$said"; exit 1 ;; *) ;; esac
