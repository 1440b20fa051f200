import { request } from 'node:http'
import { defineAgent, readAgentCard, serveAgent } from '@behest/sdk'
import { quoteRequestSchema } from '@behest/spec'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildSample } from './buildSample.js'
import { type Inspector, startInspector } from './startInspector.js'

const signer = privateKeyToAccount(`0x${'41'.repeat(32)}`)
const hostile = '<script>alert(1)</script>'
let inspector: Inspector
let agentUrl: string
let close: () => Promise<void>

beforeAll(async () => {
  const server = await serveAgent(
    defineAgent({
      name: 'shy',
      version: '1.0.0',
      summary: 'Declines everything.',
      chainIds: 'any',
      serves: ['swap'],
      limits: { spenders: [], maxValidForSeconds: 60 },
      quote: () => ({ declined: 'TOO_SHY', message: hostile }),
    }),
    { signer },
  )
  agentUrl = server.url
  close = server.close
  inspector = await startInspector({
    port: 0,
    buildSample: () =>
      buildSample({ agentUrl, rpcUrl: 'http://127.0.0.1:1', requestId: 'r1' }),
  })
})
afterAll(async () => {
  await inspector.close()
  await close()
})

/** Everything that the page is told, until it was told `count` messages. */
async function listen(count: number): Promise<string> {
  const response = await fetch(`${inspector.pageUrl}/events`)
  const reader = response.body?.getReader()
  let text = ''
  while (text.split('event: message').length <= count) {
    const { value, done } = (await reader?.read()) ?? { done: true }
    if (done) break
    text += new TextDecoder().decode(value)
  }
  await reader?.cancel()
  return text
}

describe('startInspector', () => {
  test('behavior: with no agent behind it, it says so', async () => {
    inspector.setState({ type: 'failed', says: 'src/agent.ts(1,1): error' })
    const response = await fetch(inspector.url)
    expect(response.status).toBe(503)
    expect(await listen(1)).toContain('src/agent.ts(1,1): error')
  })

  test('default: passes on what is asked, byte for byte, and shows it', async () => {
    inspector.setAgent(agentUrl)
    const path = '/.well-known/agent-card.json'
    const [direct, passed] = await Promise.all(
      [agentUrl, inspector.url].map(async (url) => {
        const response = await fetch(`${url}${path}`)
        return [response.headers.get('etag'), await response.text()]
      }),
    )
    expect(passed).toEqual(direct)
    expect((await readAgentCard(passed?.[1] ?? '')).isSigned).toBe(true)

    const sample = await (await fetch(`${inspector.pageUrl}/sample`)).json()
    const [part] = sample.params.message.parts
    expect(quoteRequestSchema.parse(part.data).instruction.action).toBe('swap')
    const answer = await fetch(inspector.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'a2a-version': '1.0' },
      body: JSON.stringify(sample),
    })
    expect(await answer.text()).toContain('TOO_SHY')
    const told = await listen(3)
    expect(told).toContain('"path":"/"')
    expect(told).toContain('TOO_SHY')
  })

  test('behavior: the page has no markup from outside and runs no other script', async () => {
    const page = await fetch(inspector.pageUrl)
    expect(page.headers.get('content-security-policy')).toContain(
      "script-src 'self'",
    )
    const script = await (await fetch(`${inspector.pageUrl}/page.js`)).text()
    expect(script).not.toMatch(/innerHTML|insertAdjacentHTML|document\.write/)
  })

  test('behavior: a page of another name that leads here reads nothing', async () => {
    const status = await new Promise((done) => {
      request(
        `${inspector.pageUrl}/events`,
        { headers: { host: 'evil.example' } },
        (response) => {
          response.resume()
          done(response.statusCode)
        },
      ).end()
    })
    expect(status).toBe(403)
  })

  test('error: PortTakenError', async () => {
    const port = Number(new URL(inspector.url).port)
    await expect(
      startInspector({ port, buildSample: async () => ({}) }),
    ).rejects.toMatchObject({ code: 'PORT_TAKEN' })
  })
})
