import type { PlanArtifact, SimulationArtifact } from '@behest/spec'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { QuoteExpiredError } from '../4-quotes/errors.js'
import { account, hash } from '../testing/fixtures.js'
import { decideApproval, PlanHashMismatchError } from './decideApproval.js'

const planHash = `0x${'cd'.repeat(32)}` as const
const plan = {
  hash: planHash,
  body: { account, deadlineUnixSeconds: 1300 } as PlanArtifact,
}
const simulation = { hash, body: {} as SimulationArtifact }

const decide = (
  given: `0x${string}`,
  nowUnixSeconds: number,
  decision: 'approve' | 'reject' = 'approve',
) =>
  decideApproval({
    plan,
    simulation,
    planHash: given,
    decision,
    nowUnixSeconds,
    decidedAt: '2026-01-01T00:00:00.000Z',
  })

describe('decideApproval', () => {
  test('default: a yes is bound to the plan and its simulation', () => {
    expect(decide(planHash, 1000)).toMatchObject({
      decision: 'approve',
      planHash,
      simulationHash: hash,
      by: { type: 'person', account },
    })
  })

  test('L-PREV-01: a yes to any other hash is refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const other =
          `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}` as const
        fc.pre(other !== planHash)
        expect(() => decide(other, 1000)).toThrow(PlanHashMismatchError)
      }),
    )
  })

  test('L-SLIP-11: a yes at the second of the deadline is too late', () => {
    expect(decide(planHash, 1299).decision).toBe('approve')
    expect(() => decide(planHash, 1300)).toThrow(QuoteExpiredError)
  })

  test('behavior: a no is never too late', () => {
    expect(decide(planHash, 9999, 'reject').decision).toBe('reject')
  })
})
