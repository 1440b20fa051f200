import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isReceiptSignedBy } from '@behest/sdk'
import { parseEther } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, type World } from './testing/createWorld.js'

let patient: World
let hasty: World

beforeAll(async () => {
  ;[patient, hasty] = await Promise.all([
    createWorld({ planValidForSeconds: 60 }),
    // It waits for no transaction at all, so each end is unknown at first.
    createWorld({ sendWaitMs: 0 }),
  ])
  for (const world of [patient, hasty])
    world.setCandidates(await world.serve([world.honest]))
}, 60_000)

afterAll(async () => {
  await patient?.stop()
  await hasty?.stop()
})

const readNonce = (world: World) =>
  world.chain.client.getTransactionCount({ address: world.user })

describe('outcomes', () => {
  test('L-SEND-06: an end that nobody knows is UNKNOWN, then what the chain says', async () => {
    const nonce = await readNonce(hasty)
    const first = await hasty.carryOut('swap 1 ETH for USDC')
    expect(first.status).toBe('unknown')
    expect(first.artifacts.receipt?.receipt.outcome).toBe('UNKNOWN')
    const until = Date.now() + 20_000
    let record = first
    while (record.status === 'unknown' && Date.now() < until) {
      await hasty.engine.advance(first.id)
      record = await hasty.engine.get(first.id)
    }
    expect(record.artifacts.receipt?.receipt.outcome).toBe('MET')
    expect(await readNonce(hasty)).toBe(nonce + 1)
  }, 40_000)

  test('behavior: a receipt is signed by the engine and by the agent whose work it is', async () => {
    const record = await patient.carryOut('swap 0.5 ETH for USDC')
    const receipt = record.artifacts.receipt?.receipt
    if (receipt === undefined) throw new RangeError('a receipt')
    const [step] = receipt.steps
    expect(receipt.signatures).toHaveLength(2)
    const [, agent] = receipt.signatures
    expect(agent?.by).toBe(step?.agentAddress)
    expect(
      await isReceiptSignedBy({
        receipt,
        by: step?.agentAddress ?? '0x',
        signature: agent?.signature ?? '0x',
      }),
    ).toBe(true)
  }, 40_000)

  test('behavior: no agent can hold a receipt back', async () => {
    const candidates = await patient.serve([patient.honest])
    // It quotes, and from the approval on it only hangs.
    let hangs = false
    const proxy = createServer((request, response) => {
      if (hangs) return
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', async () => {
        const answer = await fetch(candidates[0]?.url ?? '', {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'a2a-version': '1.0' },
          body: Buffer.concat(chunks),
        })
        response.writeHead(answer.status, {
          'content-type': 'application/json',
        })
        response.end(await answer.text())
      })
    })
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done))
    const { port } = proxy.address() as AddressInfo
    patient.setCandidates(
      candidates.map((one) => ({ ...one, url: `http://127.0.0.1:${port}` })),
    )
    const record = await patient.carryOut('swap 0.5 ETH for USDC', async () => {
      hangs = true
    })
    expect(record.artifacts.receipt?.receipt.outcome).toBe('MET')
    expect(record.artifacts.receipt?.receipt.signatures).toHaveLength(1)
    proxy.closeAllConnections()
    proxy.close()
    patient.setCandidates(candidates)
  }, 40_000)

  test('L-PREV-06: a plan that no longer holds is not carried out, but asked anew', async () => {
    const nonce = await readNonce(patient)
    const record = await patient.carryOut('swap 5 ETH for USDC', async () => {
      // Between the preview and the yes the user's coins are spent elsewhere.
      await patient.devnet.deal({
        account: patient.user,
        token: 'native',
        amountUnits: parseEther('3'),
      })
    })
    expect(record.artifacts.approval).toBeUndefined()
    expect(record.artifacts.receipt).toBeUndefined()
    expect(await readNonce(patient)).toBe(nonce)
  }, 40_000)

  test('L-SLIP-11: a yes after the deadline is refused, and quotes are collected anew', async () => {
    const nonce = await readNonce(patient)
    const id = crypto.randomUUID()
    await patient.engine.start({
      id,
      text: 'swap 1 ETH for USDC',
      account: patient.user,
      context: { now: new Date().toISOString(), timeZone: 'UTC' },
      principal: 'test',
    })
    await patient.engine.advance(id)
    const { preview } = await patient.engine.get(id)
    if (!preview) throw new RangeError('a preview')
    await patient.devnet.passTime(3600)
    await expect(
      patient.engine.decide({
        id,
        planHash: preview.planHash,
        decision: 'approve',
      }),
    ).rejects.toMatchObject({ code: 'QUOTE_EXPIRED', retry: 'new-quote' })
    await patient.engine.advance(id)
    const renewed = await patient.engine.get(id)
    expect(renewed.status).toBe('needs-approval')
    expect(renewed.preview?.planHash).not.toBe(preview.planHash)
    // The yes to the old plan is no yes to the new one.
    await expect(
      patient.engine.decide({
        id,
        planHash: preview.planHash,
        decision: 'approve',
      }),
    ).rejects.toMatchObject({ code: 'PLAN_HASH_MISMATCH' })
    expect(await readNonce(patient)).toBe(nonce)
  }, 40_000)

  test('behavior: ten yeses at one moment are one yes, and one effect', async () => {
    const nonce = await readNonce(patient)
    const record = await patient.carryOut(
      'swap 0.1 ETH for USDC',
      async ({ id, preview }) => {
        await Promise.all(
          Array.from({ length: 10 }, () =>
            patient.engine.decide({
              id,
              planHash: preview?.planHash ?? '0x',
              decision: 'approve',
            }),
          ),
        )
      },
    )
    expect(record.artifacts.receipt?.receipt.outcome).toBe('MET')
    expect(await readNonce(patient)).toBe(nonce + 1)
  }, 40_000)

  test('behavior: the same yes twice is one yes, and one effect', async () => {
    const nonce = await readNonce(patient)
    const record = await patient.carryOut('swap 0.5 ETH for USDC')
    expect(record.artifacts.receipt?.receipt.outcome).toBe('MET')
    await patient.engine.decide({
      id: record.id,
      planHash: record.artifacts.receipt?.receipt.planHash ?? '0x',
      decision: 'approve',
    })
    await patient.engine.advance(record.id)
    expect((await patient.engine.get(record.id)).status).toBe('done')
    expect(await readNonce(patient)).toBe(nonce + 1)
  }, 40_000)
})
