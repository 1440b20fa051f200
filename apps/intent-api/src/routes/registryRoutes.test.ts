import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { pino } from 'pino'
import { afterEach, describe, expect, test } from 'vitest'
import { handleError } from '../http/handleError.js'
import { registryRoutes } from './registryRoutes.js'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function listen(server: Server): Promise<string> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function serveRoutes(registryUrl: string): Promise<string> {
  const app = express()
  app.use('/v1', registryRoutes({ registryUrl }))
  app.use(handleError({ logger: pino({ level: 'silent' }), maxBytes: 1 }))
  return listen(createServer(app))
}

describe('registryRoutes', () => {
  test('default: path, query, status and body pass as they are', async () => {
    const seen: string[] = []
    const registry = await listen(
      createServer((incoming, response) => {
        seen.push(`${incoming.method} ${incoming.url}`)
        response
          .writeHead(404, { 'content-type': 'application/problem+json' })
          .end('{"code":"AGENT_UNKNOWN"}')
      }),
    )
    const url = await serveRoutes(registry)
    const answer = await fetch(`${url}/v1/agents/a%2Fb/explain?q=swap%20it`)
    expect(seen).toEqual(['GET /v1/agents/a%2Fb/explain?q=swap%20it'])
    expect(answer.status).toBe(404)
    expect(answer.headers.get('content-type')).toContain('problem+json')
    expect(await answer.json()).toEqual({ code: 'AGENT_UNKNOWN' })
  })

  test('behavior: what writes is not passed on', async () => {
    let calls = 0
    const registry = await listen(
      createServer((_request, response) => {
        calls += 1
        response.end('{}')
      }),
    )
    const url = await serveRoutes(registry)
    const answer = await fetch(`${url}/v1/agents`, { method: 'POST' })
    expect(answer.status).toBe(404)
    expect(calls).toBe(0)
  })

  test('behavior: a host in the request line leads nowhere else', async () => {
    const reached: string[] = []
    const serve = (name: string) =>
      listen(
        createServer((_request, response) => {
          reached.push(name)
          response.end('{}')
        }),
      )
    const url = new URL(await serveRoutes(await serve('registry')))
    const elsewhere = await serve('elsewhere')
    await new Promise((resolve, reject) => {
      request(
        {
          host: url.hostname,
          port: url.port,
          path: `${elsewhere}/v1/search?q=swap`,
        },
        (answer) => answer.resume().on('end', resolve),
      )
        .on('error', reject)
        .end()
    })
    expect(reached).toEqual(['registry'])
  })

  test('error: RegistryUnreachableError when nobody answers', async () => {
    const gone = await listen(createServer())
    servers.pop()?.close()
    const url = await serveRoutes(gone)
    const answer = await fetch(`${url}/v1/search?q=swap`)
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      retry: 'same-input',
    })
  })
})
