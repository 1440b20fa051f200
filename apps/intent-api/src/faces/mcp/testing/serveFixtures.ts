// Started by `npm run judges`: serves the conformance suite's own tools behind our
// route, on a free port, and prints the address. Part of no build that is shipped.
import { randomBytes } from 'node:crypto'
import { createRequestStateCodec } from '@modelcontextprotocol/server'
import express from 'express'
import { serveMcp } from '../serveMcp.js'
import {
  createFixtureServer,
  type FixtureState,
} from './createFixtureServer.js'

const codec = createRequestStateCodec<FixtureState>({
  key: randomBytes(32),
  ttlSeconds: 600,
  bind: (context) => context.mcpReq.method,
})
const app = express()
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address === null || typeof address === 'string') return
  const serverUrl = `http://127.0.0.1:${address.port}`
  app.use(
    serveMcp({
      createServer: () => createFixtureServer(codec),
      serverUrl,
      onRefused: () => undefined,
    }),
  )
  process.stdout.write(`${serverUrl}/mcp\n`)
})
process.once('SIGTERM', () => process.exit(0))
