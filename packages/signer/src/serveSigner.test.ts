import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LegTransaction } from '@behest/evm'
import type { Delegation, OrderTerms } from '@behest/spec'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Firewall } from './createFirewall.js'
import { createSignerClient } from './createSignerClient.js'
import { SignerUnreachableError, SigningRefusedError } from './errors.js'
import type { Dossier } from './readDossier.js'
import { serveSigner } from './serveSigner.js'

const address = '0x00000000000000000000000000000000000000Aa'
const hash = `0x${'11'.repeat(32)}` as const
const transaction: LegTransaction = {
  purpose: 'send',
  legId: hash,
  planHash: hash,
  chainId: 31337,
  from: address,
  to: address,
  valueWei: 2n ** 200n,
  data: '0x1234',
  nonce: 1,
  gasLimit: 21_000n,
  maxFeePerGasWei: 10n ** 12n,
  maxPriorityFeePerGasWei: 1n,
}
const asked: LegTransaction[] = []
const orders: unknown[] = []
const firewall: Firewall = {
  approvers: [],
  addresses: { account: address, executor: address, engine: address },
  signLeg: async ({ transaction: leg }) => {
    if (leg.purpose === 'cancel')
      throw new SigningRefusedError({ what: 'a leg', rule: 'it is a test' })
    if (leg.purpose === 'bump') throw new TypeError('0xsecretkey')
    asked.push(leg)
    return { raw: '0xaa', hash }
  },
  signMandate: async () => ({ signature: '0xbb' }),
  signReceipt: async () => '0xcc',
  signOrder: async (order) => {
    orders.push(order)
    return '0xee'
  },
  signOrderMandate: async (order) => {
    orders.push(order)
    return { signature: '0xff' }
  },
  signOrderBatch: async (order) => {
    orders.push(order)
    return { signature: '0xf1', gateSignature: '0xf2' }
  },
  signPolicy: async () => '0x1f',
  signTypedData: async () => '0xdd',
}
const readDossier = async (): Promise<Dossier> =>
  ({ quotes: {}, plan: {}, simulation: {}, approval: {} }) as Dossier

let folder: string
let placeFile: string
let stop: (() => Promise<void>) | undefined

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'behest-signer-'))
  placeFile = join(folder, 'signer.json')
})
afterEach(async () => {
  await stop?.()
  stop = undefined
  rmSync(folder, { recursive: true, force: true })
})

const serve = async (): Promise<void> => {
  stop = (await serveSigner({ firewall, placeFile })).stop
}

describe('serveSigner', () => {
  test('default: what is asked arrives to the last unit', async () => {
    await serve()
    const client = createSignerClient({ placeFile, readDossier, waitMs: 500 })
    expect(await client.readAddresses()).toEqual({
      ...firewall.addresses,
      approvers: [],
    })
    expect(await client.signLeg(transaction)).toEqual({ raw: '0xaa', hash })
    expect(asked.at(-1)).toEqual(transaction)
    expect(
      await client.signReceipt({
        chainId: 1,
        receiptHash: hash,
        intentHash: hash,
        planHash: hash,
      }),
    ).toBe('0xcc')
    expect(statSync(placeFile).mode & 0o077).toBe(0)
    client.close()
  })

  test('behavior: orders arrive as they are, whatever callers have besides', async () => {
    await serve()
    const client = createSignerClient({ placeFile, readDossier, waitMs: 500 })
    const token = { chainId: 1, address, symbol: 'X', decimals: 6 } as const
    const terms: OrderTerms = {
      version: 1,
      account: address,
      chainId: 1,
      utterance: 'lend 1 X on aave every day',
      steps: [
        {
          id: 's1',
          action: 'supply',
          token: { symbol: 'X' },
          amount: { kind: 'exact', decimal: '1' },
          venue: 'aave',
          spans: {},
        },
      ],
      conditions: [],
      missedRuns: 'skip',
      graceSeconds: 60,
      bounds: [{ token, perRunUnits: 2n ** 200n, totalUnits: 2n ** 201n }],
      maxRuns: 2,
      periodSeconds: 86_400,
      expiresUnixSeconds: 9_000_000_000,
      custody: 'mandate',
      executor: address,
      batch: {
        token,
        units: 2n ** 200n,
        calls: [{ to: address, valueWei: 0n, data: '0x1234' }],
      },
    }
    const order = { terms, termsHash: hash, approval: '0xab' } as const
    const more = { planHash: hash, orderId: 'more than the wire takes' }
    expect(
      await client.signOrderBatch({
        ...order,
        ...more,
        authorizationNonce: 3,
      }),
    ).toEqual({ signature: '0xf1', gateSignature: '0xf2' })
    const delegation: Delegation = {
      delegate: address,
      delegator: address,
      authority: hash,
      caveats: [{ enforcer: address, terms: '0x' }],
      salt: 2n ** 250n,
    }
    await client.signOrderMandate({ ...order, ...more, delegation })
    await client.signOrder({ ...order, ...more })
    expect(orders).toEqual([
      { ...order, authorizationNonce: 3 },
      { ...order, delegation },
      order,
    ])
    client.close()
  })

  test('behavior: a refusal comes back with its code, a defect says nothing', async () => {
    await serve()
    const client = createSignerClient({ placeFile, readDossier, waitMs: 500 })
    await expect(
      client.signLeg({ ...transaction, purpose: 'cancel' }),
    ).rejects.toMatchObject({
      code: 'SIGNING_REFUSED',
      facts: { rule: 'it is a test' },
    })
    await expect(
      client.signLeg({ ...transaction, purpose: 'bump' }),
    ).rejects.toSatisfy(
      (error: Error) => !`${error.message}`.includes('secretkey'),
    )
    client.close()
  })

  test('behavior: who does not know the secret of this start gets nothing', async () => {
    await serve()
    const { socket, secret } = JSON.parse(readFileSync(placeFile, 'utf8'))
    const post = (authorization: string, body: string) =>
      new Promise<number>((resolve, reject) => {
        const call = request(
          { socketPath: socket, method: 'POST', headers: { authorization } },
          (response) => {
            response.resume()
            resolve(response.statusCode ?? 0)
          },
        )
        call.once('error', reject)
        call.end(body)
      })
    const body = JSON.stringify({ type: 'addresses' })
    expect(await post('', body)).toBe(401)
    expect(await post('Bearer ', body)).toBe(401)
    expect(await post(`Bearer ${'0'.repeat(64)}`, body)).toBe(401)
    expect(await post(`Bearer ${secret}`, body)).toBe(200)
    for (const raw of [
      '{',
      '{}',
      '{"type":"hash","hash":"0x11"}',
      '{"type":"message","text":"sign this"}',
      '{"type":"addresses","more":1}',
    ])
      expect(await post(`Bearer ${secret}`, raw)).toBe(403)
  })

  test('behavior: a signer that starts anew is found again', async () => {
    await serve()
    const client = createSignerClient({ placeFile, readDossier, waitMs: 4000 })
    await client.readAddresses()
    await stop?.()
    stop = undefined
    const waiting = client.signLeg(transaction)
    await new Promise((resolve) => setTimeout(resolve, 100))
    await serve()
    expect(await waiting).toEqual({ raw: '0xaa', hash })
    client.close()
  })

  test('error: SignerUnreachableError where none runs', async () => {
    const client = createSignerClient({ placeFile, readDossier, waitMs: 60 })
    await expect(client.readAddresses()).rejects.toBeInstanceOf(
      SignerUnreachableError,
    )
    client.close()
  })
})
