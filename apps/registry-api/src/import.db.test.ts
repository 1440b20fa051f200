import { createSentenceEncoder } from '@behest/registry'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  startTestRegistry,
  type TestRegistry,
  testOperatorToken,
  until,
} from './testing/startTestRegistry.js'

const encoder = createSentenceEncoder()
let api: TestRegistry
beforeAll(async () => {
  api = await startTestRegistry({ probes: 'off', registry: { encoder } })
})
afterAll(async () => {
  await api.stop()
  await encoder.stop()
})

async function load(body: string, token = testOperatorToken) {
  const response = await fetch(`${api.url}/v1/operator/import`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-ndjson',
      authorization: `Bearer ${token}`,
    },
    body,
  })
  return { status: response.status, body: await response.json() }
}
async function search(query: string) {
  const response = await fetch(
    `${api.url}/v1/search?q=${encodeURIComponent(query)}`,
  )
  return await response.json()
}

const tools = [
  {
    name: 'WeatherForecast',
    description:
      'Tells how warm it will be and whether it rains at a place in the next days.',
    parameters: { city: 'string' },
  },
  {
    name: 'send_email',
    description:
      'Delivers a message to one or more recipients by electronic mail.',
    tags: ['mail'],
  },
  {
    name: 'currency-converter',
    description:
      'Turns an amount of one national currency into another at the rate of the day.',
    capabilities: ['swap', 'made-up-word'],
  },
  {
    name: 'calendar.create_event',
    description: 'Puts an appointment with a title and a time into a calendar.',
    examples: ['book a dentist on Tuesday'],
  },
]

describe('import', () => {
  test('default: manifests are loaded, found by words and by meaning, and marked', async () => {
    const lines = [
      ...tools.map((tool) => JSON.stringify(tool)),
      '',
      '{"description":"no name"}',
      'nonsense',
    ]
    const result = await load(lines.join('\n'))
    expect(result).toMatchObject({
      status: 200,
      body: {
        imported: 4,
        refusedCount: 2,
        refused: [{ line: 6 }, { line: 7 }],
      },
    })
    const first = await search('send email')
    expect(first.results[0]).toMatchObject({
      name: 'send_email',
      source: 'imported',
      status: 'unverified',
      agent: null,
    })
    await until(
      async () => (await api.registry.status()).index.vectors,
      (vectors) => vectors === 4,
    )
    // Not a word in common with the description.
    const byMeaning = await search('do I need an umbrella tomorrow')
    expect(byMeaning.degraded).toEqual([])
    expect(byMeaning.results[0].name).toBe('WeatherForecast')
  })

  test('behavior: loading the same file again changes nothing', async () => {
    const before = api.registry.status().indexSeq
    const again = await load(
      tools.map((tool) => JSON.stringify(tool)).join('\n'),
    )
    expect(again.body.imported).toBe(0)
    expect(before).toBeGreaterThan(0)
  })

  test('behavior: a typed word filters, an untyped one only describes', async () => {
    const response = await fetch(`${api.url}/v1/search?action=swap`)
    const { results } = await response.json()
    expect(results.map(({ name }: { name: string }) => name)).toEqual([
      'currency-converter',
    ])
  })

  test('behavior: text that no database holds is cleaned, not refused', async () => {
    const result = await load(
      JSON.stringify({
        name: 'od\u0000d\u202e',
        description: 'bad \ud800 text\u0000',
      }),
    )
    expect(result.body).toMatchObject({ imported: 1, refusedCount: 0 })
    expect((await search('odd')).results[0].name).toBe('odd')
  })

  test('error: only the operator may import', async () => {
    expect(await load('{"name":"x"}', 'wrong')).toMatchObject({
      status: 401,
      body: { code: 'OPERATOR_UNKNOWN' },
    })
  })
})
