# ready: Behest is ready
node "$EXAMPLES/telegramServer.js" "$EXAMPLE_PLACE/telegram.env" &
until test -s "$EXAMPLE_PLACE/telegram.env"; do sleep 0.1; done
. "$EXAMPLE_PLACE/telegram.env"
export BEHEST_TELEGRAM_API_ROOT
#region start
BEHEST_TELEGRAM_TOKEN=$TOKEN npm start
#endregion start
