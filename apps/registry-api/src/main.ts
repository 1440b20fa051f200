import { randomBytes } from 'node:crypto'
import { fstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { join, resolve } from 'node:path'
import { BehestError } from '@behest/spec'
import { createLogger, startTracing } from '@behest/telemetry'
import { createRegistryServer } from './http/createRegistryServer.js'
import { readConfig } from './readConfig.js'
import { wire } from './wire.js'

const drainMs = 8_000
const idleLookMs = 50

const logger = createLogger({
  server: 'registry-api',
  level: process.env.BEHEST_LOG_LEVEL ?? 'info',
  secrets: [process.env.DATABASE_URL, process.env.BEHEST_OPERATOR_TOKEN],
})

function logError(error: unknown): void {
  if (BehestError.isInstance(error))
    logger.error({ code: error.code, facts: error.facts }, error.shortMessage)
  else {
    const { message, stack, code } = error as Error & { code?: string }
    logger.error({ code, stack }, message)
  }
}

async function main(): Promise<void> {
  const started = performance.now()
  const config = readConfig(process.env)
  const runFolder = join(resolve(config.dataFolder), 'run')
  mkdirSync(runFolder, { recursive: true, mode: 0o700 })
  const operatorToken =
    config.operatorToken ?? randomBytes(32).toString('base64url')
  const tracing = await startTracing({
    service: 'registry-api',
    endpoint: process.env.OTEL_EXPORTER_OTLP_ENDPOINT,
  })
  const wired = await wire({
    config,
    operatorToken,
    onError: logError,
    tracing,
  })
  const server = await listen(createRegistryServer(wired.app), config)
  const pidFile = join(runFolder, 'registry-api.pid')
  const tokenFile = join(runFolder, 'registry-operator.token')
  writeFileSync(pidFile, `${process.pid}\n`)
  writeFileSync(tokenFile, operatorToken, { mode: 0o600 })

  let stopping = false
  async function stop(signal: string): Promise<void> {
    if (stopping) return
    stopping = true
    logger.info({ signal }, 'draining')
    // Whoever hangs on a request must not keep the process alive.
    const hard = setTimeout(() => process.exit(1), drainMs + 2_000)
    hard.unref()
    wired.drain()
    const closed = new Promise<void>((done) => {
      server.close(() => done())
    })
    // Connections become idle one by one, as what they carry is answered.
    server.closeIdleConnections()
    setInterval(() => server.closeIdleConnections(), idleLookMs).unref()
    setTimeout(() => server.closeAllConnections(), drainMs).unref()
    await closed
    await wired.stop()
    await tracing.stop()
    rmSync(pidFile, { force: true })
    rmSync(tokenFile, { force: true })
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      stop(signal).catch((error: unknown) => {
        logError(error)
        process.exit(1)
      })
    })

  if (fstatSync(0).isFIFO() || fstatSync(0).isSocket()) {
    // Whoever started us holds the other end: when they are gone, we go too.
    const leave = () => void stop('parent gone').catch(logError)
    process.stdin.once('end', leave)
    process.stdin.once('close', leave)
    process.stdin.resume()
  }

  const address = server.address()
  const port =
    typeof address === 'object' && address !== null ? address.port : config.port
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  process.stdout.write(
    `${JSON.stringify({
      ready: true,
      name: 'registry-api',
      url: `http://${host}:${port}`,
      pid: process.pid,
      startMs: Math.round(performance.now() - started),
    })}\n`,
  )
  // After the others of the stack had the processor to start on.
  setTimeout(wired.warmUp, 1_000).unref()
}

function listen(
  server: Server,
  { port, host }: { readonly port: number; readonly host: string },
): Promise<Server> {
  return new Promise((done, failed) => {
    server.once('listening', () => done(server))
    server.once('error', failed)
    server.listen(port, host)
  })
}

main().catch((error: unknown) => {
  logError(error)
  process.exit(1)
})
