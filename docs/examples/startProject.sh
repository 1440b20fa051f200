# ready: _inspector
# beside: startPaying.sh
npm_config_cache=$(npm config get cache)
HOME=$EXAMPLE_PLACE
export npm_config_cache HOME
#region new
npm run behest -- agent new ~/my-agent
cd ~/my-agent
npm install      # links the packages of the checkout; the rest comes from npm's cache
npm test
npm run dev
#endregion new
