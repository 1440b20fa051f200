import type { MandateTerms } from '@behest/spec'
import {
  BalanceChangeType,
  getSmartAccountsEnvironment,
} from '@metamask/smart-accounts-kit'
import {
  createCaveatBuilder,
  hashDelegation as hashByTheKit,
} from '@metamask/smart-accounts-kit/utils'
import fc from 'fast-check'
import { getAddress, toHex } from 'viem'
import { describe, expect, test } from 'vitest'
import { deployments } from '../deployments/deployments.js'
import {
  type DelegationFramework,
  drawDelegation,
  hashDelegation,
} from './drawDelegation.js'

const framework = Object.values(deployments)[0]
  ?.delegation as DelegationFramework
const environment = getSmartAccountsEnvironment(1)

const address = fc
  .uint8Array({ minLength: 20, maxLength: 20 })
  .map((bytes) => getAddress(toHex(bytes)))
const units = fc.bigInt({ min: 1n, max: 2n ** 255n })

describe('drawDelegation', () => {
  test('default: the toolkit of the framework draws the same', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            to: address,
            valueWei: fc.bigInt({ min: 0n, max: 2n ** 128n }),
            data: fc
              .uint8Array({ maxLength: 200 })
              .map((bytes) => toHex(bytes)),
          }),
          { minLength: 1, maxLength: 5 },
        ),
        fc.array(
          fc.record({
            token: fc.oneof(address, fc.constant('native' as const)),
            direction: fc.constantFrom(
              'decrease' as const,
              'increase' as const,
            ),
            units,
          }),
          { maxLength: 4 },
        ),
        address,
        address,
        fc.integer({ min: 1, max: 2 ** 33 }),
        units,
        (calls, sides, account, executor, validUntilUnixSeconds, salt) => {
          const terms: MandateTerms = {
            account,
            calls,
            bounds: sides.map((side) => ({ ...side, account, symbol: 'X' })),
            validUntilUnixSeconds,
            salt,
          }
          const builder = createCaveatBuilder(environment)
            .addCaveat('exactExecutionBatch', {
              executions: calls.map(({ to, valueWei, data }) => ({
                target: to,
                value: valueWei,
                callData: data,
              })),
            })
            .addCaveat('timestamp', {
              afterThreshold: 0,
              beforeThreshold: validUntilUnixSeconds,
            })
            .addCaveat('redeemer', { redeemers: [executor] })
            .addCaveat('limitedCalls', { limit: 1 })
          for (const side of sides) {
            const bound = {
              recipient: account,
              balance: side.units,
              changeType:
                side.direction === 'decrease'
                  ? BalanceChangeType.Decrease
                  : BalanceChangeType.Increase,
            }
            if (side.token === 'native')
              builder.addCaveat('nativeBalanceChange', bound)
            else
              builder.addCaveat('erc20BalanceChange', {
                tokenAddress: side.token,
                ...bound,
              })
          }
          const drawn = drawDelegation({ framework, executor, terms })
          const toLower = (text: string) => text.toLowerCase()
          expect(
            drawn.caveats.map(({ enforcer, terms: own }) => [
              toLower(enforcer),
              toLower(own),
            ]),
          ).toEqual(
            builder
              .build()
              .map(({ enforcer, terms: theirs }) => [
                toLower(enforcer),
                toLower(theirs),
              ]),
          )
          expect(hashDelegation(drawn)).toBe(
            hashByTheKit({
              ...drawn,
              caveats: drawn.caveats.map((caveat) => ({
                ...caveat,
                args: '0x' as const,
              })),
              salt: toHex(salt),
              signature: '0x',
            }),
          )
        },
      ),
      { numRuns: 50 },
    )
  })

  test('behavior: the addresses of public chains are the toolkit’s', () => {
    for (const { chainId, delegation } of Object.values(deployments)) {
      if (chainId === 31337) continue
      const theirs = getSmartAccountsEnvironment(chainId)
      expect(delegation).toEqual({
        delegationManager: theirs.DelegationManager,
        implementation: theirs.implementations.EIP7702StatelessDeleGatorImpl,
        enforcers: {
          exactExecutionBatch:
            theirs.caveatEnforcers.ExactExecutionBatchEnforcer,
          erc20BalanceChange: theirs.caveatEnforcers.ERC20BalanceChangeEnforcer,
          nativeBalanceChange:
            theirs.caveatEnforcers.NativeBalanceChangeEnforcer,
          timestamp: theirs.caveatEnforcers.TimestampEnforcer,
          redeemer: theirs.caveatEnforcers.RedeemerEnforcer,
          limitedCalls: theirs.caveatEnforcers.LimitedCallsEnforcer,
        },
      })
    }
  })
})
