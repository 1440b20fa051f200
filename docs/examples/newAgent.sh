# A new agent's project, made and tested. Beside the checkout, "npm install"
# comes first; inside it everything is there already.
folder="$PWD/.cache/example-$$"
mkdir -p .cache
trap 'rm -rf "$folder"' EXIT
made=$(npm run behest -- agent new "$folder/my-agent")
case "$made" in *"my-agent is in"*) ;; *) echo "not made: $made"; exit 1 ;; esac
cd "$folder/my-agent"
npm test
npm run build
test -f dist/serve.js
