import type { JsonValue } from '@behest/spec'
import { describe, expect, test } from 'vitest'
import { computeTrust } from './computeTrust.js'
import { toTrustInput } from './createReputation.js'

const address = (digit: string) => `0x${digit.repeat(40)}`
const hash = (number: number) => `0x${number.toString(16).padStart(64, '0')}`
const engine = address('e')
const user = address('1')
const agentKey = address('2')
const now = 1_800_000_000

type Step = Parameters<typeof toTrustInput>[0]['steps'][number]
let made = 0

function build(
  over: Partial<Omit<Step, 'receipt'>> & {
    readonly intentId?: string
    readonly transaction?: number
    readonly action?: 'swap' | 'transfer'
    readonly to?: string
  } = {},
): Step {
  made += 1
  const account = over.account ?? user
  const agentId = over.agentId ?? 'a-12345678'
  const receipt = {
    intentId: over.intentId ?? `i-${made}`,
    intentHash: hash(1),
    planHash: hash(2),
    chainId: 31_337,
    account,
    outcome: 'MET',
    steps: [
      {
        id: 's1',
        action: over.action ?? 'swap',
        agent: agentId,
        agentAddress: agentKey,
        quoteId: 'q',
        quoteHash: hash(3),
        transactions: [hash(over.transaction ?? 1_000 + made)],
        promised: [],
        realised:
          over.to === undefined
            ? []
            : [
                {
                  account: over.to,
                  token: 'native',
                  symbol: 'ETH',
                  units: '5',
                  decimal: '0.000000000000000005',
                },
              ],
        positions: [],
        verdict: 'MET',
      },
    ],
    health: [],
    gasWei: '0',
    feesPaid: [],
    startedAt: '2027-01-15T08:00:00.000Z',
    finishedAt: '2027-01-15T08:00:00.000Z',
    signatures: [],
  }
  return {
    receiptHash: hash(5_000 + made),
    agentId,
    account,
    stepId: 's1',
    signers: over.signers ?? [engine],
    isKnown: over.isKnown ?? true,
    atUnixSeconds: over.atUnixSeconds ?? now,
    seq: over.seq ?? made,
    receipt: receipt as JsonValue,
  }
}

function toInput(steps: readonly Step[]) {
  return toTrustInput({ steps, controllers: new Map(), nowUnixSeconds: now })
}

describe('toTrustInput', () => {
  test("behavior: naming a known user makes nobody's word the user's", () => {
    const evil = address('d')
    const steps = [build()]
    for (let day = 0; day < 60; day += 1)
      for (let time = 0; time < 5; time += 1)
        steps.push(
          build({
            agentId: 'cheat-12345678',
            signers: [evil],
            isKnown: false,
            atUnixSeconds: now - day * 86_400,
          }),
        )
    const input = toInput(steps)
    expect(input.steps.filter(({ payer }) => payer === evil).length).toBe(300)
    expect(computeTrust(input).get('cheat-12345678')).toMatchObject({
      bound: 0,
      receipts: 0,
    })
  })

  test('behavior: the account speaks for itself, an agent for itself only alone', () => {
    const [own, both, alone] = toInput([
      build({ signers: [user], isKnown: false }),
      build({ signers: [agentKey, address('d')], isKnown: false }),
      build({ signers: [agentKey], isKnown: false }),
    ]).steps
    expect([own?.payer, both?.payer, alone?.payer]).toEqual([
      user,
      address('d'),
      agentKey,
    ])
  })

  test('behavior: a transaction counts once, for whom the known engine says', () => {
    const stranger = build({
      transaction: 7,
      signers: [address('d')],
      isKnown: false,
    })
    const own = build({ transaction: 7, signers: [user], isKnown: false })
    const known = build({ transaction: 7, account: address('3') })
    const same = build({
      transaction: 7,
      account: address('3'),
      intentId: 'i-x',
    })
    const orders = [
      [stranger, own, known],
      [known, stranger, own],
    ]
    for (const order of orders) {
      const input = toInput(order)
      expect(input.steps.map(({ receiptHash }) => receiptHash)).toEqual([
        known.receiptHash,
      ])
      expect(input.left).toHaveLength(2)
    }
    expect(toInput([own, stranger]).steps[0]?.receiptHash).toBe(own.receiptHash)
    expect(toInput([same, known]).steps).toHaveLength(1)
  })

  test('behavior: several steps of one intent share its transaction', () => {
    const common = { transaction: 8, intentId: 'i-batch' }
    const input = toInput([
      build(common),
      build({ ...common, agentId: 'b-12345678' }),
    ])
    expect(input.steps).toHaveLength(2)
    expect(input.left).toEqual([])
  })

  test("behavior: who funded whom is nobody's say but the account's and a known engine's", () => {
    const owner = address('9')
    const told = { action: 'transfer' as const, to: owner }
    expect(toInput([build(told)]).funded).toEqual([[user, owner]])
    expect(
      toInput([build({ ...told, signers: [user], isKnown: false })]).funded,
    ).toEqual([[user, owner]])
    expect(
      toInput([build({ ...told, signers: [address('d')], isKnown: false })])
        .funded,
    ).toEqual([])
    expect(toInput([build({ to: owner })]).funded).toEqual([])
  })
})
