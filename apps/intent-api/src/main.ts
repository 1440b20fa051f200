import { fstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join, resolve } from 'node:path'
import { BehestError } from '@behest/spec'
import { destination, pino } from 'pino'
import { parseConfig } from './config.js'
import { wire } from './wire.js'

const drainMs = 8000

async function main(): Promise<void> {
  const config = parseConfig(process.env)
  const logger = pino(
    { level: config.logLevel, base: { server: 'intent-api' } },
    // stdout holds the ready line and nothing else.
    destination({ dest: 2, sync: true }),
  )
  const runFolder = join(resolve(config.dataFolder), 'run')
  mkdirSync(runFolder, { recursive: true, mode: 0o700 })
  const wired = await wire({ config, logger })
  const server = createServer(
    {
      headersTimeout: 5000,
      requestTimeout: 10_000,
      // The limits above bite when they are looked at.
      connectionsCheckingInterval: 2000,
    },
    wired.app,
  )
  server.listen(config.port, config.host)
  await new Promise<void>((done, fail) => {
    server.once('listening', done)
    server.once('error', fail)
  })
  const pidFile = join(runFolder, 'intent-api.pid')
  writeFileSync(pidFile, `${process.pid}\n`)

  let isStopping = false
  const stop = async (): Promise<void> => {
    if (isStopping) return
    isStopping = true
    // Whoever hangs on must not keep the process alive.
    setTimeout(() => process.exit(1), drainMs + 1500).unref()
    wired.drain()
    server.close()
    server.closeIdleConnections()
    setTimeout(() => server.closeAllConnections(), 500).unref()
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
  const address = server.address()
  const port =
    typeof address === 'object' && address !== null ? address.port : config.port
  console.log(
    JSON.stringify({
      ready: true,
      name: 'intent-api',
      url: `http://${config.host}:${port}`,
    }),
  )
}

main().catch((error: unknown) => {
  console.error(
    BehestError.isInstance(error) ? `${error.name}: ${error.message}` : error,
  )
  process.exit(1)
})
