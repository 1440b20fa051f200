import { fstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import type { Server, ServerResponse } from 'node:http'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { BehestError } from '@behest/spec'
import { createLogger, startTracing } from '@behest/telemetry'
import { parseConfig } from './config.js'
import { createIntentServer } from './http/createIntentServer.js'
import { wire } from './wire.js'

/**
 * Whoever was on the way when we began to leave is still let in: the door closes when
 * nobody came for a moment, or after two seconds.
 */
const lastCallMs = { quiet: 300, most: 2000 }
/** Requests that are being answered get so long; then their connections end. */
const answerMs = 3000
/** Streams have no end of their own: their readers come back elsewhere. */
const streamMs = 300
const drainMs = 9500

async function main(): Promise<void> {
  const config = parseConfig(process.env)
  const logger = createLogger({
    server: 'intent-api',
    level: config.logLevel,
    secrets: [
      config.databaseUrl,
      config.model?.apiKey === 'none' ? undefined : config.model?.apiKey,
    ],
  })
  const tracing = await startTracing({
    service: 'intent-api',
    endpoint: config.traceEndpoint,
  })
  const runFolder = join(resolve(config.dataFolder), 'run')
  mkdirSync(runFolder, { recursive: true, mode: 0o700 })
  const wired = await wire({ config, logger, tracing })
  const server = createIntentServer(wired.app)
  let isStopping = false
  const answering = new Set<ServerResponse>()
  server.on('request', (_request, response) => {
    answering.add(response)
    response.once('close', () => answering.delete(response))
    // The next request of this caller is for another process.
    if (isStopping) response.setHeader('Connection', 'close')
  })
  server.listen(config.port, config.host)
  await new Promise<void>((done, fail) => {
    server.once('listening', done)
    server.once('error', fail)
  })
  const pidFile = join(runFolder, 'intent-api.pid')
  writeFileSync(pidFile, `${process.pid}\n`)

  const stop = async (): Promise<void> => {
    if (isStopping) return
    isStopping = true
    // Whoever hangs on must not keep the process alive.
    setTimeout(() => process.exit(1), drainMs).unref()
    wired.drain()
    await endConnections(server, answering)
    await wired.stop()
    await tracing.stop()
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

/** Takes no new connection, and lets every answer that is under way end. */
async function endConnections(
  server: Server,
  answering: ReadonlySet<ServerResponse>,
): Promise<void> {
  let came = 0
  server.on('request', () => came++)
  const until = Date.now() + lastCallMs.most
  for (let before = -1; before !== came && Date.now() < until; ) {
    before = came
    await sleep(lastCallMs.quiet)
    // On a busy machine the timer is due before what waits at the door was seen.
    await new Promise((resume) => setImmediate(resume))
  }
  const closed = new Promise((done) => server.close(done))
  server.closeIdleConnections()
  const streams = setTimeout(() => {
    for (const response of answering)
      if (`${response.getHeader('content-type')}`.includes('event-stream'))
        response.end('retry: 1000\n\n')
  }, streamMs)
  const late = setTimeout(() => server.closeAllConnections(), answerMs)
  await closed
  clearTimeout(streams)
  clearTimeout(late)
}

main().catch((error: unknown) => {
  console.error(
    BehestError.isInstance(error) ? `${error.name}: ${error.message}` : error,
  )
  process.exit(1)
})
