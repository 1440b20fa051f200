import fc from 'fast-check'
import { type Trick, tricks } from './bends.js'
import { redPillKinds } from './openHostileWorld.js'

/** What the user wants, in the words that they say. */
export const wishes = [
  'swap 1 ETH for USDC',
  'swap 500 USDC for DAI',
  'send 20 USDC to 0x00000000000000000000000000000000000b0b01',
  'wrap 2 ETH',
  'swap 300 DAI for ETH',
  'swap 0.01 ETH for DAI',
  'send 0.5 ETH to 0x00000000000000000000000000000000000b0b01',
  'send 10 USDC to 0x00000000000000000000000000000000000b0b01 and swap 1 ETH for USDC',
  'swap 1 ETH for USDC and send it to 0x00000000000000000000000000000000000b0b01',
  'supply 300 USDC on aave',
  'withdraw 200 USDC from aave',
  'withdraw all my USDC from aave',
] as const

/** One change of a request, a redemption or a paper. */
export type Twist = {
  readonly what: number
  readonly a: number
  readonly b: number
}

/** One hostile case: everything that decides what happens in it. */
export type HostileCase =
  /** An agent bends its quote; the user says yes to whatever is shown. */
  | {
      readonly kind: 'agent'
      readonly custody: 'direct' | 'mandate'
      readonly wish: number
      readonly tricks: readonly Trick[]
    }
  /** Nobody is hostile: it must work. */
  | {
      readonly kind: 'honest'
      readonly custody: 'direct' | 'mandate'
      readonly wish: number
    }
  /** The engine's process is the attacker, and asks the signer for what it likes. */
  | {
      readonly kind: 'engine'
      readonly custody: 'direct' | 'mandate'
      readonly wish: number
      readonly requests: readonly {
        readonly leg: number
        readonly twists: readonly Twist[]
        readonly forged: readonly Twist[]
      }[]
    }
  /** The executor holds a signed mandate and sends what it likes. */
  | {
      readonly kind: 'executor'
      readonly custody: 'mandate'
      readonly wish: number
      readonly uses: readonly {
        readonly twists: readonly Twist[]
        readonly byThief: boolean
        readonly laterSeconds: number
      }[]
    }
  /** Contracts that lie to the simulation, which is switched off. */
  | {
      readonly kind: 'red-pill'
      readonly custody: 'mandate'
      readonly pill: number
      readonly bent: number
      readonly valueWei: number
      readonly units: number
      readonly flip: boolean
      readonly reenter: boolean
    }
  /** The model is the attacker: any intent at all, and no yes. */
  | {
      readonly kind: 'model'
      readonly custody: 'direct' | 'mandate'
      readonly wish: number
      readonly action: number
      readonly a: number
      readonly b: number
    }
  /** Names that look like others, and orders inside names. */
  | {
      readonly kind: 'names'
      readonly custody: 'direct' | 'mandate'
      readonly name: number
      readonly a: number
    }
  /** Somebody sits between the engine and its node. */
  | {
      readonly kind: 'rpc'
      readonly custody: 'direct' | 'mandate'
      readonly wish: number
      readonly seed: number
      readonly lieInThousand: number
    }

const small = fc.nat(10_000)
const custody = fc.constantFrom('direct' as const, 'mandate' as const)
const wish = fc.nat(wishes.length - 1)
const twist = fc.record({ what: small, a: small, b: small })
const trick: fc.Arbitrary<Trick> = fc.record({
  name: fc.constantFrom(...(Object.keys(tricks) as (keyof typeof tricks)[])),
  a: small,
  b: small,
})

/**
 * All cases, half of them in mandate mode. An executor with every power costs no
 * simulation, so most mandates are played that way.
 */
export const hostileCase: fc.Arbitrary<HostileCase> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('agent' as const),
      custody: fc.constantFrom(
        'direct' as const,
        'direct' as const,
        'mandate' as const,
      ),
      wish,
      tricks: fc.array(trick, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('honest' as const),
      custody,
      wish,
    }),
  },
  {
    weight: 26,
    arbitrary: fc.record({
      kind: fc.constant('engine' as const),
      custody: fc.constantFrom(
        'direct' as const,
        'direct' as const,
        'direct' as const,
        'mandate' as const,
      ),
      wish,
      requests: fc.array(
        fc.record({
          leg: fc.nat(3),
          twists: fc.array(twist, { maxLength: 2 }),
          forged: fc.array(twist, { maxLength: 2 }),
        }),
        { minLength: 1, maxLength: 4 },
      ),
    }),
  },
  {
    weight: 26,
    arbitrary: fc.record({
      kind: fc.constant('executor' as const),
      custody: fc.constant('mandate' as const),
      wish,
      uses: fc.array(
        fc.record({
          twists: fc.array(twist, { maxLength: 3 }),
          byThief: fc.boolean(),
          laterSeconds: fc.constantFrom(0, 0, 0, 200, 100_000),
        }),
        { minLength: 1, maxLength: 4 },
      ),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('red-pill' as const),
      custody: fc.constant('mandate' as const),
      pill: fc.nat(redPillKinds - 1),
      bent: fc.nat(3),
      valueWei: fc.nat(1_000_000),
      units: fc.nat(1_000_000),
      flip: fc.boolean(),
      reenter: fc.boolean(),
    }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      kind: fc.constant('model' as const),
      custody,
      wish,
      action: small,
      a: small,
      b: small,
    }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      kind: fc.constant('names' as const),
      custody: fc.constant('direct' as const),
      name: small,
      a: small,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('rpc' as const),
      custody,
      wish,
      seed: small,
      lieInThousand: fc.constantFrom(2, 10, 50, 300),
    }),
  },
)
