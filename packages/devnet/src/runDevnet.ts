import { fstatSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { start } from './start.js'

/**
 * Runs the local chain as a process of its own: prints one JSON line when it is
 * ready, and ends in order on SIGTERM, SIGINT, or when its standard input closes.
 * Exit codes: 0 stopped as asked, 1 failed, 2 bad usage.
 */
async function runDevnet(): Promise<void> {
  const options = readOptions()
  const devnet = await start(options)
  let stopping = false
  const stop = async () => {
    if (stopping) return
    stopping = true
    await devnet.stop()
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  process.on('SIGHUP', stop)
  if (isPipe()) {
    process.stdin.once('end', stop)
    process.stdin.once('close', stop)
    process.stdin.resume()
  }

  // Last: who reads this line may send a signal at once.
  console.log(
    JSON.stringify({
      url: devnet.url,
      chainId: devnet.chain.id,
      processId: devnet.processId,
    }),
  )

  const { exitCode, signal } = await devnet.exited
  if (stopping) return
  console.error(`The local chain ended by itself (${signal ?? exitCode}).`)
  process.exit(1)
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string' },
        state: { type: 'string' },
        mining: { type: 'string', default: 'mixed' },
        timestamp: { type: 'string' },
        'chain-id': { type: 'string' },
      },
    })
    return {
      mining: toMining(values.mining),
      ...(values.port === undefined ? {} : { port: toWhole(values.port) }),
      ...(values.state === undefined ? {} : { stateFile: values.state }),
      ...(values.timestamp === undefined
        ? {}
        : { timestampUnixSeconds: toWhole(values.timestamp) }),
      ...(values['chain-id'] === undefined
        ? {}
        : { chainId: toWhole(values['chain-id']) }),
    } as const
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    return process.exit(2)
  }
}

function toMining(text: string): 'instant' | 'mixed' {
  if (text === 'instant' || text === 'mixed') return text
  throw new RangeError(`--mining is "instant" or "mixed", not "${text}".`)
}

function toWhole(text: string): number {
  if (!/^\d{1,15}$/.test(text))
    throw new RangeError(`"${text}" is not a whole number.`)
  return Number(text)
}

/** Without a pipe there is nobody whose end we could notice: /dev/null "ends". */
function isPipe(): boolean {
  try {
    const input = fstatSync(0)
    return input.isFIFO() || input.isSocket()
  } catch {
    // Standard input is closed.
    return false
  }
}

try {
  await runDevnet()
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exit(1)
}
