// Preloaded by the soak test: collects garbage now and then, so that what grows is kept
// by somebody.
const { setFlagsFromString } = require('node:v8')
const { runInNewContext } = require('node:vm')

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')
setInterval(collect, 5_000).unref()
