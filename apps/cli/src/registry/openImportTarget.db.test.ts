import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readStackConfig } from '../stack/stackConfig.js'
import { openImportTarget } from './openImportTarget.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'behest-import-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const open = (port: number, environment: Record<string, string> = {}) =>
  openImportTarget({
    config: readStackConfig({
      BEHEST_DATA: folder,
      BEHEST_REGISTRY_PORT: String(port),
    }),
    environment,
    onError: () => undefined,
  })

/** A registry's face, and what it was asked with. */
async function serve(answer: (body: string) => [number, unknown]) {
  const tokens: (string | undefined)[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    if (request.url !== '/readyz') tokens.push(request.headers.authorization)
    const [status, json] = request.url === '/readyz' ? [200, {}] : answer(body)
    response.writeHead(status).end(JSON.stringify(json))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    tokens,
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((done) => server.close(done)),
  }
}

describe('openImportTarget', () => {
  test('behavior: with no registry running, the database is loaded, twice the same', async () => {
    const lines = ['{"name":"first-agent"}', 'nonsense', '{"name":"second"}']
    for (const imported of [2, 0]) {
      const target = await open(1)
      expect(target.type).toBe('alone')
      expect(await target.load(lines)).toMatchObject({
        imported,
        refusedCount: 1,
        refused: [{ line: 2 }],
      })
      await target.close()
    }
  })

  test('behavior: a running registry is given the operator’s token', async () => {
    const registry = await serve((body) => [
      200,
      {
        imported: body.trim() === '' ? 0 : body.split('\n').length,
        refused: [],
        refusedCount: 0,
        waitingForVectors: 7,
      },
    ])
    mkdirSync(join(folder, 'run'), { recursive: true })
    writeFileSync(join(folder, 'run', 'registry-operator.token'), 'of-the-file')
    const target = await open(registry.port)
    expect(target.type).toBe('running')
    expect(await target.load(['{"name":"a"}', '{"name":"b"}'])).toMatchObject({
      imported: 2,
    })
    expect(await target.countWaitingForVectors()).toBe(7)
    const given = await open(registry.port, { BEHEST_OPERATOR_TOKEN: 'given' })
    await given.load([])
    expect(registry.tokens).toEqual([
      'Bearer of-the-file',
      'Bearer of-the-file',
      'Bearer given',
    ])
    rmSync(join(folder, 'run'), { recursive: true })
    await expect(open(registry.port)).rejects.toMatchObject({
      code: 'OPERATOR_TOKEN_MISSING',
    })
    await registry.close()
  })

  test('error: a refusal says what the registry said', async () => {
    const registry = await serve(() => [401, { detail: 'Who are you?' }])
    const target = await open(registry.port, { BEHEST_OPERATOR_TOKEN: 'x' })
    await expect(target.load(['{}'])).rejects.toMatchObject({
      code: 'IMPORT_REFUSED',
      facts: { problem: 'it answers 401' },
    })
    await registry.close()
    await expect(target.load(['{}'])).rejects.toMatchObject({
      code: 'IMPORT_REFUSED',
    })
  })
})
