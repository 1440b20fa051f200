# The bot runs, and a chat speaks for the account once that was signed.
test -f "$BEHEST_DATA/run/telegram.pid"
#region link
npm run behest -- telegram link 4711
#endregion link
curl -s "http://127.0.0.1:$BEHEST_INTENT_PORT/v1/chats/telegram:4711" | grep -q '"account":"0x'
