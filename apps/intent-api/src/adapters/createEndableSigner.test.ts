import type { SignerClient } from '@behest/signer'
import { describe, expect, test } from 'vitest'
import {
  createEndableSigner,
  ProcessLeavingError,
} from './createEndableSigner.js'

const names = [
  'signLeg',
  'signMandate',
  'signReceipt',
  'signPayment',
  'signOrder',
  'signOrderMandate',
  'signOrderBatch',
  'signPolicy',
] as const satisfies readonly (keyof SignerClient)[]
/** A way to a signature that is not listed here has no door. */
const others = ['readAddresses', 'close'] as const
type Listed = (typeof names)[number] | (typeof others)[number]
const isComplete: Exclude<keyof SignerClient, Listed> extends never
  ? true
  : never = true

describe('createEndableSigner', () => {
  test('default: until it ends, everything goes through; after it, nothing', async () => {
    expect(isComplete).toBe(true)
    const asked: string[] = []
    const answer = (name: string) => async (given: unknown) => {
      asked.push(name)
      return given
    }
    const real = Object.fromEntries(
      [...names, ...others].map((name) => [name, answer(name)]),
    ) as unknown as SignerClient // as far as it is asked here
    const { signer, end } = createEndableSigner(real)
    const ask = (name: (typeof names)[number]): Promise<unknown> =>
      (signer[name] as (given: unknown) => Promise<unknown>)(name)
    for (const name of names) expect(await ask(name)).toBe(name)
    expect(asked).toEqual(names)

    end()
    for (const name of names)
      await expect(ask(name)).rejects.toThrow(ProcessLeavingError)
    expect(asked).toEqual(names)
    // Who it is may still be asked, and the way may be closed.
    await signer.readAddresses()
    signer.close()
    expect(asked).toEqual([...names, ...others])
  })

  test('behavior: what was not signed is taken up again, and fails nothing', () => {
    const { code, retry } = new ProcessLeavingError({ what: 'a mandate' })
    // What begins so ends a mandate's step as not sent.
    expect(code).not.toMatch(/^MANDATE_|^SIGNING_REFUSED$/)
    expect(retry).toBe('same-input')
  })
})
