import { BehestError } from '@behest/spec'
import { describe, expect, test } from 'vitest'
import { PlanDriftedError } from '../6-simulation/errors.js'
import type { OpenIntent } from '../openIntent.js'
import { recordFailure } from './recordFailure.js'

class StoreError extends BehestError {
  readonly code: string
  readonly retry = 'never'

  constructor(code: string) {
    super('Refused. Look again.')
    this.code = code
  }
}

/** An intent that has, or has not, its approval; it notes what is written. */
function open(has: 'approval' | 'no approval') {
  const written: string[] = []
  const intent = {
    id: 'i1',
    find: () => (has === 'approval' ? {} : null),
    require: () => ({ body: {} }),
    append: async () => void written.push('planned anew'),
    setStatus: async ({ status }: { status: string }) =>
      void written.push(status),
  } as unknown as OpenIntent
  return { intent, written }
}

describe('recordFailure', () => {
  test.each(['INTENT_CHANGED', 'PLAN_BEGUN'])(
    'behavior: %s says that another process was here first: nothing is written',
    async (code) => {
      for (const has of ['approval', 'no approval'] as const) {
        const { intent, written } = open(has)
        expect(
          await recordFailure({
            error: new StoreError(code),
            intent,
            ports: {},
          }),
        ).toBe('again')
        expect(written).toEqual([])
      }
    },
  )

  test('behavior: past an approval only what drifted or expired is planned anew', async () => {
    const drifted = open('approval')
    const error = new PlanDriftedError({ planHash: '0xaa', reason: 'less' })
    expect(
      await recordFailure({ error, intent: drifted.intent, ports: {} }),
    ).toBe('again')
    expect(drifted.written).toEqual(['planned anew'])

    const other = open('approval')
    await expect(
      recordFailure({
        error: new StoreError('ANY'),
        intent: other.intent,
        ports: {},
      }),
    ).rejects.toThrow(StoreError)
    expect(other.written).toEqual([])

    const early = open('no approval')
    await recordFailure({
      error: new StoreError('ANY'),
      intent: early.intent,
      ports: {},
    })
    expect(early.written).toEqual(['failed'])
  })
})
