import { describe, expect, test } from 'vitest'
import { parseHash, toHash } from './useHash.js'

describe('parseHash', () => {
  test.each([
    { type: 'talk' },
    { type: 'orders' },
    { type: 'limits' },
    { type: 'agents' },
    { type: 'intent', id: '019-a b/c' },
    { type: 'agent', id: 'swap-best-1' },
  ] as const)('default: %o is read as it was written', (view) => {
    expect(parseHash(toHash(view))).toEqual(view)
  })

  test.each(['', '#say', '#intent=', '#intent=%E0%A4%A', '#<script>'])(
    'behavior: %s is the talk',
    (hash) => {
      expect(parseHash(hash)).toEqual({ type: 'talk' })
    },
  )
})
