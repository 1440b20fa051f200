import type { Hex } from 'viem'
import { describe, expect, test } from 'vitest'
import { patchPermit2 } from './deployCanonical.js'
import { DeploymentFailedError } from './deployer.js'

const wrong = 'd5a17abc3865df5c1400c0299bd4ce2eefc8114aec5f9d3dded1745783e57b98'
const right = '4d553c58ae79a6c4ba64f0e690a5d1cd2deff8c6b91cf38300e0f2b76f9ee346'

describe('patchPermit2', () => {
  test('default', () => {
    const runtime: Hex = `0x60${wrong}61`
    expect(patchPermit2(runtime, 31337)).toBe(`0x60${right}61`)
  })

  test.each([`0x6061`, `0x${wrong}${wrong}`] as const)(
    'error: DeploymentFailedError on %s',
    (runtime) => {
      expect(() => patchPermit2(runtime, 31337)).toThrow(DeploymentFailedError)
    },
  )
})
