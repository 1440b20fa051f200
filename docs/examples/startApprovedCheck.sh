# Nothing is done without the second person's signature, and with it the rest is.
cd "$EXAMPLE_PLACE"
set +e
#region do
behest do "swap 100 USDC for DAI" --json > waiting.json  # it waits: exit code 3
#endregion do
test $? = 3 || exit 1
set -e
#region approve
id=$(node -p 'JSON.parse(fs.readFileSync("waiting.json")).id')
behest approve "$id" --as approver.json --password-file approver.password --yes
#endregion approve
behest status "$id" | grep -q 'Receipt: MET'
