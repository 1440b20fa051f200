# A swap and a yes, with nothing but curl.
: "${BEHEST_INTENT_PORT:=4000}"
#region curl
url=http://127.0.0.1:$BEHEST_INTENT_PORT/v1/responses
shown=$(curl -s "$url" -H 'content-type: application/json' \
  -d '{"model":"behest","input":"swap 0.1 ETH for USDC"}')
id=$(printf %s "$shown" | sed 's/.*"id":"\(resp_[^"]*\)".*/\1/')
said=$(curl -s "$url" -H 'content-type: application/json' \
  -d '{"model":"behest","input":"yes","previous_response_id":"'"$id"'"}')
printf '%s\n' "$said"
#endregion curl
printf %s "$said" | grep -q 'Receipt: MET'
