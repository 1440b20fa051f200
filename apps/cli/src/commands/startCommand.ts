import { readStackConfig } from '../stack/stackConfig.js'
import { startStack } from '../stack/startStack.js'

/** `behest start`: the whole local stack, until Ctrl-C. */
export async function startCommand(): Promise<number> {
  const startedMs = performance.now()
  const config = readStackConfig(process.env)
  let isReady = false
  const stack = await startStack({
    config,
    onProgress: (message) => {
      if (isReady) console.error(message)
      else console.log(`  ${message}`)
    },
  })
  isReady = true
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
  console.log(`
Behest is ready (${seconds} s).

  page      ${config.intentUrl}
  API       ${config.intentUrl}/openapi.json
  registry  ${config.registryUrl}/openapi.json
  chain     ${config.rpcUrl}

Try it, here or on the page:

  npm run behest -- do "swap half my ETH to USDC and lend it on Aave"

Ctrl-C stops everything.`)
  await new Promise<void>((stop) => {
    process.once('SIGINT', () => stop())
    process.once('SIGTERM', () => stop())
    process.once('SIGHUP', () => stop())
  })
  console.log('\nStopping …')
  await stack.stop()
  return 0
}
