import { fstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { BehestError } from '@behest/spec'
import { destination, pino } from 'pino'
import { parseConfig } from './config.js'
import { wire } from './wire.js'

async function main(): Promise<void> {
  const config = parseConfig(process.env)
  const logger = pino(
    { level: config.logLevel, base: { server: 'telegram' } },
    // stdout holds the ready line and nothing else.
    destination({ dest: 2, sync: true }),
  )
  const runFolder = join(resolve(config.dataFolder), 'run')
  mkdirSync(runFolder, { recursive: true, mode: 0o700 })
  const pidFile = join(runFolder, 'telegram.pid')
  writeFileSync(pidFile, `${process.pid}\n`)
  const wired = wire({ config, logger })

  let isStopping = false
  const stop = async (): Promise<void> => {
    if (isStopping) return
    isStopping = true
    // Whoever hangs on must not keep the process alive.
    setTimeout(() => process.exit(1), 8000).unref()
    await wired.stop()
    rmSync(pidFile, { force: true })
    process.exit(0)
  }
  process.on('SIGTERM', () => void stop())
  process.on('SIGINT', () => void stop())
  if (fstatSync(0).isFIFO() || fstatSync(0).isSocket()) {
    // Whoever started us holds the other end: when they are gone, we go too.
    process.stdin.once('end', () => void stop())
    process.stdin.once('close', () => void stop())
    process.stdin.resume()
  }
  // Telegram may be away for a while; that is no reason to hold anybody up.
  console.log(JSON.stringify({ ready: true, name: 'telegram' }))
  await wired.run()
}

main().catch((error: unknown) => {
  console.error(
    BehestError.isInstance(error) ? `${error.name}: ${error.message}` : error,
  )
  process.exit(1)
})
